//! The counters that are there at 0 before anything is counted: few, as a series that begins later
//! is shown at 0 first.

use std::collections::BTreeSet;

use super::{Aggregates, sla_cells};
use crate::ledger::cells::{Cell, Event, Owner};
use crate::ledger::labels::Dictionaries;
use crate::ledger::measure::Measure;
use crate::ledger::record::TicketRecord;
use crate::ticket::{Priority, Score, Status};

impl Aggregates {
    /// Brings the counters that are shown at 0 from the moment on from which events are counted:
    /// both ratings, every pair of statuses, every event for the labels that unsolved tickets have,
    /// and, unless they tell owners apart, the durations of every priority.
    pub fn add_counters(&mut self) {
        for score in [Score::Good, Score::Bad] {
            self.add(Cell::Ratings { score }, 0);
        }
        let in_use = self.cells.iter().filter(|(_, tickets)| **tickets > 0);
        let gauges: Vec<Cell> = in_use.map(|(cell, _)| *cell).collect();
        let mut owners = BTreeSet::new();
        for gauge in gauges {
            match gauge {
                Cell::Tickets { status, .. } if status.is_unsolved() => self.add_events_of(gauge),
                Cell::Unsolved { owner, .. } => {
                    owners.insert(owner);
                }
                _ => {}
            }
        }
        if self.settings.shows_owner() {
            for owner in owners {
                self.add_status_changes(owner);
            }
        } else {
            self.add_status_changes(Owner::default());
            self.add_durations();
        }
    }

    /// Brings the series of the SLA targets that somebody waits for.
    pub(super) fn add_sla_targets(&mut self, after: &TicketRecord, dictionaries: &Dictionaries) {
        if !self.settings.slas {
            return;
        }
        let owner = self.owner(after, dictionaries);
        for target in &after.sla {
            for cell in sla_cells(target.metric, after.priority, owner) {
                self.add(cell, 0);
            }
        }
    }

    fn add_events_of(&mut self, gauge: Cell) {
        let Cell::Tickets {
            status,
            priority,
            ticket_type,
            dimensions,
        } = gauge
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
        let updated = Cell::Updated {
            status,
            priority,
            ticket_type,
            dimensions,
        };
        self.add(updated, 0);
    }

    fn add_status_changes(&mut self, owner: Owner) {
        for from in Status::ALL {
            for to in Status::ALL.iter().filter(|to| *to != from) {
                let (from, to) = (*from, *to);
                self.add(Cell::StatusChange { from, to, owner }, 0);
            }
        }
    }

    fn add_durations(&mut self) {
        let differs = self.business_hours_differ;
        let is_shown = |measure: &&Measure| {
            !measure.is_count() && self.settings.shows_histogram(**measure, differs)
        };
        let shown: Vec<Measure> = Measure::ALL.iter().filter(is_shown).copied().collect();
        for measure in shown {
            for priority in Priority::ALL {
                self.add_histogram(measure, *priority, Owner::default());
            }
        }
    }
}
