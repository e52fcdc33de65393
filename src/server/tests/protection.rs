//! TLS and users, over real sockets.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, Client, Identity};
use tempfile::TempDir;

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("signed")
}

/// A certificate with a name and its key, in PEM.
fn signed(authority: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("signed");
    (certificate.pem(), key.serialize_pem())
}

/// A directory with a web config file, and the certificates in it.
struct Files(TempDir);

impl Files {
    fn new(web: &str) -> Self {
        let files = Self(TempDir::new().expect("a directory"));
        files.write("web.yml", web);
        files
    }

    fn with_tls(authority: &Authority, rest: &str) -> Self {
        let files = Self::new(&format!("{TLS}{rest}"));
        files.write_certificate(authority);
        files
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).expect("written");
    }

    fn write_certificate(&self, authority: &Authority) {
        let (certificate, key) = signed(authority, "127.0.0.1");
        self.write("server.crt", &certificate);
        self.write("server.key", &key);
    }

    fn web(&self) -> std::path::PathBuf {
        self.0.path().join("web.yml")
    }

    async fn serve(&self) -> Server {
        self.serve_within(LIMITS).await
    }

    async fn serve_within(&self, limits: Limits) -> Server {
        let protection = Protection::open(&self.web()).expect("good files");
        start_protected(limits, Snapshot::default(), protection).await
    }
}

const TLS: &str = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

#[expect(
    clippy::disallowed_methods,
    reason = "a client that asks us, not Zendesk"
)]
fn builder(authority: &Authority) -> reqwest::ClientBuilder {
    let root = Certificate::from_pem(authority.pem().as_bytes()).expect("PEM");
    Client::builder().no_proxy().tls_certs_only([root])
}

fn client(authority: &Authority) -> Client {
    builder(authority).build().expect("a client")
}

/// A client that shows a certificate.
fn client_with(authority: &Authority, (certificate, key): (String, String)) -> Client {
    let identity = Identity::from_pem(format!("{certificate}{key}").as_bytes()).expect("PEM");
    builder(authority)
        .identity(identity)
        .build()
        .expect("a client")
}

/// The status of `/metrics`; `None` if the TLS handshake fails.
async fn ask(server: &Server, client: &Client) -> Option<u16> {
    let url = format!("https://{}/metrics", server.address);
    let answer = client.get(url).send().await.ok()?;
    Some(answer.status().as_u16())
}

#[tokio::test]
async fn tls_is_spoken_and_plain_http_is_not() {
    let authority = authority();
    let files = Files::with_tls(&authority, "");
    let server = files.serve().await;
    assert_eq!(ask(&server, &client(&authority)).await, Some(200));
    assert_eq!(ask(&server, &client(&self::authority())).await, None);
    let url = format!("http://{}/metrics", server.address);
    assert!(client(&authority).get(url).send().await.is_err());
}

#[tokio::test]
async fn a_new_certificate_is_used_when_its_key_is_there_too() {
    let (old, new) = (authority(), authority());
    let files = Files::with_tls(&old, "");
    let server = files.serve().await;
    assert_eq!(ask(&server, &client(&old)).await, Some(200));
    let (certificate, key) = signed(&new, "127.0.0.1");
    // Half of the new one, and then no more than the head of it.
    files.write("server.crt", &certificate);
    assert_eq!(ask(&server, &client(&old)).await, Some(200));
    files.write("server.crt", "-----BEGIN CERTIFICATE-----\n");
    assert_eq!(ask(&server, &client(&old)).await, Some(200));
    fs::remove_file(files.0.path().join("server.crt")).expect("removed");
    assert_eq!(ask(&server, &client(&old)).await, Some(200));

    files.write("server.crt", &certificate);
    files.write("server.key", &key);
    assert_eq!(ask(&server, &client(&new)).await, Some(200));
    assert_eq!(ask(&server, &client(&old)).await, None);
}

