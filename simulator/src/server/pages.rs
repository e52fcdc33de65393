//! Pages of the exports, good and broken ones.

use serde_json::{Value, json};

use super::account::{Account, Shared};
use super::answer::{self, Answer, Dropped};
use super::header_faults;
use super::limit_headers::EndpointLimit;
use super::refusals::{invalid_cursor, refusal, too_recent};
use super::request::{Query, asked_for};
use crate::export::{self, Filter, HOLD_BACK_SECONDS};
use crate::faults::Fault;
use crate::render::{self, MetricSets, SideLoads};
use crate::spoil;
use crate::vocabulary::SupportType;
use crate::world::World;

/// Answers a request for a page, with or without a fault.
pub(super) fn answer(
    shared: &Shared,
    account: &mut Account,
    is_cursor: bool,
    query: &Query,
    fault: Option<Fault>,
) -> Result<Answer, Dropped> {
    let fault = fault.and_then(|fault| fault.of_page(asked_for(query)));
    if let Some(fault) = fault
        && let Some(refusal) = refusal(fault, account.world.now(), asked_for(query))?
    {
        return Ok(refusal);
    }
    let (asked, body) = match page(shared, account, is_cursor, query, fault) {
        Ok(page) => page,
        Err(refusal) => return Ok(*refusal),
    };
    Ok(broken(fault, body, &asked, &account.world))
}

/// A sample of the export: it fails as the exports do.
pub(super) fn sample(account: &mut Account, query: &Query) -> Result<Answer, Dropped> {
    const ROWS_MAX: usize = 50;
    let fault = account.faults.take_next();
    account.on_fault(fault);
    if let Some(fault) = fault
        && let Some(refusal) = refusal(fault, account.world.now(), asked_for(query))?
    {
        return Ok(refusal);
    }
    if fault.is_none()
        && let Some(refusal) = account.export_refusal()
    {
        return Ok(refusal);
    }
    let start = query.get("start_time").and_then(|time| time.parse().ok());
    let page = export::time_page(
        &account.world,
        start.unwrap_or(0),
        ROWS_MAX,
        Filter::default(),
    );
    let body = render::time_body(&page, ROWS_MAX, MetricSets::None);
    Ok(broken(fault, body, "", &account.world))
}

/// A page and the position it was asked for, or why there is none.
fn page(
    shared: &Shared,
    account: &mut Account,
    is_cursor: bool,
    query: &Query,
    #[cfg_attr(
        not(any(test, feature = "oracle")),
        expect(unused_variables, reason = "only the oracle asks for it")
    )]
    fault: Option<Fault>,
) -> Result<(String, Value), Box<Answer>> {
    let now = account.world.now();
    let per_page = usize::try_from(asked_for(query).clamp(1, 1000)).unwrap_or(1);
    let filter = filter(query);
    let include = query.get("include").map_or("", String::as_str);
    let side_loads = SideLoads {
        status_updated_at: shared.options.exports_tell_status_changes,
        ..SideLoads::asked(include, shared.options.metric_sets)
    };
    let (asked, place) = position(is_cursor, query, now)?;
    #[cfg(any(test, feature = "oracle"))]
    account.oracle.on_request(&asked);
    let page = if is_cursor {
        export::cursor_page(&account.world, place, per_page, filter)
    } else {
        export::time_page(&account.world, place.0, per_page, filter)
    };
    let body = if is_cursor {
        render::cursor_body(&page, per_page, side_loads)
    } else {
        render::time_body(&page, per_page, side_loads)
    };
    #[cfg(any(test, feature = "oracle"))]
    if let Some(served) = super::witness::served(&asked, &page, side_loads, fault, &account.world) {
        account.oracle.on_served(served);
    }
    Ok((asked, body))
}

/// The place that is asked for: as it was written, and `(generated_at, id)`.
fn position(is_cursor: bool, query: &Query, now: i64) -> Result<(String, (i64, i64)), Box<Answer>> {
    let invalid = |description: &str| {
        let body = json!({"error": "InvalidValue", "description": description});
        Err(Box::new(answer::json(400, &body)))
    };
    if is_cursor && let Some(cursor) = query.get("cursor") {
        let place = export::read_cursor(cursor).ok_or_else(|| Box::new(invalid_cursor()))?;
        return Ok((cursor.clone(), place));
    }
    let Some(start) = query.get("start_time") else {
        return invalid("start_time is required");
    };
    match start.parse::<i64>() {
        Ok(start) if start > now - HOLD_BACK_SECONDS => Err(Box::new(too_recent())),
        Ok(start) if start >= 0 => Ok((start.to_string(), (start, i64::MIN))),
        _ => invalid("start_time is invalid"),
    }
}

/// Which tickets a query asks for.
pub(super) fn filter(query: &Query) -> Filter {
    Filter {
        support_type: match query.get("support_type_scope").map(String::as_str) {
            Some("all") => None,
            Some("ai_agent") => Some(SupportType::AiAgent),
            _ => Some(SupportType::Agent),
        },
        exclude_deleted: query
            .get("exclude_deleted")
            .is_some_and(|value| value == "true"),
    }
}

/// Faults of a page that is otherwise right.
fn broken(fault: Option<Fault>, mut body: Value, asked: &str, world: &World) -> Answer {
    let now = world.now();
    match fault {
        Some(Fault::Truncated) => return answer::truncated(&body),
        Some(Fault::EndsEarly) => return answer::ending_early(&body),
        Some(Fault::SlowDrip) => return answer::dripping(&body),
        Some(Fault::NoEndOfStream) => {
            body.as_object_mut()
                .map(|body| body.remove("end_of_stream"));
        }
        Some(Fault::Stuck) => {
            body["end_of_stream"] = false.into();
            if body.get("after_cursor").is_some() {
                body["after_cursor"] = asked.into();
            } else {
                body["end_time"] = asked.parse::<i64>().unwrap_or(0).into();
            }
        }
        Some(Fault::NullPosition) => {
            body["end_of_stream"] = false.into();
            for key in ["after_cursor", "end_time"] {
                if body.get(key).is_some() {
                    body[key] = Value::Null;
                }
            }
        }
        Some(Fault::BadRow) => {
            if let Some(rows) = body["tickets"].as_array_mut() {
                rows.push(json!({"id": "not a number", "status": 5}));
            }
        }
        Some(Fault::FutureRow) => {
            if let Some(rows) = body["tickets"].as_array_mut() {
                rows.push(
                    json!({"id": 4_000_000, "status": "open", "generated_timestamp": now + 7_200}),
                );
            }
        }
        _ => {}
    }
    let answer = answer::json_text(200, spoil::write_page(&body, world.spoiled()));
    match fault {
        Some(fault) => header_faults::add(fault, answer, now, Some(EndpointLimit::Exports)),
        None => answer,
    }
}
