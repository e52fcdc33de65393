//! How long customers wait, and how well it went for them.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{
    BAR, increase, observations, observed, of, only, quantile, share, sum, sum_by, up_to,
};
use zendesk_exporter::metrics::catalog::{self as c, Family};

const NO_RESOLUTION: &str = "Nothing was solved";

/// Times by the calendar.
pub(super) fn calendar() -> Vec<Panel> {
    vec![
        percentiles("First reply", &c::FIRST_REPLY)
            .says("From creation to the first public reply of an agent, by the calendar. Half, three quarters and nine tenths of the tickets first replied to in the time of a point took no longer.")
            .or_else("No first reply"),
        percentiles("Full resolution", &c::FULL_RESOLUTION)
            .says("From creation to the latest time the ticket was solved, by the calendar."),
        percentiles("First resolution", &c::FIRST_RESOLUTION)
            .says("From creation to the first time the ticket was solved, by the calendar, whether or not it was reopened later."),
        waits(
            "Whom tickets waited for",
            [&c::REQUESTER_WAIT, &c::AGENT_WAIT, &c::ON_HOLD],
        )
        .says("Mean of the tickets solved in the time of a point: how long the requester waited for the desk, the desk for the requester, and both while on hold."),
    ]
}

/// The same in business hours.
pub(super) fn business_hours() -> Vec<Panel> {
    vec![
        percentiles("First reply, business hours", &c::FIRST_REPLY_BUSINESS)
            .says("From creation to the first public reply of an agent, in business hours; nothing as long as they are the same by the calendar.")
            .or_else("No first reply"),
        percentiles("Full resolution, business hours", &c::FULL_RESOLUTION_BUSINESS)
            .says("From creation to the latest time the ticket was solved, in business hours."),
        percentiles("First resolution, business hours", &c::FIRST_RESOLUTION_BUSINESS)
            .says("From creation to the first time the ticket was solved, in business hours."),
        waits(
            "Whom tickets waited for, business hours",
            [
                &c::REQUESTER_WAIT_BUSINESS,
                &c::AGENT_WAIT_BUSINESS,
                &c::ON_HOLD_BUSINESS,
            ],
        )
        .says("Mean of the tickets solved in the time of a point, in business hours."),
    ]
}

fn percentiles(title: &'static str, family: &Family) -> Panel {
    Panel::new(Shape::Trend, title, Unit::Seconds)
        .asks(quantile("0.5", family, BAR), "p50")
        .asks(quantile("0.75", family, BAR), "p75")
        .asks(quantile("0.9", family, BAR), "p90")
        .coloured(palette::PERCENTILES)
        .or_else(NO_RESOLUTION)
}

fn waits(title: &'static str, [requester, agent, hold]: [&Family; 3]) -> Panel {
    Panel::new(Shape::Trend, title, Unit::Seconds)
        .asks(mean(requester), "requester")
        .asks(mean(agent), "agent")
        .asks(mean(hold), "on hold")
        .or_else(NO_RESOLUTION)
}

fn mean(family: &Family) -> String {
    share(
        &sum(&increase(&observed(family), BAR)),
        &sum(&increase(&observations(family), BAR)),
    )
}

/// Whether it was right at once, and what customers said.
pub(super) fn quality() -> Vec<Panel> {
    let solved = |family| sum(&increase(&observations(family), BAR));
    let within = |family, bound| sum(&increase(&up_to(family, bound), BAR));
    let ratings = |matcher| sum(&increase(&only(&c::RATINGS, matcher), BAR));
    vec![
        Panel::new(Shape::Trend, "Right at once", Unit::Share)
            .says("Of the tickets solved in the time of a point: the share that had never been reopened, and that had taken one public reply at most.")
            .asks(share(&within(&c::REOPENS, 0), &solved(&c::REOPENS)), "never reopened")
            .asks(share(&within(&c::REPLIES, 1), &solved(&c::REPLIES)), "one reply at most")
            .asks(
                share(
                    &sum(&increase(&of(&c::REOPENED), BAR)),
                    &sum(&increase(&of(&c::SOLVED), BAR)),
                ),
                "reopened per solved",
            )
            .or_else(NO_RESOLUTION),
        Panel::new(Shape::Trend, "Replies per resolution", Unit::Number)
            .says("Public replies of agents that a ticket had taken when it was solved, on average.")
            .asks(mean(&c::REPLIES), "replies")
            .or_else(NO_RESOLUTION),
        Panel::new(Shape::Bars, "Ratings", Unit::Count)
            .says("Ratings that customers gave per bar. Answers to Zendesk's newer surveys do not show here.")
            .asks(sum_by("score", &increase(&of(&c::RATINGS), BAR)), "{{score}}")
            .coloured(palette::SCORES)
            .or_else("No ratings"),
        Panel::new(Shape::Trend, "Satisfaction", Unit::Share)
            .says("Share of good ratings among those that came in the time of a point, and among all tickets that carry a rating now.")
            .asks(
                share(&ratings("score=\"good\""), &ratings("score=~\"good|bad\"")),
                "of the time",
            )
            .asks(
                share(
                    &sum(&only(&c::SATISFACTION, "score=\"good\"")),
                    &sum(&only(&c::SATISFACTION, "score=~\"good|bad\"")),
                ),
                "of all",
            )
            .or_else("No ratings"),
    ]
}
