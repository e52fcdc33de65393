//! Zendesk's JSON, exactly, and only those keys that are read.
//!
//! Every optional fact is read leniently: null and missing are "nothing said", a value of a
//! kind that it never had is "other" or "nothing said", and neither loses the ticket. Only `id`,
//! `status` and `generated_timestamp` must be right. Strings are looked at where they are, so no
//! free text is copied.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::channels;
use super::slas::SlaTargets;
use super::wanted::Listed;
use crate::ticket::{
    Channel, MetricSet, Minutes, Priority, Score, Standing, Status, SupportType, TicketChange,
    TicketId, TicketType, UnixSeconds,
};

/// One element of `tickets`.
#[derive(Deserialize)]
pub(super) struct Ticket<'a> {
    id: i64,
    status: StatusWord,
    generated_timestamp: i64,
    #[serde(default)]
    created_at: Lenient<Time>,
    #[serde(default)]
    updated_at: Lenient<Time>,
    #[serde(default)]
    due_at: Lenient<Time>,
    #[serde(default)]
    priority: Lenient<Priority>,
    #[serde(default, rename = "type")]
    ticket_type: Lenient<TicketType>,
    #[serde(default)]
    via: Lenient<Via>,
    #[serde(default)]
    support_type: Lenient<SupportType>,
    #[serde(default)]
    group_id: Lenient<Number>,
    #[serde(default)]
    brand_id: Lenient<Number>,
    #[serde(default)]
    ticket_form_id: Lenient<Number>,
    #[serde(default)]
    custom_status_id: Lenient<Number>,
    #[serde(default)]
    assignee_id: Lenient<Number>,
    #[serde(default)]
    satisfaction_rating: Lenient<Score>,
    #[serde(default)]
    metric_set: Lenient<Option<MetricSet>>,
    #[serde(default)]
    slas: Lenient<SlaTargets>,
    // Cut out and not yet read: cutting costs no more than skipping.
    #[serde(borrow)]
    tags: Option<&'a RawValue>,
    // `fields` is a copy of this, and skipped.
    #[serde(borrow)]
    custom_fields: Option<&'a RawValue>,
}

impl Ticket<'_> {
    /// The row in our terms; `None` if its order key is no moment that a ticket can have. 0 was
    /// recorded on real tickets, and orders before everything else.
    pub(super) fn into_change(self, listed: &Listed<'_>) -> Option<TicketChange> {
        (self.generated_timestamp >= 0).then(|| TicketChange {
            id: TicketId(self.id),
            order_key: UnixSeconds(self.generated_timestamp),
            standing: self.status.0,
            created_at: self.created_at.0.0,
            updated_at: self.updated_at.0.0,
            due_at: self.due_at.0.0,
            priority: self.priority.0,
            ticket_type: self.ticket_type.0,
            channel: self.via.0.0,
            support_type: self.support_type.0,
            group_id: self.group_id.0.0,
            brand_id: self.brand_id.0.0,
            form_id: self.ticket_form_id.0.0,
            custom_status_id: self.custom_status_id.0.0,
            assigned: self.assignee_id.0.0.is_some(),
            score: self.satisfaction_rating.0,
            metric_set: self.metric_set.0,
            sla: self.slas.0,
            tags: listed.tags(self.tags),
            fields: listed.fields(self.custom_fields),
        })
    }
}

/// What can be said of a row that is not a [`Ticket`].
#[derive(Deserialize)]
pub(super) struct Remains {
    #[serde(default)]
    pub(super) id: Lenient<Number>,
    #[serde(default)]
    pub(super) status: Lenient<Present>,
    #[serde(default)]
    pub(super) generated_timestamp: Lenient<Number>,
}

/// An element of `metric_sets`, where they stand beside the tickets.
pub(super) struct TicketMetricSet {
    pub(super) ticket_id: Option<i64>,
    pub(super) metric_set: MetricSet,
}

/// `status`: must be a string.
struct StatusWord(Standing);

impl<'de> Deserialize<'de> for StatusWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl Visitor<'_> for Word {
            type Value = StatusWord;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a status")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<StatusWord, E> {
                Ok(StatusWord(match word {
                    "deleted" => Standing::Deleted,
                    _ => Standing::Live(Status::from_label(word).unwrap_or(Status::Other)),
                }))
            }
        }
        deserializer.deserialize_str(Word)
    }
}

