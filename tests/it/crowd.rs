//! Clients that hold connections and want nothing, beside Prometheus, which wants its scrape.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use zendesk_exporter::open_files;
use zendesk_simulator::{Draft, Options, Simulator};

use crate::program::{Program, account_of};

const NAME: &str = "exporter.example";

/// As long as Prometheus waits by default.
const PATIENCE: Duration = Duration::from_secs(10);

/// Files of this test, with room for the tests beside it.
const FILES: u64 = 8_192;

const SCRAPE: &str = "GET /metrics HTTP/1.1\r\nHost: x\r\n";

/// A stream to the program, in plain text or not.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// How the program is spoken to.
struct Line {
    address: SocketAddr,
    tls: Option<TlsConnector>,
}

impl Line {
    /// A connection with little room for what it is sent.
    async fn tcp(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        socket.connect(self.address).await.expect("connects")
    }

    async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        let stream = self.tcp().await;
        let Some(tls) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::try_from(NAME).expect("a name");
        Ok(Box::new(tls.connect(name, stream).await?))
    }

    /// A connection on which something was said, unless it had to make room for another by then.
    async fn after_saying(&self, text: &str) -> Option<Box<dyn Stream>> {
        let mut stream = self.connect().await.ok()?;
        stream.write_all(text.as_bytes()).await.ok()?;
        Some(stream)
    }

    async fn scrape(&self, headers: &str) -> Vec<u8> {
        let scrape = async {
            let mut stream = self.connect().await?;
            let request = format!("{SCRAPE}Connection: close\r\n{headers}\r\n");
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            std::io::Result::Ok(answer)
        };
        let answer = tokio::time::timeout(PATIENCE, scrape).await;
        let answer = answer.expect("an answer in time").expect("an answer");
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{headers}");
        answer
    }
}

/// The program, on an account whose time stands still.
struct Scene {
    _directory: TempDir,
    simulator: Simulator,
    program: Program,
    line: Line,
}

impl Scene {
    async fn set(is_tls: bool) -> Self {
        let allowed = open_files::raise_limit().unwrap_or(u64::MAX);
        assert!(allowed >= FILES, "the test needs {FILES} open files");
        let simulator = account_of(Options {
            tickets: 2_000,
            ..Options::manual(0)
        })
        .await;
        let directory = TempDir::new().expect("a directory");
        let write = |name: &str, text: &str| {
            fs::write(directory.path().join(name), text).expect("written");
        };
        write(
            "zendesk-exporter.yml",
            &format!(
                "web: {{ config_file: web.yml }}\ndefaults: {{ export: {{ poll_interval: 1s, requests_per_minute: 1000 }} }}\naccounts:\n  - {{ base_url: '{}', auth: {{ access_token: simulator-token }} }}\n",
                simulator.base_url()
            ),
        );
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
        let certificate = params.self_signed(&key).expect("signed");
        write("server.crt", &certificate.pem());
        write("server.key", &key.serialize_pem());
        let web = "tls_server_config: { cert_file: server.crt, key_file: server.key }\n";
        write("web.yml", if is_tls { web } else { "# plain\n" });
        let program = tokio::task::block_in_place(|| Program::serve(directory.path(), &[]));
        let line = Line {
            address: program.address(),
            tls: is_tls.then(|| trusting(certificate.der())),
        };
        let scene = Self {
            _directory: directory,
            simulator,
            program,
            line,
        };
        scene
            .wait_for("zendesk_exporter_initial_sync_complete", " 1\n")
            .await;
        scene
    }

    /// Scrapes until a family's only line ends like this.
    async fn wait_for(&self, family: &str, end: &str) {
        loop {
            let answer = self.line.scrape("").await;
            let text = String::from_utf8(answer).expect("UTF-8");
            let mut lines = text.split_inclusive('\n');
            if lines.any(|line| line.starts_with(family) && line.ends_with(end)) {
                return;
            }
        }
    }

    /// Beside a crowd: scrapes are answered, probes too, and the account is read on.
    async fn goes_on(&self) {
        for headers in ["", "Accept-Encoding: gzip\r\n"] {
            self.line.scrape(headers).await;
        }
        let probe = self.line.after_saying("GET /-/healthy HTTP/1.0\r\n\r\n");
        let mut answer = Vec::new();
        let mut stream = probe.await.expect("connects");
        stream.read_to_end(&mut answer).await.expect("an answer");
        assert!(answer.starts_with(b"HTTP/1.0 200 "), "{answer:?}");

        self.simulator
            .world(|world| world.create(&Draft::default()));
        self.simulator.advance(300);
        let fresh = self.simulator.world(|world| world.now()) - 60;
        self.wait_for(
            "zendesk_exporter_data_timestamp_seconds",
            &format!(" {fresh}\n"),
        )
        .await;
    }
}

fn trusting(certificate: &CertificateDer<'static>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("a certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn stands_a_crowd(is_tls: bool) {
    let scene = Scene::set(is_tls).await;
    let line = &scene.line;

    let mut idle = Vec::new();
    for _ in 0..3_000 {
        idle.push(line.tcp().await);
    }
    scene.goes_on().await;
    drop(idle);

    let mut slow = Vec::new();
    for _ in 0..1_000 {
        slow.push(line.after_saying("GET /metrics HTTP/1.1\r\nX-Slow: ").await);
    }
    scene.goes_on().await;
    drop(slow);

    let mut reluctant = Vec::new();
    for number in 0..400 {
        let gzip = ["", "Accept-Encoding: gzip\r\n"][number % 2];
        let request = format!("{SCRAPE}{gzip}\r\n");
        reluctant.push(line.after_saying(&request).await);
    }
    scene.goes_on().await;

    // Those that were answered and say nothing more.
    let mut answered = Vec::new();
    for _ in 0..600 {
        answered.push(
            line.after_saying("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n")
                .await,
        );
    }
    scene.goes_on().await;
    drop((reluctant, answered));
    let mut program = scene.program;
    assert_eq!(tokio::task::block_in_place(|| program.terminate()), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_wants_nothing_keeps_nobody_from_a_scrape() {
    stands_a_crowd(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_wants_nothing_keeps_nobody_from_a_scrape_over_tls() {
    stands_a_crowd(true).await;
}
