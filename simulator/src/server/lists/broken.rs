//! Answers of the lists that are not as they should be.

use serde_json::{Value, json};

use super::super::answer::{self, Answer, Dropped};
use super::super::header_faults;
use super::super::limit_headers::EndpointLimit;
use super::super::refusals::{invalid_list_page, refusal};
use super::super::request::Query;
use crate::export::Filter;
use crate::faults::Fault;
use crate::list::{ListRequest, Order, View};
use crate::list_faults::ListFault;
use crate::render::{self, MetricSets};
use crate::spoil;

/// The answer of a fault that gives no page; `None` for those that break one.
pub(super) fn instead(fault: ListFault, now: i64, size: u32) -> Result<Option<Answer>, Dropped> {
    match fault {
        ListFault::Usual(Fault::InvalidCursor) => {
            Ok(Some(invalid_list_page("page[after] is not valid")))
        }
        ListFault::Usual(fault) => refusal(fault, now, size),
        _ => Ok(None),
    }
}

/// A page with this fault, of an endpoint with this limit.
pub(super) fn broken(
    fault: Option<ListFault>,
    mut body: Value,
    query: &Query,
    view: &View<'_>,
    limit: Option<EndpointLimit>,
) -> Answer {
    let world = view.world();
    let text = |body: &Value| answer::json_text(200, spoil::write_page(body, world.spoiled()));
    let fault = match fault {
        None => return text(&body),
        Some(ListFault::Usual(fault)) => fault,
        Some(ListFault::ZeroLimit) => {
            let answer = text(&body);
            return match limit {
                Some(limit) => {
                    answer::header(answer, limit.header(), "total=0; remaining=0; resets=60")
                }
                None => ["x-rate-limit", "x-rate-limit-remaining"]
                    .into_iter()
                    .fold(answer, |answer, name| answer::header(answer, name, "0")),
            };
        }
        Some(fault) => {
            break_list(fault, &mut body, view);
            return text(&body);
        }
    };
    match fault {
        Fault::Truncated => return answer::truncated(&body),
        Fault::EndsEarly => return answer::ending_early(&body),
        Fault::SlowDrip => return answer::dripping(&body),
        Fault::BadRow => add_row(&mut body, json!({"id": "not a number", "status": 5})),
        Fault::FutureRow => {
            let later = world.now() + 7_200;
            let at = render::time(later);
            let row = json!({
                "id": 4_000_000, "status": "open", "generated_timestamp": later,
                "created_at": at, "updated_at": at, "deleted_at": at,
            });
            add_row(&mut body, row);
        }
        _ => break_paging(fault, &mut body, query),
    }
    header_faults::add(fault, text(&body), world.now(), limit)
}

fn add_row(body: &mut Value, row: Value) {
    for list in ["tickets", "deleted_tickets"] {
        if let Some(rows) = body.get_mut(list).and_then(Value::as_array_mut) {
            rows.push(row.clone());
        }
    }
}

fn break_paging(fault: Fault, body: &mut Value, query: &Query) {
    let Some(meta) = body.get_mut("meta").and_then(Value::as_object_mut) else {
        return;
    };
    match fault {
        Fault::NoEndOfStream => _ = meta.remove("has_more"),
        Fault::Stuck => say_more(body, query.get("page[after]").map(String::as_str)),
        Fault::NullPosition => say_more(body, None),
        _ => {}
    }
}

/// What only a list can have wrong.
fn break_list(fault: ListFault, body: &mut Value, view: &View<'_>) {
    match fault {
        ListFault::OutOfOrder => {
            for list in ["tickets", "deleted_tickets"] {
                if let Some(rows) = body.get_mut(list).and_then(Value::as_array_mut) {
                    rows.reverse();
                }
            }
        }
        ListFault::Circling => {
            let first = ListRequest {
                order: Order::OldestFirst,
                after: None,
                size: 1,
                filter: Filter::default(),
            };
            let first = match body.get("tickets") {
                Some(_) => view.tickets(&first),
                None => view.deleted(&first),
            };
            say_more(body, first.after_cursor.as_deref());
        }
        ListFault::MoreOnEmptyPage => {
            empty(body);
            say_more(body, None);
        }
        ListFault::MissingRows => {
            empty(body);
            let cursor = body["meta"]["after_cursor"].clone();
            say_more(body, cursor.as_str());
        }
        ListFault::UnknownDeleted if body.get("deleted_tickets").is_some() => {
            let at = render::time(view.world().now() - 100);
            for id in [8_000_001, 8_000_002] {
                add_row(
                    body,
                    json!({
                        "id": id, "subject": "Wrong number", "actor": {"id": -1, "name": "System"},
                        "deleted_at": at, "previous_state": "open",
                    }),
                );
            }
        }
        ListFault::UnaskedRows => add_unasked(body, view),
        ListFault::FailedPart => {
            let rows = body.get_mut("tickets");
            if let Some(row) = rows.and_then(|rows| rows.get_mut(0)) {
                row["status"] = Value::Null;
            }
        }
        ListFault::ForeignMetricSets => {
            let sets = body.get_mut("metric_sets").and_then(Value::as_array_mut);
            for set in sets.into_iter().flatten() {
                let id = set["ticket_id"].as_i64().unwrap_or(0);
                set["ticket_id"] = (id + 9_000_000).into();
                set["reopens"] = 99.into();
            }
        }
        ListFault::UnknownDeleted | ListFault::Usual(_) | ListFault::ZeroLimit => {}
    }
}

fn say_more(body: &mut Value, after_cursor: Option<&str>) {
    if let Some(meta) = body.get_mut("meta") {
        meta["has_more"] = true.into();
        meta["after_cursor"] = after_cursor.into();
    }
}

fn empty(body: &mut Value) {
    for list in ["tickets", "deleted_tickets", "metric_sets"] {
        if let Some(rows) = body.get_mut(list).and_then(Value::as_array_mut) {
            rows.clear();
        }
    }
}

/// Adds the first ticket of the account that is not there, and one that never was.
fn add_unasked(body: &mut Value, view: &View<'_>) {
    let Some(rows) = body.get_mut("tickets").and_then(Value::as_array_mut) else {
        return;
    };
    let is_there = |id: i64| rows.iter().any(|row| row["id"] == id);
    let live = view
        .world()
        .by_id()
        .find(|(id, ticket)| ticket.deletion.is_none() && !is_there(*id));
    let Some((id, ticket)) = live else {
        return;
    };
    let row = render::ticket(id, ticket, MetricSets::None.into());
    let mut never = row.clone();
    never["id"] = 8_000_003.into();
    rows.extend([row, never]);
}
