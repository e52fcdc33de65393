//! Answers of the lists of tickets.

mod broken;

use super::account::Account;
use super::answer::{self, Answer, Dropped};
use super::limit_headers::{self, EndpointLimit};
use super::list_rows::Rows;
use super::pages::filter;
use super::refusals::{self, invalid_list_page, not_found};
use super::request::Query;
use crate::faults::Fault;
use crate::limits::Standing;
use crate::list::{self, ListRequest, Order, View};
use crate::list_faults::{ListEndpoint, ListFault};

/// Why there is no page.
type Refused = Box<Answer>;

/// What a path asks of the lists: the endpoint, and the ticket where it names one.
pub(super) fn asked(path: &str) -> Option<(ListEndpoint, Option<i64>)> {
    let rest = path.strip_prefix("/api/v2/")?;
    match rest {
        "tickets" => Some((ListEndpoint::Tickets, None)),
        "deleted_tickets" => Some((ListEndpoint::DeletedTickets, None)),
        "tickets/show_many" => Some((ListEndpoint::ShowMany, None)),
        _ => {
            let id = rest.strip_prefix("tickets/")?.parse().ok()?;
            Some((ListEndpoint::Ticket, Some(id)))
        }
    }
}

/// Answers a request for a list or a ticket, with or without a fault.
pub(super) fn answer(
    account: &mut Account,
    (endpoint, id): (ListEndpoint, Option<i64>),
    query: &Query,
    authorization: Option<&str>,
) -> Result<Answer, Dropped> {
    let now = account.world.now();
    account.lists.asked += 1;
    let size = u32::try_from(size(query).unwrap_or(0)).unwrap_or(u32::MAX);
    let fault = account.lists.faults_of(endpoint).take_next();
    if let Some(ListFault::Usual(Fault::EchoedLogin)) = fault {
        return Ok(refusals::echo(authorization, &account.token_texts()));
    }
    if fault.is_none()
        && let Some(status) = account.lists.refused[endpoint as usize]
    {
        #[cfg(any(test, feature = "oracle"))]
        if endpoint == ListEndpoint::DeletedTickets {
            account.oracle.on_deleted_refused();
        }
        return Ok(refused(status));
    }
    let (limit, counted) = match endpoint {
        ListEndpoint::Tickets => (
            Some(EndpointLimit::Tickets),
            account.lists.tickets_limit.count(now),
        ),
        ListEndpoint::DeletedTickets => (
            Some(EndpointLimit::DeletedTickets),
            account.lists.deleted_limit.count(now),
        ),
        ListEndpoint::ShowMany | ListEndpoint::Ticket => (None, Ok(None)),
    };
    let fault = fault.and_then(|fault| fault.of_page(size));
    let answer = match (counted, limit) {
        (Err(standing), Some(limit)) => return Ok(limit.exceeded(account, standing)),
        _ => match fault
            .map(|fault| broken::instead(fault, now, size))
            .transpose()?
        {
            Some(Some(instead)) => instead,
            _ => page(account, (endpoint, id), query, fault, limit),
        },
    };
    Ok(with_limits(answer, account, limit, counted.ok().flatten()))
}

/// What an endpoint of the lists answers with this status.
fn refused(status: u16) -> Answer {
    match status {
        403 => refusals::not_admin(),
        status => refusals::closed(status),
    }
}

fn with_limits(
    answer: Answer,
    account: &Account,
    limit: Option<EndpointLimit>,
    standing: Option<Standing>,
) -> Answer {
    let has = |header: &str| answer.headers().contains_key(header);
    match limit.zip(standing) {
        // A fault has written them.
        _ if has("x-rate-limit") => answer,
        Some((limit, _)) if has(limit.header()) => answer,
        Some((limit, standing)) => limit.add(answer, account, standing),
        None => {
            let resets = 60 - account.world.now().rem_euclid(60);
            limit_headers::add_usual(answer, account, resets)
        }
    }
}

