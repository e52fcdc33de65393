//! Gauge cells and event counters, kept by folding the effects of each row.

use std::collections::BTreeMap;

use super::cells::{Cell, ChannelLabel, Dimensions, Event};
use super::dictionary::{Dictionaries, NUMBER_OTHER};
use super::record::{Life, TicketRecord};
use super::transition::Counted;
use crate::ticket::{Priority, Status, SupportType, TicketType};

/// Which labels the cells have, and how many cells there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Whether `support_type` is a label.
    pub support_type: bool,
    /// Most channel values that are labels of their own.
    pub max_values: usize,
    /// Most ticket series.
    pub max_series: usize,
}

/// Series kept back for cells whose channel is `other`: where a new cell finds no room it goes
/// there, and that place must exist. Every closed set times every family, and the status changes.
pub const FALLBACK_SERIES: usize = {
    let labels = Priority::ALL.len() * TicketType::ALL.len();
    let tickets_and_updated = 2 * Status::ALL.len() * labels;
    let events = Event::ALL.len() * labels;
    let unassigned = Status::ALL.len() * Priority::ALL.len();
    let status_changes = Status::ALL.len() * Status::ALL.len();
    tickets_and_updated + events + unassigned + status_changes
};

/// The numbers behind every ticket family.
#[derive(Debug)]
pub struct Aggregates {
    cells: BTreeMap<Cell, u64>,
    layout: Layout,
    /// Cells that name a channel of their own; bounded by `max_series` less [`FALLBACK_SERIES`].
    own_cells: usize,
    /// What each touched cell held before the page; `None` if it did not exist.
    before_page: BTreeMap<Cell, Option<u64>>,
    /// How often a cell found no room in this page, by family.
    folded: BTreeMap<&'static str, u64>,
}

/// A gauge cell would fall below zero: aggregates and records disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the aggregates do not agree with the ticket records: {cell:?} would fall below zero")]
pub struct Imbalance {
    /// The cell.
    pub cell: Cell,
}

impl Aggregates {
    /// No cells yet.
    pub const fn new(layout: Layout) -> Self {
        Self {
            cells: BTreeMap::new(),
            layout,
            own_cells: 0,
            before_page: BTreeMap::new(),
            folded: BTreeMap::new(),
        }
    }

    /// Takes back a stored cell, without limits: they were applied when it was made.
    pub fn restore(&mut self, cell: Cell, value: u64) {
        if self.cells.insert(cell, value).is_none() {
            self.own_cells += usize::from(has_own_channel(&cell));
        }
    }

    /// Every cell that was ever seen and its value, in a fixed order.
    pub fn cells(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.cells.iter().map(|(cell, value)| (*cell, *value))
    }

    /// Which labels the cells have.
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// Folds one ticket's step into the cells: gauges from what it was and is, counters from what
    /// was counted. With `counting`, a new combination of labels brings its counters at zero.
    ///
    /// # Errors
    ///
    /// [`Imbalance`] if what the ticket was is not in the gauges; the page must be given up.
    pub fn fold(
        &mut self,
        before: Option<&TicketRecord>,
        after: &TicketRecord,
        counted: &Counted,
        dictionaries: &Dictionaries,
        counting: bool,
    ) -> Result<(), Imbalance> {
        let left = self.gauges(before, dictionaries);
        let entered = self.gauges(Some(after), dictionaries);
        if left != entered {
            for cell in left.into_iter().flatten() {
                let value = self.value_before_change(self.admitted(cell));
                let value = value.checked_sub(1).ok_or(Imbalance { cell })?;
                self.set(self.admitted(cell), value);
            }
            for cell in entered.into_iter().flatten() {
                let admitted = self.admitted(cell);
                let is_new = !self.cells.contains_key(&admitted);
                self.add(cell, 1);
                if is_new && counting {
                    self.add_counters_of(admitted);
                }
            }
        }
        self.count(before, after, counted, dictionaries);
        Ok(())
    }

    /// Brings the counters that later rows will move, at zero: every pair of statuses, and every
    /// event for each combination of labels that the gauges have.
    pub fn add_counters(&mut self) {
        for from in Status::ALL {
            for to in Status::ALL.iter().filter(|to| *to != from) {
                let (from, to) = (*from, *to);
                self.add(Cell::StatusChange { from, to }, 0);
            }
        }
        let tickets: Vec<Cell> = self
            .cells
            .keys()
            .filter(|cell| matches!(cell, Cell::Tickets { .. }))
            .copied()
            .collect();
        for cell in tickets {
            self.add_counters_of(cell);
        }
    }

