//! At which hours of the week there is work, and at which it is done.

use super::super::look::{Shape, Unit};
use super::super::panel::{Matrix, Panel};
use super::super::query::{by_weekday_and_hour, of};
use zendesk_exporter::metrics::catalog::{self as c, Family};

/// The values of the label `day`, and what they are called.
const WEEKDAYS: &[(&str, &str)] = &[
    ("1", "Mon"),
    ("2", "Tue"),
    ("3", "Wed"),
    ("4", "Thu"),
    ("5", "Fri"),
    ("6", "Sat"),
    ("7", "Sun"),
];

/// Hours downwards: a table has no columns that are narrow enough for 24 of them.
pub(super) fn panels() -> Vec<Panel> {
    let heat = |title, family: &Family, says: &str| {
        Panel::new(Shape::Table, title, Unit::Count)
            .says(&format!("{says} in each hour of the week, added up over the last four weeks. An hour is named by its beginning. Tickets that the exporter reads late count in the hour of reading. The hours are in UTC, shifted by Hours from UTC above. If clocks were changed within these weeks, the hours before the change are off by one."))
            .asks(by_weekday_and_hour(&of(family)), "")
            .matrix(Matrix::new(("hour", "Hour"), "day", WEEKDAYS).heat())
            .sorted_by(&[("Hour", false)])
            .about(family)
            .or_else("No full hour yet")
            .sized(12, 25)
    };
    vec![
        heat(
            "Created by hour and weekday",
            &c::CREATED,
            "Number of tickets created",
        ),
        heat(
            "Solved by hour and weekday",
            &c::SOLVED,
            "Number of times that a ticket was solved or closed",
        ),
    ]
}
