//! What was read under other settings, by each source.

use super::*;
use crate::source::{SourceKind, SourceReason, SupportTypeScope};
use crate::ticket::TicketId;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// The main walk reaches the end of the export.
    ExportEnds,
    /// A resync of the export is complete.
    Resynced,
    /// The list is the truth.
    ListIsTruth,
    /// A walk reaches the end of the list, and then that of the list of deleted tickets.
    ListEnds,
    /// A full walk of the list is complete.
    FullWalk,
    /// So is the walk over all ids.
    Archive,
    /// The settings select other tickets.
    Scope,
    /// The settings need more from each ticket.
    Series,
}

fn list_page(walk: Walk) -> PageRead {
    let mut read = page(walk, None, true);
    read.page.source = SourceKind::List;
    read
}

fn take(progress: &mut Progress, step: Step) {
    match step {
        Step::ExportEnds => {
            progress.pass(&page(Walk::Main, Some((100, 200)), true));
        }
        Step::Resynced => {
            progress.resync.begin();
            progress.resync.on_swept(0, 0, UnixSeconds(10_000));
        }
        Step::ListIsTruth => progress.set_truth(Truth::list(SourceReason::Refused)),
        Step::ListEnds => {
            progress.pass(&list_page(Walk::List));
            progress.pass(&list_page(Walk::Deleted));
        }
        Step::FullWalk => {
            progress.pass(&list_page(Walk::Resync));
        }
        Step::Archive => {
            let (id, until) = (TicketId(0), TicketId(150));
            progress.list.archive = Some(ArchiveWalk::After { id, until });
            for _ in 0..2 {
                progress.pass(&list_page(Walk::Archive));
            }
            assert_eq!(progress.list.archive, Some(ArchiveWalk::Complete));
        }
        Step::Scope => {
            let start_time = progress.ticket_scope.map_or(0, |scope| scope.start_time.0);
            progress.set_ticket_scope(TicketScope {
                scope: SupportTypeScope::All,
                start_time: UnixSeconds(start_time + 1),
            });
        }
        Step::Series => progress.on_settings_changed(),
    }
}

#[test]
fn archived_tickets_are_counted_once_a_walk_with_the_present_settings_has_shown_them() {
    use Step::{Archive, ExportEnds, FullWalk, ListEnds, ListIsTruth, Resynced, Scope, Series};
    // (What happened, whether archived tickets are counted, whether tickets are still to be read again)
    let table: [(&[Step], bool, bool); 15] = [
        (&[], false, false),
        (&[ExportEnds], true, false),
        (&[ExportEnds, Scope], false, true),
        (&[ExportEnds, Scope, Resynced], true, false),
        (&[ExportEnds, Series], true, true),
        (&[ExportEnds, ListIsTruth, ListEnds], true, false),
        // The full walk reads what is not archived.
        (&[ExportEnds, ListIsTruth, Scope], false, true),
        (&[ExportEnds, ListIsTruth, Scope, FullWalk], false, false),
        (&[ExportEnds, Scope, ListIsTruth, FullWalk], false, false),
        (
            &[ExportEnds, ListIsTruth, Scope, FullWalk, Archive],
            true,
            false,
        ),
        (&[ExportEnds, ListIsTruth, Series, FullWalk], true, false),
        // Back at the export, which showed other tickets.
        (
            &[ExportEnds, ListIsTruth, Scope, FullWalk, ExportEnds],
            false,
            true,
        ),
        (
            &[
                ExportEnds,
                ListIsTruth,
                Scope,
                FullWalk,
                ExportEnds,
                Resynced,
            ],
            true,
            false,
        ),
        (&[ListIsTruth, ListEnds, Archive], true, false),
        (
            &[ListIsTruth, ListEnds, Archive, Scope, FullWalk],
            false,
            false,
        ),
    ];
    for (steps, are_counted, awaits) in table {
        let mut progress = Progress::new(UnixSeconds(0));
        take(&mut progress, Scope);
        for step in steps {
            take(&mut progress, *step);
        }
        let found = (
            progress.archived_are_counted(),
            progress.awaits_reading_again(),
        );
        assert_eq!(found, (are_counted, awaits), "{steps:?}");
    }
}

#[test]
fn a_full_walk_that_other_settings_began_is_read_from_the_oldest_ticket() {
    let mut progress = Progress::new(UnixSeconds(0));
    take(&mut progress, Step::Scope);
    take(&mut progress, Step::ListIsTruth);
    take(&mut progress, Step::ListEnds);
    progress.list.full_walk = Some(Position::List(None));
    take(&mut progress, Step::Scope);
    assert_eq!(progress.list.full_walk, None);
}
