//! Adds the counters that exist at 0 before anything is counted. They are few, because a series that begins later
//! is first shown at 0.

use std::collections::BTreeSet;

use super::{Aggregates, sla_cells};
use crate::ledger::cell::Cell;
use crate::ledger::family::{self, AtZero, OptIn, TicketFamily};
use crate::ledger::labels::{Dimension, LabelValues};
use crate::ledger::record::TicketRecord;
use crate::ticket::Status;

impl Aggregates {
    /// Adds the counters that exist at 0 when counting begins, as the table of families says.
    pub fn add_counters(&mut self) {
        let in_use = self.cells.iter().filter(|(_, tickets)| **tickets > 0);
        let gauges: Vec<Cell> = in_use.map(|(cell, _)| *cell).collect();
        let mut owners = BTreeSet::new();
        for gauge in gauges {
            let is_unsolved = || gauge.status().is_some_and(Status::is_unsolved);
            match gauge.family() {
                family::TICKETS if is_unsolved() => {
                    for family in families(AtZero::OfUnsolved) {
                        self.add(gauge.of(family), 0);
                    }
                }
                family::UNSOLVED => _ = owners.insert(gauge.values().owner()),
                _ => {}
            }
        }
        let nobody = BTreeSet::from([LabelValues::default()]);
        if !self.settings.shows_owner() {
            owners.clone_from(&nobody);
            for family in families(AtZero::UnlessOwned) {
                self.add_every_combination(family, &nobody);
            }
        }
        for family in families(AtZero::Always) {
            let owners = if family.opt_in == OptIn::None {
                &nobody
            } else {
                &owners
            };
            self.add_every_combination(family, owners);
        }
    }

    /// Adds the counters of the SLA targets that a ticket has.
    pub(super) fn add_sla_targets(&mut self, after: &TicketRecord, labels: &LabelValues) {
        if !self.settings.slas {
            return;
        }
        for target in &after.sla {
            for cell in sla_cells(target.metric, labels) {
                self.add(cell, 0);
            }
        }
    }

    /// Adds the cells of every combination of a family's own labels for these owners.
    fn add_every_combination(&mut self, family: TicketFamily, owners: &BTreeSet<LabelValues>) {
        if !self.settings.shows(family, self.business_hours_differ) {
            return;
        }
        for owner in owners {
            let mut combinations = vec![*owner];
            for dimension in family.dimensions() {
                let values = values_of(family, *dimension);
                let with_each = |labels: LabelValues| {
                    let values = values.iter();
                    values.map(move |value| labels.with(*dimension, *value))
                };
                combinations = combinations.into_iter().flat_map(with_each).collect();
            }
            for labels in combinations {
                let is_change = labels[Dimension::From] != labels[Dimension::To];
                if family.is_histogram() {
                    self.add_histogram(family.cell(&labels));
                // No status changes to itself.
                } else if is_change || family != family::STATUS_CHANGES {
                    self.add(family.cell(&labels), 0);
                }
            }
        }
    }
}

fn families(at_zero: AtZero) -> impl Iterator<Item = TicketFamily> {
    TicketFamily::all().filter(move |family| family.at_zero() == at_zero)
}

/// The values of a closed label in a family.
fn values_of(family: TicketFamily, dimension: Dimension) -> Vec<u16> {
    match dimension {
        Dimension::Score => family
            .scores()
            .iter()
            .map(|score| (*score).into())
            .collect(),
        dimension => (0..)
            .zip(dimension.words().unwrap_or_default())
            .map(|(index, _)| index)
            .collect(),
    }
}
