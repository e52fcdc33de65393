//! What happens in the month, counted back from its end.
//!
//! PURE.

use std::ops::Range;

use zendesk_exporter::app::past::PastPlan;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// When what happens, in Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Story {
    /// The first account is read from here on.
    pub(crate) begins: i64,
    pub(crate) ends: i64,
    /// Many customers of the first account have the same trouble.
    pub(crate) incident: Range<i64>,
    /// Zendesk answers the first account with 503.
    pub(crate) outage: Range<i64>,
    /// The exporter does not run.
    pub(crate) gap: Range<i64>,
    /// The second account is read from here on.
    pub(crate) second_begins: i64,
    /// Its first sync is over by then.
    pub(crate) second_is_read: i64,
    /// The second account's login is refused, to the end.
    pub(crate) refused_from: i64,
}

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    SecondBegins,
    OutageBegins,
    OutageEnds,
    GapBegins,
    GapEnds,
    RefusalBegins,
}

impl Story {
    /// The story that ends at `ends`, a round quarter hour.
    pub(crate) fn ending_at(ends: i64) -> Self {
        let incident = workday_before(ends - 7 * DAY) + 12 * HOUR;
        let outage = workday_before(ends - DAY) + 10 * HOUR;
        let gap = midnight(ends - 4 * DAY) + 3 * HOUR;
        let second_begins = midnight(ends - 12 * DAY) + 14 * HOUR;
        Self {
            begins: ends - 31 * DAY,
            ends,
            incident: incident..incident + 4 * HOUR,
            outage: outage..outage + 3 * HOUR,
            gap: gap..gap + 42 * MINUTE,
            second_begins,
            second_is_read: second_begins + 2 * HOUR,
            refused_from: ends - 2 * HOUR - 40 * MINUTE,
        }
    }

    /// When it is polled and scraped: each minute in the last twelve hours and around what happens.
    pub(crate) fn plan(&self) -> PastPlan {
        let around = |hours: &Range<i64>| {
            PastPlan::rounded(&(hours.start - 15 * MINUTE..hours.end + 30 * MINUTE))
        };
        PastPlan {
            from: self.begins,
            until: self.ends,
            close_ups: vec![
                self.begins..self.begins + 30 * MINUTE,
                around(&self.incident),
                around(&self.outage),
                around(&self.gap),
                around(&(self.second_begins..self.second_is_read)),
                self.ends - 12 * HOUR..self.ends + 1,
            ],
        }
    }

    /// What happens after `before` and until `at`, in its order.
    pub(crate) fn events(&self, before: i64, at: i64) -> Vec<Event> {
        let mut all = vec![
            (self.second_begins, Event::SecondBegins),
            (self.outage.start, Event::OutageBegins),
            (self.outage.end, Event::OutageEnds),
            (self.gap.start, Event::GapBegins),
            (self.gap.end, Event::GapEnds),
            (self.refused_from, Event::RefusalBegins),
        ];
        all.retain(|(when, _)| (before + 1..=at).contains(when));
        all.sort_by_key(|(when, _)| *when);
        all.into_iter().map(|(_, event)| event).collect()
    }
}

const fn midnight(at: i64) -> i64 {
    at - at.rem_euclid(DAY)
}

/// Midnight of the last day from Monday to Friday that was over at `at`.
fn workday_before(at: i64) -> i64 {
    // The epoch was a Thursday.
    let is_workday = |midnight: &i64| (midnight.div_euclid(DAY) + 3).rem_euclid(7) < 5;
    let last = midnight(at) - DAY;
    let days = (0..7).map(|days| last - days * DAY);
    days.into_iter().find(is_workday).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_day_it_ends_on_nothing_overlaps_and_all_of_it_is_seen_close() {
        // A week of quarter hours from Monday 2026-09-21 on.
        for quarter in 0..7 * 96 {
            let ends = 1_789_948_800 + quarter * 900;
            let story = Story::ending_at(ends);
            let plan = story.plan();
            let mut spans = [
                story.begins..story.begins + 1,
                story.second_begins..story.second_is_read,
                story.incident.clone(),
                story.gap.clone(),
                story.outage.clone(),
                story.refused_from..story.ends,
            ];
            spans.sort_by_key(|span| span.start);
            assert!(
                spans.is_sorted_by(|one, next| one.end + HOUR < next.start),
                "{story:?}"
            );
            for span in &spans {
                let is_close = |at: i64| plan.close_ups.iter().any(|hours| hours.contains(&at));
                assert!(
                    is_close(span.start) && is_close(span.end),
                    "{span:?} {story:?}"
                );
            }
            let all = story.events(story.begins, story.ends);
            assert_eq!(all.len(), 6);
            assert_eq!(all[5], Event::RefusalBegins);
            // Each happens on a moment of the plan.
            let ticks: Vec<i64> = plan.ticks().map(|tick| tick.at).collect();
            assert!(ticks.contains(&story.refused_from) && ticks.contains(&story.gap.end));
        }
    }
}
