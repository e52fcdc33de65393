//! The demo as somebody meets it who tries the program out: its first minute, and its past.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use zendesk_exporter::ledger::SeriesSettings;
use zendesk_exporter::source::{SourceKind, SupportTypeScope};
use zendesk_simulator::{Options, Time};

use crate::desk::{Desk, DeskSettings, NOW};
use crate::program::{Program, code_and_words, command, real_now, run, wait_for};
use crate::prometheus::Prometheus;

/// Starts the demo; what it prints goes into the file `invitation` in `directory`.
fn demo(directory: &Path, arguments: &[&str]) -> Program {
    let invitation = File::create(directory.join("invitation")).expect("created");
    let mut command = command(directory, &[]);
    command
        .args(["demo", "--web.listen-address", "127.0.0.1:0"])
        .args(arguments);
    Program::spawn_printing(&mut command, Stdio::from(invitation))
}

fn invitation(directory: &Path) -> String {
    wait_for("the invitation", || {
        let text = fs::read_to_string(directory.join("invitation")).expect("readable");
        if text.contains("Ctrl-C\n") {
            Ok(text)
        } else {
            Err(text)
        }
    })
}

/// What the samples that begin so add up to.
fn sum(text: &str, sample: &str) -> f64 {
    let lines = text.lines().filter(|line| line.starts_with(sample));
    let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    values.sum()
}

#[test]
fn a_demo_is_full_and_true_from_its_first_scrape_on() {
    let directory = TempDir::new().expect("a directory");
    let mut program = demo(directory.path(), &[]);
    let text = program.wait_for("tickets", |text| {
        text.contains("zendesk_up{account=\"demo\"} 1")
            .then(|| text.to_owned())
    });
    let age = |name: &str| real_now() as f64 - sum(&text, name);
    let data = age("zendesk_exporter_data_timestamp_seconds{account=\"demo\"}");
    assert!((0.0..180.0).contains(&data), "{data}");
    // It has been running for an hour, in which something happened.
    for name in [
        "zendesk_tickets_created_total{",
        "zendesk_tickets_solved_total{",
        "zendesk_tickets_updated_total{",
        "zendesk_ticket_first_reply_seconds_count{",
        "zendesk_ticket_full_resolution_seconds_count{",
        "zendesk_satisfaction_ratings_total{",
        "zendesk_sla_targets_total{",
    ] {
        assert!(sum(&text, name) >= 5.0, "{name}: {}", sum(&text, name));
    }
    // The backlog of a desk that keeps up: all statuses, most of it young, some forgotten.
    for status in ["new", "open", "pending", "hold"] {
        let name = format!("zendesk_unsolved_tickets{{account=\"demo\",status=\"{status}\"");
        assert!(sum(&text, &name) >= 5.0, "{status}");
    }
    let of_age = |age: &str| -> f64 {
        let lines = text
            .lines()
            .filter(|line| line.starts_with("zendesk_unsolved_tickets{"));
        let lines = lines.filter(|line| line.contains(&format!("age=\"{age}\"")));
        sum(&lines.collect::<Vec<_>>().join("\n"), "zendesk_")
    };
    let ages = ["0-4h", "4h-1d", "1d-3d", "3d-7d", "7d-30d", "30d-90d"].map(of_age);
    assert!(ages.iter().all(|tickets| *tickets >= 1.0), "{ages:?}");
    assert!(ages[0] + ages[1] > 3.0 * (ages[2] + ages[3]), "{ages:?}");
    let page = program.get("/");
    assert!(
        page.contains("Up to date.") && !page.contains(" h ago"),
        "{page}"
    );
    // And it goes on. Creations count as updates. By themselves they are too rare: now and then none comes within
    // a minute, or only one whose series is new and is still shown at 0.
    let updated = sum(&text, "zendesk_tickets_updated_total{");
    program.wait_for("another event", |text| {
        (sum(text, "zendesk_tickets_updated_total{") > updated).then_some(())
    });
    let text = invitation(directory.path());
    assert!(
        text.contains("/d/zendesk-support?from=now-30m&refresh=10s"),
        "{text}"
    );
    assert_eq!(program.terminate(), Some(0));
}

