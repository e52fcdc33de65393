use std::sync::Mutex;

use hyper::Method;
use serde_json::Value;

use super::super::Options;
use super::super::account::Shared;
use super::super::answer::SimBody;
use super::super::request::Received;
use super::super::routes::within_account_limit;
use super::super::traffic::Traffic;
use super::*;
use crate::vocabulary::Status;
use crate::world::Draft;

mod faults;

mod told;

const NOW: i64 = 1_790_000_000;

/// An account of three tickets that is asked without a server.
struct Asker(Shared);

/// Status, headers and body of an answer.
struct Told {
    status: u16,
    headers: hyper::HeaderMap,
    body: Value,
}

impl Told {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn ids(&self, key: &str) -> Vec<i64> {
        let rows = self.body[key].as_array().expect("a list");
        rows.iter().filter_map(|row| row["id"].as_i64()).collect()
    }
}

impl Asker {
    fn new(options: Options) -> Self {
        let asker = Self(Shared {
            account: Mutex::new(Account::new(&options)),
            options,
            traffic: Traffic::new(),
        });
        asker.account(|account| {
            for _ in 0..3 {
                account.world.create(&Draft::default());
            }
        });
        asker
    }

    fn manual() -> Self {
        Self::new(Options::manual(NOW))
    }

    fn account<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut self.0.account())
    }

    fn ask(&self, target: &str) -> Told {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let received = Received {
            method: &Method::GET,
            path: &format!("/api/v2/{path}"),
            query: &query,
            authorization: Some("Bearer simulator-token"),
            body: &[],
        };
        let answer = within_account_limit(&self.0, &mut self.0.account(), received);
        let mut answer = answer.expect("an answer");
        let body = match answer.body_mut() {
            SimBody::Whole(Some(bytes)) => serde_json::from_slice(bytes).unwrap_or_default(),
            _ => Value::Null,
        };
        Told {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body,
        }
    }

    #[track_caller]
    fn check(&self, target: &str, status: u16) {
        let told = self.ask(target);
        assert_eq!(told.status, status, "{target}: {}", told.body);
    }
}

const TICKETS: &str = "tickets?sort=updated_at&page[size]=2";
const DELETED: &str = "deleted_tickets?sort=deleted_at&page[size]=2";
const EXPORTS: [&str; 3] = [
    "incremental/tickets/cursor?start_time=0",
    "incremental/tickets?start_time=0",
    "incremental/tickets/sample?start_time=0",
];

#[test]
fn a_walk_goes_on_from_cursors_and_start_time_means_nothing() {
    let asker = Asker::manual();
    let first = asker.ask(&format!("{TICKETS}&start_time={}", NOW + 1_000));
    assert_eq!(first.ids("tickets").len(), 2);
    assert_eq!(first.body["meta"]["has_more"], true);
    let cursor = first.body["meta"]["after_cursor"].as_str().expect("one");
    let next = asker.ask(&format!("{TICKETS}&page[after]={cursor}"));
    assert_eq!(next.ids("tickets").len(), 1);
    assert_eq!(next.body["meta"]["has_more"], false);
    assert!(next.body["links"]["next"].is_string());
    // The order of the deleted tickets has the same name.
    asker.check(&format!("{DELETED}&page[after]={cursor}"), 200);
}

#[test]
fn a_foreign_cursor_and_a_size_beyond_a_hundred_are_refused() {
    let asker = Asker::manual();
    asker.check("tickets?sort=updated_at&page[size]=100", 200);
    let cursor = asker.ask("tickets?page[size]=1").body["meta"]["after_cursor"].clone();
    let cursor = cursor.as_str().expect("one");
    for query in [
        "page[size]=101".to_owned(),
        "page[size]=0".to_owned(),
        "page[size]=many".to_owned(),
        "page[after]=rubbish".to_owned(),
        format!("page[after]={cursor}"),
    ] {
        for list in ["tickets?sort=updated_at", "deleted_tickets?sort=deleted_at"] {
            let told = asker.ask(&format!("{list}&{query}"));
            assert_eq!(told.status, 400, "{query}");
            assert_eq!(told.body["error"], "InvalidPaginationParameter");
            assert!(told.body["description"].is_string());
        }
    }
    asker.check("tickets?sort=created_at", 400);
    asker.check("deleted_tickets?sort=updated_at", 400);
}

