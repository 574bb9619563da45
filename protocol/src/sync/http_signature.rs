//! How a device signs its HTTP requests: RFC 9421 with one fixed set of components.
//!
//! Covered are `@method`, `@path`, `@query` and `content-digest` (RFC 9530, SHA-256 of the body), with
//! `created`, `nonce` and `keyid`. The centre accepts exactly this form; the window of `created` and
//! the memory of nonces are its business, with its own clock.

#![expect(
    clippy::map_err_ignore,
    reason = "a header in another form is refused whole; where it parts from ours is of no use"
)]

use data_encoding::BASE64;

use crate::hash::Digest;
use crate::id::DeviceId;
use crate::key::{KeyError, PublicKey, Signature};

/// Label of our signature in `Signature-Input` and `Signature`.
const LABEL: &str = "tala";
/// The components, in their order.
const COMPONENTS: &str = r#"("@method" "@path" "@query" "content-digest")"#;

/// The parts of a request that are signed.
#[derive(Debug, Clone, Copy)]
pub struct SignedParts<'a> {
    /// Method, upper case.
    pub method: &'a str,
    /// Path as sent, percent-encoded.
    pub path: &'a str,
    /// Query as sent, without `?`; empty for none.
    pub query: &'a str,
    /// Value of the `Content-Digest` header.
    pub content_digest: &'a str,
}

/// The parameters of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureParams {
    /// When it was made, seconds since 1970 by the device's clock.
    pub created_s: i64,
    /// 16 random bytes, as 32 hex digits.
    pub nonce: String,
    /// Whose key.
    pub device: DeviceId,
}

/// Why a request's signature cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpSignatureError {
    /// `Signature-Input` is missing or of another form than ours.
    #[error("signature input is not in the expected form")]
    Input,
    /// `Signature` is missing or of another form than ours.
    #[error("signature is not in the expected form")]
    Signature,
    /// The body is not the one whose digest was signed.
    #[error("content digest does not match the body")]
    Digest,
    /// It does not verify.
    #[error("request signature does not hold")]
    Key(#[from] KeyError),
}

/// Value of the `Content-Digest` header for a body.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64.encode(Digest::sha256(body).bytes()))
}

impl SignatureParams {
    /// The signature base (RFC 9421 section 2.5): what the device signs.
    pub fn base(&self, parts: &SignedParts<'_>) -> Vec<u8> {
        format!(
            "\"@method\": {}\n\"@path\": {}\n\"@query\": ?{}\n\"content-digest\": {}\n\
             \"@signature-params\": {}",
            parts.method,
            parts.path,
            parts.query,
            parts.content_digest,
            self.inner()
        )
        .into_bytes()
    }

    /// Value of the `Signature-Input` header.
    pub fn input_header(&self) -> String {
        format!("{LABEL}={}", self.inner())
    }

    /// Reads a `Signature-Input` header.
    pub fn parse(header: &str) -> Result<Self, HttpSignatureError> {
        let fail = HttpSignatureError::Input;
        let rest = header.strip_prefix(LABEL).and_then(|r| r.strip_prefix('='));
        let rest = rest
            .and_then(|r| r.strip_prefix(COMPONENTS))
            .ok_or(fail.clone())?;
        let (created, rest) = rest
            .strip_prefix(";created=")
            .and_then(|r| r.split_once(";nonce=\""))
            .ok_or(fail.clone())?;
        let (nonce, rest) = rest.split_once("\";keyid=\"").ok_or(fail.clone())?;
        let device = rest
            .strip_suffix('"')
            .and_then(|id| id.parse().ok())
            .ok_or(fail.clone())?;
        let nonce_ok = nonce.len() == 32 && nonce.bytes().all(|b| b.is_ascii_hexdigit());
        let created_s = created.parse().map_err(|_| fail.clone())?;
        let params = Self {
            created_s,
            nonce: nonce.to_owned(),
            device,
        };
        // A number written another way would sign other bytes than we rebuild.
        if nonce_ok && params.input_header() == header {
            Ok(params)
        } else {
            Err(fail)
        }
    }

    fn inner(&self) -> String {
        format!(
            "{COMPONENTS};created={};nonce=\"{}\";keyid=\"{}\"",
            self.created_s, self.nonce, self.device
        )
    }
}

