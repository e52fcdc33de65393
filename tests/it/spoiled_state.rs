//! The built program on a state file that it must not use: one sentence, exit code 1, and not a
//! byte of the file changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use tempfile::TempDir;
use zendesk_simulator::Options;

use crate::program::{Program, account_of, code_and_words, command, run, state_file};

/// A state directory and the settings of the account whose state is in it.
struct Scene {
    directory: TempDir,
    environment: [(&'static str, String); 2],
    path: PathBuf,
}

impl Scene {
    /// An account without a state.
    fn empty() -> Self {
        let directory = TempDir::new().expect("a directory");
        fs::create_dir(directory.path().join("data")).expect("made");
        Self {
            path: directory.path().join("data/acme.zendesk.com.sqlite"),
            environment: [
                ("ZENDESK_SUBDOMAIN", "acme".to_owned()),
                ("ZENDESK_ACCESS_TOKEN", "x".to_owned()),
            ],
            directory,
        }
    }

    /// An account of some thousand tickets that was read, and whose exporter has ended.
    async fn synced() -> Self {
        let simulator = account_of(Options {
            tickets: 3_000,
            ..Options::manual(0)
        })
        .await;
        let mut scene = Self::empty();
        scene.environment = [
            ("ZENDESK_BASE_URL", simulator.base_url()),
            ("ZENDESK_ACCESS_TOKEN", "simulator-token".to_owned()),
        ];
        tokio::task::block_in_place(|| {
            let mut program = Program::serve(scene.directory.path(), &scene.environment());
            program.wait_for("the first sync", |text| {
                text.contains("zendesk_tickets{").then_some(())
            });
            assert_eq!(program.terminate(), Some(0));
        });
        scene.path = state_file(scene.directory.path());
        scene
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        self.environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }

    /// Changes the file behind the program's back.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is what the program must notice"
    )]
    fn with_sql(&self, sql: &str) {
        let connection = Connection::open(&self.path).expect("opens");
        connection.execute_batch(sql).expect("runs");
    }

    #[track_caller]
    fn check_refused(&self, expected: &str) {
        let before = fs::read(&self.path).expect("there");
        let copy = self.directory.path().join("copy");
        for arguments in [
            &SERVE[..],
            &["state"],
            &["state", "verify"],
            &["state", "backup", "copy"],
        ] {
            let output = run(self.directory.path(), &self.environment(), arguments);
            let (code, words) = code_and_words(&output);
            assert_eq!(code, Some(1), "{arguments:?}: {words}");
            let name = self.path.file_name().expect("a name").to_string_lossy();
            assert!(
                words.contains(expected) && words.contains(&*name),
                "{arguments:?}: {words}"
            );
        }
        assert!(!copy.exists());
        let untouched = fs::read(&self.path).expect("there") == before;
        assert!(untouched, "the file was touched");
    }
}

