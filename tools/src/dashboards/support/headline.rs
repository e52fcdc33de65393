//! Two lines of four numbers. Each that is of now says so if the exporter is dead.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{
    DAY as A_DAY, PERIOD, WAITING_STATUSES, accounts_read, age, buckets, data, first_sync_done,
    in_units, increase, observations, of, only, or_down, share, sum, sum_by, unless_down,
    with_change,
};
use super::{MINUTE, NOT_READ, NOTHING, TO_THE_EXPORTER};
use zendesk_exporter::metrics::catalog::{self as c, Family};

pub(super) fn panels() -> Vec<Panel> {
    vec![
        unsolved(),
        waiting(),
        untouched(),
        slas(),
        today(),
        first_reply(),
        satisfaction(),
        freshness(),
    ]
}

fn number(title: &'static str, unit: Unit) -> Panel {
    Panel::new(Shape::Number, title, unit).or_else(NOT_READ)
}

fn unsolved() -> Panel {
    number("Unsolved", Unit::Count)
        .says("Tickets that are new, open, pending or on hold: the backlog, and by how much it changed over the period.")
        .asks(
            or_down(&with_change(&c::UNSOLVED), Some("change")),
            "{{change}}",
        )
        .turns("blue", &[])
        .about(&c::UNSOLVED)
        .runbook("ZendeskBacklogGrowing")
}

/// More than ten of a month fire the alert: every desk has some that were forgotten.
fn waiting() -> Panel {
    let old = format!("age=~\"30d-90d|90d[+]\", {WAITING_STATUSES}");
    let old = sum_by("job, instance, account", &only(&c::UNSOLVED, &old));
    number("Waiting for us", Unit::Count)
        .says("Tickets that are new or open, and how many of them were created more than 30 days ago, of the account that has most. Those that are pending or on hold wait for somebody else.")
        .asks(
            or_down(&sum(&only(&c::UNSOLVED, WAITING_STATUSES)), None),
            "new and open",
        )
        .turns("blue", &[])
        .also(
            unless_down(&format!("max({old})")),
            "over 30 days",
            Unit::Count,
        )
        .turns("green", &[(11.0, "red")])
        .about(&c::UNSOLVED)
        .runbook("ZendeskOldestTicketTooOld")
}

fn untouched() -> Panel {
    number("Not taken up", Unit::Count)
        .says("Unsolved tickets to which no agent has replied publicly yet, and those without an assignee.")
        .asks(or_down(&sum(&of(&c::UNREPLIED)), None), "without a reply")
        .turns("blue", &[])
        .also(
            unless_down(&sum(&of(&c::UNASSIGNED))),
            "unassigned",
            Unit::Count,
        )
        .turns("blue", &[])
        .about(&c::UNREPLIED)
        .runbook("ZendeskUrgentTicketUnassigned")
}

fn slas() -> Panel {
    number("SLA targets", Unit::Count)
        .says("Open SLA targets of unsolved tickets that are breached, where a ticket with two of them counts twice; and the share of those that came to an end in the period before they were breached. The alert wants more than ten of one metric, and that they are many among the unsolved tickets. With export.slas.")
        .asks(or_down(&sum(&of(&c::SLA_BREACHED)), None), "breached now")
        .turns("green", &[(1.0, "yellow"), (11.0, "red")])
        .also(unless_down(&super::sla::kept(PERIOD)), "kept in the period", Unit::Share)
        .turns("text", &[])
        .or_else("No SLA target")
        .about(&c::SLA_BREACHED)
        .runbook("ZendeskSlaBreached")
}

fn today() -> Panel {
    let today = |family| sum(&increase(&of(family), PERIOD));
    number("Today so far", Unit::Count)
        .says("Tickets created, and times a ticket was solved or closed, since midnight by the clock of your browser.")
        .asks(or_down(&today(&c::CREATED), None), "created")
        .turns("blue", &[])
        .also(unless_down(&today(&c::SOLVED)), "solved", Unit::Count)
        .turns("green", &[])
        .since("now/d")
        .about(&c::CREATED)
}

/// As the alert asks: each account by itself, in business hours. By the calendar the first reply to a ticket of a Friday evening is
/// slow on every desk that has weekends: that is not judged.
fn first_reply() -> Panel {
    let p90 = |family: &Family| {
        let account = "job, instance, account";
        let by_bucket = sum_by(
            &format!("{account}, le"),
            &increase(&buckets(family), A_DAY),
        );
        let count = sum_by(account, &increase(&observations(family), A_DAY));
        in_units(
            &format!("max(histogram_quantile(0.9, {by_bucket}) and on ({account}) {count} >= 5)"),
            Unit::Hours,
        )
    };
    number("First reply, p90", Unit::Hours)
        .says("Nine of ten tickets that got their first reply within the last day got it within this time: in business hours, if the account has a schedule, and by the calendar. Of the slowest account, from five replies on.")
        .asks(
            or_down(&p90(&c::FIRST_REPLY_BUSINESS), None),
            "in business hours",
        )
        .turns("green", &[(4.0, "yellow"), (8.0, "red")])
        .also(
            unless_down(&p90(&c::FIRST_REPLY)),
            "by the calendar",
            Unit::Hours,
        )
        .or_else("Fewer than 5 replies")
        .about(&c::FIRST_REPLY)
        .runbook("ZendeskFirstReplySlow")
}

/// No judgement: what is usual differs from desk to desk, and the alert is on a fall.
fn satisfaction() -> Panel {
    let ratings = |matcher| sum(&increase(&only(&c::RATINGS, matcher), PERIOD));
    let all = ratings("score=~\"good|bad\"");
    let good = format!(
        "{} and on () {all} >= 5",
        share(&ratings("score=\"good\""), &all)
    );
    number("Satisfaction", Unit::Share)
        .says("Share of good ratings among those that came in the period, from five on, and how many they were.")
        .asks(good, "good")
        .turns("blue", &[])
        .also(all, "ratings in the period", Unit::Count)
        .or_else(NOTHING)
        .runbook("ZendeskSatisfactionDropped")
}

fn freshness() -> Panel {
    number("Data is behind by", Unit::Seconds)
        .says("How old the numbers on this page are, and of how many accounts they are: one whose first sync is not complete is missing from all sums. About two minutes are normal: Zendesk holds changes back for one.")
        .asks(age(&data()), "behind")
        .turns("green", &[(5.0 * MINUTE, "yellow"), (10.0 * MINUTE, "red")])
        .also(unless_down(&accounts_read()), "{{read}}", Unit::Count)
        .also(first_sync_done(), "of the first sync", Unit::Share)
        .turns("yellow", &[])
        .about(&c::DATA_TIMESTAMP)
        .leads_to("Why: Zendesk / Exporter", TO_THE_EXPORTER)
        .runbook("ZendeskExporterDataStale")
}
