//! The files of a run: compared with those in `tests/golden`, or written there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::delta;

/// Set, it writes the recordings anew instead of comparing.
const RECORD: &str = "GOLDEN_RECORD";

/// How to, for whoever finds a difference.
const HOW: &str = "if users are meant to see this, record anew with GOLDEN_RECORD=1 cargo test -p zendesk-exporter --test it golden::";

/// Ending of a file that holds what differs from the one of its kind before it.
const DELTA: &str = "delta";

/// Endings of files that differ little from the one before of the same ending: a scrape, a status page and its JSON.
const KINDS: [&str; 3] = ["prom", "html", "json"];

/// Lines that are shown of a difference.
const SHOWN_LINES_MAX: usize = 20;

/// Files that are shown of those that differ.
const SHOWN_FILES_MAX: usize = 5;

/// What one run shows, file by file.
#[derive(Default)]
pub(super) struct Recording {
    name: &'static str,
    /// Text by name of the file.
    files: BTreeMap<String, String>,
}

impl Recording {
    pub(super) fn of(name: &'static str) -> Self {
        Self {
            name,
            files: BTreeMap::new(),
        }
    }

    /// A file of this run. Of those of one kind only the first is recorded whole, in the order of their names.
    pub(super) fn add(&mut self, file: &str, text: &str) {
        let mut text = text.to_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let before = self.files.insert(file.to_owned(), text);
        assert!(before.is_none(), "{file} was recorded before");
    }

    /// Compares with what is recorded, or records it.
    #[track_caller]
    pub(super) fn finish(self) {
        let directory = directory(self.name);
        if std::env::var_os(RECORD).is_some() {
            write(&directory, &self.files);
            return;
        }
        let differences = differences(&read(&directory), &self.files);
        let shown = &differences[..differences.len().min(SHOWN_FILES_MAX)];
        assert!(
            differences.is_empty(),
            "{} files of tests/golden/{} differ, - is recorded, + is shown now; {HOW}\n\n{}",
            differences.len(),
            self.name,
            shown.join("\n")
        );
    }
}

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

/// The kind of a file, if it is one whose files come one after the other.
fn kind(file: &str) -> Option<&str> {
    let (_, kind) = file.rsplit_once('.')?;
    KINDS.contains(&kind).then_some(kind)
}

fn write(directory: &Path, files: &BTreeMap<String, String>) {
    // A run that shows less than before leaves no file behind.
    if directory.exists() {
        fs::remove_dir_all(directory).expect("removed");
    }
    fs::create_dir_all(directory).expect("made");
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    for (file, text) in files {
        let (name, text) = match kind(file).and_then(|kind| before.insert(kind, text)) {
            Some(before) => (format!("{file}.{DELTA}"), delta::between(before, text)),
            None => (file.clone(), text.clone()),
        };
        fs::write(directory.join(name), text).expect("written");
    }
}

fn read(directory: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(directory);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}; {HOW}", directory.display()));
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort_unstable();
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    let mut files = BTreeMap::new();
    for name in names {
        let text = fs::read_to_string(directory.join(&name)).expect("a text");
        let (file, text) = match name.strip_suffix(&format!(".{DELTA}")) {
            Some(file) => {
                let whole = kind(file).and_then(|kind| before.get(kind));
                let whole = whole.unwrap_or_else(|| panic!("nothing comes before {name}"));
                (file.to_owned(), delta::applied(whole, &text))
            }
            None => (name, text),
        };
        if let Some(kind) = kind(&file) {
            before.insert(kind.to_owned(), text.clone());
        }
        files.insert(file, text);
    }
    files
}

/// How the files differ, a text for each that does.
fn differences(
    recorded: &BTreeMap<String, String>,
    shown: &BTreeMap<String, String>,
) -> Vec<String> {
    let names = recorded.keys().chain(shown.keys());
    let names: std::collections::BTreeSet<&String> = names.collect();
    let mut differences = Vec::new();
    for name in names {
        match (recorded.get(name), shown.get(name)) {
            (Some(recorded), Some(shown)) if recorded == shown => {}
            (Some(recorded), Some(shown)) => {
                differences.push(format!("{name}\n{}", difference(recorded, shown)));
            }
            (Some(_), None) => {
                differences.push(format!("{name} is recorded and not shown any more\n"))
            }
            (None, _) => differences.push(format!("{name} is shown and not recorded\n")),
        }
    }
    differences
}

/// The first lines that differ, each with what stands before it, and how many more.
fn difference(recorded: &str, shown: &str) -> String {
    let changes = delta::changes(recorded, shown);
    let first = changes.iter().take(SHOWN_LINES_MAX);
    let first: String = first.map(|change| format!("{change}\n")).collect();
    let more = changes.len().saturating_sub(SHOWN_LINES_MAX);
    let more = (more > 0).then(|| format!("… and {more} more\n"));
    first + &more.unwrap_or_default()
}

#[test]
fn a_difference_is_shown_by_its_first_lines() {
    let recorded: String = (0..40).map(|line| format!("line-{line}\n")).collect();
    let shown = recorded
        .replace("line-7\n", "seven\n")
        .replace("line-8\n", "");
    assert_eq!(
        difference(&recorded, &shown),
        "@ line 8, after: line-6\n+seven\n-line-7\n-line-8\n"
    );
    let files = |text: &str| BTreeMap::from([("a".to_owned(), text.to_owned())]);
    assert_eq!(differences(&files("x\n"), &files("x\n")), [""; 0]);
    assert_eq!(
        differences(&files("x\n"), &files("x\ny\n")),
        ["a\n@ line 2, after: x\n+y\n"]
    );
    assert_eq!(
        differences(&files("x\n"), &BTreeMap::new()),
        ["a is recorded and not shown any more\n"]
    );
    assert_eq!(
        differences(&BTreeMap::new(), &files("x\n")),
        ["a is shown and not recorded\n"]
    );
}

#[test]
fn of_many_differences_the_first_are_shown() {
    let recorded: String = (0..40).map(|line| format!("value_{line} 1\n")).collect();
    let shown = difference(&recorded, &recorded.replace(" 1\n", " 2\n"));
    assert!(
        shown.starts_with("@ line 1\n-value_0 1\n+value_0 2\n-value_1 1\n"),
        "{shown}"
    );
    assert!(shown.ends_with("\n… and 61 more\n"), "{shown}");
}

#[test]
fn what_was_written_is_read_back() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let files: BTreeMap<String, String> = [
        ("1-first.prom", "a 1\nb 2\n"),
        ("1-first.json", "{}\n"),
        ("2-second.prom", "a 1\nb 3\nc 4\n"),
        ("log.txt", ""),
        ("more.txt", "a 1\n"),
    ]
    .map(|(file, text)| (file.to_owned(), text.to_owned()))
    .into();
    write(directory.path(), &files);
    assert!(directory.path().join("2-second.prom.delta").exists());
    assert_eq!(read(directory.path()), files);
    // Of another run nothing stays.
    let files: BTreeMap<String, String> = files.into_iter().take(1).collect();
    write(directory.path(), &files);
    assert_eq!(read(directory.path()), files);
}
