//! The client and the lists of a simulated account: what it asks, and what it makes of the answers.

use std::collections::BTreeSet;

use zendesk_exporter::source::{
    ApiError, Bucket, Cursor, Endpoint, Exchange, Page, PageRequest, Position, Row, SHOWN_MAX,
    ShowBy, ShowRequest, Shown, SupportTypeScope, TicketSource,
};
use zendesk_exporter::ticket::{RowKey, TicketId, UnixSeconds};
use zendesk_exporter::zendesk::{Client, ClientSettings};
use zendesk_simulator::list_faults::{ListEndpoint, ListFault};
use zendesk_simulator::list_habits::{GeneratedTimestamp, MissingIds};
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Draft, Fault, Options, Simulator};

use crate::connections::{client_settings, token};
use crate::peer::{Act, Peer, Protocol, http1};
use crate::program::account_of;

fn client(base_url: &str, change: impl FnOnce(&mut ClientSettings)) -> Client {
    let mut settings = client_settings(base_url, token());
    change(&mut settings);
    Client::new(settings).expect("credentials that can be sent")
}

/// An account with so many tickets, and its client.
async fn account(tickets: i64) -> (Simulator, Client) {
    let simulator = account_of(Options::manual(0)).await;
    for _ in 0..tickets {
        simulator.world(|world| world.create(&Draft::default()));
        simulator.advance(1);
    }
    let client = client(&simulator.base_url(), |_| {});
    (simulator, client)
}

fn request(start: Position, page_size: u32) -> PageRequest {
    PageRequest {
        start,
        page_size,
        account_now: UnixSeconds(0),
        is_time_sure: false,
    }
}

async fn show(client: &Client, by: ShowBy, ids: &[i64]) -> Exchange<Shown> {
    let request = ShowRequest {
        ids: ids.iter().copied().map(TicketId).collect(),
        by,
        account_now: UnixSeconds(0),
        is_time_sure: false,
    };
    client.show(&request).await
}

/// The tickets that come, where none is missing or those that are missing are left out.
async fn shown(client: &Client, by: ShowBy, ids: &[i64]) -> Page {
    match show(client, by, ids).await.outcome {
        Ok(Shown::Tickets(page)) => page,
        other => panic!("{other:?}"),
    }
}

/// The pages of a list from `start` to its end.
async fn walk(client: &Client, start: Position, page_size: u32) -> Vec<Page> {
    let (mut position, mut pages) = (start, Vec::new());
    loop {
        let exchange = client.fetch(&request(position.clone(), page_size)).await;
        let page = exchange.outcome.expect("a page");
        position = page.next.clone().unwrap_or(position);
        pages.push(page);
        if pages[pages.len() - 1].end_of_stream {
            return pages;
        }
    }
}

fn ids(page: &Page) -> Vec<i64> {
    page.rows.iter().map(|row| row.id().0).collect()
}

