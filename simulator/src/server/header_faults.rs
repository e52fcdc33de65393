//! Faults that stand in the headers of an answer.

use super::answer::{self, Answer, http_date};
use super::limit_headers::EndpointLimit;
use crate::faults::Fault;

/// The answer with what this fault writes into its headers, from an endpoint with this limit.
pub(super) fn add(fault: Fault, answer: Answer, now: i64, limit: Option<EndpointLimit>) -> Answer {
    match fault {
        Fault::WrongDate => answer::header(answer, "date", &http_date(now - 7 * 86_400)),
        Fault::LateDate => answer::header(answer, "date", &http_date(now - 5 * 3_600)),
        Fault::EarlyDate => answer::header(answer, "date", &http_date(now + 23 * 3_600)),
        Fault::EmptyDate => answer::header(answer, "date", ""),
        Fault::BucketEmpty => {
            let Some(limit) = limit else {
                return answer;
            };
            answer::header(answer, limit.header(), "total=10; remaining=0; resets=1")
        }
        Fault::LimitSpentUntil => [
            ("x-rate-limit", 700),
            ("x-rate-limit-remaining", 0),
            ("x-rate-limit-reset", now + 42),
        ]
        .into_iter()
        .fold(answer, |answer, (name, value)| {
            answer::header(answer, name, &value.to_string())
        }),
        _ => answer,
    }
}
