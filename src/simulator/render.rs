//! Tickets as Zendesk's JSON: complete, free text and personal data included, so that whatever
//! leaks into a label or a log would be seen.
//!
//! PURE.

use serde_json::{Value, json};

use super::export::ExportPage;
use super::world::SimTicket;
use crate::ticket::{Minutes, Priority, Score, SupportType, TicketType};

/// Host in the URLs of answers. Not the one that is asked: following them is a mistake.
pub const CANONICAL_HOST: &str = "https://canonical.invalid";

/// Marks personal data: must appear nowhere outside the simulator.
pub const PERSONAL: &str = "jo.customer@personal.example";

/// Where side-loaded metric sets stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricSets {
    /// Not asked for.
    None,
    /// In each ticket, as Zendesk does.
    Inside,
    /// In an array of their own, as its documentation says.
    Beside,
}

/// The body of a page of the cursor-based export.
pub fn cursor_body(page: &ExportPage<'_>, per_page: usize, metric_sets: MetricSets) -> Value {
    let after_url = page.after_cursor.as_ref().map(|cursor| {
        format!("{CANONICAL_HOST}/api/v2/incremental/tickets/cursor.json?cursor={cursor}&per_page={per_page}")
    });
    let mut body = json!({
        "after_url": after_url,
        "after_cursor": page.after_cursor,
        "before_url": null,
        "before_cursor": null,
        "end_of_stream": page.end_of_stream,
    });
    add_tickets(&mut body, page, metric_sets);
    body
}

/// The body of a page of the time-based export.
pub fn time_body(page: &ExportPage<'_>, per_page: usize, metric_sets: MetricSets) -> Value {
    let next_page = page.end_time.map(|time| {
        format!(
            "{CANONICAL_HOST}/api/v2/incremental/tickets.json?per_page={per_page}&start_time={time}"
        )
    });
    let mut body = json!({
        "count": page.rows.len(),
        "end_of_stream": page.end_of_stream,
        "next_page": next_page,
        "end_time": page.end_time,
    });
    add_tickets(&mut body, page, metric_sets);
    body
}

fn add_tickets(body: &mut Value, page: &ExportPage<'_>, metric_sets: MetricSets) {
    let rows = &page.rows;
    body["tickets"] = rows
        .iter()
        .map(|(id, row)| ticket(*id, row, metric_sets))
        .collect();
    if metric_sets == MetricSets::Beside {
        body["metric_sets"] = rows
            .iter()
            .filter_map(|(id, row)| metric_set(*id, row))
            .collect();
    }
}

fn ticket(id: i64, row: &SimTicket, metric_sets: MetricSets) -> Value {
    let text = |text: &str| {
        if row.scrubbed {
            "SCRUBBED".to_owned()
        } else {
            text.to_owned()
        }
    };
    let address = if row.scrubbed { "X" } else { PERSONAL };
    let fields = if row.scrubbed {
        json!([])
    } else {
        json!([{"id": 360_001, "value": null}, {"id": 360_002, "value": "blue"}])
    };
    let mut json = json!({
        "url": format!("{CANONICAL_HOST}/api/v2/tickets/{id}.json"),
        "id": id,
        "external_id": null,
        "via": {"channel": row.channel.as_str(), "source": {"from": {"address": address, "name": "Jo Customer"}, "to": {}, "rel": null}},
        "created_at": time(row.created_at),
        "updated_at": time(row.updated_at),
        "type": some(row.ticket_type != TicketType::None, row.ticket_type.label()),
        "subject": text("My printer is on fire"),
        "raw_subject": text("My printer is on fire"),
        "description": text("Hi there,\n\nmy number is 555-0100, please call \u{2603}.\n\nJo"),
        "priority": some(row.priority != Priority::None, row.priority.label()),
        "status": row.status.map_or("deleted", |status| status.label()),
        "recipient": "support@example.invalid",
        "requester_id": 900_000 + id,
        "submitter_id": -1,
        "assignee_id": row.assignee.map(|agent| 7_000 + i64::from(agent)),
        "organization_id": null,
        "group_id": row.group.map(|group| 46_130_852_536_000 + i64::from(group)),
        "collaborator_ids": [], "follower_ids": [], "email_cc_ids": [],
        "forum_topic_id": null, "problem_id": null, "has_incidents": false, "is_public": true,
        "due_at": null,
        "tags": if row.scrubbed { json!([]) } else { json!(["sample", "vip"]) },
        "custom_fields": fields,
        "fields": fields,
        "satisfaction_rating": score(row.score),
        "sharing_agreement_ids": [], "followup_ids": [],
        "custom_status_id": 5_000,
        "ticket_form_id": 6_000,
        "brand_id": 8_000,
        "allow_channelback": false, "allow_attachments": true, "from_messaging_channel": false,
        "support_type": some(row.support_type != SupportType::None, row.support_type.label()),
        "generated_timestamp": row.generated_at,
    });
    if metric_sets == MetricSets::Inside {
        json["metric_set"] = metric_set(id, row).unwrap_or(Value::Null);
    }
    json
}

fn some(is_some: bool, text: &str) -> Value {
    if is_some { json!(text) } else { Value::Null }
}

fn score(score: Score) -> Value {
    match score {
        Score::None | Score::Other => json!({"score": "unoffered"}),
        Score::Offered => json!({"score": "offered"}),
        Score::Good | Score::Bad => {
            json!({"score": score.label(), "id": 1, "comment": "Thanks, Ann!"})
        }
    }
}

fn metric_set(id: i64, row: &SimTicket) -> Option<Value> {
    let set = row.metric_set()?;
    let pair =
        |minutes: Minutes| json!({"calendar": minutes.calendar, "business": minutes.business});
    Some(json!({
        "url": format!("{CANONICAL_HOST}/api/v2/ticket_metrics/{id}.json"),
        "id": 100_000 + id,
        "ticket_id": id,
        "group_stations": 1,
        "assignee_stations": 1,
        "reopens": set.reopens,
        "replies": set.replies,
        "assigned_at": null,
        "solved_at": row.solved_at.map(time),
        "reply_time_in_minutes": pair(set.reply),
        "first_resolution_time_in_minutes": pair(set.first_resolution),
        "full_resolution_time_in_minutes": pair(set.full_resolution),
        "requester_wait_time_in_minutes": pair(set.requester_wait),
        "agent_wait_time_in_minutes": pair(set.agent_wait),
        "on_hold_time_in_minutes": pair(set.on_hold),
    }))
}

fn time(at: i64) -> String {
    jiff::Timestamp::from_second(at).map_or_else(|_| String::new(), |time| time.to_string())
}
