//! Everything that can go wrong with an answer of the lists: a failure that has a name, or nothing, and then it is exact
//! again.

use std::collections::BTreeMap;
use std::time::Duration;

use zendesk_exporter::schedule::ListPacing;
use zendesk_exporter::source::SourceChoice;
use zendesk_simulator::Fault;
use zendesk_simulator::faults::NAMES;
use zendesk_simulator::list_faults::ListEndpoint;

use super::*;
use crate::desk::{Desk, DeskSettings, NOW};
use crate::faults::consequence;

/// An exporter that reads the lists of an account of some tickets, the first of which are unsolved.
pub(super) async fn desk(request_timeout: Duration) -> Desk {
    let settings = DeskSettings {
        request_timeout,
        lists: ListPacing {
            budget_percent: 100,
            verify_every: Duration::from_secs(120),
            deleted_every: Duration::from_secs(60),
            ..ListPacing::DEFAULT
        },
        ..DeskSettings::of_list(SourceChoice::List)
    };
    let mut desk = Desk::open_at(settings, Options::manual(NOW)).await;
    desk.simulator.set_truth(Truth::List);
    desk.simulator.world(|world| {
        for _ in 0..8 {
            world.create(&Draft::default());
        }
    });
    let shown = "zendesk_tickets{";
    desk.run_until(|desk| desk.value(shown).is_some()).await;
    desk
}

/// What the gauges do not have as the account has.
pub(super) fn unlike_account(desk: &Desk) -> String {
    differing_from_account(&desk.scrape(), &desk.simulator, Seen::ByList)
}

/// Steps until the gauges are those of the account, and holds everything against the oracle, to which it tells what
/// rounds have swept.
pub(super) async fn catch_up(desk: &mut Desk, story: &str) {
    let polls = Duration::from_secs(180);
    desk.run_for(polls).await;
    desk.run_until(|desk| unlike_account(desk).is_empty()).await;
    desk.run_for(polls).await;
    assert_eq!(unlike_account(desk), "", "{story}");
    desk.simulator.sweep_vanished_under_list();
    desk.check_against_oracle();
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
}

/// The failures that are counted, by their reasons.
pub(super) fn failures(desk: &Desk) -> BTreeMap<String, u32> {
    let text = desk.scrape();
    let lines = nonzero_of(&text, "zendesk_exporter_poll_failures_total");
    let reason = |line: &String| {
        let (reason, times) = line.rsplit_once(' ').expect("a value");
        (reason.to_owned(), times.parse().expect("a number"))
    };
    lines.iter().map(reason).collect()
}

/// What is new in the failures since `before`, but for how often.
pub(super) fn new_failures(desk: &Desk, before: &BTreeMap<String, u32>) -> Vec<String> {
    let mut failures = failures(desk);
    failures.retain(|reason, times| before.get(reason) != Some(times));
    failures.into_keys().collect()
}

pub(super) const fn path(endpoint: ListEndpoint) -> &'static str {
    match endpoint {
        ListEndpoint::Tickets => "/api/v2/tickets?",
        ListEndpoint::DeletedTickets => "/api/v2/deleted_tickets?",
        ListEndpoint::ShowMany => "/api/v2/tickets/show_many?",
        // Of one of the tickets that are deleted for good.
        ListEndpoint::Ticket => "/api/v2/tickets/",
    }
}

/// The requests to an endpoint so far.
pub(super) fn asked(desk: &Desk, endpoint: ListEndpoint) -> usize {
    let is_of = |target: &str| {
        let rest = target.strip_prefix(path(endpoint));
        rest.is_some_and(|rest| endpoint != ListEndpoint::Ticket || !rest.starts_with('s'))
    };
    let asked = desk.simulator.asked();
    asked.iter().filter(|asked| is_of(&asked.target)).count()
}

/// Changes the account so that this endpoint has to tell something.
pub(super) fn change(desk: &Desk, endpoint: ListEndpoint) {
    desk.simulator.world(|world| {
        let newest = world.create(&Draft::default());
        let oldest = world.with_status(Status::New)[0];
        match endpoint {
            ListEndpoint::Tickets => world.set_status(oldest, Status::Solved),
            ListEndpoint::DeletedTickets => world.delete(oldest),
            ListEndpoint::ShowMany => {
                world.system_write(oldest, |ticket| ticket.status = Some(Status::Open));
            }
            ListEndpoint::Ticket => world.vanish(oldest),
        }
        assert_ne!(newest, oldest);
    });
}

/// Under which reason a fault of the lists is counted; none if it is no failure.
fn reason(fault: Fault, endpoint: ListEndpoint) -> Option<&'static str> {
    match (fault, endpoint) {
        // The account can be read without this list, and without tickets that are not there or not shown.
        (_, ListEndpoint::DeletedTickets | ListEndpoint::Ticket) if is_refusal(fault) => None,
        _ if is_of_page(fault) && endpoint == ListEndpoint::Ticket => None,
        // Who asks is requested where the list of tickets is refused, and it is an admin.
        (Fault::NotAdmin | Fault::NotAdminForeign | Fault::MissingScope, ListEndpoint::Tickets) => {
            Some("export_forbidden")
        }
        (Fault::TooRecent | Fault::TooRecentText, _) => Some("unexpected"),
        _ => consequence(fault).0,
    }
}

