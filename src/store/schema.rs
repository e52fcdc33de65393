//! The tables, and how the ledger's values are written in them.
//!
//! Everything but the ticket records is text that `sqlite3` shows readably; the records are
//! [`TicketRecord`](crate::ledger::TicketRecord)'s bytes, because there are millions of them.

use crate::ledger::{Cell, ChannelLabel, Dimensions, Entry, Event, Layout, OpenSet, Progress};
use crate::ticket::{Priority, Status, SupportType, TicketType, UnixSeconds};
use crate::zendesk::{Cursor, PageStart};

/// `PRAGMA application_id`: "ZDEX". Tells our files from other databases.
pub(super) const APPLICATION_ID: i64 = 0x5a44_4558;

/// `PRAGMA user_version`: raised with every change of the tables or of a stored form.
pub(super) const SCHEMA_VERSION: i64 = 1;

/// Makes the tables. `unsolved` is 1 or NULL: it costs nothing in the rows of solved tickets, and
/// the partial index over it holds the records of the unsolved ones side by side, so that they are
/// read without touching the rest.
pub(super) const CREATE: &str = "
CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    unsolved INTEGER
);
CREATE INDEX tickets_unsolved ON tickets (record) WHERE unsolved = 1;
CREATE TABLE cells (
    family TEXT NOT NULL,
    labels TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (family, labels)
) WITHOUT ROWID;
CREATE TABLE dictionary (
    set_name TEXT NOT NULL,
    number INTEGER NOT NULL,
    value TEXT NOT NULL,
    shown INTEGER NOT NULL,
    PRIMARY KEY (set_name, number)
) WITHOUT ROWID;
";

/// Key of the account's address in `meta`.
pub(super) const META_ACCOUNT: &str = "account";
/// Key of the checksum over everything but the ticket records.
pub(super) const META_CHECKSUM: &str = "checksum";

/// Contribution of one row to the checksum. The sum over all rows does not depend on their order,
/// so it is kept up by subtracting old rows and adding new ones.
pub(super) fn row_checksum(table: &str, key: [&str; 2], value: &str) -> u64 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [table, key[0], key[1], value] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    // Times an odd constant: sums wrap at 64 bits, so that the small ones do not stay small.
    u64::from(hasher.finalize()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The labels of a cell as stored: values in the order of the family's labels, the channel as its
/// dictionary number.
pub(super) fn cell_labels(cell: &Cell) -> String {
    let with = |first: &[&str], dimensions: Dimensions| {
        let mut labels = first.join(",");
        labels.push_str(&format!(",{}", dimensions.channel.0));
        if let Some(support_type) = dimensions.support_type {
            labels.push(',');
            labels.push_str(support_type.label());
        }
        labels
    };
    match *cell {
        Cell::Tickets {
            status,
            priority,
            ticket_type,
            dimensions,
        }
        | Cell::Updated {
            status,
            priority,
            ticket_type,
            dimensions,
        } => with(
            &[status.label(), priority.label(), ticket_type.label()],
            dimensions,
        ),
        Cell::Event {
            priority,
            ticket_type,
            dimensions,
            ..
        } => with(&[priority.label(), ticket_type.label()], dimensions),
        Cell::Unassigned { status, priority } => [status.label(), priority.label()].join(","),
        Cell::StatusChange { from, to } => [from.label(), to.label()].join(","),
    }
}

/// Reads a cell back; `None` if no cell is written like that.
pub(super) fn cell_from(family: &str, labels: &str) -> Option<Cell> {
    let mut labels = Labels(labels.split(','));
    let cell = match family {
        "zendesk_tickets" => Cell::Tickets {
            status: labels.status()?,
            priority: labels.priority()?,
            ticket_type: labels.ticket_type()?,
            dimensions: labels.dimensions()?,
        },
        "zendesk_tickets_updated_total" => Cell::Updated {
            status: labels.status()?,
            priority: labels.priority()?,
            ticket_type: labels.ticket_type()?,
            dimensions: labels.dimensions()?,
        },
        "zendesk_unassigned_tickets" => Cell::Unassigned {
            status: labels.status()?,
            priority: labels.priority()?,
        },
        "zendesk_ticket_status_changes_total" => Cell::StatusChange {
            from: labels.status()?,
            to: labels.status()?,
        },
        _ => {
            let event = Event::ALL
                .iter()
                .find(|event| event.family() == family)
                .copied()?;
            Cell::Event {
                event,
                priority: labels.priority()?,
                ticket_type: labels.ticket_type()?,
                dimensions: labels.dimensions()?,
            }
        }
    };
    labels.0.next().is_none().then_some(cell)
}

struct Labels<'a>(std::str::Split<'a, char>);

impl Labels<'_> {
    fn status(&mut self) -> Option<Status> {
        Status::from_label(self.0.next()?)
    }

    fn priority(&mut self) -> Option<Priority> {
        Priority::from_label(self.0.next()?)
    }

    fn ticket_type(&mut self) -> Option<TicketType> {
        TicketType::from_label(self.0.next()?)
    }

    fn dimensions(&mut self) -> Option<Dimensions> {
        let channel = ChannelLabel(self.0.next()?.parse().ok()?);
        let support_type = match self.0.next() {
            Some(label) => Some(SupportType::from_label(label)?),
            None => None,
        };
        Some(Dimensions {
            channel,
            support_type,
        })
    }
}

