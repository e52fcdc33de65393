//! How long a stream waits for its client.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::registry::ClientConnections;
use super::*;

impl Socket for tokio::io::DuplexStream {
    fn discard_unread_at_close(&self) {}
}

const DAY: Duration = Duration::from_secs(86_400);

/// With as many days for everything as a test does not wait for.
const LIMITS: Limits = Limits {
    header_time: DAY,
    idle_time: DAY,
    write_time: DAY,
    drain_time: DAY,
    connections_max: 1,
    scrapes_max: 1,
    content_bytes_max: 0,
};

const SHORT: Duration = Duration::from_millis(1);

fn phase(connection: &ClientConnection) -> Option<Phase> {
    connection.activity().map(|activity| activity.phase)
}

fn connection() -> Arc<ClientConnection> {
    ClientConnections::new(1, Arc::new(|| Duration::ZERO)).add()
}

#[tokio::test]
async fn a_client_that_takes_byte_after_byte_gains_no_time() {
    let (server_end, mut client_end) = tokio::io::duplex(1);
    let client = tokio::spawn(async move {
        let mut byte = [0];
        while client_end.read(&mut byte).await.is_ok_and(|read| read > 0) {}
    });
    let connection = connection();
    connection.on(ConnectionEvent::Head);
    let limits = Limits {
        write_time: SHORT,
        ..LIMITS
    };
    let mut stream = ClientStream::new(server_end, connection, limits);
    // More than any machine passes on byte by byte within the limit.
    let response = vec![b'x'; 16 * 1024 * 1024];
    let error = stream.write_all(&response).await.expect_err("out of time");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    drop(stream);
    client.await.expect("the client sees the end");
}

#[tokio::test]
async fn a_flushed_response_gives_the_next_one_its_own_time() {
    let (server_end, mut client_end) = tokio::io::duplex(1);
    let client = tokio::spawn(async move {
        let mut responses = [0; 4];
        client_end
            .read_exact(&mut responses)
            .await
            .expect("responses");
    });
    let connection = connection();
    connection.on(ConnectionEvent::Head);
    let mut stream = ClientStream::new(server_end, Arc::clone(&connection), LIMITS);
    stream.write_all(b"one.").await.expect("in time");
    assert_eq!(phase(&connection), Some(Phase::Unread));
    // A flushed part of a response is not yet the whole response.
    stream.flush().await.expect("in time");
    assert_eq!(phase(&connection), Some(Phase::Unread));
    connection.on(ConnectionEvent::ResponseEnded);
    stream.flush().await.expect("in time");
    assert_eq!(phase(&connection), Some(Phase::Idle));
    client.await.expect("the client has everything");
}

/// Writes to a client that reads this much at once, and then again each half of `write_time`.
async fn client_that_reads(bytes: usize) -> io::Result<()> {
    let (server_end, mut client_end) = tokio::io::duplex(bytes);
    let client = tokio::spawn(async move {
        let mut taken = vec![0; bytes];
        while client_end.read_exact(&mut taken).await.is_ok() {
            tokio::time::sleep(DAY / 2).await;
        }
    });
    let connection = connection();
    connection.on(ConnectionEvent::Head);
    let mut stream = ClientStream::new(server_end, connection, LIMITS);
    let written = stream.write_all(&vec![b'x'; 8 * bytes]).await;
    drop(stream);
    client.await.expect("the client sees the end");
    written
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_much_is_only_slow() {
    assert!(client_that_reads(TAKEN_BYTES_MIN).await.is_ok());
    assert!(client_that_reads(TAKEN_BYTES_MIN / 4).await.is_err());
}

#[tokio::test]
async fn a_head_and_an_idle_connection_have_limits_of_their_own() {
    let (server_end, mut client_end) = tokio::io::duplex(64);
    let connection = connection();
    let limits = Limits {
        header_time: SHORT,
        ..LIMITS
    };
    let mut stream = ClientStream::new(server_end, Arc::clone(&connection), limits);
    let mut buffer = [0; 64];
    client_end.write_all(b"GET").await.expect("written");
    assert_eq!(stream.read(&mut buffer).await.expect("in time"), 3);
    let error = stream.read(&mut buffer).await.expect_err("out of time");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);

    connection.on(ConnectionEvent::Head);
    let waits = tokio::time::timeout(SHORT * 20, stream.read(&mut buffer));
    assert!(
        waits.await.is_err(),
        "no limit while the response is being made"
    );
    connection.on(ConnectionEvent::ResponseEnded);
    stream.flush().await.expect("in time");
    let waits = tokio::time::timeout(SHORT * 20, stream.read(&mut buffer));
    assert!(waits.await.is_err(), "a day between two requests");
    client_end.write_all(b"G").await.expect("written");
    assert_eq!(stream.read(&mut buffer).await.expect("in time"), 1);
    let error = stream.read(&mut buffer).await.expect_err("out of time");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}
