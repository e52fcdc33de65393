//! The lines of the families that depend on the time: ages, overdue tasks and SLA targets of unsolved tickets.
//!
//! PURE. The lines are made from a [`View`] of the unsolved tickets, not from cells, and again every few seconds.

use super::family_lines::{FamilyLines, Writer};
use crate::ledger::{AGES, Cell, Dimension, View, family};
use crate::ticket::UnixSeconds;

impl FamilyLines {
    /// Renders the view of an account's unsolved tickets. `name` returns the word of a number, and is called only
    /// for the labels that the view contains.
    pub fn of_backlog<'a>(
        account: &str,
        view: &View,
        name: impl Fn(Dimension, u16) -> &'a str,
    ) -> Self {
        let mut writer = Writer::new(account);
        let mut write = |cell: &Cell, value: f64| {
            let labels = cell.labels().map(|(dimension, value)| {
                let word = dimension.word(value);
                (
                    dimension.label(),
                    word.unwrap_or_else(|| name(dimension, value)),
                )
            });
            writer.write(cell.family().family(), labels, value);
        };
        // Counts are far below 2^53, above which f64 is not exact. A time that does not exist is left out, never 0.
        let time = |time: Option<UnixSeconds>| time.map(|time| time.0 as f64);
        for (cell, shown) in &view.statuses {
            for (age, count) in (0..AGES.len() as u16).zip(shown.ages) {
                write(&cell.with(Dimension::Age, age), count as f64);
            }
            for (family, value) in [
                (family::OLDEST_UNSOLVED, time(shown.oldest_created)),
                (family::OLDEST_UNASSIGNED, time(shown.oldest_unassigned)),
                (family::STALEST_UNSOLVED, time(shown.stalest_updated)),
            ] {
                value
                    .into_iter()
                    .for_each(|value| write(&cell.of(family), value));
            }
        }
        for (cell, shown) in &view.priorities {
            let oldest = time(shown.oldest_unreplied).into_iter();
            oldest.for_each(|value| write(&cell.of(family::OLDEST_UNREPLIED), value));
            write(cell, shown.overdue as f64);
        }
        for (cell, shown) in &view.slas {
            write(&cell.of(family::SLA_BREACHED), shown.breached as f64);
            let next = time(shown.next_breach).into_iter();
            next.for_each(|value| write(&cell.of(family::SLA_NEXT_BREACH), value));
        }
        writer.into()
    }
}
