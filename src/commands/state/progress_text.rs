//! The progress of a state, in lines for `state`.
//!
//! PURE.

use std::fmt::Write as _;

use crate::ledger::{ArchiveWalk, ListProgress, Progress, Truth};
use crate::source::SourceReason;
use crate::ticket::UnixSeconds;

/// Which source is the truth, and how far each source was read that ever was.
pub(super) fn how_far(progress: &Progress) -> String {
    let Progress {
        truth,
        exports,
        list,
        ..
    } = progress;
    let sync = if progress.initial_sync_complete {
        "complete"
    } else {
        "running"
    };
    let time = UnixSeconds::in_rfc_3339;
    let mut lines = format!(
        "  source         {}\n  first sync     {sync}\n  data as of     {}\n  latest row     {}\n",
        source(*truth),
        time(progress.data_timestamp()),
        time(if truth.is_list {
            list.marks.high_water
        } else {
            exports.high_water
        }),
    );
    let mut write = |name: &str, value: &str| {
        let _ = writeln!(lines, "  {name:<14} {value}");
    };
    if truth.is_list {
        let export = exports
            .high_water
            .map(|at| format!("read up to {}", time(Some(at))));
        write("export", export.as_deref().unwrap_or(NOT_READ));
    }
    if truth.is_list || list.marks.first_row.is_some() {
        write("list", &list_read(list));
    }
    if truth.is_list {
        write("verify round", &verify_round(progress));
        write("archived", &archived(progress));
        if list.deleted_is_refused {
            write("deleted", "Zendesk refuses the list of deleted tickets");
        }
    }
    write("resync", &resync(progress));
    lines
}

const NOT_READ: &str = "not read yet";

fn list_read(list: &ListProgress) -> String {
    let from = match (list.marks.first_row, list.marks.position_timestamp) {
        (None, _) => return NOT_READ.to_owned(),
        (Some(_), None) => "the oldest ticket".to_owned(),
        (Some(_), at) => UnixSeconds::in_rfc_3339(at),
    };
    if list.has_ended {
        format!("read to its end before; goes on from {from}")
    } else {
        format!("not read to its end yet; goes on from {from}")
    }
}

const fn source(truth: Truth) -> &'static str {
    match (truth.is_list, truth.reason) {
        (false, _) => "export",
        (true, SourceReason::Configured) => "list of tickets, as export.source says",
        (true, SourceReason::Refused) => "list of tickets, because Zendesk refuses the export",
        (true, SourceReason::NotAdmin) => {
            "list of tickets, because the user behind the credentials is not an admin"
        }
    }
}

fn verify_round(progress: &Progress) -> String {
    match progress.list.verified_at {
        Some(at) => format!("ended {}", UnixSeconds::in_rfc_3339(Some(at))),
        None => "none yet".to_owned(),
    }
}

/// Whether archived tickets are in the state.
fn archived(progress: &Progress) -> String {
    match progress.list.archive {
        _ if progress.archived_are_counted() => "counted".to_owned(),
        Some(ArchiveWalk::After { id, until }) => {
            format!("read by their ids up to {} of {}", id.0, until.0)
        }
        _ => "not counted".to_owned(),
    }
}

/// The resync, or what takes its place while the list is the truth.
fn resync(progress: &Progress) -> String {
    if progress.truth.is_list && progress.list.full_walk.is_some() {
        return "reading the whole list again".to_owned();
    }
    if progress.truth.is_list && progress.resync.is_under_way() {
        return "waits until the export can be read".to_owned();
    }
    progress.resync.sentence()
}

/// Since when events are counted, and when a change of the settings last reset counters or histograms, if it
/// has.
pub(super) fn counting_since(progress: &Progress) -> String {
    let mut lines = format!(
        "counting since {}\n  ",
        UnixSeconds::in_rfc_3339(progress.baseline)
    );
    if let Some(restarted_at) = progress.counters_restarted_at {
        let restarted_at = UnixSeconds::in_rfc_3339(Some(restarted_at));
        let _ = write!(
            lines,
            "counters reset {restarted_at}, by a change of settings\n  "
        );
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Marks;
    use crate::source::Position;
    use crate::ticket::TicketId;

    const EXPORT: &str = "  source         export
  first sync     complete
  data as of     1970-01-01T01:00:00Z
  latest row     1970-01-01T00:59:00Z
  resync         due
";

    const LIST: &str = "  source         list of tickets, because Zendesk refuses the export
  first sync     complete
  data as of     1970-01-01T01:00:00Z
  latest row     1970-01-01T02:00:00Z
  export         read up to 1970-01-01T00:59:00Z
  list           not read to its end yet; goes on from 1970-01-01T01:58:00Z
  verify round   none yet
  archived       counted
  resync         due
";

    const AGENTS_LIST: &str =
        "  source         list of tickets, because the user behind the credentials is not an admin
  first sync     complete
  data as of     1970-01-01T02:01:00Z
  latest row     1970-01-01T02:00:00Z
  export         not read yet
  list           read to its end before; goes on from 1970-01-01T01:58:00Z
  verify round   ended 1970-01-01T01:30:00Z
  archived       read by their ids up to 400 of 900
  deleted        Zendesk refuses the list of deleted tickets
  resync         reading the whole list again
";

    /// An export that was read, and then refused while the list was read for the first time.
    fn refused() -> Progress {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.initial_sync_complete = true;
        progress.exports_have_ended = true;
        progress.exports.high_water = Some(UnixSeconds(3_540));
        progress.exports.data_timestamp = Some(UnixSeconds(3_600));
        progress.truth = Truth::list(SourceReason::Refused);
        progress.list.marks.first_row = Some(UnixSeconds(60));
        progress.list.marks.high_water = Some(UnixSeconds(7_200));
        progress.list.marks.position_timestamp = Some(UnixSeconds(7_080));
        progress
    }

    #[test]
    fn the_truth_is_told_and_how_far_each_source_was_read() {
        let list = refused();
        assert_eq!(how_far(&list), LIST);

        let mut export = list.clone();
        export.truth = Truth::EXPORT;
        export.list = ListProgress::default();
        assert_eq!(how_far(&export), EXPORT);

        let mut of_agent = list;
        of_agent.truth = Truth::list(SourceReason::NotAdmin);
        of_agent.exports = Marks::default();
        of_agent.exports_have_ended = false;
        of_agent.list.has_ended = true;
        of_agent.list.marks.data_timestamp = Some(UnixSeconds(7_260));
        of_agent.list.deleted_is_refused = true;
        of_agent.list.verified_at = Some(UnixSeconds(5_400));
        of_agent.list.full_walk = Some(Position::List(None));
        of_agent.list.archive = Some(ArchiveWalk::After {
            id: TicketId(400),
            until: TicketId(900),
        });
        assert_eq!(how_far(&of_agent), AGENTS_LIST);
    }

    #[test]
    fn a_reset_of_counters_by_settings_is_shown_if_there_was_one() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.baseline = Some(UnixSeconds(60));
        let since = "counting since 1970-01-01T00:01:00Z\n";
        assert_eq!(counting_since(&progress), format!("{since}  "));
        progress.counters_restarted_at = Some(UnixSeconds(3600));
        let restarted = "  counters reset 1970-01-01T01:00:00Z, by a change of settings\n  ";
        assert_eq!(counting_since(&progress), format!("{since}{restarted}"));
    }
}
