//! What the API has beside the exports: names and counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::account::{Account, Shared};
use super::answer::{self, Answer};
use super::refusals::not_found;
use super::request::Query;
use crate::counts::LAG_SECONDS_MAX;
use crate::names::{BRAND, FORM, GROUP, NameList, Named};
use crate::neighbour_faults::NeighbourFault;
use crate::render::CANONICAL_HOST;
use crate::ticket_fields::TicketField;
use crate::vocabulary::Status;
use crate::world::World;

/// Largest `page[size]`, and the one without it.
const PAGE_SIZE_MAX: usize = 100;

/// Where a search count is capped while it is refreshed.
const COUNT_CAP: u64 = 100_000;

const SEARCH_COUNT: &str = "/api/v2/search/count";

const TICKET_FIELDS: &str = "/api/v2/ticket_fields";

/// Whether faults of the neighbours reach this path.
pub(super) fn can_fail(path: &str) -> bool {
    [SEARCH_COUNT, TICKET_FIELDS].contains(&path) || name_list(path).is_some()
}

/// Answers anything but the exports.
pub(super) fn answer(shared: &Shared, account: &mut Account, path: &str, query: &Query) -> Answer {
    let fault = can_fail(path)
        .then(|| account.neighbour_faults.take_next())
        .flatten();
    if let Some(refusal) = fault.and_then(refusal) {
        return refusal;
    }
    let world = &account.world;
    if let Some((key, list)) = name_list(path) {
        return match list {
            NameList::CustomStatuses => answer::json(200, &custom_statuses(world, query)),
            list if fault == Some(NeighbourFault::Circling) => circling(world, key, list),
            list => names(world, key, list, query),
        };
    }
    if path == TICKET_FIELDS {
        return ticket_fields(world, query);
    }
    let body = match path {
        SEARCH_COUNT => {
            let lag = shared.options.search_lag_seconds.clamp(0, LAG_SECONDS_MAX);
            let count = found(world, query, lag);
            match fault {
                Some(NeighbourFault::SearchNull) => json!({"count": null}),
                Some(NeighbourFault::SearchCapped) => {
                    json!({"count": {"value": COUNT_CAP, "refreshed_at": null}})
                }
                _ => json!({"count": count}),
            }
        }
        "/api/v2/tickets/count" => {
            json!({"count": {"value": found(world, query, 0), "refreshed_at": null}})
        }
        _ => return not_found(),
    };
    answer::json(200, &body)
}

/// Who asks: a user with this role, or nobody that is known.
pub(super) fn current_user(role: Option<&str>) -> Answer {
    let user = match role {
        Some(role) => json!({"id": 7_001, "role": role, "active": true}),
        None => json!({"id": null, "name": "Anonymous user", "role": "end-user", "active": false}),
    };
    answer::json(200, &json!({"user": user}))
}

/// The list of names at this path, and its key.
fn name_list(path: &str) -> Option<(&'static str, NameList)> {
    let key = path.strip_prefix("/api/v2/")?;
    NameList::ALL
        .iter()
        .find(|(known, _)| *known == key)
        .copied()
}

/// The answer of a fault that gives no list and no count; `None` for those that spoil one.
fn refusal(fault: NeighbourFault) -> Option<Answer> {
    match fault {
        NeighbourFault::Unauthorized => Some(answer::json(
            401,
            &json!({"error": "Couldn't authenticate you"}),
        )),
        NeighbourFault::Forbidden => Some(answer::json(
            403,
            &json!({"error": {"title": "Forbidden", "message": "You do not have access to this page."}}),
        )),
        NeighbourFault::NotFound => Some(not_found()),
        NeighbourFault::RateLimited => {
            let body = json!({"error": "TooManyRequests", "description": "Rate limit exceeded"});
            Some(answer::header(answer::json(429, &body), "retry-after", "1"))
        }
        NeighbourFault::ServerError => Some(answer::json(
            500,
            &json!({"status": 500, "error": "Internal Server Error"}),
        )),
        NeighbourFault::Html => Some(answer::html(200, "<html><body>Sign in</body></html>")),
        // There is no answer to a request that hangs: it has been left waiting before.
        NeighbourFault::SearchNull
        | NeighbourFault::SearchCapped
        | NeighbourFault::Circling
        | NeighbourFault::Hang => None,
    }
}

/// Tickets that a search finds. Who works on them does not matter; deleted ones are not found.
fn found(world: &World, query: &Query, lag_seconds: i64) -> u64 {
    let wanted: Vec<&str> = query
        .get("query")
        .map(|query| {
            query
                .split_whitespace()
                .filter_map(|word| word.strip_prefix("status:"))
                .collect()
        })
        .unwrap_or_default();
    Status::ALL
        .iter()
        .filter(|status| wanted.is_empty() || wanted.contains(&status.label()))
        .map(|status| world.searched(*status, lag_seconds))
        .sum()
}

/// A page of a list of names.
fn names(world: &World, key: &str, list: NameList, query: &Query) -> Answer {
    // Deleted groups and brands are shown to whoever asks for them; forms that are switched off
    // always.
    let shows_deleted = list == NameList::Forms
        || query
            .get("exclude_deleted")
            .is_some_and(|value| value == "false");
    let names = world.names(list).iter();
    let shown = names.filter(|named| shows_deleted || !named.is_deleted);
    paged(
        key,
        query,
        shown.map(|named| (named.id, named_json(list, named))),
    )
}

