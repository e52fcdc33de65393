//! Decodes the `metric_sets` side-load: Zendesk's measurements, in each ticket or in an array next to them.
//!
//! PURE.

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};

use crate::ticket::{MetricSet, Minutes};
use crate::zendesk::json::lenient::{Fact, value};
use crate::zendesk::json::numbers::{Count, Integer, Time};

/// An element of the array `metric_sets` next to the tickets.
pub(super) struct TicketMetricSet {
    pub(super) ticket_id: Option<i64>,
    pub(super) metric_set: MetricSet,
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
    SolvedAt,
    StatusUpdatedAt,
    #[serde(other)]
    Unread,
}

fn metric_set<'de, A: MapAccess<'de>>(mut object: A) -> Result<TicketMetricSet, A::Error> {
    let mut ticket_id = None;
    let mut set = MetricSet::default();
    while let Some(key) = object.next_key::<MetricKey>()? {
        let minutes = match key {
            MetricKey::TicketId => {
                ticket_id = value::<Integer, A>(&mut object)?.0;
                continue;
            }
            MetricKey::Replies => {
                set.replies = value::<Count, A>(&mut object)?.0;
                continue;
            }
            MetricKey::Reopens => {
                set.reopens = value::<Count, A>(&mut object)?.0;
                continue;
            }
            MetricKey::SolvedAt => {
                set.solved_at = value::<Time, A>(&mut object)?.0;
                continue;
            }
            MetricKey::StatusUpdatedAt => {
                set.status_updated_at = value::<Time, A>(&mut object)?.0;
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
        *minutes = value(&mut object)?;
    }
    Ok(TicketMetricSet {
        ticket_id,
        metric_set: set,
    })
}

impl<'de> Fact<'de> for Option<MetricSet> {
    fn from_null() -> Self {
        None
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        metric_set(object).map(|read| Some(read.metric_set))
    }
}

impl<'de> Fact<'de> for Option<TicketMetricSet> {
    fn from_null() -> Self {
        None
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        metric_set(object).map(Some)
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

impl<'de> Fact<'de> for Minutes {
    fn from_null() -> Self {
        Self::default()
    }

    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut minutes = Self::default();
        while let Some(key) = object.next_key::<MinutesKey>()? {
            let count = value::<Count, A>(&mut object)?.0;
            match key {
                MinutesKey::Calendar => minutes.calendar = count,
                MinutesKey::Business => minutes.business = count,
                MinutesKey::Unread => {}
            }
        }
        Ok(minutes)
    }
}
