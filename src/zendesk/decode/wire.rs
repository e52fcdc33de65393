//! The JSON of a ticket: exactly the keys that are read, and its conversion into a row.
//!
//! PURE. Every value is read leniently. Only `id`, `status` and `generated_timestamp` must be valid, because a row
//! without them is not a ticket.

mod values;

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use super::slas::SlaTargets;
use super::tags_and_fields::TagsAndFieldsReader;
use crate::ticket::{
    Channel, MetricSet, NamedSet, PerSet, Priority, Reference, RowKey, Score, Standing,
    SupportType, TicketChange, TicketId, TicketType, UnixSeconds,
};
use crate::zendesk::json::lenient::{Fact, value};
use crate::zendesk::json::numbers::{Integer, Time};
use crate::zendesk::json::piece::Piece;
use values::{StatusWord, Via};

/// One element of `tickets`.
pub(super) struct Ticket<'a> {
    id: Option<i64>,
    standing: Option<Standing>,
    order_key: Option<i64>,
    created_at: Option<UnixSeconds>,
    updated_at: Option<UnixSeconds>,
    due_at: Option<UnixSeconds>,
    priority: Priority,
    ticket_type: TicketType,
    channel: Channel,
    support_type: SupportType,
    references: PerSet<Reference>,
    assignee_id: Reference,
    score: Score,
    metric_set: Option<MetricSet>,
    sla: SlaTargets,
    // Cut out, but not read yet: cutting takes no longer than skipping.
    tags: Option<&'a [u8]>,
    custom_fields: Option<&'a [u8]>,
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
            order_key: None,
            created_at: None,
            updated_at: None,
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
                TicketKey::GeneratedTimestamp => ticket.order_key = value::<Integer, A>(object)?.0,
                TicketKey::CreatedAt => ticket.created_at = value::<Time, A>(object)?.0,
                TicketKey::UpdatedAt => ticket.updated_at = value::<Time, A>(object)?.0,
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

    /// The row, or why it is rejected. An order key must be a time that a ticket can have. 0 was recorded on real
    /// tickets, and comes before all others.
    fn into_change(self, listed: &TagsAndFieldsReader<'_>) -> Result<TicketChange, LeftOut> {
        let rejected = |reason| {
            Err(LeftOut {
                id: self.id,
                order_key: self.order_key,
                reason,
            })
        };
        let Some(id) = self.id else {
            return rejected("its id is missing or not a number");
        };
        let Some(standing) = self.standing else {
            return rejected("its status is missing or not a string");
        };
        let Some(order_key) = self.order_key.filter(|key| *key >= 0) else {
            return rejected("its generated_timestamp is missing or not a time");
        };
        Ok(TicketChange {
            id: TicketId(id),
            order_key: RowKey::Generated(UnixSeconds(order_key)),
            standing,
            created_at: self.created_at,
            updated_at: self.updated_at,
            due_at: self.due_at,
            priority: self.priority,
            ticket_type: self.ticket_type,
            channel: self.channel,
            support_type: self.support_type,
            references: self.references,
            assigned: self.assignee_id != Reference::None,
            score: self.score,
            metric_set: self.metric_set,
            sla: self.sla,
            tags: listed.tags(self.tags),
            fields: listed.fields(self.custom_fields),
        })
    }
}

/// A row that is not a ticket, with the values that could be read.
pub(super) struct LeftOut {
    pub(super) id: Option<i64>,
    pub(super) order_key: Option<i64>,
    /// Why it is rejected.
    pub(super) reason: &'static str,
}

/// An element of `tickets`, whatever it is.
pub(super) struct RowJson<'a, J> {
    /// The ticket; `None` if the element is not an object.
    ticket: Option<Ticket<'a>>,
    cut: PhantomData<J>,
}

impl<J> RowJson<'_, J> {
    /// The row, or why it is rejected.
    pub(super) fn into_change(
        self,
        listed: &TagsAndFieldsReader<'_>,
    ) -> Result<TicketChange, LeftOut> {
        match self.ticket {
            Some(ticket) => ticket.into_change(listed),
            None => Err(LeftOut {
                id: None,
                order_key: None,
                reason: "it is not a ticket",
            }),
        }
    }
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
