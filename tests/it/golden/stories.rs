//! The lives, each with settings and troubles of its own.

mod accounts;
mod defaults;
mod everything;
mod faults;
mod lookups;
mod resync;
mod tight;

use zendesk_simulator::life::Rates;
use zendesk_simulator::{Habits, Options};

/// A desk with one channel, so that its series are few, that has lived a day. `tickets` are older.
fn desk(seed: u64, tickets: u64, tickets_per_day: f64) -> Options {
    Options {
        seed,
        tickets,
        lived_days: 1,
        rates: Rates { tickets_per_day },
        requests_per_minute: Some(10),
        habits: Habits {
            channels: Some(1),
            ..Habits::LIVELY
        },
        ..Options::manual(0)
    }
}

/// Bounds that are few, so that histograms are short.
const SHORT_BUCKETS: &str = "buckets: {
    zendesk_ticket_first_reply_seconds: [1h],
    zendesk_ticket_first_reply_business_seconds: [1h],
    zendesk_ticket_first_resolution_seconds: [1d],
    zendesk_ticket_first_resolution_business_seconds: [1d],
    zendesk_ticket_full_resolution_seconds: [1d],
    zendesk_ticket_full_resolution_business_seconds: [1d],
    zendesk_ticket_requester_wait_seconds: [1d],
    zendesk_ticket_requester_wait_business_seconds: [1d],
    zendesk_ticket_agent_wait_seconds: [1d],
    zendesk_ticket_agent_wait_business_seconds: [1d],
    zendesk_ticket_on_hold_seconds: [1d],
    zendesk_ticket_on_hold_business_seconds: [1d],
    zendesk_ticket_replies: [1],
    zendesk_ticket_reopens: [0] }";
