//! The other end of connections: it answers like an account of one ticket a page, or does to a
//! connection what servers and what is in between do to one that was idle.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use hyper::http::Response;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is answered.
    Answer,
    /// It is answered, and the connection is closed, which the answer does not say.
    AnswerAndClose,
    /// It is answered with these bytes, in HTTP/1.1.
    Bytes(Vec<u8>),
    /// The same, and the connection is closed.
    BytesAndClose(Vec<u8>),
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
    /// The connection is closed with status 408, as one that was idle for too long.
    TimedOut,
    /// No answer comes, though the other end is there.
    Silence,
    /// Nobody is there any more, and no packet says so.
    BlackHole,
    /// HTTP/2: the connection is sent away.
    GoAway,
    /// HTTP/2: the request is sent away.
    Refuse,
    /// HTTP/2: the head of an answer comes, and the end of the stream without an error.
    HeadAlone,
    /// HTTP/2: the same after half of the body.
    HalfStream,
    /// Half an answer comes, and the connection is closed.
    Half,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The connection's number, from 1.
    pub(crate) connection: usize,
    /// The request's number on it, from 1.
    pub(crate) nth: usize,
    /// Its method and target.
    pub(crate) line: String,
    /// What became of it.
    pub(crate) act: Act,
}

/// How it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1 without TLS.
    Http,
    /// HTTP/1.1.
    Https,
    /// HTTP/2.
    Http2,
}

type Rule = dyn Fn(&Seen) -> Act + Send + Sync;

pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// What signed its certificate, in PEM.
    pub(crate) authority: String,
    requests: Arc<Requests>,
}

struct Requests {
    rule: Box<Rule>,
    seen: Mutex<Vec<Seen>>,
    /// Pages until the end of the stream.
    pages: usize,
    /// Connections that have ended.
    ended: AtomicUsize,
}

impl Peer {
    /// Listens on a free port. `rule` decides what becomes of a request, whose `act` is not known
    /// yet; the export has so many pages, and then empty ones.
    pub(crate) async fn start(
        protocol: Protocol,
        pages: usize,
        rule: impl Fn(&Seen) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let requests = Arc::new(Requests {
            rule: Box::new(rule),
            seen: Mutex::default(),
            pages,
            ended: AtomicUsize::new(0),
        });
        let (acceptor, authority) = tls(protocol);
        let serving = Arc::clone(&requests);
        tokio::spawn(async move {
            for connection in 1.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let (requests, acceptor) = (Arc::clone(&serving), acceptor.clone());
                tokio::spawn(async move {
                    requests
                        .serve(stream, protocol, &acceptor, connection)
                        .await;
                });
            }
        });
        Self {
            address,
            authority,
            requests,
        }
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.requests.seen.lock().expect("no panic").clone()
    }

    /// How many connections there were that carried a request.
    pub(crate) fn connections(&self) -> usize {
        let seen = self.seen();
        seen.iter().map(|seen| seen.connection).max().unwrap_or(0)
    }

    /// How many connections have ended.
    pub(crate) fn ended(&self) -> usize {
        self.requests.ended.load(Ordering::Relaxed)
    }
}

/// Server's TLS for `localhost` and a host of Zendesk that is nowhere.
fn tls(protocol: Protocol) -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("signed");
    let key = KeyPair::generate().expect("a key");
    let names = ["localhost", "acme.zendesk.invalid"].map(str::to_owned);
    let params = CertificateParams::new(names).expect("names");
    let certificate = params.signed_by(&key, &authority).expect("signed");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("a key");
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a certificate");
    tls.alpn_protocols = match protocol {
        Protocol::Http2 => vec![b"h2".to_vec()],
        Protocol::Http | Protocol::Https => vec![b"http/1.1".to_vec()],
    };
    (TlsAcceptor::from(Arc::new(tls)), authority.pem())
}

/// The bytes of a whole answer in HTTP/1.1.
pub(crate) fn http1(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + now());
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn now() -> Duration {
    use zendesk_exporter::clock::{Clock as _, SystemClock};
    let now = SystemClock::new().now().wall().0;
    Duration::from_secs(now.unsigned_abs())
}

/// Page `number` of `pages`, from 0, with a ticket of an hour ago.
pub(crate) fn page(number: usize, pages: usize) -> Value {
    let key = now().as_secs() - 3600 + number as u64;
    let tickets = json!([{"id": number + 1, "status": "open", "generated_timestamp": key}]);
    json!({
        "tickets": if number < pages { tickets } else { json!([]) },
        "after_cursor": format!("after-{number}"),
        "end_of_stream": number + 1 >= pages,
    })
}

/// The only page of the list, or tickets by their ids: the ticket of the export.
fn listed() -> Value {
    let tickets = page(0, 1)["tickets"].take();
    json!({"tickets": tickets, "meta": {"has_more": false, "after_cursor": null}})
}

