//! Passwords of staff: argon2id, and nothing that tells an unknown login from a wrong password.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE32_NOPAD;
use tala_protocol::id::PersonId;

use super::{AppError, Centre};
use crate::store::{StaffRow, read};

/// Shortest password that may be set, characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password that is looked at, bytes.
pub const PASSWORD_LEN_MAX: usize = 256;
/// Longest login, bytes.
pub const LOGIN_LEN_MAX: usize = 64;

/// Makes and checks password hashes, with one cost for all.
#[derive(Debug, Clone)]
pub struct Passwords {
    params: Params,
    /// The hash of a password nobody has: what an unknown login is compared with.
    nobody: String,
}

/// Why a password cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has {PASSWORD_CHARS_MIN} characters to {PASSWORD_LEN_MAX} bytes")]
    Length,
    /// The hash could not be made.
    #[error("hashing a password")]
    Hash(#[source] argon2::password_hash::Error),
    /// The cost is not one that argon2 takes.
    #[error("cost of a password hash")]
    Cost(#[source] argon2::Error),
}

impl Centre {
    /// The account of a login.
    pub fn account(&self, login: &str) -> Result<Option<StaffRow>, AppError> {
        Ok(read(self.store(), |reads| reads.staff(login))?)
    }

    /// The open account of a person, or else a closed one.
    pub fn account_of(&self, person: PersonId) -> Result<Option<StaffRow>, AppError> {
        let mut rows = read(self.store(), |reads| reads.all_staff())?;
        rows.retain(|row| row.person == person);
        rows.sort_by_key(|row| row.closed_at.is_some());
        Ok(rows.into_iter().next())
    }

    /// Gives a login its password, and makes the account if there is none. A login is one person's.
    pub fn set_password(
        &self,
        login: &str,
        person: PersonId,
        password_hash: String,
    ) -> Result<(), AppError> {
        let row = account_row(self.account(login)?.as_ref(), login, person, &password_hash)?;
        let keep = Box::new(move |tx: &mut dyn crate::store::Tx| tx.put_staff(&row));
        self.writer().change(keep)
    }
}

/// The account that a login becomes with a password; `known` is what it is so far.
pub(super) fn account_row(
    known: Option<&StaffRow>,
    login: &str,
    person: PersonId,
    password_hash: &str,
) -> Result<StaffRow, AppError> {
    if login.is_empty() || login.len() > LOGIN_LEN_MAX {
        return Err(AppError::Invalid("a login has 1 to 64 bytes".into()));
    }
    if known.is_some_and(|row| row.person != person) {
        return Err(AppError::Conflict("the login is another person's"));
    }
    Ok(StaffRow {
        login: login.to_owned(),
        person,
        password_hash: password_hash.to_owned(),
        closed_at: None,
    })
}

impl Passwords {
    /// The cost of a real deployment: 19 MiB, two passes (OWASP's first choice for argon2id).
    pub fn strong() -> Result<Self, PasswordError> {
        Self::with_cost(19 * 1_024, 2)
    }

    /// Another cost, for tests.
    pub fn with_cost(memory_kib: u32, passes: u32) -> Result<Self, PasswordError> {
        let params = Params::new(memory_kib, passes, 1, None).map_err(PasswordError::Cost)?;
        let mut passwords = Self {
            params,
            nobody: String::new(),
        };
        passwords.nobody = passwords.hash_any(b"nobody has this password", &[0x5a; 16])?;
        Ok(passwords)
    }

    /// The hash to keep for a new password. `salt` is random.
    pub fn hash(&self, password: &str, salt: &[u8; 16]) -> Result<String, PasswordError> {
        let long_enough = password.chars().count() >= PASSWORD_CHARS_MIN;
        match long_enough && password.len() <= PASSWORD_LEN_MAX {
            true => self.hash_any(password.as_bytes(), salt),
            false => Err(PasswordError::Length),
        }
    }

    /// What is kept for an account whose password was never set: no password fits it.
    pub fn none() -> String {
        "!".to_owned()
    }

    /// Whether a password is the one of `stored`. Without `stored` it takes as long and is never true.
    pub fn check(&self, password: &str, stored: Option<&str>) -> bool {
        let given = password.as_bytes();
        let given = given.get(..PASSWORD_LEN_MAX).unwrap_or(given);
        let hash = stored.and_then(|stored| PasswordHash::new(stored).ok());
        let is_set = hash.is_some();
        let Some(hash) = hash.or_else(|| PasswordHash::new(&self.nobody).ok()) else {
            return false;
        };
        let same = self.argon2().verify_password(given, &hash).is_ok();
        same && is_set && given.len() == password.len()
    }

    fn hash_any(&self, password: &[u8], salt: &[u8; 16]) -> Result<String, PasswordError> {
        let hash: Result<PasswordHash, _> = self.argon2().hash_password_with_salt(password, salt);
        Ok(hash.map_err(PasswordError::Hash)?.to_string())
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }
}

/// A password for somebody who has none yet, from 10 random bytes: 16 letters and digits in fours.
pub fn first_password(random: &[u8; 10]) -> String {
    let text = BASE32_NOPAD.encode(random).to_lowercase();
    let fours: Vec<String> = text
        .as_bytes()
        .chunks(4)
        .map(|four| String::from_utf8_lossy(four).into_owned())
        .collect();
    fours.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap() -> Passwords {
        Passwords::with_cost(8, 1).expect("cost")
    }

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let passwords = cheap();
        let stored = passwords.hash("草原上的马 2026", &[1; 16]).expect("hash");
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert!(passwords.check("草原上的马 2026", Some(&stored)));
        assert!(!passwords.check("草原上的马 2027", Some(&stored)));
    }

    #[test]
    fn an_unknown_login_never_fits_even_with_nobodys_password() {
        let passwords = cheap();
        assert!(!passwords.check("nobody has this password", None));
        assert!(!passwords.check("nobody has this password", Some(&Passwords::none())));
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        let passwords = cheap();
        for bad in ["short", &"x".repeat(257)] {
            let refused = passwords.hash(bad, &[0; 16]);
            assert!(matches!(refused, Err(PasswordError::Length)));
        }
        let edge = "x".repeat(256);
        let stored = passwords.hash(&edge, &[0; 16]).expect("just short enough");
        assert!(
            !passwords.check(&format!("{edge}y"), Some(&stored)),
            "longer is another"
        );
    }

    #[test]
    fn a_first_password_is_long_enough_to_be_set() {
        let password = first_password(&[0xff; 10]);
        assert_eq!(password, "7777-7777-7777-7777");
        assert!(cheap().hash(&password, &[0; 16]).is_ok());
    }
}
