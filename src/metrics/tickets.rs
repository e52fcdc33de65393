//! The lines of the families that are made of cells.
//!
//! PURE. Rendered when a cell has changed, and only then. What is to be shown of a new series later is
//! rendered with it.

use super::catalog::{self, Family};
use super::histograms::{Histogram, Histograms, Values};
use super::later::Later;
use super::newborn::{Held, Newborn};
use super::text::{Lines, write_histogram, write_sample};
use crate::ledger::{
    Cell, Dictionaries, Dimensions, LabelValue, Measure, OpenSet, Owner, SeriesSettings,
};
use crate::ticket::{NamedSet, Priority};

/// The sample lines of some ticket families, rendered when the aggregates change, or when time has
/// passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketLines {
    pub(super) families: Vec<(&'static Family, Lines)>,
    /// What takes the place of some of it as time passes; of each family in order.
    pub(super) later: Vec<Later>,
}

impl TicketLines {
    /// Renders every cell of an account, in the order of the aggregates; those that are `newborn` as
    /// they are to be shown for now.
    pub fn of_cells(
        account: &str,
        cells: impl Iterator<Item = (Cell, u64)>,
        words: Words<'_>,
        newborn: &Newborn,
    ) -> Self {
        let mut writer = Writer {
            account,
            words,
            later: Vec::new(),
            families: TICKET_FAMILIES
                .iter()
                .map(|family| (*family, String::new()))
                .collect(),
        };
        let mut histograms = Histograms::default();
        for (cell, value) in cells {
            let held = newborn.held(&cell);
            if !histograms.take(&cell, value, held) {
                writer.cell(&cell, value, held);
            }
        }
        for (place, histogram) in &histograms.0 {
            writer.histogram(place, histogram);
        }
        Self {
            later: writer.later,
            ..Self::of(writer.families)
        }
    }

    /// The lines of these families, those left out that have none.
    pub(super) fn of(families: Vec<(&'static Family, String)>) -> Self {
        let families = families
            .into_iter()
            .filter(|(_, lines)| !lines.is_empty())
            .map(|(family, lines)| (family, lines.into()))
            .collect();
        Self {
            families,
            later: Vec::new(),
        }
    }
}

/// The families that are made of cells.
const TICKET_FAMILIES: &[&Family] = &[
    catalog::TICKETS.family(),
    catalog::UNASSIGNED.family(),
    catalog::UNREPLIED.family(),
    catalog::CREATED.family(),
    catalog::SOLVED.family(),
    catalog::REOPENED.family(),
    catalog::DELETED.family(),
    catalog::RESTORED.family(),
    catalog::UPDATED.family(),
    catalog::STATUS_CHANGES.family(),
    catalog::FIRST_REPLY.family(),
    catalog::FIRST_REPLY_BUSINESS.family(),
    catalog::FIRST_RESOLUTION.family(),
    catalog::FIRST_RESOLUTION_BUSINESS.family(),
    catalog::FULL_RESOLUTION.family(),
    catalog::FULL_RESOLUTION_BUSINESS.family(),
    catalog::REQUESTER_WAIT.family(),
    catalog::REQUESTER_WAIT_BUSINESS.family(),
    catalog::AGENT_WAIT.family(),
    catalog::AGENT_WAIT_BUSINESS.family(),
    catalog::ON_HOLD.family(),
    catalog::ON_HOLD_BUSINESS.family(),
    catalog::REPLIES.family(),
    catalog::REOPENS.family(),
    catalog::SATISFACTION.family(),
    catalog::RATINGS.family(),
    catalog::TAGGED.family(),
    catalog::SLA_TARGETS.family(),
    catalog::SLA_TARGETS_BREACHED.family(),
];

/// What the label values of an account stand for.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The words of label values.
    pub dictionaries: &'a Dictionaries,
    /// The names of the custom fields' labels, and the histograms' buckets.
    pub settings: &'a SeriesSettings,
}

/// A label that a family has only with some settings, and its value.
type Extra<'a> = (&'a str, &'a str);

impl<'a> Words<'a> {
    fn one(self, label: &'a str, set: OpenSet, value: Option<LabelValue>) -> Option<Extra<'a>> {
        value.map(|value| (label, self.dictionaries.word(set, value)))
    }

    fn owner(self, owner: Owner) -> impl Iterator<Item = Extra<'a>> {
        let group = self.one("group", OpenSet::Named(NamedSet::Group), owner.group);
        let brand = self.one("brand", OpenSet::Named(NamedSet::Brand), owner.brand);
        group.into_iter().chain(brand)
    }

    fn dimensions(self, dimensions: Dimensions) -> impl Iterator<Item = Extra<'a>> {
        let support_type = dimensions
            .support_type
            .map(|support_type| ("support_type", support_type.label()));
        let form = self.one("form", OpenSet::Named(NamedSet::Form), dimensions.form);
        let custom_status = self.one(
            "custom_status",
            OpenSet::Named(NamedSet::CustomStatus),
            dimensions.custom_status,
        );
        let dictionaries = self.dictionaries;
        let fields = self.settings.labels.fields.iter().zip(dimensions.fields);
        let fields = fields.filter_map(move |(field, value)| {
            let word = dictionaries.field_word(field.id, value?);
            Some((field.label.as_str(), word))
        });
        support_type
            .into_iter()
            .chain(self.owner(dimensions.owner))
            .chain(form)
            .chain(custom_status)
            .chain(fields)
    }
}

