//! Opt-in labels, the names beside them, and the search's counts.

use zendesk_exporter::ledger::{FieldLabel, Layout};
use zendesk_exporter::schedule::ResyncPacing;
use zendesk_exporter::walk::ExportSource;
use zendesk_simulator::names::{BRAND, FORM, GROUP, NameList};
use zendesk_simulator::vocabulary::{Priority, Status};
use zendesk_simulator::{Draft, Options};

use crate::desk::{Desk, DeskSettings, NOW};

/// Six counts, and one page of the names of each set.
const LOOKUPS_OF_ALL: usize = 10;

fn settings(layout: Layout) -> DeskSettings {
    DeskSettings {
        layout,
        ..DeskSettings::of(ExportSource::Cursor)
    }
}

fn every_label() -> Layout {
    Layout {
        group: true,
        brand: true,
        form: true,
        custom_status: true,
        tags: vec!["vip".to_owned()],
        fields: vec![FieldLabel {
            id: 360_001,
            label: "product".to_owned(),
            values: vec!["shop".to_owned()],
        }],
        max_series: 10_000,
        ..Layout::default()
    }
}

fn draft(product: &'static str) -> Draft {
    Draft {
        priority: Priority::High,
        group: Some(GROUP + 1),
        brand: Some(BRAND),
        form: Some(FORM),
        tags: vec!["vip".into(), "refund".into()],
        product: Some(product.into()),
        ..Draft::default()
    }
}

#[tokio::test]
async fn every_opt_in_label_holds_an_id_or_a_listed_value() {
    let mut desk = Desk::open(settings(every_label())).await;
    desk.simulator.world(|world| {
        world.create(&draft("shop"));
        world.create(&draft("something_else"));
        world.create(&Draft {
            product: None,
            group: None,
            ..draft("")
        });
    });
    desk.catch_up().await;
    let (group, brand, form) = (GROUP + 1, BRAND, FORM);
    let ticket = |group: &str, product: &str| {
        format!(
            "zendesk_tickets{{account=\"acme\",status=\"new\",priority=\"high\",type=\"none\",channel=\"web\",group=\"{group}\",brand=\"{brand}\",form=\"{form}\",custom_status=\"5000\",product=\"{product}\"}} 1\n"
        )
    };
    let unassigned = |group: &str, count| {
        format!(
            "zendesk_unassigned_tickets{{account=\"acme\",status=\"new\",priority=\"high\",group=\"{group}\",brand=\"{brand}\"}} {count}\n"
        )
    };
    let group = group.to_string();
    assert_eq!(
        desk.tickets(),
        [
            ticket(&group, "other"),
            ticket(&group, "shop"),
            ticket("none", "none"),
            unassigned(&group, 2),
            unassigned("none", 1),
        ]
        .concat()
    );
    assert_eq!(
        desk.samples(&["zendesk_tagged_tickets"]),
        "zendesk_tagged_tickets{account=\"acme\",tag=\"vip\",status=\"new\",priority=\"high\"} 3\n"
    );
}

#[tokio::test]
async fn names_stand_beside_the_ids_and_a_rename_splits_no_series() {
    let mut desk = Desk::open(settings(every_label())).await;
    desk.simulator.world(|world| world.create(&draft("shop")));
    desk.catch_up().await;
    desk.look_up(LOOKUPS_OF_ALL).await;
    desk.catch_up().await;
    let infos = [
        "zendesk_group_info",
        "zendesk_brand_info",
        "zendesk_form_info",
        "zendesk_custom_status_info",
    ];
    let named = |group: &str| {
        format!(
            "zendesk_group_info{{account=\"acme\",group=\"{}\",name=\"{group}\"}} 1\n\
             zendesk_brand_info{{account=\"acme\",brand=\"{BRAND}\",name=\"Acme\"}} 1\n\
             zendesk_form_info{{account=\"acme\",form=\"{FORM}\",name=\"Default\"}} 1\n\
             zendesk_custom_status_info{{account=\"acme\",custom_status=\"5000\",name=\"New\"}} 1\n",
            GROUP + 1
        )
    };
    assert_eq!(desk.samples(&infos), named("Billing \\\"VIP\\\""));
    let series = |desk: &Desk| -> Vec<String> {
        let text = desk.scrape();
        let of_tickets = text
            .lines()
            .filter(|line| line.starts_with("zendesk_ticket"));
        of_tickets
            .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()))
            .collect()
    };
    let before = series(&desk);

    desk.simulator.world(|world| {
        assert!(world.rename(NameList::Groups, GROUP + 1, "Money\\\n\"matters\""));
    });
    desk.look_up(LOOKUPS_OF_ALL).await;
    desk.catch_up().await;
    assert_eq!(desk.samples(&infos), named("Money\\\\\\n\\\"matters\\\""));
    assert_eq!(series(&desk), before);
}

