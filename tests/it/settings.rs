//! The settings as the built program takes them: copied samples, credentials of systemd, and where relative paths
//! start.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zendesk_simulator::Simulator;

use crate::program::{Program, ask, code_and_words, run};
use crate::reload::{simulator, ticket};

const SAMPLE: &str = include_str!("../../config/zendesk-exporter.yml");
const MINIMAL: &str = include_str!("../../config/minimal.yml");

const STILL: &str =
    "the value is still change-me, as in the sample settings; replace it with your own";

const SERVE: [&str; 2] = ["--web.listen-address", "127.0.0.1:0"];

/// A machine: settings and credentials in `etc`, states in `states`, and `here`, where commands are typed.
struct Machine {
    root: TempDir,
}

impl Machine {
    fn with(settings: &str) -> Self {
        let root = TempDir::new().expect("a directory");
        for directory in ["etc", "states", "here"] {
            fs::create_dir(root.path().join(directory)).expect("made");
        }
        let machine = Self { root };
        machine.write("zendesk-exporter.yml", settings);
        machine
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn shown(&self, path: &str) -> String {
        self.path(path).display().to_string()
    }

    /// Writes a file in `etc`.
    fn write(&self, name: &str, text: &str) {
        // Whole or not at all: the program may be reading it.
        let new = self.path("new");
        fs::write(&new, text).expect("written");
        fs::rename(new, self.path("etc").join(name)).expect("moved");
    }

    /// Runs the program where commands are typed, with the settings of `etc` named by a relative path.
    fn run(&self, environment: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
        let arguments = [arguments, &["--config.file=../etc/zendesk-exporter.yml"]].concat();
        code_and_words(&run(&self.path("here"), environment, &arguments))
    }

    /// Serves with the credentials of `etc`, as under systemd: from another directory.
    fn serve(&self, more: &[&str]) -> Program {
        let settings = format!("--config.file={}", self.shown("etc/zendesk-exporter.yml"));
        let arguments = [&SERVE, more, &[settings.as_str()]].concat();
        let credentials = self.shown("etc");
        Program::start(
            Path::new("/"),
            &[("CREDENTIALS_DIRECTORY", &credentials)],
            &arguments,
        )
    }

    #[track_caller]
    fn check_refused(&self, environment: &[(&str, &str)], expected: &str) {
        for command in [&["check"][..], &["check", "--online"], &SERVE] {
            let (code, words) = self.run(environment, command);
            assert_eq!((code, words.as_str()), (Some(2), expected), "{command:?}");
        }
    }
}

/// An account that reads `simulator`; its secret is a credential.
fn account(name: &str, simulator: &Simulator, auth: &str) -> String {
    let url = simulator.base_url();
    format!(
        "  - {{ name: {name}, base_url: '{url}', auth: {{ {auth} }}, export: {{ poll_interval: 1s }} }}\n"
    )
}

fn settings(accounts: &[String]) -> String {
    format!(
        "state: {{ directory: ../states }}\naccounts:\n{}",
        accounts.concat()
    )
}

#[test]
fn a_copied_sample_ends_with_2_and_names_all_that_is_to_be_filled_in() {
    let machine = Machine::with(SAMPLE);
    let keys = [
        ("subdomain", 24),
        ("auth.client_secret", 30),
        ("auth.client_id", 29),
    ];
    let still = |(key, line)| format!("accounts[0].{key} (line {line}): {STILL}\n");
    let expected = keys.map(still);
    machine.check_refused(&[], &expected.concat());

    let machine = Machine::with(MINIMAL);
    let secret = machine.shown("here/../etc/client_secret");
    let missing = format!(
        "accounts[0].subdomain (line 6): {STILL}\n\
         accounts[0].auth.client_secret_file (line 9): cannot use the file {secret}: No such file or directory (os error 2)\n\
         accounts[0].auth.client_id (line 8): {STILL}\n"
    );
    machine.check_refused(&[], &missing);
    machine.write("client_secret", "Change-Me\n");
    let keys = [
        ("subdomain", 6),
        ("auth.client_secret_file", 9),
        ("auth.client_id", 8),
    ];
    let expected = keys.map(still);
    machine.check_refused(&[], &expected.concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minimal_settings_that_are_filled_in_read_an_account() {
    let acme = simulator().await;
    let machine = Machine::with("");
    let filled_in = MINIMAL
        .replace(
            "subdomain: change-me",
            &format!("base_url: {}", acme.base_url()),
        )
        .replace("client_id: change-me", "client_id: simulator")
        .replace("/var/lib/zendesk-exporter", "../states");
    machine.write("zendesk-exporter.yml", &filled_in);
    machine.write("client_secret", "simulator-secret\n");
    let (code, words) = machine.run(&[], &["check", "--online"]);
    assert_eq!(code, Some(0), "{words}");
    let program = machine.serve(&[]);
    program.wait_for("the ticket", |text| {
        text.contains(&ticket("127.0.0.1", "")).then_some(())
    });
}

#[test]
fn a_placeholder_from_any_source_ends_with_2() {
    let acme = ("ZENDESK_SUBDOMAIN", "acme");
    let machine = Machine::with("");
    machine.check_refused(
        &[acme, ("ZENDESK_ACCESS_TOKEN", " CHANGE-ME ")],
        &format!("ZENDESK_ACCESS_TOKEN: {STILL}\n"),
    );
    fs::write(machine.path("here/secret"), "change-me").expect("written");
    machine.check_refused(
        &[
            acme,
            ("ZENDESK_CLIENT_ID", "prometheus"),
            ("ZENDESK_CLIENT_SECRET_FILE", "secret"),
        ],
        &format!("ZENDESK_CLIENT_SECRET_FILE: {STILL}\n"),
    );
    let two = "accounts:\n  - { subdomain: acme, auth: { client_id: a } }\n  - { subdomain: globex, auth: { client_id: b } }\n";
    let machine = Machine::with(two);
    machine.write("acme.client_secret", "hush");
    machine.write("globex.client_secret", "<Change-Me>\n");
    let credential = machine.shown("etc/globex.client_secret");
    machine.check_refused(
        &[("CREDENTIALS_DIRECTORY", &machine.shown("etc"))],
        &format!("accounts[1].auth.client_secret: {STILL} (credential {credential})\n"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn states_are_found_without_credentials_where_the_unit_keeps_them() {
    let (acme, globex) = (simulator().await, simulator().await);
    let machine = Machine::with(&settings(&[
        account("acme", &acme, "client_id: simulator"),
        account("globex", &globex, "client_id: simulator"),
    ]));
    for account in ["acme", "globex"] {
        machine.write(&format!("{account}.client_secret"), "simulator-secret");
    }
    let program = machine.serve(&[]);
    program.wait_for("both accounts", |text| {
        let is_there = |account| text.contains(&ticket(account, ""));
        (is_there("acme") && is_there("globex")).then_some(())
    });
    // In the shell of somebody who has no credentials, and while settings wait to be filled in.
    let mut accounts = fs::read_to_string(machine.path("etc/zendesk-exporter.yml")).expect("there");
    for auth in ["client_id: simulator", "client_id: change-me", ""] {
        accounts = accounts.replace("client_id: simulator", auth);
        machine.write("zendesk-exporter.yml", &accounts);
        let (code, words) = machine.run(&[], &["state"]);
        assert_eq!(code, Some(0), "{words}");
        assert_eq!(
            words.matches("tickets        1 (1 new)").count(),
            2,
            "{words}"
        );
        let (code, words) = machine.run(&[], &["state", "verify"]);
        assert_eq!(code, Some(0), "{words}");
        assert_eq!(
            words.matches("1 records, no problem found").count(),
            2,
            "{words}"
        );
    }
    let (code, words) = machine.run(&[], &["state", "backup", "copy", "--account=globex"]);
    assert_eq!(code, Some(0), "{words}");
    let states = machine.shown("here/../etc/../states/");
    assert!(
        words.starts_with(&format!("globex: copied {states}")),
        "{words}"
    );
    assert!(machine.path("here/copy").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_nobody_uses_is_a_warning_of_check_start_and_reload() {
    let acme = simulator().await;
    let machine = Machine::with(&settings(&[account("acme", &acme, "client_id: simulator")]));
    machine.write("client_secret", "simulator-secret");
    machine.write("globex.client_secret", "hush");
    let unused = format!(
        "the credential globex.client_secret in {} is not used: no account is called globex; the accounts are acme",
        machine.shown("etc")
    );
    let credentials = [("CREDENTIALS_DIRECTORY", machine.shown("etc"))];
    let credentials = credentials
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let (code, words) = machine.run(&credentials, &["check"]);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains(&format!("warning: {unused}\n")), "{words}");

    let mut program = machine.serve(&["--web.enable-lifecycle"]);
    program.wait_for("the ticket", |text| {
        text.contains(&ticket("acme", "")).then_some(())
    });
    let at_start = program.logged.join("\n");
    assert!(at_start.contains(&unused), "{at_start}");
    // One that goes is not told of any more, and one that comes is.
    fs::remove_file(machine.path("etc/globex.client_secret")).expect("removed");
    machine.write("acme.client-secret", "hush");
    program.hang_up();
    let line = program.wait_for_log("is not used");
    assert!(line.contains("level=warn"), "{line}");
    let unused = format!(
        "the credential acme.client-secret in {} is not used: name it after the account and the setting, e.g. acme.client_secret",
        machine.shown("etc")
    );
    assert!(line.contains(&unused), "{line}");
    let answer = ask(program.address(), "POST", "/-/reload").expect("an answer");
    assert!(answer.contains(&format!("\nwarning: {unused}")), "{answer}");
    assert!(!answer.contains("globex"), "{answer}");
}

#[test]
fn where_a_second_account_leaves_a_credential_without_a_name_both_are_told() {
    let two = "accounts:\n  - { subdomain: acme, auth: { client_id: a } }\n  - { subdomain: globex, auth: { client_id: b } }\n";
    let machine = Machine::with(two);
    machine.write("client_secret", "hush");
    let etc = machine.shown("etc");
    let expected = format!(
        "accounts[0].auth (line 2): client_id is set without client_secret; set client_secret or client_secret_file\n\
         accounts[1].auth (line 3): client_id is set without client_secret; set client_secret or client_secret_file\n\
         the credential client_secret in {etc} is not used: there are several accounts; name it <account>.client_secret, e.g. acme.client_secret\n"
    );
    machine.check_refused(&[("CREDENTIALS_DIRECTORY", &etc)], &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_reads_relative_paths_where_the_start_did() {
    let acme = simulator().await;
    let machine = Machine::with(&settings(&[account(
        "acme",
        &acme,
        "access_token_file: tokens/acme",
    )]));
    fs::create_dir(machine.path("etc/tokens")).expect("made");
    machine.write("tokens/acme", "simulator-token");
    let mut program = machine.serve(&[]);
    program.wait_for("the ticket", |text| {
        text.contains(&ticket("acme", "")).then_some(())
    });
    fs::remove_file(machine.path("etc/tokens/acme")).expect("removed");
    program.hang_up();
    let line = program.wait_for_log("cannot reload the settings, keeping the previous ones");
    let token = machine.shown("etc/tokens/acme");
    assert!(
        line.contains(&format!("cannot use the file {token}: ")),
        "{line}"
    );
    machine.write("tokens/acme", "simulator-token");
    program.hang_up();
    program.wait_for_log("reloaded the settings");
    assert!(!Path::new("/data").exists());
}

#[test]
fn errors_name_whole_paths_wherever_a_path_was_relative() {
    let machine = Machine::with(
        "web: { config_file: web.yml }\nstate: { directory: file/states }\naccounts:\n  - { subdomain: acme, auth: { access_token_file: token } }\n",
    );
    let etc = machine.shown("here/../etc");
    let missing = "No such file or directory (os error 2)";
    machine.check_refused(
        &[],
        &format!(
            "cannot read the web config file {etc}/web.yml: {missing}\n\
             accounts[0].auth.access_token_file (line 4): cannot use the file {etc}/token: {missing}\n"
        ),
    );
    // What the web config file names is beside that.
    machine.write("token", "t0ken");
    machine.write(
        "web.yml",
        "tls_server_config: { cert_file: server.crt, key_file: server.key }\n",
    );
    let (code, words) = machine.run(&[], &["check"]);
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains(&format!("{etc}/server.crt")), "{words}");
    machine.write("web.yml", "");
    machine.write("file", "");
    let (code, words) = machine.run(&[], &SERVE);
    assert_eq!(code, Some(2), "{words}");
    let states = format!("cannot write to the state directory {etc}/file/states: ");
    assert!(words.contains(&states), "{words}");
    // Flags and variables start where the program does.
    let here = machine.shown("here");
    let variable = [("ZENDESK_EXPORTER_WEB__CONFIG_FILE", "own.yml")];
    let (_, words) = machine.run(&variable, &["check"]);
    assert!(
        words.contains(&format!("{here}/own.yml: {missing}")),
        "{words}"
    );
    let (_, words) = machine.run(&[], &["check", "--web.config.file=./own.yml"]);
    assert!(
        words.contains(&format!("{here}/own.yml: {missing}")),
        "{words}"
    );
    let (code, words) = machine.run(&[], &["state", "--state.directory=mine"]);
    assert_eq!(code, Some(1), "{words}");
    assert!(
        words.contains(&format!(
            "there is no state file {here}/mine/acme.zendesk.com.sqlite"
        )),
        "{words}"
    );
    let missing_file = ["check", "--config.file=other.yml"];
    let (code, words) = code_and_words(&run(&machine.path("here"), &[], &missing_file));
    let expected = format!("cannot read the settings file {here}/other.yml: {missing}\n");
    assert_eq!((code, words), (Some(2), expected));
}
