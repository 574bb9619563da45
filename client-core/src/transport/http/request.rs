//! One request and its answer: what is signed, what is sent, what a status means.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tala_protocol::id::DeviceId;
use tala_protocol::key::Signature;
use tala_protocol::sync::http_signature::{
    SignatureParams, SignedParts, content_digest, signature_header,
};

use crate::transport::UploadState;

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: reqwest::Method,
    pub(super) path: String,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) upload_offset: Option<u64>,
    pub(super) range: Option<(u64, u64)>,
    digest: String,
}

/// What came back with a good status.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The parameters of a signature that is still to be made.
pub(super) struct Draft {
    params: SignatureParams,
}

/// The headers of a signed request.
pub(super) struct Signed {
    input: String,
    signature: String,
}

impl Ask {
    pub(super) fn new(
        method: reqwest::Method,
        path: String,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> Self {
        Self {
            digest: content_digest(&body),
            method,
            path,
            content_type,
            body,
            upload_offset: None,
            range: None,
        }
    }

    /// Whether a file is handed over, or asked about to that end; reading one is not.
    pub(super) fn hands_over_file(&self) -> bool {
        self.path.contains("/device/media/") && self.method != reqwest::Method::GET
    }

    /// All headers of an attempt.
    pub(super) fn headers(&self, signed: &Signed) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put("content-digest", self.digest.clone());
        put("signature-input", signed.input.clone());
        put("signature", signed.signature.clone());
        if !self.body.is_empty() {
            put("content-type", self.content_type.to_owned());
        }
        if let Some(offset) = self.upload_offset {
            put("upload-offset", offset.to_string());
        }
        if let Some((from, to)) = self.range {
            put("range", format!("bytes={from}-{to}"));
        }
        headers
    }
}

impl Draft {
    pub(super) fn new(_: &Ask, created_s: i64, nonce: String, device: DeviceId) -> Self {
        let params = SignatureParams {
            created_s,
            nonce,
            device,
        };
        Self { params }
    }

    /// What the key signs.
    pub(super) fn base(&self, ask: &Ask) -> Vec<u8> {
        self.params.base(&SignedParts {
            method: ask.method.as_str(),
            path: &ask.path,
            query: "",
            content_digest: &ask.digest,
        })
    }

    pub(super) fn signed(self, signature: &Signature) -> Signed {
        Signed {
            input: self.params.input_header(),
            signature: signature_header(signature),
        }
    }
}

impl Answer {
    /// How far an upload is, as the headers say; absent headers say: not begun.
    pub(super) fn upload_state(&self) -> UploadState {
        let text = |name: &str| self.headers.get(name).and_then(|v| v.to_str().ok());
        UploadState {
            offset: text("upload-offset")
                .and_then(|v| v.parse().ok())
                .unwrap_or(0),
            complete: text("upload-complete").is_some_and(|v| matches!(v, "?1" | "true" | "1")),
        }
    }
}
