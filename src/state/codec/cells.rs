//! How the labels of a cell are written in the state: values in the order of the family's labels,
//! open ones as their dictionary number. Labels that only some settings show follow as `key=number`.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::ledger::{
    Cell, Dimension, LabelValues, NUMBER_ABSENT, Part, SeriesSettings, TicketFamily,
};
use crate::state::backend::CellRow;

/// Stands for the sum of a histogram, where its buckets have their index.
const SUM: &str = "sum";

/// The row of a cell that has this value.
pub(in crate::state) fn cell_row(cell: &Cell, value: u64, settings: &SeriesSettings) -> CellRow {
    CellRow {
        family: cell.family().family().name.into(),
        labels: cell_labels(cell, settings),
        // Counts of tickets and events: far below what signed integers hold.
        value: value.cast_signed(),
    }
}

/// The labels of a cell as stored. `settings` name its custom fields.
fn cell_labels(cell: &Cell, settings: &SeriesSettings) -> String {
    let mut text = String::new();
    for (dimension, value) in cell.own_labels() {
        put(&mut text, None, dimension, value);
    }
    match cell.part() {
        Some(Part::Bucket(index)) => _ = write!(text, ",{index}"),
        Some(Part::Sum) => _ = write!(text, ",{SUM}"),
        None => {}
    }
    for (dimension, value) in cell.opt_in_labels() {
        put(&mut text, key(dimension, settings), dimension, value);
    }
    text
}

fn put(text: &mut String, key: Option<Cow<'_, str>>, dimension: Dimension, value: u16) {
    if !text.is_empty() {
        text.push(',');
    }
    if let Some(key) = key {
        let _ = write!(text, "{key}=");
    }
    match dimension.word(value) {
        Some(word) => text.push_str(word),
        None => _ = write!(text, "{value}"),
    }
}

/// What tells an opt-in label from others, where its value does not.
fn key(dimension: Dimension, settings: &SeriesSettings) -> Option<Cow<'static, str>> {
    match dimension {
        Dimension::SupportType => None,
        Dimension::Field(index) => {
            let field = settings.labels.fields.get(usize::from(index));
            field.map(|field| Cow::Owned(field.id.to_string()))
        }
        dimension => Some(Cow::Borrowed(dimension.label())),
    }
}

/// Reads a cell back; `None` if no cell is written like that under `settings`.
pub(in crate::state) fn cell_from(
    family: &str,
    labels: &str,
    settings: &SeriesSettings,
) -> Option<Cell> {
    let family = TicketFamily::from_name(family).filter(|family| family.has_cells())?;
    let mut words = labels.split(',');
    let mut values = LabelValues::default();
    let own = family.dimensions().iter();
    for dimension in own.filter(|dimension| dimension.is_stored()) {
        values[*dimension] = value_from(*dimension, words.next()?)?;
    }
    let part = if family.is_histogram() {
        Some(part_from(words.next()?, settings.buckets.of(family).len())?)
    } else {
        None
    };
    let opt_in = family.opt_in_dimensions().iter();
    for dimension in opt_in.filter(|dimension| settings.shows_label(**dimension)) {
        let mut word = words.next()?;
        if let Some(key) = key(*dimension, settings) {
            word = word.strip_prefix(&*key)?.strip_prefix('=')?;
        }
        values[*dimension] = value_from(*dimension, word)?;
    }
    let cell = family.cell(&values);
    let cell = part.map_or(cell, |part| cell.with_part(part));
    words.next().is_none().then_some(cell)
}

fn value_from(dimension: Dimension, word: &str) -> Option<u16> {
    match dimension.words() {
        Some(words) => {
            let index = words.iter().position(|known| *known == word)?;
            u16::try_from(index).ok()
        }
        None => word.parse().ok().filter(|number| *number != NUMBER_ABSENT),
    }
}

