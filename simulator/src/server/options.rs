//! What a simulated account is like.

use std::net::SocketAddr;

use crate::hours::Schedule;
use crate::life::{Habits, Rates};
use crate::list_habits::ListHabits;
use crate::render::MetricSets;
use crate::time::Time;

/// What the account is like.
#[derive(Debug)]
pub struct Options {
    /// Where to listen; loopback only.
    pub listen: SocketAddr,
    /// How its time passes.
    pub time: Time,
    /// Seed of its past and its life.
    pub seed: u64,
    /// Tickets that it has from the start.
    pub tickets: u64,
    /// Days that it has lived as it does before it is looked at, those tickets being older.
    pub lived_days: u32,
    /// How busy it is.
    pub rates: Rates,
    /// Requests to the exports per clock minute; `None` for no limit.
    pub requests_per_minute: Option<u32>,
    /// Requests to the whole API per clock minute; `None` for no limit, and for headers that always say
    /// the same.
    pub account_requests_per_minute: Option<u32>,
    /// Requests to the list of tickets per clock minute; `None` for no limit and no header.
    pub tickets_index_per_minute: Option<u32>,
    /// Requests to the list of deleted tickets per clock minute; `None` for no limit and no header.
    pub deleted_tickets_per_minute: Option<u32>,
    /// What the lists do beyond what every account's do.
    pub lists: ListHabits,
    /// OAuth client and its secret.
    pub client: (String, String),
    /// A bearer token that always works.
    pub access_token: String,
    /// E-mail, and what works as API token and as password.
    pub user: (String, String),
    /// Life of OAuth tokens in seconds; `None` leaves it out of the answer.
    pub token_life_seconds: Option<i64>,
    /// Where metric sets stand when they are asked for.
    pub metric_sets: MetricSets,
    /// Whether metric sets of the exports say when the status last changed, as those of the lists do.
    pub exports_tell_status_changes: bool,
    /// How far the search index lags, in seconds of the account; at most
    /// [`LAG_SECONDS_MAX`](crate::counts::LAG_SECONDS_MAX).
    pub search_lag_seconds: i64,
    /// What it does beyond what every account does.
    pub habits: Habits,
    /// Whether it has a schedule from the start.
    pub schedule: Schedule,
}

impl Options {
    /// What the account of the demo allows.
    pub const DEMO_REQUESTS_PER_MINUTE: u32 = 1_000;

    /// The account of the demo: a busy desk whose agents keep up, where something happens every few
    /// seconds at any hour. Most customers write some minutes after `live_from`, in Unix seconds: that
    /// is when somebody looks first.
    pub fn demo(time: Time, live_from: i64) -> Self {
        Self {
            time,
            tickets: 3_000,
            lived_days: 7,
            rates: Rates {
                tickets_per_day: 2_400.0,
            },
            requests_per_minute: Some(Self::DEMO_REQUESTS_PER_MINUTE),
            habits: Habits::keeping_up(live_from + 300),
            // Its agents work around the clock.
            schedule: Schedule::None,
            ..Self::manual(0)
        }
    }

    /// An empty, quiet account whose time stands still at `now`.
    pub fn manual(now: i64) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            time: Time::manual(now),
            seed: 1,
            tickets: 0,
            lived_days: 0,
            rates: Rates {
                tickets_per_day: 0.0,
            },
            requests_per_minute: None,
            account_requests_per_minute: None,
            tickets_index_per_minute: Some(100),
            deleted_tickets_per_minute: Some(10),
            lists: ListHabits::default(),
            client: ("simulator".to_owned(), "simulator-secret".to_owned()),
            access_token: "simulator-token".to_owned(),
            user: (
                "admin@example.invalid".to_owned(),
                "simulator-key".to_owned(),
            ),
            token_life_seconds: Some(1800),
            metric_sets: MetricSets::Inside,
            exports_tell_status_changes: false,
            search_lag_seconds: 120,
            habits: Habits::default(),
            schedule: Schedule::default(),
        }
    }
}
