//! What the oracle is told of the answers that were served.
//!
//! Only in builds with the feature `oracle`.

use super::list_rows::Rows;
use crate::export::ExportPage;
use crate::faults::Fault;
use crate::list::{Order, View};
use crate::list_faults::{ListEndpoint, ListFault};
use crate::list_habits::GeneratedTimestamp;
use crate::oracle::{Carried, Listed, ListedRow, Served};
use crate::render::{MetricSets, SideLoads};
use crate::ticket::SimTicket;
use crate::world::World;

/// The page as the oracle takes it; `None` for one that cannot be read to its end or does not say
/// where it leads, which proves nothing.
pub(super) fn served(
    asked: &str,
    page: &ExportPage<'_>,
    side_loads: SideLoads,
    fault: Option<Fault>,
    world: &World,
) -> Option<Served> {
    let is_spoiled = fault.is_some_and(spoils_page);
    let last = page.rows.last().and_then(|(id, _)| world.spoiled().get(id));
    let has_end = last.is_none_or(|row| row.shows_end());
    (!is_spoiled && has_end).then(|| Served {
        asked: asked.to_owned(),
        leads_to: page
            .after_cursor
            .clone()
            .or_else(|| page.end_time.map(|time| time.to_string())),
        rows: page
            .rows
            .iter()
            .filter(|(id, _)| world.spoiled().get(id).is_none_or(|row| row.is_readable()))
            .map(|(id, row)| (*id, (*row).clone()))
            .collect(),
        carried: Carried {
            metric_sets: side_loads.metric_sets != MetricSets::None,
            slas: side_loads.slas,
        },
        end_of_stream: page.end_of_stream,
        date: world.now(),
    })
}

/// An answer of the lists as the oracle takes it; `None` for one that cannot be read to its end, or that
/// says wrongly how to go on: its rows are read again. A page of one row, or one in another order than a
/// walk's, is a probe: an exporter does not keep it.
pub(super) fn listed(
    endpoint: ListEndpoint,
    rows: &Rows<'_>,
    include: &str,
    fault: Option<ListFault>,
    view: &View<'_>,
) -> Option<Listed> {
    if fault.is_some_and(is_unusable) {
        return None;
    }
    let world = view.world();
    let (rows, has_more) = match rows {
        Rows::Listed(_, request) if request.size == 1 || request.order != Order::OldestFirst => {
            return None;
        }
        Rows::Listed(page, _) | Rows::Deleted(page, _) => (page.rows.clone(), page.has_more),
        Rows::Many(rows) => (rows.clone(), false),
        Rows::One(id, row) => (vec![(*id, *row)], false),
    };
    let first = usize::from(fault == Some(ListFault::FailedPart));
    let is_readable = |id| world.spoiled().get(id).is_none_or(|row| row.is_readable());
    let rows = rows.iter().skip(first).filter(|(id, _)| is_readable(id));
    let row = |(id, ticket): &(i64, &SimTicket)| {
        let mut ticket = (*ticket).clone();
        if fault == Some(ListFault::ForeignMetricSets) {
            ticket.show_set(Some(None));
        }
        ListedRow {
            id: *id,
            generated_timestamp: match world.list_habits.generated_timestamp {
                GeneratedTimestamp::Carried => Some(ticket.generated_at),
                GeneratedTimestamp::Zero => Some(0),
                GeneratedTimestamp::Missing => None,
            },
            ticket,
        }
    };
    let side_loads = SideLoads::asked(include, MetricSets::Beside);
    let habits = world.list_habits;
    let carries_sets = match endpoint {
        ListEndpoint::Tickets => habits.carries_metric_sets,
        ListEndpoint::ShowMany | ListEndpoint::Ticket => habits.carries_metric_sets_by_id,
        ListEndpoint::DeletedTickets => false,
    };
    Some(Listed {
        endpoint,
        rows: rows.map(row).collect(),
        carried: Carried {
            metric_sets: side_loads.metric_sets != MetricSets::None && carries_sets,
            slas: side_loads.slas && habits.carries_slas,
        },
        has_more,
        date: world.now(),
    })
}

const fn is_unusable(fault: ListFault) -> bool {
    match fault {
        ListFault::Usual(fault) => spoils_page(fault),
        ListFault::OutOfOrder
        | ListFault::Circling
        | ListFault::MoreOnEmptyPage
        | ListFault::MissingRows => true,
        _ => false,
    }
}

/// Whether a page with this fault cannot be read to its end, or does not say where it leads.
const fn spoils_page(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Truncated
            | Fault::EndsEarly
            | Fault::SlowDrip
            | Fault::NoEndOfStream
            | Fault::Stuck
            | Fault::NullPosition
    )
}
