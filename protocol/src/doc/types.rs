//! How the plain field types stand in a document.

use super::field::{EntryId, FieldType};
use super::value::Value;
use crate::id::{ObjectId, PersonId};
use crate::registry::Code;
use crate::time::UnixMs;
use crate::transport::Transport;

impl FieldType for String {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl FieldType for Code {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl FieldType for bool {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl FieldType for UnixMs {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Time(ms) => Some(UnixMs(*ms)),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        Value::Time(self.0)
    }
}

macro_rules! whole_number {
    ($($Type:ty),*) => { $(
        impl FieldType for $Type {
            fn read(value: &Value) -> Option<Self> {
                match value {
                    Value::Int(value) => (*value).try_into().ok(),
                    _ => None,
                }
            }

            fn write(&self) -> Value {
                Value::Int(i64::from(*self))
            }
        }
    )* };
}

whole_number!(u16, u32);

macro_rules! sixteen_bytes {
    ($($Type:ty),*) => { $(
        impl FieldType for $Type {
            fn read(value: &Value) -> Option<Self> {
                match value {
                    Value::Bytes(bytes) => bytes.as_slice().try_into().ok().map(Self::from_bytes),
                    _ => None,
                }
            }

            fn write(&self) -> Value {
                Value::Bytes(self.as_bytes().to_vec())
            }
        }
    )* };
}

sixteen_bytes!(ObjectId, PersonId, EntryId);

/// Declares a coded choice: an unknown code is from a newer version.
macro_rules! coded {
    ($(#[$doc:meta])* $Name:ident { $(
        $(#[$variant_doc:meta])* $Variant:ident = $code:literal $word:literal,
    )* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $Name {
            $( $(#[$variant_doc])* $Variant, )*
        }

        impl $Name {
            /// All of them, in order of code.
            pub const ALL: &[Self] = &[$( $Name::$Variant, )*];

            /// The code that is stored. Never reused.
            pub const fn code(self) -> u16 {
                match self { $( $Name::$Variant => $code, )* }
            }

            /// The word used in APIs and exports.
            pub const fn word(self) -> &'static str {
                match self { $( $Name::$Variant => $word, )* }
            }

            /// Reads a stored code; none where it is from a newer version.
            pub fn from_code(code: u16) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.code() == code)
            }

            /// Reads the word of APIs and the command line.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }

        impl crate::doc::FieldType for $Name {
            fn read(value: &crate::doc::Value) -> Option<Self> {
                u16::read(value).and_then(Self::from_code)
            }

            fn write(&self) -> crate::doc::Value {
                self.code().write()
            }
        }
    };
}

pub(super) use coded;

impl FieldType for Transport {
    fn read(value: &Value) -> Option<Self> {
        match u16::read(value).map(Transport::from_code)? {
            Transport::Newer(_) => None,
            known => Some(known),
        }
    }

    fn write(&self) -> Value {
        self.code().write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_type_or_an_unknown_code_is_not_understood() {
        assert_eq!(String::read(&Value::Int(1)), None);
        assert_eq!(u16::read(&Value::Int(70_000)), None);
        assert_eq!(u16::read(&Value::Int(-1)), None);
        assert_eq!(Transport::read(&Value::Int(99)), None);
        assert_eq!(
            Transport::read(&Transport::Horse.write()),
            Some(Transport::Horse)
        );
        assert_eq!(ObjectId::read(&Value::Bytes(vec![0; 15])), None);
    }
}
