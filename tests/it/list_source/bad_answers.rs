//! Answers of the lists that make no sense: a failure that has a name, or nothing. They cause no loop, and neither lose nor
//! invent an event.

use std::time::Duration;

use zendesk_simulator::list_faults::{ListEndpoint, ListFault};

use super::faults::{asked, catch_up, change, desk, failures, new_failures, unlike_account};
use super::*;
use crate::desk::Desk;

/// A way in which an endpoint's answers make no sense, and the failure that is counted if it lasts.
type Nonsense = (ListEndpoint, ListFault, Option<&'static str>);

const LIST: ListEndpoint = ListEndpoint::Tickets;
const DELETED: ListEndpoint = ListEndpoint::DeletedTickets;
const MANY: ListEndpoint = ListEndpoint::ShowMany;
const ONE: ListEndpoint = ListEndpoint::Ticket;

const ALL: [Nonsense; 18] = [
    (LIST, ListFault::OutOfOrder, None),
    (LIST, ListFault::Circling, Some("no_progress")),
    (LIST, ListFault::MoreOnEmptyPage, Some("no_progress")),
    (LIST, ListFault::MissingRows, Some("no_progress")),
    (LIST, ListFault::FailedPart, None),
    (LIST, ListFault::ForeignMetricSets, None),
    (LIST, ListFault::ZeroLimit, None),
    (DELETED, ListFault::OutOfOrder, None),
    (DELETED, ListFault::Circling, Some("no_progress")),
    (DELETED, ListFault::MoreOnEmptyPage, Some("no_progress")),
    (DELETED, ListFault::MissingRows, Some("no_progress")),
    (DELETED, ListFault::UnknownDeleted, None),
    (DELETED, ListFault::ZeroLimit, None),
    (MANY, ListFault::UnaskedRows, None),
    (MANY, ListFault::FailedPart, None),
    (MANY, ListFault::ForeignMetricSets, None),
    (MANY, ListFault::ZeroLimit, None),
    (ONE, ListFault::ZeroLimit, None),
];

/// How long each of them lasts.
const HALF_AN_HOUR: Duration = Duration::from_secs(1_800);

/// Most requests to one endpoint in that time. A poll a minute is usual, and a walk that fails again and again after its
/// first page sends twice as many, some more of them in the first minute.
const REQUESTS_MAX: usize = 110;

/// The counters of events, and the number of records.
fn counted(desk: &Desk) -> String {
    let is_counter = |line: &&str| {
        line.split('{')
            .next()
            .is_some_and(|name| name.ends_with("_total"))
    };
    let lines = nonzero_of_all(&desk.scrape());
    let records = desk.samples(&["zendesk_exporter_state_tickets"]);
    let lines: String = lines.lines().filter(is_counter).collect();
    lines + &records
}

/// While nothing happens, an answer changes nothing.
async fn check_quiet(desk: &mut Desk, (endpoint, fault, failure): Nonsense) {
    let story = format!("{fault:?} of {endpoint:?} in quiet");
    let (before, counters) = (failures(desk), counted(desk));
    let requests = asked(desk, endpoint);
    desk.simulator.set_list_fault(endpoint, fault, 10_000);
    desk.run_for(HALF_AN_HOUR).await;
    let sent = asked(desk, endpoint) - requests;
    assert!(
        sent <= REQUESTS_MAX && (sent > 0 || endpoint == ONE),
        "{story}: {sent} requests"
    );
    assert_eq!(counted(desk), counters, "{story}");
    assert_eq!(unlike_account(desk), "", "{story}");
    let found = new_failures(desk, &before);
    let named = failure.map(|reason| format!("reason=\"{reason}\""));
    let is_expected = found.iter().all(|reason| Some(reason) == named.as_ref());
    assert!(is_expected, "{story}: {found:?}");
    desk.simulator.clear_faults();
    catch_up(desk, &story).await;
}

/// What happens meanwhile is found when the answers make sense again, and is counted once.
async fn check_changes(desk: &mut Desk, (endpoint, fault, failure): Nonsense) {
    let story = format!("{fault:?} of {endpoint:?} with changes");
    let (before, requests) = (failures(desk), asked(desk, endpoint));
    desk.simulator.set_list_fault(endpoint, fault, 10_000);
    for wanted in 1..=3 {
        change(desk, endpoint);
        desk.run_until(|desk| asked(desk, endpoint) >= requests + wanted)
            .await;
    }
    let found = new_failures(desk, &before);
    let named = failure.map(|reason| format!("reason=\"{reason}\""));
    assert_eq!(found, Vec::from_iter(named), "{story}");
    desk.simulator.clear_faults();
    catch_up(desk, &story).await;
    let [as_read, now] = desk.simulator.true_counts();
    assert_eq!(as_read, now, "{story}");
}

#[tokio::test]
async fn answers_that_make_no_sense_neither_lose_nor_invent_an_event() {
    for nonsense in ALL.into_iter().rev() {
        let mut desk = desk(Duration::from_secs(60)).await;
        check_quiet(&mut desk, nonsense).await;
        check_changes(&mut desk, nonsense).await;
    }
}

/// The first walk through a list of several pages, with answers that make no sense among the others.
#[tokio::test]
async fn a_first_walk_among_answers_that_make_no_sense_reads_every_ticket_once() {
    for (endpoint, fault, _) in ALL {
        // A row that cannot be read is rejected, and by ids nobody asks before there are tickets.
        if matches!(endpoint, MANY | ONE) || fault == ListFault::FailedPart {
            continue;
        }
        let story = format!("{fault:?} of {endpoint:?} at first");
        let mut desk = desk(Duration::from_secs(60)).await;
        desk.simulator.world(|world| {
            for _ in 0..700 {
                let id = world.create(&Draft::default());
                world.advance_to(world.now() + 1);
                if id % 3 == 0 {
                    world.delete(id);
                }
            }
        });
        desk.clock.advance(Duration::from_secs(1_400));
        for _ in 0..6 {
            desk.simulator.set_list_fault(endpoint, fault, 1);
            desk.step_in_time().await;
            desk.step_in_time().await;
        }
        desk.simulator.clear_faults();
        catch_up(&mut desk, &story).await;
    }
}

/// Ids of deleted tickets that nobody has met are kept as such, and are no tickets.
#[tokio::test]
async fn a_deleted_ticket_that_was_never_seen_is_no_ticket() {
    let mut desk = desk(Duration::from_secs(60)).await;
    let tickets = "zendesk_exporter_state_tickets{account=\"acme\"} ";
    let before = desk.value(tickets);
    let rows = "zendesk_exporter_rows_total{account=\"acme\",outcome=\"new\"} ";
    let new = desk.value(rows).expect("it is shown");
    desk.simulator
        .set_list_fault(DELETED, ListFault::UnknownDeleted, 10_000);
    desk.run_until(|desk| desk.value(rows) == Some(new + 2.0))
        .await;
    assert_eq!(desk.value(tickets), before);
    assert_eq!(unlike_account(&desk), "");
    let deleted = "zendesk_tickets_deleted_total{account=\"acme\"";
    assert_eq!(desk.value(deleted), Some(0.0));
    desk.run_for(HALF_AN_HOUR).await;
    assert_eq!(desk.value(rows), Some(new + 2.0));
    assert_eq!(desk.value(tickets), before);
}
