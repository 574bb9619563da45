//! Pages of lists: an opaque cursor that names the last row by its order, never by an id.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use tala_protocol::hash::Digest;
use utoipa::ToSchema;

/// Most items of a page.
pub const LIMIT_MAX: usize = 500;
const LIMIT: usize = 100;

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PageWire<T> {
    /// The items.
    pub items: Vec<T>,
    /// Give this as `cursor` for the next page; null at the end.
    pub next: Option<String>,
}

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAsked {
    /// Rows after this key, in the order of the list; `None` from the beginning.
    pub after: Option<Key>,
    /// At most so many.
    pub limit: usize,
}

/// The place of a row in the order of a list: its time, and what tells rows of one time apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub i64, pub Vec<u8>);

/// Makes and reads cursors. A cursor holds only under the key of this process's centre and for the list
/// and filter it was made for.
#[derive(Clone)]
pub struct Cursors {
    secret: [u8; 32],
}

impl Cursors {
    /// With a secret of the centre.
    pub const fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// The cursor behind a row of a list. `list` names list, filter and reader.
    pub fn make(&self, list: &str, key: &Key) -> String {
        let bytes = bytes(key);
        let tag = self.tag(list, &bytes);
        BASE64URL_NOPAD.encode(&[bytes.as_slice(), tag.as_slice()].concat())
    }

    /// Reads a cursor that was made for this list.
    pub fn read(&self, list: &str, text: &str) -> Option<Key> {
        let all = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (key, tag) = all.split_last_chunk::<16>()?;
        let own = self.tag(list, key);
        let same: bool = subtle::ConstantTimeEq::ct_eq(tag.as_slice(), own.as_slice()).into();
        let (at, rest) = key.split_first_chunk::<8>()?;
        same.then(|| Key(i64::from_be_bytes(*at), rest.to_vec()))
    }

    /// The page that a request asks for; `None` where its cursor is not ours.
    pub fn asked(
        &self,
        list: &str,
        cursor: Option<&str>,
        limit: Option<usize>,
    ) -> Option<PageAsked> {
        let after = match cursor {
            Some(text) => Some(self.read(list, text)?),
            None => None,
        };
        let limit = limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
        Some(PageAsked { after, limit })
    }

    fn tag(&self, list: &str, key: &[u8]) -> [u8; 16] {
        // A hash over secret and fixed-length prefix: lengths are in front, so nothing can be shifted.
        let len = u64::try_from(list.len()).unwrap_or(u64::MAX).to_be_bytes();
        let parts = [
            b"tala/cursor/1",
            self.secret.as_slice(),
            &len,
            list.as_bytes(),
            key,
        ];
        let inner = Digest::sha256_parts(&parts);
        let outer = Digest::sha256_parts(&[b"tala/cursor/1", &self.secret, inner.bytes()]);
        outer.prefix16()
    }
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors(..)")
    }
}

fn bytes(key: &Key) -> Vec<u8> {
    [key.0.to_be_bytes().as_slice(), &key.1].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_is_read_back_and_only_for_its_list(a: i64, b: [u8; 16]) {
            let key = Key(a, b.to_vec());
            let cursors = Cursors::new([1; 32]);
            let text = cursors.make("incidents", &key);
            prop_assert_eq!(cursors.read("incidents", &text), Some(key));
            prop_assert_eq!(cursors.read("patrols", &text), None);
            prop_assert_eq!(Cursors::new([2; 32]).read("incidents", &text), None);
        }

        #[test]
        fn no_text_makes_it_fail(text: String) {
            prop_assert_eq!(Cursors::new([1; 32]).read("x", &text), None);
        }
    }

    #[test]
    fn limits_are_bounded() {
        let cursors = Cursors::new([1; 32]);
        let limit = |asked| cursors.asked("x", None, asked).map(|page| page.limit);
        assert_eq!(limit(None), Some(100));
        assert_eq!(limit(Some(0)), Some(1));
        assert_eq!(limit(Some(9_999)), Some(LIMIT_MAX));
    }
}
