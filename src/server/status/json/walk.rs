//! A walk as JSON.

use serde::Serialize;

use crate::metrics::{AccountStatus, WalkStatus};
use crate::ticket::UnixSeconds;

#[derive(Serialize)]
pub(super) struct WalkJson {
    pub(super) progress_ratio: Option<f64>,
    pub(super) expected_end_timestamp_seconds: Option<i64>,
}

impl WalkJson {
    pub(super) fn from_status(walk: WalkStatus, status: &AccountStatus, now: UnixSeconds) -> Self {
        Self {
            progress_ratio: walk.ratio,
            expected_end_timestamp_seconds: status.walk_end(walk, now).map(|end| end.0),
        }
    }
}