    /// Empties the cells and starts over with another layout: all gauges, the counters whose labels
    /// change, and those that would not fit any more. The gauges are then to be folded again from the records.
    pub fn lay_out_anew(&mut self, layout: Layout) {
        let keep_counters = layout.support_type == self.layout.support_type;
        let kept = std::mem::take(&mut self.cells);
        self.own_cells = 0;
        self.layout = layout;
        for (cell, value) in kept {
            let keep = match cell {
                Cell::Tickets { .. } | Cell::Unassigned { .. } => false,
                Cell::Event { .. } | Cell::Updated { .. } => keep_counters,
                Cell::StatusChange { .. } => true,
            };
            if keep {
                self.restore(cell, value);
            }
        }
        if self.own_cells > self.room() {
            self.cells.retain(|cell, _| !has_own_channel(cell));
            self.own_cells = 0;
        }
        self.commit_page();
    }

    /// What the cells touched since the last commit held before it and hold now.
    pub fn page_changes(&self) -> impl Iterator<Item = (Cell, Option<u64>, u64)> {
        self.before_page.iter().map(|(cell, before)| {
            let now = self.cells.get(cell).copied().unwrap_or_default();
            (*cell, *before, now)
        })
    }

    /// Counts every cell as touched, so that all are written again.
    pub fn touch_all(&mut self) {
        self.before_page = self.cells.keys().map(|cell| (*cell, None)).collect();
    }

    /// How often a new cell found no room since the last commit, by family.
    pub const fn folded(&self) -> &BTreeMap<&'static str, u64> {
        &self.folded
    }

    /// The page is stored: its changes can no longer be taken back.
    pub fn commit_page(&mut self) {
        self.before_page.clear();
        self.folded.clear();
    }

    /// Takes a ticket's gauge cells: none unless it is there.
    fn gauges(
        &self,
        record: Option<&TicketRecord>,
        dictionaries: &Dictionaries,
    ) -> [Option<Cell>; 2] {
        let Some(record) = record.filter(|record| record.life == Life::Live) else {
            return [None; 2];
        };
        let tickets = Cell::Tickets {
            status: record.status,
            priority: record.priority,
            ticket_type: record.ticket_type,
            dimensions: self.dimensions(record, dictionaries),
        };
        let unassigned = (record.is_unsolved() && !record.assigned).then_some(Cell::Unassigned {
            status: record.status,
            priority: record.priority,
        });
        [Some(tickets), unassigned]
    }

    fn dimensions(&self, record: &TicketRecord, dictionaries: &Dictionaries) -> Dimensions {
        Dimensions {
            channel: dictionaries.channel_label(record.channel),
            support_type: self.layout.support_type.then_some(record.support_type),
        }
    }

    fn count(
        &mut self,
        before: Option<&TicketRecord>,
        after: &TicketRecord,
        counted: &Counted,
        dictionaries: &Dictionaries,
    ) {
        for event in counted.events.into_iter().flatten() {
            let labels = match (event, before) {
                (Event::Deleted, Some(before)) => before,
                _ => after,
            };
            let dimensions = self.dimensions(labels, dictionaries);
            let cell = Cell::Event {
                event,
                priority: labels.priority,
                ticket_type: labels.ticket_type,
                dimensions,
            };
            self.add(cell, 1);
        }
        if counted.updated {
            let cell = Cell::Updated {
                status: after.status,
                priority: after.priority,
                ticket_type: after.ticket_type,
                dimensions: self.dimensions(after, dictionaries),
            };
            self.add(cell, 1);
        }
        if let Some((from, to)) = counted.status_change {
            self.add(Cell::StatusChange { from, to }, 1);
        }
    }

    fn add_counters_of(&mut self, tickets: Cell) {
        let Cell::Tickets {
            status,
            priority,
            ticket_type,
            dimensions,
        } = tickets
        else {
            return;
        };
        for event in Event::ALL {
            let cell = Cell::Event {
                event: *event,
                priority,
                ticket_type,
                dimensions,
            };
            self.add(cell, 0);
        }
        if status != Status::Other {
            let cell = Cell::Updated {
                status,
                priority,
                ticket_type,
                dimensions,
            };
            self.add(cell, 0);
        }
    }

    fn add(&mut self, cell: Cell, count: u64) {
        let admitted = self.admitted(cell);
        if admitted != cell {
            *self.folded.entry(cell.family()).or_default() += 1;
        }
        let value = self.value_before_change(admitted);
        self.set(admitted, value.saturating_add(count));
    }

    /// The cell that counts what belongs to `cell`: itself if it exists or there is room for it.
    ///
    /// Once a cell finds no room it never will: cells do not go away, so the same ticket leaves
    /// the cell that it entered.
    fn admitted(&self, cell: Cell) -> Cell {
        if !has_own_channel(&cell) || self.own_cells < self.room() || self.cells.contains_key(&cell)
        {
            return cell;
        }
        let fallback = Dimensions {
            channel: ChannelLabel(NUMBER_OTHER),
            support_type: self.layout.support_type.then_some(SupportType::Other),
        };
        cell.with_dimensions(fallback)
    }

    /// How many cells may name a channel of their own.
    const fn room(&self) -> usize {
        self.layout.max_series.saturating_sub(FALLBACK_SERIES)
    }

    fn value_before_change(&self, cell: Cell) -> u64 {
        self.cells.get(&cell).copied().unwrap_or_default()
    }

    fn set(&mut self, cell: Cell, value: u64) {
        let before = self.cells.insert(cell, value);
        if before.is_none() {
            self.own_cells += usize::from(has_own_channel(&cell));
        }
        self.before_page.entry(cell).or_insert(before);
    }
}

