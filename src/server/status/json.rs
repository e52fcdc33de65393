//! The status of the accounts as JSON, for programs.

mod sources;

mod walk;

mod error;

use axum::body::Bytes;
use axum::http::{HeaderName, header};
use serde::Serialize;

use super::{PRIORITIES, Report, STATUSES};
use crate::metrics::{AccountStatus, TicketCounts};
use crate::ticket::{Status, UnixSeconds};
use error::ErrorJson;
use sources::SourcesJson;
use walk::WalkJson;

impl Report<'_> {
    /// The headers and the body of `/api/v1/status`. Keys end with their unit, as the names of metrics do:
    /// `_timestamp_seconds` are Unix seconds.
    pub(in crate::server) fn json(&self) -> ([(HeaderName, &'static str); 4], Bytes) {
        let body = StatusJson {
            version: env!("CARGO_PKG_VERSION"),
            timestamp_seconds: self.now.0,
            healthy: self.health_problems.is_empty(),
            health_problems: &self.health_problems,
            accounts: self
                .accounts
                .iter()
                .map(|status| account(status, self.now))
                .collect(),
        };
        let headers = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            ),
        ];
        let body = serde_json::to_vec(&body).expect("texts and numbers are JSON");
        (headers, body.into())
    }
}

#[derive(Serialize)]
struct StatusJson<'a> {
    version: &'static str,
    timestamp_seconds: i64,
    healthy: bool,
    health_problems: &'a [String],
    accounts: Vec<AccountJson<'a>>,
}

#[derive(Serialize)]
struct AccountJson<'a> {
    account: &'a str,
    state: &'static str,
    up: Option<bool>,
    #[serde(flatten)]
    sources: SourcesJson<'a>,
    data_timestamp_seconds: Option<i64>,
    last_success_timestamp_seconds: Option<i64>,
    next_attempt_timestamp_seconds: Option<i64>,
    initial_sync: WalkJson,
    resync: WalkJson,
    state_tickets: u64,
    auth: AuthJson,
    rate_limits: Vec<LimitJson<'a>>,
    last_error: Option<ErrorJson<'a>>,
    unsolved_tickets: Option<Vec<CountJson>>,
}

#[derive(Serialize)]
struct AuthJson {
    method: &'static str,
    deprecated: bool,
    token_expiry_timestamp_seconds: Option<i64>,
}

#[derive(Serialize)]
struct LimitJson<'a> {
    name: &'a str,
    limit: Option<u64>,
    remaining: Option<u64>,
    reset_timestamp_seconds: Option<i64>,
}

#[derive(Serialize)]
struct CountJson {
    status: &'static str,
    priority: &'static str,
    tickets: u64,
}

fn account(status: &AccountStatus, now: UnixSeconds) -> AccountJson<'_> {
    let seconds = |moment: Option<UnixSeconds>| moment.map(|moment| moment.0);
    let state = &status.state;
    AccountJson {
        account: &status.account,
        state: status.condition(now).label(),
        up: state.up,
        sources: SourcesJson::from_status(status, now),
        data_timestamp_seconds: seconds(state.data_timestamp),
        last_success_timestamp_seconds: seconds(state.last_success),
        next_attempt_timestamp_seconds: seconds(status.next_attempt(now)),
        initial_sync: WalkJson {
            progress_ratio: Some(state.initial_sync_ratio),
            expected_end_timestamp_seconds: seconds(status.initial_sync_end(now)),
        },
        resync: WalkJson {
            progress_ratio: state.resync_ratio,
            expected_end_timestamp_seconds: seconds(status.resync_end(now)),
        },
        state_tickets: state.state_tickets,
        auth: AuthJson {
            method: state.auth_method.label(),
            deprecated: state.auth_method.is_deprecated(),
            token_expiry_timestamp_seconds: seconds(state.token_expires_at),
        },
        rate_limits: status
            .limits
            .iter()
            .map(|limit| LimitJson {
                name: &limit.name,
                limit: limit.limit,
                remaining: limit.remaining,
                reset_timestamp_seconds: seconds(limit.resets_at),
            })
            .collect(),
        last_error: status.problem.as_ref().map(ErrorJson::from_problem),
        unsolved_tickets: status.tickets.as_ref().map(unsolved),
    }
}

/// One count for each status and priority, also where it is 0.
fn unsolved(tickets: &TicketCounts) -> Vec<CountJson> {
    let of_status = |status: Status| {
        PRIORITIES.map(|priority| CountJson {
            status: status.label(),
            priority: priority.label(),
            tickets: tickets.count(status, priority),
        })
    };
    STATUSES.into_iter().flat_map(of_status).collect()
}
