//! What commands at the machine ask of the running centre, and its answers.
//!
//! Whoever may write the data folder holds the centre's keys anyway, so an order needs no password. The
//! centre takes each once; a command that is not heard takes its order back.

use rusqlite::params;
use tala_protocol::id::RowId;
use tala_protocol::time::UnixMs;

use super::{DoorStore, DoorStoreError};

/// Something that is asked of the running centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its row.
    pub id: RowId,
    /// When it was asked.
    pub made_at: UnixMs,
    /// What, as JSON.
    pub asks: String,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderAnswer {
    /// Nobody has taken it.
    Waiting,
    /// The centre is at it.
    Taken,
    /// It was done; what to say about it.
    Done(String),
    /// It was not; why.
    Failed(String),
}

impl DoorStore {
    /// Asks something of the running centre.
    pub fn add_order(&self, order: &Order) -> Result<(), DoorStoreError> {
        let sql = "INSERT INTO machine_order (id, made_at, asks) VALUES (?1, ?2, ?3)";
        let values = params![order.id.as_bytes(), order.made_at.0, order.asks];
        self.write("order", sql, values)?;
        Ok(())
    }

    /// Takes the order that has waited longest.
    pub fn take_order(&self) -> Result<Option<Order>, DoorStoreError> {
        let sql = "UPDATE machine_order SET taken = 1 WHERE id = (SELECT id FROM machine_order
             WHERE taken = 0 ORDER BY made_at, id LIMIT 1) RETURNING id, made_at, asks";
        self.read("order", sql, [], |row| {
            Ok(Order {
                id: RowId::from_bytes(row.get(0)?),
                made_at: UnixMs(row.get(1)?),
                asks: row.get(2)?,
            })
        })
    }

    /// Says what became of an order.
    pub fn answer_order(
        &self,
        id: RowId,
        answer: &Result<String, String>,
    ) -> Result<(), DoorStoreError> {
        let (is_done, text) = match answer {
            Ok(text) => (true, text),
            Err(text) => (false, text),
        };
        let sql = "UPDATE machine_order SET is_done = ?2, answer = ?3 WHERE id = ?1";
        self.write("order", sql, params![id.as_bytes(), is_done, text])?;
        Ok(())
    }

    /// What became of an order; `None` for one that was forgotten.
    pub fn order_answer(&self, id: RowId) -> Result<Option<OrderAnswer>, DoorStoreError> {
        let sql = "SELECT taken, is_done, answer FROM machine_order WHERE id = ?1";
        self.read("order", sql, params![id.as_bytes()], |row| {
            let (taken, is_done): (bool, Option<bool>) = (row.get(0)?, row.get(1)?);
            let text: Option<String> = row.get(2)?;
            Ok(match (taken, is_done) {
                (_, Some(true)) => OrderAnswer::Done(text.unwrap_or_default()),
                (_, Some(false)) => OrderAnswer::Failed(text.unwrap_or_default()),
                (true, None) => OrderAnswer::Taken,
                (false, None) => OrderAnswer::Waiting,
            })
        })
    }

    /// Takes an order back that nobody has taken; false where somebody has.
    pub fn withdraw_order(&self, id: RowId) -> Result<bool, DoorStoreError> {
        let sql = "DELETE FROM machine_order WHERE id = ?1 AND taken = 0";
        Ok(self.write("order", sql, params![id.as_bytes()])? > 0)
    }

    /// Forgets orders that were made before `before`, what became of them or not.
    pub fn forget_orders(&self, before: UnixMs) -> Result<usize, DoorStoreError> {
        let sql = "DELETE FROM machine_order WHERE made_at < ?1";
        self.write("order", sql, params![before.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_taken_once_and_answered_or_taken_back() {
        let door = DoorStore::in_memory().expect("memory");
        let order = |n: u8| Order {
            id: RowId::from_bytes([n; 16]),
            made_at: UnixMs(i64::from(n)),
            asks: "{}".into(),
        };
        let answer = |n: u8| {
            door.order_answer(order(n).id)
                .expect("reads")
                .expect("is kept")
        };
        for n in [2, 1, 3] {
            door.add_order(&order(n)).expect("kept");
        }
        assert_eq!(
            door.take_order().expect("taken"),
            Some(order(1)),
            "the oldest"
        );
        assert_eq!(answer(1), OrderAnswer::Taken);
        assert!(!door.withdraw_order(order(1).id).expect("tries"));
        door.answer_order(order(1).id, &Ok("done".into()))
            .expect("said");
        assert_eq!(answer(1), OrderAnswer::Done("done".into()));
        assert!(door.withdraw_order(order(2).id).expect("taken back"));
        assert_eq!(door.take_order().expect("taken"), Some(order(3)));
        door.answer_order(order(3).id, &Err("no".into()))
            .expect("said");
        assert_eq!(answer(3), OrderAnswer::Failed("no".into()));
        assert_eq!(door.take_order().expect("none"), None);
        assert_eq!(door.forget_orders(UnixMs(3)).expect("forgets"), 1);
    }
}
