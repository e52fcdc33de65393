//! The labels, their values, and what becomes of them in Prometheus.

use zendesk_exporter::ledger::AGES;
use zendesk_exporter::metrics::catalog::FAILURE_REASONS;
use zendesk_exporter::ticket::{NamedSet, Priority, SlaMetric, Status, TicketType};

/// The chapter on labels.
pub(super) fn chapter() -> String {
    let sets: Vec<String> = NamedSet::LABELS
        .iter()
        .map(|label| format!("`{label}`"))
        .collect();
    let all_but_last = sets[..sets.len() - 1].join(", ");
    let opt_in = OPT_IN
        .replace("ALL_SETS", &sets.join(", "))
        .replace("SETS_BUT_LAST", &all_but_last)
        .replace("LAST_SET", &sets[sets.len() - 1]);
    format!("{INTRODUCTION}\n{}\n{opt_in}", table())
}

/// What each label is, and its values.
fn table() -> String {
    let statuses = values(Status::ALL.iter().map(|status| status.label()));
    let rows = [
        (
            "account",
            "the account in the settings",
            "its `name`".to_owned(),
        ),
        ("status", "`ticket.status`", statuses.clone()),
        (
            "from`, `to",
            "`ticket.status` before and after a change",
            statuses,
        ),
        (
            "priority",
            "`ticket.priority`",
            values(Priority::ALL.iter().map(|priority| priority.label())),
        ),
        (
            "type",
            "`ticket.type`",
            values(TicketType::ALL.iter().map(|kind| kind.label())),
        ),
        (
            "channel",
            "`ticket.via.channel`",
            "none, Zendesk's names such as web, email or api, other".to_owned(),
        ),
        (
            "age",
            "time since `ticket.created_at`",
            values(AGES.into_iter()),
        ),
        (
            "metric",
            "`ticket.slas.policy_metrics[].metric`",
            values(SlaMetric::ALL.iter().map(|metric| metric.label())),
        ),
        (
            "score",
            "`ticket.satisfaction_rating.score`",
            "offered, good, bad".to_owned(),
        ),
        (
            "tag",
            "`ticket.tags`",
            "the tags in `labels.tags`".to_owned(),
        ),
        (
            "reason",
            "why a poll failed",
            values(FAILURE_REASONS.iter().copied()),
        ),
    ];
    let mut out = "| Label | Meaning | Values |\n|---|---|---|\n".to_owned();
    for (label, meaning, values) in rows {
        out.push_str(&format!("| `{label}` | {meaning} | {values} |\n"));
    }
    out
}

fn values<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    labels.collect::<Vec<_>>().join(", ")
}

const INTRODUCTION: &str = "\
## Labels

Every family of the chapters Tickets and Accounts has the label `account`. Labels have a fixed set of values, or their number of values is limited by
`labels.max_values`. No label contains the subject of a ticket, an e-mail address or a requester. If `labels.custom_fields` does not list the values of a
text field, however, short texts that people type into the field become label values.
";

/// The labels of ids stand where the words in capitals are.
const OPT_IN: &str = "\
The value `none` means that Zendesk's field is null. The value `other` means that this version does not know Zendesk's value, that the label has reached
`labels.max_values`, or that the account has reached `max_series`. A ticket with a status that this version does not know counts neither as unsolved nor as
solved. Deleted tickets are not in the gauges. A ticket whose age is exactly four hours is in the range 4h-1d.

The opt-in labels are `support_type` (`export.support_type_scope: all`), ALL_SETS and the labels of
`labels.custom_fields`. A family has them after its other labels, if the setting is on. The labels SETS_BUT_LAST and LAST_SET contain
Zendesk's ids; the `_info` families contain the names, so a rename does not start new series. The label of a custom field that was added later is `unknown`
for a ticket until the ticket is read again. [Labels and series](labels.md) describes these settings.

### Names that Zendesk or a target uses

The label `type` has the name of Zendesk's field. Prometheus's guide on writing exporters advises against `type` as a label, but also against renaming
what the application calls so.

If the scraped target has a label with the name of one of the exporter's labels, Prometheus keeps the target's label and renames the exporter's label: a target
label `account` or `group` gives `exported_account` or `exported_group`, and the label `endpoint` that Prometheus Operator adds gives
`exported_endpoint`. The alerts, the recording rules and the dashboards use `account` and `group`, so they would then read the target's label: they
would show nothing, or add up several accounts. Two settings prevent this:

- Give the target label another name, such as `team` or `environment`.
- Set `honor_labels: true` in the scrape configuration (`honorLabels: true` in a ServiceMonitor, as in the Helm chart). Prometheus then keeps the exporter's
  label and drops the target's label of that name.
";
