//! Many clients that send nothing, send slowly or read nothing, and one that scrapes.

use tokio::net::TcpSocket;

use super::*;

/// The longest wait for what the server does at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client that keeps its connection open.
struct Client(TcpStream);

impl Client {
    async fn of(server: &Server) -> Self {
        Self(TcpStream::connect(server.address).await.expect("connects"))
    }

    async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("sent");
    }

    /// Requests `/-/ready`. Returns whether the server responded.
    async fn is_served(&mut self) -> bool {
        let asked = self.0.write_all(READY.as_bytes()).await;
        let mut answer = Vec::new();
        while asked.is_ok() && !answer.ends_with(b"\r\n\r\nready\n") {
            match tokio::time::timeout(PATIENCE, self.0.read_buf(&mut answer)).await {
                Ok(Ok(read)) if read > 0 => {}
                _ => return false,
            }
        }
        asked.is_ok()
    }

    /// Whether the server closes the connection without sending anything.
    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut rest)).await;
        // If the server has not read all bytes, the close is a reset.
        closed.is_ok() && rest.is_empty()
    }
}

const READY: &str = "GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n";

/// Lets some seconds pass, after which no connection is young. The server has accepted all clients before.
async fn let_time_pass(server: &Server) {
    assert!(Client::of(server).await.is_served().await);
    server.clock.advance(Duration::from_secs(5));
}

#[tokio::test]
async fn for_a_new_connection_the_one_that_was_silent_longest_is_closed() {
    let limits = Limits {
        connections_max: 3,
        ..LIMITS
    };
    let server = start(limits).await;
    let mut answered = Client::of(&server).await;
    assert!(answered.is_served().await);
    let mut silent = Client::of(&server).await;
    let_time_pass(&server).await;
    let mut slow = Client::of(&server).await;
    slow.say("GET /metrics HT").await;
    // A connection without a complete head is closed first, and of these the older one.
    assert!(Client::of(&server).await.is_served().await);
    assert!(silent.is_closed().await);
    let_time_pass(&server).await;
    let mut second = Client::of(&server).await;
    assert!(second.is_served().await);
    let mut third = Client::of(&server).await;
    assert!(third.is_served().await);
    assert!(slow.is_closed().await);
    // Among those that got a response it is also the one that was silent longest.
    server.clock.advance(Duration::from_secs(5));
    assert!(answered.is_served().await);
    assert!(third.is_served().await);
    let mut fourth = Client::of(&server).await;
    assert!(fourth.is_served().await);
    assert!(second.is_closed().await);
    assert!(answered.is_served().await && third.is_served().await);
}

#[tokio::test]
async fn a_scrape_is_answered_beside_any_number_of_clients_that_send_nothing() {
    let server = start(LIMITS).await;
    let mut crowd = Vec::new();
    for number in 0..10 * LIMITS.connections_max {
        let mut client = Client::of(&server).await;
        // Some have sent a part of a request, some got a response before.
        match number % 3 {
            0 => client.say("GET /metrics HTTP/1.1\r\nX: ").await,
            1 => assert!(client.is_served().await),
            _ => {}
        }
        crowd.push(client);
        let (head, _) = talk(&server, &request("GET", "/metrics", "")).await;
        assert!(head.starts_with("http/1.1 200 "), "{head}");
    }
}

