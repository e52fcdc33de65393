//! The types of metric families, and the facts that follow from a row of the table of ticket families.
//!
//! PURE. The row of a family determines everything about its numbers: name and texts, the labels and stored form of
//! its cells, the settings that turn it on, and the series that exist at 0.

#[macro_use]
mod rows;

mod ticket_families;

use std::ops::Deref;

use super::labels::Dimension;
use crate::ticket::{NamedSet, Score};
pub use ticket_families::*;

/// The type of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value that goes up and down.
    Gauge,
    /// A value that only goes up.
    Counter,
    /// Observations in buckets.
    Histogram,
}

impl Kind {
    /// The word in a `# TYPE` line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

/// The subject of a family, which is also its chapter in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    /// The tickets of an account.
    Tickets,
    /// The reading of an account.
    Account,
    /// The process.
    Process,
}

/// The opt-in labels that a family can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// None.
    None,
    /// Group and brand.
    Owner,
    /// All opt-in labels.
    All,
}

/// One metric family.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// The name.
    pub name: &'static str,
    /// The type.
    pub kind: Kind,
    /// The chapter. All families except those of the process also have the label `account`.
    pub chapter: Chapter,
    /// The labels besides `account`, in the order of a line.
    pub labels: &'static [&'static str],
    /// The opt-in labels, which follow the others.
    pub opt_in: OptIn,
    /// The HELP text: one sentence of at most [`HELP_CHARS_MAX`] characters. It says what the value is, and names
    /// the field of Zendesk's API from which it comes, if there is one.
    pub help: &'static str,
    /// Further facts about the values in Markdown, for the documentation only; can be empty.
    pub details: &'static str,
    /// When the samples appear, in Markdown.
    pub appears: &'static str,
    /// A query as an example.
    pub example: &'static str,
}

/// Longest HELP text, in characters. Grafana and Prometheus show it while a user writes a query.
pub const HELP_CHARS_MAX: usize = 160;

impl Family {
    /// Whether it is a counter or histogram of tickets. The state stores its values, and a new series is first
    /// shown at 0.
    pub fn counts_tickets(&self) -> bool {
        self.chapter == Chapter::Tickets && self.kind != Kind::Gauge
    }
}

/// A family of tickets, as the index of its row in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketFamily(u8);

/// A row of the table.
#[derive(Debug)]
struct Row {
    family: Family,
    /// The labels besides `account`, as in [`Family::labels`].
    dimensions: &'static [Dimension],
    rules: Rules,
}

/// The rules for the cells of a family; a row states only those that differ from [`Rules::USUAL`].
#[derive(Debug)]
struct Rules {
    /// The number of series of a cell. 0 for a family without cells: its series follow from another family or from
    /// lookups.
    series: usize,
    /// The scores that the family counts.
    scores: &'static [Score],
    needs: Needs,
    at_zero: AtZero,
    /// The default upper bounds of its buckets, in seconds or as counts.
    buckets: &'static [u64],
    /// The family that measures in calendar time what this one measures in business hours.
    by_calendar: Option<TicketFamily>,
}

impl Rules {
    const USUAL: Self = Self {
        series: 1,
        scores: &[],
        needs: Needs::Nothing,
        at_zero: AtZero::Never,
        buckets: &[],
        by_calendar: None,
    };
}

/// The settings that turn a family on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// No setting.
    Nothing,
    /// `export.metric_sets`, and in business hours also `export.business_hours`.
    MetricSets,
    /// `export.slas`.
    Slas,
}

/// The series of a counter or histogram that exist at 0 when counting begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtZero {
    /// None. A series begins with its first event.
    Never,
    /// The series with the labels of unsolved tickets.
    OfUnsolved,
    /// The series with every combination of the family's own labels; the groups and brands are those of unsolved
    /// tickets.
    Always,
    /// As [`Self::Always`], but none if group or brand is a label.
    UnlessOwned,
}

impl Deref for TicketFamily {
    type Target = Family;

    fn deref(&self) -> &Family {
        self.family()
    }
}

impl std::fmt::Debug for TicketFamily {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

impl TicketFamily {
    /// The number of ticket families.
    pub const COUNT: usize = ROWS.len();

    /// Every ticket family, in the order of a scrape.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        (0..Self::COUNT as u8).map(Self)
    }

    /// The family at this index of [`Self::all`].
    pub const fn at(index: usize) -> Self {
        assert!(index < Self::COUNT, "there is no such family");
        Self(index as u8)
    }

    /// The family with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|family| family.name == name)
    }

    /// The family that shows the names of a set.
    pub const fn names_of(set: NamedSet) -> Self {
        NAMES[set as usize]
    }

    /// The index in [`Self::all`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    const fn row(self) -> &'static Row {
        &ROWS[self.index()]
    }

    /// The name, type, labels and texts.
    pub const fn family(self) -> &'static Family {
        &self.row().family
    }

    /// The labels besides `account`.
    pub const fn dimensions(self) -> &'static [Dimension] {
        self.row().dimensions
    }

    /// Whether the family shows SLA targets, each under its metric.
    pub fn shows_sla_targets(self) -> bool {
        self.dimensions().contains(&Dimension::Metric)
    }

    /// Whether the family has cells.
    pub const fn has_cells(self) -> bool {
        self.series() > 0
    }

    pub(super) const fn series(self) -> usize {
        self.row().rules.series
    }

    pub(super) const fn needs(self) -> Needs {
        self.row().rules.needs
    }

    pub(super) const fn at_zero(self) -> AtZero {
        self.row().rules.at_zero
    }

    /// The scores that the family counts.
    pub(super) const fn scores(self) -> &'static [Score] {
        self.row().rules.scores
    }

    /// Whether it is a histogram.
    pub const fn is_histogram(self) -> bool {
        matches!(self.family().kind, Kind::Histogram)
    }

    /// Every histogram.
    pub fn histograms() -> impl Iterator<Item = Self> + Clone {
        Self::all().filter(|family| family.is_histogram())
    }

    /// Whether it is a histogram of times, in seconds, and not of counts.
    pub const fn is_duration(self) -> bool {
        // `ends_with` cannot be called in a constant function.
        let name = self.family().name.as_bytes();
        self.is_histogram() && matches!(name, [.., b'_', b's', b'e', b'c', b'o', b'n', b'd', b's'])
    }

    /// The default buckets.
    pub const fn default_buckets(self) -> &'static [u64] {
        self.row().rules.buckets
    }

    /// The histogram in calendar time for a histogram in business hours.
    pub const fn by_calendar(self) -> Option<Self> {
        self.row().rules.by_calendar
    }

    /// Each histogram in calendar time that also exists in business hours, with the one in business hours.
    pub(super) fn calendar_and_business() -> impl Iterator<Item = (Self, Self)> {
        Self::all().filter_map(|family| Some((family.by_calendar()?, family)))
    }

    /// Whether the family measures in business hours.
    pub const fn is_business(self) -> bool {
        self.by_calendar().is_some()
    }
}
