//! How ids and audiences stand in the JSON of rows: hex.

/// An id as 32 hex digits.
pub(super) mod id_hex {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(in super::super) fn serialize<T: std::fmt::Display, S: Serializer>(
        id: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(in super::super) fn deserialize<'d, T, D>(from: D) -> Result<T, D::Error>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
        D: Deserializer<'d>,
    {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// An id as 32 hex digits, or null.
pub(super) mod id_hex_opt {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(in super::super) fn serialize<T: std::fmt::Display, S: Serializer>(
        id: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => to.collect_str(id),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'d, T, D>(from: D) -> Result<Option<T>, D::Error>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
        D: Deserializer<'d>,
    {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(de::Error::custom))
            .transpose()
    }
}

/// The canonical bytes of an audience, as hex.
pub(super) mod audience_hex {
    use data_encoding::HEXLOWER;
    use serde::{Deserialize as _, Deserializer, Serializer, de};
    use tala_protocol::cbor;
    use tala_protocol::envelope::Audience;

    pub(in super::super) fn serialize<S: Serializer>(
        audience: &Audience,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&HEXLOWER.encode(&cbor::to_vec(audience)))
    }

    pub(in super::super) fn deserialize<'d, D: Deserializer<'d>>(
        from: D,
    ) -> Result<Audience, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = HEXLOWER
            .decode(text.as_bytes())
            .map_err(de::Error::custom)?;
        cbor::from_slice("audience", &bytes, 32).map_err(de::Error::custom)
    }
}
