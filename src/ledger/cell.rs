//! A cell: one stored number with its family and label values.

use std::fmt;

use super::family::{Kind, OptIn, TicketFamily};
use super::labels::{
    Dictionaries, Dimension, LabelSettings, LabelValues, NUMBER_ABSENT, NUMBER_UNKNOWN, OpenSet,
};
use crate::ticket::Status;

/// Most labels of a family besides opt-in labels.
const OWN: usize = 4;

/// The index that stands for the sum of a histogram, instead of a bucket.
const SUM: u8 = u8::MAX;

/// The key of a stored number: its family and label values, without the account. Most cells are one line; a
/// histogram has a cell for each bucket and one for the sum.
///
/// Cells are ordered by family, then by their values in the order of the labels of a line, then by
/// bucket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    family: TicketFamily,
    /// The values of the family's own labels, then of [`Dimension::OPT_IN`].
    values: [u16; OWN + Dimension::OPT_IN.len()],
    /// The index of the bucket, the index after the last bound for `+Inf`, or [`SUM`]; 0 in other families.
    bucket: u8,
}

/// One number of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The observations in the bucket with this index that are in no lower bucket.
    Bucket(u8),
    /// The sum of the observations, in seconds or as a count.
    Sum,
}

impl TicketFamily {
    /// The cell of this family for tickets with these labels; for a histogram the sum.
    pub fn cell(self, labels: &LabelValues) -> Cell {
        let mut values = [NUMBER_ABSENT; _];
        for (value, dimension) in values.iter_mut().zip(self.dimensions()) {
            *value = labels[*dimension];
        }
        for dimension in self.opt_in_dimensions() {
            values[slot_of_opt_in(*dimension)] = labels[*dimension];
        }
        Cell {
            family: self,
            values,
            bucket: if self.is_histogram() { SUM } else { 0 },
        }
    }

    /// The opt-in labels that lines of this family can have, in their order.
    pub const fn opt_in_dimensions(self) -> &'static [Dimension] {
        match self.family().opt_in {
            OptIn::None => &[],
            OptIn::Owner => &Dimension::OWNER,
            OptIn::All => &Dimension::OPT_IN,
        }
    }
}

/// The values whose label is shown.
fn shown(labels: impl Iterator<Item = (Dimension, u16)>) -> impl Iterator<Item = (Dimension, u16)> {
    labels.filter(|(_, value)| *value != NUMBER_ABSENT)
}

const fn slot_of_opt_in(dimension: Dimension) -> usize {
    OWN + dimension.index() - Dimension::OPT_IN[0].index()
}

impl Cell {
    /// The family of the cell.
    pub const fn family(&self) -> TicketFamily {
        self.family
    }

    /// The labels that the cell has and their values, in the order of a line.
    pub fn labels(&self) -> impl Iterator<Item = (Dimension, u16)> {
        self.own_labels().chain(self.opt_in_labels())
    }

    /// Those of them that every cell of the family has.
    pub fn own_labels(&self) -> impl Iterator<Item = (Dimension, u16)> {
        let dimensions = self.family.dimensions().iter().copied();
        shown(dimensions.zip(self.values))
    }

    /// Those of them that the settings turn on.
    pub fn opt_in_labels(&self) -> impl Iterator<Item = (Dimension, u16)> {
        let dimensions = self.family.opt_in_dimensions().iter();
        shown(dimensions.map(|dimension| (*dimension, self.values[slot_of_opt_in(*dimension)])))
    }

    /// The values by label.
    pub fn values(&self) -> LabelValues {
        let mut values = LabelValues::default();
        for (dimension, value) in self.labels() {
            values[dimension] = value;
        }
        values
    }

    /// The status, if the family has that label.
    pub fn status(&self) -> Option<Status> {
        let index = self.values()[Dimension::Status];
        Status::from_index(u8::try_from(index).ok()?)
    }

    /// The cell of another family for tickets with the same labels.
    #[must_use]
    pub fn of(&self, family: TicketFamily) -> Self {
        Self {
            bucket: self.bucket,
            ..family.cell(&self.values())
        }
    }

    /// The cell with another value of one label.
    #[must_use]
    pub fn with(&self, dimension: Dimension, value: impl Into<u16>) -> Self {
        Self {
            bucket: self.bucket,
            ..self.family.cell(&self.values().with(dimension, value))
        }
    }