/// Whether the cell takes room that is limited: it has open labels, and they say something.
fn has_own_channel(cell: &Cell) -> bool {
    cell.dimensions().is_some_and(|dimensions| {
        dimensions.channel != ChannelLabel(NUMBER_OTHER)
            || dimensions
                .support_type
                .is_some_and(|support_type| support_type != SupportType::Other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::dictionary::NUMBER_NONE;

    fn ticket_in(channel: u16) -> TicketRecord {
        TicketRecord {
            channel,
            ..crate::ledger::testing::plain_record()
        }
    }

    fn entered(aggregates: &mut Aggregates, dictionaries: &Dictionaries, channel: u16) {
        aggregates
            .fold(
                None,
                &ticket_in(channel),
                &Counted::default(),
                dictionaries,
                false,
            )
            .expect("a ticket that enters cannot unbalance the gauges");
    }

    fn dictionaries_with(channels: &[&str]) -> Dictionaries {
        let mut dictionaries = Dictionaries::new(64);
        for (place, name) in channels.iter().enumerate() {
            assert!(dictionaries.restore(crate::ledger::Entry {
                set: crate::ledger::OpenSet::Channel,
                number: u16::try_from(place).expect("few channels") + 2,
                value: (*name).to_owned(),
                shown: true,
            }));
        }
        dictionaries
    }

    #[test]
    fn beyond_max_series_a_ticket_counts_as_channel_other_and_leaves_from_there() {
        let layout = Layout {
            support_type: false,
            max_values: 64,
            max_series: FALLBACK_SERIES + 1,
        };
        let mut aggregates = Aggregates::new(layout);
        let dictionaries = dictionaries_with(&["web", "email"]);
        entered(&mut aggregates, &dictionaries, 2);
        entered(&mut aggregates, &dictionaries, 3);
        let by_channel = |aggregates: &Aggregates| -> Vec<(u16, u64)> {
            aggregates
                .cells()
                .filter_map(|(cell, value)| {
                    cell.dimensions()
                        .map(|dimensions| (dimensions.channel.0, value))
                })
                .collect()
        };
        assert_eq!(by_channel(&aggregates), [(NUMBER_OTHER, 1), (2, 1)]);
        assert_eq!(aggregates.folded().get("zendesk_tickets"), Some(&1));

        let gone = TicketRecord {
            life: Life::Tombstone,
            ..ticket_in(3)
        };
        aggregates
            .fold(
                Some(&ticket_in(3)),
                &gone,
                &Counted::default(),
                &dictionaries,
                false,
            )
            .expect("the ticket is in the gauges");
        assert_eq!(by_channel(&aggregates), [(NUMBER_OTHER, 0), (2, 1)]);
    }

    #[test]
    fn a_ticket_that_leaves_without_having_entered_is_an_imbalance() {
        let layout = Layout {
            support_type: false,
            max_values: 64,
            max_series: 20_000,
        };
        let mut aggregates = Aggregates::new(layout);
        let gone = TicketRecord {
            life: Life::Tombstone,
            ..ticket_in(NUMBER_NONE)
        };
        let result = aggregates.fold(
            Some(&ticket_in(NUMBER_NONE)),
            &gone,
            &Counted::default(),
            &dictionaries_with(&[]),
            false,
        );
        assert!(result.is_err());
    }
}
