//! What was before the latest writes: copies that lag, lists that show a write late, and an export that
//! shows a ticket as it was are asked for it.

use std::collections::{BTreeMap, VecDeque};

use crate::ticket::SimTicket;

/// Versions that were replaced of late.
#[derive(Debug, Default)]
pub(super) struct Versions {
    of_tickets: BTreeMap<i64, Vec<Replaced>>,
    /// When, and of which ticket, the oldest first.
    in_order: VecDeque<(i64, i64)>,
}

/// A version that a write replaced.
#[derive(Debug)]
struct Replaced {
    /// When it was replaced.
    at: i64,
    /// From when on the lists do not show it any more.
    list_shows_until: i64,
    /// `None` where the ticket was not there.
    ticket: Option<Box<SimTicket>>,
}

/// Who looks at the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eye {
    /// Whoever sees each write when it happens.
    Records,
    /// The lists, which may show it later.
    Lists,
}

impl Versions {
    /// The tickets that looked otherwise at `moment` than they do now, and how; `None` where there was
    /// none.
    pub(super) fn as_of(
        &self,
        moment: i64,
        eye: Eye,
    ) -> impl Iterator<Item = (i64, Option<&SimTicket>)> {
        self.of_tickets.iter().filter_map(move |(id, replaced)| {
            let was_replaced = |version: &Replaced| match eye {
                Eye::Records => version.at <= moment,
                Eye::Lists => version.list_shows_until <= moment,
            };
            // A later write that shows hides an earlier one that does not yet.
            let latest_shown = replaced.iter().rposition(was_replaced);
            let shown = replaced.get(latest_shown.map_or(0, |latest| latest + 1))?;
            Some((*id, shown.ticket.as_deref()))
        })
    }

    /// Keeps the version of ticket `id` that is replaced at `now`, and that the lists show for so many
    /// seconds more.
    pub(super) fn keep(&mut self, id: i64, ticket: Option<SimTicket>, now: i64, more_seconds: i64) {
        self.in_order.push_back((now, id));
        self.of_tickets.entry(id).or_default().push(Replaced {
            at: now,
            list_shows_until: now + more_seconds,
            ticket: ticket.map(Box::new),
        });
    }

    /// Forgets what was replaced before `moment`.
    pub(super) fn forget(&mut self, moment: i64) {
        while let Some((at, id)) = self.in_order.front().copied()
            && at < moment
        {
            self.in_order.pop_front();
            if let Some(replaced) = self.of_tickets.get_mut(&id) {
                replaced.retain(|version| version.at > at);
                if replaced.is_empty() {
                    self.of_tickets.remove(&id);
                }
            }
        }
    }
}
