//! Two lines of four numbers. Each that is of now says so if the exporter is dead.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{
    BREACHED, DAY as A_DAY, DROP, GROWTH, PERIOD, UNASSIGNED, WAITING_STATUSES,
    accounts_read_so_far, against_the_weeks_before, age, buckets, data, in_units, increase, judged,
    many_are_breached, observations, of, only, or_down, satisfaction_fell, share, sum, sum_by,
    unless_down, urgent_is_unassigned,
};
use super::empty::{NOT_READ, NOTHING};
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
    let (times, more, floor) = GROWTH;
    number("Unsolved", Unit::Count)
        .says(&format!("Number of unsolved tickets (new, open, pending or on hold). Usual is the mean at the same hour in the three weeks before, or in as many of them as have data; it is shown when all accounts have such data. The number is red if an account has more than {times} times its usual number and more than {more} tickets more than usual. An account whose usual number is below {floor} is not judged."))
        .asks(
            or_down(&against_the_weeks_before(), Some("change")),
            "{{change}}",
        )
        .turns("blue", &[])
        .coloured(&[("/too many$/", "red")])
        .about(&c::TICKETS)
        .runbook("ZendeskBacklogGrowing")
}

/// More than ten of a month fire the alert: every desk has some that were forgotten.
fn waiting() -> Panel {
    let old = format!("age=~\"30d-90d|90d[+]\", {WAITING_STATUSES}");
    let old = sum_by("job, instance, account", &only(&c::UNSOLVED, &old));
    number("Waiting for us", Unit::Count)
        .says("Number of tickets that are new or open, and the number of them that were created more than 30 days ago. The second number is that of the account with the most such tickets, and it includes all channels. Tickets that are pending or on hold wait for somebody else.")
        .asks(
            or_down(&sum(&only(&c::TICKETS, WAITING_STATUSES)), None),
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
    let unassigned = judged(
        &sum(&of(&c::UNASSIGNED)),
        &urgent_is_unassigned(),
        ["unassigned", "unassigned, urgent too"],
    );
    number("Not taken up", Unit::Count)
        .says(&format!("Number of unsolved tickets without a public agent reply, and of unsolved tickets without an assignee. The second number is red if an urgent ticket that is new or open was created more than {} minutes ago and has no assignee.", UNASSIGNED / 60))
        .asks(or_down(&sum(&of(&c::UNREPLIED)), None), "without a reply")
        .turns("blue", &[])
        .also(unless_down(&unassigned), "{{is}}", Unit::Count)
        .turns("blue", &[])
        .coloured(&[("unassigned, urgent too", "red")])
        .about(&c::UNREPLIED)
        .runbook("ZendeskUrgentTicketUnassigned")
}

fn slas() -> Panel {
    let (tickets, share) = BREACHED;
    let breached = judged(
        &sum(&of(&c::SLA_BREACHED)),
        &many_are_breached(),
        ["breached now", "breached, too many"],
    );
    number("SLA targets", Unit::Count)
        .says(&format!("Number of breached SLA targets of unsolved tickets, where a ticket with two breached targets counts twice, and the share of the targets that ended in the period without a breach. The number is red if more than {tickets} targets of one metric are breached in an account and they are more than {} % of its unsolved tickets. The panel needs export.slas.", share * 100.0))
        .asks(or_down(&breached, Some("is")), "{{is}}")
        .turns("blue", &[])
        .coloured(&[("breached, too many", "red")])
        .also(unless_down(&super::sla::kept(PERIOD)), "kept in the period", Unit::Share)
        .turns("text", &[])
        .or_else("No SLA target")
        .about(&c::SLA_BREACHED)
        .runbook("ZendeskSlaBreached")
}

fn today() -> Panel {
    let today = |family| sum(&increase(&of(family), PERIOD));
    number("Today so far", Unit::Count)
        .says("Number of tickets created, and number of times that a ticket was solved or closed, since midnight in the time zone of your browser. Tickets that the exporter reads late, for example after an outage, count at the time of reading.")
        .asks(or_down(&today(&c::CREATED), None), "created")
        .turns("blue", &[])
        .also(unless_down(&today(&c::SOLVED)), "solved", Unit::Count)
        .turns("green", &[])
        .since("now/d")
        .or_else("No tickets today")
        .about(&c::CREATED)
}

/// As the alert asks: each account by itself, in business hours, of a number of replies that says something. By the calendar the
/// first reply to a ticket of a Friday evening is slow on every desk that has weekends: that is not judged.
fn first_reply() -> Panel {
    let p90 = |family: &Family, replies: u32| {
        let account = "job, instance, account";
        let by_bucket = sum_by(
            &format!("{account}, le"),
            &increase(&buckets(family), A_DAY),
        );
        let count = sum_by(account, &increase(&observations(family), A_DAY));
        in_units(
            &format!(
                "max(histogram_quantile(0.9, {by_bucket}) and on ({account}) {count} >= {replies})"
            ),
            Unit::Hours,
        )
    };
    let called =
        |query: &str, name: &str| format!("label_replace({query}, \"is\", \"{name}\", \"\", \"\")");
    let business = format!(
        "{} or on () {}",
        called(&p90(&c::FIRST_REPLY_BUSINESS, REPLIES), "in business hours"),
        called(
            &p90(&c::FIRST_REPLY_BUSINESS, FEW_REPLIES),
            "of few replies"
        ),
    );
    number("First reply, p90", Unit::Hours)
        .says(&format!("90th percentile of the time to the first public agent reply, of the replies in the last day: in business hours, if the account has a schedule, and by the calendar. The panel shows the slowest account. An account with fewer than {REPLIES} replies is not judged, and an account with fewer than {FEW_REPLIES} is not shown."))
        .asks(or_down(&business, Some("is")), "{{is}}")
        // Nine of ten within exactly 8 h is what the alert wants: a bound of the histogram is often met exactly.
        .turns("green", &[(4.0, "yellow"), (28_801.0 / 3_600.0, "red")])
        .coloured(&[("of few replies", "text")])
        .also(
            unless_down(&p90(&c::FIRST_REPLY, FEW_REPLIES)),
            "by the calendar",
            Unit::Hours,
        )
        .or_else("Fewer than 5 replies")
        .about(&c::FIRST_REPLY)
        .runbook("ZendeskFirstReplySlow")
}

/// From so many replies a day on the alert judges their times.
const REPLIES: u32 = 20;

/// From so many on they are shown.
const FEW_REPLIES: u32 = 5;

/// What is usual differs from desk to desk: the alert is on a fall.
fn satisfaction() -> Panel {
    let ratings = |matcher| sum(&increase(&only(&c::RATINGS, matcher), PERIOD));
    let all = ratings("score=~\"good|bad\"");
    let good = format!(
        "{} and on () {all} >= 5",
        share(&ratings("score=\"good\""), &all)
    );
    let good = judged(
        &format!("({good})"),
        &satisfaction_fell(),
        ["good", "good, fewer than before"],
    );
    number("Satisfaction", Unit::Share)
        .says(&format!("Share of good ratings among the ratings in the period, if there are at least five, and the number of ratings. The share is red if that of an account fell by more than {} percentage points from one week to the next.", DROP * 100.0))
        .asks(or_down(&good, Some("is")), "{{is}}")
        .turns("blue", &[])
        .coloured(&[("good, fewer than before", "red")])
        .also(unless_down(&all), "ratings in the period", Unit::Count)
        .or_else(NOTHING)
        .about(&c::RATINGS)
        .runbook("ZendeskSatisfactionDropped")
}

fn freshness() -> Panel {
    number("Data is behind by", Unit::Seconds)
        .says("Age of the numbers on this dashboard, and the number of accounts in them. An account whose first sync is not complete is missing in all sums. An age of about two minutes is normal, because Zendesk's export withholds changes for one minute. With the list of tickets, about one minute is normal.")
        .asks(age(&data()), "behind")
        .turns("green", &[(5.0 * MINUTE, "yellow"), (10.0 * MINUTE, "red")])
        .also(
            unless_down(&accounts_read_so_far()),
            "{{read}}",
            Unit::Count,
        )
        .coloured(&[("/first sync/", "yellow")])
        .about(&c::DATA_TIMESTAMP)
        .leads_to("Why: Zendesk / Exporter", TO_THE_EXPORTER)
        .runbook("ZendeskExporterDataStale")
}

/// Where the state of the exporter itself is shown, with all that was chosen here.
const TO_THE_EXPORTER: &str = "/d/zendesk-exporter?${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&${account:queryparam}";

const MINUTE: f64 = 60.0;
