//! The cells of which every ticket family is made: the numbers that are stored.

use super::family;
use super::labels::LabelValue;
use super::measure::Measure;
use crate::ticket::{FIELDS_MAX, Priority, Score, SlaMetric, Status, SupportType, TicketType};

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
            Self::Created => family::CREATED.family().name,
            Self::Solved => family::SOLVED.family().name,
            Self::Reopened => family::REOPENED.family().name,
            Self::Deleted => family::DELETED.family().name,
            Self::Restored => family::RESTORED.family().name,
        }
    }
}

/// The labels that tell whose tickets they are; `None` where the settings do not show them, for
/// all cells alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Label `group`.
    pub group: Option<LabelValue>,
    /// Label `brand`.
    pub brand: Option<LabelValue>,
}

/// The labels of a ticket that are not closed sets, or are shown only when asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimensions {
    /// Label `channel`.
    pub channel: LabelValue,
    /// Label `support_type`; `None` when the settings do not show it, for all cells alike.
    pub support_type: Option<SupportType>,
    /// Labels `group` and `brand`.
    pub owner: Owner,
    /// Label `form`.
    pub form: Option<LabelValue>,
    /// Label `custom_status`.
    pub custom_status: Option<LabelValue>,
    /// Labels of custom fields, in the order of the settings.
    pub fields: [Option<LabelValue>; FIELDS_MAX],
}

impl Dimensions {
    /// A channel, and none of the labels that are shown only when asked for.
    pub const fn of_channel(channel: LabelValue) -> Self {
        Self {
            channel,
            support_type: None,
            owner: Owner {
                group: None,
                brand: None,
            },
            form: None,
            custom_status: None,
            fields: [None; FIELDS_MAX],
        }
    }

    /// The same labels, every open one with the value `other`.
    fn fallback(self) -> Self {
        let other = |value: Option<LabelValue>| value.map(|_| LabelValue::OTHER);
        Self {
            channel: LabelValue::OTHER,
            support_type: self.support_type.map(|_| SupportType::Other),
            owner: self.owner.fallback(),
            form: other(self.form),
            custom_status: other(self.custom_status),
            fields: self.fields.map(other),
        }
    }
}

impl Owner {
    fn fallback(self) -> Self {
        let other = |value: Option<LabelValue>| value.map(|_| LabelValue::OTHER);
        Self {
            group: other(self.group),
            brand: other(self.brand),
        }
    }
}

/// One stored number: its family and label values, without the account. Most are a sample line;
/// histograms have one per bucket and one for the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// `zendesk_tickets`.
    Tickets {
        status: Status,
        priority: Priority,
        ticket_type: TicketType,
        dimensions: Dimensions,
    },
    /// Unsolved tickets: the families that depend on the clock have series for these labels.
    Unsolved {
        status: Status,
        priority: Priority,
        owner: Owner,
    },
    /// `zendesk_unassigned_tickets`.
    Unassigned {
        status: Status,
        priority: Priority,
        owner: Owner,
    },
    /// `zendesk_unreplied_tickets`.
    Unreplied {
        status: Status,
        priority: Priority,
        owner: Owner,
    },
    /// `zendesk_ticket_satisfaction`.
    Satisfaction { score: Score, owner: Owner },
    /// `zendesk_tagged_tickets`; the number is the tag's in the dictionary.
    Tagged {
        tag: u16,
        status: Status,
        priority: Priority,
    },
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
    StatusChange {
        from: Status,
        to: Status,
        owner: Owner,
    },
    /// `zendesk_satisfaction_ratings_total`.
    Ratings { score: Score },
    /// `zendesk_sla_targets_total`.
    SlaTargets {
        metric: SlaMetric,
        priority: Priority,
        owner: Owner,
    },
    /// `zendesk_sla_targets_breached_total`.
    SlaBreached {
        metric: SlaMetric,
        priority: Priority,
        owner: Owner,
    },
    /// Observations in one bucket of a histogram and in no lower one.
    HistogramBucket {
        measure: Measure,
        priority: Priority,
        owner: Owner,
        /// Place of its bound, one past the last for `+Inf`.
        place: u8,
    },
    /// Sum of a histogram's observations, in seconds or as a count.
    HistogramSum {
        measure: Measure,
        priority: Priority,
        owner: Owner,
    },
}