fn reason<T>(outcome: Result<T, ApiError>) -> &'static str {
    outcome.map_or_else(|error| error.reason(), |_| "page")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_the_list_shows_every_live_ticket_once_as_it_is() {
    let (simulator, client) = account(230).await;
    simulator.world(|world| {
        world.set_status(3, Status::Solved);
        world.delete(5);
    });
    for generated in [
        GeneratedTimestamp::Carried,
        GeneratedTimestamp::Missing,
        GeneratedTimestamp::Zero,
    ] {
        simulator.world(|world| world.list_habits.generated_timestamp = generated);
        let pages = walk(&client, Position::List(None), 1_000).await;
        let sizes: Vec<_> = pages.iter().map(|page| page.rows.len()).collect();
        assert_eq!(sizes, [100, 100, 29]);
        assert!(pages.iter().all(|page| page.rejected.is_empty()));
        let times: Vec<_> = pages.iter().flat_map(Page::order_times).collect();
        assert_eq!(times.len(), 229);
        assert!(times.is_sorted());
        let tickets: Vec<_> = pages.iter().flat_map(Page::tickets).collect();
        let seen: BTreeSet<_> = tickets.iter().map(|change| change.id.0).collect();
        assert_eq!(seen, (1..=230).filter(|id| *id != 5).collect());
        for change in &tickets {
            let set = change.metric_set.expect("side-loaded");
            assert!(set.status_updated_at.is_some(), "{change:?}");
            let is_by_write = matches!(change.order_key, RowKey::Generated(_));
            assert_eq!(is_by_write, generated == GeneratedTimestamp::Carried);
        }
        assert_eq!(tickets[228].id, TicketId(3));

        // The end is asked for again, and has nothing new.
        let end = pages[2].next.clone().expect("a cursor");
        let empty = client
            .fetch(&request(end, 100))
            .await
            .outcome
            .expect("a page");
        assert_eq!(
            (empty.rows.len(), empty.end_of_stream, empty.next),
            (0, true, None)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_deleted_tickets_shows_ids_and_times() {
    let (simulator, client) = account(12).await;
    let began = simulator.now();
    for id in [7, 2, 9] {
        simulator.world(|world| world.delete(id));
        simulator.advance(10);
    }
    let pages = walk(&client, Position::Deleted(None), 2).await;
    let rows: Vec<_> = pages.iter().flat_map(|page| page.rows.clone()).collect();
    let deletion = |id, seconds| Row::Deletion {
        id: TicketId(id),
        at: UnixSeconds(began + seconds),
    };
    assert_eq!(rows, [deletion(7, 0), deletion(2, 10), deletion(9, 20)]);
    assert!(matches!(pages[0].next, Some(Position::Deleted(Some(_)))));
    simulator.world(|world| world.restore(2, Status::Open));
    let pages = walk(&client, Position::Deleted(None), 100).await;
    assert_eq!(ids(&pages[0]), [7, 9]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_shown_by_their_ids() {
    let (simulator, client) = account(150).await;
    simulator.world(|world| world.delete(20));
    let requested: Vec<i64> = (1..=98).chain([151, 999]).collect();
    assert_eq!(requested.len(), SHOWN_MAX);
    let page = shown(&client, ShowBy::Many, &requested).await;
    assert_eq!(
        ids(&page),
        (1..=98).filter(|id| *id != 20).collect::<Vec<_>>()
    );
    assert!(page.tickets().all(|change| change.metric_set.is_some()));
    let requested: Vec<_> = requested.into_iter().map(TicketId).collect();
    let existing = page.existing(&requested);
    let missing: Vec<_> = requested
        .iter()
        .filter(|id| !existing.contains(id))
        .collect();
    assert_eq!(
        missing,
        [20, 151, 999].map(TicketId).iter().collect::<Vec<_>>()
    );

    // Zendesk refuses more, and nothing is left out without a word.
    let more: Vec<i64> = (1..=101).collect();
    assert_eq!(
        reason(show(&client, ShowBy::Many, &more).await.outcome),
        "unexpected"
    );

    let page = shown(&client, ShowBy::One, &[7]).await;
    assert_eq!((ids(&page), page.rejected.len()), (vec![7], 0));
    for id in [20, 999, -1] {
        let exchange = show(&client, ShowBy::One, &[id]).await;
        assert_eq!(exchange.head.status, Some(404), "{id}");
        assert_eq!(exchange.outcome.expect("an answer"), Shown::NotFound);
    }
    // Several tickets are never asked for as one, which would show the first alone.
    let both = shown(&client, ShowBy::One, &[7, 8]).await;
    assert_eq!(ids(&both), [7, 8]);
    simulator.world(|world| world.list_habits.missing_ids = MissingIds::NotFound);
    let both = shown(&client, ShowBy::Many, &[7, 8]).await;
    assert_eq!(ids(&both), [7, 8]);
    let one_is_missing = show(&client, ShowBy::Many, &[7, 20]).await.outcome;
    assert_eq!(one_is_missing.expect("an answer"), Shown::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_shown_rows_costs_them_and_makes_none_missing() {
    let (simulator, client) = account(10).await;
    let requested = [1, 2, 3].map(TicketId);
    let all = BTreeSet::from(requested);
    for (fault, rows, rejected) in [
        (ListFault::FailedPart, 2, 1),
        (ListFault::UnaskedRows, 3, 2),
        (ListFault::ForeignMetricSets, 3, 0),
    ] {
        simulator.set_list_fault(ListEndpoint::ShowMany, fault, 1);
        let page = shown(&client, ShowBy::Many, &[1, 2, 3]).await;
        assert_eq!(
            (page.rows.len(), page.rejected.len()),
            (rows, rejected),
            "{fault:?}"
        );
        assert_eq!(page.existing(&requested), all, "{fault:?}");
        let reopens = page
            .tickets()
            .filter_map(|change| change.metric_set?.reopens);
        assert!(reopens.max().unwrap_or(0) == 0, "{fault:?}");
    }
    let table = [
        (Fault::Truncated, "transport"),
        (Fault::EndsEarly, "decode"),
        (Fault::WrongShape, "decode"),
        (Fault::Html, "decode"),
        (Fault::Empty, "decode"),
        (Fault::Huge, "too_large"),
        (Fault::Unavailable, "server"),
        (Fault::RateLimited, "rate_limited"),
        (Fault::NoHelpDesk, "not_found"),
        (Fault::Redirect, "unexpected"),
        (Fault::Unauthorized, "auth"),
    ];
    for (fault, expected) in table {
        for (endpoint, by) in [
            (ListEndpoint::ShowMany, ShowBy::Many),
            (ListEndpoint::Ticket, ShowBy::One),
        ] {
            simulator.set_list_fault(endpoint, fault, 1);
            let outcome = show(&client, by, &[1]).await.outcome;
            assert_eq!(reason(outcome), expected, "{fault:?} {by:?}");
        }
        for (endpoint, start) in [
            (ListEndpoint::Tickets, Position::List(None)),
            (ListEndpoint::DeletedTickets, Position::Deleted(None)),
        ] {
            simulator.set_list_fault(endpoint, fault, 1);
            let outcome = client.fetch(&request(start, 100)).await.outcome;
            assert_eq!(reason(outcome), expected, "{fault:?} {endpoint:?}");
            // Its limit is that of a minute.
            simulator.advance(20);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_a_list_does_not_take_is_lost() {
    let (_simulator, client) = account(3).await;
    let cursor = |text: &str| Some(Cursor(text.to_owned()));
    // Of another order, as `{"o":"-updated_at,-id","v":""}`, and rubbish.
    for text in [
        "eyJvIjoiLXVwZGF0ZWRfYXQsLWlkIiwidiI6IiJ9",
        "MTc5",
        "%%%",
        " ",
    ] {
        for start in [
            Position::List(cursor(text)),
            Position::Deleted(cursor(text)),
        ] {
            let exchange = client.fetch(&request(start.clone(), 100)).await;
            assert_eq!(exchange.head.status, Some(400), "{start:?}");
            let error = exchange.outcome.expect_err("no page");
            assert!(
                matches!(error, ApiError::CursorLost),
                "{start:?}: {error:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_are_open_to_an_agent_and_can_be_refused_by_themselves() {
    let (simulator, client) = account(3).await;
    let starts = || {
        [
            (Endpoint::TicketsCursor, Position::Time(UnixSeconds(0))),
            (Endpoint::TicketsList, Position::List(None)),
            (Endpoint::DeletedTickets, Position::Deleted(None)),
        ]
    };
    simulator.set_role("agent");
    for (endpoint, start) in starts() {
        let exchange = client.fetch(&request(start, 100)).await;
        assert_eq!(exchange.head.endpoint, endpoint);
        let is_refusal = exchange.outcome.is_err_and(|error| error.is_refusal());
        assert_eq!(
            is_refusal,
            endpoint == Endpoint::TicketsCursor,
            "{endpoint:?}"
        );
    }
    simulator.set_role("admin");
    for (status, expected) in [(403, "forbidden"), (404, "not_found"), (410, "not_found")] {
        let of_export = if status == 403 {
            "export_forbidden"
        } else {
            expected
        };
        simulator.refuse_exports(status);
        for endpoint in ListEndpoint::ALL {
            simulator.refuse_list(endpoint, status);
        }
        for (endpoint, start) in starts() {
            let error = client.fetch(&request(start, 100)).await.outcome;
            let error = error.expect_err("refused");
            assert!(error.is_refusal(), "{status} {endpoint:?}: {error:?}");
            let is_export = endpoint == Endpoint::TicketsCursor;
            let expected = if is_export { of_export } else { expected };
            assert_eq!(error.reason(), expected, "{status} {endpoint:?}");
        }
        // A 404 of these is the answer that there is no such ticket.
        let expected = if status == 404 { "page" } else { expected };
        for by in [ShowBy::Many, ShowBy::One] {
            let outcome = show(&client, by, &[1]).await.outcome;
            assert_eq!(reason(outcome), expected, "{status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_have_limits_of_their_own() {
    let (simulator, client) = account(1).await;
    let bucket = |name: &str| Bucket::Endpoint(name.to_owned());
    let limits = |exchange: &Exchange<Page>, name: &str| {
        let limits = exchange.head.rate_limits.iter();
        let mut of_name = limits.filter(|limit| limit.bucket == bucket(name));
        of_name.next().map(|limit| (limit.limit, limit.remaining))
    };
    let deleted = async || client.fetch(&request(Position::Deleted(None), 100)).await;
    simulator.advance(60 - simulator.now().rem_euclid(60));
    for remaining in (0..10).rev() {
        let exchange = deleted().await;
        let expected = Some((Some(10), Some(remaining)));
        assert_eq!(limits(&exchange, "deleted-tickets-index"), expected);
        assert!(exchange.outcome.is_ok());
    }
    let exchange = deleted().await;
    assert!(matches!(
        exchange.outcome,
        Err(ApiError::RateLimited { .. })
    ));
    // The other list goes on.
    let list = async || client.fetch(&request(Position::List(None), 100)).await;
    let exchange = list().await;
    assert!(exchange.outcome.is_ok());
    assert_eq!(
        limits(&exchange, "tickets-index"),
        Some((Some(100), Some(99)))
    );
    let account = |exchange: &Exchange<Page>| {
        let mut limits = exchange.head.rate_limits.iter();
        limits.any(|limit| limit.bucket == Bucket::Account)
    };
    assert!(account(&exchange));
    simulator.set_list_fault(ListEndpoint::Tickets, ListFault::ZeroLimit, 1);
    let exchange = list().await;
    assert!(exchange.outcome.is_ok());
    assert_eq!(limits(&exchange, "tickets-index"), Some((Some(0), Some(0))));
}

/// The target of a request, with these settings, that `send` sends.
async fn target(
    change: impl FnOnce(&mut ClientSettings),
    send: impl AsyncFnOnce(&Client),
) -> String {
    let peer = Peer::start(Protocol::Http, 1, |_| Act::Bytes(http1("500 Oh", "", b""))).await;
    let client = client(&format!("http://{}", peer.address), change);
    send(&client).await;
    let seen = peer.seen();
    let [only] = &seen[..] else {
        panic!("{seen:?}");
    };
    only.line.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_say_what_is_wanted_and_no_more() {
    let everything = |settings: &mut ClientSettings| {
        settings.slas = true;
        settings.support_type_scope = SupportTypeScope::All;
    };
    let nothing = |settings: &mut ClientSettings| settings.metric_sets = false;
    let cursor = || Some(Cursor("a+/b=".to_owned()));
    let page = async |start, size, change: fn(&mut ClientSettings)| {
        target(change, async |client: &Client| {
            drop(client.fetch(&request(start, size)).await);
        })
        .await
    };
    let shown = async |by, ids: &[i64], change: fn(&mut ClientSettings)| {
        target(change, async |client: &Client| {
            drop(show(client, by, ids).await);
        })
        .await
    };
    for (seen, expected) in [
        (
            page(Position::List(None), 1_000, everything).await,
            "tickets?sort=updated_at&page%5Bsize%5D=100&include=metric_sets%2Cslas&support_type_scope=all",
        ),
        (
            page(Position::List(cursor()), 25, nothing).await,
            "tickets?sort=updated_at&page%5Bsize%5D=25&page%5Bafter%5D=a%2B%2Fb%3D&support_type_scope=agent",
        ),
        (
            page(Position::Deleted(None), 0, everything).await,
            "deleted_tickets?sort=deleted_at&page%5Bsize%5D=1&support_type_scope=all",
        ),
        (
            page(Position::Deleted(cursor()), 101, nothing).await,
            "deleted_tickets?sort=deleted_at&page%5Bsize%5D=100&page%5Bafter%5D=a%2B%2Fb%3D&support_type_scope=agent",
        ),
        (
            shown(ShowBy::Many, &[5, 7], everything).await,
            "tickets/show_many?ids=5%2C7&include=metric_sets%2Cslas",
        ),
        (
            shown(ShowBy::Many, &[5], nothing).await,
            "tickets/show_many?ids=5",
        ),
        (
            shown(ShowBy::One, &[5], |_| {}).await,
            "tickets/5?include=metric_sets",
        ),
    ] {
        assert_eq!(seen, format!("GET /api/v2/{expected}"));
    }
}

/// Bodies of an account that is not there answer nobody's ticket.
#[tokio::test(flavor = "multi_thread")]
async fn a_404_that_speaks_of_no_record_is_an_error() {
    for body in [
        r#"{"error":{"title":"No help desk at acme.zendesk.com","message":"There is no help desk configured at this address."}}"#,
        r#"{"error":"InvalidEndpoint","description":"Not found"}"#,
        " ",
        "",
        "<html>Not Found</html>",
        r#"{"ticket":{"id":5,"status":"open","generated_timestamp":5}}"#,
    ] {
        let answer = http1("404 Not Found", "", body.as_bytes());
        let peer = Peer::start(Protocol::Http, 1, move |_| Act::Bytes(answer.clone())).await;
        let client = client(&format!("http://{}", peer.address), |_| {});
        let outcome = show(&client, ShowBy::One, &[5]).await.outcome;
        assert_eq!(reason(outcome), "not_found", "{body}");
    }
    // Nor is what a 200 says of a record.
    let missing = br#"{"error":"RecordNotFound","description":"Not found"}"#;
    let answer = http1("200 OK", "", missing);
    let peer = Peer::start(Protocol::Http, 1, move |_| Act::Bytes(answer.clone())).await;
    let client = client(&format!("http://{}", peer.address), |_| {});
    for by in [ShowBy::One, ShowBy::Many] {
        let outcome = show(&client, by, &[5]).await.outcome;
        assert_eq!(reason(outcome), "decode");
    }
}
