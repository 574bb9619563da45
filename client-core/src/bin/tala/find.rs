//! Finding a record by the beginning of its id.

use tala_client::store::Store as _;
use tala_protocol::doc::DocType;
use tala_protocol::id::ObjectId;

use crate::fault::{Fault, Outcome};
use crate::home::Phone;

/// The record whose id begins like this.
pub(crate) fn record(phone: &Phone, beginning: &str) -> Outcome<(ObjectId, DocType)> {
    let docs = phone.engine.store().docs()?;
    let mut found = docs
        .iter()
        .filter(|doc| doc.object.to_string().starts_with(beginning));
    match (found.next(), found.next()) {
        (Some(doc), None) => Ok((doc.object, DocType::from_code(doc.doc_type))),
        (None, _) => Err(Fault::new(format!("no record begins with {beginning}"))),
        (Some(_), Some(_)) => Err(Fault::new(format!(
            "several records begin with {beginning}"
        ))),
    }
}
