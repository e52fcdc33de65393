//! The labels of a ticket, and the gauge cells in which it counts.

use super::Aggregates;
use crate::ledger::backlog::Waiting;
use crate::ledger::cell::Cell;
use crate::ledger::family;
use crate::ledger::labels::{Dictionaries, Dimension, LabelValues, OpenSet};
use crate::ledger::record::{Life, TicketRecord};

impl Aggregates {
    /// The values of a ticket's labels, and of those opt-in labels that are shown.
    pub(super) fn labels(&self, record: &TicketRecord, dictionaries: &Dictionaries) -> LabelValues {
        let settings = &self.settings;
        let channel = dictionaries.label(OpenSet::Channel, record.channel);
        let mut labels = LabelValues::default()
            .with(Dimension::Status, record.status)
            .with(Dimension::Priority, record.priority)
            .with(Dimension::Type, record.ticket_type)
            .with(Dimension::Channel, channel)
            .with(Dimension::Score, record.score);
        if settings.support_type {
            labels[Dimension::SupportType] = record.support_type.into();
        }
        for set in settings.labels.shown_sets() {
            labels[Dimension::Named(set)] =
                dictionaries.label(OpenSet::Named(set), record.named[set]);
        }
        for (index, field) in (0..).zip(&settings.labels.fields) {
            labels[Dimension::Field(index)] = dictionaries.field_label(field.id, &record.fields);
        }
        labels
    }

    /// The gauge cells of a ticket with these labels; none unless the ticket exists.
    pub(super) fn gauges(
        &self,
        record: &TicketRecord,
        labels: &LabelValues,
        dictionaries: &Dictionaries,
    ) -> Vec<Cell> {
        if record.life != Life::Live {
            return Vec::new();
        }
        let families = [
            (family::TICKETS, true),
            (family::UNSOLVED, record.is_unsolved()),
            (family::UNASSIGNED, record.is_unsolved() && !record.assigned),
            (
                family::UNREPLIED,
                record.is_unsolved() && self.is_unreplied(record),
            ),
            (
                family::SATISFACTION,
                family::SATISFACTION.scores().contains(&record.score),
            ),
        ];
        let families = families.iter().filter(|(_, counts)| *counts);
        let mut cells: Vec<Cell> = families.map(|(family, _)| family.cell(labels)).collect();
        for tag in &record.tags {
            let word = dictionaries.word(OpenSet::Tag, *tag);
            if self
                .settings
                .labels
                .tags
                .iter()
                // The record may still have tags that only earlier settings listed.
                .any(|listed| listed == word)
            {
                cells.push(family::TAGGED.cell(&labels.with(Dimension::Tag, *tag)));
            }
        }
        cells
    }

    /// The data of an unsolved ticket for the families that depend on the time; `None` for other tickets. Its cells
    /// are those in which it counts, so the same bound applies to their series.
    pub fn waiting(&self, record: &TicketRecord, dictionaries: &Dictionaries) -> Option<Waiting> {
        if !record.is_unsolved() {
            return None;
        }
        let labels = self.labels(record, dictionaries);
        let targets = record.sla.iter().filter(|_| self.settings.slas);
        let sla = targets.map(|target| {
            let cell = family::SLA_TARGETS.cell(&labels.with(Dimension::Metric, target.metric));
            (self.cell_or_fallback(cell), *target)
        });
        Some(Waiting {
            cell: self.cell_or_fallback(family::UNSOLVED.cell(&labels)),
            stated_at: record.sla_targets().stated_at,
            created_at: record.created_at,
            updated_at: record.updated_at,
            due_at: record.due_at,
            assigned: record.assigned,
            unreplied: self.is_unreplied(record),
            sla: sla.collect(),
        })
    }

    /// Whether the metric set of an unsolved ticket says that it has no reply yet.
    const fn is_unreplied(&self, record: &TicketRecord) -> bool {
        // Without a metric set it is not known whether there is a reply.
        self.settings.metric_sets && record.measured.carried && !record.measured.replied
    }
}
