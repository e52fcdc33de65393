//! What a real Alertmanager mutes because of something else.

use super::{ALERTMANAGER, repository};
use crate::alertmanager::Alertmanager;
use crate::program::wait_for;

/// A cause, something else that fires, and what becomes of the latter. Each row has a job of its
/// own beside these labels.
const ROWS: &[(&str, &str, &str)] = &[
    (
        "ZendeskExporterDown instance=a",
        "ZendeskUrgentTicketUnassigned team=support instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterDown instance=a",
        "ZendeskExporterFailing team=ops instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterDown instance=a",
        "ZendeskUrgentTicketUnassigned team=support instance=b account=acme",
        "active",
    ),
    (
        "ZendeskExporterDown instance=a",
        "NodeDiskFull team=ops instance=a",
        "active",
    ),
    (
        "ZendeskExporterFailing team=ops instance=a account=acme",
        "ZendeskSlaBreached team=support instance=a account=acme metric=reply_time",
        "suppressed",
    ),
    (
        "ZendeskExporterDataStale team=ops instance=a account=acme",
        "ZendeskBacklogGrowing team=support instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterDataStale team=ops instance=a account=acme",
        "ZendeskBacklogGrowing team=support instance=a account=other",
        "active",
    ),
    (
        "ZendeskExporterDataStale team=ops instance=a account=acme",
        "ZendeskExporterFailing team=ops instance=a account=acme",
        "active",
    ),
    (
        "ZendeskExporterLoginRefused team=ops instance=a account=acme reason=auth",
        "ZendeskExporterFailing team=ops instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterStateCommitsFailing team=ops instance=a account=acme reason=state",
        "ZendeskExporterDataStale team=ops instance=a account=acme",
        "suppressed",
    ),
    (
        "ZendeskExporterRateLimited team=ops instance=a account=acme",
        "ZendeskUrgentTicketUnassigned team=support instance=a account=acme",
        "active",
    ),
];

#[test]
fn what_follows_from_a_cause_is_muted_and_nothing_else() {
    let alertmanager =
        Alertmanager::start(&repository().join(ALERTMANAGER).join("alertmanager.yml"));
    for (row, (cause, follows, _)) in ROWS.iter().enumerate() {
        alertmanager.tell(&format!("{cause} job=row-{row}"));
        alertmanager.tell(&format!("{follows} job=row-{row}"));
    }
    // A last cause, told after all others: once it is obeyed, they are too.
    let (cause, follows, _) = ROWS[0];
    alertmanager.tell(&format!("{cause} job=last"));
    alertmanager.tell(&format!("{follows} job=last"));
    let name = |labels: &'static str| labels.split(' ').next().expect("a name");
    wait_for("the last alert to be muted", || {
        let state = alertmanager.state(name(follows), "last");
        if state == "suppressed" {
            Ok(())
        } else {
            Err(state)
        }
    });
    for (row, (cause, follows, state)) in ROWS.iter().enumerate() {
        let job = format!("row-{row}");
        assert_eq!(
            alertmanager.state(name(follows), &job),
            *state,
            "{follows} beside {cause}"
        );
        assert_eq!(alertmanager.state(name(cause), &job), "active", "{cause}");
    }
}
