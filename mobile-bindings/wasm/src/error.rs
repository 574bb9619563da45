//! Errors as JavaScript sees them: an `Error` whose `code` chooses the words.

use js_sys::{Error, Reflect};
use tala_client::engine::EngineError;
use tala_client::handset::HandsetError;
use tala_client::handset::message::{chain, code};
use tala_client::store::StoreError;
use wasm_bindgen::JsValue;

/// Why a verb did nothing.
#[derive(Debug)]
pub(crate) struct Failed {
    code: &'static str,
    message: String,
}

impl Failed {
    /// With a word of `web/field/src/core/field-core.ts` and a text for the log.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// With everything that lies below an error as the text.
    pub(crate) fn of(code: &'static str, error: &dyn std::error::Error) -> Self {
        Self::new(code, chain(error))
    }

    /// The word.
    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// The text for the log.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Full(_) => "full",
            StoreError::Damaged { .. } | StoreError::Foreign | StoreError::Newer { .. } => {
                "damaged"
            }
            _ => "store",
        };
        Self::of(code, &error)
    }
}

impl From<HandsetError> for Failed {
    fn from(error: HandsetError) -> Self {
        match &error {
            HandsetError::Engine(EngineError::Store(StoreError::Full(_))) => {
                Self::of("full", &error)
            }
            _ => Self::of(code(&error), &error),
        }
    }
}

impl From<Failed> for JsValue {
    fn from(failed: Failed) -> Self {
        let error = Error::new(&failed.message);
        // A fresh object takes any property.
        let _ = Reflect::set(&error, &"code".into(), &failed.code.into());
        error.into()
    }
}
