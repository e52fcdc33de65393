use std::sync::Mutex;

use super::super::Options;
use super::super::answer::SimBody;
use super::super::traffic::Traffic;
use super::*;
use crate::vocabulary::SupportType;
use crate::world::Draft;

const NOW: i64 = 1_790_000_000;

/// An account that is asked without a server.
struct Asker(Shared);

impl Asker {
    fn new() -> Self {
        let options = Options::manual(NOW);
        let account = Mutex::new(Account::new(&options));
        Self(Shared {
            options,
            account,
            traffic: Traffic::new(),
        })
    }

    fn account<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut self.0.account())
    }

    /// Status and body; null for what is not JSON.
    fn ask(&self, target: &str) -> (u16, Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let path = format!("/api/v2/{path}");
        let mut answer = answer(&self.0, &mut self.0.account(), &path, &query);
        let status = answer.status().as_u16();
        let SimBody::Whole(Some(bytes)) = answer.body_mut() else {
            return (status, Value::Null);
        };
        (status, serde_json::from_slice(bytes).unwrap_or_default())
    }
}

/// The ids on every page of a list, following cursors while there is more.
fn walk(asker: &Asker, key: &str, size: usize, more: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let (_, body) = asker.ask(&format!("{key}?page[size]={size}{after}{more}"));
        let page = body[key].as_array().expect("a list");
        ids.extend(page.iter().filter_map(|named| named["id"].as_i64()));
        let cursor = body["meta"]["after_cursor"].as_str().expect("a cursor");
        assert!(body["links"]["next"].is_string(), "also on the last page");
        if body["meta"]["has_more"] == false {
            return ids;
        }
        after = format!("&page[after]={cursor}");
    }
}

#[test]
fn lists_of_names_are_paged_by_cursor() {
    let asker = Asker::new();
    let ids: Vec<i64> = (0..5).map(|place| GROUP + place).collect();
    for size in [1, 2, 5, 100] {
        assert_eq!(walk(&asker, "groups", size, ""), ids, "{size} a page");
    }
    let with_deleted = walk(&asker, "groups", 4, "&exclude_deleted=false");
    assert_eq!(with_deleted.len(), 6);
    assert_eq!(walk(&asker, "brands", 2, ""), [8_000, 8_001, 8_002]);
    assert_eq!(walk(&asker, "ticket_forms", 100, ""), [6_000, 6_001]);
}

#[test]
fn a_page_of_names_has_a_size_from_1_to_100() {
    let asker = Asker::new();
    for (target, expected) in [
        ("groups", 200),
        ("groups?page[size]=100", 200),
        ("groups?page[size]=101", 400),
        ("brands?page[size]=0", 400),
        ("brands?page[size]=many", 400),
        ("ticket_forms?page[after]=nonsense", 400),
        ("organizations", 404),
    ] {
        assert_eq!(asker.ask(target).0, expected, "{target}");
    }
}

#[test]
fn names_are_told_as_they_are_written() {
    let asker = Asker::new();
    asker.account(|account| {
        let world = &mut account.world;
        world.rename(NameList::Groups, GROUP, "a \"b\"\n\\c\u{2603}");
        world.set_name_deleted(NameList::CustomStatuses, 5_003, true);
        world.set_name_deleted(NameList::Brands, 8_001, true);
        world.set_name_deleted(NameList::Forms, 6_001, true);
    });
    let (_, groups) = asker.ask("groups");
    assert_eq!(groups["groups"][0]["name"], "a \"b\"\n\\c\u{2603}");
    let (_, brands) = asker.ask("brands?exclude_deleted=false");
    assert_eq!(brands["brands"][1]["is_deleted"], true);
    let (_, forms) = asker.ask("ticket_forms");
    assert_eq!(forms["ticket_forms"][1]["active"], false);
    let (_, statuses) = asker.ask("custom_statuses");
    assert!(statuses.get("meta").is_none(), "they are not paged");
    assert_eq!(
        statuses["custom_statuses"][3],
        json!({"id": 5_003, "agent_label": "On-hold", "status_category": "hold", "active": false, "default": true})
    );
    let (_, active) = asker.ask("custom_statuses?active=true");
    assert_eq!(active["custom_statuses"].as_array().map(Vec::len), Some(7));
}

#[test]
fn a_search_counts_what_existed_a_while_ago() {
    let asker = Asker::new();
    asker.account(|account| {
        let world = &mut account.world;
        world.create(&Draft::default());
        world.create(&Draft {
            support_type: SupportType::AiAgent,
            ..Draft::default()
        });
        let deleted = world.create(&Draft::default());
        world.advance_to(NOW + 200);
        world.set_status(1, Status::Solved);
        world.delete(deleted);
    });
    let count = |query: &str| {
        let (_, body) = asker.ask(&format!("search/count?query=type:ticket {query}"));
        body["count"].as_u64()
    };
    assert_eq!(count("status:new"), Some(3));
    assert_eq!(count("status:solved"), Some(0));
    asker.0.options.time.advance(200 + 120);
    assert_eq!(count("status:new"), Some(1));
    assert_eq!(count("status:solved"), Some(1));
    assert_eq!(count(""), Some(2));
}

#[test]
fn faults_of_neighbours_are_their_own_and_last_as_long_as_set() {
    let asker = Asker::new();
    let set = |fault| asker.account(|account| account.neighbour_faults.set(fault, 1));
    for (fault, target, status, body) in [
        (NeighbourFault::Forbidden, "brands", 403, None),
        (NeighbourFault::NotFound, "ticket_forms", 404, None),
        (NeighbourFault::RateLimited, "search/count", 429, None),
        (NeighbourFault::ServerError, "custom_statuses", 500, None),
        (NeighbourFault::Html, "groups", 200, Some(Value::Null)),
        (
            NeighbourFault::SearchNull,
            "search/count",
            200,
            Some(json!({"count": null})),
        ),
        (
            NeighbourFault::SearchCapped,
            "search/count",
            200,
            Some(json!({"count": {"value": 100_000, "refreshed_at": null}})),
        ),
    ] {
        set(fault);
        // Asking for anything else does not take the fault away.
        assert_eq!(asker.ask("tickets/count").0, 200);
        let answered = asker.ask(target);
        assert_eq!(answered.0, status, "{fault:?}");
        assert!(body.is_none_or(|body| body == answered.1), "{fault:?}");
        assert_eq!(asker.ask(target).0, 200, "after {fault:?}");
    }
    set(NeighbourFault::Forbidden);
    asker.account(Account::clear_faults);
    assert_eq!(asker.ask("brands").0, 200);
}

#[test]
fn ticket_fields_come_all_at_once_or_in_pages_and_fail_as_names_do() {
    let asker = Asker::new();
    let (_, all) = asker.ask("ticket_fields");
    assert!(all.get("meta").is_none() && all["next_page"].is_null());
    let fields = all["ticket_fields"].as_array().expect("a list");
    let ids: Vec<i64> = fields
        .iter()
        .filter_map(|field| field["id"].as_i64())
        .collect();
    assert_eq!(ids, [350_001, 350_002, 360_001, 360_002, 360_003]);
    assert_eq!(walk(&asker, "ticket_fields", 2, ""), ids);
    let product = &fields[2];
    assert_eq!(product["type"], "tagger");
    assert_eq!(product["custom_field_options"][0]["value"], "printer");
    assert!(fields[3].get("custom_field_options").is_none());
    asker.account(|account| account.neighbour_faults.set(NeighbourFault::Forbidden, 1));
    assert_eq!(asker.ask("ticket_fields").0, 403);
    assert_eq!(asker.ask("ticket_fields?page[size]=101").0, 400);
}
