//! Whether it was right at once, and what customers said.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{
    BAR, PERIOD, increase, mean, observations, of, only, share, share_of_day, sum, sum_by, up_to,
};
use super::empty::NOTHING;
use zendesk_exporter::metrics::catalog::{self as c, Family};

pub(super) fn panels() -> Vec<Panel> {
    let solved = |family, bound| share_of_day(&up_to(family, bound), &observations(family));
    vec![
        one_touch(),
        reopened(),
        Panel::new(Shape::Trend, "One touch over time", Unit::Share)
            .says("Share of the tickets solved in the day before each point that had never been reopened, and share that had at most one public agent reply.")
            .asks(solved(&c::REOPENS, 0), "never reopened")
            .asks(solved(&c::REPLIES, 1), "one reply at most")
            .coloured(&[("never reopened", "green"), ("one reply at most", "blue")])
            .up_to(1.0)
            .about(&c::REOPENS)
            .or_else(NOTHING),
        Panel::new(Shape::Trend, "Replies per resolution", Unit::Number)
            .says("Mean number of public agent replies of the tickets solved in the day before each point.")
            .asks(mean(&c::REPLIES), "replies")
            .about(&c::REPLIES)
            .or_else(NOTHING),
        Panel::new(Shape::Bars, "Ratings", Unit::Count)
            .says("Ratings by customers per bar. Answers to Zendesk's newer surveys are not counted.")
            .asks(sum_by("score", &increase(&of(&c::RATINGS), BAR)), "{{score}}")
            .coloured(palette::SCORES)
            .up_to(5.0)
            .or_else(NOTHING),
        Panel::new(Shape::Trend, "Good ratings", Unit::Share)
            .says("Share of good ratings among the ratings of the day before each point, and share of good ratings among the counted tickets that have a rating now.")
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

/// How many tickets were solved in the period with so many of something at most.
fn solved_with(family: &Family, bound: u32) -> (String, String) {
    let grew = |selector: &str| sum(&increase(selector, PERIOD));
    (grew(&up_to(family, bound)), grew(&observations(family)))
}

fn one_touch() -> Panel {
    let (at_once, all) = solved_with(&c::REPLIES, 1);
    Panel::new(Shape::Number, "One touch", Unit::Share)
        .says("Share of the tickets solved in the period that had at most one public agent reply.")
        .asks(share(&at_once, &all), "one reply at most")
        .turns("blue", &[])
        .also(all, "solved in the period", Unit::Count)
        .about(&c::REPLIES)
        .or_else(NOTHING)
        .sized(12, 4)
}

fn reopened() -> Panel {
    let (never, all) = solved_with(&c::REOPENS, 0);
    Panel::new(Shape::Number, "Reopened", Unit::Share)
        .says("Share of the tickets solved in the period that had been reopened at least once.")
        .asks(format!("1 - {}", share(&never, &all)), "of the solved")
        .turns("blue", &[])
        .about(&c::REOPENS)
        .or_else(NOTHING)
        .sized(12, 4)
}