fn part_from(word: &str, bounds: usize) -> Option<Part> {
    if word == SUM {
        return Some(Part::Sum);
    }
    let index: u8 = word.parse().ok()?;
    (usize::from(index) <= bounds).then_some(Part::Bucket(index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{FieldLabel, LabelSettings, family, testing};
    use crate::ticket::{NamedSet, Priority, Score, SlaMetric, Status, SupportType, TicketType};

    fn every_label() -> SeriesSettings {
        SeriesSettings {
            labels: LabelSettings {
                fields: vec![FieldLabel {
                    id: 360_001,
                    label: "product".to_owned(),
                    values: Vec::new(),
                }],
                ..testing::every_label().labels
            },
            ..testing::every_label()
        }
    }

    /// A ticket, without opt-in labels and with all of them.
    fn tickets() -> [LabelValues; 2] {
        let plain = LabelValues::default()
            .with(Dimension::Status, Status::Open)
            .with(Dimension::Priority, Priority::High)
            .with(Dimension::Type, TicketType::Task)
            .with(Dimension::Channel, 17u16)
            .with(Dimension::From, Status::Open)
            .with(Dimension::To, Status::Solved)
            .with(Dimension::Score, Score::Bad)
            .with(Dimension::Metric, SlaMetric::NextReplyTime)
            .with(Dimension::Tag, 4u16);
        let mut all = plain
            .with(Dimension::SupportType, SupportType::AiAgent)
            .with(Dimension::Field(0), u16::MAX);
        for (set, number) in NamedSet::ALL.iter().zip([3u16, 0, 1, 9]) {
            all[Dimension::Named(*set)] = number;
        }
        [plain, all]
    }

    #[test]
    fn every_kind_of_cell_is_read_back_as_it_was_written() {
        let [plain, all] = tickets();
        for (settings, labels) in [(SeriesSettings::default(), plain), (every_label(), all)] {
            for family in TicketFamily::all().filter(|family| family.has_cells()) {
                let cell = family.cell(&labels);
                let parts = [Part::Bucket(0), Part::Bucket(5), Part::Sum].into_iter();
                let parts = parts.filter(|_| family.is_histogram());
                for cell in parts.map(|part| cell.with_part(part)).chain([cell]) {
                    let labels = cell_labels(&cell, &settings);
                    let read = cell_from(family.family().name, &labels, &settings);
                    assert_eq!(read, Some(cell), "{labels}");
                }
            }
        }
    }

    #[test]
    fn a_cell_is_written_as_states_have_it() {
        let [plain, all] = tickets();
        let table = [
            (
                family::TICKETS,
                "open,high,task,17",
                ",ai_agent,group=3,brand=0,form=1,custom_status=9,360001=65535",
            ),
            (
                family::CREATED,
                "high,task,17",
                ",ai_agent,group=3,brand=0,form=1,custom_status=9,360001=65535",
            ),
            (family::UNSOLVED, "open,high", ",group=3,brand=0"),
            (family::STATUS_CHANGES, "open,solved", ",group=3,brand=0"),
            (
                family::SLA_TARGETS,
                "next_reply_time,high",
                ",group=3,brand=0",
            ),
            (family::FIRST_REPLY, "high,sum", ",group=3,brand=0"),
            (family::SATISFACTION, "bad", ",group=3,brand=0"),
            (family::RATINGS, "bad", ""),
            (family::TAGGED, "4,open,high", ""),
        ];
        for (family, own, opt_in) in table {
            let written = cell_labels(&family.cell(&plain), &SeriesSettings::default());
            assert_eq!(written, own);
            let written = cell_labels(&family.cell(&all), &every_label());
            assert_eq!(written, format!("{own}{opt_in}"));
        }
        let bucket = family::FIRST_REPLY.cell(&all).with_part(Part::Bucket(12));
        assert_eq!(
            cell_labels(&bucket, &every_label()),
            "high,12,group=3,brand=0"
        );
    }

    #[test]
    fn labels_that_no_cell_has_are_refused() {
        for (family, labels) in [
            ("zendesk_tickets", "open,high,task"),
            ("zendesk_tickets", "open,high,task,17,agent"),
            ("zendesk_tickets", "open,high,task,17,group=3"),
            ("zendesk_tickets", "open,high,task,web"),
            ("zendesk_tickets", "deleted,high,task,17"),
            ("zendesk_tickets", "open,high,task,65534"),
            ("zendesk_overdue_tasks", "high"),
            ("zendesk_unassigned_tickets", "open,high,task"),
            ("zendesk_ticket_first_reply_seconds", "high,13"),
            ("zendesk_ticket_first_reply_seconds", "high,-1"),
            ("zendesk_unheard_of", "open,high"),
        ] {
            let read = cell_from(family, labels, &SeriesSettings::default());
            assert_eq!(read, None, "{family} {labels}");
        }
        let brand_first = "open,high,brand=2,group=3";
        let read = cell_from("zendesk_unassigned_tickets", brand_first, &every_label());
        assert_eq!(read, None);
    }
}
