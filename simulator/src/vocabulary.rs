//! Zendesk's words for a ticket, as the simulated account uses them.
//!
//! PURE. Written apart from the exporter's own vocabulary on purpose: this crate shares no type
//! with the program that reads it, so a mistake in one is not repeated by the other.

/// Declares an enum whose members are words of Zendesk's JSON.
macro_rules! word_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every member.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in Zendesk's JSON, and in a label.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The member with this word.
            pub fn from_label(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }

            /// Position in [`Self::ALL`].
            pub const fn index(self) -> u8 {
                self as u8
            }
        }
    };
}

word_set! {
    /// The status of a ticket that exists.
    Status {
        New = "new",
        Open = "open",
        Pending = "pending",
        Hold = "hold",
        Solved = "solved",
        Closed = "closed",
        /// A status that an exporter cannot know.
        Other = "other",
    }
}

impl Status {
    /// New, open, pending and hold.
    pub const fn is_unsolved(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::Pending | Self::Hold)
    }

    /// Solved and closed.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Solved | Self::Closed)
    }
}

word_set! {
    /// The priority of a ticket.
    Priority {
        None = "none",
        Low = "low",
        Normal = "normal",
        High = "high",
        Urgent = "urgent",
        Other = "other",
    }
}

word_set! {
    /// Zendesk's `type` of a ticket.
    TicketType {
        None = "none",
        Question = "question",
        Incident = "incident",
        Problem = "problem",
        Task = "task",
        Other = "other",
    }
}

word_set! {
    /// Who works on a ticket. Old tickets say nothing.
    SupportType {
        None = "none",
        Agent = "agent",
        AiAgent = "ai_agent",
        Other = "other",
    }
}

word_set! {
    /// The requester's satisfaction score; `None` is Zendesk's `unoffered`.
    Score {
        None = "none",
        Offered = "offered",
        Good = "good",
        Bad = "bad",
        Other = "other",
    }
}

word_set! {
    /// What an SLA target measures, in the words of policies.
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

word_set! {
    /// The stage of an SLA target.
    SlaStage {
        /// Its time runs.
        Active = "active",
        /// Its time stands still.
        Paused = "paused",
        /// It was met, or nobody waits for it.
        Fulfilled = "fulfilled",
    }
}

/// One SLA target of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlaTarget {
    /// What it measures.
    pub metric: SlaMetric,
    /// Its stage.
    pub stage: SlaStage,
    /// When it is or was breached, in Unix seconds.
    pub breach_at: Option<i64>,
}

/// Minutes of one measurement, by the clock and in business hours; `None` while there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minutes {
    /// By the calendar.
    pub calendar: Option<u32>,
    /// Within business hours.
    pub business: Option<u32>,
}

/// What Zendesk measures about one ticket (the `metric_sets` side-load).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricSet {
    /// Creation to the first public reply of an agent.
    pub reply: Minutes,
    /// Creation to the first time the ticket was solved.
    pub first_resolution: Minutes,
    /// Creation to the latest time the ticket was solved.
    pub full_resolution: Minutes,
    /// Total the requester waited.
    pub requester_wait: Minutes,
    /// Total the agents waited for the requester.
    pub agent_wait: Minutes,
    /// Total in status hold.
    pub on_hold: Minutes,
    /// Public replies by agents.
    pub replies: Option<u32>,
    /// Times the ticket was reopened.
    pub reopens: Option<u32>,
}
