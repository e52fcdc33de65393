//! Opt-in labels, the names beside them, and the search's counts.

use std::fs;
use zendesk_exporter::ticket::{NamedSet, PerSet};

use tempfile::TempDir;
use zendesk_exporter::ledger::{FieldLabel, LabelSettings, SeriesSettings};
use zendesk_exporter::schedule::ResyncPacing;
use zendesk_exporter::source::{SourceKind, SupportTypeScope};
use zendesk_simulator::names::{BRAND, FORM, GROUP, NameList};
use zendesk_simulator::vocabulary::{Priority, Status, SupportType};
use zendesk_simulator::{Asked, Draft, Fault, NeighbourFault, Options, Simulator, TicketField};

use crate::desk::{Desk, DeskSettings, NOW};
use crate::program::{self, account_of};

/// Six counts, and one page of the names of each set.
const LOOKUPS_OF_ALL: usize = 10;

fn settings(series: SeriesSettings) -> DeskSettings {
    DeskSettings {
        series,
        ..DeskSettings::of(SourceKind::Cursor)
    }
}

fn every_label() -> SeriesSettings {
    SeriesSettings {
        labels: LabelSettings {
            named: PerSet::from_fn(|_| true),
            tags: vec!["vip".to_owned()],
            fields: vec![FieldLabel {
                id: 360_001,
                label: "product".to_owned(),
                values: vec!["shop".to_owned()],
            }],
            ..LabelSettings::default()
        },
        max_series: 10_000,
        ..SeriesSettings::default()
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
    let mut desk = Desk::open_at(settings(SeriesSettings::default()), options).await;
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

const EVERY_FOUR_HOURS: ResyncPacing = ResyncPacing {
    every: std::time::Duration::from_secs(4 * 3600),
    requests_per_minute: 1_000_000,
};

const DRIFT: &str = "zendesk_exporter_count_drift_tickets{account=\"acme\",status=\"open\"}";

/// Three tickets of agents and two of AI agents, long enough ago for the search to know them.
async fn desk_with_ai_agents(settings: DeskSettings) -> Desk {
    let mut desk = Desk::open(settings).await;
    desk.simulator.world(|world| {
        for place in 0..5 {
            let open = Draft {
                status: Status::Open,
                support_type: if place < 3 {
                    SupportType::Agent
                } else {
                    SupportType::AiAgent
                },
                ..Draft::default()
            };
            world.create_at(&open, NOW - 10_000 + place);
        }
    });
    desk.catch_up().await;
    desk
}

#[tokio::test]
async fn counts_of_different_tickets_are_not_compared() {
    for (scope, start_time) in [
        (SupportTypeScope::Agent, 0),
        (SupportTypeScope::AiAgent, 0),
        (SupportTypeScope::All, NOW - 20_000),
    ] {
        let mut desk = desk_with_ai_agents(DeskSettings {
            scope,
            start_time,
            ..settings(SeriesSettings::default())
        })
        .await;
        desk.look_up(6).await;
        desk.step().await;
        let open = "zendesk_search_tickets{account=\"acme\",status=\"open\"}";
        assert_eq!(desk.value(open), Some(5.0), "{scope:?} {start_time}");
        let drift = desk.value("zendesk_exporter_count_drift_tickets");
        assert_eq!(drift, None, "{scope:?} {start_time}");
    }
}

#[tokio::test]
async fn after_all_tickets_are_asked_for_counts_are_compared_once_a_resync_has_read_them() {
    let agents = DeskSettings {
        resync: Some(EVERY_FOUR_HOURS),
        ..settings(SeriesSettings::default())
    };
    let mut desk = desk_with_ai_agents(agents).await;
    desk.change_settings(|settings| settings.scope = SupportTypeScope::All);
    desk.look_up(6).await;
    desk.step().await;
    assert_eq!(desk.value(DRIFT), None);
    let of_ai_agents = "zendesk_tickets{account=\"acme\",status=\"open\",priority=\"none\",type=\"none\",channel=\"web\",support_type=\"ai_agent\"}";
    desk.live_until(|desk| desk.value(of_ai_agents) == Some(2.0))
        .await;
    // The last part of the walk is read again after a quarter of an hour.
    let settled = desk.elapsed() + std::time::Duration::from_secs(3600);
    desk.live_until(|desk| desk.elapsed() >= settled).await;
    desk.look_up(6).await;
    desk.catch_up().await;
    assert_eq!(desk.value(DRIFT), Some(0.0));
}

#[tokio::test]
async fn the_drift_shows_a_thousand_silent_deletions_and_is_zero_after_a_resync() {
    let settings = DeskSettings {
        scope: SupportTypeScope::All,
        resync: Some(EVERY_FOUR_HOURS),
        ..settings(SeriesSettings::default())
    };
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
    let drift = DRIFT;
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
    let series = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            max_values: 1,
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let mut desk = Desk::open(DeskSettings {
        page_size: 1,
        ..settings(series)
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

/// Runs `check --online` on an account with these settings, as an admin.
fn checked_online(simulator: &Simulator, more: &str) -> (Option<i32>, String) {
    let directory = TempDir::new().expect("a directory");
    let settings = format!(
        "accounts:\n  - {{ name: acme, base_url: '{}', auth: {{ access_token: simulator-token }}, labels: {{ {more} }} }}\n",
        simulator.base_url()
    );
    fs::write(directory.path().join("zendesk-exporter.yml"), settings).expect("written");
    program::checked_online(directory.path(), &[])
}

/// What comes first, about the sources.
const SOURCES: &str = "acme: the export can be read, 0 rows in a sample of the last 24 hours\n\
    acme: the list of tickets can be read, 0 tickets in its first page; it leaves out archived tickets, and only verify rounds (export.list.verify.every) find permanent deletions and changes that leave updated_at as it is\n\
    acme: with export.source: auto the exporter would read the export\n";

#[tokio::test(flavor = "multi_thread")]
async fn check_online_names_custom_fields_and_values_that_the_account_does_not_have() {
    let simulator = account_of(Options::manual(0)).await;
    tokio::task::block_in_place(|| {
        let table = [
            ("group: true", 0, ""),
            (
                "custom_fields: [{ id: 360001, label: product, values: [printer, mobile_app] }, { id: 360002, label: escalated }]",
                0,
                "",
            ),
            (
                "custom_fields: [{ id: 360001, label: product, values: [printr, 'Mobile App'] }, { id: 360009, label: line }]",
                1,
                "acme: labels.custom_fields[0].id 360001 (Product): the value `printr` is not an option of the field; did you mean `printer`?\n\
                 acme: labels.custom_fields[0].id 360001 (Product): the value `Mobile App` is not an option of the field; did you mean `mobile_app`?\n\
                 acme: labels.custom_fields[1].id 360009: the account has no such field; did you mean 360001 (Product)?\n",
            ),
            (
                "custom_fields: [{ id: 360003, label: call }], tags: [vip]",
                0,
                "acme: labels.custom_fields[0].id 360003 (Whom to call): the field holds free text, so every short text becomes a label value, even the name of a person; list the values\n\
                 acme: labels.tags is not looked up, because Zendesk has no list of all tags; check the spelling of each tag\n",
            ),
            (
                "custom_fields: [{ id: 350002, label: importance }]",
                1,
                "acme: labels.custom_fields[0].id 350002 (Priority): this is a system field of Zendesk, so the label would always be none; list a custom field\n",
            ),
        ];
        for (more, code, expected) in table {
            let expected = (Some(code), format!("{SOURCES}{expected}"));
            assert_eq!(checked_online(&simulator, more), expected, "{more}");
        }
        // Only who lists custom fields has them looked up.
        let fields = |asked: &Asked| asked.target.starts_with("/api/v2/ticket_fields");
        assert_eq!(
            simulator
                .asked()
                .iter()
                .filter(|asked| fields(asked))
                .count(),
            4
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn check_online_reads_every_page_of_the_fields_and_tells_those_that_are_switched_off() {
    let simulator = account_of(Options::manual(0)).await;
    simulator.world(|world| {
        for id in 400_000..400_250 {
            let field = TicketField::new(id, "text", "More", &[]);
            world.ticket_fields.push(field);
        }
        world.ticket_fields.push(TicketField {
            is_active: false,
            ..TicketField::new(500_000, "tagger", "Old", &[("a", "A")])
        });
    });
    tokio::task::block_in_place(|| {
        let last = "custom_fields: [{ id: 500000, label: old, values: [a] }]";
        let remark = "acme: labels.custom_fields[0].id 500000 (Old): the field is inactive, so new tickets have no value\n";
        assert_eq!(
            checked_online(&simulator, last),
            (Some(0), format!("{SOURCES}{remark}"))
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_cannot_be_looked_up_are_told_and_are_no_mistake_of_the_settings() {
    let simulator = account_of(Options::manual(0)).await;
    let url = simulator.base_url();
    tokio::task::block_in_place(|| {
        let unknown = "custom_fields: [{ id: 999, label: line }]";
        let table = [
            (
                NeighbourFault::Forbidden,
                "the user behind the credentials has no permission for this request",
            ),
            (
                NeighbourFault::NotFound,
                "Zendesk does not know this address",
            ),
            (NeighbourFault::ServerError, "Zendesk answered 500"),
            (
                NeighbourFault::RateLimited,
                "Zendesk's request limit is reached",
            ),
            (
                NeighbourFault::Html,
                "cannot read Zendesk's answer: it is not JSON",
            ),
        ];
        for (fault, why) in table {
            simulator.set_neighbour_fault(fault, 1);
            let (code, words) = checked_online(&simulator, unknown);
            let told = format!(
                "{SOURCES}acme: cannot look up labels.custom_fields at {url}/api/v2/ticket_fields: {why}"
            );
            assert!(words.starts_with(&told), "{words}");
            assert_eq!((code, words.lines().count()), (Some(0), 4), "{words}");
        }
        // An agent may not read the export, but the fields.
        simulator.set_role("agent");
        simulator.set_fault(Fault::NotAdmin, 1);
        let (code, words) = checked_online(&simulator, unknown);
        let told = "\nacme: labels.custom_fields[0].id 999: the account has no such field; the known ones are 360001 (Product), 360002 (Escalated), 360003 (Whom to call)\n";
        assert!(words.ends_with(told) && code == Some(1), "{words}");
    });
}
