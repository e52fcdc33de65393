//! What is said about settings files: every problem in its order, warnings, and what a reload would do.
//!
//! The cases are texts beside this module. A case begins with `### ` and its title; what follows is the settings file,
//! unless a line begins with `@`: `@file NAME` and `@settings` begin another file, `@then` the settings of a reload,
//! `@env NAME=value` and `@flag --name=value` are what they say, `@sample NAME` is a file of `config`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zendesk_exporter::app::load_settings;
use zendesk_exporter::config::{self, Config, DEFAULT_FILE, Environment, Overrides};
use zendesk_exporter::ledger::{Counting, Resets};
use zendesk_exporter::reload::changes::{Changes, renamed_and_moved};

use super::recording::Recording;

/// The texts, each with the name of its recording.
const CASES: [(&str, &str); 6] = [
    ("changes", include_str!("settings/changes.cases")),
    ("form", include_str!("settings/form.cases")),
    ("good", include_str!("settings/good.cases")),
    ("logins", include_str!("settings/logins.cases")),
    ("values", include_str!("settings/values.cases")),
    ("web", include_str!("settings/web.cases")),
];

/// Where the settings of a reload are while they are not read yet.
const NEXT_FILE: &str = "next.yml";

/// Settings, and what is around them.
#[derive(Debug, Default)]
struct Case {
    title: String,
    files: BTreeMap<String, String>,
    environment: Environment,
    flags: Vec<(String, String)>,
}

#[test]
fn what_is_said_about_settings() {
    let mut recording = Recording::of("settings");
    for (name, text) in CASES {
        let said = cases(text).iter().map(Case::said).collect::<Vec<_>>();
        recording.add(&format!("{name}.txt"), &said.join("\n"));
    }
    recording.finish();
}

/// A sentence in the form in which it is recorded. If a change adds something to many sentences on purpose, remove it
/// here, as the lines of settings: the recordings then show that nothing else has changed.
fn as_recorded(sentence: &str, directory: &Path) -> String {
    without_lines(&sentence.replace(&directory.display().to_string(), "<directory>"))
}

/// A sentence without the lines behind the names of settings: ` (line 12)` goes, and nothing else.
fn without_lines(sentence: &str) -> String {
    let mut parts = sentence.split(" (line ");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        match part[digits..].strip_prefix(')') {
            Some(rest) if digits > 0 => kept.push_str(rest),
            _ => kept.extend([" (line ", part]),
        }
    }
    kept
}

#[test]
fn only_the_lines_of_settings_are_not_recorded() {
    let table = [
        (
            "log.level (line 12): \"x\" is wrong",
            "log.level: \"x\" is wrong",
        ),
        (
            "a.yml: unknown setting webb (line 3); did you mean web?",
            "a.yml: unknown setting webb; did you mean web?",
        ),
        (
            "accounts[0] (line 1) and accounts[1] (line 20) are one",
            "accounts[0] and accounts[1] are one",
        ),
        ("x (line 5)", "x"),
        (
            "cannot read a.yml at line 2 column 3",
            "cannot read a.yml at line 2 column 3",
        ),
        ("x (line )", "x (line )"),
        ("x (line 5 column 3)", "x (line 5 column 3)"),
        ("x (line a)", "x (line a)"),
        ("x (line 5", "x (line 5"),
    ];
    for (sentence, expected) in table {
        assert_eq!(without_lines(sentence), expected);
    }
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut file = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            cases.push(Case::called(title));
            DEFAULT_FILE.clone_into(&mut file);
            continue;
        }
        let case = cases.last_mut().expect("a title comes first");
        let Some(said) = line.strip_prefix('@') else {
            let text = case.files.entry(file.clone()).or_default();
            text.push_str(line);
            text.push('\n');
            continue;
        };
        let pair = |text: &str| {
            let (name, value) = text.split_once('=').expect("a name and a value");
            (name.to_owned(), value.to_owned())
        };
        match said.split_once(' ').unwrap_or((said, "")) {
            ("settings", _) => DEFAULT_FILE.clone_into(&mut file),
            ("then", _) => NEXT_FILE.clone_into(&mut file),
            ("file", name) => {
                case.files.entry(name.to_owned()).or_default();
                name.clone_into(&mut file);
            }
            ("env", variable) => case.environment.extend([pair(variable)]),
            ("flag", flag) => case.flags.push(pair(flag)),
            ("sample", name) => {
                let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("config")
                    .join(name);
                let sample = fs::read_to_string(sample).expect("a sample");
                case.files.insert(file.clone(), sample);
            }
            (other, _) => panic!("@{other} means nothing"),
        }
    }
    cases
}

