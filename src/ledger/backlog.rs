//! The unsolved tickets in memory, for the families that change with time: ages, overdue tasks and breached SLA
//! targets.
//!
//! PURE. All tickets are read every few seconds, so they are in memory. They are filled from the records at the
//! start, and none of this is stored. The memory grows with the unsolved tickets and with the cells of the
//! [`Aggregates`](super::Aggregates), whose bounds apply.

mod entry;

mod view;

use std::collections::BTreeMap;

use super::cell::Cell;
use super::family;
use crate::ticket::{SlaTarget, TicketId, UnixSeconds};
use entry::{Entry, Rare};
pub use view::{PriorityView, SlaView, StatusView, View};

/// The data of one unsolved ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The cell of [`family::UNSOLVED`] that counts it.
    pub cell: Cell,
    /// The time for which its latest row stated the SLA targets.
    pub stated_at: UnixSeconds,
    /// When it was created.
    pub created_at: Option<UnixSeconds>,
    /// When a ticket event last happened.
    pub updated_at: Option<UnixSeconds>,
    /// When a task is due.
    pub due_at: Option<UnixSeconds>,
    /// Whether it has an assignee.
    pub assigned: bool,
    /// Whether its metric set says that it has no reply yet.
    pub unreplied: bool,
    /// The SLA targets that are not fulfilled, with their cells of [`family::SLA_TARGETS`]; none unless SLAs are
    /// shown.
    pub sla: Vec<(Cell, SlaTarget)>,
}

/// Every unsolved ticket of an account, and every combination of labels that one ever had.
#[derive(Clone, Debug, Default)]
pub struct Backlog {
    tickets: BTreeMap<TicketId, Entry>,
    unsolved: Numbering,
    slas: Numbering,
}

/// Numbers for cells, in the order in which they were added.
#[derive(Clone, Debug, Default)]
struct Numbering(BTreeMap<Cell, u32>);

impl Backlog {
    /// Sets the data of a ticket; `None` removes it, because it is no longer unsolved.
    pub fn apply(&mut self, id: TicketId, waiting: Option<&Waiting>) {
        match waiting {
            Some(waiting) => {
                let entry = self.entry(waiting);
                self.tickets.insert(id, entry);
            }
            None => {
                self.tickets.remove(&id);
            }
        }
    }

    /// Adds the series of these cells, at 0 if no ticket is counted in them.
    pub fn ensure_series(&mut self, cells: impl Iterator<Item = Cell>) {
        for cell in cells {
            match cell.family() {
                family::UNSOLVED => _ = self.unsolved.number(cell),
                family::SLA_TARGETS => _ = self.slas.number(cell),
                _ => {}
            }
        }
    }

    /// The number of unsolved tickets.
    pub fn len(&self) -> usize {
        self.tickets.len()
    }

    /// Whether no ticket is unsolved.
    pub fn is_empty(&self) -> bool {
        self.tickets.is_empty()
    }

    /// The view at `now`, in account time. Reads all tickets.
    pub fn view(&self, now: UnixSeconds) -> View {
        let mut unsolved =
            vec![(StatusView::default(), PriorityView::default()); self.unsolved.len()];
        let mut slas = vec![SlaView::default(); self.slas.len()];
        for entry in self.tickets.values() {
            // The numbering that gave this number has also set the length of the table.
            if let Some((status, priority)) = unsolved.get_mut(entry.cell as usize) {
                status.count(entry, now);
                priority.count(entry, now);
            }
            let Some(rare) = &entry.rare else { continue };
            for (number, target) in &rare.targets {
                if let Some(sla) = slas.get_mut(*number as usize) {
                    sla.count(target, rare.stated_at, now);
                }
            }
        }
        let mut view = View::default();
        for (cell, number) in &self.unsolved.0 {
            let (of_status, of_priority) = unsolved[*number as usize];
            view.statuses.insert(*cell, of_status);
            let priority = view.priorities.entry(cell.of(family::OVERDUE));
            priority.or_default().add(of_priority);
        }
        for (cell, number) in &self.slas.0 {
            view.slas.insert(*cell, slas[*number as usize]);
        }
        view
    }

    fn entry(&mut self, waiting: &Waiting) -> Entry {
        let mut flags = 0;
        for (flag, is_set) in [
            (Entry::CREATED, waiting.created_at.is_some()),
            (Entry::UPDATED, waiting.updated_at.is_some()),
            (Entry::UNASSIGNED, !waiting.assigned),
            (Entry::UNREPLIED, waiting.unreplied),
        ] {
            flags |= if is_set { flag } else { 0 };
        }
        let targets = waiting.sla.iter();
        let targets: Vec<(u32, SlaTarget)> = targets
            .map(|(cell, target)| (self.slas.number(*cell), *target))
            .collect();
        let rare = Rare {
            due_at: waiting.due_at,
            stated_at: waiting.stated_at,
            targets,
        };
        let is_rare = rare.due_at.is_some() || !rare.targets.is_empty();
        // A ticket without a creation time counts from the earliest time that is known of it.
        let since = waiting.created_at.or(waiting.updated_at);
        Entry {
            since: since.unwrap_or(waiting.stated_at),
            updated_at: waiting.updated_at.unwrap_or(waiting.stated_at),
            rare: is_rare.then(|| Box::new(rare)),
            cell: self.unsolved.number(waiting.cell),
            flags,
        }
    }
}

/// Collects every unsolved ticket of an account for a [`Backlog`]. If the tickets come in the order of their
/// ids, this takes less time than [`Backlog::apply`] for each of them.
#[derive(Debug)]
pub struct BacklogBuilder {
    backlog: Backlog,
    entries: Vec<(TicketId, Entry)>,
}

impl BacklogBuilder {
    /// Begins with no tickets and with the series of these cells, as [`Backlog::ensure_series`] adds them.
    pub fn new(cells: impl Iterator<Item = Cell>) -> Self {
        let mut backlog = Backlog::default();
        backlog.ensure_series(cells);
        let entries = Vec::new();
        Self { backlog, entries }
    }

    /// Adds the data of a ticket; `None` is a ticket that is not unsolved.
    pub fn add(&mut self, id: TicketId, waiting: Option<&Waiting>) {
        let entry = waiting.map(|waiting| (id, self.backlog.entry(waiting)));
        self.entries.extend(entry);
    }

    /// The backlog with these tickets.
    pub fn build(mut self) -> Backlog {
        self.backlog.tickets = self.entries.into_iter().collect();
        self.backlog
    }
}

impl Numbering {
    fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of a cell. A new cell gets the next number.
    fn number(&mut self, cell: Cell) -> u32 {
        // There are at most `max_series` cells.
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(cell).or_insert(next)
    }
}

#[cfg(test)]
mod tests;