    /// The cell with the values that `change` returns for its labels.
    #[must_use]
    pub(super) fn with_each(mut self, change: impl Fn(Dimension, u16) -> u16) -> Self {
        let own = self.family.dimensions().iter().enumerate();
        let opt_in = self.family.opt_in_dimensions().iter();
        let opt_in = opt_in.map(|dimension| (slot_of_opt_in(*dimension), dimension));
        for (slot, dimension) in own.chain(opt_in) {
            let value = &mut self.values[slot];
            if *value != NUMBER_ABSENT {
                *value = change(*dimension, *value);
            }
        }
        self
    }

    /// The cell for what finds no room: the same with `other` in the channel and in every opt-in label. Example:
    /// `zendesk_tickets{status="open", channel="fax", group="7"}` has the fallback
    /// `zendesk_tickets{status="open", channel="other", group="other"}`, and that cell is its own fallback.
    #[must_use]
    pub fn fallback(self) -> Self {
        self.with_each(|dimension, value| dimension.other().unwrap_or(value))
    }

    /// Whether the dictionaries have a value for each of its numbers.
    pub fn is_known(&self, dictionaries: &Dictionaries, labels: &LabelSettings) -> bool {
        self.labels().all(
            |(dimension, value)| match dictionaries.set_of(dimension, labels) {
                // The label `tag` has only listed tags, neither `none` nor `other`.
                Some(OpenSet::Tag) => dictionaries.has_value(OpenSet::Tag, value),
                Some(set) => dictionaries.knows(set, value),
                None => true,
            },
        )
    }

    /// The cell with `other` for each open value that is not shown.
    #[must_use]
    pub(super) fn as_shown(self, dictionaries: &Dictionaries, labels: &LabelSettings) -> Self {
        self.with_each(
            |dimension, value| match dictionaries.set_of(dimension, labels) {
                // No dictionary has the number of `unknown`, so it would become `other`.
                Some(set) if value != NUMBER_UNKNOWN => dictionaries.label(set, value),
                _ => value,
            },
        )
    }

    /// Whether it is a gauge, which can be counted again from the records.
    pub fn is_gauge(&self) -> bool {
        self.family.kind == Kind::Gauge
    }

    /// The number of series of the cell.
    pub(super) const fn series(&self) -> usize {
        match self.bucket {
            // The sum and the count. The bucket `+Inf` is a cell of its own.
            SUM => 2,
            _ => self.family.series(),
        }
    }

    /// The part of a histogram that it is; `None` in other families.
    pub fn part(&self) -> Option<Part> {
        self.family.is_histogram().then_some(match self.bucket {
            SUM => Part::Sum,
            bucket => Part::Bucket(bucket),
        })
    }

    /// Another part of the same histogram.
    #[must_use]
    pub const fn with_part(self, part: Part) -> Self {
        let bucket = match part {
            Part::Bucket(bucket) => bucket,
            Part::Sum => SUM,
        };
        Self { bucket, ..self }
    }

    /// The cell that identifies the series or histogram: the sum of a histogram, otherwise the cell itself.
    #[must_use]
    pub fn whole(self) -> Self {
        if self.family.is_histogram() {
            self.with_part(Part::Sum)
        } else {
            self
        }
    }
}

impl fmt::Debug for Cell {
    /// The cell as a series in a query, with numbers for open values: `zendesk_tickets{status="open", channel=17}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{{", self.family.name)?;
        for (index, (dimension, value)) in self.labels().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            match dimension.word(value) {
                Some(word) => write!(formatter, "{comma}{}=\"{word}\"", dimension.label())?,
                None => write!(formatter, "{comma}{dimension:?}={value}")?,
            }
        }
        match self.part() {
            Some(part) => write!(formatter, "}} {part:?}"),
            None => formatter.write_str("}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_takes_few_bytes() {
        assert_eq!(size_of::<Cell>(), 28);
    }

    #[test]
    fn no_family_has_more_labels_of_its_own_than_a_cell_has_room_for() {
        let most = TicketFamily::all().map(|family| family.dimensions().len());
        assert_eq!(most.max(), Some(OWN));
    }
}
