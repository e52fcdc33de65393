//! `docs/metrics.md`, rendered from the catalogue.

use zendesk_exporter::metrics::catalog::{self, Chapter, Family, OptIn};

/// The whole page.
pub fn page() -> String {
    let mut out = String::from(INTRODUCTION);
    let chapters = [
        (
            Chapter::Tickets,
            "Tickets",
            "Every family has the label `account` first. Opt-in labels come last and are there when their setting is on: `support_type` (`support_type_scope: all`), `group`, `brand`, `form`, `custom_status` and those of `custom_fields`. They hold ids; names come from the `_info` families, so that a rename splits no series.",
        ),
        (
            Chapter::Account,
            "How the reading of an account goes",
            "Every family has the label `account` first.",
        ),
        (
            Chapter::Process,
            "The process",
            "Without the label `account`.",
        ),
    ];
    for (chapter, title, note) in chapters {
        out.push_str(&format!("\n## {title}\n\n{note}\n"));
        for family in catalog::ALL
            .iter()
            .filter(|family| family.chapter == chapter)
        {
            out.push_str(&section(family));
        }
    }
    out
}

fn section(family: &Family) -> String {
    let Family {
        name,
        kind,
        labels,
        help,
        appears,
        example,
        ..
    } = family;
    let mut labels = if labels.is_empty() {
        "none".to_owned()
    } else {
        labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    labels.push_str(match family.opt_in() {
        OptIn::None => "",
        OptIn::Owner => "; opt-in `group`, `brand`",
        OptIn::All => "; every opt-in label",
    });
    format!(
        "\n### `{name}`\n\n{help}\n\n- Type: {}\n- Labels: {labels}\n- Appears: {appears}\n\n```promql\n{example}\n```\n",
        kind.word(),
    )
}

const INTRODUCTION: &str = "\
# Metrics

<!-- Generated from src/metrics/catalog.rs: make generate -->

What the exporter shows on `/metrics`. Label values come from closed sets, except `channel`, which is bounded by
`labels.max_values` (the rest is `other`):

- `status`: new, open, pending, hold, solved, closed, other. Deleted tickets are not in the gauges.
- `priority`: none, low, normal, high, urgent, other.
- `type`: none, question, incident, problem, task, other.
- `age`: 0-4h, 4h-1d, 1d-3d, 3d-7d, 7d-30d, 30d-90d, 90d+. A ticket of exactly four hours is in 4h-1d.
- `metric` (SLAs): first_reply_time, next_reply_time, reply_time, requester_wait_time, agent_work_time,
  periodic_update_time, pausable_update_time, total_resolution_time, resolution_time, group_ownership_time, other.

`none` is Zendesk's null, `other` a value this version does not know. Counters survive restarts: they are kept in the state
file with the tickets.

Prometheus counts the increase of a series from its first sample on, so a series that began with its first event would hide
that event from `increase()` and `rate()`. So a series of a counter or histogram is shown at 0 for `hold_new_series` (2m) when it
begins, and then with its value; all lines of a histogram together. That holds for series that the first full sync brings, for
series that begin later, and for series that a change of settings brings, by a reload or a restart. Keep that longer than the scrape interval, two of them to
be safe. What is counted meanwhile is in the state, and a restart with the same settings shows it at once. Histograms in
business hours that appear because values first differ (`business_hours: auto`), or because that setting is changed, begin with
what was observed before: that is the past, and no increase.

Ages, overdue tasks and SLA breaches go by Zendesk's clock, as far as its answers tell, and move on between polls and while
Zendesk cannot be reached. Times are absent, never 0, while there is nothing to date.
";