/// The fields of tickets: a page of them to whoever asks for pages, else all of them.
fn ticket_fields(world: &World, query: &Query) -> Answer {
    let fields = world.ticket_fields.iter();
    let fields = fields.map(|field| (field.id, field_json(field)));
    if query.contains_key("page[size]") {
        return paged("ticket_fields", query, fields);
    }
    let fields: Vec<Value> = fields.map(|(_, field)| field).collect();
    let count = fields.len();
    answer::json(
        200,
        &json!({"ticket_fields": fields, "next_page": null, "previous_page": null, "count": count}),
    )
}

fn field_json(field: &TicketField) -> Value {
    let TicketField {
        id,
        kind,
        title,
        is_active,
        options,
    } = field;
    let mut json = json!({
        "id": id, "type": kind, "title": title, "raw_title": title, "active": is_active,
        "required": false, "tag": null,
    });
    if !options.is_empty() {
        json["custom_field_options"] = (1i64..)
            .zip(options)
            .map(|(place, (value, name))| {
                json!({"id": id * 100 + place, "name": name, "raw_name": name, "value": value, "default": false})
            })
            .collect();
    }
    json
}

/// A page of a list in the order of ids. `has_more` decides whether there is another: cursor and link
/// are set on the last page too, as recorded.
fn paged(key: &str, query: &Query, list: impl Iterator<Item = (i64, Value)>) -> Answer {
    let size = query.get("page[size]").map(|size| size.parse());
    let Ok(size) = size.unwrap_or(Ok(PAGE_SIZE_MAX)) else {
        return invalid_page("page[size] must be a number");
    };
    if !(1..=PAGE_SIZE_MAX).contains(&size) {
        return invalid_page("page[size] must be between 1 and 100");
    }
    let after = query.get("page[after]").map(|cursor| read_cursor(cursor));
    let Some(after) = after.unwrap_or(Some(i64::MIN)) else {
        return invalid_page("page[after] is invalid");
    };
    let mut more = list.filter(|(id, _)| *id > after);
    let page: Vec<(i64, Value)> = more.by_ref().take(size).collect();
    let has_more = more.next().is_some();
    let cursor = |entry: Option<&(i64, Value)>| entry.map(|(id, _)| write_cursor(*id));
    let (before_cursor, after_cursor) = (cursor(page.first()), cursor(page.last()));
    let link = |direction, cursor: &Option<String>| {
        cursor.as_ref().map(|cursor| {
            format!(
                "{CANONICAL_HOST}/api/v2/{key}.json?page%5B{direction}%5D={cursor}&page%5Bsize%5D={size}"
            )
        })
    };
    answer::json(
        200,
        &json!({
            key: page.into_iter().map(|(_, entry)| entry).collect::<Value>(),
            "links": {"next": link("after", &after_cursor), "prev": link("before", &before_cursor)},
            "meta": {
                "has_more": has_more,
                "after_cursor": after_cursor,
                "before_cursor": before_cursor,
            },
        }),
    )
}

/// The first page whatever is asked for, with more to come behind it.
fn circling(world: &World, key: &str, list: NameList) -> Answer {
    let named = world.names(list).iter().take(1);
    let names: Value = named.map(|named| named_json(list, named)).collect();
    let meta = json!({"has_more": true, "after_cursor": write_cursor(1)});
    answer::json(200, &json!({key: names, "meta": meta}))
}

fn named_json(list: NameList, named: &Named) -> Value {
    let Named {
        id,
        name,
        is_deleted,
        ..
    } = named;
    let is_default = [GROUP, BRAND, FORM].contains(id);
    match list {
        NameList::Groups => {
            json!({"id": id, "name": name, "is_public": true, "default": is_default, "deleted": is_deleted})
        }
        NameList::Brands => {
            json!({"id": id, "name": name, "subdomain": format!("acme-{id}"), "active": !is_deleted, "default": is_default, "is_deleted": is_deleted})
        }
        NameList::Forms | NameList::CustomStatuses => {
            json!({"id": id, "name": name, "active": !is_deleted, "default": is_default, "ticket_field_ids": [360_001, 360_002, 360_003]})
        }
    }
}

fn custom_statuses(world: &World, query: &Query) -> Value {
    let wanted = query.get("active").map(|value| value == "true");
    let all = world.names(NameList::CustomStatuses);
    let is_default = |named: &Named| {
        all.iter()
            .find(|other| other.category == named.category)
            .is_some_and(|first| first.id == named.id)
    };
    let statuses: Value = all
        .iter()
        .filter(|named| wanted.is_none_or(|active| active != named.is_deleted))
        .map(|named| {
            json!({
                "id": named.id,
                "agent_label": named.name,
                "status_category": named.category.map(Status::label),
                "active": !named.is_deleted,
                "default": is_default(named),
            })
        })
        .collect();
    json!({"custom_statuses": statuses})
}

fn write_cursor(id: i64) -> String {
    STANDARD.encode(format!("after:{id}"))
}

fn read_cursor(cursor: &str) -> Option<i64> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("after:")?.parse().ok()
}

fn invalid_page(title: &str) -> Answer {
    answer::json(
        400,
        &json!({"errors": [{"code": "InvalidPaginationParameter", "status": "400", "title": title}]}),
    )
}

#[cfg(test)]
mod tests;