const SERVE: [&str; 2] = ["--web.listen-address", "127.0.0.1:0"];

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_cut_off_or_changed_or_of_a_newer_schema_is_refused() {
    let scene = Scene::synced().await;
    let whole = fs::read(&scene.path).expect("there");
    fs::write(&scene.path, &whole[..whole.len() / 2]).expect("cut off");
    scene.check_refused("is damaged (it is shorter than its header says)");

    fs::write(&scene.path, &whole).expect("restored");
    scene.with_sql("UPDATE cells SET value = value + 1 WHERE family = 'zendesk_tickets'");
    scene.check_refused("is damaged (its counts do not match their checksum)");

    fs::write(&scene.path, &whole).expect("restored");
    scene.with_sql("PRAGMA user_version = 99");
    scene.check_refused("has schema 99, but this version supports schemas up to");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_another_account_is_refused() {
    let theirs = Scene::synced().await;
    let ours = Scene::empty();
    fs::copy(&theirs.path, &ours.path).expect("copied");
    ours.check_refused("belongs to http://127.0.0.1:");
}

#[test]
fn what_is_no_state_at_all_is_refused() {
    let scene = Scene::empty();
    fs::write(&scene.path, "garbage ".repeat(1_000)).expect("written");
    scene.check_refused("is damaged (it has no SQLite header)");
    fs::write(&scene.path, b"SQLite format 3\0").expect("written");
    scene.check_refused("is damaged (it has no SQLite header)");
    fs::remove_file(&scene.path).expect("removed");
    scene.with_sql("CREATE TABLE recipes (name TEXT)");
    scene.check_refused("is not a state file of zendesk-exporter");
}

/// The program as a user who is not root: to root every directory is writable.
fn as_nobody(scene: &Scene) -> Command {
    let directory = scene.directory.path();
    let ours = command(directory, &scene.environment());
    if fs::metadata("/proc/self").is_ok_and(|process| process.uid() != 0) {
        return ours;
    }
    // That user may not be able to reach the build directory.
    let program = directory.join("program");
    fs::copy(ours.get_program(), &program).expect("copied");
    let mut setpriv = Command::new("setpriv");
    setpriv
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(program)
        .current_dir(directory)
        .env_clear()
        .envs(scene.environment());
    setpriv
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_state_directory_is_said_with_what_to_do() {
    let scene = Scene::synced().await;
    let data = scene.directory.path().join("data");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("changed");
    };
    mode(scene.directory.path(), 0o755);
    let before = fs::read(&scene.path).expect("there");
    // Nothing in it can be written, and then only the directory itself cannot.
    let directory_alone = format!("cannot write to the state directory {}: ", data.display());
    for (file_mode, expected) in [
        (0o444, directory_alone.as_str()),
        (0o666, "make both writable for this user"),
    ] {
        mode(&data, 0o755);
        for entry in fs::read_dir(&data).expect("the state directory") {
            mode(&entry.expect("an entry").path(), file_mode);
        }
        mode(&data, 0o555);
        let output = as_nobody(&scene).args(SERVE).output().expect("runs");
        let (code, words) = code_and_words(&output);
        assert_eq!(code, Some(2), "{words}");
        assert!(words.contains(expected), "{file_mode:o}: {words}");
    }
    let untouched = fs::read(&scene.path).expect("there") == before;
    assert!(untouched, "the file was touched");
    mode(&data, 0o755);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_this_user_may_not_read_is_told_with_its_owner() {
    let scene = Scene::synced().await;
    let data = scene.directory.path().join("data");
    let owner = fs::metadata(&scene.path).expect("there").uid();
    for directory in [scene.directory.path(), &data] {
        fs::set_permissions(directory, Permissions::from_mode(0o777)).expect("changed");
    }
    for entry in fs::read_dir(&data).expect("the state directory") {
        let path = entry.expect("an entry").path();
        let mode = if path == scene.path { 0o000 } else { 0o666 };
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("changed");
    }
    let user = if owner == 0 { 65_534 } else { owner };
    let output = as_nobody(&scene).args(SERVE).output().expect("runs");
    let (code, words) = code_and_words(&output);
    let expected = format!(
        "user {user}, who runs this program, cannot read the state file {}, which belongs to user {owner} and has mode 0000; change its owner with chown\n",
        scene.path.display()
    );
    assert!(words.ends_with(&expected), "{words}");
    assert_eq!(code, Some(2), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_where_this_user_may_not_write_is_told_and_leaves_nothing() {
    let scene = Scene::synced().await;
    let data = scene.directory.path().join("data");
    let copies = scene.directory.path().join("copies");
    fs::create_dir(&copies).expect("made");
    for (path, mode) in [
        (scene.directory.path(), 0o755),
        (&data, 0o777),
        (&copies, 0o555),
    ] {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("changed");
    }
    fs::set_permissions(&scene.path, Permissions::from_mode(0o644)).expect("changed");
    let mut back_up = as_nobody(&scene);
    let output = back_up.args(["state", "backup", "copies/acme"]).output();
    let (code, words) = code_and_words(&output.expect("runs"));
    let expected = format!(
        "127.0.0.1: cannot write the copy {}: Permission denied",
        copies.join("acme").display()
    );
    assert!(words.starts_with(&expected), "{words}");
    assert_eq!(code, Some(1), "{words}");
    assert_eq!(fs::read_dir(&copies).expect("readable").count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_whose_tables_are_gone_or_which_is_no_file_is_refused() {
    let scene = Scene::synced().await;
    scene.with_sql("DROP TABLE cells");
    scene.check_refused("is damaged (no such table: cells");
    fs::remove_file(&scene.path).expect("removed");
    fs::create_dir(&scene.path).expect("made");
    let output = run(scene.directory.path(), &scene.environment(), &SERVE);
    let (code, words) = code_and_words(&output);
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("is damaged (it is not a file)"), "{words}");
}