impl Cell {
    /// Name of the family this cell belongs to, as stored.
    pub const fn family(&self) -> &'static str {
        match self {
            Self::Tickets { .. } => family::TICKETS.family().name,
            Self::Unsolved { .. } => family::UNSOLVED.family().name,
            Self::Unassigned { .. } => family::UNASSIGNED.family().name,
            Self::Unreplied { .. } => family::UNREPLIED.family().name,
            Self::Satisfaction { .. } => family::SATISFACTION.family().name,
            Self::Tagged { .. } => family::TAGGED.family().name,
            Self::Event { event, .. } => event.family(),
            Self::Updated { .. } => family::UPDATED.family().name,
            Self::StatusChange { .. } => family::STATUS_CHANGES.family().name,
            Self::Ratings { .. } => family::RATINGS.family().name,
            Self::SlaTargets { .. } => family::SLA_TARGETS.family().name,
            Self::SlaBreached { .. } => family::SLA_TARGETS_BREACHED.family().name,
            Self::HistogramBucket { measure, .. } | Self::HistogramSum { measure, .. } => {
                measure.family()
            }
        }
    }

    /// What it measures, if it is one of a histogram.
    pub const fn measure(&self) -> Option<Measure> {
        match self {
            Self::HistogramBucket { measure, .. } | Self::HistogramSum { measure, .. } => {
                Some(*measure)
            }
            _ => None,
        }
    }

    /// The same cell of another histogram; itself if it is of none.
    #[must_use]
    pub const fn of_measure(mut self, other: Measure) -> Self {
        if let Self::HistogramBucket { measure, .. } | Self::HistogramSum { measure, .. } =
            &mut self
        {
            *measure = other;
        }
        self
    }

    /// The cell that stands for the whole family member: of a histogram the sum, else itself.
    #[must_use]
    pub const fn whole(self) -> Self {
        match self {
            Self::HistogramBucket {
                measure,
                priority,
                owner,
                place: _,
            } => Self::HistogramSum {
                measure,
                priority,
                owner,
            },
            other => other,
        }
    }

    /// Whether the records can be counted again to give it.
    pub const fn is_gauge(&self) -> bool {
        matches!(
            self,
            Self::Tickets { .. }
                | Self::Unsolved { .. }
                | Self::Unassigned { .. }
                | Self::Unreplied { .. }
                | Self::Satisfaction { .. }
                | Self::Tagged { .. }
        )
    }

    /// The open labels of a ticket, if cells of this family have them all.
    pub const fn dimensions(&self) -> Option<Dimensions> {
        match self {
            Self::Tickets { dimensions, .. }
            | Self::Event { dimensions, .. }
            | Self::Updated { dimensions, .. } => Some(*dimensions),
            _ => None,
        }
    }

    /// The labels of the ticket's owner; none for families that never show it.
    pub fn owner(mut self) -> Owner {
        self.owner_mut().map_or_else(Owner::default, |owner| *owner)
    }

    /// The same, to be changed.
    pub(super) const fn dimensions_mut(&mut self) -> Option<&mut Dimensions> {
        match self {
            Self::Tickets { dimensions, .. }
            | Self::Event { dimensions, .. }
            | Self::Updated { dimensions, .. } => Some(dimensions),
            _ => None,
        }
    }

    pub(super) const fn owner_mut(&mut self) -> Option<&mut Owner> {
        match self {
            Self::Tickets { dimensions, .. }
            | Self::Event { dimensions, .. }
            | Self::Updated { dimensions, .. } => Some(&mut dimensions.owner),
            Self::Unsolved { owner, .. }
            | Self::Unassigned { owner, .. }
            | Self::Unreplied { owner, .. }
            | Self::Satisfaction { owner, .. }
            | Self::StatusChange { owner, .. }
            | Self::SlaTargets { owner, .. }
            | Self::SlaBreached { owner, .. }
            | Self::HistogramBucket { owner, .. }
            | Self::HistogramSum { owner, .. } => Some(owner),
            Self::Tagged { .. } | Self::Ratings { .. } => None,
        }
    }

    /// The cell that counts what finds no room: the same with `other` in every open label. The
    /// cell itself if that is so already, or if it has none.
    #[must_use]
    pub fn fallback(mut self) -> Self {
        match &mut self {
            Self::Tickets { dimensions, .. }
            | Self::Event { dimensions, .. }
            | Self::Updated { dimensions, .. } => *dimensions = dimensions.fallback(),
            other => {
                if let Some(owner) = other.owner_mut() {
                    *owner = owner.fallback();
                }
            }
        }
        self
    }
}