fn page(
    account: &mut Account,
    (endpoint, id): (ListEndpoint, Option<i64>),
    query: &Query,
    fault: Option<ListFault>,
    limit: Option<EndpointLimit>,
) -> Answer {
    let habits = account.world.list_habits;
    let lag = habits.replicas.lag_seconds(account.lists.asked);
    let view = View::of_copy(&account.world, lag);
    let include = query.get("include").map_or("", String::as_str);
    let rows = match rows(&view, endpoint, id, query) {
        Ok(rows) => rows,
        Err(refusal) => return *refusal,
    };
    let body = match &rows {
        Rows::Listed(page, request) => list::tickets_body(page, request, include, habits),
        Rows::Deleted(page, request) => list::deleted_body(page, request),
        Rows::Many(rows) => list::show_many_body(rows, include, habits),
        Rows::One(id, row) => list::ticket_body(*id, row, include, habits),
    };
    #[cfg(any(test, feature = "oracle"))]
    if let Some(listed) = super::witness::listed(endpoint, &rows, include, fault, &view) {
        account.oracle.on_listed(listed);
    }
    broken::broken(fault, body, query, &view, limit)
}

fn rows<'a>(
    view: &View<'a>,
    endpoint: ListEndpoint,
    id: Option<i64>,
    query: &Query,
) -> Result<Rows<'a>, Refused> {
    Ok(match endpoint {
        ListEndpoint::Tickets => {
            let request = list_request(query, "updated_at")?;
            Rows::Listed(view.tickets(&request), request)
        }
        ListEndpoint::DeletedTickets => {
            let request = list_request(query, "deleted_at")?;
            Rows::Deleted(view.deleted(&request), request)
        }
        ListEndpoint::ShowMany => {
            let rows = view.show_many(&ids(query)?);
            Rows::Many(rows.ok_or_else(|| Box::new(not_found()))?)
        }
        ListEndpoint::Ticket => {
            let row = id.and_then(|id| Some(Rows::One(id, view.ticket(id)?)));
            row.ok_or_else(|| Box::new(not_found()))?
        }
    })
}

/// What is asked of a list that can be sorted by this field. Other parameters, `start_time` among
/// them, mean nothing to it.
fn list_request(query: &Query, field: &str) -> Result<ListRequest, Refused> {
    let invalid = |description: &str| Box::new(invalid_list_page(description));
    let order = match query.get("sort").map(String::as_str) {
        None => Order::Id,
        Some(sort) if sort == field => Order::OldestFirst,
        Some(sort) if sort.strip_prefix('-') == Some(field) => Order::NewestFirst,
        Some(_) => return Err(invalid("sort is not valid")),
    };
    let size = size(query)
        .filter(|size| (1..=list::ROWS_MAX).contains(size))
        .ok_or_else(|| invalid("page[size] must be between 1 and 100"))?;
    let after = query.get("page[after]");
    let after = after.map(|cursor| {
        list::read_cursor(order, cursor).ok_or_else(|| invalid("page[after] is not valid"))
    });
    Ok(ListRequest {
        order,
        after: after.transpose()?,
        size,
        filter: filter(query),
    })
}

/// The rows that are asked for; `None` where that is no number.
fn size(query: &Query) -> Option<usize> {
    query
        .get("page[size]")
        .map_or(Some(list::ROWS_MAX), |size| size.parse().ok())
}

fn ids(query: &Query) -> Result<Vec<i64>, Refused> {
    let invalid = |description: &str| {
        let body = serde_json::json!({"error": "InvalidValue", "description": description});
        Box::new(answer::json(400, &body))
    };
    let text = query.get("ids").map_or("", String::as_str);
    let ids: Result<Vec<i64>, _> = text.split(',').map(|id| id.trim().parse()).collect();
    match ids {
        Ok(ids) if ids.len() <= list::ROWS_MAX => Ok(ids),
        Ok(_) => Err(invalid("ids must name at most 100 tickets")),
        Err(_) => Err(invalid("ids must be numbers with commas between them")),
    }
}

#[cfg(test)]
mod tests;
