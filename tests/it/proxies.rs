//! Behind proxies: tunnels that went stale, and variables that cannot be read.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::connections::{TOKEN, directory, patience, requests, serve, sum};
use crate::peer::{Act, Peer, Protocol, http1};
use crate::program::{code_and_words, command, run};
use crate::refusals::WITHHELD;

/// A proxy that makes a tunnel to one address, whatever is asked for.
struct Proxy {
    address: SocketAddr,
    /// The first line of every request.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(tunnel(client, target, Arc::clone(&noted)));
            }
        });
        Self { address, asked }
    }
}

async fn tunnel(mut client: TcpStream, target: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = client.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let head = String::from_utf8(head).expect("text");
    let line = head.lines().next().expect("a line").to_owned();
    asked.lock().expect("no panic").push(line);
    let mut server = TcpStream::connect(target).await.expect("a peer");
    let made = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
    made.await.expect("sent");
    // However it ends: that is what is tested.
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

/// Pages of the first sync.
const PAGES: usize = 6;

/// Each connection answers once, and then does this.
async fn peer_of_one_answer(protocol: Protocol, act: Act) -> Peer {
    Peer::start(protocol, PAGES, move |seen| match seen.nth {
        1 => Act::Answer,
        _ => act.clone(),
    })
    .await
}

/// The program reads all pages through a proxy. Two requests are lost; the others find that out.
fn sync_through(directory: &TempDir, variable: (&str, &str), peer: &Peer, what: &str) {
    let program = serve(directory, &[variable]);
    let text = program.wait_for("the first sync", |text| {
        let is_complete = text.contains("initial_sync_complete{account=\"acme\"} 1");
        is_complete.then(|| text.to_owned())
    });
    let failures = sum(&text, "zendesk_exporter_poll_failures_total");
    assert_eq!(failures, 0.0, "{what}:\n{text}");
    let of_export = |code| requests(&text, "incremental_tickets_cursor", code);
    assert_eq!((of_export("200"), of_export("none")), (6.0, 2.0), "{what}");
    assert_eq!(peer.connections(), PAGES, "{what}: {:?}", peer.seen());
    assert_eq!(sum(&text, "zendesk_exporter_state_tickets"), 6.0, "{what}");
}

const NO_COUNTS: &str = "search_counts: { every: 0 }";

async fn sync_over_tunnels(protocol: Protocol, act: Act) {
    let what = format!("{protocol:?} {act:?}");
    let export = format!("{NO_COUNTS}, {}", patience(&act));
    let peer = peer_of_one_answer(protocol, act).await;
    let proxy = Proxy::start(peer.address).await;
    let directory = directory(&peer, "https://acme.zendesk.invalid", TOKEN, &export);
    let address = format!("http://user:pass@{}", proxy.address);
    tokio::task::spawn_blocking(move || {
        sync_through(&directory, ("HTTPS_PROXY", &address), &peer, &what);
    })
    .await
    .expect("no panic");
    let asked = proxy.asked.lock().expect("no panic").clone();
    assert_eq!(asked, ["CONNECT acme.zendesk.invalid:443 HTTP/1.1"; PAGES]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_that_went_stale_fails_no_page() {
    let mut stories = tokio::task::JoinSet::new();
    for (protocol, act) in [
        (Protocol::Https, Act::Reset),
        (Protocol::Https, Act::TimedOut),
        (Protocol::Https, Act::Silence),
        (Protocol::Http2, Act::GoAway),
        (Protocol::Http2, Act::Refuse),
        (Protocol::Http2, Act::BlackHole),
    ] {
        stories.spawn(sync_over_tunnels(protocol, act));
    }
    while let Some(story) = stories.join_next().await {
        story.expect("no panic");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_passes_requests_on_may_close_its_connection() {
    for act in [Act::Reset, Act::TimedOut] {
        let what = format!("{act:?}");
        let peer = peer_of_one_answer(Protocol::Http, act).await;
        let directory = directory(&peer, "http://acme.zendesk.invalid", TOKEN, NO_COUNTS);
        let address = peer.address.to_string();
        sync_through(&directory, ("http_proxy", &address), &peer, &what);
        let line = &peer.seen()[0].line;
        assert!(
            line.starts_with("GET http://acme.zendesk.invalid/"),
            "{line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_variable_that_cannot_be_read_ends_with_2_and_one_sentence() {
    let peer = Peer::start(Protocol::Http, 1, |_| Act::Answer).await;
    let remote = directory(&peer, "https://acme.zendesk.invalid", TOKEN, NO_COUNTS);
    let local = directory(&peer, "http://127.0.0.1:1", TOKEN, NO_COUNTS);
    let as_address = "is not the URL of a proxy; write it as http://host:port, with special characters of a password percent-encoded";
    let table: [(&str, &[u8], &str); 5] = [
        ("HTTPS_PROXY", b"::nonsense", as_address),
        ("https_proxy", b"http://user:se cret@p:1", as_address),
        (
            "ALL_PROXY",
            b"http://p\xff",
            "is not UTF-8 text; set it again or unset it",
        ),
        (
            "all_proxy",
            b"socks5://user:secret@p:1080",
            "names a proxy of an unsupported kind; use http:// or https://",
        ),
        ("HTTPS_PROXY", b"ftp://p", as_address),
    ];
    for (name, value, words) in table {
        let ended = |directory: &TempDir, arguments: &[&str]| {
            let mut command = command(directory.path(), &[]);
            command.env(name, OsStr::from_bytes(value)).args(arguments);
            code_and_words(&command.output().expect("the program starts"))
        };
        let sentence = format!("{name} in the environment {words}\n");
        for arguments in [&["serve"][..], &["check"], &["check", "--online"]] {
            let (code, told) = ended(&remote, arguments);
            assert_eq!((code, told.as_str()), (Some(2), sentence.as_str()));
        }
        // For an account on this machine it is not used, but has to be read.
        let code = if words.starts_with("names a proxy") {
            0
        } else {
            2
        };
        assert_eq!(ended(&local, &["check"]).0, Some(code), "{name}");
        // It does not matter to commands that ask nobody.
        let (_, told) = ended(&remote, &["state"]);
        assert!(!told.contains(name), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_repeats_its_own_login_is_quoted_nowhere() {
    // The pair of both, and each in a longer text.
    for repeated in [
        "you sent Proxy-Authorization: Basic dXNlcjpwcm94eXNlY3JldDk5",
        "cannot log in with user:proxysecret99",
        "the password proxysec... is wrong",
        "<p>proxy<b>secret</b>99</p>",
    ] {
        let body = format!("bad gateway, {repeated}");
        let answer = http1("502 Bad Gateway", "", body.as_bytes());
        let peer = Peer::start(Protocol::Http, 1, move |_| Act::Bytes(answer.clone())).await;
        let directory = directory(&peer, "http://acme.zendesk.invalid", TOKEN, NO_COUNTS);
        let address = format!("http://user:proxysecret99@{}", peer.address);
        let variable = ("HTTP_PROXY", address.as_str());
        let program = serve(&directory, &[variable]);
        program.wait_for("a failure", |text| {
            (sum(text, "zendesk_exporter_poll_failures_total") > 0.0).then_some(())
        });
        let checked = run(directory.path(), &[variable], &["check", "--online"]);
        let page = program
            .get("/")
            .replace("&#39;", "'")
            .replace("&#x27;", "'");
        let status = program.get("/api/v1/status");
        for told in [
            program.all_logged(),
            page,
            status,
            code_and_words(&checked).1,
        ] {
            assert!(told.contains(WITHHELD), "{repeated}: {told}");
            for part in ["proxysec", "secret", "dXNlcjpw"] {
                assert!(!told.contains(part), "{repeated}: {told}");
            }
        }
    }
}

/// A proxy that answers every CONNECT with these bytes, and its address.
async fn refusing(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = client.read_u8().await else {
                    break;
                };
                head.push(byte);
            }
            // Whether it is taken is the client's affair.
            let _ = client.write_all(answer).await;
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_fails_is_named_with_its_variable_and_never_with_its_login() {
    let peer = Peer::start(Protocol::Http, 1, |_| Act::Answer).await;
    let over_tls = directory(&peer, "https://acme.zendesk.invalid", TOKEN, NO_COUNTS);
    let plain = directory(&peer, "http://acme.zendesk.invalid", TOKEN, NO_COUNTS);
    let wants_login = refusing(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    let forbids = refusing(b"HTTP/1.1 403 Forbidden\r\n\r\n").await;
    // Nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nowhere = listener.local_addr().expect("bound");
    drop(listener);
    let advice = "check the proxy variable";
    let unreachable = |name: &str| format!("cannot connect to the proxy {nowhere} ({name})");
    let forbidden = format!("the proxy {forbids} (https_proxy) did not connect to Zendesk");
    let table = [
        (
            &over_tls,
            "HTTPS_PROXY",
            nowhere,
            unreachable("HTTPS_PROXY"),
            advice,
        ),
        (
            &over_tls,
            "ALL_PROXY",
            nowhere,
            unreachable("ALL_PROXY"),
            advice,
        ),
        (
            &plain,
            "http_proxy",
            nowhere,
            unreachable("http_proxy"),
            advice,
        ),
        (&over_tls, "https_proxy", forbids, forbidden, advice),
        (
            &over_tls,
            "HTTPS_PROXY",
            wants_login,
            "the proxy answered 407 and requires a login".to_owned(),
            "set the proxy's user and password in the proxy variable",
        ),
    ];
    for (directory, name, address, problem, advice) in table {
        let value = format!("http://someone:hush-hush-hush@{address}");
        let authority = directory.path().join("authority.pem");
        let authority = authority.display().to_string();
        let environment = [(name, value.as_str()), ("SSL_CERT_FILE", &authority)];
        let checked = run(directory.path(), &environment, &["check", "--online"]);
        let (code, told) = code_and_words(&checked);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(&problem), "{told}");
        assert!(told.contains(advice), "{told}");
        assert!(
            !told.contains("hush") && !told.contains("someone"),
            "{told}"
        );
    }
}
