//! Tickets as Zendesk's JSON: complete, free text and personal data included, so that whatever
//! leaks into a label or a log would be seen.
//!
//! PURE.

use serde_json::{Value, json};

use super::export::ExportPage;
use super::ticket::ShownSet;
use super::world::SimTicket;
use crate::vocabulary::{Minutes, Priority, Score, SlaStage, SlaTarget, SupportType, TicketType};

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

/// What comes along with the tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideLoads {
    /// Metric sets.
    pub metric_sets: MetricSets,
    /// Whether each ticket holds `slas`.
    pub slas: bool,
    /// Whether each ticket holds `dates`.
    pub dates: bool,
    /// Whether metric sets say when the status last changed.
    pub status_updated_at: bool,
}

impl SideLoads {
    /// What `include`, a list with commas, asks for; metric sets then stand at `metric_sets`.
    pub fn asked(include: &str, metric_sets: MetricSets) -> Self {
        let asks = |name| include.split(',').any(|word| word.trim() == name);
        Self {
            metric_sets: if asks("metric_sets") {
                metric_sets
            } else {
                MetricSets::None
            },
            slas: asks("slas"),
            dates: asks("dates"),
            status_updated_at: false,
        }
    }
}

impl From<MetricSets> for SideLoads {
    fn from(metric_sets: MetricSets) -> Self {
        Self {
            metric_sets,
            slas: false,
            dates: false,
            status_updated_at: false,
        }
    }
}

/// The body of a page of the cursor-based export.
pub fn cursor_body(
    page: &ExportPage<'_>,
    per_page: usize,
    side_loads: impl Into<SideLoads>,
) -> Value {
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
    add_tickets(&mut body, page, side_loads.into());
    body
}

/// The body of a page of the time-based export.
pub fn time_body(
    page: &ExportPage<'_>,
    per_page: usize,
    side_loads: impl Into<SideLoads>,
) -> Value {
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
    add_tickets(&mut body, page, side_loads.into());
    body
}

fn add_tickets(body: &mut Value, page: &ExportPage<'_>, side_loads: SideLoads) {
    let rows = &page.rows;
    body["tickets"] = rows
        .iter()
        .map(|(id, row)| ticket(*id, row, side_loads))
        .collect();
    if side_loads.metric_sets == MetricSets::Beside {
        body["metric_sets"] = rows
            .iter()
            .filter_map(|(id, row)| metric_set(*id, row, side_loads))
            .collect();
    }
}

/// The JSON of one ticket.
pub fn ticket(id: i64, row: &SimTicket, side_loads: SideLoads) -> Value {
    let text = |text: &str| {
        if row.scrubbed {
            "SCRUBBED".to_owned()
        } else {
            text.to_owned()
        }
    };
    let address = if row.scrubbed { "X" } else { PERSONAL };
    let fields = custom_fields(row);
    let tags: Value = if row.scrubbed {
        json!([])
    } else {
        row.tags.iter().collect()
    };
    let mut json = json!({
        "url": format!("{CANONICAL_HOST}/api/v2/tickets/{id}.json"),
        "id": id,
        "external_id": null,
        "via": {"channel": row.channel, "source": {"from": {"address": address, "name": "Jo Customer"}, "to": {}, "rel": null}},
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
        "group_id": row.group,
        "collaborator_ids": [], "follower_ids": [], "email_cc_ids": [],
        "forum_topic_id": null, "problem_id": null, "has_incidents": false, "is_public": true,
        "due_at": row.due_at.map(time),
        "tags": tags,
        "custom_fields": fields,
        "fields": fields,
        "satisfaction_rating": score(row.score),
        "sharing_agreement_ids": [], "followup_ids": [],
        "custom_status_id": row.custom_status,
        "ticket_form_id": row.form,
        "brand_id": row.brand,
        "allow_channelback": false, "allow_attachments": true, "from_messaging_channel": false,
        "support_type": some(row.support_type != SupportType::None, row.support_type.label()),
        "generated_timestamp": row.generated_at,
    });
    if side_loads.metric_sets == MetricSets::Inside {
        json["metric_set"] = metric_set(id, row, side_loads).unwrap_or(Value::Null);
    }
    if side_loads.slas {
        json["slas"] = json!({"policy_metrics": policy_metrics(row)});
    }
    if side_loads.dates {
        json["dates"] = dates(row);
    }
    json
}

/// The account has three fields; the last one is free text, which people fill with anything.
fn custom_fields(row: &SimTicket) -> Value {
    if row.scrubbed {
        return json!([]);
    }
    json!([
        {"id": 360_001, "value": row.product},
        {"id": 360_002, "value": row.is_escalated},
        {"id": 360_003, "value": format!("call {PERSONAL} back")},
    ])
}

/// Deleted tickets have no targets to be read.
fn policy_metrics(row: &SimTicket) -> Vec<Value> {
    if row.status.is_none() {
        return Vec::new();
    }
    let metric = |target: &SlaTarget| {
        let stage = match target.stage {
            SlaStage::Active => "active",
            SlaStage::Paused => "paused",
            SlaStage::Fulfilled => "achieved",
        };
        let mut json = json!({
            "breach_at": target.breach_at.map(time),
            "stage": stage,
            "metric": target.metric.label(),
        });
        if let Some(breach_at) = target.breach_at {
            let left = breach_at - row.generated_at;
            let (unit, seconds) = match left.abs() {
                0..7_200 => ("minutes", 60),
                7_200..172_800 => ("hours", 3_600),
                _ => ("days", 86_400),
            };
            json[unit] = left.div_euclid(seconds).into();
        }
        json
    };
    row.sla().iter().map(metric).collect()
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

fn dates(row: &SimTicket) -> Value {
    json!({
        "assignee_updated_at": null,
        "requester_updated_at": null,
        "status_updated_at": time(row.history.since),
        "initially_assigned_at": null,
        "assigned_at": null,
        "solved_at": row.solved_at.map(time),
        "latest_comment_added_at": null,
    })
}

/// The metric set that the row of a ticket shows.
pub fn metric_set(id: i64, row: &SimTicket, side_loads: SideLoads) -> Option<Value> {
    let ShownSet {
        set,
        solved_at,
        status_updated_at,
    } = row.shown_set()?;
    let pair =
        |minutes: Minutes| json!({"calendar": minutes.calendar, "business": minutes.business});
    let mut json = json!({
        "url": format!("{CANONICAL_HOST}/api/v2/ticket_metrics/{id}.json"),
        "id": 100_000 + id,
        "ticket_id": id,
        "group_stations": 1,
        "assignee_stations": 1,
        "reopens": set.reopens,
        "replies": set.replies,
        "assigned_at": null,
        "solved_at": solved_at.map(time),
        "reply_time_in_minutes": pair(set.reply),
        "first_resolution_time_in_minutes": pair(set.first_resolution),
        "full_resolution_time_in_minutes": pair(set.full_resolution),
        "requester_wait_time_in_minutes": pair(set.requester_wait),
        "agent_wait_time_in_minutes": pair(set.agent_wait),
        "on_hold_time_in_minutes": pair(set.on_hold),
    });
    if side_loads.status_updated_at {
        json["status_updated_at"] = time(status_updated_at).into();
    }
    Some(json)
}

/// A time as JSON has it.
pub(crate) fn time(at: i64) -> String {
    jiff::Timestamp::from_second(at).map_or_else(|_| String::new(), |time| time.to_string())
}

#[cfg(test)]
mod tests;