#[tokio::test]
async fn a_client_needs_a_certificate_of_the_right_authority_with_a_right_name() {
    let (authority, clients) = (authority(), authority());
    let files = Files::with_tls(
        &authority,
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: clients.crt\n",
    );
    files.write("clients.crt", &clients.pem());
    let server = files.serve().await;
    let of = |issuer: &Authority, name: &str| client_with(&authority, signed(issuer, name));
    assert_eq!(ask(&server, &client(&authority)).await, None);
    assert_eq!(
        ask(&server, &of(&authority, "prometheus.example")).await,
        None
    );
    assert_eq!(
        ask(&server, &of(&clients, "prometheus.example")).await,
        Some(200)
    );

    let web = fs::read_to_string(files.web()).expect("there");
    files.write(
        "web.yml",
        &format!("{web}  client_allowed_sans: [prometheus.example, 192.0.2.7]\n"),
    );
    assert_eq!(
        ask(&server, &of(&clients, "prometheus.example")).await,
        Some(200)
    );
    assert_eq!(ask(&server, &of(&clients, "192.0.2.7")).await, Some(200));
    assert_eq!(ask(&server, &of(&clients, "other.example")).await, None);
}

#[tokio::test]
async fn a_setting_decides_which_client_certificates_are_accepted() {
    let (authority, clients, strangers) = (authority(), authority(), authority());
    let ca = ", client_ca_file: clients.crt";
    // Who is accepted: a client without a certificate, with one of another authority, with one of the right one.
    let table = [
        ("NoClientCert", "", [true, true, true]),
        ("RequestClientCert", "", [true, true, true]),
        ("RequireAnyClientCert", "", [false, true, true]),
        ("VerifyClientCertIfGiven", ca, [true, false, true]),
        ("RequireAndVerifyClientCert", ca, [false, false, true]),
    ];
    for (kind, rest, expected) in table {
        let files = Files::new(&format!(
            "tls_server_config: {{ cert_file: server.crt, key_file: server.key, client_auth_type: {kind}{rest} }}"
        ));
        files.write_certificate(&authority);
        files.write("clients.crt", &clients.pem());
        let server = files.serve().await;
        let askers = [
            client(&authority),
            client_with(&authority, signed(&strangers, "x.example")),
            client_with(&authority, signed(&clients, "x.example")),
        ];
        for (asker, passes) in askers.iter().zip(expected) {
            let status = ask(&server, asker).await;
            assert_eq!(status, passes.then_some(200), "{kind}");
        }
    }
}

#[tokio::test]
async fn versions_and_suites_that_are_not_listed_are_not_used() {
    let authority = authority();
    let old = || {
        builder(&authority)
            .tls_version_max(reqwest::tls::Version::TLS_1_2)
            .build()
            .expect("a client")
    };
    let table = [
        ("", Some(200)),
        ("  min_version: TLS13\n", None),
        // The certificate is ECDSA.
        (
            "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n",
            None,
        ),
        (
            "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n  curve_preferences: [CurveP384]\n",
            Some(200),
        ),
    ];
    for (rest, expected) in table {
        let server = Files::with_tls(&authority, rest).serve().await;
        assert_eq!(ask(&server, &old()).await, expected, "{rest}");
        assert_eq!(ask(&server, &client(&authority)).await, Some(200), "{rest}");
    }
}