/// A fact that may come as anything.
pub(super) trait Fact: Sized {
    /// Null or missing.
    fn nothing() -> Self;
    /// A kind of value that this fact never has.
    fn odd() -> Self {
        Self::nothing()
    }
    /// A string.
    fn text(_: &str) -> Self {
        Self::odd()
    }
    /// An integer.
    fn number(_: i64) -> Self {
        Self::odd()
    }
    /// An object. Must read it to its end.
    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::odd())
    }
    /// An array. Must read it to its end.
    fn array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::odd())
    }
}

/// Reads a [`Fact`] from any value.
pub(super) struct Lenient<T>(pub(super) T);

impl<T: Fact> Default for Lenient<T> {
    fn default() -> Self {
        Self(T::nothing())
    }
}

impl<'de, T: Fact> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

struct AnyValue<T>(PhantomData<T>);

impl<'de, T: Fact> Visitor<'de> for AnyValue<T> {
    type Value = Lenient<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::nothing()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::odd()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::number(number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Lenient<T>, E> {
        Ok(Lenient(
            i64::try_from(number).map_or_else(|_| T::odd(), T::number),
        ))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::odd()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lenient<T>, E> {
        Ok(Lenient(T::text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Lenient<T>, A::Error> {
        T::array(array).map(Lenient)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Lenient<T>, A::Error> {
        T::object(object).map(Lenient)
    }
}

/// The first `MAX` elements of an array that can be read; none for anything that is no array.
pub(super) struct Elements<T, const MAX: usize>(pub(super) Vec<T>);

impl<T, const MAX: usize> Fact for Elements<T, MAX>
where
    Option<T>: Fact,
{
    fn nothing() -> Self {
        Self(Vec::new())
    }

    fn array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element::<Lenient<Option<T>>>()? {
            elements.extend(element.0.filter(|_| elements.len() < MAX));
        }
        Ok(Self(elements))
    }
}

/// Words of a closed set; those that stand for no value or for any other are not Zendesk's.
macro_rules! closed_set_fact {
    ($($set:ident),+) => {$(
        impl Fact for $set {
            fn nothing() -> Self {
                Self::None
            }

            fn odd() -> Self {
                Self::Other
            }

            fn text(word: &str) -> Self {
                match Self::from_label(word) {
                    Some(Self::None) | None => Self::Other,
                    Some(known) => known,
                }
            }
        }
    )+};
}

closed_set_fact!(Priority, TicketType, SupportType);

impl Fact for Score {
    fn nothing() -> Self {
        Self::None
    }

    fn odd() -> Self {
        Self::Other
    }

    fn text(word: &str) -> Self {
        match Self::from_label(word) {
            _ if word == "unoffered" => Self::None,
            Some(Self::None) | None => Self::Other,
            Some(known) => known,
        }
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        Ok(entry::<Self, A>(object, "score")?.unwrap_or(Self::None))
    }
}

/// An RFC 3339 time.
pub(super) struct Time(pub(super) Option<UnixSeconds>);

impl Fact for Time {
    fn nothing() -> Self {
        Self(None)
    }

    fn text(text: &str) -> Self {
        let time = text.parse::<jiff::Timestamp>().ok();
        Self(time.map(|time| UnixSeconds(time.as_second())))
    }
}

/// An id or a count.
pub(super) struct Number(pub(super) Option<i64>);

impl Fact for Number {
    fn nothing() -> Self {
        Self(None)
    }

    fn number(number: i64) -> Self {
        Self(Some(number))
    }
}

/// Whether a string is there.
pub(super) struct Present(pub(super) bool);

impl Fact for Present {
    fn nothing() -> Self {
        Self(false)
    }

    fn text(_: &str) -> Self {
        Self(true)
    }
}

/// `via`: an object with a `channel` that is a name, or a number in old data; in ticket events
/// `via` itself is a sentence, which says no channel.
struct Via(Channel);

impl Fact for Via {
    fn nothing() -> Self {
        Self(Channel::NONE)
    }

    fn odd() -> Self {
        Self(Channel::OTHER)
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        let channel = entry::<ChannelWord, A>(object, "channel")?;
        Ok(Self(channel.map_or(Channel::NONE, |word| word.0)))
    }
}

struct ChannelWord(Channel);

impl Fact for ChannelWord {
    fn nothing() -> Self {
        Self(Channel::NONE)
    }

    fn odd() -> Self {
        Self(Channel::OTHER)
    }

    fn text(word: &str) -> Self {
        Self(channels::by_name(word))
    }

    fn number(number: i64) -> Self {
        Self(channels::by_number(number))
    }
}

/// Reads one entry of an object and skips the others.
pub(super) fn entry<'de, T: Fact, A: MapAccess<'de>>(
    mut object: A,
    wanted: &str,
) -> Result<Option<T>, A::Error> {
    let mut found = None;
    while let Some(is_wanted) = object.next_key_seed(IsKey(wanted))? {
        if is_wanted {
            found = Some(object.next_value::<Lenient<T>>()?.0);
        } else {
            object.next_value::<IgnoredAny>()?;
        }
    }
    Ok(found)
}

/// Compares a key without copying it.
struct IsKey<'a>(&'a str);

impl<'de> serde::de::DeserializeSeed<'de> for IsKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for IsKey<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

/// The keys of a metric set that are read.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum MetricKey {
    TicketId,
    ReplyTimeInMinutes,
    FirstResolutionTimeInMinutes,
    FullResolutionTimeInMinutes,
    RequesterWaitTimeInMinutes,
    AgentWaitTimeInMinutes,
    OnHoldTimeInMinutes,
    Replies,
    Reopens,
    #[serde(other)]
    Unread,
}

fn metric_set<'de, A: MapAccess<'de>>(mut object: A) -> Result<TicketMetricSet, A::Error> {
    let mut ticket_id = None;
    let mut set = MetricSet::default();
    while let Some(key) = object.next_key::<MetricKey>()? {
        let minutes = match key {
            MetricKey::TicketId => {
                ticket_id = object.next_value::<Lenient<Number>>()?.0.0;
                continue;
            }
            MetricKey::Replies => {
                set.replies = object.next_value::<Lenient<Count>>()?.0.0;
                continue;
            }
            MetricKey::Reopens => {
                set.reopens = object.next_value::<Lenient<Count>>()?.0.0;
                continue;
            }
            MetricKey::Unread => {
                object.next_value::<IgnoredAny>()?;
                continue;
            }
            MetricKey::ReplyTimeInMinutes => &mut set.reply,
            MetricKey::FirstResolutionTimeInMinutes => &mut set.first_resolution,
            MetricKey::FullResolutionTimeInMinutes => &mut set.full_resolution,
            MetricKey::RequesterWaitTimeInMinutes => &mut set.requester_wait,
            MetricKey::AgentWaitTimeInMinutes => &mut set.agent_wait,
            MetricKey::OnHoldTimeInMinutes => &mut set.on_hold,
        };
        *minutes = object.next_value::<Lenient<Minutes>>()?.0;
    }
    Ok(TicketMetricSet {
        ticket_id,
        metric_set: set,
    })
}

impl Fact for Option<MetricSet> {
    fn nothing() -> Self {
        None
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        metric_set(object).map(|read| Some(read.metric_set))
    }
}

impl Fact for Option<TicketMetricSet> {
    fn nothing() -> Self {
        None
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        metric_set(object).map(Some)
    }
}

/// A number that cannot be negative.
struct Count(Option<u32>);

impl Fact for Count {
    fn nothing() -> Self {
        Self(None)
    }

    fn number(number: i64) -> Self {
        Self(u32::try_from(number).ok())
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum MinutesKey {
    Calendar,
    Business,
    #[serde(other)]
    Unread,
}

impl Fact for Minutes {
    fn nothing() -> Self {
        Self::default()
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut minutes = Self::default();
        while let Some(key) = object.next_key::<MinutesKey>()? {
            let count = object.next_value::<Lenient<Count>>()?.0.0;
            match key {
                MinutesKey::Calendar => minutes.calendar = count,
                MinutesKey::Business => minutes.business = count,
                MinutesKey::Unread => {}
            }
        }
        Ok(minutes)
    }
}
