//! Pages of lists, for handlers.

use super::behind::Rows;
use super::front::Front;
use super::problem::Problem;
use super::who::Desk;
use super::wire::page::{PageAsked, PageWire};

/// What a list is called in its cursors: what is listed, for whom, and by which filter. A cursor of one
/// reader or filter means nothing in another's hands.
pub fn name(what: &str, desk: &Desk, filter: &dyn Filter) -> String {
    format!("{what}/{}/{}", desk.asker.person, filter.text())
}

/// A query without its page.
pub trait Filter {
    /// The filter as text: equal for equal filters.
    fn text(&self) -> String;
}

/// Reads which page is asked for.
pub fn page_of(
    front: &Front,
    list: &str,
    cursor: Option<&str>,
    limit: Option<usize>,
) -> Result<PageAsked, Problem> {
    let page = front.cursors.asked(list, cursor, limit);
    page.ok_or_else(|| Problem::bad_field("cursor is not one of this list"))
}

/// A page with the cursor of the next. A full page may be the last one; the next is then empty.
pub fn answer<T>(front: &Front, list: &str, limit: usize, rows: Rows<T>) -> PageWire<T> {
    let is_full = rows.len() >= limit;
    let last = rows.last().map(|(key, _)| key).filter(|_| is_full);
    PageWire {
        next: last.map(|key| front.cursors.make(list, key)),
        items: rows.into_iter().map(|(_, item)| item).collect(),
    }
}
