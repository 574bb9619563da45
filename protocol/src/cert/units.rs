//! The dated unit tree.

use std::collections::BTreeMap;

use super::statement::{Names, UnitStatement};
use crate::id::UnitId;
use crate::time::UnixMs;

/// Most steps from a unit to the top. A longer path is a loop.
const DEPTH_MAX: usize = 16;

/// Level of a unit. Codes are part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnitLevel {
    /// 自治区, 1.
    Region,
    /// 盟市, 2.
    League,
    /// 旗县, 3.
    Banner,
    /// 派出所, 4.
    Station,
}

/// Every statement about every unit, by date. A path is computed for a date: access uses today's tree,
/// statistics the tree of the event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitTree {
    statements: BTreeMap<UnitId, BTreeMap<UnixMs, UnitStatement>>,
}

impl UnitLevel {
    /// The stored code.
    pub const fn code(self) -> u8 {
        match self {
            UnitLevel::Region => 1,
            UnitLevel::League => 2,
            UnitLevel::Banner => 3,
            UnitLevel::Station => 4,
        }
    }

    /// Reads a stored code.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(UnitLevel::Region),
            2 => Some(UnitLevel::League),
            3 => Some(UnitLevel::Banner),
            4 => Some(UnitLevel::Station),
            _ => None,
        }
    }

    /// The word used in APIs and files.
    pub const fn word(self) -> &'static str {
        match self {
            UnitLevel::Region => "region",
            UnitLevel::League => "league",
            UnitLevel::Banner => "banner",
            UnitLevel::Station => "station",
        }
    }

    /// Reads the word of APIs and files.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            UnitLevel::Region,
            UnitLevel::League,
            UnitLevel::Banner,
            UnitLevel::Station,
        ]
        .into_iter()
        .find(|level| level.word() == word)
    }
}

impl UnitTree {
    /// Adds a statement. One about the same unit and date replaces the earlier.
    pub fn add(&mut self, statement: UnitStatement) {
        self.statements
            .entry(statement.unit)
            .or_default()
            .insert(statement.from, statement);
    }

    /// What was stated of a unit at a date: the last statement from then or before.
    pub fn at(&self, unit: UnitId, date: UnixMs) -> Option<&UnitStatement> {
        self.statements
            .get(&unit)?
            .range(..=date)
            .next_back()
            .map(|(_, s)| s)
    }

    /// The unit and everything above it at a date, from the unit up. Empty for a unit unknown then;
    /// stops at a loop.
    pub fn path(&self, unit: UnitId, date: UnixMs) -> Vec<UnitId> {
        let mut path = Vec::new();
        let mut next = Some(unit);
        while let Some(unit) = next {
            let Some(statement) = self.at(unit, date) else {
                break;
            };
            if path.contains(&unit) || path.len() == DEPTH_MAX {
                break;
            }
            path.push(unit);
            next = statement.parent;
        }
        path
    }

    /// Whether `unit` is `above` or below it, at a date.
    pub fn is_within(&self, unit: UnitId, above: UnitId, date: UnixMs) -> bool {
        self.path(unit, date).contains(&above)
    }

    /// `top` and every unit below it at a date.
    pub fn subtree(&self, top: UnitId, date: UnixMs) -> Vec<UnitId> {
        self.units(date)
            .filter(|unit| self.is_within(*unit, top, date))
            .collect()
    }

    /// Every unit known at a date.
    pub fn units(&self, date: UnixMs) -> impl Iterator<Item = UnitId> + '_ {
        self.statements
            .keys()
            .copied()
            .filter(move |unit| self.at(*unit, date).is_some())
    }

    /// Names of a unit at a date.
    pub fn names(&self, unit: UnitId, date: UnixMs) -> Option<&Names> {
        self.at(unit, date).map(|s| &s.names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(n: u8) -> UnitId {
        UnitId::from_bytes([n; 16])
    }

    fn state(tree: &mut UnitTree, n: u8, parent: Option<u8>, from: i64) {
        tree.add(UnitStatement {
            unit: unit(n),
            parent: parent.map(unit),
            level: UnitLevel::Station,
            names: Names::new(),
            from: UnixMs(from),
        });
    }

    #[test]
    fn a_station_that_moves_keeps_its_old_path_for_old_dates() {
        let mut tree = UnitTree::default();
        state(&mut tree, 1, None, 0);
        state(&mut tree, 2, Some(1), 0);
        state(&mut tree, 3, Some(1), 0);
        state(&mut tree, 9, Some(2), 0);
        state(&mut tree, 9, Some(3), 100);
        assert_eq!(tree.path(unit(9), UnixMs(99)), [unit(9), unit(2), unit(1)]);
        assert_eq!(tree.path(unit(9), UnixMs(100)), [unit(9), unit(3), unit(1)]);
        assert!(tree.path(unit(9), UnixMs(-1)).is_empty());
        assert!(tree.is_within(unit(9), unit(1), UnixMs(50)));
        assert_eq!(tree.subtree(unit(3), UnixMs(100)), [unit(3), unit(9)]);
    }

    #[test]
    fn a_loop_ends() {
        let mut tree = UnitTree::default();
        state(&mut tree, 1, Some(2), 0);
        state(&mut tree, 2, Some(1), 0);
        assert_eq!(tree.path(unit(1), UnixMs(0)), [unit(1), unit(2)]);
    }
}
