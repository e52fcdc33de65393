//! What is made of refusals: no word of a credential, the right reason, and the next token.

use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use zendesk_exporter::ledger::{LabelSettings, SeriesSettings};
use zendesk_exporter::source::{Auth, LookupSource, SourceKind};
use zendesk_exporter::ticket::{NamedSet, PerSet, UnixSeconds};
use zendesk_exporter::zendesk::Client;
use zendesk_simulator::neighbour_faults::NeighbourFault;
use zendesk_simulator::{Draft, Fault, Options, Simulator};

use crate::connections::client_settings;
use crate::desk::{Desk, DeskSettings};
use crate::program::{Program, account_of, code_and_words, run};

const SECRETS: [&str; 4] = [
    "simulator-secret",
    "simulator-oauth-1",
    "simulator-token",
    "simulator-key",
];

pub(crate) const WITHHELD: &str = "Zendesk's message is not shown because it repeats a credential";

/// Fails if eight characters in a row of a credential, or of the encoded login, are in `text`.
#[track_caller]
fn assert_no_secret_in(text: &str, login: &str) {
    // The end of base64 of `admin@example.invalid/token:simulator-key`, and with a password.
    let encoded = ["2VuOnNpbXVsYXRvci1rZXk", "npbXVsYXRvci1rZXk"];
    // What a token and a secret have in common with our own names.
    let own = ["simulato", "imulator"];
    for secret in SECRETS.into_iter().chain(encoded) {
        for run in secret.as_bytes().windows(8) {
            let run = std::str::from_utf8(run).expect("ASCII");
            let shown = !own.contains(&run) && text.contains(run);
            assert!(!shown, "{login}: {run} of {secret} is in\n{text}");
        }
    }
}

async fn simulator() -> Simulator {
    let simulator = account_of(Options::manual(0)).await;
    simulator.world(|world| world.create(&Draft::default()));
    simulator.advance(120);
    simulator
}

fn failed(program: &Program, reason: &str) {
    let zero = format!("reason=\"{reason}\"}} 0\n");
    program.wait_for(reason, |text| {
        (text.contains("poll_failures_total") && !text.contains(&zero)).then_some(())
    });
}

fn serve(directory: &TempDir, url: &str, login: &[(&str, &str)]) -> Program {
    let mut environment = vec![
        ("ZENDESK_BASE_URL", url),
        ("ZENDESK_EXPORTER_DEFAULTS__EXPORT__POLL_INTERVAL", "1s"),
        ("ZENDESK_EXPORTER_DEFAULTS__RETRY__INITIAL", "100ms"),
        ("ZENDESK_EXPORTER_DEFAULTS__RETRY__MAXIMUM", "200ms"),
    ];
    environment.extend(login);
    Program::serve(directory.path(), &environment)
}

