//! The numbers of what one row names.

use super::Dictionaries;
use crate::ledger::labels::numbers::{NUMBER_NONE, NUMBER_OTHER};
use crate::ledger::labels::{LabelSettings, OpenSet};
use crate::ticket::{FieldValue, PerSet, Reference, TicketChange};

/// The dictionary numbers of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ledger) struct Numbers {
    /// Channel.
    pub channel: u16,
    /// Group, brand, form and custom status.
    pub named: PerSet<u16>,
    /// Listed tags, rising.
    pub tags: Vec<u16>,
    /// Listed custom fields and their values, by field, rising.
    pub fields: Vec<(u16, u16)>,
}

impl Dictionaries {
    /// The numbers of what `change` names, new values getting the next ones. `labels` says what
    /// its listed tags and fields are.
    pub(in crate::ledger) fn number(
        &mut self,
        change: &TicketChange,
        labels: &LabelSettings,
    ) -> Numbers {
        let mut tags: Vec<u16> = change
            .tags
            .places()
            .filter_map(|place| labels.tags.get(place))
            .map(|tag| self.intern(OpenSet::Tag, Some(tag)))
            .collect();
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
}
