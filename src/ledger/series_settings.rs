//! The settings of cells: labels, families, buckets, and the bound of series.

use super::buckets::Buckets;
use super::family::{Kind, Needs, OptIn, TicketFamily};
use super::labels::{Dimension, LabelSettings};

/// The settings that determine the cells and their largest number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesSettings {
    /// The opt-in labels, tags and custom fields.
    pub labels: LabelSettings,
    /// Whether `support_type` is a label.
    pub support_type: bool,
    /// Whether rows contain Zendesk's measurements.
    pub metric_sets: bool,
    /// Whether the families in business hours are shown.
    pub business_hours: BusinessHours,
    /// Whether rows contain SLA targets.
    pub slas: bool,
    /// The buckets of the histograms.
    pub buckets: Buckets,
    /// The most ticket series.
    pub max_series: usize,
}

impl Default for SeriesSettings {
    /// The default settings.
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

/// When the families in business hours are shown in addition to those in calendar time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusinessHours {
    /// After a value in business hours has differed from the one in calendar time. Without a schedule in Zendesk
    /// none differs.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The numbers of combinations of open label values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Combinations {
    /// The combinations of channel and all opt-in labels.
    pub(super) all: usize,
    /// The combinations of group and brand.
    pub(super) owners: usize,
}

impl SeriesSettings {
    /// Whether the settings turn this family on.
    pub(super) fn has(&self, family: TicketFamily) -> bool {
        match family.needs() {
            Needs::Nothing => true,
            Needs::MetricSets => {
                let is_allowed =
                    !family.is_business() || self.business_hours != BusinessHours::Never;
                self.metric_sets && is_allowed
            }
            Needs::Slas => self.slas,
        }
    }

    /// Whether these settings need more from each ticket than `before`, so that the records of tickets that were
    /// not seen since do not contain it: tags, custom fields or field values that were not listed, measurements,
    /// SLA targets.
    pub fn asks_for_more_than(&self, before: &Self) -> bool {
        self.labels.ask_for_more_than(&before.labels)
            || (self.metric_sets && !before.metric_sets)
            || (self.slas && !before.slas)
    }

    /// Whether an opt-in label is shown.
    pub fn shows_label(&self, dimension: Dimension) -> bool {
        match dimension {
            Dimension::SupportType => self.support_type,
            dimension => self.labels.shows(dimension),
        }
    }

    /// Whether group or brand is a label.
    pub fn shows_owner(&self) -> bool {
        let mut labels = Dimension::OWNER.iter();
        labels.any(|label| self.labels.shows(*label))
    }

    /// The series that are reserved for cells whose open labels are all `other`. A new cell without room is counted
    /// there, so these cells must always have room.
    pub fn fallback_series(&self) -> usize {
        self.series_of(Combinations { all: 1, owners: 1 })
    }

    /// The series for every combination of closed label values, times these combinations of open ones.
    pub(super) fn series_of(&self, Combinations { all, owners }: Combinations) -> usize {
        // Room for gauges is also reserved if the settings turn off what they count.
        let families =
            TicketFamily::all().filter(|family| family.kind == Kind::Gauge || self.has(*family));
        let series = families.map(|family| {
            let series = if family.is_histogram() {
                // The buckets, `+Inf`, the sum and the count.
                self.buckets.of(family).len() + 3
            } else {
                family.series()
            };
            let dimensions = family.dimensions().iter();
            let values = dimensions.map(|dimension| match dimension {
                Dimension::Tag => self.labels.tags.len(),
                Dimension::Score => family.scores().len(),
                // The series of a cell of unsolved tickets already include its ages.
                Dimension::Age => 1,
                dimension => dimension.words().map_or(1, <[_]>::len),
            });
            let combinations = match family.opt_in {
                OptIn::None => 1,
                OptIn::Owner => owners,
                OptIn::All => all,
            };
            let of_one = series * values.product::<usize>();
            of_one.saturating_mul(combinations)
        });
        series.fold(0, usize::saturating_add)
    }

    /// How many series the cells with open label values may have. Example: with `max_series` 20,000 and 2,500
    /// reserved series it is 17,500.
    pub(super) fn room(&self) -> usize {
        self.max_series.saturating_sub(self.fallback_series())
    }

    /// Whether the series of a family under `before` continue under these settings. Counters whose labels or
    /// buckets change end and restart at 0; gauges are counted again in any case.
    pub fn keeps(&self, before: &Self, family: TicketFamily) -> bool {
        let (is, was) = (&self.labels, &before.labels);
        let same_labels = match family.opt_in {
            OptIn::None => true,
            OptIn::Owner => Dimension::OWNER
                .iter()
                .all(|dimension| is.shows(*dimension) == was.shows(*dimension)),
            OptIn::All => {
                is.named == was.named
                    && is.fields == was.fields
                    && self.support_type == before.support_type
            }
        };
        // With another `max_values`, other label values are shown.
        let same_values = family.kind != Kind::Gauge
            || family.opt_in == OptIn::None
            || is.max_values == was.max_values;
        let same_tags = !family.dimensions().contains(&Dimension::Tag) || is.tags == was.tags;
        let same_buckets =
            !family.is_histogram() || self.buckets.of(family) == before.buckets.of(family);
        self.has(family) && same_labels && same_values && same_tags && same_buckets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::FieldLabel;
    use crate::ticket::NamedSet;
    use crate::ticket::PerSet;
    use crate::ticket::Priority;
    use crate::ticket::Status;

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
        let tickets = statuses * labels + statuses * labels + 5 * labels;
        let unsolved = 4 * priorities * (7 + 2 + 2) + 3 * priorities;
        let status_changes = Status::ALL.len() * (Status::ALL.len() - 1);
        let settings = SeriesSettings::default();
        let histograms: usize = TicketFamily::histograms()
            .map(|family| Priority::ALL.len() * (settings.buckets.of(family).len() + 3))
            .sum();
        let satisfaction = 5;
        let own = 150;
        let series = tickets + unsolved + status_changes + histograms + satisfaction + own;
        assert!(series <= 7_000, "{series}");
    }
}
