//! The demo of docker-compose.yml without its containers: its own flags, and the script that loads the past.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::compose::service;
use crate::packaging::{ROOT, texts};
use crate::program::{Program, code_and_words, command, names, wait_for};
use crate::prometheus::Prometheus;

/// The volume of the demo: in it are the past and what Prometheus has.
struct Volume {
    directory: TempDir,
    /// For the states, which a demo that is killed leaves behind.
    temporary: TempDir,
}

impl Volume {
    fn new() -> Self {
        let directory = || TempDir::new().expect("a directory");
        Self {
            directory: directory(),
            temporary: directory(),
        }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn past(&self) -> PathBuf {
        self.path().join("past")
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The flags of the service, but for the port, the length of the past and where the volume is mounted.
    fn flags(&self, length: &str) -> Vec<String> {
        let service = service("exporter-demo");
        let flags = texts(&service, "command").into_iter().map(|flag| {
            flag.replace(":10121", "127.0.0.1:0")
                .replace("--past=30d", &format!("--past={length}"))
                .replace(
                    "/var/lib/zendesk-exporter",
                    &self.path().display().to_string(),
                )
        });
        flags.collect()
    }

    /// Runs the command of the service `past`.
    fn load(&self) -> Output {
        let service = service("past");
        let words = texts(&service, "entrypoint").into_iter().map(|word| {
            word.replace(
                "/load-past.sh",
                &format!("{ROOT}/deploy/compose/load-past.sh"),
            )
            .replace("/prometheus/", &format!("{}/", self.path().display()))
        });
        let words: Vec<String> = words.collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir("/");
        command.output().expect("a shell is there")
    }

    /// The command of the service `exporter-demo`.
    fn command(&self, length: &str) -> Command {
        let temporary = self.temporary.path().display().to_string();
        let mut command = command(Path::new("/"), &[("TMPDIR", &temporary)]);
        command.args(self.flags(length));
        command
    }

    fn demo(&self, length: &str) -> Program {
        Program::spawn(&mut self.command(length))
    }

    /// The directories of the blocks.
    fn blocks(&self) -> Vec<String> {
        names(&self.data())
    }
}

#[test]
fn a_demo_that_is_killed_and_started_again_loads_one_past_and_is_read_again() {
    let volume = Volume::new();
    // Killed while the past is lived.
    let mut first = volume.command("31d");
    let quiet = first.stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = quiet.spawn().expect("it starts");
    wait_for("the first file", || {
        let file = volume.past().join("001.om.gz");
        file.exists().then_some(()).ok_or("none")
    });
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    assert!(!volume.past().join("prometheus.yml").exists());

    // Started again it lives the past from the beginning, and is killed again.
    let mut second = volume.demo("2h");
    let whole = names(&volume.past());
    assert!(whole.contains(&"prometheus.yml".to_owned()), "{whole:?}");
    second.kill();

    // The third is another account, without a past.
    let mut third = volume.demo("2h");
    assert_eq!(names(&volume.past()), whole);
    third.wait_for("tickets", |text| {
        text.contains("zendesk_up{account=\"demo\"} 1")
            .then_some(())
    });

    // Loaded once, however often, also after a run that was stopped.
    fs::create_dir(volume.path().join("data.loading")).expect("made");
    let (code, words) = code_and_words(&volume.load());
    assert_eq!(code, Some(0), "{words}");
    let blocks = volume.blocks();
    assert!(!blocks.is_empty());
    assert_eq!(names(volume.path()), ["data", "past"]);
    let (code, words) = code_and_words(&volume.load());
    assert_eq!(
        (code, words.contains("nothing is loaded")),
        (Some(0), true),
        "{words}"
    );
    assert_eq!(volume.blocks(), blocks);
    let configuration = volume.past().join("prometheus.yml");
    let prometheus = Prometheus::with_flags([
        format!("--config.file={}", configuration.display()),
        format!("--storage.tsdb.path={}", volume.data().display()),
    ]);
    let scrapes = prometheus.samples("count_over_time(up{job=\"zendesk\"}[3h])", "");
    let scrapes: f64 = scrapes
        .expect("an answer")
        .iter()
        .map(|(_, value)| value)
        .sum();
    assert!((120.0..150.0).contains(&scrapes), "{scrapes}");
    let status: Value = serde_json::from_str(&third.get("/api/v1/status")).expect("JSON");
    assert_eq!(status["accounts"][0]["state"], "current");
    assert_eq!(third.terminate(), Some(0));
}

#[test]
fn without_a_past_nothing_is_loaded_and_nothing_passes_for_loaded() {
    let volume = Volume::new();
    fs::create_dir(volume.past()).expect("made");
    let (code, words) = code_and_words(&volume.load());
    assert_eq!(code, Some(1), "{words}");
    assert!(words.starts_with("there is no past in "), "{words}");
    assert!(!volume.data().exists());
}

#[test]
fn a_directory_with_anything_else_in_it_is_left_alone() {
    let volume = Volume::new();
    fs::create_dir(volume.past()).expect("made");
    fs::write(volume.past().join("mine"), "mine").expect("written");
    let refused = volume.command("1h").output().expect("it starts");
    let (code, words) = code_and_words(&refused);
    assert_eq!(code, Some(2), "{words}");
    assert!(
        words.contains("is not empty; name a new or empty directory"),
        "{words}"
    );
    assert_eq!(names(&volume.past()), ["mine"]);
}
