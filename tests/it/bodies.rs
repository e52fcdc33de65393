//! Bodies as they come over the wire: in every coding of gzip, whole and cut.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_exporter::source::{ApiError, LookupSource, Session, TicketSource, TokenUse};
use zendesk_exporter::ticket::{NamedSet, Status, UnixSeconds};
use zendesk_exporter::zendesk::BODY_BYTES_MAX;

use crate::connections::{client, client_by_oauth, fetch};
use crate::peer::{Act, Peer, Protocol, http1, page};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("finished")
}

/// What comes of a page that is answered with these bytes.
async fn told(bytes: Vec<u8>) -> String {
    let peer = Peer::start(Protocol::Http, 1, move |_| {
        Act::BytesAndClose(bytes.clone())
    })
    .await;
    match fetch(&client(&peer)).await.outcome {
        Ok(page) => format!("{} rows", page.rows.len()),
        Err(ApiError::Cut(_)) => "cut".to_owned(),
        Err(error) => error.to_string(),
    }
}

async fn told_of_gzip(codings: &[&str], body: &[u8]) -> String {
    let lines = codings.iter();
    let headers: String = lines
        .map(|codings| format!("Content-Encoding: {codings}\r\n"))
        .collect();
    told(http1("200 OK", &headers, body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn gzip_is_read_however_it_is_named_and_divided() {
    let page = page(0, 1).to_string().into_bytes();
    let (first, second) = page.split_at(20);
    let members = [gzip(first), gzip(second)].concat();
    let padded = [&gzip(&page)[..], b"\0\0\0\0"].concat();
    let table: [(&[&str], &[u8]); 9] = [
        (&[], &page),
        (&["identity"], &page),
        (&["gzip"], &gzip(&page)),
        (&["X-GZIP"], &gzip(&page)),
        (&[", gzip, identity ,"], &members),
        (&["gzip", "identity"], &members),
        (&["gzip, x-gzip"], &gzip(&members)),
        (&["gzip", "gzip"], &gzip(&members)),
        (&["gzip"], &padded),
    ];
    for (codings, body) in table {
        assert_eq!(told_of_gzip(codings, body).await, "1 rows", "{codings:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_body_that_cannot_be_decompressed_is_told_in_a_sentence() {
    let page = page(0, 1).to_string().into_bytes();
    let packed = gzip(&page);
    let bomb = gzip(&gzip(&vec![b' '; BODY_BYTES_MAX + 1]));
    let table: [(&str, &[u8], &str); 6] = [
        (
            "br",
            &page,
            "cannot read Zendesk's answer: its body has the encoding br, but the exporter asked for gzip only",
        ),
        (
            "gzip",
            &page,
            "cannot read Zendesk's answer: its body is not valid gzip",
        ),
        (
            "gzip",
            &packed[..packed.len() - 1],
            "cannot read Zendesk's answer, which ends early: its gzip body ends early",
        ),
        (
            "gzip, gzip",
            &packed,
            "cannot read Zendesk's answer: its body is not valid gzip",
        ),
        (
            "gzip,gzip,gzip,gzip,gzip,gzip",
            &packed,
            "cannot read Zendesk's answer: its body is compressed more than 5 times",
        ),
        (
            "gzip, gzip",
            &bomb,
            "Zendesk's answer is larger than 67108864 bytes",
        ),
    ];
    for (codings, body, words) in table {
        assert_eq!(told_of_gzip(&[codings], body).await, words);
    }
}

/// What comes of each question that has a small answer, if it is this one.
async fn told_beside(headers: &str, body: &[u8]) -> Vec<String> {
    let answer = http1("200 OK", headers, body);
    let peer = Peer::start(Protocol::Http, 1, move |_| {
        Act::BytesAndClose(answer.clone())
    })
    .await;
    let client = client(&peer);
    let mut told = Vec::new();
    let mut tell = |outcome: Result<(), ApiError>| {
        told.push(outcome.map_or_else(|error| error.to_string(), |()| "read".to_owned()));
    };
    tell(
        client
            .search_count(Status::Open, UnixSeconds(0))
            .await
            .outcome
            .map(drop),
    );
    tell(client.current_user(UnixSeconds(0)).await.outcome.map(drop));
    for set in NamedSet::ALL {
        tell(
            client
                .names(*set, None, UnixSeconds(0))
                .await
                .outcome
                .map(drop),
        );
    }
    tell(client.ticket_fields(None).await.outcome.map(drop));
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_beside_the_export_are_bounded_by_what_they_hold() {
    const NOT_TAKEN: [&str; 7] = [
        "Zendesk's answer is larger than 262144 bytes",
        "Zendesk's answer is larger than 262144 bytes",
        "Zendesk's answer is larger than 4194304 bytes",
        "Zendesk's answer is larger than 4194304 bytes",
        "Zendesk's answer is larger than 4194304 bytes",
        "Zendesk's answer is larger than 4194304 bytes",
        "Zendesk's answer is larger than 16777216 bytes",
    ];
    // As it comes, and decompressed.
    let long = [
        &br#"{"count":["#[..],
        &b"0,".repeat(8 * 1024 * 1024),
        b"0]}",
    ]
    .concat();
    assert_eq!(told_beside("", &long).await, NOT_TAKEN);
    let bomb = gzip(&long);
    assert!(bomb.len() < 100_000);
    let headers = "Content-Encoding: gzip\r\n";
    assert_eq!(told_beside(headers, &bomb).await, NOT_TAKEN);
    // What has room is read.
    let pad = " ".repeat(200_000);
    let body = format!(
        r#"{{"count":5,"user":{{"id":1}},"groups":[],"brands":[],"ticket_forms":[],"custom_statuses":[],"ticket_fields":[]}}{pad}"#
    );
    assert_eq!(told_beside("", body.as_bytes()).await, ["read"; 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_answer_is_bounded_and_so_is_the_token() {
    let told = async |token: String| {
        let body = format!(r#"{{"access_token":"{token}"}}"#);
        let answer = http1("200 OK", "", body.as_bytes());
        let peer = Peer::start(Protocol::Http, 1, move |_| {
            Act::BytesAndClose(answer.clone())
        })
        .await;
        let client = client_by_oauth(&peer);
        let now = SystemClock::new().now();
        let outcome = client
            .renew(TokenUse::Tickets, now)
            .await
            .expect("asked for")
            .outcome;
        outcome.map_or_else(|error| error.to_string(), |_| "taken".to_owned())
    };
    let no_token = |why: &str| format!("the token endpoint answered without a token: {why}");
    assert_eq!(told("x".repeat(8192)).await, "taken");
    let too_long = no_token("its access_token is longer than 8192 bytes");
    assert_eq!(told("x".repeat(8193)).await, too_long);
    assert_eq!(told("x".repeat(100_000)).await, too_long);
    let too_large = no_token("it is larger than an answer with a token can be");
    assert_eq!(told("x".repeat(1_000_000)).await, too_large);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_was_cut_is_not_taken_for_a_whole_one() {
    let packed = gzip(page(0, 1).to_string().as_bytes());
    let half = &packed[..packed.len() / 2];
    let whole = http1("200 OK", "Content-Encoding: gzip\r\n", &packed);
    // The rest never comes, as the connection is closed.
    let cut = whole[..whole.len() - packed.len() / 2].to_vec();
    assert_eq!(told(cut).await, "cut");
    // Nothing says how long it is.
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    assert_eq!(told([&head[..], half].concat()).await, "cut");
    assert_eq!(told([&head[..], &packed].concat()).await, "1 rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_a_refusal_are_read_out_of_its_gzip() {
    let words = br#"{"error":{"title":"Forbidden","message":"Not from this address."}}"#;
    let refused = |codings: &str, body: &[u8]| {
        let headers = format!("Content-Encoding: {codings}\r\n");
        told(http1("403 Forbidden", &headers, body))
    };
    for (codings, body) in [
        ("gzip", gzip(words)),
        ("x-gzip", [gzip(&words[..9]), gzip(&words[9..])].concat()),
        ("gzip, gzip", gzip(&gzip(words))),
    ] {
        let told = refused(codings, &body).await;
        assert!(told.contains("Not from this address."), "{told}");
    }
    for (codings, body) in [("br", words.to_vec()), ("gzip", words.to_vec())] {
        let told = refused(codings, &body).await;
        assert!(!told.contains("address."), "{told}");
    }
    // As much is decompressed as is read of any refusal.
    let long = [&b"Not from this address."[..], &vec![b'!'; 10_000_000]].concat();
    let told = refused("gzip", &gzip(&long)).await;
    assert!(told.contains("Not from this address.!!!"), "{told}");
}
