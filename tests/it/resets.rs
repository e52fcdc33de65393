//! What other settings reset is told before, by `check`, and when it happens: in the answer of a reload,
//! in the log, and by a metric.

use std::collections::BTreeMap;
use std::fs;
use std::time::SystemTime;

use tempfile::TempDir;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_simulator::names::GROUP;
use zendesk_simulator::{Draft, Options, Simulator, Time};

use crate::program::{Program, ask, code_and_words, run, state_file, wait_for};
use crate::reload::{BEARER, Story, account, settings, simulator, ticket, value, write};

const RESTARTED: &str = "zendesk_exporter_counters_restarted_timestamp_seconds{account=\"acme\"}";

const CREATED: &str = "zendesk_tickets_created_total{account=\"acme\"";

const GROUP_RESETS: &str = "labels change: 7 families of counters begin again at 0, and 8 families of histograms begin again at 0";

fn with(acme: &Simulator, more: &str) -> String {
    let more = format!("{BEARER}, hold_new_series: 1s{more}");
    let settings = settings(&[&account("acme", acme, &more)]);
    format!("web: {{ enable_lifecycle: true }}\n{settings}")
}

/// What `check` prints of other settings than those in use.
fn checked(directory: &TempDir, settings: &str) -> String {
    let path = directory.path().join("other.yml");
    fs::write(&path, settings).expect("written");
    let arguments = ["check", "--config.file", "other.yml"];
    let (code, words) = code_and_words(&run(directory.path(), &[], &arguments));
    assert_eq!(code, Some(0), "{words}");
    words
}

/// The files of a state directory, and when each was last written.
fn files(directory: &TempDir) -> BTreeMap<String, (SystemTime, u64)> {
    let entries = fs::read_dir(directory.path().join("data")).expect("a state directory");
    let entries = entries.map(|entry| {
        let entry = entry.expect("an entry");
        let metadata = entry.metadata().expect("a file");
        let name = entry.file_name().to_string_lossy().into_owned();
        let written = metadata.modified().expect("a time");
        (name, (written, metadata.len()))
    });
    // The index into the write-ahead log belongs to whoever has the database open.
    entries
        .filter(|(name, _)| !name.ends_with("-shm"))
        .collect()
}

/// A time that `state` prints, in Unix seconds.
fn told_by_state(directory: &TempDir, label: &str) -> f64 {
    let (code, words) = code_and_words(&run(directory.path(), &[], &["state"]));
    assert_eq!(code, Some(0), "{words}");
    let mut lines = words.lines().map(str::trim);
    let line = lines.find_map(|line| line.strip_prefix(label));
    let time = line.and_then(|line| line.trim().split(',').next());
    let time = time.and_then(|time| time.parse::<jiff::Timestamp>().ok());
    let time = time.unwrap_or_else(|| panic!("{label}: {words}"));
    time.as_second() as f64
}

fn now() -> f64 {
    SystemClock::new().now().wall().0 as f64
}

/// Waits until our clock shows another second than `before`. Returns which.
fn next_second(before: f64) -> f64 {
    wait_for("the next second", || {
        let now = now();
        (now > before).then_some(now).ok_or(now)
    })
}

