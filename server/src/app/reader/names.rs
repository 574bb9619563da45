//! Names of people.

use tala_protocol::id::PersonId;

use crate::app::centre::Centre;

impl Centre {
    /// A person's name, unless it was erased.
    pub fn person_name(&self, person: PersonId) -> Option<String> {
        self.directory().person_name(person).map(str::to_owned)
    }
}
