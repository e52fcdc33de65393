//! The status of the accounts, taken from what they publish: a page for people and JSON for programs.

mod json;

mod page;

use std::sync::Arc;

use crate::metrics::AccountStatus;
use crate::ticket::{Priority, Status, UnixSeconds};

/// The status of everything at one moment.
#[derive(Debug)]
pub(super) struct Report<'a> {
    /// By the clock of the machine.
    pub(super) now: UnixSeconds,
    pub(super) telemetry_path: &'a str,
    /// Why `/-/healthy` reports a problem, a sentence each.
    pub(super) health_problems: Vec<String>,
    pub(super) accounts: Vec<Arc<AccountStatus>>,
}

/// The statuses of unsolved tickets, in the order in which they are shown.
const STATUSES: [Status; 4] = [Status::New, Status::Open, Status::Pending, Status::Hold];

/// The priorities in the order in which they are shown: the most urgent first.
const PRIORITIES: [Priority; 6] = [
    Priority::Urgent,
    Priority::High,
    Priority::Normal,
    Priority::Low,
    Priority::None,
    Priority::Other,
];