#[test]
fn each_list_has_its_own_limit_a_minute() {
    let asker = Asker::manual();
    let told = asker.ask(TICKETS);
    let standing = |told: &Told, name: &str| told.header(name).map(str::to_owned);
    assert_eq!(
        standing(&told, "zendesk-ratelimit-tickets-index").as_deref(),
        Some("total=100; remaining=99; resets=40")
    );
    assert_eq!(told.header("x-rate-limit"), Some("700"));
    for left in (0..10).rev() {
        let told = asker.ask(DELETED);
        assert_eq!(
            standing(&told, "zendesk-ratelimit-deleted-tickets-index"),
            Some(format!("total=10; remaining={left}; resets=40"))
        );
    }
    let refused = asker.ask(DELETED);
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("40"));
    asker.check(TICKETS, 200);
    asker.0.options.time.advance(40);
    asker.check(DELETED, 200);
    assert_eq!(
        asker
            .ask("tickets/1")
            .header("zendesk-ratelimit-tickets-index"),
        None
    );
}

#[test]
fn the_limit_of_the_account_is_that_of_all_requests() {
    let asker = Asker::new(Options {
        account_requests_per_minute: Some(5),
        ..Options::manual(NOW)
    });
    for (left, target) in ["4", "3", "2"].into_iter().zip([
        TICKETS,
        "groups",
        "incremental/tickets/cursor?start_time=0",
    ]) {
        let told = asker.ask(target);
        assert_eq!(told.header("x-rate-limit"), Some("5"), "{target}");
        assert_eq!(told.header("ratelimit-remaining"), Some(left), "{target}");
    }
    asker.account(|account| account.account_limit.spend(1, NOW));
    asker.check("tickets/1", 200);
    asker.check("tickets/1", 429);
    asker.check("users/me", 429);
}

#[test]
fn tickets_are_shown_by_their_ids() {
    let asker = Asker::manual();
    asker.account(|account| {
        account.world.delete(2);
        account.world.set_status(3, Status::Closed);
    });
    let told = asker.ask("tickets/show_many?ids=3,2,1,77&include=metric_sets");
    assert_eq!(told.ids("tickets"), [3, 1]);
    assert_eq!(told.body["metric_sets"][1]["ticket_id"], 1);
    let many = |count: i64| {
        let ids: Vec<String> = (1..=count).map(|id| id.to_string()).collect();
        format!("tickets/show_many?ids={}", ids.join(","))
    };
    asker.check(&many(100), 200);
    asker.check(&many(101), 400);
    asker.check("tickets/show_many?ids=one", 400);
    assert_eq!(asker.ask("tickets/3").body["ticket"]["status"], "closed");
    for target in ["tickets/2", "tickets/77"] {
        let told = asker.ask(target);
        assert_eq!(told.status, 404);
        assert_eq!(
            told.body.to_string(),
            r#"{"description":"Not found","error":"RecordNotFound"}"#
        );
    }
    assert_eq!(asker.ask("tickets/count").status, 200);
}

#[test]
fn an_agent_reads_the_lists_and_not_the_exports() {
    let asker = Asker::manual();
    asker.account(|account| account.role = Some("agent"));
    for target in [TICKETS, DELETED, "tickets/show_many?ids=1", "tickets/1"] {
        asker.check(target, 200);
    }
    for target in EXPORTS {
        asker.check(target, 403);
    }
}

#[test]
fn exports_and_lists_are_refused_and_let_back_at_any_moment() {
    let asker = Asker::manual();
    for status in [403, 404, 410] {
        asker.account(|account| account.exports_refused = Some(status));
        for target in EXPORTS {
            asker.check(target, status);
        }
        assert_eq!(asker.ask("users/me").body["user"]["role"], "admin");
        asker.check(TICKETS, 200);
    }
    asker.account(|account| account.exports_refused = None);
    for target in EXPORTS {
        asker.check(target, 200);
    }
    let endpoints = [TICKETS, DELETED, "tickets/show_many?ids=1", "tickets/1"];
    for (endpoint, target) in ListEndpoint::ALL.into_iter().zip(endpoints) {
        asker.account(|account| account.lists.refused[endpoint as usize] = Some(403));
        for other in endpoints {
            asker.check(other, if other == target { 403 } else { 200 });
        }
        asker.account(|account| account.lists.refused[endpoint as usize] = None);
    }
}
