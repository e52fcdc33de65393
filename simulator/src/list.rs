//! The lists of tickets: what remains of an account without its exports.
//!
//! PURE. A list is an ascending walk whose cursor is a value, not a session. It shows live tickets
//! only, and it shows them at once.

mod body;

mod cursor;

mod pages;

pub use body::{deleted_body, show_many_body, ticket_body, tickets_body};
pub use cursor::{Order, read_cursor, write_cursor};
pub use pages::{ListPage, ListRequest, View};

/// The most rows of a page, and the most ids of a request for tickets by their ids.
pub const ROWS_MAX: usize = 100;

#[cfg(test)]
mod tests;
