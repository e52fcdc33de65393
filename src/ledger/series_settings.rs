//! Which labels and families an account shows, and how many series they may take.

use super::business_hours::BusinessHours;
use super::cells::{Cell, Event};
use super::labels::LabelSettings;
use super::measure::{Buckets, Measure};
use crate::ticket::{NamedSet, Priority, SlaMetric, Status, TicketType};

/// Which labels and families the cells have, and how many there may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesSettings {
    /// The labels beside those that every account has.
    pub labels: LabelSettings,
    /// Whether `support_type` is a label.
    pub support_type: bool,
    /// Whether rows carry Zendesk's measurements.
    pub metric_sets: bool,
    /// Whether the families in business hours are shown.
    pub business_hours: BusinessHours,
    /// Whether rows carry SLA targets.
    pub slas: bool,
    /// The histograms' buckets.
    pub buckets: Buckets,
    /// Most ticket series.
    pub max_series: usize,
}

impl Default for SeriesSettings {
    /// The settings of the default settings.
    fn default() -> Self {
        Self {
            labels: LabelSettings::default(),
            support_type: false,
            metric_sets: true,
            business_hours: BusinessHours::Auto,
            slas: false,
            buckets: Buckets::default(),
            max_series: 20_000,
        }
    }
}

/// Combinations of the labels whose values are open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Combinations {
    /// Of all that tickets and events have.
    pub(super) dimensions: usize,
    /// Of group and brand alone.
    pub(super) owners: usize,
}

/// Series that one combination of an unsolved ticket's labels can take: its ages, its oldest, its
/// oldest without an assignee and its stalest, and what is told by priority alone.
const SERIES_OF_UNSOLVED: usize = 7 + 3 + 2;

impl SeriesSettings {
    /// Whether there can be a histogram of `measure`.
    pub fn measures(&self, measure: Measure) -> bool {
        let is_allowed = !measure.is_business() || self.business_hours != BusinessHours::Never;
        self.metric_sets && is_allowed
    }

    /// Whether more is asked of each ticket than `before` did, so that the records cannot tell it of
    /// tickets that were not seen since: tags, custom fields or values of these that were not
    /// listed, measurements, SLA targets.
    pub fn asks_for_more_than(&self, before: &Self) -> bool {
        self.labels.ask_for_more_than(&before.labels)
            || (self.metric_sets && !before.metric_sets)
            || (self.slas && !before.slas)
    }

    /// Whether families with the labels of a ticket's owner tell groups or brands apart.
    pub fn shows_owner(&self) -> bool {
        self.labels.named[NamedSet::Group] || self.labels.named[NamedSet::Brand]
    }

    /// Series kept back for cells whose open labels are all `other`: where a new cell finds no
    /// room it goes there, and that place must exist.
    pub fn fallback_series(&self) -> usize {
        self.series_of(Combinations {
            dimensions: 1,
            owners: 1,
        })
    }

    /// Series of every status, priority and type with so many combinations of the labels whose values
    /// are open.
    pub(super) fn series_of(&self, Combinations { dimensions, owners }: Combinations) -> usize {
        /// Scores, as gauge and as counter.
        const SATISFACTION: usize = 3;
        const RATINGS: usize = 2;
        let (priorities, statuses) = (Priority::ALL.len(), Status::ALL.len());
        let labels = priorities * TicketType::ALL.len();
        let tickets_and_events = (2 * statuses + Event::ALL.len()) * labels;
        let unsolved = statuses * priorities * (SERIES_OF_UNSOLVED + 2);
        let status_changes = statuses * statuses;
        let tagged = self.labels.tags.len() * statuses * priorities;
        let histograms: usize = Measure::ALL
            .iter()
            .filter(|measure| self.measures(**measure))
            .map(|measure| priorities * (self.buckets.of(*measure).len() + 3))
            .sum();
        let slas = if self.slas {
            4 * SlaMetric::ALL.len() * priorities
        } else {
            0
        };
        let of_owner = unsolved + status_changes + histograms + slas + SATISFACTION;
        tickets_and_events
            .saturating_mul(dimensions)
            .saturating_add(of_owner.saturating_mul(owners))
            .saturating_add(tagged + RATINGS)
    }

    /// How many series a cell stands for.
    pub(super) const fn series(cell: &Cell) -> usize {
        match cell {
            Cell::Unsolved { .. } => SERIES_OF_UNSOLVED,
            // Sum and count; the bucket `+Inf` is a cell of its own.
            Cell::HistogramSum { .. } => 2,
            // With what is breached now, and the next breach.
            Cell::SlaTargets { .. } => 3,
            _ => 1,
        }
    }

    /// How many series cells with an open label of their own may take.
    pub(super) fn room(&self) -> usize {
        self.max_series.saturating_sub(self.fallback_series())
    }

