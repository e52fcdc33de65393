//! Makes a row of the JSON of a ticket or of a deletion, or says why it is rejected.
//!
//! PURE. Only `id`, `status` and the time that orders the row must be valid, because a row without them is not a
//! ticket. An entry of the list of deleted tickets needs only `id` and `deleted_at`.

use super::page_shape::PageShape;
use super::tags_and_fields::{TagsAndFields, TagsAndFieldsReader};
use super::wire::{RowJson, Ticket};
use crate::source::Row;
use crate::ticket::{Reference, RowKey, Standing, TicketChange, TicketId, UnixSeconds};

/// Makes rows for a page of this shape.
pub(super) struct RowReader<'w> {
    pub(super) shape: PageShape<'w>,
    tags_and_fields: TagsAndFieldsReader<'w>,
}

/// A row that is rejected, with the values that could be read.
pub(super) struct LeftOut {
    pub(super) id: Option<i64>,
    pub(super) generated_timestamp: Option<i64>,
    /// Why it is rejected.
    pub(super) reason: &'static str,
}

impl LeftOut {
    const fn new(ticket: &Ticket<'_>, reason: &'static str) -> Self {
        Self {
            id: ticket.id,
            generated_timestamp: ticket.generated_timestamp,
            reason,
        }
    }
}

impl<'w> RowReader<'w> {
    /// A reader for rows of `shape` that reads only the tags and custom fields in `wanted`.
    pub(super) fn new(shape: PageShape<'w>, wanted: &'w TagsAndFields) -> Self {
        Self {
            shape,
            tags_and_fields: TagsAndFieldsReader::new(wanted),
        }
    }

    /// The row, or why it is rejected.
    pub(super) fn row<J>(&self, json: RowJson<'_, J>) -> Result<Row, LeftOut> {
        let Some(ticket) = json.ticket else {
            return Err(LeftOut {
                id: None,
                generated_timestamp: None,
                reason: match self.shape {
                    PageShape::DeletedTickets => "it is not a deleted ticket",
                    _ => "it is not a ticket",
                },
            });
        };
        if self.shape == PageShape::DeletedTickets {
            return deletion(&ticket).map_err(|reason| LeftOut::new(&ticket, reason));
        }
        let (id, standing, order_key) = match self.identity(&ticket) {
            Ok(identity) => identity,
            Err(reason) => return Err(LeftOut::new(&ticket, reason)),
        };
        // Made in one place, because each move of a ticket copies some hundred bytes.
        Ok(Row::Ticket(TicketChange {
            id,
            order_key,
            standing,
            created_at: ticket.created_at,
            updated_at: ticket.updated_at,
            due_at: ticket.due_at,
            priority: ticket.priority,
            ticket_type: ticket.ticket_type,
            channel: ticket.channel,
            support_type: ticket.support_type,
            references: ticket.references,
            assigned: ticket.assignee_id != Reference::None,
            score: ticket.score,
            metric_set: ticket.metric_set,
            sla: ticket.sla,
            tags: self.tags_and_fields.tags(ticket.tags),
            fields: self.tags_and_fields.fields(ticket.custom_fields),
        }))
    }

    /// What makes the row a ticket, or what of it is missing.
    fn identity(&self, ticket: &Ticket<'_>) -> Result<(TicketId, Standing, RowKey), &'static str> {
        let id = ticket.id.ok_or(NO_ID)?;
        let standing = ticket.standing;
        let standing = standing.ok_or("its status is missing or not a string")?;
        Ok((TicketId(id), standing, self.order_key(ticket)?))
    }

    /// The time that orders the row. It must be a time that a ticket can have; 0 was recorded on real tickets. An
    /// export orders its rows by `generated_timestamp`, so each of them has one.
    fn order_key(&self, ticket: &Ticket<'_>) -> Result<RowKey, &'static str> {
        let generated = ticket.generated_timestamp.filter(|time| *time >= 0);
        let generated = generated.map(UnixSeconds);
        let updated_at = ticket.updated_at.filter(|time| time.0 >= 0);
        if self.shape.source().is_export() && generated.is_none() {
            return Err("its generated_timestamp is missing or not a time");
        }
        RowKey::of_times(generated, updated_at)
            .ok_or("its updated_at and its generated_timestamp are missing or not times")
    }
}

const NO_ID: &str = "its id is missing or not a number";

/// The row for an entry of the list of deleted tickets. Its subject and its actor are not read.
fn deletion(entry: &Ticket<'_>) -> Result<Row, &'static str> {
    let id = entry.id.ok_or(NO_ID)?;
    let at = entry.deleted_at.filter(|time| time.0 >= 0);
    let at = at.ok_or("its deleted_at is missing or not a time")?;
    Ok(Row::Deletion {
        id: TicketId(id),
        at,
    })
}
