//! What goes wrong, and the exit code that says so. `docs/cli.md` lists them.

use std::error::Error;
use std::process::ExitCode;

use tala_client::engine::EngineError;
use tala_client::store::StoreError;
use tala_client::sync::drive::DriveError;
use tala_client::transport::{Retry, TransportError};

/// A failure, with its exit code.
#[derive(Debug)]
pub(crate) struct Fault {
    what: Box<dyn Error>,
    code: u8,
}

/// It failed; nothing more is known.
const FAILED: u8 = 1;
/// The phone is not enrolled.
const NOT_ENROLLED: u8 = 3;
/// The centre was not reached, or is busy: try later.
const LATER: u8 = 4;
/// A person must do something: revoked, wrong clock, pinned root.
const PERSON: u8 = 5;
/// The device's storage is full or failed.
const STORAGE: u8 = 6;

pub(crate) type Outcome<T = ()> = Result<T, Fault>;

impl Fault {
    /// A failure in words.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into().into(),
            code: FAILED,
        }
    }

    /// A failure that is known only as one.
    pub(crate) fn boxed(what: Box<dyn Error>) -> Self {
        Self { what, code: FAILED }
    }

    /// The whole chain of causes in one line.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.what.to_string();
        let mut source = self.what.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        text
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// The exit code as the system wants it.
    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl<E: Error + 'static> From<E> for Fault {
    fn from(error: E) -> Self {
        let code = code_of(&error);
        Self {
            what: Box::new(error),
            code,
        }
    }
}

/// The first cause in the chain that says more than "it failed".
fn code_of(error: &(dyn Error + 'static)) -> u8 {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(code) = code_here(error) {
            return code;
        }
        next = error.source();
    }
    FAILED
}

fn code_here(error: &(dyn Error + 'static)) -> Option<u8> {
    if let Some(EngineError::NotEnrolled) = error.downcast_ref() {
        return Some(NOT_ENROLLED);
    }
    if let Some(StoreError::Full(_) | StoreError::Io { .. }) = error.downcast_ref() {
        return Some(STORAGE);
    }
    let transport = match error.downcast_ref() {
        Some(DriveError::Transport(transport)) => Some(transport),
        _ => error.downcast_ref::<TransportError>(),
    };
    transport.map(|transport| match transport.retry {
        Retry::Now | Retry::After(_) | Retry::Apart => LATER,
        Retry::Person => PERSON,
        Retry::Never => FAILED,
    })
}
