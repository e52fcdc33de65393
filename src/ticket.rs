//! The vocabulary: what a ticket is to this program.
//!
//! PURE. Zendesk's nouns, and only those facts of a ticket that the ledger needs: no subject, no
//! requester, no free text can enter the process past these types.

use std::borrow::Cow;
use std::ops::{Index, IndexMut};

/// A moment in whole seconds since the Unix epoch, the resolution of every Zendesk timestamp. Stored as
/// the number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    /// This moment moved by `seconds`, which may be negative. Saturates.
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this moment, negative when it lies before. Saturates.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As people read it, "2026-09-21 14:05:00 UTC"; `None` in years that no calendar has.
    pub fn in_utc(self) -> Option<String> {
        let timestamp = jiff::Timestamp::from_second(self.0).ok()?;
        Some(timestamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
    }

    /// As commands show it, "2026-09-21T14:05:00Z"; "-" where there is none, and in years that no
    /// calendar has.
    pub fn in_rfc_3339(time: Option<Self>) -> String {
        time.and_then(|time| jiff::Timestamp::from_second(time.0).ok())
            .map_or_else(|| "-".to_owned(), |time| time.to_string())
    }
}

/// The number of a ticket, unique in its account.
///
/// Signed as in Zendesk's JSON, where ids are 64-bit and some special ids are negative. Stored as the
/// number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct TicketId(pub i64);

/// Declares an enum whose members are label values: a closed set, written down once.
macro_rules! label_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $label:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every member, in the order in which people read them.
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

            /// Position in [`Self::ALL`]; part of the stored format, so members are only appended.
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
    /// The status of a ticket that exists. `deleted` is not one of them: see [`Standing`].
    Status {
        New = "new",
        Open = "open",
        Pending = "pending",
        Hold = "hold",
        Solved = "solved",
        Closed = "closed",
        /// A status this program does not know: neither unsolved nor solved.
        Other = "other",
    }
}

impl Status {
    /// New, open, pending and hold: somebody still has to act.
    pub const fn is_unsolved(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::Pending | Self::Hold)
    }

    /// Solved and closed: the work is done.
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
    /// Who works on the ticket: people, or Zendesk's AI agents. Older tickets say nothing.
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
    /// What an SLA target measures, `metric` of Zendesk's policy metrics. Two vocabularies are in
    /// use, that of policies and that of metric events; both are taken as they come.
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
    /// How an SLA target stands.
    SlaStage {
        /// Its time runs.
        Active = "active",
        /// Its time stands still.
        Paused = "paused",
        /// Any other: it is fulfilled, or nobody waits for it.
        Fulfilled = "fulfilled",
    }
}

/// One SLA target of a ticket (the `slas` side-load).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlaTarget {
    /// What it measures.
    pub metric: SlaMetric,
    /// How it stands.
    pub stage: SlaStage,
    /// When it is or was breached; `None` while Zendesk names no time.
    pub breach_at: Option<UnixSeconds>,
}

label_set! {
    /// A kind of thing that a ticket names by its id, and that Zendesk has names for. There is a
    /// label for the ids of each kind.
    NamedSet {
        /// Groups of agents.
        Group = "group",
        /// Brands.
        Brand = "brand",
        /// Ticket forms; bound to a plan.
        Form = "form",
        /// Custom ticket statuses, by the label that agents see.
        CustomStatus = "custom_status",
    }
}

impl NamedSet {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// What Zendesk's API calls all of them.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Group => "groups",
            Self::Brand => "brands",
            Self::Form => "ticket_forms",
            Self::CustomStatus => "custom_statuses",
        }
    }
}

/// One value for each [`NamedSet`], in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerSet<T>(pub [T; NamedSet::COUNT]);

impl<T> PerSet<T> {
    /// The values that `of` gives.
    pub fn from_fn(mut of: impl FnMut(NamedSet) -> T) -> Self {
        Self(std::array::from_fn(|index| of(NamedSet::ALL[index])))
    }

    /// The same, with another value for `set`.
    #[must_use]
    pub fn with(mut self, set: NamedSet, value: T) -> Self {
        self[set] = value;
        self
    }
}

impl<T> Index<NamedSet> for PerSet<T> {
    type Output = T;

    fn index(&self, set: NamedSet) -> &T {
        &self.0[set as usize]
    }
}

impl<T> IndexMut<NamedSet> for PerSet<T> {
    fn index_mut(&mut self, set: NamedSet) -> &mut T {
        &mut self.0[set as usize]
    }
}

/// The id of something else that a ticket names: one of a [`NamedSet`], or its assignee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// The ticket names none.
    #[default]
    None,
    /// It names one, but what is there cannot be read as an id.
    Other,
    /// This one.
    Id(i64),
}

/// The value of a custom field that the settings list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldValue {
    /// Null, empty, or the ticket lacks the field.
    None,
    /// A value that cannot be a label value: free text, several values.
    Other,
    /// A value that the settings list, or an identifier as drop-down fields have them.
    Value(String),
}

/// How a ticket came in, `via.channel` in Zendesk's JSON.
///
/// An open set: new channels appear without notice. The name is checked to be an identifier, so
/// that nothing else than a channel name can become a label value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(Cow<'static, str>);

