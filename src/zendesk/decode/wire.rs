//! The JSON of a row: exactly the keys that are read.
//!
//! PURE. Every value is read leniently, so that one that cannot be read does not affect the others.

mod values;

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use super::slas::SlaTargets;
use crate::ticket::{
    Channel, MetricSet, NamedSet, PerSet, Priority, Reference, Score, Standing, SupportType,
    TicketType, UnixSeconds,
};
use crate::zendesk::json::lenient::{Fact, value};
use crate::zendesk::json::numbers::{Integer, Time};
use crate::zendesk::json::piece::Piece;
use values::{StatusWord, Via};

/// A ticket, or an entry of the list of deleted tickets.
pub(super) struct Ticket<'a> {
    pub(super) id: Option<i64>,
    pub(super) standing: Option<Standing>,
    pub(super) generated_timestamp: Option<i64>,
    pub(super) created_at: Option<UnixSeconds>,
    pub(super) updated_at: Option<UnixSeconds>,
    /// When the ticket was deleted. Only the list of deleted tickets has it.
    pub(super) deleted_at: Option<UnixSeconds>,
    pub(super) due_at: Option<UnixSeconds>,
    pub(super) priority: Priority,
    pub(super) ticket_type: TicketType,
    pub(super) channel: Channel,
    pub(super) support_type: SupportType,
    pub(super) references: PerSet<Reference>,
    pub(super) assignee_id: Reference,
    pub(super) score: Score,
    pub(super) metric_set: Option<MetricSet>,
    pub(super) sla: SlaTargets,
    // Cut out, but not read yet: cutting takes no longer than skipping.
    pub(super) tags: Option<&'a [u8]>,
    pub(super) custom_fields: Option<&'a [u8]>,
}

/// The keys of a ticket that are read. `fields` is a copy of `custom_fields`, and skipped.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum TicketKey {
    Id,
    Status,
    GeneratedTimestamp,
    CreatedAt,
    UpdatedAt,
    DueAt,
    DeletedAt,
    Priority,
    Type,
    Via,
    SupportType,
    GroupId,
    BrandId,
    TicketFormId,
    CustomStatusId,
    AssigneeId,
    SatisfactionRating,
    MetricSet,
    Slas,
    Tags,
    CustomFields,
    #[serde(other)]
    Unread,
}

impl<'a> Ticket<'a> {
    /// A ticket without any value.
    fn blank() -> Self {
        Self {
            id: None,
            standing: None,
            generated_timestamp: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            due_at: None,
            priority: Priority::None,
            ticket_type: TicketType::None,
            channel: Channel::NONE,
            support_type: SupportType::None,
            references: PerSet::default(),
            assignee_id: Reference::None,
            score: Score::None,
            metric_set: None,
            sla: None,
            tags: None,
            custom_fields: None,
        }
    }

    fn read<J: Json<'a>, A: MapAccess<'a>>(mut object: A) -> Result<Self, A::Error> {
        let mut ticket = Self::blank();
        while let Some(key) = object.next_key::<TicketKey>()? {
            let object = &mut object;
            let named = &mut ticket.references;
            match key {
                TicketKey::Id => ticket.id = value::<Integer, A>(object)?.0,
                TicketKey::Status => ticket.standing = value::<StatusWord, A>(object)?.0,
                TicketKey::GeneratedTimestamp => {
                    ticket.generated_timestamp = value::<Integer, A>(object)?.0;
                }
                TicketKey::CreatedAt => ticket.created_at = value::<Time, A>(object)?.0,
                TicketKey::UpdatedAt => ticket.updated_at = value::<Time, A>(object)?.0,
                TicketKey::DeletedAt => ticket.deleted_at = value::<Time, A>(object)?.0,
                TicketKey::DueAt => ticket.due_at = value::<Time, A>(object)?.0,
                TicketKey::Priority => ticket.priority = value(object)?,
                TicketKey::Type => ticket.ticket_type = value(object)?,
                TicketKey::Via => ticket.channel = value::<Via, A>(object)?.0,
                TicketKey::SupportType => ticket.support_type = value(object)?,
                TicketKey::GroupId => named[NamedSet::Group] = value(object)?,
                TicketKey::BrandId => named[NamedSet::Brand] = value(object)?,
                TicketKey::TicketFormId => named[NamedSet::Form] = value(object)?,
                TicketKey::CustomStatusId => named[NamedSet::CustomStatus] = value(object)?,
                TicketKey::AssigneeId => ticket.assignee_id = value(object)?,
                TicketKey::SatisfactionRating => ticket.score = value(object)?,
                TicketKey::MetricSet => ticket.metric_set = value(object)?,
                TicketKey::Slas => ticket.sla = value(object)?,
                TicketKey::Tags => ticket.tags = cut_out::<J, A>(object)?,
                TicketKey::CustomFields => ticket.custom_fields = cut_out::<J, A>(object)?,
                TicketKey::Unread => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(ticket)
    }
}

/// An element of the rows, whatever it is.
pub(super) struct RowJson<'a, J> {
    /// The ticket; `None` if the element is not an object.
    pub(super) ticket: Option<Ticket<'a>>,
    cut: PhantomData<J>,
}

impl<'de, J: Json<'de>> Fact<'de> for RowJson<'de, J> {
    fn from_null() -> Self {
        Self {
            ticket: None,
            cut: PhantomData,
        }
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        Ok(Self {
            ticket: Some(Ticket::read::<J, A>(object)?),
            cut: PhantomData,
        })
    }
}

/// Cuts out the JSON of a value. The pass over the page and the reading in pieces do it in different ways.
pub(super) trait Json<'de>: Deserialize<'de> {
    fn bytes(self) -> &'de [u8];
}

impl<'de> Json<'de> for &'de RawValue {
    fn bytes(self) -> &'de [u8] {
        self.get().as_bytes()
    }
}

impl<'de> Json<'de> for Piece<'de> {
    fn bytes(self) -> &'de [u8] {
        self.0
    }
}

/// The JSON of the value that follows a key; `None` for null.
fn cut_out<'de, J: Json<'de>, A: MapAccess<'de>>(
    object: &mut A,
) -> Result<Option<&'de [u8]>, A::Error> {
    Ok(object.next_value::<Option<J>>()?.map(J::bytes))
}

#[cfg(test)]
mod tests;
