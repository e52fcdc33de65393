//! `state backup` and what is put back from it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::{Draft, Simulator};

use crate::program::{Program, code_and_words, command, names, run, state_file};
use crate::reload::{account, settings, simulator, value, write};

const BEARER: &str = "auth: { access_token: simulator-token }, hold_new_series: 1s";

/// A program that reads one account, and where its state is.
struct Scene {
    acme: Simulator,
    directory: TempDir,
}

impl Scene {
    async fn begin() -> Self {
        let acme = simulator().await;
        let directory = TempDir::new().expect("a directory");
        write(&directory, &settings(&[&account("acme", &acme, BEARER)]));
        Self { acme, directory }
    }

    /// Serves until the scrape has `tickets` new tickets.
    fn serve(&self, tickets: usize) -> Program {
        let program = Program::serve(self.directory.path(), &[]);
        Self::wait_for(&program, tickets);
        program
    }

    fn wait_for(program: &Program, tickets: usize) -> String {
        let line = format!(
            "zendesk_tickets{{account=\"acme\",status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"}} {tickets}\n"
        );
        program.wait_for(&line, |text| text.contains(&line).then(|| text.to_owned()))
    }

    fn create_ticket(&self) -> i64 {
        let id = self.acme.world(|world| world.create(&Draft::default()));
        self.acme.advance(120);
        id
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        code_and_words(&run(self.directory.path(), &[], arguments))
    }

    /// Holds that a copy is a state of the account, and that its records make its counts.
    fn check_good(&self, copy: &Path) {
        let states = TempDir::new().expect("a directory");
        let name = state_file(self.directory.path());
        fs::copy(copy, states.path().join(name.file_name().expect("a name"))).expect("copied");
        let directory = format!("--state.directory={}", states.path().display());
        let (code, words) = self.run(&["state", "verify", &directory]);
        assert_eq!(code, Some(0), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_copy_made_while_the_exporter_commits_is_of_one_moment() {
    let scene = Scene::begin().await;
    tokio::task::block_in_place(|| {
        let program = scene.serve(1);
        let copies = |round| {
            for copy in 0..5 {
                let copy = format!("copy-{round}-{copy}");
                let (code, words) = scene.run(&["state", "backup", &copy]);
                assert_eq!(code, Some(0), "{words}");
                scene.check_good(&scene.directory.path().join(copy));
            }
        };
        for tickets in 2..5 {
            std::thread::scope(|scope| {
                scope.spawn(|| copies(tickets));
                scene.create_ticket();
                Scene::wait_for(&program, tickets);
            });
        }
        // None of them has disturbed it.
        let text = program.get("/metrics");
        let failures =
            "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"state\"} 0\n";
        assert!(text.contains(failures), "{text}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_names_whole_paths_and_the_state_stays_as_it_is() {
    let scene = Scene::begin().await;
    tokio::task::block_in_place(|| {
        assert_eq!(scene.serve(1).terminate(), Some(0));
        let before = fs::read(state_file(scene.directory.path())).expect("readable");
        let (code, words) = scene.run(&["state", "backup", "./acme.backup"]);
        let copy = scene.directory.path().join("acme.backup");
        let size = fs::metadata(&copy).expect("it is there").len();
        let (state, shown) = (state_file(scene.directory.path()), copy.display());
        let expected = format!(
            "acme: copied {} to {shown} ({size} bytes)\n",
            state.display()
        );
        assert_eq!((code, words), (Some(0), expected));
        let untouched = fs::read(state_file(scene.directory.path())).expect("readable") == before;
        assert!(untouched, "the state was touched");
        let (code, words) = scene.run(&["state", "backup", "acme.backup"]);
        let expected = format!(
            "acme: {shown} already exists; name a file that does not exist, or move that one away\n"
        );
        assert_eq!((code, words), (Some(1), expected));
        scene.check_good(&copy);
    });
}

/// When counters last began at 0, which an older state cannot know.
const RESTARTED: &str = "zendesk_exporter_counters_restarted_timestamp_seconds{";

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_that_is_put_back_catches_up_from_its_lower_counters() {
    let scene = Scene::begin().await;
    tokio::task::block_in_place(|| {
        let mut program = scene.serve(1);
        scene.create_ticket();
        Scene::wait_for(&program, 2);
        let (code, words) = scene.run(&["state", "backup", "copy"]);
        assert_eq!(code, Some(0), "{words}");
        let fleeting = scene.create_ticket();
        Scene::wait_for(&program, 3);
        // Solved and opened again.
        let solve = |status| {
            scene.acme.world(|world| world.set_status(fleeting, status));
            scene.acme.advance(120);
        };
        solve(Status::Solved);
        Scene::wait_for(&program, 2);
        solve(Status::New);
        let text = Scene::wait_for(&program, 3);
        let restarted = value(&text, RESTARTED);
        let solved = "zendesk_tickets_solved_total{account=\"acme\",priority=\"none\",type=\"none\",channel=\"web\"}";
        let to_solved =
            "zendesk_ticket_status_changes_total{account=\"acme\",from=\"new\",to=\"solved\"}";
        assert_eq!((value(&text, solved), value(&text, to_solved)), (1.0, 1.0));
        assert_eq!(program.terminate(), Some(0));

        let state = state_file(scene.directory.path());
        fs::remove_file(&state).expect("removed");
        fs::rename(scene.directory.path().join("copy"), &state).expect("put back");
        let program = scene.serve(3);
        let text = program.wait_for("the created ones", |text| {
            let created = "zendesk_tickets_created_total{account=\"acme\"";
            let is_there = text.contains(created) && value(text, created) >= 2.0;
            is_there.then(|| text.to_owned())
        });
        // No exporter has seen it solved since the copy, but Zendesk's number of reopens tells of it.
        assert_eq!((value(&text, solved), value(&text, to_solved)), (1.0, 0.0));
        assert_eq!(value(&text, RESTARTED), restarted);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn with_several_accounts_one_is_named() {
    let (acme, globex) = (simulator().await, simulator().await);
    let directory = TempDir::new().expect("a directory");
    let both = [
        account("acme", &acme, BEARER),
        account("globex", &globex, BEARER),
    ];
    write(&directory, &settings(&both.each_ref().map(String::as_str)));
    tokio::task::block_in_place(|| {
        let program = Program::serve(directory.path(), &[]);
        program.wait_for("both", |text| {
            let has = |account| text.contains(&format!("zendesk_up{{account=\"{account}\"}} 1\n"));
            (has("acme") && has("globex")).then_some(())
        });
        let back_up = |more: &[&str]| {
            let arguments = [&["state", "backup", "copy"], more].concat();
            code_and_words(&run(directory.path(), &[], &arguments))
        };
        let said = "there are several accounts; choose one with --account: acme, globex\n";
        assert_eq!(back_up(&[]), (Some(1), said.to_owned()));
        let said = "--account: no account is called umbrella; the accounts are acme, globex\n";
        assert_eq!(back_up(&["--account=umbrella"]), (Some(1), said.to_owned()));
        assert!(!directory.path().join("copy").exists());
        let (code, words) = back_up(&["--account=globex"]);
        assert_eq!(code, Some(0), "{words}");
        assert!(words.starts_with("globex: copied "), "{words}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_for_which_there_is_no_room_leaves_nothing() {
    let scene = Scene::begin().await;
    tokio::task::block_in_place(|| {
        let _program = scene.serve(1);
        let copies = TempDir::new().expect("a directory");
        let copy = copies.path().join("copy");
        let program = command(scene.directory.path(), &[]);
        // A limit of the size of files, which a full disk is like.
        let output = Command::new("/bin/sh")
            .args(["-c", "ulimit -f 8; exec \"$0\" \"$@\""])
            .arg(program.get_program())
            .args(["state", "backup"])
            .arg(&copy)
            .current_dir(scene.directory.path())
            .env_clear()
            .output()
            .expect("it starts");
        let (code, words) = code_and_words(&output);
        assert_eq!(code, Some(1), "{words}");
        let expected = format!("acme: cannot copy the state file to {}: ", copy.display());
        assert!(words.starts_with(&expected), "{words}");
        assert_eq!(names(copies.path()), [""; 0]);
    });
}
