//! `state`, `state verify` and `state backup`: show, check and copy states without changing them, and without
//! credentials.

use std::fmt::Write as _;
use std::path::Path;

use crate::config::{StateOf, States};
use crate::error_chain::with_sources;
use crate::ledger::{ArchiveWalk, ListProgress, Progress, Truth};
use crate::metrics::ticket_series;
use crate::source::SourceReason;
use crate::state::sqlite::{Sqlite, backup, verify};
use crate::state::{Inspection, inspect};
use crate::ticket::{Status, UnixSeconds};

/// Describes the state of each account. Returns the text, and whether every state could be read.
pub fn show(states: &States) -> (String, bool) {
    each(states, |account, path| {
        let inspection = inspect(
            &mut Sqlite::for_reading(path),
            account.base_url.as_identity(),
        );
        inspection
            .map(|inspection| (describe(&inspection), true))
            .map_err(|error| with_sources(&error))
    })
}

/// Recounts the gauges of each state from its records. Returns the text, and whether all agree.
pub fn verify_all(states: &States) -> (String, bool) {
    each(states, |account, path| {
        let verification =
            verify(path, account.base_url.as_identity()).map_err(|error| with_sources(&error))?;
        let records = verification.records;
        if verification.problems.is_empty() {
            return Ok((format!("  {records} records, no problem found\n"), true));
        }
        let problems = verification.problems.join("\n  ");
        Ok((format!("  {problems}\n  {records} records\n"), false))
    })
}

/// Copies the state of `account`, or of the only account, to the new file `copy`. An exporter can use the state
/// meanwhile. Ends early if `is_interrupted` becomes true. Returns the text for the user.
///
/// # Errors
///
/// A sentence that says why there is no copy.
pub fn back_up(
    states: &States,
    account: Option<&str>,
    copy: &Path,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<String, String> {
    let account = chosen(states, account)?;
    let (name, path) = (&account.name, path_of(states, account));
    let size_bytes = backup(&path, account.base_url.as_identity(), copy, is_interrupted)
        .map_err(|error| format!("{name}: {}", with_sources(&error)))?;
    let (path, copy) = (path.display(), copy.display());
    Ok(format!(
        "{name}: copied {path} to {copy} ({size_bytes} bytes)\n"
    ))
}

/// The account called `name`, or the only one.
fn chosen<'a>(states: &'a States, name: Option<&str>) -> Result<&'a StateOf, String> {
    let accounts = states.accounts.as_slice();
    let names: Vec<&str> = accounts.iter().map(|it| it.name.as_str()).collect();
    let names = names.join(", ");
    match (name, accounts) {
        (None, [account]) => Ok(account),
        (None, _) => Err(format!(
            "there are several accounts; choose one with --account: {names}"
        )),
        (Some(name), accounts) => {
            let found = accounts.iter().find(|account| account.name == name);
            found.ok_or_else(|| {
                format!("--account: no account is called {name}; the accounts are {names}")
            })
        }
    }
}

fn path_of(states: &States, account: &StateOf) -> std::path::PathBuf {
    states.directory.join(account.base_url.state_file_name())
}

fn each(
    states: &States,
    look: impl Fn(&StateOf, &Path) -> Result<(String, bool), String>,
) -> (String, bool) {
    let mut out = String::new();
    let mut all_well = true;
    for account in &states.accounts {
        let path = path_of(states, account);
        let _ = writeln!(out, "{} ({})", account.name, path.display());
        match look(account, &path) {
            Ok((text, well)) => {
                out.push_str(&text);
                all_well &= well;
            }
            Err(problem) => {
                let _ = writeln!(out, "  {problem}");
                all_well = false;
            }
        }
    }
    (out, all_well)
}

fn describe(inspection: &Inspection) -> String {
    let Inspection {
        ledger,
        tickets_by_status,
        size_bytes,
        asked: _,
    } = inspection;
    let progress = &ledger.progress;
    let series = ticket_series(ledger);
    let statuses: Vec<String> = Status::ALL
        .iter()
        .zip(tickets_by_status)
        .filter(|(_, count)| **count > 0)
        .map(|(status, count)| format!("{count} {}", status.label()))
        .collect();
    format!(
        "  tickets        {} ({})\n{}  vanished       {} tickets, {} resyncs refused\n  {}created        {}\n  series         {series} of tickets; /metrics also has those of the exporter itself\n  size           {size_bytes} bytes\n",
        progress.tickets,
        if statuses.is_empty() {
            "none".to_owned()
        } else {
            statuses.join(", ")
        },
        how_far(progress),
        progress.resync.vanished(),
        progress.resync.refused(),
        counting_since(progress),
        UnixSeconds::in_rfc_3339(Some(progress.created_at)),
    )
}

/// Which source is the truth, and how far each source was read that ever was.
fn how_far(progress: &Progress) -> String {
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
fn counting_since(progress: &Progress) -> String {
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