/// Whether Zendesk refuses the endpoint to the user.
const fn is_refusal(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::NotAdmin
            | Fault::NotAdminForeign
            | Fault::MissingScope
            | Fault::EchoedLogin
            | Fault::ClosedExport
            | Fault::NoHelpDesk
    )
}

/// Whether only a page can have the fault, and no answer that there is no such ticket.
const fn is_of_page(fault: Fault) -> bool {
    matches!(fault, Fault::Truncated | Fault::EndsEarly | Fault::SlowDrip)
}

/// Whether only an answer that says how to go on can have the fault.
const fn is_of_paging(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Stuck | Fault::NullPosition | Fault::NoEndOfStream
    )
}

/// Whether the fault is in an answer that never ends.
const fn takes_time(fault: Fault) -> bool {
    matches!(fault, Fault::SlowDrip | Fault::Hang)
}

/// Whether only larger pages than those of the lists have the fault.
const fn is_of_large_pages(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::TimeoutAbove(_)
            | Fault::StatusAbove(..)
            | Fault::TruncatedAbove(_)
            | Fault::EndsEarlyAbove(_)
    )
}

/// Checks a fault. Returns what was counted if that is not what must be.
async fn check(
    desk: &mut Desk,
    (name, fault): (&str, Fault),
    endpoint: ListEndpoint,
) -> Option<String> {
    let story = format!("{name} of {endpoint:?}");
    let (before, requests) = (failures(desk), asked(desk, endpoint));
    // A deletion that is refused for so long vanishes.
    let is_refused = endpoint == ListEndpoint::DeletedTickets && is_refusal(fault);
    if !is_refused {
        change(desk, endpoint);
    }
    desk.simulator.set_list_fault(endpoint, fault, 2);
    let expected = reason(fault, endpoint);
    if fault == Fault::Hang {
        // A request that is never answered is not among those that were asked.
        desk.run_until(|desk| !new_failures(desk, &before).is_empty())
            .await;
    } else {
        // A ticket that was found gone is not requested by itself again.
        let is_found_gone =
            endpoint == ListEndpoint::Ticket && expected.is_none() && !is_refusal(fault);
        let times = if is_found_gone { 1 } else { 2 };
        desk.run_until(|desk| asked(desk, endpoint) >= requests + times)
            .await;
    }
    let found = new_failures(desk, &before);
    desk.simulator.clear_faults();
    if is_refused {
        // It is requested again an hour after each refusal.
        desk.run_until(|desk| asked(desk, endpoint) >= requests + 4)
            .await;
        change(desk, endpoint);
    }
    catch_up(desk, &story).await;
    let expected: Vec<_> = expected
        .iter()
        .map(|reason| format!("reason=\"{reason}\""))
        .collect();
    (found != expected).then(|| format!("{story}: {found:?}, expected {expected:?}\n"))
}

async fn check_all(endpoint: ListEndpoint) {
    let has_pages = matches!(
        endpoint,
        ListEndpoint::Tickets | ListEndpoint::DeletedTickets
    );
    let all = NAMES
        .iter()
        .filter(|(_, fault)| !is_of_large_pages(*fault) && (has_pages || !is_of_paging(*fault)));
    let (slow, quick): (Vec<&(&str, Fault)>, Vec<_>) =
        all.partition(|(_, fault)| takes_time(*fault));
    let mut desk = desk(Duration::from_secs(60)).await;
    let mut wrong = String::new();
    for fault in quick {
        wrong.extend(check(&mut desk, *fault, endpoint).await);
    }
    let hasty = |settings: &mut DeskSettings| settings.request_timeout = Duration::from_millis(700);
    desk.reload(&["export"], hasty);
    for fault in slow {
        if !is_of_page(fault.1) || endpoint != ListEndpoint::Ticket {
            wrong.extend(check(&mut desk, *fault, endpoint).await);
        }
    }
    assert_eq!(wrong, "");
}

#[tokio::test]
async fn every_fault_of_the_list_of_tickets_is_survived() {
    check_all(ListEndpoint::Tickets).await;
}

#[tokio::test]
async fn every_fault_of_the_list_of_deleted_tickets_is_survived() {
    check_all(ListEndpoint::DeletedTickets).await;
}

#[tokio::test]
async fn every_fault_of_several_tickets_by_their_ids_is_survived() {
    check_all(ListEndpoint::ShowMany).await;
}

#[tokio::test]
async fn every_fault_of_a_ticket_by_its_id_is_survived() {
    check_all(ListEndpoint::Ticket).await;
}