#[tokio::test]
async fn a_client_that_begins_no_handshake_is_disconnected() {
    let files = Files::with_tls(&authority(), "");
    let limits = Limits {
        header_time: Duration::from_millis(20),
        ..LIMITS
    };
    let server = files.serve_within(limits).await;
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    let mut answer = Vec::new();
    // This ends only because the server closes the connection.
    stream.read_to_end(&mut answer).await.expect("closed");
    assert_eq!(answer, b"");
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_handshake() {
    let files = Files::with_tls(&authority(), "");
    let limits = Limits {
        drain_time: Duration::from_secs(3600),
        ..LIMITS
    };
    let server = files.serve_within(limits).await;
    let _silent = TcpStream::connect(server.address).await.expect("connects");
    let _shy = TcpStream::connect(server.address).await.expect("connects");
    server.shutdown.cancel();
    server.task.await.expect("the server ends");
}

/// A user with a password, whose hash has the least cost.
fn users(name: &str, password: &str) -> String {
    let hash = bcrypt::hash(password, 4).expect("hashes");
    format!("basic_auth_users:\n  {name}: \"{hash}\"\n")
}

/// `Authorization` for `alice:hush` and `bob:lush`.
const ALICE: &str = "Authorization: Basic YWxpY2U6aHVzaA==\r\n";
const BOB: &str = "Authorization: Basic Ym9iOmx1c2g=\r\n";

/// The status of a path.
async fn status(server: &Server, path: &str, headers: &str) -> String {
    let (head, _) = talk(server, &request("GET", path, headers)).await;
    head.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn everything_except_health_needs_a_password() {
    let files = Files::new(&users("alice", "hush"));
    let server = files.serve().await;
    let (head, body) = talk(&server, &request("GET", "/metrics", "")).await;
    assert!(head.starts_with("http/1.1 401 "), "{head}");
    assert!(
        head.contains("www-authenticate: basic realm=\"zendesk-exporter\", charset=\"utf-8\"\r\n"),
        "{head}"
    );
    assert_eq!(body, b"unauthorized\n");
    let table = [
        ("/metrics", BOB, "401"),
        ("/metrics", ALICE, "200"),
        ("/", "", "401"),
        ("/", ALICE, "200"),
        ("/nothing", "", "401"),
        ("/nothing", ALICE, "404"),
        ("/-/healthy", "", "200"),
        ("/-/ready", "", "200"),
        ("/-/healthy", BOB, "200"),
        ("/-/healthy/", "", "401"),
        ("/-/reload", "", "401"),
        ("//-/healthy", "", "401"),
    ];
    for (path, headers, expected) in table {
        assert_eq!(status(&server, path, headers).await, expected, "{path}");
    }
}

#[tokio::test]
async fn changed_users_apply_to_the_next_request_and_the_last_user_cannot_be_removed() {
    let files = Files::new(&users("alice", "hush"));
    let server = files.serve().await;
    let both = async || {
        [
            status(&server, "/metrics", ALICE).await,
            status(&server, "/metrics", BOB).await,
        ]
    };
    assert_eq!(both().await, ["200", "401"]);
    for spoiled in [
        "",
        "basic_auth_users: {}\n",
        "basic_auth_users: { alice: hush }\n",
        "basic_auth_users: [\n",
        &format!("{TLS}{}", users("bob", "lush")),
    ] {
        files.write("web.yml", spoiled);
        assert_eq!(both().await, ["200", "401"], "{spoiled}");
        assert_eq!(status(&server, "/metrics", "").await, "401", "{spoiled}");
    }
    files.write("web.yml", &users("bob", "lush"));
    assert_eq!(both().await, ["401", "200"]);
    fs::remove_file(files.web()).expect("removed");
    assert_eq!(both().await, ["401", "200"]);
}

#[tokio::test]
async fn a_shorter_file_removes_no_tls_and_does_not_check_clients_less_strictly() {
    let (authority, clients) = (authority(), authority());
    let files = Files::with_tls(
        &authority,
        "  client_ca_file: clients.crt\n  client_auth_type: RequireAndVerifyClientCert\n",
    );
    files.write("clients.crt", &clients.pem());
    let server = files.serve().await;
    let known = client_with(&authority, signed(&clients, "x.example"));
    for shorter in [
        "",
        TLS,
        &format!(
            "{TLS}  client_ca_file: clients.crt\n  client_auth_type: VerifyClientCertIfGiven\n"
        ),
    ] {
        files.write("web.yml", shorter);
        assert_eq!(ask(&server, &known).await, Some(200), "{shorter}");
        assert_eq!(ask(&server, &client(&authority)).await, None, "{shorter}");
    }
}

#[tokio::test]
async fn headers_are_added_where_there_is_none_of_the_name() {
    let files = Files::new(
        "http_server_config: { headers: { X-Frame-Options: sameorigin, Strict-Transport-Security: max-age=60 } }",
    );
    let server = files.serve().await;
    let (head, _) = talk(&server, &request("GET", "/metrics", "")).await;
    assert!(head.contains("x-frame-options: sameorigin\r\n"), "{head}");
    assert!(
        head.contains("strict-transport-security: max-age=60\r\n"),
        "{head}"
    );
    let (head, _) = talk(&server, &request("GET", "/", "")).await;
    assert!(head.contains("x-frame-options: deny\r\n"), "{head}");
    assert!(!head.contains("sameorigin"), "{head}");
}

#[tokio::test]
async fn one_request_too_many_is_refused_and_health_never_is() {
    let files = Files::new("rate_limit: { interval: 10s, burst: 2 }");
    let server = files.serve().await;
    for (path, expected) in [
        ("/metrics", "200"),
        ("/metrics", "200"),
        ("/metrics", "429"),
        ("/-/healthy", "200"),
    ] {
        assert_eq!(status(&server, path, "").await, expected, "{path}");
    }
    server.clock.advance(Duration::from_secs(10));
    assert_eq!(status(&server, "/metrics", "").await, "200");
    assert_eq!(status(&server, "/metrics", "").await, "429");
}

#[track_caller]
fn check_bad(files: &Files, expected: &str) {
    let error = Protection::open(&files.web()).expect_err("something is wrong");
    let directory = format!("{}/", files.0.path().display());
    let problems: Vec<String> = error
        .problems
        .iter()
        .map(|problem| problem.replace(&directory, ""))
        .collect();
    assert_eq!(problems, [expected]);
}

#[test]
fn files_that_cannot_be_used_are_named_and_their_content_is_not_shown() {
    let authority = authority();
    let (certificate, key) = signed(&authority, "127.0.0.1");
    let (_, other_key) = signed(&authority, "127.0.0.1");
    let half = &certificate[..certificate.len() / 2];
    let spoiled = certificate.replacen("MII", "!!!", 1);
    let no_cert = "web.yml: server.crt has no readable certificate; the whole content must be PEM";
    let no_key = "web.yml: server.key has no readable private key; the whole content must be PEM, without a passphrase";
    let table = [
        ("", key.as_str(), no_cert),
        (half, &key, no_cert),
        (&spoiled, &key, no_cert),
        (&key, &key, no_cert),
        (&certificate, "", no_key),
        (&certificate, &key[..key.len() / 2], no_key),
        (&certificate, &certificate, no_key),
        (
            &certificate,
            &other_key,
            "web.yml: cannot use server.crt with server.key: the key does not belong to the certificate",
        ),
    ];
    for (certificate, key, expected) in table {
        let files = Files::new(TLS);
        files.write("server.crt", certificate);
        files.write("server.key", key);
        check_bad(&files, expected);
    }
    let files = Files::new(TLS);
    check_bad(
        &files,
        "web.yml: cannot read server.crt: No such file or directory (os error 2)",
    );
    let files = Files::new("tls_server_config: { cert: hush, key: hush }");
    check_bad(
        &files,
        "web.yml: tls_server_config.cert has no readable certificate; the whole content must be PEM",
    );
    let missing = Protection::open(Path::new("/nowhere/web.yml")).expect_err("not there");
    assert_eq!(
        missing.to_string(),
        "cannot read the web config file /nowhere/web.yml: No such file or directory (os error 2)"
    );
}

#[tokio::test]
async fn a_certificate_and_its_key_can_be_in_the_web_config_file() {
    let authority = authority();
    let (certificate, key) = signed(&authority, "127.0.0.1");
    let inline = |text: &str| format!("{text:?}");
    let files = Files::new(&format!(
        "tls_server_config:\n  cert: {}\n  key: {}\n",
        inline(&certificate),
        inline(&key)
    ));
    let server = files.serve().await;
    assert_eq!(ask(&server, &client(&authority)).await, Some(200));
}
