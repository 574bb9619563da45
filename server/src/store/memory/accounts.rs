//! Accounts and enrolments in the model.

use std::cmp::Reverse;

use super::State;
use crate::store::{AccountReads, AccountWrites, EnrolmentRow, StaffRow, StoreError};

impl AccountReads for State {
    fn staff(&self, login: &str) -> Result<Option<StaffRow>, StoreError> {
        Ok(self.staff.get(login).cloned())
    }

    fn all_staff(&self) -> Result<Vec<StaffRow>, StoreError> {
        Ok(self.staff.values().cloned().collect())
    }

    fn enrolment(&self, code_hash: &[u8; 32]) -> Result<Option<EnrolmentRow>, StoreError> {
        let mut all = self.enrolments.values();
        Ok(all.find(|row| row.code_hash == *code_hash).cloned())
    }

    fn enrolments(&self) -> Result<Vec<EnrolmentRow>, StoreError> {
        let mut all: Vec<_> = self.enrolments.values().cloned().collect();
        all.sort_by_key(|row| (Reverse(row.made_at), row.id));
        Ok(all)
    }
}

impl AccountWrites for State {
    fn put_staff(&mut self, row: &StaffRow) -> Result<(), StoreError> {
        self.staff.insert(row.login.clone(), row.clone());
        Ok(())
    }

    fn put_enrolment(&mut self, row: &EnrolmentRow) -> Result<(), StoreError> {
        self.enrolments.insert(row.id, row.clone());
        Ok(())
    }
}
