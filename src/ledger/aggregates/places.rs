//! Where a ticket counts: its gauge cells and its labels.

use super::Aggregates;
use crate::ledger::backlog::{Place, SlaPlace, Waiting};
use crate::ledger::cells::{Cell, Dimensions, Owner};
use crate::ledger::labels::{Dictionaries, LabelValue, OpenSet};
use crate::ledger::record::{Life, TicketRecord};
use crate::ticket::{FIELDS_MAX, NamedSet, Score};

impl Aggregates {
    /// Takes a ticket's gauge cells: none unless it is there.
    pub(super) fn gauges(
        &self,
        record: Option<&TicketRecord>,
        dictionaries: &Dictionaries,
    ) -> Vec<Cell> {
        let Some(record) = record.filter(|record| record.life == Life::Live) else {
            return Vec::new();
        };
        let (status, priority) = (record.status, record.priority);
        let dimensions = self.dimensions(record, dictionaries);
        let owner = dimensions.owner;
        let mut cells = vec![Cell::Tickets {
            status,
            priority,
            ticket_type: record.ticket_type,
            dimensions,
        }];
        if record.is_unsolved() {
            cells.push(Cell::Unsolved {
                status,
                priority,
                owner,
            });
            if !record.assigned {
                cells.push(Cell::Unassigned {
                    status,
                    priority,
                    owner,
                });
            }
            if self.is_unreplied(record) {
                cells.push(Cell::Unreplied {
                    status,
                    priority,
                    owner,
                });
            }
        }
        if matches!(record.score, Score::Offered | Score::Good | Score::Bad) {
            let score = record.score;
            cells.push(Cell::Satisfaction { score, owner });
        }
        let listed = |tag: &u16| {
            let word = dictionaries.word(OpenSet::Tag, LabelValue(*tag));
            self.settings
                .labels
                .tags
                .iter()
                .any(|listed| listed == word)
        };
        for tag in record.tags.iter().copied().filter(listed) {
            cells.push(Cell::Tagged {
                tag,
                status,
                priority,
            });
        }
        cells
    }

    /// What the families that depend on the clock need of a ticket; `None` unless it is unsolved.
    /// It counts where its cells do, so that the series are bounded alike.
    pub fn waiting(&self, record: &TicketRecord, dictionaries: &Dictionaries) -> Option<Waiting> {
        if !record.is_unsolved() {
            return None;
        }
        let (status, priority) = (record.status, record.priority);
        let owner = self.owner(record, dictionaries);
        let unsolved = Cell::Unsolved {
            status,
            priority,
            owner,
        };
        let shown = record.sla.iter().filter(|_| self.settings.slas);
        let sla = shown.map(|target| {
            let metric = target.metric;
            let cell = Cell::SlaTargets {
                metric,
                priority,
                owner,
            };
            let place = SlaPlace {
                metric,
                priority,
                owner: self.admitted(cell).owner(),
            };
            (place, *target)
        });
        Some(Waiting {
            place: Place {
                status,
                priority,
                owner: self.admitted(unsolved).owner(),
            },
            order_key: record.order_key,
            created_at: record.created_at,
            updated_at: record.updated_at,
            due_at: record.due_at,
            assigned: record.assigned,
            unreplied: self.is_unreplied(record),
            sla: sla.collect(),
        })
    }

    /// Whether an unsolved ticket is known to have no reply yet.
    const fn is_unreplied(&self, record: &TicketRecord) -> bool {
        self.settings.metric_sets && record.measured.carried && !record.measured.replied
    }

    pub(super) fn owner(&self, record: &TicketRecord, dictionaries: &Dictionaries) -> Owner {
        Owner {
            group: self.named(NamedSet::Group, record, dictionaries),
            brand: self.named(NamedSet::Brand, record, dictionaries),
        }
    }

    fn named(
        &self,
        set: NamedSet,
        record: &TicketRecord,
        dictionaries: &Dictionaries,
    ) -> Option<LabelValue> {
        let is_label = self.settings.labels.named[set];
        is_label.then(|| dictionaries.label(OpenSet::Named(set), record.named[set]))
    }

    pub(super) fn dimensions(
        &self,
        record: &TicketRecord,
        dictionaries: &Dictionaries,
    ) -> Dimensions {
        let settings = &self.settings;
        let mut fields = [None; FIELDS_MAX];
        for (label, field) in fields.iter_mut().zip(&settings.labels.fields) {
            *label = Some(dictionaries.field_label(field.id, &record.fields));
        }
        Dimensions {
            channel: dictionaries.label(OpenSet::Channel, record.channel),
            support_type: settings.support_type.then_some(record.support_type),
            owner: self.owner(record, dictionaries),
            form: self.named(NamedSet::Form, record, dictionaries),
            custom_status: self.named(NamedSet::CustomStatus, record, dictionaries),
            fields,
        }
    }
}
