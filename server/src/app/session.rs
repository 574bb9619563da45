//! Sign-ins of staff: 256 random bits in a cookie, their hash on disk.
//!
//! A session ends by itself (age, silence), by signing out, or when its person's roles or account end. It
//! says who asks; what that person may do is [`super::access`].

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use tala_protocol::hash::Digest;
use tala_protocol::id::{PersonId, RowId};
use tala_protocol::time::UnixMs;

use crate::config::SessionLimits;
use crate::store_door::{DoorStore, DoorStoreError, SessionRow};

/// A request within this of the last one is not written down.
const TOUCH_MS: i64 = 60_000;

/// The secret of a session. It is shown to its owner once, and to nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// The sessions of a centre.
#[derive(Debug, Clone)]
pub struct Sessions {
    store: Arc<DoorStore>,
    limits: SessionLimits,
}

impl Token {
    /// From 32 random bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the text of a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The text of a cookie.
    pub fn text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    fn hash(&self) -> [u8; 32] {
        *Digest::sha256_parts(&[b"tala/session/1", &self.0]).bytes()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Sessions {
    /// Sessions kept in a store.
    pub const fn new(store: Arc<DoorStore>, limits: SessionLimits) -> Self {
        Self { store, limits }
    }

    /// Begins a session.
    pub fn begin(
        &self,
        person: PersonId,
        id: RowId,
        token: &Token,
        now: UnixMs,
    ) -> Result<SessionRow, DoorStoreError> {
        let row = SessionRow {
            token_hash: token.hash(),
            id,
            person,
            signed_in_at: now,
            seen_at: now,
            ended_at: None,
        };
        self.store.add_session(&row)?;
        Ok(row)
    }

    /// The session of a token, if it holds now.
    pub fn find(&self, token: &Token, now: UnixMs) -> Result<Option<SessionRow>, DoorStoreError> {
        self.find_hash(&token.hash(), now)
    }

    /// The session behind a token's hash, if it holds now. Asking keeps it from falling silent: a page
    /// with an open stream is in use.
    pub fn find_hash(
        &self,
        token_hash: &[u8; 32],
        now: UnixMs,
    ) -> Result<Option<SessionRow>, DoorStoreError> {
        let Some(row) = self.store.session(token_hash)? else {
            return Ok(None);
        };
        if !self.holds(&row, now) {
            return Ok(None);
        }
        if now.0.saturating_sub(row.seen_at.0) >= TOUCH_MS {
            self.store.touch_session(token_hash, now)?;
        }
        Ok(Some(row))
    }

    /// Ends one session.
    pub fn end(&self, session: &SessionRow, now: UnixMs) -> Result<(), DoorStoreError> {
        self.store.end_session(&session.token_hash, now)
    }

    /// Ends every session of a person.
    pub fn end_all(&self, person: PersonId, now: UnixMs) -> Result<usize, DoorStoreError> {
        self.store.end_sessions_of(person, now)
    }

    /// Forgets what ended long ago.
    pub fn sweep(&self, now: UnixMs) -> Result<usize, DoorStoreError> {
        let age_ms = ms(self.limits.age_max).saturating_mul(2);
        self.store
            .forget_sessions(UnixMs(now.0.saturating_sub(age_ms)))
    }

    fn holds(&self, row: &SessionRow, now: UnixMs) -> bool {
        let age_ms = now.0.saturating_sub(row.signed_in_at.0);
        let idle_ms = now.0.saturating_sub(row.seen_at.0);
        row.ended_at.is_none()
            && age_ms < ms(self.limits.age_max)
            && idle_ms < ms(self.limits.idle_max).saturating_add(TOUCH_MS)
    }
}

fn ms(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn sessions() -> Sessions {
        let limits = SessionLimits {
            age_max: Duration::from_secs(12 * 3_600),
            idle_max: Duration::from_secs(3_600),
        };
        Sessions::new(Arc::new(DoorStore::in_memory().expect("memory")), limits)
    }

    fn begin(sessions: &Sessions) -> Token {
        let token = Token::from_bytes([3; 32]);
        sessions
            .begin(
                PersonId::from_bytes([1; 16]),
                RowId::from_bytes([2; 16]),
                &token,
                UnixMs(0),
            )
            .expect("kept");
        token
    }

    fn holds(sessions: &Sessions, token: &Token, at_ms: i64) -> bool {
        sessions.find(token, UnixMs(at_ms)).expect("read").is_some()
    }

    #[test]
    fn a_session_ends_by_silence_and_by_age() {
        let sessions = sessions();
        let token = begin(&sessions);
        for hour in 0..12 {
            assert!(holds(&sessions, &token, hour * HOUR_MS), "hour {hour}");
        }
        assert!(!holds(&sessions, &token, 12 * HOUR_MS), "too old");

        let sessions = self::sessions();
        let token = begin(&sessions);
        assert!(!holds(&sessions, &token, HOUR_MS + TOUCH_MS), "too silent");
    }

    #[test]
    fn signing_out_ends_it_and_a_guess_finds_nothing() {
        let sessions = sessions();
        let token = begin(&sessions);
        assert!(!holds(&sessions, &Token::from_bytes([4; 32]), 1));
        let row = sessions
            .find(&token, UnixMs(1))
            .expect("read")
            .expect("holds");
        sessions.end(&row, UnixMs(2)).expect("ended");
        assert!(!holds(&sessions, &token, 3));
    }

    #[test]
    fn a_token_survives_its_cookie_and_is_not_what_is_stored() {
        let token = Token::from_bytes([9; 32]);
        assert_eq!(Token::parse(&token.text()), Some(token.clone()));
        assert_ne!(token.hash(), [9; 32]);
        assert_eq!(Token::parse("short"), None);
        assert_eq!(format!("{token:?}"), "Token(..)");
    }
}
