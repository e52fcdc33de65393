//! The orders of the lists: by the latest update, and by the deletion.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};

use crate::ticket::SimTicket;

/// A place in the order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListPlace {
    /// `updated_at` or `deleted_at`.
    pub at: i64,
    /// What decides within a second: a number that no answer shows, and that is not in the order of
    /// ids.
    pub number: u64,
}

impl ListPlace {
    /// The place of the ticket with this id.
    pub const fn new(at: i64, id: i64) -> Self {
        Self {
            at,
            number: number(id),
        }
    }
}

/// The places that a part of a list is between; `None` for its end on that side.
pub type Bounds = (Option<ListPlace>, Option<ListPlace>);

/// Zendesk's internal number of a ticket. No two ids have the same: every step can be undone.
const fn number(id: i64) -> u64 {
    let mixed =
        (id.cast_unsigned() ^ (id.cast_unsigned() >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 31)
}

/// The tickets in both orders.
#[derive(Debug, Default)]
pub(super) struct Listed {
    live: BTreeSet<(ListPlace, i64)>,
    deleted: BTreeSet<(ListPlace, i64)>,
}

impl Listed {
    /// The tickets that are not deleted, those at both bounds left out.
    pub(super) fn live(&self, bounds: Bounds) -> impl DoubleEndedIterator<Item = (ListPlace, i64)> {
        range(&self.live, bounds)
    }

    /// The deleted tickets, those at both bounds left out.
    pub(super) fn deleted(
        &self,
        bounds: Bounds,
    ) -> impl DoubleEndedIterator<Item = (ListPlace, i64)> {
        range(&self.deleted, bounds)
    }

    pub(super) fn insert(&mut self, id: i64, ticket: &SimTicket) {
        let (order, at) = self.order_of(ticket);
        order.insert((ListPlace::new(at, id), id));
    }

    pub(super) fn remove(&mut self, id: i64, ticket: &SimTicket) {
        let (order, at) = self.order_of(ticket);
        order.remove(&(ListPlace::new(at, id), id));
    }

    const fn order_of(&mut self, ticket: &SimTicket) -> (&mut BTreeSet<(ListPlace, i64)>, i64) {
        match ticket.deletion {
            None => (&mut self.live, ticket.updated_at),
            Some(deletion) => (&mut self.deleted, deletion.at),
        }
    }
}

fn range(
    order: &BTreeSet<(ListPlace, i64)>,
    (after, before): Bounds,
) -> impl DoubleEndedIterator<Item = (ListPlace, i64)> {
    let from = after.map_or(Unbounded, |place| Excluded((place, i64::MAX)));
    let to = before.map_or(Unbounded, |place| Excluded((place, i64::MIN)));
    order.range((from, to)).copied()
}
