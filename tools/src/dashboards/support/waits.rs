//! How long customers wait.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{PERIOD, in_units, increase, mean, observations, quantile, sum, up_to};
use super::empty::NOTHING;
use zendesk_exporter::metrics::catalog::{self as c, Family};

/// Percentiles in hours.
type Quantile = fn(&str) -> String;

/// On the first screen, and as the alert asks: in business hours if there are any.
pub(super) fn first_reply() -> Panel {
    let either: Quantile = |q| {
        let (business, calendar) = (
            quantile(q, &c::FIRST_REPLY_BUSINESS),
            quantile(q, &c::FIRST_REPLY),
        );
        format!("{business} or on () {calendar}")
    };
    percentiles("First reply", either)
        .says("Time from creation to the first public agent reply, in business hours if the account has a schedule, otherwise by the calendar. The lines are the 50th, 75th and 90th percentiles of the tickets with a first reply in the day before each point. There is no value if there were fewer than five.")
        .turns("transparent", &[(8.0, "red")])
        .about(&c::FIRST_REPLY)
        .runbook("ZendeskFirstReplySlow")
}

/// Times by the calendar.
pub(super) fn calendar() -> Vec<Panel> {
    vec![
        by_time(),
        percentiles("First reply, by the calendar", |q| quantile(q, &c::FIRST_REPLY))
            .says("Time from creation to the first public agent reply, with nights and weekends. Each point shows the percentiles of the day before it.")
            .about(&c::FIRST_REPLY),
        percentiles("Full resolution", |q| quantile(q, &c::FULL_RESOLUTION))
            .says("Time from creation to the last resolution, by the calendar. Each point shows the percentiles of the day before it.")
            .about(&c::FULL_RESOLUTION),
        percentiles("First resolution", |q| quantile(q, &c::FIRST_RESOLUTION))
            .says("Time from creation to the first resolution, by the calendar, also of tickets that were reopened later. Each point shows the percentiles of the day before it.")
            .about(&c::FIRST_RESOLUTION),
        waits(
            "Time spent waiting",
            [&c::REQUESTER_WAIT, &c::AGENT_WAIT, &c::ON_HOLD],
        )
        .says("Mean times of the tickets solved in the day before each point: the time that the requester waited for an agent, the time that agents waited for the requester, and the time on hold.")
        .sized(24, 8),
    ]
}

/// The same in business hours.
pub(super) fn business_hours() -> Vec<Panel> {
    vec![
        percentiles("Full resolution, business hours", |q| {
            quantile(q, &c::FULL_RESOLUTION_BUSINESS)
        })
        .says("Time from creation to the last resolution, in business hours. Each point shows the percentiles of the day before it.")
        .about(&c::FULL_RESOLUTION_BUSINESS),
        percentiles("First resolution, business hours", |q| {
            quantile(q, &c::FIRST_RESOLUTION_BUSINESS)
        })
        .says("Time from creation to the first resolution, in business hours. Each point shows the percentiles of the day before it.")
        .about(&c::FIRST_RESOLUTION_BUSINESS),
        waits(
            "Time spent waiting, business hours",
            [
                &c::REQUESTER_WAIT_BUSINESS,
                &c::AGENT_WAIT_BUSINESS,
                &c::ON_HOLD_BUSINESS,
            ],
        )
        .says("Mean times of the tickets solved in the day before each point, in business hours.")
        .sized(24, 8),
    ]
}

fn percentiles(title: &'static str, quantile: Quantile) -> Panel {
    let hours = |q| in_units(&quantile(q), Unit::Hours);
    Panel::new(Shape::Trend, title, Unit::Hours)
        .asks(hours("0.9"), "p90")
        .asks(hours("0.75"), "p75")
        .asks(hours("0.5"), "p50")
        .coloured(palette::PERCENTILES)
        .or_else(NOTHING)
}

fn waits(title: &'static str, [desk, requester, hold]: [&Family; 3]) -> Panel {
    let hours = |family| in_units(&mean(family), Unit::Hours);
    Panel::new(Shape::Trend, title, Unit::Hours)
        .asks(hours(desk), "on the desk")
        .asks(hours(requester), "on the requester")
        .asks(hours(hold), "on hold")
        .coloured(palette::WAITS)
        .about(desk)
        .or_else(NOTHING)
}

const HOUR: u32 = 3_600;

/// What a histogram knows exactly: how many observations lie between two of its bounds.
fn by_time() -> Panel {
    let replies = |bound| sum(&increase(&up_to(&c::FIRST_REPLY, bound), PERIOD));
    let all = sum(&increase(&observations(&c::FIRST_REPLY), PERIOD));
    let between = |upper: &str, lower| format!("{upper} - {}", replies(lower));
    Panel::new(Shape::Ranking, "First replies by time", Unit::Count)
        .says("Number of tickets with a first reply in the period, by the time to that reply by the calendar.")
        .asks(replies(HOUR), "within 1 hour")
        .asks(between(&replies(8 * HOUR), HOUR), "1 to 8 hours")
        .asks(between(&replies(24 * HOUR), 8 * HOUR), "8 to 24 hours")
        .asks(between(&all, 24 * HOUR), "longer")
        .coloured(&[
            ("within 1 hour", "green"),
            ("1 to 8 hours", "blue"),
            ("8 to 24 hours", "yellow"),
            ("longer", "orange"),
        ])
        .about(&c::FIRST_REPLY)
        .or_else(NOTHING)
}
