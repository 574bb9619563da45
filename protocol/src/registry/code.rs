//! The word by which records name an entry of a registry.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest code, bytes.
pub const MAX_CODE_BYTES: usize = 64;

/// A code: 1 to 64 of a-z, 0-9 and _, for example `reclamation`. A registry never uses one twice, so a
/// record means the same whatever version it is read with; a code that this version of the registry does
/// not list is shown as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

/// A text is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a code is 1 to 64 of a-z, 0-9 and _")]
pub struct NotACode;

impl Code {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is this text a code?
    pub fn is(text: &str) -> bool {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        (1..=MAX_CODE_BYTES).contains(&text.len()) && text.bytes().all(fits)
    }
}

impl TryFrom<String> for Code {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        match Self::is(&text) {
            true => Ok(Self(text)),
            false => Err(NotACode),
        }
    }
}

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        text.to_owned().try_into()
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_registry_are_codes_and_nothing_else_is() {
        let long = "a".repeat(MAX_CODE_BYTES);
        for text in ["mining", "grazing_ban", "x2", long.as_str()] {
            assert_eq!(text.parse::<Code>().map(String::from).as_deref(), Ok(text));
        }
        let longer = "a".repeat(MAX_CODE_BYTES + 1);
        for text in ["", "Mining", "开垦", "a b", "a-b", longer.as_str()] {
            assert_eq!(text.parse::<Code>(), Err(NotACode), "{text}");
        }
    }
}