#[tokio::test]
async fn an_account_has_its_totals_while_the_first_sync_still_runs() {
    let options = Options {
        tickets: 1_000,
        ..Options::manual(NOW)
    };
    let mut desk = Desk::open_at(settings(Layout::default()), options).await;
    desk.step().await;
    desk.look_up(6).await;
    desk.step().await;
    assert_eq!(
        desk.value("zendesk_exporter_initial_sync_complete"),
        Some(0.0)
    );
    assert_eq!(desk.tickets(), "");
    for status in [Status::Open, Status::Solved] {
        let expected = desk.simulator.world(|world| world.searched(status, 0));
        let sample = format!(
            "zendesk_search_tickets{{account=\"acme\",status=\"{}\"",
            status.label()
        );
        assert_eq!(desk.value(&sample), Some(expected as f64));
        assert!(expected > 0, "{status:?}");
    }
    assert_eq!(desk.value("zendesk_exporter_count_drift_tickets"), None);
}

#[tokio::test]
async fn the_drift_shows_a_thousand_silent_deletions_and_is_zero_after_a_resync() {
    let mut settings = settings(Layout::default());
    settings.resync = Some(ResyncPacing {
        every: std::time::Duration::from_secs(4 * 3600),
        requests_per_minute: 1_000_000,
    });
    let mut desk = Desk::open(settings).await;
    desk.simulator.world(|world| {
        for place in 0..3_000 {
            let open = Draft {
                status: Status::Open,
                ..Draft::default()
            };
            world.create_at(&open, NOW - 10_000 + place);
        }
    });
    desk.catch_up().await;
    let drift = "zendesk_exporter_count_drift_tickets{account=\"acme\",status=\"open\"}";
    desk.look_up(6).await;
    desk.step().await;
    assert_eq!(desk.value(drift), Some(0.0));
    desk.simulator.world(|world| world.vanish_many(1..=1_000));
    // The search index is some minutes behind.
    desk.simulator.advance(900);
    desk.look_up(6).await;
    desk.step().await;
    assert_eq!(desk.value(drift), Some(1_000.0));
    desk.live_until(|desk| desk.value("zendesk_exporter_vanished_tickets_total") == Some(1_000.0))
        .await;
    desk.look_up(6).await;
    desk.catch_up().await;
    assert_eq!(desk.value(drift), Some(0.0));
}

#[tokio::test]
async fn the_backlog_shows_the_values_that_were_chosen_when_the_first_sync_completed() {
    let layout = Layout {
        group: true,
        max_values: 1,
        ..Layout::default()
    };
    let mut desk = Desk::open(DeskSettings {
        page_size: 1,
        ..settings(layout)
    })
    .await;
    let long_ago = NOW - 200 * 24 * 3600;
    desk.simulator.world(|world| {
        // The group that the export names first is not in use any more.
        world.create_at(
            &Draft {
                status: Status::Closed,
                group: Some(GROUP),
                created_at: Some(long_ago),
                ..Draft::default()
            },
            long_ago,
        );
        world.create(&draft("shop"));
        world.create(&draft("shop"));
    });
    desk.catch_up().await;
    let group = GROUP + 1;
    let of_group = |name: &str, labels: &str, value: i64| {
        format!("{name}{{account=\"acme\",{labels},group=\"{group}\"}} {value}\n")
    };
    let by_status = "status=\"new\",priority=\"high\"";
    let families = [
        "zendesk_unassigned_tickets",
        "zendesk_stalest_unsolved_ticket_updated_timestamp_seconds",
        "zendesk_overdue_tasks",
    ];
    let expected = [
        of_group(families[0], by_status, 2),
        of_group(families[1], by_status, NOW),
        of_group(families[2], "priority=\"high\"", 0),
    ]
    .concat();
    assert_eq!(desk.samples(&families), expected);
    desk.restart();
    assert_eq!(desk.samples(&families), expected);
}