#[tokio::test]
async fn the_desk_of_the_demo_is_counted_exactly() {
    let settings = DeskSettings {
        page_size: 1_000,
        scope: SupportTypeScope::All,
        series: SeriesSettings {
            slas: true,
            ..SeriesSettings::default()
        },
        ..DeskSettings::of(SourceKind::Cursor)
    };
    let options = Options::demo(Time::manual(NOW), NOW);
    let mut desk = Desk::open_at(settings, options).await;
    desk.catch_up().await;
    for _ in 0..8 {
        desk.simulator.advance(480);
        desk.clock.advance(Duration::from_secs(480));
        desk.catch_up().await;
        desk.check_against_oracle();
    }
    let created = sum(&desk.scrape(), "zendesk_tickets_created_total{");
    assert!(created > 100.0, "{created}");
}

/// The printed lines that are for a second terminal.
fn commands(invitation: &str) -> Vec<&str> {
    let lines = invitation.lines();
    lines
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '))
        .collect()
}

fn shell(directory: &Path, command: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(directory);
    shell.output().expect("a shell is there")
}

/// What a query gives, by the label `__name__` if that is left, else in one sum.
fn ask(prometheus: &Prometheus, query: &str) -> BTreeMap<String, f64> {
    let samples = prometheus.samples(query, "").expect(query);
    let mut values = BTreeMap::new();
    for (labels, value) in samples {
        *values
            .entry(labels.get("__name__").cloned().unwrap_or_default())
            .or_default() += value;
    }
    values
}

#[test]
fn a_past_is_imported_by_the_printed_commands_and_goes_on_without_a_seam() {
    let directory = TempDir::new().expect("a directory");
    // A word for the shell that needs quotes.
    let output = directory.path().join("it's past");
    let output = output.display().to_string();
    let mut program = demo(directory.path(), &["--past", "3h", "--output", &output]);
    let text = invitation(directory.path());
    assert!(text.contains("/d/zendesk-support?from=now-3h"), "{text}");
    let commands = commands(&text);
    let [import, show] = commands[..] else {
        panic!("{text}");
    };
    let imported = shell(Path::new("/"), import);
    assert!(imported.status.success(), "{imported:?}");
    assert_eq!(code_and_words(&imported).1, "");
    // Its flags as a shell understands them, but for the port, which is somebody else's.
    let words = shell(Path::new("/"), &format!("printf '%s\\n' {show}"));
    let words = String::from_utf8(words.stdout).expect("text");
    let (last, flags) = {
        let mut flags: Vec<&str> = words.lines().skip(1).collect();
        (flags.pop(), flags)
    };
    assert_eq!(last, Some("--web.listen-address=127.0.0.1:9090"));
    let prometheus = Prometheus::with_flags(flags.into_iter().map(str::to_owned));
    // Live scrapes have come since.
    let live_from = real_now();
    wait_for("live scrapes", || {
        let times = ask(
            &prometheus,
            "timestamp(up{job=\"zendesk\",instance=\"demo\"} == 1)",
        );
        let latest = times.values().copied().fold(0.0, f64::max);
        (latest > live_from as f64).then_some(()).ok_or(latest)
    });
    let hours = ask(&prometheus, "count_over_time(up{job=\"zendesk\"}[4h])");
    let scrapes: f64 = hours.values().sum();
    assert!((180.0..220.0).contains(&scrapes), "{scrapes}");
    // No counter begins anew where the past ends, of the account or of the exporter itself, and none
    // jumps: a minute has some two tickets.
    let counters = r#"group by (__name__) ({__name__=~"zendesk_.*(_total|_count|_bucket)"})"#;
    let counters = ask(&prometheus, counters);
    assert!(counters.len() > 20, "{counters:?}");
    for name in counters.keys() {
        let resets = ask(&prometheus, &format!("sum(resets({name}[4h]))"));
        assert_eq!(resets.values().sum::<f64>(), 0.0, "{name}");
    }
    let created = |window: &str| {
        let query = format!("sum(increase(zendesk_tickets_created_total[{window}]))");
        ask(&prometheus, &query).values().sum::<f64>()
    };
    let (hours, minutes) = (created("3h"), created("5m"));
    assert!((150.0..500.0).contains(&hours), "{hours}");
    assert!((1.0..60.0).contains(&minutes), "{minutes}");
    // The same series go on: none has ended, and none is there twice.
    let series = |query: &str| -> BTreeSet<String> {
        let samples = prometheus.samples(query, "").expect(query);
        samples
            .into_iter()
            .map(|(labels, _)| format!("{labels:?}"))
            .collect()
    };
    let tickets = "zendesk_unsolved_tickets";
    let ended = format!("{tickets} offset 10m unless {tickets}");
    assert_eq!(series(&ended), BTreeSet::new());
    assert!(series(tickets).len() > 20);
    let status: Value = serde_json::from_str(&program.get("/api/v1/status")).expect("JSON");
    assert_eq!(status["accounts"][0]["state"], "current");
    assert_eq!(program.terminate(), Some(0));
}

