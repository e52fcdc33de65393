//! The page rules of the lists, and what a list shows at a moment.

use std::collections::BTreeMap;

use super::cursor::{Order, write_cursor};
use crate::export::Filter;
use crate::list_habits::MissingIds;
use crate::ticket::{Deletion, SimTicket};
use crate::world::{Bounds, Eye, ListPlace, World};

/// How long a list shows a deleted ticket.
const DELETED_SHOWN_SECONDS: i64 = 30 * 86_400;

/// What is asked of a list.
#[derive(Clone, Copy, Debug)]
pub struct ListRequest {
    /// Its order.
    pub order: Order,
    /// Where it goes on; `None` for its beginning.
    pub after: Option<ListPlace>,
    /// The most rows.
    pub size: usize,
    /// Which tickets.
    pub filter: Filter,
}

/// Rows of a page and what the page says beside them.
#[derive(Debug)]
pub struct ListPage<'a> {
    /// Ids and tickets, in the order of the list.
    pub rows: Vec<(i64, &'a SimTicket)>,
    /// Whether there are more.
    pub has_more: bool,
    /// The cursor before the first row; `None` without rows.
    pub before_cursor: Option<String>,
    /// The cursor behind the last row; `None` without rows.
    pub after_cursor: Option<String>,
}

/// What the lists show at a moment.
#[derive(Debug)]
pub struct View<'a> {
    world: &'a World,
    /// The moment.
    at: i64,
    /// The tickets that the lists show otherwise than they are now; `None` for not at all.
    in_lists: BTreeMap<i64, Option<&'a SimTicket>>,
    /// The same of whoever asks for tickets by their ids.
    by_id: BTreeMap<i64, Option<&'a SimTicket>>,
}

/// A row and its place.
type Placed<'a> = (ListPlace, i64, &'a SimTicket);

impl<'a> View<'a> {
    /// What the account shows now.
    pub fn of(world: &'a World) -> Self {
        Self::of_copy(world, 0)
    }

    /// What a copy of the account shows that lags by so many seconds.
    pub fn of_copy(world: &'a World, lag_seconds: i64) -> Self {
        let at = world.now() - lag_seconds;
        Self {
            world,
            at,
            in_lists: world.as_of(at, Eye::Lists).collect(),
            by_id: world.as_of(at, Eye::Records).collect(),
        }
    }