/// Counts a created ticket in an account that was read.
fn create(story: &Story, acme: &Simulator) {
    acme.world(|world| {
        world.create(&Draft {
            group: Some(GROUP),
            ..Draft::default()
        })
    });
    acme.advance(120);
    story.program.wait_for("an event", |text| {
        let mut lines = text.lines().filter(|line| line.starts_with(CREATED));
        lines.any(|line| line.ends_with(" 1")).then_some(())
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tells_beside_a_running_exporter_what_other_settings_would_reset() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let begin = with(&acme, ", export: { poll_interval: 1h }");
        let mut story = Story::begin(&begin, &[]);
        story.wait_for(&ticket("acme", ""));
        let before = files(&story.directory);
        let lines = |more: &str| -> Vec<String> {
            let words = checked(&story.directory, &with(&acme, more));
            let lines = words.lines().filter(|line| line.contains("change"));
            lines.map(str::to_owned).collect()
        };
        let table = [
            ("", None),
            (", retry: { maximum: 9s }", None),
            (", labels: { group: true }", Some(GROUP_RESETS)),
            (
                ", labels: { max_values: 5 }",
                Some("labels change: counters and histograms continue"),
            ),
            (
                ", buckets: { zendesk_ticket_replies: [1, 5] }",
                Some("buckets change: 1 family of histograms begins again at 0"),
            ),
            (
                ", export: { slas: true, resync: { every: 0 } }",
                Some(
                    "export.slas changes: 2 families of counters begin at 0, and a resync is due, but export.resync.every is 0",
                ),
            ),
            (
                ", export: { start_time: 1700000000 }",
                Some(
                    "export.start_time changes: counters and histograms continue, and a resync starts",
                ),
            ),
        ];
        for (more, expected) in table {
            let expected = expected.map(|words| format!("acme: {words}"));
            assert_eq!(lines(more), Vec::from_iter(expected), "{more}");
        }
        let moved = with(&acme, "").replace(&acme.base_url(), "http://127.0.0.1:9");
        let words = checked(&story.directory, &moved);
        let told = "acme: there is no state of http://127.0.0.1:9 yet, so its counters begin at 0; if the address of the account changed, its old state is not used (";
        assert!(words.contains(told), "{words}");
        assert_eq!(files(&story.directory), before);
        assert!(story.value("zendesk_up{account=\"acme\"}") > 0.0);
        assert_eq!(story.program.terminate(), Some(0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn check_reads_one_moment_of_a_state_that_is_written_meanwhile() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let story = Story::begin(&with(&acme, ""), &[]);
        story.wait_for(&ticket("acme", ""));
        for _ in 0..20 {
            acme.world(|world| world.create(&Draft::default()));
            acme.advance(120);
            let words = checked(&story.directory, &with(&acme, ", labels: { group: true }"));
            assert!(words.contains(GROUP_RESETS), "{words}");
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tells_of_a_state_that_it_cannot_read_and_of_none_that_is_not_there() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let directory = TempDir::new().expect("a directory");
        let lines = |words: &str| {
            let of_account = words.lines().filter(|line| line.starts_with("acme: "));
            of_account.count()
        };
        let words = checked(&directory, &with(&acme, ""));
        assert_eq!(lines(&words), 2, "{words}");
        assert!(!directory.path().join("data").exists());

        let mut story = Story::begin_in(directory, &with(&acme, ""), &[]);
        story.wait_for(&ticket("acme", ""));
        assert_eq!(story.program.terminate(), Some(0));
        let state = state_file(story.directory.path());
        fs::write(&state, "rubbish").expect("written");
        let words = checked(&story.directory, &with(&acme, ""));
        assert_eq!(lines(&words), 3, "{words}");
        let unread =
            "acme: cannot tell what these settings would reset, because the state cannot be read: ";
        assert!(words.contains(unread), "{words}");
        assert_eq!(fs::read(&state).expect("there"), b"rubbish");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_answers_and_logs_what_it_resets_and_the_metric_moves() {
    let acme = simulator().await;
    tokio::task::block_in_place(|| {
        let started = now();
        let mut story = Story::begin(&with(&acme, ""), &[]);
        story.wait_for(&ticket("acme", ""));
        let made = story.value(RESTARTED);
        assert!(made >= started && made <= now(), "{made}");
        assert_eq!(
            made,
            story.value("zendesk_exporter_state_created_timestamp_seconds")
        );
        create(&story, &acme);

        // Nothing that counts.
        story.change(&with(&acme, ", retry: { maximum: 9s }"));
        assert_eq!(story.value(RESTARTED), made);

        let grouped = with(&acme, ", labels: { group: true }");
        write(&story.directory, &grouped);
        let wall = next_second(made);
        let answer = ask(story.program.address(), "POST", "/-/reload").expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        let done = "settings reloaded; accounts added: 0, removed: 0, changed: 1";
        assert!(body.starts_with(done), "{body}");
        let told = format!("\nacme: {GROUP_RESETS}\n");
        assert!(body.ends_with(&told), "{body}");
        let text = story.program.wait_for("the label", |text| {
            let label = format!("{CREATED},priority=\"none\",type=\"none\",channel=\"web\",group=");
            text.contains(&label).then(|| text.to_owned())
        });
        assert!(
            !text
                .lines()
                .any(|line| line.starts_with(CREATED) && line.ends_with(" 1"))
        );
        let restarted = value(&text, RESTARTED);
        assert!(restarted >= wall && restarted <= now(), "{restarted}");
        assert_eq!(
            value(&text, "zendesk_exporter_state_created_timestamp_seconds"),
            made
        );
        // The account may be the first to say so.
        let in_effect = |line: &String| {
            line.contains("new settings are in effect")
                && line.contains("changed=\"retry, labels\" effect=")
                && line.contains(GROUP_RESETS)
        };
        if !story.program.logged.iter().any(in_effect) {
            let line = story.program.wait_for_log("new settings are in effect");
            assert!(in_effect(&line), "{line}");
        }
        assert_eq!(story.program.terminate(), Some(0));

        // It is kept, and a start with other settings tells the same.
        let mut again = Story::begin_in(story.directory, &grouped, &[]);
        again.wait_for("zendesk_up{account=\"acme\"} 1\n");
        assert_eq!(again.value(RESTARTED), restarted);
        assert_eq!(again.program.terminate(), Some(0));
        next_second(restarted);
        let mut last = Story::begin_in(again.directory, &with(&acme, ""), &[]);
        last.wait_for("zendesk_up{account=\"acme\"} 1\n");
        assert!(last.value(RESTARTED) > restarted);
        let restarted = last.value(RESTARTED);
        assert_eq!(told_by_state(&last.directory, "created"), made);
        assert_eq!(told_by_state(&last.directory, "counters reset"), restarted);
        let logged = last.program.logged.join("\n");
        assert!(logged.contains(GROUP_RESETS), "{logged}");
        assert_eq!(last.program.terminate(), Some(0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_an_old_state_warns_of_what_a_copy_that_was_put_back_does() {
    let now = SystemClock::new().now().wall().0;
    let acme = Simulator::start(Options {
        time: Time::manual(now - 8 * 3600 - 180),
        ..Options::manual(0)
    })
    .await
    .expect("a free port");
    acme.world(|world| world.create(&Draft::default()));
    acme.advance(120);
    tokio::task::block_in_place(|| {
        let mut story = Story::begin(&with(&acme, ""), &[]);
        let warning = "the state is hours old";
        story.program.wait_for("what it is true of", |text| {
            text.contains("zendesk_exporter_data_timestamp_seconds{")
                .then_some(())
        });
        story.wait_for(&ticket("acme", ""));
        assert!(!story.program.logged.join("\n").contains(warning));
        assert_eq!(story.program.terminate(), Some(0));
        let arguments = ["--web.listen-address", "127.0.0.1:0"];
        let program = Program::start(story.directory.path(), &[], &arguments);
        let logged = program.logged.join("\n");
        assert!(logged.contains(warning), "{logged}");
        assert!(logged.contains("age_hours=8"), "{logged}");
    });
}
