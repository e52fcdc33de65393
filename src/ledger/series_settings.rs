//! Which labels and families an account shows, and how many series they may take.

use super::business_hours::BusinessHours;
use super::cells::{Cell, Event};
use super::measure::{Buckets, Measure};
use crate::ticket::{Priority, SlaMetric, Status, TicketType};

/// Which labels and families the cells have, and how many there may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesSettings {
    /// Whether `support_type` is a label.
    pub support_type: bool,
    /// Whether `group` is a label.
    pub group: bool,
    /// Whether `brand` is a label.
    pub brand: bool,
    /// Whether `form` is a label.
    pub form: bool,
    /// Whether `custom_status` is a label.
    pub custom_status: bool,
    /// Custom fields that are labels; at most [`FIELDS_MAX`](crate::ticket::FIELDS_MAX).
    pub fields: Vec<FieldLabel>,
    /// Tags that are counted; at most [`TAGS_MAX`](crate::ticket::TAGS_MAX).
    pub tags: Vec<String>,
    /// Whether rows carry Zendesk's measurements.
    pub metric_sets: bool,
    /// Whether the families in business hours are shown.
    pub business_hours: BusinessHours,
    /// Whether rows carry SLA targets.
    pub slas: bool,
    /// The histograms' buckets.
    pub buckets: Buckets,
    /// Most values of an open label that are label values of their own.
    pub max_values: usize,
    /// Most ticket series.
    pub max_series: usize,
}

/// A custom field that is a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLabel {
    /// Zendesk's id of the field.
    pub id: i64,
    /// The label's name.
    pub label: String,
    /// The values that are shown; empty for those in use, as many as there may be.
    pub values: Vec<String>,
}

impl FieldLabel {
    /// Whether the settings list the values, so that all that can occur are shown.
    pub const fn shows_all(&self) -> bool {
        !self.values.is_empty()
    }

    /// Whether records made under this label have what `later` shows of the same field: a value that
    /// is not listed where others are is kept as `other`, and so is, without a list, what is not
    /// one short word.
    fn tells(&self, later: &Self) -> bool {
        let is_told = |value: &String| self.values.contains(value);
        self.shows_all() == later.shows_all() && later.values.iter().all(is_told)
    }
}

impl Default for SeriesSettings {
    /// The settings of the default settings.
    fn default() -> Self {
        Self {
            support_type: false,
            group: false,
            brand: false,
            form: false,
            custom_status: false,
            fields: Vec::new(),
            tags: Vec::new(),
            metric_sets: true,
            business_hours: BusinessHours::Auto,
            slas: false,
            buckets: Buckets::default(),
            max_values: 64,
            max_series: 20_000,
        }
    }
}

/// A label whose values are open, and bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BoundedLabel {
    /// `channel`.
    Channel,
    /// `group`.
    Group,
    /// `brand`.
    Brand,
    /// `form`.
    Form,
    /// `custom_status`.
    CustomStatus,
    /// That of a custom field, by its place in the settings.
    Field(usize),
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
        let told = |field: &FieldLabel| {
            let mut known = before.fields.iter().filter(|known| known.id == field.id);
            known.any(|known| known.tells(field))
        };
        self.tags.iter().any(|tag| !before.tags.contains(tag))
            || !self.fields.iter().all(told)
            || (self.metric_sets && !before.metric_sets)
            || (self.slas && !before.slas)
    }

    /// The bounded labels that are shown.
    pub fn bounded_labels(&self) -> Vec<BoundedLabel> {
        let fixed = [
            (true, BoundedLabel::Channel),
            (self.group, BoundedLabel::Group),
            (self.brand, BoundedLabel::Brand),
            (self.form, BoundedLabel::Form),
            (self.custom_status, BoundedLabel::CustomStatus),
        ];
        let fixed = fixed.into_iter().filter(|(is_shown, _)| *is_shown);
        let fields = (0..self.fields.len()).map(BoundedLabel::Field);
        fixed.map(|(_, label)| label).chain(fields).collect()
    }

    /// The name of a bounded label.
    pub fn label_name(&self, label: BoundedLabel) -> &str {
        match label {
            BoundedLabel::Channel => "channel",
            BoundedLabel::Group => "group",
            BoundedLabel::Brand => "brand",
            BoundedLabel::Form => "form",
            BoundedLabel::CustomStatus => "custom_status",
            BoundedLabel::Field(place) => self.fields.get(place).map_or("", |field| &field.label),
        }
    }

    /// Whether families with the labels of a ticket's owner tell groups or brands apart.
    pub const fn shows_owner(&self) -> bool {
        self.group || self.brand
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
        let tagged = self.tags.len() * statuses * priorities;
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
        let same_owner = self.group == before.group && self.brand == before.brand;
        let same_dimensions = same_owner
            && self.support_type == before.support_type
            && self.form == before.form
            && self.custom_status == before.custom_status
            && self.fields == before.fields;
        // With other bounds of a label other values are shown.
        let same_values = self.max_values == before.max_values;
        if !self.has(cell) {
            return false;
        }
        match cell {
            Cell::Tickets { .. } => same_dimensions && same_values,
            Cell::Unsolved { .. } | Cell::Unassigned { .. } | Cell::Satisfaction { .. } => {
                same_owner && same_values
            }
            Cell::Unreplied { .. } => same_owner && same_values && self.metric_sets,
            Cell::Tagged { .. } => self.tags == before.tags,
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
            fields: vec![FieldLabel {
                id: 7,
                label: "product".to_owned(),
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            }],
            ..SeriesSettings::default()
        };
        let vip = SeriesSettings {
            tags: vec!["vip".to_owned()],
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
            group: true,
            custom_status: true,
            business_hours: BusinessHours::Never,
            max_values: 7,
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
