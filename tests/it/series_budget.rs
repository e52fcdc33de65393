//! How many series an account takes: the budgets.

use zendesk_exporter::ledger::{BusinessHours, FieldLabel, LabelSettings, SeriesSettings};
use zendesk_exporter::source::SourceKind;
use zendesk_exporter::ticket::{NamedSet, PerSet};
use zendesk_simulator::vocabulary::{Priority, Status, TicketType};
use zendesk_simulator::{Draft, Habits, Options};

use crate::desk::{Desk, DeskSettings, NOW};

/// The samples of a whole scrape, what the exporter says of itself included.
fn series(desk: &Desk) -> usize {
    let text = desk.scrape();
    text.lines().filter(|line| !line.starts_with('#')).count()
}

fn settings(series: SeriesSettings) -> DeskSettings {
    DeskSettings {
        series,
        page_size: 1_000,
        ..DeskSettings::of(SourceKind::Cursor)
    }
}

/// An account of three thousand tickets in eight channels and more, after its first sync.
async fn synced(series: SeriesSettings) -> Desk {
    let options = Options {
        tickets: 3_000,
        habits: Habits::LIVELY,
        ..Options::manual(NOW)
    };
    let mut desk = Desk::open_at(settings(series), options).await;
    desk.catch_up().await;
    let text = desk.scrape();
    let channels = text.lines().filter_map(|line| {
        let (_, rest) = line.split_once("channel=\"")?;
        rest.split('"').next()
    });
    let channels: std::collections::BTreeSet<&str> = channels.collect();
    assert!(channels.len() >= 8, "{channels:?}");
    desk
}

#[tokio::test]
async fn a_default_account_takes_less_than_two_thousand_series() {
    let desk = synced(SeriesSettings::default()).await;
    let by_default = series(&desk);
    assert!(by_default <= 1_800, "{by_default}");
    // Also once its business hours differ.
    let with_business_hours = synced(SeriesSettings {
        business_hours: BusinessHours::Always,
        ..SeriesSettings::default()
    });
    let with_business_hours = series(&with_business_hours.await);
    assert_eq!(with_business_hours, by_default + 6 * 6 * 15);
    assert!(with_business_hours <= 1_800, "{with_business_hours}");
}

#[tokio::test]
async fn an_account_with_every_usual_label_takes_less_than_six_thousand() {
    let desk = synced(SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default()
                .with(NamedSet::Group, true)
                .with(NamedSet::Brand, true),
            fields: vec![FieldLabel {
                id: 360_001,
                label: "product".to_owned(),
                values: ["printer", "scanner"].map(str::to_owned).to_vec(),
            }],
            tags: ["vip", "billing", "refund"].map(str::to_owned).to_vec(),
            ..LabelSettings::default()
        },
        slas: true,
        ..SeriesSettings::default()
    })
    .await;
    let text = desk.scrape();
    for label in ["group=", "brand=", "product=", "tag=", "metric="] {
        assert!(text.contains(label), "{label}");
    }
    let series = series(&desk);
    assert!(series <= 6_000, "{series}");
}

/// The values that Zendesk itself has, without the ones that nobody knows yet.
const STATUSES: [Status; 6] = [
    Status::New,
    Status::Open,
    Status::Pending,
    Status::Hold,
    Status::Solved,
    Status::Closed,
];
const PRIORITIES: [Priority; 5] = [
    Priority::None,
    Priority::Low,
    Priority::Normal,
    Priority::High,
    Priority::Urgent,
];
const TYPES: [TicketType; 5] = [
    TicketType::None,
    TicketType::Question,
    TicketType::Incident,
    TicketType::Problem,
    TicketType::Task,
];
const CHANNELS: [&str; 12] = [
    "web", "email", "api", "chat", "voice", "sms", "line", "viber", "twitter", "facebook",
    "whatsapp", "telegram",
];

/// One ticket of each combination.
fn every_combination() -> Vec<Draft> {
    let mut drafts = Vec::new();
    for status in STATUSES {
        for priority in PRIORITIES {
            for ticket_type in TYPES {
                for channel in CHANNELS {
                    drafts.push(Draft {
                        status,
                        priority,
                        ticket_type,
                        channel,
                        ..Draft::default()
                    });
                }
            }
        }
    }
    drafts
}

#[tokio::test]
async fn twelve_channels_with_every_combination_in_use_take_less_than_seven_thousand() {
    let mut desk = Desk::open(settings(SeriesSettings {
        business_hours: BusinessHours::Always,
        ..SeriesSettings::default()
    }))
    .await;
    desk.simulator.world(|world| {
        for draft in every_combination() {
            world.create(&draft);
        }
    });
    desk.catch_up().await;
    let first = series(&desk);
    assert!(first <= 7_000, "{first}");
    // Everything that can be counted has been: solved and reopened, deleted and restored, updated in
    // every status.
    for statuses in [&STATUSES[..], &STATUSES[1..]] {
        for status in statuses {
            desk.simulator.world(|world| {
                for id in 1..=1_800 {
                    world.set_status(id, *status);
                }
            });
            desk.catch_up().await;
        }
        desk.simulator.world(|world| {
            for id in 1..=1_800 {
                world.delete(id);
            }
        });
        desk.catch_up().await;
    }
    let all = series(&desk);
    assert!(first < all && all <= 7_000, "{all}");
}