#[tokio::test]
async fn a_scrape_is_answered_beside_any_number_of_clients_that_read_nothing() {
    let limits = Limits {
        connections_max: 100,
        ..LIMITS
    };
    let server = start_showing(limits, large_snapshot()).await;
    let mut reluctant = Vec::new();
    for number in 0..3 * limits.connections_max {
        let path = ["/metrics", "/", "/api/v1/status"][number % 3];
        reluctant.push(ask_for_and_read_nothing(&server, path).await);
    }
    for headers in ["", "Accept-Encoding: gzip\r\n"] {
        let (head, body) = talk(&server, &request("GET", "/metrics", headers)).await;
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        assert!(!body.is_empty());
    }
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_takes_too_long() {
    let server = start(Limits {
        header_time: Duration::from_millis(50),
        ..LIMITS
    })
    .await;
    // A second head has a time of its own, and not the rest of that of the first one.
    for answered_before in [false, true] {
        let mut slow = Client::of(&server).await;
        if answered_before {
            assert!(slow.is_served().await);
        }
        let (mut reader, mut writer) = slow.0.split();
        let dripping = async {
            while writer.write_all(b"X").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let mut answer = Vec::new();
        tokio::select! {
            () = dripping => {}
            _ = reader.read_to_end(&mut answer) => {}
        }
        assert_eq!(answer, b"", "it was no head");
    }
}

#[tokio::test]
async fn a_connection_can_be_idle_for_longer_than_a_head_may_take() {
    let server = start(Limits {
        header_time: Duration::from_millis(50),
        ..LIMITS
    })
    .await;
    let mut client = Client::of(&server).await;
    assert!(client.is_served().await);
    let mut silent = Client::of(&server).await;
    assert!(silent.is_closed().await);
    assert!(client.is_served().await);
}

#[tokio::test]
async fn a_body_that_never_comes_delays_no_response() {
    let server = start(LIMITS).await;
    let head = "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";
    let (answer, _) = talk(&server, head).await;
    assert!(answer.starts_with("http/1.1 403 "), "{answer}");
}

/// A client with small buffers that requests the metrics and reads nothing.
async fn ask_and_read_nothing(server: &Server) -> TcpStream {
    ask_for_and_read_nothing(server, "/metrics").await
}

async fn ask_for_and_read_nothing(server: &Server, path: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let mut stream = socket.connect(server.address).await.expect("connects");
    stream
        .write_all(request("GET", path, "").as_bytes())
        .await
        .expect("sent");
    stream
}

/// Scrapes until the response has this status.
async fn scrape_until(server: &Server, status: &str) {
    let wanted = format!("http/1.1 {status} ");
    let scrapes = async {
        loop {
            let (head, _) = talk(server, &request("GET", "/metrics", "")).await;
            if head.starts_with(&wanted) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), scrapes)
        .await
        .unwrap_or_else(|_| panic!("no scrape was answered with {status}"));
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_dropped() {
    let limits = Limits {
        write_time: Duration::from_millis(20),
        connections_max: 1,
        ..LIMITS
    };
    let server = start_showing(limits, large_snapshot()).await;
    let _reluctant = ask_and_read_nothing(&server).await;
    // Only one connection is allowed. It is served when the other one is closed.
    let (head, _) = talk(&server, &request("GET", "/-/ready", "")).await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
}

#[tokio::test]
async fn a_scrape_that_is_not_read_prevents_no_other_scrape() {
    let limits = Limits {
        scrapes_max: 1,
        ..LIMITS
    };
    let server = start_showing(limits, large_snapshot()).await;
    let (_, whole) = talk(&server, &request("GET", "/metrics", "")).await;
    for _ in 0..3 {
        let mut reluctant = ask_and_read_nothing(&server).await;
        scrape_until(&server, "200").await;
        // For it the one before is closed.
        let mut rest = Vec::new();
        // A connection that is reset can end with an error.
        let _ = reluctant.read_to_end(&mut rest).await;
        assert!(rest.len() < whole.len(), "{} bytes", rest.len());
    }
}

#[tokio::test]
async fn a_client_whose_buffers_are_full_notices_the_end_of_its_connection() {
    let limits = Limits {
        write_time: Duration::from_millis(20),
        ..LIMITS
    };
    let server = start_showing(limits, large_snapshot()).await;
    let reluctant = ask_and_read_nothing(&server).await;
    // The client reads nothing, so it can notice only a reset.
    let reset = async {
        while reluctant.take_error().expect("a socket").is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reset)
        .await
        .expect("a reset");
}

#[tokio::test]
async fn a_response_that_had_to_wait_comes_complete_although_the_connection_ends_with_it() {
    let server = start_showing(LIMITS, large_snapshot()).await;
    let (_, whole) = talk(&server, &request("GET", "/metrics", "")).await;
    let mut slow = ask_and_read_nothing(&server).await;
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).await.expect("no reset");
    assert!(answer.len() > whole.len(), "{} bytes", answer.len());
}
