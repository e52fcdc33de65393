//! The built program behind a web config file.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;
use zendesk_simulator::{Options, Simulator};

use crate::program::{Program, code_and_words, get_from, run};

/// `hush` at the least cost.
const HASH: &str = "$2b$04$L6Bc/AlTQHyd9liGgGEZyOgNaOkV6D4UHaNM9M5ZONl7UTyLwXxku";

const TLS: &str = "tls_server_config: { cert_file: server.crt, key_file: server.key ";

/// A directory with settings whose web config file says this.
fn directory(base_url: &str, web: &str) -> TempDir {
    let directory = TempDir::new().expect("a directory");
    let write = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("written");
    };
    write(
        "zendesk-exporter.yml",
        &format!(
            "web: {{ config_file: web.yml }}\naccounts:\n  - base_url: {base_url}\n    auth: {{ access_token: simulator-oauth }}\n"
        ),
    );
    write("web.yml", web);
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["exporter.example".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("signed");
    write("server.crt", &certificate.pem());
    write("server.key", &key.serialize_pem());
    directory
}

async fn simulator() -> Simulator {
    Simulator::start(Options::manual(1_800_000_000))
        .await
        .expect("a free port")
}

#[tokio::test(flavor = "multi_thread")]
async fn healthcheck_needs_neither_password_nor_the_right_name_but_a_certificate_if_one_is_asked_for()
 {
    let simulator = simulator().await;
    let users = format!("basic_auth_users: {{ alice: \"{HASH}\" }}\n");
    let table = [
        (users.clone(), Some(0), ""),
        (format!("{TLS}}}\n{users}"), Some(0), ""),
        (
            format!("{TLS}, client_auth_type: RequireAnyClientCert }}\n"),
            Some(1),
            "cannot query https://ADDRESS/-/healthy: the exporter requires client certificates, and healthcheck has none; set client_auth_type to VerifyClientCertIfGiven in the web config file, or alert on `up` in Prometheus instead\n",
        ),
    ];
    for (web, code, words) in table {
        let directory = directory(&simulator.base_url(), &web);
        let program = Program::serve(directory.path(), &[]);
        let address = program.address().to_string();
        let check = run(
            directory.path(),
            &[("ZENDESK_EXPORTER_WEB__LISTEN_ADDRESS", &address)],
            &["healthcheck"],
        );
        let words = words.replace("ADDRESS", &address);
        assert_eq!(code_and_words(&check), (code, words), "{web}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn healthcheck_without_the_web_config_file_of_an_exporter_with_tls_says_so() {
    let simulator = simulator().await;
    let directory = directory(&simulator.base_url(), &format!("{TLS}}}\n"));
    let program = Program::serve(directory.path(), &[]);
    let address = program.address().to_string();
    // As the health check of an image runs that whose container was started with --web.config.file.
    let elsewhere = TempDir::new().expect("a directory");
    let ask = |arguments: &[&str]| {
        let environment = [("ZENDESK_EXPORTER_WEB__LISTEN_ADDRESS", address.as_str())];
        code_and_words(&run(elsewhere.path(), &environment, arguments))
    };
    let words = format!(
        "http://{address}/-/healthy answered with TLS, but healthcheck asked without TLS: use the --web.config.file of the exporter, or set ZENDESK_EXPORTER_WEB__CONFIG_FILE for both\n"
    );
    assert_eq!(ask(&["healthcheck"]), (Some(1), words));
    let file = directory.path().join("web.yml").display().to_string();
    let with_file = ask(&["healthcheck", "--web.config.file", &file]);
    assert_eq!(with_file, (Some(0), String::new()));
}

#[test]
fn healthcheck_tells_another_program_from_the_exporter_and_does_not_wait_for_more() {
    let directory = TempDir::new().expect("a directory");
    let table: [(&[u8], &str); 5] = [
        (b"", "closed the connection without an answer: "),
        (
            b"SSH-2.0-x\r\n",
            "gave an answer that is not HTTP and begins with \"SSH-2.0-x\\r\\n\": ",
        ),
        (
            b"\x00\x01\xff",
            "gave an answer that is not HTTP and begins with \"\\x00\\x01\\xff\": ",
        ),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            "answered with TLS, but healthcheck asked without TLS: ",
        ),
        (
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\nnot",
            "answered HTTP/1.1 404 Not Found, which the exporter never does: another program listens there; ",
        ),
    ];
    for (answer, expected) in table {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        std::thread::scope(|scope| {
            let (checked, until_checked) = mpsc::channel::<()>();
            scope.spawn(move || {
                let (mut client, _) = listener.accept().expect("a client");
                let mut question = [0; 1_024];
                let _ = client.read(&mut question).expect("a question");
                client.write_all(answer).expect("it listens");
                // Whoever says something keeps the connection; the check is over by itself.
                if !answer.is_empty() {
                    let _ = until_checked.recv();
                }
            });
            let ask = ["healthcheck", "--web.listen-address", &address];
            let (code, words) = code_and_words(&run(directory.path(), &[], &ask));
            drop(checked);
            assert_eq!(code, Some(1), "{words}");
            let expected = format!("http://{address}/-/healthy {expected}");
            assert!(words.starts_with(&expected), "{words}");
            assert_eq!(words.lines().count(), 1, "{words}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flag_wins_over_the_setting_and_is_looked_for_here() {
    let simulator = simulator().await;
    let users = format!("basic_auth_users: {{ alice: \"{HASH}\" }}\n");
    let directory = directory(&simulator.base_url(), &users);
    fs::write(directory.path().join("open.yml"), "# nothing\n").expect("written");
    for (file, is_closed) in [("web.yml", true), ("open.yml", false), ("", false)] {
        let arguments = [
            "--web.listen-address",
            "127.0.0.1:0",
            "--web.config.file",
            file,
        ];
        let program = Program::start(directory.path(), &[], &arguments);
        let body = get_from(program.address(), "/").expect("an answer");
        assert_eq!(body == "unauthorized\n", is_closed, "{file}: {body}");
    }
}

#[test]
fn a_bad_web_config_file_ends_with_2_and_one_sentence() {
    let bad = directory("http://127.0.0.1:1", "basic_auth_users: { alice: hush }\n");
    let path = bad.path().join("web.yml").display().to_string();
    for command in ["check", "serve"] {
        let (code, words) = code_and_words(&run(bad.path(), &[], &[command]));
        assert_eq!(code, Some(2));
        assert_eq!(
            words,
            format!(
                "{path}: basic_auth_users.alice (line 1): the value is not a bcrypt hash with a cost of 4 to 16; run `htpasswd -nBC 10 NAME` and set what follows the colon, in quotes\n"
            )
        );
    }
    fs::write(bad.path().join("web.yml"), format!("{TLS}}}\n")).expect("written");
    fs::write(bad.path().join("server.key"), "hush").expect("written");
    let (code, words) = code_and_words(&run(bad.path(), &[], &["check"]));
    let key = bad.path().join("server.key").display().to_string();
    assert_eq!(code, Some(2));
    assert_eq!(
        words,
        format!(
            "{path}: {key} has no readable private key; the whole content must be PEM, without a passphrase\n"
        )
    );
}