impl Case {
    fn called(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::default()
        }
    }

    /// What is said, a line for each sentence.
    fn said(&self) -> String {
        let directory = TempDir::new().expect("a directory");
        let directory = directory.path();
        for (name, text) in &self.files {
            let path = directory.join(name);
            fs::create_dir_all(path.parent().expect("a directory")).expect("made");
            fs::write(path, text).expect("written");
        }
        let mut said = vec![format!("### {}", self.title)];
        match self.load(directory) {
            Err(problems) => {
                said.extend(problems.iter().map(|problem| format!("problem: {problem}")))
            }
            Ok(present) => {
                said.extend(self.good(&present));
                if self.files.contains_key(NEXT_FILE) {
                    fs::rename(directory.join(NEXT_FILE), directory.join(DEFAULT_FILE))
                        .expect("renamed");
                    let wanted = self.load(directory).expect("good settings");
                    said.extend(reloaded(&present, &wanted));
                }
            }
        }
        said.iter()
            .map(|line| as_recorded(line, directory) + "\n")
            .collect()
    }

    fn load(&self, directory: &Path) -> Result<Config, Vec<String>> {
        let mut config = load_settings(&self.overrides(), &self.environment, directory)
            .map_err(|error| error.problems)?;
        let variable = |name: &str| self.environment.get(name).map(OsString::from);
        config::read_proxies(&mut config, &variable).map_err(|error| error.problems)?;
        Ok(config)
    }

    fn overrides(&self) -> Overrides {
        let mut overrides = Overrides::default();
        for (flag, value) in &self.flags {
            match flag.as_str() {
                "--config.file" => overrides.config_file = Some(PathBuf::from(value)),
                "--log.level" => overrides.log_level = Some(value.clone()),
                "--web.telemetry-path" => overrides.telemetry_path = Some(value.clone()),
                other => panic!("{other} is not used"),
            }
        }
        overrides
    }

    /// Which accounts are read, with some of their settings, and what is warned of.
    fn good(&self, config: &Config) -> Vec<String> {
        let accounts = config.accounts.iter().map(|account| {
            format!(
                "account: {} at {}, page_size {}, poll_interval {:?}, tags {:?}, max_series {}",
                account.name,
                account.base_url.as_identity(),
                account.export.page_size,
                account.export.poll_interval,
                account.labels.tags,
                account.max_series,
            )
        });
        let warnings = config
            .warnings
            .iter()
            .map(|warning| format!("warning: {warning}"));
        accounts.chain(warnings).collect()
    }
}

/// What a reload says that leads from one to the other.
fn reloaded(present: &Config, wanted: &Config) -> Vec<String> {
    let changes = match Changes::between(present, wanted) {
        Ok(changes) => changes,
        Err(refused) => return vec![format!("refused: {refused}")],
    };
    let mut said = vec![format!("added, removed, changed: {:?}", changes.counts())];
    said.extend(changes.sentences(present, wanted));
    let news = renamed_and_moved(present, wanted);
    said.extend(
        news.iter()
            .map(|(account, sentence)| format!("{account}: {sentence}")),
    );
    for account in &wanted.accounts {
        let is_it = |other: &&config::Account| other.base_url == account.base_url;
        let Some(before) = present.accounts.iter().find(is_it) else {
            continue;
        };
        for business_hours_differ in [false, true] {
            let counting = Counting::Since {
                open_series: Some(4_500),
                business_hours_differ,
            };
            let resets = Resets::between(&before.asked(), &account.asked(), counting);
            if !resets.is_empty() {
                let sentence = resets.sentence(account.export.resync.every);
                said.push(format!(
                    "{}, business hours differ {business_hours_differ}: {sentence}",
                    account.name
                ));
            }
        }
    }
    said
}
