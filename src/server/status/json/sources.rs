//! The sources of an account as JSON.

use serde::Serialize;

use super::error::ErrorJson;
use super::walk::WalkJson;
use crate::metrics::{AccountStatus, FullWalk, ListStatus, RefusedExport};
use crate::ticket::UnixSeconds;

/// The keys about sources, among those of the account.
#[derive(Serialize)]
pub(super) struct SourcesJson<'a> {
    source: &'static str,
    source_reason: &'static str,
    refusals_until_list: Option<u32>,
    refused_export: Option<ExportJson<'a>>,
    fast_lane: &'static str,
    list_walk: WalkJson,
    archived_tickets: &'static str,
    list: Option<ListJson>,
}

#[derive(Serialize)]
struct ExportJson<'a> {
    next_attempt_timestamp_seconds: Option<i64>,
    walk: WalkJson,
    last_error: Option<ErrorJson<'a>>,
}

#[derive(Serialize)]
struct ListJson {
    archive_walk: WalkJson,
    archived_tickets_by_ids: Option<bool>,
    deleted_tickets_refused: bool,
    slas: Option<bool>,
    verify_round_timestamp_seconds: Option<i64>,
    full_walk_running: bool,
    full_walk_due_timestamp_seconds: Option<i64>,
}

impl<'a> SourcesJson<'a> {
    pub(super) fn from_status(status: &'a AccountStatus, now: UnixSeconds) -> Self {
        let sources = &status.sources;
        let (source, reason) = status.state.source;
        let export = |export: &'a RefusedExport| ExportJson {
            next_attempt_timestamp_seconds: Some(export.next_attempt_at)
                .filter(|at| *at > now)
                .map(|at| at.0),
            walk: WalkJson::from_status(export.walk, status, now),
            last_error: export.failure.as_ref().map(ErrorJson::from_problem),
        };
        Self {
            source: source.label(),
            source_reason: reason.label(),
            refusals_until_list: sources.refusals_to_come,
            refused_export: sources.export.as_ref().map(export),
            fast_lane: sources.fast_lane.label(),
            list_walk: WalkJson::from_status(sources.list_walk, status, now),
            archived_tickets: sources.archived.label(),
            list: sources
                .list
                .as_ref()
                .map(|list| list_json(list, status, now)),
        }
    }
}

fn list_json(list: &ListStatus, status: &AccountStatus, now: UnixSeconds) -> ListJson {
    let archive_walk = status.sources.archived.walk();
    ListJson {
        archive_walk: WalkJson::from_status(archive_walk, status, now),
        archived_tickets_by_ids: list.shows_archived_by_ids,
        deleted_tickets_refused: list.deleted_is_refused,
        slas: list.has_slas,
        verify_round_timestamp_seconds: status.state.verified_at.map(|at| at.0),
        full_walk_running: list.full_walk == FullWalk::Running,
        full_walk_due_timestamp_seconds: match list.full_walk {
            FullWalk::Due(at) => Some(at.0),
            FullWalk::Off | FullWalk::Running => None,
        },
    }
}
