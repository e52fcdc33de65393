//! The dictionary numbers for the open values of one row.

use super::Dictionaries;
use crate::ledger::labels::numbers::{NUMBER_NONE, NUMBER_OTHER};
use crate::ledger::labels::{Dimension, LabelSettings, OpenSet};
use crate::ledger::record::TicketRecord;
use crate::ticket::{Channel, FieldValue, PerSet, Reference, TicketChange};

/// The dictionary numbers of one row, as its record stores them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ledger) struct Numbers {
    /// Channel.
    pub channel: u16,
    /// Group, brand, form and custom status.
    pub named: PerSet<u16>,
    /// Listed tags, in increasing order.
    pub tags: Vec<u16>,
    /// Listed custom fields and their values, in increasing order of the fields.
    pub fields: Vec<(u16, u16)>,
}

impl Dictionaries {
    /// The numbers for the values in `change`; new values get the next numbers. `labels` lists the tags and fields.
    pub(in crate::ledger) fn number(
        &mut self,
        change: &TicketChange,
        labels: &LabelSettings,
    ) -> Numbers {
        let mut tags: Vec<u16> = change
            .tags
            .indices()
            .filter_map(|place| labels.tags.get(place))
            .map(|tag| self.intern(OpenSet::Tag, Some(tag)))
            .collect();
        // Sorted, so that the same tags give the same record in whichever order the settings list them.
        tags.sort_unstable();
        Numbers {
            channel: self.intern(OpenSet::Channel, Some(change.channel.as_str())),
            named: PerSet::from_fn(|set| {
                self.number_reference(OpenSet::Named(set), change.references[set])
            }),
            tags,
            fields: self.number_fields(change, labels),
        }
    }

    fn number_reference(&mut self, set: OpenSet, reference: Reference) -> u16 {
        match reference {
            Reference::None => NUMBER_NONE,
            Reference::Other => NUMBER_OTHER,
            Reference::Id(id) => self.number_of(set, &id.to_string(), false),
        }
    }

    fn number_fields(&mut self, change: &TicketChange, labels: &LabelSettings) -> Vec<(u16, u16)> {
        let mut fields: Vec<(u16, u16)> = labels
            .fields
            .iter()
            .zip(&change.fields)
            .map(|(field, value)| {
                let number = self.intern(OpenSet::Field, Some(&field.id.to_string()));
                let value = match value {
                    FieldValue::None => NUMBER_NONE,
                    FieldValue::Other => NUMBER_OTHER,
                    FieldValue::Value(value) => {
                        let set = OpenSet::FieldValue(number);
                        self.number_of(set, value, field.shows_all())
                    }
                };
                (number, value)
            })
            .collect();
        fields.sort_unstable();
        fields
    }

    /// The labels that show `other` for a ticket because they have too many values. `record` is the record after
    /// the row `change`.
    pub(in crate::ledger) fn dropped(
        &self,
        change: &TicketChange,
        record: &TicketRecord,
        labels: &LabelSettings,
    ) -> Vec<Dimension> {
        let is_other = |set, number| self.label(set, number) == NUMBER_OTHER;
        let is_dropped = |dimension: &Dimension| match *dimension {
            Dimension::Channel => {
                change.channel != Channel::OTHER && is_other(OpenSet::Channel, record.channel)
            }
            // An id that cannot be read is always `other`.
            Dimension::Named(set) => {
                matches!(change.references[set], Reference::Id(_))
                    && is_other(OpenSet::Named(set), record.named[set])
            }
            // A value that is not listed is always `other`.
            Dimension::Field(index) => {
                let index = usize::from(index);
                matches!(change.fields.get(index), Some(FieldValue::Value(_)))
                    && labels.fields.get(index).is_some_and(|field| {
                        self.field_label(field.id, &record.fields) == NUMBER_OTHER
                    })
            }
            _ => false,
        };
        labels.bounded().filter(is_dropped).collect()
    }
}
