//! What is asked beside the export, over real HTTP.

use std::time::Duration;

use zendesk_exporter::source::{ApiError, Auth, LookupSource};
use zendesk_exporter::ticket::{NamedSet, Status, UnixSeconds};
use zendesk_exporter::zendesk::{Client, ClientSettings};
use zendesk_simulator::names::NameList;
use zendesk_simulator::neighbour_faults::NeighbourFault;
use zendesk_simulator::{Draft, Options, Simulator, vocabulary};

use crate::connections::client_settings;
use crate::desk::NOW;

async fn simulator() -> (Simulator, Client) {
    let simulator = Simulator::start(Options::manual(NOW))
        .await
        .expect("a free port");
    let auth = Auth::AccessToken("simulator-token".into());
    let client = Client::new(ClientSettings {
        request_timeout: Duration::from_secs(10),
        ..client_settings(&simulator.base_url(), auth)
    })
    .expect("credentials that can be sent");
    (simulator, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_counts_tickets_by_status_or_says_that_it_does_not_know() {
    let (simulator, client) = simulator().await;
    simulator.world(|world| {
        for _ in 0..3 {
            world.create(&Draft::default());
        }
        let solved = world.create(&Draft::default());
        world.set_status(solved, vocabulary::Status::Solved);
    });
    simulator.advance(3600);
    for (status, expected) in [(Status::New, 3), (Status::Solved, 1), (Status::Hold, 0)] {
        let count = client.search_count(status, UnixSeconds(0)).await.outcome;
        assert_eq!(count.expect("a count"), Some(expected), "{status:?}");
    }
    for fault in [NeighbourFault::SearchNull, NeighbourFault::SearchCapped] {
        simulator.set_neighbour_fault(fault, 1);
        let count = client
            .search_count(Status::New, UnixSeconds(0))
            .await
            .outcome;
        assert_eq!(count.expect("an answer"), None, "{fault:?}");
    }
    simulator.set_neighbour_fault(NeighbourFault::Html, 1);
    let count = client
        .search_count(Status::New, UnixSeconds(0))
        .await
        .outcome;
    assert!(matches!(count, Err(ApiError::Decode { .. })), "{count:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_come_page_by_page_as_people_wrote_them_deleted_groups_too() {
    let (simulator, client) = simulator().await;
    simulator.world(|world| {
        for number in 0..150 {
            world.add_name(NameList::Groups, &format!("Team {number}"));
        }
    });
    let mut names = Vec::new();
    let (mut after, mut pages) = (None, 0);
    loop {
        let page = client
            .names(NamedSet::Group, after.as_deref(), UnixSeconds(0))
            .await
            .outcome;
        let page = page.expect("a page");
        names.extend(page.names);
        pages += 1;
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((names.len(), pages), (156, 2));
    let written: Vec<&str> = names[..6].iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(
        written,
        [
            "Support",
            "Billing \"VIP\"",
            "Entwicklung \u{2013} Störungen",
            "夜勤",
            "C:\\returns\nand refunds",
            "Support",
        ]
    );
    let statuses = client
        .names(NamedSet::CustomStatus, None, UnixSeconds(0))
        .await
        .outcome;
    assert_eq!(statuses.expect("a page").names.len(), 8);
    simulator.set_neighbour_fault(NeighbourFault::NotFound, 1);
    let forms = client
        .names(NamedSet::Form, None, UnixSeconds(0))
        .await
        .outcome;
    assert!(matches!(forms, Err(ApiError::NotFound { .. })), "{forms:?}");
}
