//! What was known of a ticket before a row: the first column of the table of events.

use crate::vocabulary::Status;

/// What was known, as the rows of the design's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Was {
    Unborn,
    Unknown,
    Unsolved,
    Done,
    /// A status that is neither.
    Other,
    Deleted,
    Swept,
}

impl Was {
    /// Of a ticket without a record.
    pub(super) const fn without_record(created_at: i64, baseline: i64) -> Self {
        if created_at >= baseline {
            Self::Unborn
        } else {
            Self::Unknown
        }
    }

    /// Of one whose record has this status, or none for a deleted ticket.
    pub(super) fn with_record(status: Option<Status>, is_swept: bool) -> Self {
        match status {
            _ if is_swept => Self::Swept,
            None => Self::Deleted,
            Some(status) if status.is_unsolved() => Self::Unsolved,
            Some(status) if status.is_done() => Self::Done,
            Some(_) => Self::Other,
        }
    }

    /// Whether the ticket was done, and whether it is; `None` unless it was and is either done or not. A
    /// ticket that was created begins as one that is not.
    pub(super) fn sides(self, now: Option<Status>) -> Option<(bool, bool)> {
        let was_done = match self {
            Self::Unborn | Self::Unsolved => false,
            Self::Done => true,
            Self::Unknown | Self::Other | Self::Deleted | Self::Swept => return None,
        };
        let now = now.filter(|now| now.is_unsolved() || now.is_done())?;
        Some((was_done, now.is_done()))
    }

    /// The table, but for solves and reopens.
    pub(super) fn event(self, now: Option<Status>) -> Option<&'static str> {
        let is_either = now.is_some_and(|now| now.is_unsolved() || now.is_done());
        match self {
            Self::Unborn if is_either => Some("zendesk_tickets_created_total"),
            Self::Unsolved | Self::Done if now.is_none() => Some("zendesk_tickets_deleted_total"),
            Self::Deleted if is_either => Some("zendesk_tickets_restored_total"),
            _ => None,
        }
    }
}
