//! The histograms: what Zendesk measured of a ticket, when it is taken, and into which buckets.

use crate::vocabulary::{MetricSet, Minutes};

/// A histogram family.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) family: &'static str,
    /// Upper bounds of the buckets beside `+Inf`, in seconds or as counts.
    pub(super) bounds: &'static [u64],
    /// Taken once in the life of a ticket, rather than at each resolution.
    pub(super) once: bool,
    /// The value in seconds or as a count; `None` for Zendesk's null.
    pub(super) value: fn(&MetricSet) -> Option<u64>,
}

const REPLY: &[u64] = &[
    300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 259_200, 604_800, 1_209_600,
];

const RESOLUTION: &[u64] = &[
    900, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 259_200, 604_800, 1_209_600, 2_592_000,
    7_776_000,
];

/// Every histogram family.
pub(super) const ALL: [Measure; 14] = [
    once("zendesk_ticket_first_reply_seconds", REPLY, |set| {
        by_clock(set.reply)
    }),
    once(
        "zendesk_ticket_first_reply_business_seconds",
        REPLY,
        |set| in_business(set.reply),
    ),
    once(
        "zendesk_ticket_first_resolution_seconds",
        RESOLUTION,
        |set| by_clock(set.first_resolution),
    ),
    once(
        "zendesk_ticket_first_resolution_business_seconds",
        RESOLUTION,
        |set| in_business(set.first_resolution),
    ),
    at_each_resolution(
        "zendesk_ticket_full_resolution_seconds",
        RESOLUTION,
        |set| by_clock(set.full_resolution),
    ),
    at_each_resolution(
        "zendesk_ticket_full_resolution_business_seconds",
        RESOLUTION,
        |set| in_business(set.full_resolution),
    ),
    at_each_resolution("zendesk_ticket_requester_wait_seconds", RESOLUTION, |set| {
        by_clock(set.requester_wait)
    }),
    at_each_resolution(
        "zendesk_ticket_requester_wait_business_seconds",
        RESOLUTION,
        |set| in_business(set.requester_wait),
    ),
    at_each_resolution("zendesk_ticket_agent_wait_seconds", RESOLUTION, |set| {
        by_clock(set.agent_wait)
    }),
    at_each_resolution(
        "zendesk_ticket_agent_wait_business_seconds",
        RESOLUTION,
        |set| in_business(set.agent_wait),
    ),
    at_each_resolution("zendesk_ticket_on_hold_seconds", RESOLUTION, |set| {
        by_clock(set.on_hold)
    }),
    at_each_resolution(
        "zendesk_ticket_on_hold_business_seconds",
        RESOLUTION,
        |set| in_business(set.on_hold),
    ),
    at_each_resolution(
        "zendesk_ticket_replies",
        &[0, 1, 2, 3, 5, 8, 13, 21],
        |set| set.replies.map(u64::from),
    ),
    at_each_resolution("zendesk_ticket_reopens", &[0, 1, 2, 3, 5, 8], |set| {
        set.reopens.map(u64::from)
    }),
];

const fn once(
    family: &'static str,
    bounds: &'static [u64],
    value: fn(&MetricSet) -> Option<u64>,
) -> Measure {
    Measure {
        family,
        bounds,
        once: true,
        value,
    }
}

const fn at_each_resolution(
    family: &'static str,
    bounds: &'static [u64],
    value: fn(&MetricSet) -> Option<u64>,
) -> Measure {
    Measure {
        once: false,
        ..once(family, bounds, value)
    }
}

fn by_clock(minutes: Minutes) -> Option<u64> {
    Some(u64::from(minutes.calendar?) * 60)
}

fn in_business(minutes: Minutes) -> Option<u64> {
    Some(u64::from(minutes.business?) * 60)
}

/// What is remembered of a ticket's measurements. A bit stands for the measure at its place in
/// [`ALL`]: there may be a million tickets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    /// A row carried measurements before.
    pub(super) carried: bool,
    /// An agent has replied.
    pub(super) replied: bool,
    /// Taken already, once and for all.
    taken: u16,
    /// Null when the ticket was solved, and awaited since.
    pending: u16,
}

impl Memory {
    /// The ticket was solved: what is told of a resolution is awaited.
    pub(super) const fn solved(&mut self) {
        self.pending = u16::MAX;
    }

    /// The ticket was reopened, or is gone: nothing is awaited any more.
    pub(super) const fn reopened(&mut self) {
        self.pending = 0;
    }

    /// Reads what a row carries, and returns the measures that it is the first to tell, with their
    /// values.
    pub(super) fn read(&mut self, set: &MetricSet) -> Vec<(&'static Measure, u64)> {
        let mut told = Vec::new();
        for (place, measure) in ALL.iter().enumerate() {
            let bit = 1 << place;
            let Some(value) = (measure.value)(set) else {
                continue;
            };
            let is_news = if measure.once {
                self.taken & bit == 0
            } else {
                self.pending & bit != 0
            };
            if is_news {
                self.taken |= bit;
                self.pending &= !bit;
                told.push((measure, value));
            }
        }
        self.carried = true;
        self.replied = set.replies.is_some_and(|replies| replies > 0)
            || set.reply.calendar.is_some()
            || set.reply.business.is_some();
        told
    }
}
