//! A failure as text, for the status page.

use crate::ticket::UnixSeconds;

/// A failure as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The time of the failure, by the local clock.
    pub at: UnixSeconds,
    /// The value of the label `reason` under which it was counted.
    pub reason: &'static str,
    /// What happened.
    pub message: String,
    /// What the operator can do, if the message does not say it.
    pub advice: Option<&'static str>,
    /// Whether a request has succeeded since.
    pub is_over: bool,
}
