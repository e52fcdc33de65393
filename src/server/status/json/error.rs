//! A failure as JSON.

use serde::Serialize;

use crate::metrics::Problem;

#[derive(Serialize)]
pub(super) struct ErrorJson<'a> {
    timestamp_seconds: i64,
    reason: &'static str,
    message: &'a str,
    advice: Option<&'static str>,
    over: bool,
}

impl<'a> ErrorJson<'a> {
    pub(super) fn from_problem(problem: &'a Problem) -> Self {
        Self {
            timestamp_seconds: problem.at.0,
            reason: problem.reason,
            message: &problem.message,
            advice: problem.advice,
            over: problem.is_over,
        }
    }
}
