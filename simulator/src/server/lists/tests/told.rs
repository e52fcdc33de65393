//! What the oracle is told of the answers.

use super::*;
use crate::oracle::{OracleSettings, Truth};

impl Asker {
    /// What an exporter must show that keeps every answer, once it has asked for these.
    fn expected(&self, targets: &[&str]) -> String {
        for target in targets {
            self.ask(target);
        }
        self.account(|account| {
            account.oracle.settle();
            let settings = OracleSettings::default();
            account.oracle.expected("acme", &settings)
        })
    }

    /// An exporter begins, whose truth is the list.
    fn begin(&self) {
        self.account(|account| {
            account.oracle = crate::oracle::Oracle::default();
            account.oracle.set_truth(Truth::List);
        });
    }
}

const ALL: &str = "tickets?sort=updated_at&page[size]=100&include=metric_sets";
const ALL_DELETED: &str = "deleted_tickets?sort=deleted_at&page[size]=100";

const THREE: &str = "zendesk_tickets{account=\"acme\",status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"} 3\n";

#[test]
fn whole_lists_are_told_and_probes_and_pages_without_a_way_on_are_not() {
    let asker = Asker::manual();
    asker.0.options.time.advance(10);
    asker.begin();
    assert!(asker.expected(&[ALL, ALL_DELETED]).contains(THREE));
    asker.begin();
    let probe = "tickets?sort=updated_at&page[size]=1";
    let of_ids = "tickets?page[size]=100";
    assert_eq!(asker.expected(&[probe, of_ids, ALL_DELETED]), "");
    for fault in [
        Fault::EndsEarly.into(),
        Fault::Stuck.into(),
        ListFault::OutOfOrder,
        ListFault::MissingRows,
    ] {
        asker.begin();
        asker.account(|account| account.lists.faults_of(ListEndpoint::Tickets).set(fault, 1));
        assert_eq!(asker.expected(&[ALL, ALL_DELETED]), "", "{fault:?}");
        assert!(asker.expected(&[ALL, ALL_DELETED]).contains(THREE));
    }
}

#[test]
fn a_refused_list_of_deleted_tickets_ends_the_first_sync_too() {
    let asker = Asker::manual();
    asker.begin();
    let place = ListEndpoint::DeletedTickets as usize;
    asker.account(|account| account.lists.refused[place] = Some(403));
    assert!(asker.expected(&[ALL, ALL_DELETED]).contains(THREE));
}

#[test]
fn parts_that_an_exporter_cannot_use_are_not_told() {
    let asker = Asker::manual();
    asker.begin();
    asker.expected(&[ALL, ALL_DELETED]);
    asker.account(|account| {
        for id in [1, 2] {
            account.world.set_status(id, Status::Open);
        }
    });
    let many = ListEndpoint::ShowMany;
    for (fault, open) in [
        (ListFault::FailedPart, 1),
        (ListFault::UnaskedRows, 2),
        (ListFault::ForeignMetricSets, 2),
    ] {
        asker.account(|account| account.lists.faults_of(many).set(fault, 1));
        let expected = asker.expected(&["tickets/show_many?ids=1,2&include=metric_sets"]);
        let line =
            format!("status=\"open\",priority=\"none\",type=\"none\",channel=\"web\"}} {open}\n");
        assert!(expected.contains(&line), "{fault:?}: {expected}");
        assert!(!expected.contains("reopened"), "{fault:?}");
    }
}
