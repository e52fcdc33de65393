//! Whether it was right at once, and what customers said.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{
    BAR, increase, mean, observations, of, only, share, share_of_day, sum, sum_by, up_to,
};
use super::NOTHING;
use zendesk_exporter::metrics::catalog as c;

pub(super) fn panels() -> Vec<Panel> {
    let solved = |family, bound| share_of_day(&up_to(family, bound), &observations(family));
    vec![
        Panel::new(Shape::Trend, "Right at once", Unit::Share)
            .says("Of the tickets solved in the day before each point: the share that had never been reopened, and that had taken one public reply at most.")
            .asks(solved(&c::REOPENS, 0), "never reopened")
            .asks(solved(&c::REPLIES, 1), "one reply at most")
            .coloured(&[("never reopened", "green"), ("one reply at most", "blue")])
            .up_to(1.0)
            .about(&c::REOPENS)
            .or_else(NOTHING),
        Panel::new(Shape::Trend, "Replies per resolution", Unit::Number)
            .says("Public replies of agents that a ticket solved in the day before each point had taken, on average.")
            .asks(mean(&c::REPLIES), "replies")
            .about(&c::REPLIES)
            .or_else(NOTHING),
        Panel::new(Shape::Bars, "Ratings", Unit::Count)
            .says("Ratings that customers gave per bar. Answers to Zendesk's newer surveys do not show here.")
            .asks(sum_by("score", &increase(&of(&c::RATINGS), BAR)), "{{score}}")
            .coloured(palette::SCORES)
            .up_to(5.0)
            .or_else(NOTHING),
        Panel::new(Shape::Trend, "Good ratings", Unit::Share)
            .says("Share of good ones among the ratings of the day before each point, and among all tickets that carry a rating now.")
            .asks(
                share_of_day(
                    &only(&c::RATINGS, "score=\"good\""),
                    &only(&c::RATINGS, "score=~\"good|bad\""),
                ),
                "of a day",
            )
            .asks(
                share(
                    &sum(&only(&c::SATISFACTION, "score=\"good\"")),
                    &sum(&only(&c::SATISFACTION, "score=~\"good|bad\"")),
                ),
                "of all rated tickets",
            )
            .coloured(&[("of a day", "green"), ("of all rated tickets", "blue")])
            .up_to(1.0)
            .about(&c::RATINGS)
            .or_else(NOTHING),
    ]
}
