//! What is to be done about a failure: one table, and one rule for how long to wait.

/// What is to be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same bytes again, on a new connection.
    Now,
    /// The same bytes again, later; not before this many ms, where the centre said so.
    After(Option<u64>),
    /// These bytes later, others now: the centre does not know yet what they belong to.
    Apart,
    /// These bytes never; others may go.
    Never,
    /// A person must do something: the phone is revoked, its clock is wrong, it is too old.
    Person,
}

/// Longest wait between attempts, ms.
pub const BACK_OFF_MAX_MS: u64 = 10 * 60 * 1_000;
/// Least time between two new connections, ms.
pub const CONNECTION_EVERY_MS: u64 = 15_000;
/// Without an answer for this long, the same bytes go out again on a new connection, ms.
pub const RESEND_AFTER_MS: u64 = 20_000;

impl Retry {
    /// What an HTTP status asks for.
    pub fn of_status(status: u16, retry_after_s: Option<u64>) -> Self {
        let after = retry_after_s.map(|s| s.saturating_mul(1_000));
        match status {
            408 | 421 | 425 => Retry::Now,
            409 => Retry::Now,
            // It was told that it asks too often, whether or not it was told for how long to wait.
            429 => Retry::After(after.or(Some(CONNECTION_EVERY_MS))),
            500 | 502 | 503 | 504 | 507 => Retry::After(after),
            401 | 403 | 426 | 451 => Retry::Person,
            _ if status >= 500 => Retry::After(after),
            _ => Retry::Never,
        }
    }
}

impl Retry {
    /// What an HTTP status asks for when a file is handed over. 404 says that its description is not
    /// listed (yet): it was committed a moment ago, or a restored centre has lost it and will be offered it.
    pub fn of_upload_status(status: u16, retry_after_s: Option<u64>) -> Self {
        match status {
            404 => Retry::Apart,
            _ => Self::of_status(status, retry_after_s),
        }
    }

    /// Whether the failure is about these bytes alone, so that others may go on.
    pub const fn is_about_one(self) -> bool {
        matches!(self, Retry::Apart | Retry::Never)
    }
}

/// How long to wait before attempt `attempt` (from 1): doubling from the least time between two
/// connections up to ten minutes, with jitter from `random` so that a hundred phones do not come at once.
pub fn back_off_ms(attempt: u32, random: u64) -> u64 {
    let doublings = attempt.saturating_sub(1).min(16);
    let ceiling = CONNECTION_EVERY_MS
        .saturating_mul(1 << doublings)
        .min(BACK_OFF_MAX_MS);
    let floor = CONNECTION_EVERY_MS.min(ceiling);
    let span = ceiling - floor + 1;
    floor + random % span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_one_class() {
        for (status, retry) in [
            (400, Retry::Never),
            (401, Retry::Person),
            (403, Retry::Person),
            (404, Retry::Never),
            (408, Retry::Now),
            (409, Retry::Now),
            (413, Retry::Never),
            (426, Retry::Person),
            (429, Retry::After(Some(7_000))),
            (500, Retry::After(Some(7_000))),
            (503, Retry::After(Some(7_000))),
            (507, Retry::After(Some(7_000))),
            (599, Retry::After(Some(7_000))),
        ] {
            assert_eq!(Retry::of_status(status, Some(7)), retry, "{status}");
        }
    }

    #[test]
    fn a_file_whose_description_is_not_listed_is_not_given_up() {
        assert_eq!(Retry::of_upload_status(404, None), Retry::Apart);
        assert!(Retry::Apart.is_about_one() && Retry::Never.is_about_one());
        for status in [400, 401, 403, 409, 413, 422, 429, 503] {
            let same = Retry::of_status(status, Some(7));
            assert_eq!(Retry::of_upload_status(status, Some(7)), same, "{status}");
        }
        assert!(!Retry::After(None).is_about_one() && !Retry::Person.is_about_one());
    }

    #[test]
    fn waits_grow_to_ten_minutes_and_are_spread() {
        assert_eq!(back_off_ms(1, u64::MAX), CONNECTION_EVERY_MS);
        for attempt in 1..100 {
            for random in [0, 1, 77_777_777, u64::MAX] {
                let wait = back_off_ms(attempt, random);
                assert!((CONNECTION_EVERY_MS..=BACK_OFF_MAX_MS).contains(&wait));
            }
        }
        let far: Vec<u64> = (0..20u64).map(|n| back_off_ms(9, n * 31_337)).collect();
        assert!(far.iter().max() > far.iter().min());
    }
}
