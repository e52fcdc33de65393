//! *Zendesk / Support*: what the lead of a support desk reads each morning.

mod backlog;

mod flow;

mod speed;

mod details;

use super::board::{Board, ByPriority, Fold, Row};
use super::look::{Shape, Unit};
use super::panel::Panel;
use super::query::{PERIOD, age, increase, of, only, quantile, share, sum};
use zendesk_exporter::metrics::catalog as c;

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        uid: "zendesk-support",
        title: "Zendesk / Support",
        description: "The desk: its backlog, what comes in and goes out, how long customers wait, and what they say.",
        from: "now-7d",
        by_priority: ByPriority::Yes,
        bar_min: "1h",
        rows: vec![
            Row {
                title: "Now",
                fold: Fold::Open,
                panels: headline(),
            },
            Row {
                title: "Backlog",
                fold: Fold::Open,
                panels: backlog::composition(),
            },
            Row {
                title: "In and out",
                fold: Fold::Open,
                panels: flow::panels(),
            },
            Row {
                title: "Age",
                fold: Fold::Open,
                panels: backlog::age(),
            },
            Row {
                title: "How long customers wait",
                fold: Fold::Open,
                panels: speed::calendar(),
            },
            Row {
                title: "How well it went",
                fold: Fold::Open,
                panels: speed::quality(),
            },
            Row {
                title: "SLA (with export.slas)",
                fold: Fold::Closed,
                panels: details::sla(),
            },
            Row {
                title: "Business hours (with export.business_hours)",
                fold: Fold::Closed,
                panels: speed::business_hours(),
            },
            Row {
                title: "Accounts, groups, brands, forms, tags",
                fold: Fold::Closed,
                panels: details::owners(),
            },
            Row {
                title: "Every change",
                fold: Fold::Closed,
                panels: details::changes(),
            },
        ],
    }
}

/// Where the state of the exporter itself is shown, with all that was chosen here.
const TO_THE_EXPORTER: &str = "/d/zendesk-exporter?${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&${account:queryparam}";

const NOT_SYNCED: &str = "Not read yet";

fn headline() -> Vec<Panel> {
    let ratings = |matcher| sum(&increase(&only(&c::RATINGS, matcher), PERIOD));
    let number = |shape, title, unit| Panel::new(shape, title, unit).or_else(NOT_SYNCED);
    vec![
        number(Shape::Number, "Unsolved", Unit::Count)
            .says("Tickets that are new, open, pending or on hold: the backlog, and its change over the period.")
            .asks(sum(&of(&c::UNSOLVED)), "unsolved")
            .runbook("ZendeskBacklogGrowing")
            .compares()
            .turns("blue", &[]),
        number(Shape::Number, "Unassigned", Unit::Count)
            .says("Unsolved tickets that nobody has, and their change over the period.")
            .asks(sum(&of(&c::UNASSIGNED)), "unassigned")
            .runbook("ZendeskUrgentTicketUnassigned")
            .compares()
            .turns("blue", &[]),
        number(Shape::PlainNumber, "Created", Unit::Count)
            .says("Tickets created today so far, by the clock of your browser.")
            .asks(sum(&increase(&of(&c::CREATED), PERIOD)), "created")
            .since("now/d")
            .turns("blue", &[]),
        number(Shape::PlainNumber, "Solved", Unit::Count)
            .says("Times a ticket was solved or closed today so far, by the clock of your browser.")
            .asks(sum(&increase(&of(&c::SOLVED), PERIOD)), "solved")
            .since("now/d")
            .turns("green", &[]),
        number(Shape::Number, "Oldest unsolved", Unit::Seconds)
            .says("How long ago the oldest unsolved ticket was created.")
            .asks(age(&of(&c::OLDEST_UNSOLVED)), "oldest")
            .runbook("ZendeskOldestTicketTooOld")
            .or_else("None")
            .turns("green", &[(7.0 * DAY, "yellow"), (30.0 * DAY, "red")]),
        number(Shape::PlainNumber, "First reply, p90", Unit::Seconds)
            .says("Nine of ten tickets that got their first reply in the period got it within this time, by the calendar.")
            .asks(quantile("0.9", &c::FIRST_REPLY, PERIOD), "p90")
            .runbook("ZendeskFirstReplySlow")
            .or_else("No replies")
            .turns("green", &[(8.0 * HOUR, "yellow"), (DAY, "red")]),
        number(Shape::PlainNumber, "Satisfaction", Unit::Share)
            .says("Share of good ratings among those that came in the period.")
            .asks(
                share(&ratings("score=\"good\""), &ratings("score=~\"good|bad\"")),
                "good",
            )
            .or_else("No ratings")
            .runbook("ZendeskSatisfactionDropped")
            .turns("red", &[(0.8, "yellow"), (0.9, "green")]),
        number(Shape::Number, "Data is behind by", Unit::Seconds)
            .says("How old the numbers on this page are. About two minutes are normal: Zendesk holds changes back for one.")
            .asks(age(&of(&c::DATA_TIMESTAMP)), "behind")
            .leads_to("Why: Zendesk / Exporter", TO_THE_EXPORTER)
            .turns("green", &[(5.0 * MINUTE, "yellow"), (10.0 * MINUTE, "red")]),
    ]
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