/// Value of the `Signature` header.
pub fn signature_header(signature: &Signature) -> String {
    format!("{LABEL}=:{}:", BASE64.encode(signature.as_bytes()))
}

/// Reads a `Signature` header.
pub fn parse_signature(header: &str) -> Result<Signature, HttpSignatureError> {
    let inner = header
        .strip_prefix(LABEL)
        .and_then(|r| r.strip_prefix("=:"))
        .and_then(|r| r.strip_suffix(':'))
        .ok_or(HttpSignatureError::Signature)?;
    let bytes = BASE64
        .decode(inner.as_bytes())
        .map_err(|_| HttpSignatureError::Signature)?;
    Signature::from_slice(&bytes).map_err(|_| HttpSignatureError::Signature)
}

/// Checks body digest and signature of a request.
pub fn verify(
    parts: &SignedParts<'_>,
    body: &[u8],
    params: &SignatureParams,
    signature: &Signature,
    key: &PublicKey,
) -> Result<(), HttpSignatureError> {
    if content_digest(body) != parts.content_digest {
        return Err(HttpSignatureError::Digest);
    }
    key.verify(&params.base(parts), signature)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> SignatureParams {
        SignatureParams {
            created_s: 1_780_000_000,
            nonce: "ab".repeat(16),
            device: DeviceId::from_bytes([3; 16]),
        }
    }

    #[test]
    fn the_content_digest_is_that_of_rfc_9530() {
        // RFC 9530 appendix B: the body {"hello": "world"} followed by a line feed.
        assert_eq!(
            content_digest(b"{\"hello\": \"world\"}\n"),
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        );
    }

    #[test]
    fn headers_round_trip_and_other_forms_are_refused() {
        let header = params().input_header();
        assert_eq!(SignatureParams::parse(&header), Ok(params()));
        for bad in [
            header.replace("created=", "created=+"),
            header.replace("\"@query\" ", ""),
            header.replace("abab", "zzzz"),
            format!("{header};tag=\"x\""),
            String::new(),
        ] {
            assert_eq!(
                SignatureParams::parse(&bad),
                Err(HttpSignatureError::Input),
                "{bad}"
            );
        }
    }

    #[test]
    fn the_signed_bytes_and_headers_are_frozen() {
        use ed25519_dalek::Signer as _;
        let digest = content_digest(b"body");
        let parts = SignedParts {
            method: "POST",
            path: "/api/v1/device/sync",
            query: "a=1",
            content_digest: &digest,
        };
        let base = params().base(&parts);
        let key = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
        let signature = Signature::from_bytes(key.sign(&base).to_bytes());
        let headers = format!(
            "\n\nContent-Digest: {digest}\nSignature-Input: {}\nSignature: {}\n",
            params().input_header(),
            signature_header(&signature)
        );
        let made = [base.as_slice(), headers.as_bytes()].concat();
        let golden = crate::golden::check("sync/signed-request.txt", &made);
        assert!(golden.starts_with(&base));
    }

    #[test]
    fn every_signed_part_counts() {
        use ed25519_dalek::Signer as _;
        let key = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
        let public = PublicKey::ed25519(key.verifying_key().as_bytes()).expect("good key");
        let body = b"body";
        let digest = content_digest(body);
        let parts = SignedParts {
            method: "POST",
            path: "/api/v1/device/sync",
            query: "",
            content_digest: &digest,
        };
        let made = Signature::from_bytes(key.sign(&params().base(&parts)).to_bytes());
        let made = parse_signature(&signature_header(&made)).expect("own header");
        assert_eq!(verify(&parts, body, &params(), &made, &public), Ok(()));
        assert_eq!(
            verify(&parts, b"other", &params(), &made, &public),
            Err(HttpSignatureError::Digest)
        );
        for other in [
            SignedParts {
                method: "PUT",
                ..parts
            },
            SignedParts {
                path: "/api/v1/device",
                ..parts
            },
            SignedParts {
                query: "x=1",
                ..parts
            },
        ] {
            let got = verify(&other, body, &params(), &made, &public);
            assert_eq!(got, Err(HttpSignatureError::Key(KeyError::Mismatch)));
        }
    }
}
