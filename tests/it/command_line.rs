//! The commands of the built program: what they print, and how they end.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use zendesk_simulator::{Draft, Fault, Options, Simulator};

use crate::check_sources::LIST;
use crate::program::{Program, account_of, checked_online, code_and_words, run, wait_for};

const SECRETS: [&str; 4] = [
    "simulator-secret",
    "simulator-oauth",
    "simulator-token",
    "simulator-key",
];

async fn simulator() -> Simulator {
    let simulator = account_of(Options::manual(0)).await;
    simulator.world(|world| world.create(&Draft::default()));
    simulator.advance(120);
    simulator
}

fn oauth(base_url: &str) -> [(&str, &str); 4] {
    [
        ("ZENDESK_BASE_URL", base_url),
        ("ZENDESK_CLIENT_ID", "simulator"),
        ("ZENDESK_CLIENT_SECRET", "simulator-secret"),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
    ]
}

#[test]
fn wrong_settings_end_with_2_and_one_sentence_each() {
    let directory = TempDir::new().expect("a directory");
    fs::write(
        directory.path().join("zendesk-exporter.yml"),
        "log: { level: loud }\naccounts:\n  - { subdomain: Acme, auth: { access_token: hush } }\n",
    )
    .expect("written");
    let (code, words) = code_and_words(&run(directory.path(), &[], &["check"]));
    assert_eq!(code, Some(2));
    assert_eq!(
        words,
        "log.level (line 1): \"loud\" is not one of info, error, warn, debug, trace\n\
         accounts[0].subdomain (line 3): \"Acme\" is not a subdomain; for https://acme.zendesk.com set it to acme\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn check_online_says_which_right_is_missing() {
    let simulator = simulator().await;
    let url = simulator.base_url();
    let directory = TempDir::new().expect("a directory");
    // Only the export will do, so that what is missing for it is a failure.
    let environment = [
        &oauth(&url)[..],
        &[("ZENDESK_EXPORTER_DEFAULTS__EXPORT__SOURCE", "cursor")],
    ]
    .concat();
    let check = || checked_online(directory.path(), &environment);
    let list = format!("127.0.0.1: the list of tickets can be read, 1 ticket {LIST}\n");
    let read = "127.0.0.1: the export can be read, 1 row in a sample of the last 24 hours\n";
    assert_eq!(check(), (Some(0), format!("{read}{list}")));

    let sample = format!(
        "127.0.0.1: cannot get a sample of the export from {url}/api/v2/incremental/tickets/sample: "
    );
    let table = [
        (
            Fault::NotAdmin,
            "agent",
            "the user behind the credentials has no permission for this request (Zendesk says: Forbidden: You do not have access to this page. Please contact the account owner of this help desk for further help.); the user behind the credentials has the role agent, but only an admin can read the export; make the user an admin, or use the credentials of an admin",
        ),
        (
            Fault::NotAdmin,
            "admin",
            "Zendesk forbids this request for these credentials (Zendesk says: Forbidden: You do not have access to this page. Please contact the account owner of this help desk for further help.); the user is an admin, so Zendesk refuses this program or this machine; check Zendesk's rules for third-party tools and the account's IP restrictions (Admin Center, Security)",
        ),
        (
            Fault::ClosedExport,
            "admin",
            "Zendesk forbids this request for these credentials (Zendesk says: Forbidden: This endpoint is no longer available to third-party applications); the user is an admin, so Zendesk refuses this program or this machine; check Zendesk's rules for third-party tools and the account's IP restrictions (Admin Center, Security)",
        ),
        (
            Fault::MissingScope,
            "admin",
            "the credentials lack an OAuth scope (Zendesk says: Forbidden: Missing the following required scopes: read); give the OAuth client the scope `read`",
        ),
        (
            Fault::NoHelpDesk,
            "admin",
            "Zendesk does not know this address (Zendesk says: No help desk at acme.zendesk.com: There is no help desk configured at this address.); check subdomain or base_url, and whether the account still exists",
        ),
    ];
    for (fault, role, expected) in table {
        simulator.set_role(role);
        simulator.set_fault(fault, 1);
        let (code, words) = check();
        let list = match role {
            "agent" => list.replace("page;", "page, of those that the user may see;"),
            _ => list.clone(),
        };
        let auto = "127.0.0.1: with export.source: cursor the exporter would not read the list of tickets; set export.source: auto to read it while Zendesk refuses the export\n";
        let expected = format!("{sample}{expected}\n{list}{auto}");
        assert_eq!((code, words), (Some(1), expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_online_tells_first_what_check_tells() {
    let simulator = simulator().await;
    let url = simulator.base_url();
    let directory = TempDir::new().expect("a directory");
    let environment = [
        ("ZENDESK_BASE_URL", url.as_str()),
        ("ZENDESK_EMAIL", "a@b.example"),
        ("ZENDESK_PASSWORD", "'hush'"),
    ];
    let (code, words) =
        code_and_words(&run(directory.path(), &environment, &["check", "--online"]));
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!((code, lines.len()), (Some(1), 4), "{words}");
    assert_eq!(
        lines[0],
        format!("127.0.0.1: {url}, login password, at most 8 requests per minute")
    );
    assert!(lines[1].starts_with("127.0.0.1: about "), "{words}");
    assert_eq!(
        lines[2],
        "warning: 127.0.0.1: auth.password: the value is in quotation marks, and Zendesk would receive them; remove them, unless the password really is like this"
    );
    assert!(
        lines[3].starts_with("127.0.0.1: cannot get a sample of the export from "),
        "{words}"
    );
    assert!(!words.contains("the settings are good"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_online_says_which_credentials_are_wrong() {
    let simulator = simulator().await;
    let url = simulator.base_url();
    let directory = TempDir::new().expect("a directory");
    let token = format!(
        "cannot get an OAuth token from {url}/oauth/tokens: Zendesk refused the credentials (Zendesk says: invalid_client: Client authentication failed); check client_id and client_secret in auth (Admin Center, Apps and integrations, OAuth clients)"
    );
    let sample = |words: &str| {
        format!(
            "cannot get a sample of the export from {url}/api/v2/incremental/tickets/sample: Zendesk refused the credentials (Zendesk says: {words}"
        )
    };
    let invalid = "invalid_token: The access token provided is expired, revoked, malformed or invalid for other reasons.)";
    let table: [(&[(&str, &str)], String); 4] = [
        (
            &[
                ("ZENDESK_CLIENT_ID", "simulator"),
                ("ZENDESK_CLIENT_SECRET", "hush"),
            ],
            token,
        ),
        (
            &[("ZENDESK_ACCESS_TOKEN", "hush")],
            sample(&format!(
                "{invalid}; check access_token in auth; it may have expired or been revoked"
            )),
        ),
        (
            &[
                ("ZENDESK_EMAIL", "a@b.example"),
                ("ZENDESK_API_TOKEN", "hush"),
            ],
            sample(
                "Couldn't authenticate you); check email and api_token in auth, and that the account allows API tokens",
            ),
        ),
        (
            &[
                ("ZENDESK_EMAIL", "a@b.example"),
                ("ZENDESK_PASSWORD", "hush"),
            ],
            sample(
                "Couldn't authenticate you); check email and password in auth, and that the account allows password access",
            ),
        ),
    ];
    for (login, expected) in table {
        let mut environment = vec![("ZENDESK_BASE_URL", url.as_str())];
        environment.extend(login);
        let checked = checked_online(directory.path(), &environment);
        assert_eq!(checked, (Some(1), format!("127.0.0.1: {expected}\n")));
    }
    // With a password that is wrong some accounts answer 403, and call the user nobody.
    simulator.set_fault(Fault::NotAdmin, 1);
    let environment = [
        ("ZENDESK_BASE_URL", url.as_str()),
        ("ZENDESK_EMAIL", "a@b.example"),
        ("ZENDESK_PASSWORD", "hush"),
    ];
    let (_, words) = code_and_words(&run(directory.path(), &environment, &["check", "--online"]));
    assert!(
        words.ends_with("; Zendesk treats the request as anonymous, so check that the credentials in auth belong to a user\n"),
        "{words}"
    );
}

/// An address on which nobody listens.
fn closed_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

#[test]
fn an_address_that_does_not_answer_is_told_with_what_to_check() {
    let directory = TempDir::new().expect("a directory");
    let url = format!("http://{}", closed_address());
    let environment = [
        ("ZENDESK_BASE_URL", url.as_str()),
        ("ZENDESK_ACCESS_TOKEN", "x"),
    ];
    let program = Program::serve(directory.path(), &environment);
    program.wait_for("a failure", |text| {
        (!text.contains("reason=\"transport\"} 0\n")).then_some(())
    });
    let log = program.all_logged();
    let line = log
        .lines()
        .find(|line| line.contains("cannot read the export"))
        .expect("it is told");
    for part in [
        "level=warn".to_owned(),
        format!("url={url}/api/v2/incremental/tickets/cursor"),
        "Connection refused".to_owned(),
        "check subdomain or base_url, and that the address can be reached from here".to_owned(),
    ] {
        assert!(line.contains(&part), "{part} is not in {line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_program_is_healthy_and_its_state_can_be_looked_at() {
    let simulator = simulator().await;
    let url = simulator.base_url();
    let directory = TempDir::new().expect("a directory");
    let program = Program::serve(directory.path(), &oauth(&url));
    program.wait_for("the first sync", |text| {
        text.contains("zendesk_tickets{").then_some(())
    });
    let address = program.address().to_string();
    let look = |arguments: &[&str]| code_and_words(&run(directory.path(), &oauth(&url), arguments));
    assert_eq!(
        look(&["healthcheck", "--web.listen-address", &address]).0,
        Some(0)
    );
    let (code, words) = look(&["state"]);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("tickets        1 (1 new)"), "{words}");
    let (code, words) = look(&["state", "verify"]);
    assert_eq!(
        (code, words.contains("1 records, no problem found")),
        (Some(0), true),
        "{words}"
    );
    // The state is looked at and copied without credentials.
    let address_alone = [("ZENDESK_BASE_URL", url.as_str())];
    let copy = directory.path().join("copy");
    let back_up = ["state", "backup", "copy"];
    let output = run(directory.path(), &address_alone, &back_up);
    let (code, words) = code_and_words(&output);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.starts_with("127.0.0.1: copied "), "{words}");
    let shown = format!(" to {} (", copy.display());
    assert!(words.contains(&shown), "{words}");
    assert!(copy.exists());
    let (code, words) = code_and_words(&run(directory.path(), &address_alone, &back_up));
    assert_eq!(code, Some(1));
    assert!(words.contains("copy already exists"), "{words}");
    // A second one on the same state ends at once and says why.
    let (code, words) = look(&["--web.listen-address", "127.0.0.1:0"]);
    assert_eq!(code, Some(1));
    assert!(words.contains("is in use by another process"), "{words}");
    // And one on the same port.
    let other = TempDir::new().expect("a directory");
    let (code, words) = code_and_words(&run(
        other.path(),
        &oauth(&url),
        &["--web.listen-address", &address],
    ));
    assert_eq!(code, Some(2));
    assert!(
        words.contains("stop the program that uses the port"),
        "{words}"
    );
}

#[test]
fn a_state_that_is_not_there_is_said_plainly() {
    let directory = TempDir::new().expect("a directory");
    let environment = [("ZENDESK_SUBDOMAIN", "acme"), ("ZENDESK_ACCESS_TOKEN", "x")];
    let (code, words) = code_and_words(&run(directory.path(), &environment, &["state"]));
    assert_eq!(code, Some(1));
    assert!(words.contains("there is no state file"), "{words}");
}

#[test]
fn a_health_check_needs_no_account_and_says_whom_it_could_not_ask() {
    let directory = TempDir::new().expect("a directory");
    let address = closed_address();
    let ask = ["healthcheck", "--web.listen-address", &address];
    let (code, words) = code_and_words(&run(directory.path(), &[], &ask));
    assert_eq!(code, Some(1));
    assert_eq!(
        words,
        format!(
            "cannot query http://{address}/-/healthy: Connection refused (os error 111); start the exporter, or run healthcheck with the same web.listen_address as the exporter\n"
        )
    );
}

#[test]
fn a_state_directory_that_cannot_be_written_is_said_with_what_to_do() {
    let directory = TempDir::new().expect("a directory");
    // A file where the directory should be: nobody can write in it, not even root.
    fs::write(directory.path().join("data"), "").expect("written");
    let environment = [("ZENDESK_SUBDOMAIN", "acme"), ("ZENDESK_ACCESS_TOKEN", "x")];
    let (code, words) = code_and_words(&run(
        directory.path(),
        &environment,
        &["--web.listen-address", "127.0.0.1:0"],
    ));
    assert_eq!(code, Some(2), "{words}");
    let whole = directory.path().join("data");
    let expected = format!("cannot write to the state directory {}: ", whole.display());
    assert!(words.contains(&expected), "{words}");
}

/// Everything that is logged at trace while an account is read, its credentials and its rows are
/// refused, and it recovers.
fn logged_through_refusals(simulator: &Simulator, login: &[(&str, &str)]) -> (TempDir, String) {
    let directory = TempDir::new().expect("a directory");
    let mut environment = login.to_vec();
    environment.push(("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"));
    environment.push(("ZENDESK_EXPORTER_LOG__LEVEL", "trace"));
    environment.push(("ZENDESK_EXPORTER_DEFAULTS__RETRY__INITIAL", "100ms"));
    environment.push(("ZENDESK_EXPORTER_DEFAULTS__RETRY__MAXIMUM", "200ms"));
    let program = Program::serve(directory.path(), &environment);
    program.wait_for("the first sync", |text| {
        text.contains("zendesk_tickets{").then_some(())
    });
    simulator.set_fault(Fault::BadRow, 1);
    // One refusal, so that none is left for the next exporter.
    for (fault, times, reason) in [
        (Fault::Unauthorized, 3, "auth"),
        (Fault::NotAdmin, 1, "forbidden"),
    ] {
        simulator.set_fault(fault, times);
        program.wait_for(reason, |text| {
            let zero = format!("reason=\"{reason}\"}} 0\n");
            (!text.contains(&zero)).then_some(())
        });
    }
    let log = program.all_logged();
    assert!(log.contains("level=error"), "{log}");
    (directory, log)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_personal_data_is_in_a_log_at_trace_or_in_the_state() {
    let simulator = simulator().await;
    let url = simulator.base_url();
    let basic = ("ZENDESK_EMAIL", "admin@example.invalid");
    let logins: [&[(&str, &str)]; 4] = [
        &oauth(&url),
        &[
            ("ZENDESK_BASE_URL", &url),
            ("ZENDESK_ACCESS_TOKEN", "simulator-token"),
        ],
        &[
            ("ZENDESK_BASE_URL", &url),
            basic,
            ("ZENDESK_API_TOKEN", "simulator-key"),
        ],
        &[
            ("ZENDESK_BASE_URL", &url),
            basic,
            ("ZENDESK_PASSWORD", "simulator-key"),
        ],
    ];
    for login in logins {
        let (directory, log) =
            tokio::task::block_in_place(|| logged_through_refusals(&simulator, login));
        let basic_header = "YWRtaW5AZXhhbXBsZS5pbnZhbGlk";
        for secret in SECRETS.into_iter().chain([basic_header]) {
            assert!(!log.contains(secret), "{secret} is in\n{log}");
        }
        for personal in ["personal.example", "Jo Customer", "printer"] {
            assert!(!log.contains(personal), "{personal} is in\n{log}");
            for file in fs::read_dir(directory.path().join("data")).expect("the state") {
                let bytes = fs::read(file.expect("an entry").path()).expect("readable");
                let found = bytes
                    .windows(personal.len())
                    .any(|window| window == personal.as_bytes());
                assert!(!found, "{personal} is in the state");
            }
        }
    }
}

#[test]
fn the_demo_shows_tickets_and_ends_cleanly() {
    let directory = TempDir::new().expect("a directory");
    // Somebody's settings for their own account are none of the demo's.
    fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/config/zendesk-exporter.yml"),
        directory.path().join("zendesk-exporter.yml"),
    )
    .expect("copied");
    let mut program = Program::start(
        directory.path(),
        &[],
        &["demo", "--web.listen-address", "127.0.0.1:0"],
    );
    program.wait_for("tickets", |text| {
        text.contains("zendesk_tickets{").then_some(())
    });
    assert_eq!(program.terminate(), Some(0));
    for (flag, value, expected) in [
        ("--log.level", "loud", "log.level: \"loud\" is not one of"),
        (
            "--state.directory",
            "here",
            "the demo keeps its state in a temporary directory",
        ),
    ] {
        let (code, words) = code_and_words(&run(directory.path(), &[], &["demo", flag, value]));
        assert_eq!(code, Some(2), "{words}");
        assert!(words.contains(expected), "{words}");
    }
}

#[test]
fn the_simulator_alone_answers_an_exporter() {
    let directory = TempDir::new().expect("a directory");
    let port_file = directory.path().join("port");
    // Another package's binary: `cargo test --workspace` builds it beside the exporter's.
    let program =
        Path::new(env!("CARGO_BIN_EXE_zendesk-exporter")).with_file_name("zendesk-simulator");
    let mut simulator = Command::new(program)
        .args(["--listen-address", "127.0.0.1:0", "--tickets", "50"])
        .arg("--port-file")
        .arg(&port_file)
        .stdout(Stdio::null())
        .spawn()
        .expect("the simulator is built: cargo test --workspace");
    let port = wait_for("the port", || match fs::read_to_string(&port_file) {
        Ok(port) if !port.is_empty() => Ok(port),
        other => Err(format!("{other:?}")),
    });
    let url = format!("http://127.0.0.1:{port}");
    let output = run(directory.path(), &oauth(&url), &["check", "--online"]);
    simulator.kill().expect("it runs");
    simulator.wait().expect("it ends");
    let (code, words) = code_and_words(&output);
    assert_eq!(code, Some(0), "{words}");
}
