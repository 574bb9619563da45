//! Identifiers: sixteen opaque bytes each, told apart by type, written as 32 lower-case hex digits.
//!
//! Nothing sorts or pages by an id. Where an id comes from is said at its type: some are hashes of
//! what they name ([`ObjectId`], [`DeviceId`]), some are random and made by the office ([`UnitId`],
//! [`PersonId`], [`RowId`]).

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} id must be 32 lower-case hex digits")]
pub struct ParseIdError {
    /// Which id was expected, for example `device`.
    pub what: &'static str,
}

macro_rules! id16 {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Takes the sixteen bytes as they are.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The sixteen bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Takes a slice of exactly sixteen bytes.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, ParseIdError> {
                match bytes.try_into() {
                    Ok(bytes) => Ok(Self(bytes)),
                    Err(_) => Err(ParseIdError { what: $what }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let bytes = HEXLOWER
                    .decode(text.as_bytes())
                    .map_err(|_| ParseIdError { what: $what })?;
                Self::from_slice(&bytes)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Self::from_slice(d.bytes()?).map_err(minicbor::decode::Error::custom)
            }
        }
    };
}

id16! {
    /// A key that signs: the first 16 bytes of the SHA-256 of its public key (algorithm byte first).
    /// Phones, office processes, the log and the bureau root all have one.
    DeviceId, "device"
}
id16! {
    /// A unit of the tree (region, league, banner, station). Random (UUIDv4), made by the office.
    UnitId, "unit"
}
id16! {
    /// A person: officer, auxiliary, investigator. Random (UUIDv4), made by the office.
    PersonId, "person"
}
id16! {
    /// A document, case, campaign or media description: the first 16 bytes of the hash of its genesis
    /// envelope's signed part, so nobody can create one twice or elsewhere.
    ObjectId, "object"
}
id16! {
    /// A row that only the server makes (session, enrolment, alert). Random (UUIDv4).
    RowId, "row"
}
id16! {
    /// One life of a server's log. A restored server starts a new one. Random (UUIDv4).
    LogId, "log"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_bad_text_names_the_id() {
        let id = UnitId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse::<UnitId>(), Ok(id));
        assert_eq!("ab".parse::<UnitId>(), Err(ParseIdError { what: "unit" }));
        assert_eq!(
            "AB".repeat(16).parse::<UnitId>(),
            Err(ParseIdError { what: "unit" })
        );
    }
}