    /// Whether there can be cells like this one.
    pub(super) fn has(&self, cell: &Cell) -> bool {
        match cell {
            Cell::SlaTargets { .. } | Cell::SlaBreached { .. } => self.slas,
            Cell::HistogramBucket { measure, .. } | Cell::HistogramSum { measure, .. } => {
                self.measures(*measure)
            }
            _ => true,
        }
    }

    /// Whether a series goes on under these settings that there is under `before`. Counters whose labels
    /// or buckets change end and start anew at 0; gauges are counted again in any case.
    pub fn keeps(&self, before: &Self, cell: &Cell) -> bool {
        let is_same = |set| self.labels.named[set] == before.labels.named[set];
        let same_owner = is_same(NamedSet::Group) && is_same(NamedSet::Brand);
        let same_dimensions = self.labels.named == before.labels.named
            && self.support_type == before.support_type
            && self.labels.fields == before.labels.fields;
        // With other bounds of a label other values are shown.
        let same_values = self.labels.max_values == before.labels.max_values;
        if !self.has(cell) {
            return false;
        }
        match cell {
            Cell::Tickets { .. } => same_dimensions && same_values,
            Cell::Unsolved { .. } | Cell::Unassigned { .. } | Cell::Satisfaction { .. } => {
                same_owner && same_values
            }
            Cell::Unreplied { .. } => same_owner && same_values && self.metric_sets,
            Cell::Tagged { .. } => self.labels.tags == before.labels.tags,
            Cell::Event { .. } | Cell::Updated { .. } => same_dimensions,
            Cell::StatusChange { .. } | Cell::SlaTargets { .. } | Cell::SlaBreached { .. } => {
                same_owner
            }
            Cell::Ratings { .. } => true,
            Cell::HistogramBucket { measure, .. } | Cell::HistogramSum { measure, .. } => {
                same_owner && self.buckets.of(*measure) == before.buckets.of(*measure)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::FieldLabel;
    use crate::ticket::PerSet;

    #[test]
    fn the_default_settings_leave_room_for_channels() {
        let settings = SeriesSettings::default();
        assert!(
            settings.fallback_series() < 3_000,
            "{}",
            settings.fallback_series()
        );
    }

    #[test]
    fn more_is_asked_for_where_the_records_cannot_tell_it() {
        let product = |values: &[&str]| SeriesSettings {
            labels: LabelSettings {
                fields: vec![FieldLabel {
                    id: 7,
                    label: "product".to_owned(),
                    values: values.iter().map(|value| (*value).to_owned()).collect(),
                }],
                ..LabelSettings::default()
            },
            ..SeriesSettings::default()
        };
        let vip = SeriesSettings {
            labels: LabelSettings {
                tags: vec!["vip".to_owned()],
                ..LabelSettings::default()
            },
            ..SeriesSettings::default()
        };
        let slas = SeriesSettings {
            slas: true,
            ..SeriesSettings::default()
        };
        let unmeasured = SeriesSettings {
            metric_sets: false,
            ..SeriesSettings::default()
        };
        let nothing = SeriesSettings::default;
        let table = [
            (nothing(), vip, true),
            (nothing(), slas, true),
            (unmeasured, nothing(), true),
            (nothing(), product(&[]), true),
            (product(&["shop"]), product(&["shop", "billing"]), true),
            (product(&["shop"]), product(&[]), true),
            (product(&[]), product(&["two words"]), true),
            (product(&["shop", "billing"]), product(&["shop"]), false),
        ];
        for (before, after, expected) in table {
            let asks = after.asks_for_more_than(&before);
            assert_eq!(asks, expected, "{before:?} {after:?}");
            assert!(!after.asks_for_more_than(&after));
        }
        // Everything but tags, fields, measurements and targets is in every row and record.
        let labels = SeriesSettings {
            labels: LabelSettings {
                named: PerSet::default()
                    .with(NamedSet::Group, true)
                    .with(NamedSet::CustomStatus, true),
                max_values: 7,
                ..LabelSettings::default()
            },
            business_hours: BusinessHours::Never,
            ..SeriesSettings::default()
        };
        assert!(!labels.asks_for_more_than(&nothing()));
    }

    /// Design, section 9: at most 7,000 series with twelve channels and every combination of
    /// Zendesk's own values in use.
    #[test]
    fn every_combination_of_twelve_channels_takes_less_than_the_budget() {
        let (statuses, priorities, types, channels) = (6, 5, 5, 12);
        let labels = priorities * types * channels;
        let tickets = statuses * labels + statuses * labels + Event::ALL.len() * labels;
        let unsolved = 4 * priorities * (7 + 2 + 2) + 3 * priorities;
        let status_changes = Status::ALL.len() * (Status::ALL.len() - 1);
        let settings = SeriesSettings::default();
        let histograms: usize = Measure::ALL
            .iter()
            .map(|measure| Priority::ALL.len() * (settings.buckets.of(*measure).len() + 3))
            .sum();
        let satisfaction = 5;
        let own = 150;
        let series = tickets + unsolved + status_changes + histograms + satisfaction + own;
        assert!(series <= 7_000, "{series}");
    }
}