impl Channel {
    /// The ticket says nothing about its channel.
    pub const NONE: Self = Self(Cow::Borrowed("none"));
    /// The ticket names a channel that cannot be a label value.
    pub const OTHER: Self = Self(Cow::Borrowed("other"));

    /// A channel known at compile time.
    ///
    /// The name is trusted to be an identifier of at most [`CHANNEL_LENGTH_MAX`] bytes.
    pub const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Reads a channel name; anything but 1 to [`CHANNEL_LENGTH_MAX`] of `a-z`, `A-Z`, `0-9` and
    /// `_` is [`Self::OTHER`], and so are the two names that stand for no value.
    pub fn parse(name: &str) -> Self {
        let identifier = !name.is_empty()
            && name.len() <= CHANNEL_LENGTH_MAX
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = name.to_ascii_lowercase();
        if !identifier || name == "none" || name == "other" {
            return Self::OTHER;
        }
        Self(Cow::Owned(name))
    }

    /// The label value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Longest channel name taken as it is. The longest known one has 42 bytes.
pub const CHANNEL_LENGTH_MAX: usize = 64;

/// Whether a ticket is there, and in which status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The ticket exists.
    Live(Status),
    /// The export says `deleted`; its other fields keep what they last were, or are scrubbed.
    Deleted,
}

/// Minutes of one of Zendesk's duration metrics, by the clock and in business hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minutes {
    /// Minutes by the calendar; `None` while Zendesk has none.
    pub calendar: Option<u32>,
    /// Minutes within the account's business hours; `None` while Zendesk has none.
    pub business: Option<u32>,
}

/// What Zendesk measured about one ticket (the `metric_sets` side-load).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricSet {
    /// Creation to the first public reply of an agent.
    pub reply: Minutes,
    /// Creation to the first time the ticket was solved.
    pub first_resolution: Minutes,
    /// Creation to the latest time the ticket was solved; `None` again after a reopen.
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
    /// When the ticket was last solved; `None` while Zendesk has no time.
    pub solved_at: Option<UnixSeconds>,
}

/// One row of the export: what Zendesk says now about one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketChange {
    /// Which ticket.
    pub id: TicketId,
    /// Orders the rows of one ticket: `generated_timestamp`.
    pub order_key: UnixSeconds,
    /// Status, or deleted.
    pub standing: Standing,
    /// When the ticket was created.
    pub created_at: Option<UnixSeconds>,
    /// When a ticket event last happened; system writes leave it alone.
    pub updated_at: Option<UnixSeconds>,
    /// When a task is due.
    pub due_at: Option<UnixSeconds>,
    /// Priority.
    pub priority: Priority,
    /// Zendesk's `type`.
    pub ticket_type: TicketType,
    /// Channel.
    pub channel: Channel,
    /// People or AI agents.
    pub support_type: SupportType,
    /// Its group, brand, form and custom status.
    pub references: PerSet<Reference>,
    /// Whether the ticket names an assignee, readable or not.
    pub assigned: bool,
    /// Satisfaction score.
    pub score: Score,
    /// Zendesk's measurements, when the row carries them.
    pub metric_set: Option<MetricSet>,
    /// SLA targets, when the row carries them; at most one a metric, in the order of
    /// [`SlaMetric::ALL`].
    pub sla: Option<Vec<SlaTarget>>,
    /// Which of the tags that the settings list the ticket has: bit `n` for the `n`th of them.
    pub tags: TagSet,
    /// The values of the custom fields that the settings list, in their order.
    pub fields: Vec<FieldValue>,
}

/// Tags out of a list of at most [`TAGS_MAX`], as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagSet(pub u64);

impl TagSet {
    /// Adds the tag at this place of the list.
    pub const fn insert(&mut self, place: usize) {
        debug_assert!(place < TAGS_MAX);
        self.0 |= 1 << place;
    }

    /// The places of the tags, lowest first.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..TAGS_MAX).filter(move |place| self.0 >> place & 1 == 1)
    }
}

/// Most tags that the settings can list.
pub const TAGS_MAX: usize = 64;

/// Most custom fields that the settings can list: each multiplies the number of series.
pub const FIELDS_MAX: usize = 4;

/// Longest value of a custom field that can be a label value.
pub const FIELD_VALUE_LENGTH_MAX: usize = 64;

/// These words stand in labels for no value, any other value and one that was not seen yet.
pub const RESERVED_WORDS: [&str; 3] = ["none", "other", "unknown"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_name_that_is_no_identifier_becomes_other() {
        for hostile in [
            "",
            "user@example.com",
            "two words",
            "naïve",
            "other",
            "none",
            "None",
            "OTHER",
            "\n",
        ] {
            assert_eq!(Channel::parse(hostile), Channel::OTHER, "{hostile:?}");
        }
        let too_long = "a".repeat(CHANNEL_LENGTH_MAX + 1);
        assert_eq!(Channel::parse(&too_long), Channel::OTHER);
        assert_eq!(Channel::parse("WhatsApp"), Channel::known("whatsapp"));
    }

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
