//! States that earlier versions left: what is shown of them, and how they go on.

use rusqlite::Connection;
use zendesk_exporter::state::sqlite::verify;
use zendesk_simulator::life::Rates;
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Draft, Habits, Options};

use super::life::{BEGINS, Life};
use super::recording::Recording;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

const SCHEMA_1: &str = include_str!("../../fixtures/state-schema-1.sql");
const SCHEMA_2: &str = include_str!("../../fixtures/state-schema-2.sql");
const SCHEMA_3: &str = include_str!("../../fixtures/state-schema-3.sql");

/// Some time after the states of schemas 1 and 2 were left, in Unix seconds.
const SCHEMA_1_LEFT_AT: i64 = 1_795_591_200;
const SCHEMA_2_LEFT_AT: i64 = 1_795_640_000;

/// A run of the resync in each stage, with the mark that records get.
const STAGES: [(&str, u8, &str); 6] = [
    ("stage-walk-", 2, r#""walk""#),
    ("stage-settle-", 2, r#"{"settle":{"from":1789993500}}"#),
    (
        "stage-count-",
        2,
        r#"{"count":{"after":20,"all":1,"beyond":0}}"#,
    ),
    (
        "stage-sweep-",
        2,
        r#"{"sweep":{"before":12,"swept":3,"spared":0}}"#,
    ),
    (
        "stage-sweep-by-rising-ids-",
        2,
        r#"{"sweep":{"after":12,"swept":3}}"#,
    ),
    ("stage-clear-", 255, r#"{"clear":{"after":10}}"#),
];

/// When tickets were changed by hand, in seconds of that life.
const CHANGED_AT: i64 = 2 * HOUR;

/// When the state of schema 3 was left, in seconds of its life: a resync was under way.
const LEFT_AT: i64 = 8_580;

/// The account that wrote the state of schema 3.
fn options() -> Options {
    Options {
        seed: 83,
        tickets: 24,
        lived_days: 1,
        rates: Rates {
            tickets_per_day: 24.0,
        },
        habits: Habits {
            channels: Some(1),
            vanished_per_thousand: 60,
            ..Habits::LIVELY
        },
        ..Options::manual(0)
    }
}

/// The settings that it was written with.
const SETTINGS: &str = "accounts:
  - name: acme
    base_url: '{0}'
    auth: { access_token: simulator-token }
    export: { page_size: 6, slas: true, support_type_scope: all, resync: { every: 1h, requests_per_minute: 1 } }
    labels: { group: true, brand: true, form: true, custom_status: true, tags: [vip, outage], custom_fields: [{ id: 360001, label: product, values: [printer] }], max_values: 3 }
    buckets: {
      zendesk_ticket_first_reply_seconds: [4h],
      zendesk_ticket_first_reply_business_seconds: [4h],
      zendesk_ticket_first_resolution_seconds: [4h],
      zendesk_ticket_first_resolution_business_seconds: [4h],
      zendesk_ticket_full_resolution_seconds: [4h],
      zendesk_ticket_full_resolution_business_seconds: [4h],
      zendesk_ticket_requester_wait_seconds: [4h],
      zendesk_ticket_requester_wait_business_seconds: [4h],
      zendesk_ticket_agent_wait_seconds: [4h],
      zendesk_ticket_agent_wait_business_seconds: [4h],
      zendesk_ticket_on_hold_seconds: [4h],
      zendesk_ticket_on_hold_business_seconds: [4h],
      zendesk_ticket_replies: [1],
      zendesk_ticket_reopens: [0] }
";

/// The buckets of these settings.
fn buckets() -> &'static str {
    let at = SETTINGS.find("buckets:").expect("there are buckets");
    &SETTINGS[at..]
}

/// Two hours after the start: what the life of the account does not bring by itself.
fn change_tickets(life: &Life) {
    life.simulators[0].world(|world| {
        world.delete(3);
        world.tag(7, "outage");
        world.merge(9);
    });
}

/// The account at the moment at which it left the state.
async fn left(recording: Recording, part: &'static str) -> Life {
    let mut life = Life::part_of(recording, part, vec![options()]).await;
    life.skip(CHANGED_AT);
    change_tickets(&life);
    life.skip(LEFT_AT - CHANGED_AT);
    life
}

#[tokio::test]
async fn states_of_every_schema_are_shown_and_go_on() {
    let mut recording = Recording::of("states");
    recording = schema_1(recording).await;
    recording = schema_2(recording).await;
    recording = schema_3(recording).await;
    recording = schema_3_with_other_settings(recording).await;
    for (part, mark, stage) in STAGES {
        recording = resync_in(recording, part, mark, stage).await;
    }
    recording.finish();
}

async fn schema_1(recording: Recording) -> Recording {
    let mut life = Life::part_of(recording, "schema-1-", vec![Options::manual(0)]).await;
    life.skip(SCHEMA_1_LEFT_AT - BEGINS);
    put(&life, SCHEMA_1, &[]);
    let account = "name: acme, base_url: '{0}', auth: { access_token: simulator-token }";
    life.start(&format!("accounts: [{{ {account}, {} }}]", buckets()));
    life.show("opened").await;
    create_tickets(&life);
    life.live(HOUR).await;
    life.show("an-hour-later").await;
    life.recorded()
}

async fn schema_2(recording: Recording) -> Recording {
    let mut life = Life::part_of(recording, "schema-2-", vec![Options::manual(0)]).await;
    life.skip(SCHEMA_2_LEFT_AT - BEGINS);
    put(&life, SCHEMA_2, &[]);
    life.start(&format!(
        "accounts:
  - name: acme
    base_url: '{{0}}'
    auth: {{ access_token: simulator-token }}
    export: {{ business_hours: true }}
    labels: {{ max_values: 2 }}
    {}",
        buckets()
    ));
    life.show("opened").await;
    create_tickets(&life);
    life.live(HOUR).await;
    life.show("an-hour-later").await;
    life.recorded()
}

async fn schema_3(recording: Recording) -> Recording {
    let mut life = left(recording, "schema-3-").await;
    put(&life, SCHEMA_3, &[]);
    life.start(SETTINGS);
    life.show("opened").await;
    life.live(MINUTE).await;
    life.show("a-minute-later").await;
    life.live(3 * HOUR).await;
    life.show("hours-later").await;
    life.recorded()
}

async fn schema_3_with_other_settings(recording: Recording) -> Recording {
    let mut life = left(recording, "with-other-settings-").await;
    put(&life, SCHEMA_3, &[]);
    life.start(
        "accounts:
  - name: acme
    base_url: '{0}'
    auth: { access_token: simulator-token }
    export: { metric_sets: false, source: time, support_type_scope: all }
    labels: { brand: true, tags: [vip] }
",
    );
    life.show("opened").await;
    life.live(HOUR).await;
    life.show("an-hour-later").await;
    life.recorded()
}

/// The state of schema 3 with its resync in another stage.
async fn resync_in(recording: Recording, part: &'static str, mark: u8, stage: &str) -> Recording {
    let mut life = left(recording, part).await;
    let resync = format!(
        r#"{{"mark":{mark},"complete_mark":1,"ended_at":1789989721,"settings_changed":false,"run":{{"stage":{stage},"position":null,"first_row":1737338280,"last_row":1758362280}},"vanished":1,"refused":0}}"#
    );
    put(&life, SCHEMA_3, &[("resync", &resync)]);
    life.start(SETTINGS);
    life.show("opened").await;
    life.live(20 * MINUTE).await;
    life.show("later").await;
    life.recorded()
}

/// Tickets with the ids of those in the state, so that these change by what is read of them.
fn create_tickets(life: &Life) {
    life.mark("tickets of the state are read again");
    life.simulators[0].world(|world| {
        for status in &Status::ALL[..6] {
            world.create(&Draft {
                status: *status,
                ..Draft::default()
            });
        }
    });
}

/// Puts a state where the exporter looks for that of the first account, as if that had left it, with some
/// entries of `meta` replaced.
#[expect(
    clippy::disallowed_methods,
    reason = "the state of an older version is made here"
)]
fn put(life: &Life, sql: &str, entries: &[(&str, &str)]) {
    let path = life.state_path(0);
    let state = Connection::open(&path).expect("a new file");
    state.execute_batch(sql).expect("the statements run");
    let address = life.simulators[0].base_url();
    let entries = entries
        .iter()
        .copied()
        .chain([("account", address.as_str())]);
    let checksum: String = meta(&state, "checksum");
    let mut checksum: u64 = checksum.parse().expect("a number");
    for (key, value) in entries {
        let before = meta(&state, key);
        checksum = checksum
            .wrapping_sub(row_checksum(key, &before))
            .wrapping_add(row_checksum(key, value));
        set_meta(&state, key, value);
    }
    set_meta(&state, "checksum", &checksum.to_string());
    drop(state);
    let verified = verify(&path, &address).expect("readable");
    assert_eq!(verified.problems, [""; 0]);
}

fn meta(state: &Connection, key: &str) -> String {
    let found = state.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
        row.get(0)
    });
    found.expect("an entry")
}

fn set_meta(state: &Connection, key: &str, value: &str) {
    state
        .execute("UPDATE meta SET value = ?2 WHERE key = ?1", [key, value])
        .expect("it is changed");
}

/// What an entry of `meta` adds to the checksum of schemas 1 to 3.
fn row_checksum(key: &str, value: &str) -> u64 {
    let row = format!("meta\0{key}\0\0{value}\0");
    u64::from(crc32fast::hash(row.as_bytes())).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