#[test]
fn what_a_past_cannot_be_is_said_in_a_sentence() {
    let directory = TempDir::new().expect("a directory");
    fs::write(directory.path().join("file"), "mine").expect("written");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let past_of =
        |length: &str| format!("--past: {length:?} is not a duration from 1h to 31d, e.g. 30d\n");
    let table: [(&[&str], &str); 8] = [
        (&["--past", "0", "--output", "new"], &past_of("0")),
        (&["--past", "400d", "--output", "new"], &past_of("400d")),
        (&["--past", "x", "--output", "new"], &past_of("x")),
        (
            &["--past", "30d"],
            "--past needs --output, the directory to write the past into\n",
        ),
        (
            &["--output", "new"],
            "--output needs --past, the length of the past to write, e.g. 30d\n",
        ),
        (
            &["--past", "1h", "--output", "."],
            "--output: . is not empty; name a new or empty directory\n",
        ),
        (
            &["--past", "1h", "--output", "file"],
            "--output: cannot write to file: File exists (os error 17)\n",
        ),
        (
            &[
                "--past",
                "31d",
                "--output",
                "new",
                "--web.listen-address",
                &address,
            ],
            &format!("cannot listen on {address}: "),
        ),
    ];
    for (flags, expected) in table {
        let arguments = [&["demo"], flags].concat();
        let (code, words) = code_and_words(&run(directory.path(), &[], &arguments));
        assert_eq!(code, Some(2), "{flags:?}: {words}");
        assert!(words.starts_with(expected), "{flags:?}: {words}");
        assert_eq!(words.lines().count(), 1, "{flags:?}: {words}");
        assert!(!directory.path().join("new").exists(), "{flags:?}");
    }
}

#[test]
fn a_past_that_is_stopped_or_cannot_be_written_leaves_nothing_behind() {
    let directory = TempDir::new().expect("a directory");
    let output = directory.path().join("past");
    let past = || {
        let mut past = command(directory.path(), &[]);
        past.args(["demo", "--web.listen-address=127.0.0.1:0"])
            .args(["--past", "31d", "--output", "past"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        past.spawn().expect("the program starts")
    };
    let is_begun = || {
        let file = output.join("001.om.gz");
        file.exists().then_some(()).ok_or("none")
    };
    let mut stopped = past();
    wait_for("the first file", is_begun);
    let interrupt = Command::new("kill")
        .args(["-INT", &stopped.id().to_string()])
        .status();
    assert!(interrupt.expect("kill is there").success());
    assert_eq!(stopped.wait().expect("it ends").code(), Some(0));
    assert!(!output.exists());

    // Somebody else takes the directory away.
    let mut left = past();
    wait_for("the first file", is_begun);
    fs::remove_dir_all(&output).expect("removed");
    let mut words = String::new();
    let mut stderr = left.stderr.take().expect("it is piped");
    stderr.read_to_string(&mut words).expect("text");
    assert_eq!(left.wait().expect("it ends").code(), Some(1), "{words}");
    let last = words.lines().last().unwrap_or_default();
    assert!(last.starts_with("cannot write "), "{words}");
    assert!(
        last.ends_with(".om.gz: No such file or directory (os error 2)"),
        "{words}"
    );
}
