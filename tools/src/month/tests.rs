//! A month that is two and a half hours long, from the accounts to the recorded series.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::*;

const MINUTE: i64 = 60;
/// A Monday at eight.
const BEGINS: i64 = 1_789_977_600;

fn short_story() -> Story {
    let at = |minutes: i64| BEGINS + minutes * MINUTE;
    Story {
        begins: BEGINS,
        incident: at(10)..at(40),
        outage: at(50)..at(70),
        second_begins: at(80),
        second_is_read: at(100),
        gap: at(110)..at(130),
        refused_from: at(140),
        ends: at(150),
    }
}

/// Samples of one series: values by the minute after the beginning.
type Samples = BTreeMap<i64, f64>;

/// What the blocks hold of these series, by the line that stands for them.
fn dump(database: &Path, selector: &str) -> BTreeMap<String, Samples> {
    let output = Command::new("promtool")
        .args(["tsdb", "dump", &format!("--match={selector}")])
        .arg(database)
        .output()
        .expect("promtool is installed (make test installs it)");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut series: BTreeMap<String, Samples> = BTreeMap::new();
    for line in text.lines() {
        let mut parts = line.rsplitn(3, ' ');
        let at: i64 = parts.next().expect(line).parse().expect(line);
        let value = parts.next().expect(line).parse().expect(line);
        let labels = parts.next().expect(line).to_owned();
        let minute = (at / 1_000 - BEGINS).div_euclid(MINUTE);
        series.entry(labels).or_default().insert(minute, value);
    }
    series
}

/// The only series of this name and account.
fn only(database: &Path, name: &str, account: &str) -> Samples {
    let all = dump(
        database,
        &format!("{{__name__=\"{name}\",account=\"{account}\"}}"),
    );
    assert_eq!(all.len(), 1, "{name} {account}: {:?}", all.keys());
    all.into_values().next().expect("one")
}

fn minutes(samples: &Samples, value: f64) -> Vec<i64> {
    let same = samples.iter().filter(|(_, other)| **other == value);
    same.map(|(minute, _)| *minute).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_month_tells_its_story() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("month");
    let story = short_story();
    make(&story, 5, &root, &database).await.expect("made");

    // Nothing but blocks is left.
    for entry in std::fs::read_dir(&database).expect("it is there") {
        let path = entry.expect("an entry").path();
        assert!(path.join("meta.json").is_file(), "{}", path.display());
    }
    // promtool wants it there to dump what is in the blocks.
    std::fs::create_dir(database.join("wal")).expect("made");

    let up = dump(&database, "up");
    let up = up.values().next().expect("it is there");
    assert_eq!(up.len(), 151);
    assert_eq!(minutes(up, 0.0), (111..=130).collect::<Vec<_>>());

    let acme = only(&database, "zendesk_up", "acme");
    assert_eq!(minutes(&acme, 0.0), (51..=70).collect::<Vec<_>>());
    assert!(acme.keys().all(|minute| !(111..=130).contains(minute)));
    let beta = only(&database, "zendesk_up", "beta");
    // A poll is a minute and a bit after the one before.
    let refused = minutes(&beta, 0.0);
    assert!((141..=143).contains(&refused[0]), "{refused:?}");
    assert_eq!(refused, (refused[0]..=150).collect::<Vec<_>>());
    assert!(beta.keys().all(|minute| *minute > 80));
    let synced = only(&database, "zendesk_exporter_initial_sync_complete", "beta");
    assert_eq!(synced[&85], 0.0);

    // The desk's own counters go on where they were.
    for (series, samples) in dump(&database, "zendesk_tickets_created_total") {
        let values: Vec<f64> = samples.into_values().collect();
        assert!(values.is_sorted(), "{series}");
    }

    // What the rules record holds still while data is old, and is there all the time.
    let stale = only(&database, "account:zendesk_data_stale:bool", "acme");
    assert_eq!(stale[&48], 0.0);
    assert_eq!(stale[&68], 1.0);
    assert_eq!(stale[&75], 0.0);
    let sum = only(&database, "account:zendesk_unsolved_tickets:sum", "acme");
    let known: Vec<i64> = sum.keys().copied().collect();
    let first = known[0];
    assert!(first <= 5, "{first}");
    assert_eq!(known, (first..150).collect::<Vec<_>>());
    let held: Vec<f64> = sum.range(62..=69).map(|(_, value)| *value).collect();
    assert!(held.iter().all(|value| *value == held[0]), "{held:?}");
}