struct Writer<'a> {
    account: &'a str,
    words: Words<'a>,
    families: Vec<(&'static Family, String)>,
    later: Vec<Later>,
}

impl<'a> Writer<'a> {
    fn cell(&mut self, cell: &Cell, value: u64, held: Option<Held>) {
        let family = cell.family();
        let place = self
            .families
            .iter()
            .position(|(known, _)| known.name == family);
        // Only unsolved tickets by owner are no family of their own: what depends on the clock is
        // made of them.
        let Some(place) = place else { return };
        let dimensions = cell.dimensions();
        let channel = dimensions.map_or("", |dimensions| {
            self.words
                .dictionaries
                .word(OpenSet::Channel, dimensions.channel)
        });
        let labels = labels(cell, channel, self.words.dictionaries);
        let labels: Vec<&str> = labels.into_iter().flatten().collect();
        match dimensions {
            Some(dimensions) => {
                let extra = self.words.dimensions(dimensions);
                self.write(place, &labels, extra, (value, held));
            }
            None => {
                let extra = self.words.owner(cell.owner());
                self.write(place, &labels, extra, (value, held));
            }
        }
    }

    fn write(
        &mut self,
        place: usize,
        labels: &[&'a str],
        extra: impl Iterator<Item = Extra<'a>>,
        (value, held): (u64, Option<Held>),
    ) {
        let (family, lines) = &mut self.families[place];
        let shown = held.map_or(value, |held| held.value);
        // Counts stay far below 2^53, where f64 begins to round.
        write_sample(lines, family, self.account, labels, extra, shown as f64);
        if let Some(held) = held.filter(|held| held.value != value) {
            // The value is the last word of the line.
            let end = lines.len() - 1;
            self.later.push(Later {
                family,
                at: end - shown.to_string().len()..end,
                text: value.to_string(),
                until: held.until,
            });
        }
    }

    fn histogram(
        &mut self,
        (measure, priority, owner): &(Measure, Priority, Owner),
        histogram: &Histogram,
    ) {
        let name = measure.family();
        let found = self
            .families
            .iter_mut()
            .find(|(known, _)| known.name == name);
        let Some((family, lines)) = found else {
            return;
        };
        let bounds = self.words.settings.buckets.of(*measure);
        let write = |lines: &mut String, values: &Values| {
            let buckets = (bounds, values.buckets.as_slice());
            let (labels, extra) = ([priority.label()], self.words.owner(*owner));
            let sum = values.sum;
            write_histogram(lines, family, self.account, &labels, extra, buckets, sum);
        };
        let held = histogram.held.as_ref();
        let Some((shown, until)) = held.filter(|(values, _)| *values != histogram.now) else {
            write(lines, &histogram.now);
            return;
        };
        let start = lines.len();
        write(lines, shown);
        let mut text = String::new();
        write(&mut text, &histogram.now);
        self.later.push(Later {
            family,
            at: start..lines.len(),
            text,
            until: *until,
        });
    }
}

/// The values of the labels that a family always has, in its order.
fn labels<'a>(
    cell: &Cell,
    channel: &'a str,
    dictionaries: &'a Dictionaries,
) -> [Option<&'a str>; 4] {
    match cell {
        Cell::Tickets {
            status,
            priority,
            ticket_type,
            ..
        }
        | Cell::Updated {
            status,
            priority,
            ticket_type,
            ..
        } => [
            status.label(),
            priority.label(),
            ticket_type.label(),
            channel,
        ]
        .map(Some),
        Cell::Event {
            priority,
            ticket_type,
            ..
        } => [
            Some(priority.label()),
            Some(ticket_type.label()),
            Some(channel),
            None,
        ],
        Cell::Unsolved {
            status, priority, ..
        }
        | Cell::Unassigned {
            status, priority, ..
        }
        | Cell::Unreplied {
            status, priority, ..
        } => [Some(status.label()), Some(priority.label()), None, None],
        Cell::Tagged {
            tag,
            status,
            priority,
        } => [
            Some(dictionaries.word(OpenSet::Tag, LabelValue(*tag))),
            Some(status.label()),
            Some(priority.label()),
            None,
        ],
        Cell::StatusChange { from, to, .. } => [Some(from.label()), Some(to.label()), None, None],
        Cell::Satisfaction { score, .. } | Cell::Ratings { score } => {
            [Some(score.label()), None, None, None]
        }
        Cell::SlaTargets {
            metric, priority, ..
        }
        | Cell::SlaBreached {
            metric, priority, ..
        } => [Some(metric.label()), Some(priority.label()), None, None],
        Cell::HistogramBucket { priority, .. } | Cell::HistogramSum { priority, .. } => {
            [Some(priority.label()), None, None, None]
        }
    }
}
