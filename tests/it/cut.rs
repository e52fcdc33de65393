//! Answers that begin and do not come whole, over real HTTP, in every way in which HTTP can end a body.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use zendesk_exporter::source::{ApiError, Auth, PageRequest, Position, TicketSource};
use zendesk_exporter::ticket::UnixSeconds;
use zendesk_exporter::zendesk::Client;

use crate::connections::client_settings;

const PAGE: &str = r#"{"tickets":[],"after_cursor":"x","end_of_stream":true}"#;

/// What comes of a page whose answer is these bytes and the end of the connection.
async fn outcome_of(answer: String) -> Result<(), ApiError> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it has one");
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("a connection");
        read_head(&mut connection);
        connection.write_all(answer.as_bytes()).expect("taken");
    });
    let client = Client::new(client_settings(
        &format!("http://{address}"),
        Auth::AccessToken("t0ken".into()),
    ))
    .expect("credentials that can be sent");
    let request = PageRequest {
        account_now: UnixSeconds(0),
        is_time_sure: false,
        start: Position::Time(UnixSeconds(0)),
        page_size: 1000,
    };
    client.fetch(&request).await.outcome.map(|_| ())
}

fn read_head(connection: &mut TcpStream) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte).expect("a request");
        head.extend_from_slice(&byte);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_is_told_from_one_that_is_no_page() {
    let (half, _) = PAGE.split_at(PAGE.len() / 2);
    let length = PAGE.len();
    let chunk = |part: &str| format!("{:x}\r\n{part}\r\n", part.len());
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let with_length = |length| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let plain = "HTTP/1.1 200 OK\r\n\r\n";
    let table = [
        (with_length(length) + PAGE, "page"),
        (with_length(length) + half, "cut"),
        (with_length(length), "cut"),
        (format!("{chunked}{}0\r\n\r\n", chunk(PAGE)), "page"),
        (format!("{chunked}{}", chunk(half)), "cut"),
        (format!("{chunked}{length:x}\r\n{half}"), "cut"),
        (format!("{chunked}{}", chunk(PAGE)), "cut"),
        (chunked.to_owned(), "cut"),
        (format!("{plain}{PAGE}"), "page"),
        (format!("{plain}{half}"), "ends early"),
        (plain.to_owned(), "ends early"),
        (format!("HTTP/1.0 200 OK\r\n\r\n{half}"), "ends early"),
        (with_length(half.len()) + half, "ends early"),
        (format!("{chunked}{}0\r\n\r\n", chunk(half)), "ends early"),
        (format!("{plain}<html>Down"), "no page"),
        (String::new(), "no answer"),
    ];
    for (answer, expected) in table {
        let outcome = outcome_of(answer.clone()).await;
        let what = match &outcome {
            Ok(()) => "page",
            Err(ApiError::Cut(_)) => "cut",
            Err(ApiError::EndsEarly { .. }) => "ends early",
            Err(ApiError::Decode { .. }) => "no page",
            Err(ApiError::Transport(_)) => "no answer",
            Err(_) => "another failure",
        };
        assert_eq!(what, expected, "{answer:?}: {outcome:?}");
    }
}
