//! The enums of label values: status, priority, type, support type, satisfaction score and SLA targets.
//!
//! PURE.

/// Declares an enum whose members are label values, so that each name is written once.
macro_rules! label_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $label:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every member, in the order in which documents and pages list them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The label value of every member, in the order of [`Self::ALL`].
            pub const LABELS: &[&'static str] = &[$($label),+];

            /// The label value.
            pub const fn label(self) -> &'static str {
                Self::LABELS[self as usize]
            }

            /// The member with this label value.
            pub fn from_label(label: &str) -> Option<Self> {
                match label { $($label => Some(Self::$variant),)+ _ => None }
            }

            /// The position in [`Self::ALL`]. States store it, so a new member is added at the end. Example: `hold`
            /// is 3.
            pub const fn index(self) -> u8 {
                self as u8
            }

            /// The member at this position of [`Self::ALL`].
            pub fn from_index(index: u8) -> Option<Self> {
                Self::ALL.get(usize::from(index)).copied()
            }
        }

        impl From<$name> for u16 {
            fn from(member: $name) -> Self {
                Self::from(member.index())
            }
        }
    };
}

label_set! {
    /// The status of a ticket that exists. `deleted` is not one of them: see
    /// [`Standing`](super::Standing).
    Status {
        New = "new",
        Open = "open",
        Pending = "pending",
        Hold = "hold",
        Solved = "solved",
        Closed = "closed",
        /// A status that this version does not know. It counts neither as unsolved nor as solved.
        Other = "other",
    }
}

impl Status {
    /// Whether somebody still has to act: new, open, pending and hold.
    pub const fn is_unsolved(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::Pending | Self::Hold)
    }

    /// Whether the work is done: solved and closed.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Solved | Self::Closed)
    }
}

label_set! {
    /// The priority of a ticket; most tickets have none.
    Priority {
        None = "none",
        Low = "low",
        Normal = "normal",
        High = "high",
        Urgent = "urgent",
        Other = "other",
    }
}

label_set! {
    /// Zendesk's `type` of a ticket; most tickets have none.
    TicketType {
        None = "none",
        Question = "question",
        Incident = "incident",
        Problem = "problem",
        Task = "task",
        Other = "other",
    }
}

label_set! {
    /// Who works on the ticket: people, or Zendesk's AI agents. Older tickets do not say.
    SupportType {
        None = "none",
        Agent = "agent",
        AiAgent = "ai_agent",
        Other = "other",
    }
}

label_set! {
    /// The requester's satisfaction score. `None` is also Zendesk's `unoffered`.
    Score {
        None = "none",
        Offered = "offered",
        Good = "good",
        Bad = "bad",
        Other = "other",
    }
}

label_set! {
    /// What an SLA target measures, `metric` in Zendesk's policy metrics. Zendesk uses two sets of names, those of
    /// policies and those of metric events; both are accepted unchanged.
    SlaMetric {
        FirstReplyTime = "first_reply_time",
        NextReplyTime = "next_reply_time",
        ReplyTime = "reply_time",
        RequesterWaitTime = "requester_wait_time",
        AgentWorkTime = "agent_work_time",
        PeriodicUpdateTime = "periodic_update_time",
        PausableUpdateTime = "pausable_update_time",
        TotalResolutionTime = "total_resolution_time",
        ResolutionTime = "resolution_time",
        GroupOwnershipTime = "group_ownership_time",
        Other = "other",
    }
}

label_set! {
    /// The stage of an SLA target.
    SlaStage {
        /// The time of the target runs.
        Active = "active",
        /// The time of the target is paused.
        Paused = "paused",
        /// Every other stage: the target is fulfilled.
        Fulfilled = "fulfilled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_sets_are_read_back_by_label_and_by_index() {
        for status in Status::ALL {
            assert_eq!(Status::from_label(status.label()), Some(*status));
            assert_eq!(Status::from_index(status.index()), Some(*status));
        }
        assert_eq!(Status::from_index(7), None);
        assert_eq!(Status::from_label("deleted"), None);
    }
}
