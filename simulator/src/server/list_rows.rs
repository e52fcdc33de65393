//! What an answer of the lists shows.

use crate::list::{ListPage, ListRequest};
use crate::ticket::SimTicket;

/// The rows of an answer.
pub(super) enum Rows<'a> {
    Listed(ListPage<'a>, ListRequest),
    Deleted(ListPage<'a>, ListRequest),
    Many(Vec<(i64, &'a SimTicket)>),
    One(i64, &'a SimTicket),
}
