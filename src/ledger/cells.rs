//! The cells of which every ticket family is made: one per sample line.

use crate::ticket::{Priority, Status, SupportType, TicketType};

/// The five events counted per priority, type and channel. `updated` also has the status and is
/// [`Cell::Updated`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// First seen, and created after the baseline.
    Created,
    /// Unsolved to solved or closed.
    Solved,
    /// Solved or closed to unsolved.
    Reopened,
    /// The export says deleted.
    Deleted,
    /// Deleted to any status.
    Restored,
}

impl Event {
    /// Every event.
    pub const ALL: &[Self] = &[
        Self::Created,
        Self::Solved,
        Self::Reopened,
        Self::Deleted,
        Self::Restored,
    ];

    /// Name of the family that counts this event.
    pub const fn family(self) -> &'static str {
        match self {
            Self::Created => "zendesk_tickets_created_total",
            Self::Solved => "zendesk_tickets_solved_total",
            Self::Reopened => "zendesk_tickets_reopened_total",
            Self::Deleted => "zendesk_tickets_deleted_total",
            Self::Restored => "zendesk_tickets_restored_total",
        }
    }
}

/// A channel as shown in the label: bounded, unlike the channels that tickets have.
///
/// The number is the dictionary's; two are reserved. The words are
/// kept by the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelLabel(pub u16);

/// The labels of a ticket that are not closed sets, or are shown only when asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimensions {
    /// Label `channel`.
    pub channel: ChannelLabel,
    /// Label `support_type`; `None` when the settings do not show it, for all cells alike.
    pub support_type: Option<SupportType>,
}

/// One sample line: its family and label values, without the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// `zendesk_tickets`.
    Tickets {
        status: Status,
        priority: Priority,
        ticket_type: TicketType,
        dimensions: Dimensions,
    },
    /// `zendesk_unassigned_tickets`.
    Unassigned { status: Status, priority: Priority },
    /// `zendesk_tickets_{created,solved,reopened,deleted,restored}_total`.
    Event {
        event: Event,
        priority: Priority,
        ticket_type: TicketType,
        dimensions: Dimensions,
    },
    /// `zendesk_tickets_updated_total`.
    Updated {
        status: Status,
        priority: Priority,
        ticket_type: TicketType,
        dimensions: Dimensions,
    },
    /// `zendesk_ticket_status_changes_total`.
    StatusChange { from: Status, to: Status },
}

impl Cell {
    /// Name of the family this cell belongs to.
    pub const fn family(&self) -> &'static str {
        match self {
            Self::Tickets { .. } => "zendesk_tickets",
            Self::Unassigned { .. } => "zendesk_unassigned_tickets",
            Self::Event { event, .. } => event.family(),
            Self::Updated { .. } => "zendesk_tickets_updated_total",
            Self::StatusChange { .. } => "zendesk_ticket_status_changes_total",
        }
    }

    /// The open labels, if cells of this family have any.
    pub const fn dimensions(&self) -> Option<Dimensions> {
        match self {
            Self::Tickets { dimensions, .. }
            | Self::Event { dimensions, .. }
            | Self::Updated { dimensions, .. } => Some(*dimensions),
            Self::Unassigned { .. } | Self::StatusChange { .. } => None,
        }
    }

    /// The same cell with other open labels, if it has any.
    #[must_use]
    pub const fn with_dimensions(mut self, new: Dimensions) -> Self {
        match &mut self {
            Self::Tickets { dimensions, .. }
            | Self::Event { dimensions, .. }
            | Self::Updated { dimensions, .. } => *dimensions = new,
            Self::Unassigned { .. } | Self::StatusChange { .. } => {}
        }
        self
    }
}
