//! What goes wrong with the lists.

use super::*;

impl Asker {
    fn set_fault(&self, endpoint: ListEndpoint, fault: ListFault) {
        self.account(|account| account.lists.faults_of(endpoint).set(fault, 1));
    }

    /// The next answer to this with this fault.
    fn broken(&self, endpoint: ListEndpoint, fault: ListFault, target: &str) -> Told {
        self.set_fault(endpoint, fault);
        self.ask(target)
    }
}

#[test]
fn faults_of_an_endpoint_are_its_own() {
    let asker = Asker::manual();
    let set = |endpoint, fault: Fault| asker.set_fault(endpoint, fault.into());
    set(ListEndpoint::Tickets, Fault::Unavailable);
    asker.check(DELETED, 200);
    asker.check(EXPORTS[0], 200);
    asker.check(TICKETS, 503);
    asker.check(TICKETS, 200);

    set(ListEndpoint::DeletedTickets, Fault::InvalidCursor);
    assert_eq!(
        asker.ask(DELETED).body["error"],
        "InvalidPaginationParameter"
    );
    set(ListEndpoint::ShowMany, Fault::BadRow);
    let told = asker.ask("tickets/show_many?ids=1");
    assert_eq!(told.body["tickets"].as_array().map(Vec::len), Some(2));
    set(ListEndpoint::Tickets, Fault::BucketEmpty);
    let told = asker.ask(TICKETS);
    let header = told.header("zendesk-ratelimit-tickets-index");
    assert_eq!(header, Some("total=10; remaining=0; resets=1"));

    let cursor = asker.ask(TICKETS).body["meta"]["after_cursor"].clone();
    set(ListEndpoint::Tickets, Fault::Stuck);
    let cursor = cursor.as_str().expect("one");
    let stuck = asker.ask(&format!("{TICKETS}&page[after]={cursor}"));
    assert_eq!(stuck.body["meta"]["after_cursor"], cursor);
    assert_eq!(stuck.body["meta"]["has_more"], true);
    set(ListEndpoint::Tickets, Fault::NullPosition);
    assert_eq!(asker.ask(TICKETS).body["meta"]["after_cursor"], Value::Null);
}

#[test]
fn pages_have_what_only_lists_can_have_wrong() {
    let asker = Asker::manual();
    let broken = |fault, target: &str| asker.broken(ListEndpoint::Tickets, fault, target);
    let all = "tickets?sort=updated_at&include=metric_sets";
    let right = asker.ask(all);
    let mut reversed = right.ids("tickets");
    reversed.reverse();
    let told = broken(ListFault::OutOfOrder, all);
    assert_eq!(told.ids("tickets"), reversed);
    assert_eq!(told.body["meta"], right.body["meta"]);

    let first = asker.ask("tickets?sort=updated_at&page[size]=1");
    let told = broken(ListFault::Circling, all);
    let cursor = |told: &Told| told.body["meta"]["after_cursor"].clone();
    assert_eq!(cursor(&told), cursor(&first));
    for (fault, expected) in [
        (ListFault::MoreOnEmptyPage, Value::Null),
        (ListFault::MissingRows, cursor(&right)),
    ] {
        let told = broken(fault, all);
        assert_eq!(told.ids("tickets"), [0; 0]);
        assert_eq!(told.body["meta"]["has_more"], true);
        assert_eq!(cursor(&told), expected);
    }
    let told = broken(ListFault::ForeignMetricSets, all);
    let set = &told.body["metric_sets"][0];
    assert!(set["ticket_id"].as_i64() > Some(9_000_000));
    assert_eq!(set["reopens"], 99);
    let told = broken(ListFault::ZeroLimit, all);
    let header = told.header("zendesk-ratelimit-tickets-index");
    assert_eq!(header, Some("total=0; remaining=0; resets=60"));
}

#[test]
fn other_lists_have_it_too() {
    let asker = Asker::manual();
    let deleted = ListEndpoint::DeletedTickets;
    let told = asker.broken(deleted, ListFault::UnknownDeleted, DELETED);
    assert_eq!(told.ids("deleted_tickets"), [8_000_001, 8_000_002]);

    let (many, target) = (ListEndpoint::ShowMany, "tickets/show_many?ids=2");
    let told = asker.broken(many, ListFault::UnaskedRows, target);
    assert_eq!(told.ids("tickets"), [2, 1, 8_000_003]);
    let told = asker.broken(many, ListFault::FailedPart, target);
    assert_eq!(told.body["tickets"][0]["status"], Value::Null);
    let told = asker.broken(many, ListFault::ZeroLimit, target);
    assert_eq!(told.header("x-rate-limit"), Some("0"));
}

#[test]
fn replicas_answer_in_turns() {
    let asker = Asker::manual();
    asker.account(|account| {
        account.world.list_habits.replicas = crate::Replicas::InTurns { lag_seconds: 5 };
        account.world.set_status(1, Status::Solved);
    });
    let status = || asker.ask("tickets/1").body["ticket"]["status"].clone();
    let statuses = [status(), status(), status(), status()];
    let (lagging, right) = (Value::from("new"), Value::from("solved"));
    assert_eq!(statuses, [lagging.clone(), right.clone(), lagging, right]);
}