    /// The account.
    pub const fn world(&self) -> &'a World {
        self.world
    }

    /// A page of the list of tickets: live ones that are not in the archive.
    pub fn tickets(&self, request: &ListRequest) -> ListPage<'a> {
        let place = |id: i64, ticket: &SimTicket| match request.order {
            Order::Id => ListPlace { at: id, number: 0 },
            Order::OldestFirst | Order::NewestFirst => ListPlace::new(ticket.updated_at, id),
        };
        let is_listed =
            |(.., ticket): &Placed<'_>| ticket.deletion.is_none() && !self.is_archived(ticket);
        let shown = self.shown_otherwise(place).filter(is_listed);
        if request.order == Order::Id {
            let present = self.world.by_id();
            let present = present.map(|(id, ticket)| (place(id, ticket), id, ticket));
            let behind =
                |(place, ..): &Placed<'_>| request.after.is_none_or(|after| *place > after);
            return self.page(request, present.filter(behind).filter(is_listed), shown);
        }
        let present = in_order(request, |bounds| self.world.live_by_update(bounds));
        self.page(request, present.filter(is_listed), shown)
    }

    /// A page of the list of deleted tickets: those that were deleted in the last 30 days, are not
    /// scrubbed, and were not in the archive.
    pub fn deleted(&self, request: &ListRequest) -> ListPage<'a> {
        let is_listed = |(.., ticket): &Placed<'_>| self.lists_deletion(ticket);
        let place = |id, ticket: &SimTicket| {
            ListPlace::new(ticket.deletion.map_or(0, |deletion| deletion.at), id)
        };
        let shown = self.shown_otherwise(place).filter(is_listed);
        let present = in_order(request, |bounds| self.world.deleted_by_time(bounds));
        self.page(request, present.filter(is_listed), shown)
    }

    /// The ticket that is asked for alone: none that is deleted, and one of the archive only where the
    /// account shows those so.
    pub fn ticket(&self, id: i64) -> Option<&'a SimTicket> {
        self.by_id(id, self.world.list_habits.shows_archived_alone)
    }

    /// Those of these tickets that `show_many` shows, in the order in which they are asked for; `None` if it shows
    /// nothing because one of them is missing.
    pub fn show_many(&self, ids: &[i64]) -> Option<Vec<(i64, &'a SimTicket)>> {
        let habits = self.world.list_habits;
        let shown = |id: &i64| Some((*id, self.by_id(*id, habits.shows_archived)?));
        match habits.missing_ids {
            MissingIds::LeftOut => Some(ids.iter().filter_map(shown).collect()),
            MissingIds::NotFound => ids.iter().map(shown).collect(),
        }
    }

    fn by_id(&self, id: i64, shows_archived: bool) -> Option<&'a SimTicket> {
        let present = || self.world.ticket(id);
        let ticket = self.by_id.get(&id).copied().unwrap_or_else(present)?;
        let shows = shows_archived || !self.is_archived(ticket);
        (ticket.deletion.is_none() && shows).then_some(ticket)
    }

    /// Whether the list of deleted tickets names this ticket of the account.
    pub fn lists_deletion(&self, ticket: &SimTicket) -> bool {
        let since = self.at - DELETED_SHOWN_SECONDS;
        let is_shown = |deletion: Deletion| deletion.at > since && !deletion.from_archive;
        !ticket.scrubbed && ticket.deletion.is_some_and(is_shown)
    }

    /// Whether the list of tickets shows this ticket of the account as it is.
    pub fn lists(&self, ticket: &SimTicket) -> bool {
        ticket.deletion.is_none() && !self.is_archived(ticket)
    }

    fn is_archived(&self, ticket: &SimTicket) -> bool {
        let after = self.world.list_habits.archive_after_seconds;
        ticket.is_archived(self.at, after)
    }

    fn shown_otherwise(
        &self,
        place: impl Fn(i64, &SimTicket) -> ListPlace,
    ) -> impl Iterator<Item = Placed<'a>> {
        let shown = self.in_lists.iter();
        shown.filter_map(move |(id, ticket)| Some((place(*id, (*ticket)?), *id, (*ticket)?)))
    }

    /// A page of the rows as they are now, but for those that are shown otherwise.
    fn page(
        &self,
        request: &ListRequest,
        present: impl Iterator<Item = Placed<'a>>,
        shown: impl Iterator<Item = Placed<'a>>,
    ) -> ListPage<'a> {
        let is_behind = |(place, ..): &Placed<'_>| match (request.after, request.order) {
            (None, _) => true,
            (Some(after), Order::NewestFirst) => *place < after,
            (Some(after), _) => *place > after,
        };
        let mut shown: Vec<_> = shown.filter(is_behind).collect();
        shown.sort_unstable_by_key(|(place, ..)| *place);
        if request.order == Order::NewestFirst {
            shown.reverse();
        }
        let present = present.filter(|(_, id, _)| !self.in_lists.contains_key(id));
        let rows = merged(present, shown, request.order == Order::NewestFirst);
        page(request, rows)
    }
}

/// Two sequences in the same order as one.
fn merged<'a>(
    one: impl Iterator<Item = Placed<'a>>,
    other: Vec<Placed<'a>>,
    is_descending: bool,
) -> impl Iterator<Item = Placed<'a>> {
    let (mut one, mut other) = (one.peekable(), other.into_iter().peekable());
    std::iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some((first, ..)), Some((second, ..))) if (first < second) != is_descending => one.next(),
        (Some(_), None) => one.next(),
        _ => other.next(),
    })
}

/// The rows behind the request's cursor in its order.
fn in_order<'a, I>(
    request: &ListRequest,
    range: impl Fn(Bounds) -> I,
) -> Box<dyn Iterator<Item = I::Item> + 'a>
where
    I: DoubleEndedIterator + 'a,
{
    if request.order == Order::NewestFirst {
        Box::new(range((None, request.after)).rev())
    } else {
        Box::new(range((request.after, None)))
    }
}

fn page<'a>(request: &ListRequest, rows: impl Iterator<Item = Placed<'a>>) -> ListPage<'a> {
    let filter = request.filter;
    let mut rows = rows.filter(move |(.., ticket)| filter.takes(ticket));
    let page: Vec<_> = rows.by_ref().take(request.size).collect();
    let cursor =
        |row: Option<&Placed<'_>>| row.map(|(place, ..)| write_cursor(request.order, *place));
    ListPage {
        has_more: rows.next().is_some(),
        before_cursor: cursor(page.first()),
        after_cursor: cursor(page.last()),
        rows: page
            .into_iter()
            .map(|(_, id, ticket)| (id, ticket))
            .collect(),
    }
}
