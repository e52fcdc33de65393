//! Lists as Zendesk's JSON.

use serde_json::{Value, json};

use super::pages::{ListPage, ListRequest};
use crate::list_habits::{GeneratedTimestamp, ListHabits};
use crate::render::{self, CANONICAL_HOST, MetricSets, PERSONAL, SideLoads};
use crate::ticket::SimTicket;

/// The body of a page of the list of tickets. `include` is a list of side-loads with commas; metric
/// sets stand in an array of their own.
pub fn tickets_body(
    page: &ListPage<'_>,
    request: &ListRequest,
    include: &str,
    habits: ListHabits,
) -> Value {
    let side_loads = side_loads(include, habits.carries_metric_sets, habits);
    let mut body = with_rows(&page.rows, side_loads, habits);
    add_paging(&mut body, "tickets", page, request);
    body
}

/// The body of a page of the list of deleted tickets.
pub fn deleted_body(page: &ListPage<'_>, request: &ListRequest) -> Value {
    let rows: Value = page
        .rows
        .iter()
        .map(|(id, row)| deleted(*id, row))
        .collect();
    let mut body = json!({"deleted_tickets": rows});
    add_paging(&mut body, "deleted_tickets", page, request);
    body
}

/// The body of tickets that were asked for by their ids.
pub fn show_many_body(rows: &[(i64, &SimTicket)], include: &str, habits: ListHabits) -> Value {
    let side_loads = side_loads(include, habits.carries_metric_sets_by_id, habits);
    let mut body = with_rows(rows, side_loads, habits);
    body["count"] = rows.len().into();
    body["next_page"] = Value::Null;
    body["previous_page"] = Value::Null;
    body
}

/// The body of one ticket.
pub fn ticket_body(id: i64, row: &SimTicket, include: &str, habits: ListHabits) -> Value {
    let side_loads = side_loads(include, habits.carries_metric_sets_by_id, habits);
    let mut body = with_rows(&[(id, row)], side_loads, habits);
    body["ticket"] = body["tickets"][0].take();
    body.as_object_mut().map(|body| body.remove("tickets"));
    body
}

/// What comes along of what is asked for.
fn side_loads(include: &str, carries_metric_sets: bool, habits: ListHabits) -> SideLoads {
    let metric_sets = if carries_metric_sets {
        MetricSets::Beside
    } else {
        MetricSets::None
    };
    let asked = SideLoads::asked(include, metric_sets);
    SideLoads {
        slas: asked.slas && habits.carries_slas,
        status_updated_at: true,
        ..asked
    }
}

fn with_rows(rows: &[(i64, &SimTicket)], side_loads: SideLoads, habits: ListHabits) -> Value {
    let row = |(id, row): &(i64, &SimTicket)| {
        let mut json = render::ticket(*id, row, side_loads);
        match habits.generated_timestamp {
            GeneratedTimestamp::Carried => {}
            GeneratedTimestamp::Zero => json["generated_timestamp"] = 0.into(),
            GeneratedTimestamp::Missing => {
                json.as_object_mut()
                    .map(|json| json.remove("generated_timestamp"));
            }
        }
        json
    };
    let mut body = json!({"tickets": rows.iter().map(row).collect::<Value>()});
    if side_loads.metric_sets == MetricSets::Beside {
        let sets = rows
            .iter()
            .filter_map(|(id, row)| render::metric_set(*id, row, side_loads));
        body["metric_sets"] = sets.collect();
    }
    body
}

fn add_paging(body: &mut Value, list: &str, page: &ListPage<'_>, request: &ListRequest) {
    let link = |direction: &str, cursor: &Option<String>| {
        let cursor = cursor.as_ref()?;
        let size = request.size;
        Some(format!(
            "{CANONICAL_HOST}/api/v2/{list}.json?page%5B{direction}%5D={cursor}&page%5Bsize%5D={size}"
        ))
    };
    body["meta"] = json!({
        "has_more": page.has_more,
        "after_cursor": page.after_cursor,
        "before_cursor": page.before_cursor,
    });
    body["links"] = json!({
        "next": link("after", &page.after_cursor),
        "prev": link("before", &page.before_cursor),
    });
}

fn deleted(id: i64, row: &SimTicket) -> Value {
    json!({
        "id": id,
        "subject": "My printer is on fire",
        "actor": {"id": 7_000, "name": PERSONAL},
        "deleted_at": row.deletion.map(|deletion| render::time(deletion.at)),
        "previous_state": row.deletion.map(|deletion| deletion.previous_status.label()),
    })
}
