//! The lines of the ticket families that are made from cells.
//!
//! PURE. A line is rendered only when its cell has changed. The later text of a new series is rendered with it.

use super::family_lines::{FamilyLines, Later, Writer};
use super::histograms::{Histogram, Histograms, Values};
use super::new_series::{Held, NewSeries};
use super::text::write_histogram;
use crate::ledger::{Cell, Dictionaries, SeriesSettings, family};

/// The words for the numbers in an account's cells.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The words of open label values.
    pub dictionaries: &'a Dictionaries,
    /// The names of custom fields' labels, and the bounds of buckets.
    pub settings: &'a SeriesSettings,
}

impl<'a> Words<'a> {
    /// The labels of a cell and their values, in the order of a line.
    fn labels(self, cell: &Cell) -> impl Iterator<Item = (&'a str, &'a str)> {
        let labels = &self.settings.labels;
        cell.labels().map(move |(dimension, value)| {
            let word = self.dictionaries.word_of(dimension, value, labels);
            (labels.name_of(dimension), word)
        })
    }
}

impl FamilyLines {
    /// Renders the cells of an account, which come in the order of the aggregates. Those that `new_series` holds
    /// are rendered with their held value.
    pub fn of_cells(
        account: &str,
        cells: impl Iterator<Item = (Cell, u64)>,
        words: Words<'_>,
        new_series: &NewSeries,
    ) -> Self {
        let mut writer = CellWriter {
            writer: Writer::new(account),
            words,
            later: Vec::new(),
        };
        let mut histograms = Histograms::default();
        for (cell, value) in cells {
            let held = new_series.held(&cell);
            // The lines of unsolved tickets depend on the time and are rendered from the backlog.
            if !histograms.take(&cell, value, held) && cell.family() != family::UNSOLVED {
                writer.cell(&cell, value, held);
            }
        }
        for (sum, histogram) in &histograms.0 {
            writer.histogram(sum, histogram);
        }
        Self {
            families: writer.writer.into_families(),
            later: writer.later,
        }
    }
}

struct CellWriter<'a> {
    writer: Writer<'a>,
    words: Words<'a>,
    later: Vec<Later>,
}

impl CellWriter<'_> {
    fn cell(&mut self, cell: &Cell, value: u64, held: Option<Held>) {
        let family = cell.family().family();
        let shown = held.map_or(value, |held| held.value);
        // Counts are far below 2^53, above which f64 is not exact.
        let labels = self.words.labels(cell);
        self.writer.write(family, labels, shown as f64);
        if let Some(held) = held.filter(|held| held.value != value) {
            // The value is the last word of the line, before the line break.
            let end = self.writer.lines_of(family).len() - 1;
            self.later.push(Later {
                family,
                at: end - shown.to_string().len()..end,
                text: value.to_string(),
                until: held.until,
            });
        }
    }

    fn histogram(&mut self, sum: &Cell, histogram: &Histogram) {
        let (words, account) = (self.words, self.writer.account);
        let family = sum.family().family();
        let bounds = words.settings.buckets.of(sum.family());
        let write = |lines: &mut String, values: &Values| {
            let buckets = (bounds, values.buckets.as_slice());
            let labels = words.labels(sum);
            write_histogram(lines, family, account, labels, buckets, values.sum);
        };
        let lines = self.writer.lines_of(family);
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
