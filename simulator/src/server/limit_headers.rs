//! What answers say of request limits.

use serde_json::json;

use super::account::Account;
use super::answer::{self, Answer};
use crate::limits::Standing;

/// The limit of an endpoint, by the name that its header ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndpointLimit {
    Exports,
    Tickets,
    DeletedTickets,
}

impl EndpointLimit {
    pub(super) const fn header(self) -> &'static str {
        match self {
            Self::Exports => "zendesk-ratelimit-incremental-exports",
            Self::Tickets => "zendesk-ratelimit-tickets-index",
            Self::DeletedTickets => "zendesk-ratelimit-deleted-tickets-index",
        }
    }

    /// The answer to a request that is one too many.
    pub(super) fn exceeded(self, account: &Account, standing: Standing) -> Answer {
        let description = match self {
            Self::Exports => {
                "Number of allowed incremental export API requests per minute exceeded"
            }
            Self::Tickets | Self::DeletedTickets => {
                "Number of allowed API requests per minute exceeded"
            }
        };
        let answer = too_many(description, standing.resets);
        self.add(answer, account, standing)
    }

    /// Adds the headers of this limit and of the account's.
    pub(super) fn add(self, answer: Answer, account: &Account, standing: Standing) -> Answer {
        let Standing {
            total,
            remaining,
            resets,
        } = standing;
        let text = format!("total={total}; remaining={remaining}; resets={resets}");
        let answer = answer::header(answer, self.header(), &text);
        add_usual(answer, account, resets)
    }
}

/// The headers of an account whose limit is not counted: they always say the same.
pub(super) fn add_usual(answer: Answer, account: &Account, resets: i64) -> Answer {
    if account.account_limit.is_on() {
        return answer;
    }
    let usual = Standing {
        total: 700,
        remaining: 684,
        resets,
    };
    add_of_account(answer, Some(usual))
}

/// Adds the headers of the account's limit, where it is counted.
pub(super) fn add_of_account(answer: Answer, standing: Option<Standing>) -> Answer {
    let Some(standing) = standing else {
        return answer;
    };
    let (total, remaining) = (standing.total.to_string(), standing.remaining.to_string());
    [
        ("x-rate-limit", total.as_str()),
        ("x-rate-limit-remaining", remaining.as_str()),
        ("ratelimit-limit", total.as_str()),
        ("ratelimit-remaining", remaining.as_str()),
        ("ratelimit-reset", &standing.resets.to_string()),
    ]
    .into_iter()
    .fold(answer, |answer, (name, value)| {
        answer::header(answer, name, value)
    })
}

/// The answer to a request that is one too many for the account.
pub(super) fn account_exceeded(standing: Standing) -> Answer {
    let description = "Number of allowed API requests per minute exceeded";
    add_of_account(too_many(description, standing.resets), Some(standing))
}

fn too_many(description: &str, resets: i64) -> Answer {
    let body = json!({"error": "APIRateLimitExceeded", "description": description});
    answer::header(answer::json(429, &body), "retry-after", &resets.to_string())
}