impl Requests {
    /// Notes a request and says what becomes of it.
    fn on_request(&self, connection: usize, nth: usize, line: String) -> Act {
        let mut seen = Seen {
            connection,
            nth,
            line,
            act: Act::Answer,
        };
        seen.act = (self.rule)(&seen);
        let act = seen.act.clone();
        self.seen.lock().expect("no panic").push(seen);
        act
    }

    fn body(&self, line: &str) -> Vec<u8> {
        let body = if line.contains("/oauth/tokens") {
            json!({"access_token": "a-token-of-the-peer", "expires_in": 2})
        } else if line.contains("/search/count") {
            json!({"count": 7})
        } else if line.contains("/users/me") {
            json!({"user": {"id": 1, "role": "admin"}})
        } else if line.contains("/api/v2/tickets") {
            listed()
        } else if line.contains("/api/v2/deleted_tickets") {
            json!({"deleted_tickets": [], "meta": {"has_more": false, "after_cursor": null}})
        } else {
            let cursor = line.split_once("cursor=after-").map(|(_, rest)| rest);
            let number = cursor.and_then(|rest| rest.split('&').next()?.parse::<usize>().ok());
            page(number.map_or(0, |number| number + 1), self.pages)
        };
        body.to_string().into_bytes()
    }

    async fn serve(
        &self,
        stream: TcpStream,
        protocol: Protocol,
        acceptor: &TlsAcceptor,
        connection: usize,
    ) {
        let stream = stream.into_std().expect("a socket");
        let socket = stream.try_clone().expect("a descriptor");
        let stream = TcpStream::from_std(stream).expect("a socket");
        let ended = match protocol {
            Protocol::Http => self.serve_http1(stream, connection).await,
            Protocol::Https => match acceptor.accept(stream).await {
                Ok(stream) => self.serve_http1(stream, connection).await,
                Err(_) => None,
            },
            Protocol::Http2 => match acceptor.accept(stream).await {
                Ok(stream) => self.serve_http2(stream, connection).await,
                Err(_) => None,
            },
        };
        if ended == Some(Act::Reset) {
            let linger = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
            linger.expect("an option");
        }
        drop(socket);
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns what ended the connection, and `None` if it was the client.
    async fn serve_http1(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        connection: usize,
    ) -> Option<Act> {
        for nth in 1.. {
            let line = read_request(&mut stream).await?;
            let act = self.on_request(connection, nth, line.clone());
            let answer = http1("200 OK", "", &self.body(&line));
            let (bytes, goes_on) = match &act {
                Act::Answer => (answer, true),
                Act::AnswerAndClose => (answer, false),
                Act::Bytes(bytes) => (bytes.clone(), true),
                Act::BytesAndClose(bytes) => (bytes.clone(), false),
                Act::TimedOut => {
                    let closing = "Connection: Keep-Alive, Close\r\n";
                    (http1("408 Request Timeout", closing, b""), false)
                }
                Act::Half => (answer[..answer.len() - 2].to_vec(), false),
                Act::Silence | Act::BlackHole => std::future::pending().await,
                Act::Reset | Act::Close => return Some(act),
                Act::GoAway | Act::Refuse | Act::HeadAlone | Act::HalfStream => return Some(act),
            };
            stream.write_all(&bytes).await.ok()?;
            stream.flush().await.ok()?;
            if !goes_on {
                // A TLS client must not take it for cut.
                let _ = stream.shutdown().await;
                return Some(act);
            }
        }
        None
    }

    async fn serve_http2(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        connection: usize,
    ) -> Option<Act> {
        let mut http2 = h2::server::handshake(stream).await.ok()?;
        let mut unanswered = Vec::new();
        for nth in 1.. {
            let (request, mut respond) = http2.accept().await?.ok()?;
            let line = format!("{} {}", request.method(), request.uri());
            let act = self.on_request(connection, nth, line.clone());
            match act {
                Act::Silence => unanswered.push(respond),
                Act::BlackHole => std::future::pending().await,
                Act::GoAway => {
                    http2.abrupt_shutdown(h2::Reason::NO_ERROR);
                    while http2.accept().await.is_some() {}
                    return Some(act);
                }
                Act::Refuse => respond.send_reset(h2::Reason::REFUSED_STREAM),
                Act::Reset | Act::Close => return Some(act),
                _ => {
                    let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + now());
                    let head = Response::builder().header("date", date);
                    let head = head.body(()).expect("a head");
                    let mut body = respond.send_response(head, false).ok()?;
                    let bytes = self.body(&line);
                    match act {
                        Act::HeadAlone => body.send_reset(h2::Reason::NO_ERROR),
                        Act::HalfStream => {
                            // Up to the end of the only row, so that it ends as a whole one does.
                            let length = bytes.len() - "]}".len();
                            let half = Bytes::from(bytes).slice(..length);
                            body.send_data(half, true).ok()?;
                        }
                        _ => body.send_data(Bytes::from(bytes), true).ok()?,
                    }
                }
            }
        }
        None
    }
}

/// Method and target of the next request; `None` if none comes.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(bytes).expect("text");
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().expect("a number"));
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    let line = head.lines().next()?;
    line.strip_suffix(" HTTP/1.1").map(str::to_owned)
}
