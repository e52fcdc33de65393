//! What a metric family is, and the table of the ticket families.
//!
//! PURE. Everything that depends on the family of a number follows from its row: its name and texts,
//! the labels and stored form of its cells, the settings that turn it on, and which of its series are
//! there at 0.

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

/// What a family speaks of, which is also its chapter in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    /// The tickets of an account.
    Tickets,
    /// How the reading of an account goes.
    Account,
    /// The process.
    Process,
}

/// Which labels a family has beside its own when the settings ask for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// None.
    None,
    /// Group and brand.
    Owner,
    /// These, and all others.
    All,
}

/// One metric family.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Its chapter; all but those of the process also have the label `account`.
    pub chapter: Chapter,
    /// Its labels beside `account`, in the order in which they are written.
    pub labels: &'static [&'static str],
    /// Its opt-in labels, which follow.
    pub opt_in: OptIn,
    /// Its HELP text: one sentence of at most [`HELP_CHARS_MAX`] characters that says what the value
    /// is, and names the field of Zendesk's API that it comes from, where it comes from one.
    pub help: &'static str,
    /// What else there is to know of its values, in Markdown, for the documentation only; may be empty.
    pub details: &'static str,
    /// When its samples appear, in Markdown.
    pub appears: &'static str,
    /// A query that answers a question with it.
    pub example: &'static str,
}

/// Longest HELP text, in characters. Grafana and Prometheus show it beside the name while somebody
/// writes a query.
pub const HELP_CHARS_MAX: usize = 160;

impl Family {
    /// Whether it is a counter or histogram of tickets: the state keeps its values, and a new series
    /// of it is shown at 0 first.
    pub fn counts_tickets(&self) -> bool {
        self.chapter == Chapter::Tickets && self.kind != Kind::Gauge
    }
}

/// A family of tickets: a row of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketFamily(u8);

/// A row of the table.
#[derive(Debug)]
struct Row {
    family: Family,
    /// Its labels beside `account`, as [`Family::labels`].
    dimensions: &'static [Dimension],
    rules: Rules,
}

/// How the cells of a family come about, where that is not as usual.
#[derive(Debug)]
struct Rules {
    /// How many series a cell stands for. 0 for a family without cells: its series follow those of
    /// another family, or what was looked up.
    series: usize,
    /// The scores that it counts.
    scores: &'static [Score],
    needs: Needs,
    at_zero: AtZero,
    /// The upper bounds of its buckets, unless the settings say otherwise: seconds, or counts.
    buckets: &'static [u64],
    /// The family that measures by the calendar what this one measures in business hours.
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

/// What a family needs of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing.
    Nothing,
    /// `export.metric_sets`; in business hours `export.business_hours`, too.
    MetricSets,
    /// `export.slas`.
    Slas,
}

/// Which series of a counter or histogram are there at 0 when counting begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtZero {
    /// None: a series begins with what it counts.
    Never,
    /// Those with the labels that unsolved tickets have.
    OfUnsolved,
    /// Those with every combination of its own labels; of groups and brands those of unsolved tickets.
    Always,
    /// The same, but none where groups or brands are labels.
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
    /// How many there are.
    pub const COUNT: usize = ROWS.len();

    /// Every one, in the order in which a scrape has them.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        (0..Self::COUNT as u8).map(Self)
    }

    /// The one at this index of [`Self::all`].
    pub const fn at(index: usize) -> Self {
        assert!(index < Self::COUNT, "there is no such family");
        Self(index as u8)
    }

    /// The family of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|family| family.name == name)
    }

    /// The family of the names of a set.
    pub const fn names_of(set: NamedSet) -> Self {
        NAMES[set as usize]
    }

    /// Its index in [`Self::all`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    const fn row(self) -> &'static Row {
        &ROWS[self.index()]
    }

    /// Its name, type, labels and texts.
    pub const fn family(self) -> &'static Family {
        &self.row().family
    }

    /// Its labels beside `account`.
    pub const fn dimensions(self) -> &'static [Dimension] {
        self.row().dimensions
    }

    /// Whether its numbers are kept, in cells.
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

    /// The scores that it counts.
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
        let name = self.family().name.as_bytes();
        self.is_histogram() && matches!(name, [.., b'_', b's', b'e', b'c', b'o', b'n', b'd', b's'])
    }

    /// The buckets that it has unless the settings say otherwise.
    pub const fn default_buckets(self) -> &'static [u64] {
        self.row().rules.buckets
    }

    /// The histogram by the calendar of one in business hours.
    pub const fn by_calendar(self) -> Option<Self> {
        self.row().rules.by_calendar
    }

    /// The histograms by the calendar that there are in business hours, too, and those.
    pub(super) fn twins() -> impl Iterator<Item = (Self, Self)> {
        Self::all().filter_map(|family| Some((family.by_calendar()?, family)))
    }

    /// Whether it is measured in business hours.
    pub const fn is_business(self) -> bool {
        self.by_calendar().is_some()
    }
}