/// The rows of `meta` that tell how far the account has been read, and with which labels.
pub(super) fn meta_rows(progress: &Progress, layout: Layout) -> Vec<(&'static str, String)> {
    let Progress {
        created_at,
        position,
        position_timestamp,
        first_row,
        high_water,
        data_timestamp,
        baseline,
        initial_sync_complete,
        replayed_at,
        tickets,
    } = progress;
    let Layout {
        support_type,
        max_values,
        max_series,
    } = layout;
    let mut rows = vec![
        ("created_at", created_at.0.to_string()),
        ("initial_sync_complete", initial_sync_complete.to_string()),
        ("tickets", tickets.to_string()),
        ("label_support_type", support_type.to_string()),
        ("label_max_values", max_values.to_string()),
        ("max_series", max_series.to_string()),
    ];
    let times = [
        ("position_timestamp", position_timestamp),
        ("first_row", first_row),
        ("high_water", high_water),
        ("data_timestamp", data_timestamp),
        ("baseline", baseline),
        ("replayed_at", replayed_at),
    ];
    for (key, time) in times {
        rows.extend(time.map(|time| (key, time.0.to_string())));
    }
    rows.extend(position.as_ref().map(|position| match position {
        PageStart::Cursor(Cursor(cursor)) => ("position", format!("cursor {cursor}")),
        PageStart::Time(time) => ("position", format!("time {}", time.0)),
    }));
    rows
}

/// Reads back what [`meta_rows`] wrote. The error is the key that is missing or unreadable.
pub(super) fn progress_from<'a>(
    value: impl Fn(&'static str) -> Option<&'a str>,
) -> Result<(Progress, Layout), &'static str> {
    let time = |key| match value(key) {
        None => Ok(None),
        Some(text) => text
            .parse()
            .map(|time| Some(UnixSeconds(time)))
            .map_err(|_| key),
    };
    let position = match value("position").map(|text| text.split_once(' ')) {
        None => None,
        Some(Some(("cursor", cursor))) => Some(PageStart::Cursor(Cursor(cursor.to_owned()))),
        Some(Some(("time", time))) => {
            let time = time.parse().map_err(|_| "position")?;
            Some(PageStart::Time(UnixSeconds(time)))
        }
        Some(_) => return Err("position"),
    };
    let progress = Progress {
        created_at: time("created_at")?.ok_or("created_at")?,
        position,
        position_timestamp: time("position_timestamp")?,
        first_row: time("first_row")?,
        high_water: time("high_water")?,
        data_timestamp: time("data_timestamp")?,
        baseline: time("baseline")?,
        initial_sync_complete: required(&value, "initial_sync_complete")?,
        replayed_at: time("replayed_at")?,
        tickets: required(&value, "tickets")?,
    };
    let layout = Layout {
        support_type: required(&value, "label_support_type")?,
        max_values: required(&value, "label_max_values")?,
        max_series: required(&value, "max_series")?,
    };
    Ok((progress, layout))
}

fn required<'a, T: std::str::FromStr>(
    value: &impl Fn(&'static str) -> Option<&'a str>,
    key: &'static str,
) -> Result<T, &'static str> {
    value(key).and_then(|text| text.parse().ok()).ok_or(key)
}

/// A dictionary entry from its row; `None` if no entry is written like that.
pub(super) fn entry_from(set: &str, number: i64, value: String, shown: i64) -> Option<Entry> {
    Some(Entry {
        set: OpenSet::ALL
            .iter()
            .copied()
            .find(|open| open.name() == set)?,
        number: u16::try_from(number).ok()?,
        value,
        shown: shown != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_is_read_back_as_it_was_written() {
        let (status, priority, ticket_type) = (Status::Open, Priority::High, TicketType::Task);
        for support_type in [None, Some(SupportType::AiAgent)] {
            let dimensions = Dimensions {
                channel: ChannelLabel(17),
                support_type,
            };
            let mut cells = vec![
                Cell::Tickets {
                    status,
                    priority,
                    ticket_type,
                    dimensions,
                },
                Cell::Updated {
                    status,
                    priority,
                    ticket_type,
                    dimensions,
                },
                Cell::Unassigned { status, priority },
                Cell::StatusChange {
                    from: status,
                    to: Status::Solved,
                },
            ];
            cells.extend(Event::ALL.iter().map(|event| Cell::Event {
                event: *event,
                priority,
                ticket_type,
                dimensions,
            }));
            for cell in cells {
                assert_eq!(cell_from(cell.family(), &cell_labels(&cell)), Some(cell));
            }
        }
    }

    #[test]
    fn labels_that_no_cell_has_are_refused() {
        for (family, labels) in [
            ("zendesk_tickets", "open,high,task"),
            ("zendesk_tickets", "open,high,task,17,agent,more"),
            ("zendesk_tickets", "open,high,task,web"),
            ("zendesk_tickets", "deleted,high,task,17"),
            ("zendesk_unassigned_tickets", "open,high,task"),
            ("zendesk_unheard_of", "open,high"),
        ] {
            assert_eq!(cell_from(family, labels), None, "{family} {labels}");
        }
    }
}