const OAUTH: [(&str, &str); 2] = [
    ("ZENDESK_CLIENT_ID", "simulator"),
    ("ZENDESK_CLIENT_SECRET", "simulator-secret"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_debugging_page_that_repeats_the_login_is_shown_nowhere() {
    let email = ("ZENDESK_EMAIL", "admin@example.invalid");
    let logins: [&[(&str, &str)]; 4] = [
        &OAUTH,
        &[("ZENDESK_ACCESS_TOKEN", "simulator-token")],
        &[email, ("ZENDESK_API_TOKEN", "simulator-key")],
        &[email, ("ZENDESK_PASSWORD", "simulator-key")],
    ];
    for login in logins {
        let simulator = simulator().await;
        let url = simulator.base_url();
        let directory = TempDir::new().expect("a directory");
        let name = login[login.len() - 1].0;
        let program = serve(&directory, &url, login);
        program.wait_for("the first sync", |text| {
            text.contains("zendesk_tickets{").then_some(())
        });
        // With OAuth this takes another token, and the page shows both.
        simulator.set_fault(Fault::Unauthorized, 1);
        simulator.set_fault(Fault::EchoedLogin, 1_000);
        failed(&program, "export_forbidden");
        for path in ["/", "/api/v1/status"] {
            let page = program.get(path);
            let plain = page.replace("&#39;", "'").replace("&#x27;", "'");
            assert!(plain.contains(WITHHELD), "{name}: {plain}");
            assert_no_secret_in(&page, name);
        }
        let log = program.all_logged();
        assert!(log.contains(WITHHELD), "{name}: {log}");
        assert_no_secret_in(&log, name);

        let mut environment = vec![("ZENDESK_BASE_URL", url.as_str())];
        environment.extend(login);
        // A sample is no page of the export, and shows the login all the same.
        let checked = run(directory.path(), &environment, &["check", "--online"]);
        assert_no_secret_in(&code_and_words(&checked).1, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_403_in_another_language_says_to_make_the_user_an_admin() {
    let simulator = simulator().await;
    let directory = TempDir::new().expect("a directory");
    let program = serve(&directory, &simulator.base_url(), &OAUTH);
    program.wait_for("the first sync", |text| {
        text.contains("zendesk_tickets{").then_some(())
    });
    simulator.set_fault(Fault::NotAdminForeign, 1_000);
    failed(&program, "forbidden");
    let several = |text: &str| {
        let line = text.lines().find(|line| {
            line.starts_with("zendesk_exporter_poll_failures_total")
                && line.contains("\"forbidden\"")
        })?;
        (!line.ends_with(" 0") && !line.ends_with(" 1")).then_some(())
    };
    program.wait_for("several failures", several);
    let metrics = program.get("/metrics");
    // Who asks is asked once, however often it fails.
    assert!(
        metrics.contains(
            "zendesk_exporter_api_requests_total{account=\"127.0.0.1\",code=\"200\",endpoint=\"users_me\"} 1\n"
        ),
        "{metrics}"
    );
    let log = program.all_logged();
    let line = log
        .lines()
        .find(|line| line.contains("level=error"))
        .expect("it is told");
    assert!(
        line.contains("make the user behind the credentials an admin"),
        "{line}"
    );
    // As go-logfmt reads it, which knows no \u{ad}.
    assert!(
        line.contains("(Zendesk says: Prohibido: No tienes acceso a esta pa\\u00adgina.\\u200b Ponte en contacto"),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_time_that_is_refused_is_a_failure_with_zendesks_words() {
    let simulator = simulator().await;
    simulator.set_fault(Fault::StartTimeRefused, 1_000);
    let directory = TempDir::new().expect("a directory");
    let program = serve(&directory, &simulator.base_url(), &OAUTH);
    failed(&program, "unexpected");
    let metrics = program.get("/metrics");
    assert!(
        metrics.contains("zendesk_up{account=\"127.0.0.1\"} 0\n"),
        "{metrics}"
    );
    let words = "start_time before 2024-01-01 is not available on your plan";
    for path in ["/", "/api/v1/status"] {
        assert!(program.get(path).contains(words), "{path}");
    }
    let log = program.all_logged();
    assert!(log.contains(words), "{log}");
}

#[tokio::test]
async fn a_start_time_of_an_hour_ago_is_never_too_recent() {
    let mut desk = Desk::open(DeskSettings::of(SourceKind::Time)).await;
    desk.simulator
        .world(|world| world.create(&Draft::default()));
    desk.catch_up().await;
    let failures = "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"unexpected\"}";
    // The position is minutes old: there may be nothing new.
    desk.simulator.set_fault(Fault::StartTimeRefused, 1);
    desk.step().await;
    assert_eq!(desk.value(failures), Some(0.0));
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
    desk.simulator.advance(3_600);
    desk.clock.advance(Duration::from_secs(3_600));
    desk.simulator.set_fault(Fault::StartTimeRefused, 1);
    desk.step().await;
    assert_eq!(desk.value(failures), Some(1.0));
    assert_eq!(desk.value("zendesk_up"), Some(0.0));
    desk.catch_up().await;
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
    desk.check_against_oracle();
}

fn by_oauth() -> DeskSettings {
    DeskSettings {
        auth: Auth::ClientCredentials {
            client_id: "simulator".to_owned(),
            client_secret: "simulator-secret".into(),
        },
        ..DeskSettings::of(SourceKind::Cursor)
    }
}

fn asked_for(desk: &Desk, path: &str) -> usize {
    let asked = desk.simulator.asked();
    let to_it = asked.iter().filter(|asked| asked.target.starts_with(path));
    to_it.count()
}

#[tokio::test]
async fn a_token_is_used_however_its_life_is_spelt() {
    for spelling in [
        "\"1800\"",
        "1800.0",
        "-1",
        "0",
        "\"0\"",
        "1e-9",
        "null",
        "18446744073709551616",
        "1e999",
        "1800,\"expires_in\":1800",
        "[]",
    ] {
        let mut desk = Desk::open(by_oauth()).await;
        desk.simulator.set_token_answer(&format!(
            "{{\"access_token\":\"{{token}}\",\"token_type\":\"mac\",\"expires_in\":{spelling}}}"
        ));
        desk.simulator
            .world(|world| world.create(&Draft::default()));
        desk.catch_up().await;
        assert_eq!(desk.value("zendesk_up"), Some(1.0), "{spelling}");
        // Six counts, and at most a token before each.
        desk.look_up(12).await;
        desk.catch_up().await;
        let counted = desk.samples(&["zendesk_search_tickets"]);
        assert_eq!(counted.lines().count(), 6, "{spelling}: {counted}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_endpoint_without_a_token_is_told_as_what_it_is() {
    let simulator = simulator().await;
    simulator.set_token_answer("{\"token_type\":\"bearer\",\"expires_in\":1800}");
    let directory = TempDir::new().expect("a directory");
    let program = serve(&directory, &simulator.base_url(), &OAUTH);
    failed(&program, "decode");
    let log = program.all_logged();
    let line = log
        .lines()
        .find(|line| line.contains("cannot get an OAuth token"))
        .expect("it is told");
    for part in [
        "the token endpoint answered without a token: it has no access_token",
        "check client_id and client_secret in auth",
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    for part in ["page_size", "no proxy"] {
        assert!(!line.contains(part), "{part} is in {line}");
    }
}

#[tokio::test]
async fn a_lookup_that_meets_an_ended_token_takes_the_next_one() {
    let mut desk = Desk::open(by_oauth()).await;
    desk.simulator
        .set_token_answer("{\"access_token\":\"{token}\"}");
    desk.simulator
        .world(|world| world.create(&Draft::default()));
    desk.catch_up().await;
    desk.simulator.revoke_tokens();
    // A count that is refused, a token, and six counts.
    desk.look_up(8).await;
    assert_eq!(asked_for(&desk, "/oauth/tokens"), 2);
    // The poller goes on with the same token.
    desk.catch_up().await;
    assert_eq!(asked_for(&desk, "/oauth/tokens"), 2);
    let counted = desk.samples(&["zendesk_search_tickets"]);
    assert_eq!(counted.lines().count(), 6, "{counted}");
    let failures = "zendesk_exporter_poll_failures_total{account=\"acme\",reason=\"auth\"}";
    assert_eq!(desk.value(failures), Some(0.0));
}

#[tokio::test]
async fn an_endpoint_that_refuses_every_token_costs_one_and_not_the_export() {
    let mut desk = Desk::open(by_oauth()).await;
    desk.simulator
        .set_token_answer("{\"access_token\":\"{token}\"}");
    desk.simulator
        .world(|world| world.create(&Draft::default()));
    desk.catch_up().await;
    desk.simulator
        .set_neighbour_fault(NeighbourFault::Unauthorized, 1_000);
    desk.look_up(20).await;
    assert_eq!(asked_for(&desk, "/oauth/tokens"), 2);
    desk.catch_up().await;
    assert_eq!(desk.value("zendesk_up"), Some(1.0));
    assert_eq!(asked_for(&desk, "/oauth/tokens"), 2);
}

#[tokio::test]
async fn names_whose_pages_circle_stay_as_they_were() {
    let mut desk = Desk::open(DeskSettings {
        series: SeriesSettings {
            labels: LabelSettings {
                named: PerSet::default().with(NamedSet::Group, true),
                ..LabelSettings::default()
            },
            ..SeriesSettings::default()
        },
        ..DeskSettings::of(SourceKind::Cursor)
    })
    .await;
    desk.simulator
        .world(|world| world.create(&Draft::default()));
    desk.catch_up().await;
    // Six counts and a page of names.
    desk.look_up(7).await;
    desk.catch_up().await;
    let before = desk.samples(&["zendesk_group_info"]);
    assert!(!before.is_empty());
    let asked = asked_for(&desk, "/api/v2/groups");
    desk.simulator
        .set_neighbour_fault(NeighbourFault::Circling, 1_000);
    desk.look_up(8).await;
    desk.catch_up().await;
    assert_eq!(asked_for(&desk, "/api/v2/groups") - asked, 2);
    assert_eq!(desk.samples(&["zendesk_group_info"]), before);
}

#[tokio::test]
async fn a_limit_that_is_reset_at_a_moment_is_waited_for_until_then() {
    let mut desk = Desk::open(DeskSettings::of(SourceKind::Cursor)).await;
    desk.simulator
        .world(|world| world.create(&Draft::default()));
    desk.catch_up().await;
    desk.simulator.set_fault(Fault::LimitSpentUntil, 1);
    desk.step().await;
    let reset = desk.simulator.world(|world| world.now()) + 42;
    let text = desk.scrape();
    let line = text
        .lines()
        .find(|line| line.starts_with("zendesk_exporter_api_rate_limit_reset_timestamp_seconds{"))
        .expect("the account's limit");
    let shown: f64 = line
        .rsplit(' ')
        .next()
        .and_then(|value| value.parse().ok())
        .expect("a number");
    assert!((shown - reset as f64).abs() <= 1.0, "{line}: {reset}");
}

/// Answers each request with the next of these, as they are.
async fn answers(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut head = [0; 4096];
            let read = stream.read(&mut head).await.expect("a request");
            assert!(read > 0);
            stream.write_all(answer.as_bytes()).await.expect("written");
        }
    });
    url
}

#[tokio::test]
async fn headers_and_names_that_repeat_a_credential_are_left_out() {
    let groups =
        r#"{"groups":[{"id":1,"name":"Support"},{"id":2,"name":"c&#51;2VjcmV0&#8203;-of-mine"}]}"#;
    let answer = |id: &str, limit: &str, body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\nx-request-id: {id}\r\n{limit}: total=10; remaining=9\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let url = answers(vec![
        answer("a1b2-SEA", "zendesk-ratelimit-x", groups),
        answer("a1-C32VJCMV0-of", "zendesk-ratelimit-c32vjcmv0-of", groups),
    ])
    .await;
    let client = Client::new(client_settings(
        &url,
        Auth::AccessToken("c32Vjcmv0-of-mine".into()),
    ))
    .expect("credentials that can be sent");
    for (id, limits) in [(Some("a1b2-SEA"), 1), (None, 0)] {
        let exchange = client.names(NamedSet::Group, None, UnixSeconds(0)).await;
        assert_eq!(exchange.head.request_id.as_deref(), id);
        assert_eq!(exchange.head.rate_limits.len(), limits);
        let names = exchange.outcome.expect("names").names;
        assert_eq!(names, [(1, "Support".to_owned())]);
    }
}

#[test]
fn check_tells_what_is_around_a_credential() {
    let directory = TempDir::new().expect("a directory");
    let login = [
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_EMAIL", "a@b.example/token"),
        ("ZENDESK_API_TOKEN", "hush"),
    ];
    let (code, words) = code_and_words(&run(directory.path(), &login, &["check"]));
    assert_eq!(code, Some(2));
    assert_eq!(
        words,
        "ZENDESK_EMAIL: the value ends in /token, which the exporter adds itself; set only the address\n"
    );
    let login = [
        ("ZENDESK_SUBDOMAIN", "acme"),
        ("ZENDESK_ACCESS_TOKEN", "Bearer hush"),
    ];
    let (code, words) = code_and_words(&run(directory.path(), &login, &["check"]));
    assert_eq!(code, Some(2));
    assert_eq!(
        words,
        "ZENDESK_ACCESS_TOKEN: the value begins with Bearer, which the exporter adds itself; set only what follows\n"
    );
}
