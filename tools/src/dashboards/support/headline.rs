//! Two lines of four numbers. Each that is of now says so if the exporter is dead.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{
    DAY as A_DAY, PERIOD, WAITING_STATUSES, accounts_read, age, buckets, data, first_sync_done,
    in_units, increase, observations, of, only, or_down, share, sum, with_change,
};
use super::{HOUR, MINUTE, NOT_READ, NOTHING, TO_THE_EXPORTER};
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

fn waiting() -> Panel {
    let waiting = |family| only(family, WAITING_STATUSES);
    number("Waiting for us", Unit::Count)
        .says("Tickets that are new or open, and how long ago the oldest of them was created. Those that are pending or on hold wait for somebody else.")
        .asks(
            or_down(&sum(&waiting(&c::UNSOLVED)), None),
            "new and open",
        )
        .turns("blue", &[])
        .also(
            in_units(&age(&waiting(&c::OLDEST_UNSOLVED)), Unit::Days),
            "the oldest",
            Unit::Days,
        )
        .turns("green", &[(7.0, "yellow"), (14.0, "red")])
        .about(&c::UNSOLVED)
        .runbook("ZendeskOldestTicketTooOld")
}

fn untouched() -> Panel {
    number("Not taken up", Unit::Count)
        .says("Unsolved tickets to which no agent has replied publicly yet, and those without an assignee.")
        .asks(or_down(&sum(&of(&c::UNREPLIED)), None), "without a reply")
        .turns("blue", &[])
        .also(sum(&of(&c::UNASSIGNED)), "unassigned", Unit::Count)
        .turns("blue", &[])
        .about(&c::UNREPLIED)
        .runbook("ZendeskUrgentTicketUnassigned")
}

fn slas() -> Panel {
    number("SLA targets", Unit::Count)
        .says("Open SLA targets of unsolved tickets that are breached, where a ticket with two of them counts twice; and the share of those that came to an end in the period before they were breached. With export.slas.")
        .asks(or_down(&sum(&of(&c::SLA_BREACHED)), None), "breached now")
        .turns("green", &[(1.0, "red")])
        .also(super::sla::kept(PERIOD), "kept in the period", Unit::Share)
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
        .also(or_down(&today(&c::SOLVED), None), "solved", Unit::Count)
        .turns("green", &[])
        .since("now/d")
        .about(&c::CREATED)
}

/// As the alert asks: each account by itself, in business hours where it has them.
fn first_reply() -> Panel {
    let p90 = |family: &Family, hours: &str| {
        let account = "job, instance, account";
        let by_bucket = increase(&buckets(family), A_DAY);
        let count = increase(&observations(family), A_DAY);
        format!(
            "label_replace(histogram_quantile(0.9, sum by ({account}, le) ({by_bucket})) and on ({account}) sum by ({account}) ({count}) >= 5, \"hours\", \"{hours}\", \"\", \"\")"
        )
    };
    let worst = format!(
        "topk(1, {} or on (job, instance, account) {})",
        p90(&c::FIRST_REPLY_BUSINESS, "in business hours"),
        p90(&c::FIRST_REPLY, "by the calendar")
    );
    number("First reply, p90", Unit::Seconds)
        .says("Nine of ten tickets that got their first reply within the last day got it within this time: in business hours if the account has a schedule. Of the slowest account, from five replies on.")
        .asks(or_down(&worst, Some("hours")), "{{hours}}")
        .turns("green", &[(4.0 * HOUR, "yellow"), (8.0 * HOUR, "red")])
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
        .also(or_down(&accounts_read(), Some("read")), "{{read}}", Unit::Count)
        .also(first_sync_done(), "of the first sync", Unit::Share)
        .turns("yellow", &[])
        .about(&c::DATA_TIMESTAMP)
        .leads_to("Why: Zendesk / Exporter", TO_THE_EXPORTER)
        .runbook("ZendeskExporterDataStale")
}
