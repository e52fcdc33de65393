//! `docs/metrics.md`, rendered from the catalogue.

mod labels;

use zendesk_exporter::metrics::catalog::{self, Chapter, Family, Kind, OptIn};

/// The whole page.
pub fn page() -> String {
    let mut out = format!("{INTRODUCTION}\n{}\n{SEMANTICS}", labels::chapter());
    for (chapter, title, note) in CHAPTERS {
        out.push_str(&format!("\n## {title}\n\n{note}\n"));
        let families = catalog::ALL.iter();
        for family in families.filter(|family| family.chapter == chapter) {
            out.push_str(&section(family));
        }
    }
    out
}

fn section(family: &Family) -> String {
    let Family {
        name,
        kind,
        help,
        details,
        appears,
        example,
        ..
    } = family;
    let details = match *details {
        "" => String::new(),
        details => format!("{details}\n\n"),
    };
    let new_series = if family.counts_tickets() {
        "- New series: 0 at first, see [New series](#new-series)\n"
    } else {
        ""
    };
    let values = if family.counts_tickets() && *kind == Kind::Histogram {
        "- Values: measured by Zendesk, see [Histograms of tickets](#histograms-of-tickets)\n"
    } else {
        ""
    };
    format!(
        "\n### `{name}`\n\n{help}\n\n{details}- Type: {}\n- Labels: {}\n- Appears: {appears}\n{new_series}{values}\n```promql\n{example}\n```\n",
        kind.word(),
        labels_of(family),
    )
}

fn labels_of(family: &Family) -> String {
    let account = (family.chapter != Chapter::Process).then_some("account");
    let labels = account.iter().chain(family.labels);
    let labels: Vec<String> = labels.map(|label| format!("`{label}`")).collect();
    let opt_in = match family.opt_in {
        OptIn::None => "",
        OptIn::Owner => "; opt-in `group`, `brand`",
        OptIn::All => "; every opt-in label",
    };
    match labels.as_slice() {
        [] => "none".to_owned(),
        labels => labels.join(", ") + opt_in,
    }
}

const CHAPTERS: [(Chapter, &str, &str); 3] = [
    (
        Chapter::Tickets,
        "Tickets",
        "The tickets of an account and what happens to them. These families are absent until the first sync of the account is complete, except the `_info` families and the counts of Zendesk's search API.",
    ),
    (
        Chapter::Account,
        "Accounts",
        "How the exporter reads an account, and what it keeps of it.",
    ),
    (
        Chapter::Process,
        "Process",
        "The process of the exporter. The families `process_*` are those of every Prometheus client library.",
    ),
];

const INTRODUCTION: &str = "\
# Metrics

<!-- Generated from src/metrics/catalog: make generate -->

The exporter serves these families on `/metrics`. For each family this page shows the HELP text, further details, the type, the labels, when its series
appear, and an example query.

If the values come from Zendesk's API, HELP names the field. `ticket.` is a ticket of Zendesk's
[incremental ticket export](https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/); `ticket.metric_set` and
`ticket.slas` are its side-loads `metric_sets` and `slas`.

This page uses these terms:

- **Unsolved** is a ticket whose `ticket.status` is new, open, pending or hold.
- A **poll** is one or more requests that read the changes since the previous poll.
- The **first sync** is the first complete read of the export. It ends when Zendesk has no further page.
- A **resync** is another complete read of the export, once a week by default (`export.resync`). It finds permanently deleted tickets, which Zendesk's
  export does not report.
";

const SEMANTICS: &str = "\
## Counters and histograms

Counters and histograms of tickets are kept in the state file together with the tickets, so they continue after a restart. All others start at 0 at
each start of the exporter, unless their details say otherwise. [Changing settings](changing-settings.md) says which changes of the settings reset them.

### New series

`increase()` and `rate()` count from the first sample of a series. If a series started with its first event, they would not count that event. The exporter
therefore shows each new series of a counter or histogram of tickets with the value 0 for `hold_new_series` (2m by default), and then with its
value. All series of a histogram change at the same time.

This applies to the series that appear with the first sync, to series that appear later, and to series that a change of the settings adds, by a reload
or by a restart. Set `hold_new_series` to more than the scrape interval; twice the scrape interval is safe. Events during that time are in the state file, and
a restart with the same settings shows them at once.

Histograms in business hours that appear when values first differ (`business_hours: auto`), or because `business_hours` was changed, start
with everything that was observed before, because those events are not new.

### Histograms of tickets

Zendesk measures these values, in whole minutes where they are times; the exporter converts them to seconds. A null is not observed. If Zendesk sets
a value of a solved ticket later, it is observed then, unless the ticket was reopened before.

For an existing ticket, values that its first metric set already contains are not observed. An existing ticket is one that was created before the first
sync, or one that the exporter read before `export.metric_sets` was turned on.

The label `le` of a bucket has two forms: `le=\"14400\"` in Prometheus 2, `le=\"14400.0\"` in Prometheus 3 and in OpenMetrics. Queries with
`le=~\"14400([.]0)?\"` match both.

## Timestamps and ages

Ages, overdue tasks and SLA breaches use Zendesk's clock, which the exporter knows from the `Date` headers of Zendesk's answers. The exporter
calculates them between polls too, and also while Zendesk cannot be reached. A series with a timestamp is absent, never 0, while there is nothing to
show.
";

#[cfg(test)]
mod tests;
