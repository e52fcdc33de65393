//! Bodies as they come over the wire: in every coding of gzip, whole and cut.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use zendesk_exporter::zendesk::{ApiError, BODY_BYTES_MAX};

use crate::connections::{client, fetch};
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
        Ok(page) => format!("{} rows", page.changes.len()),
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
            "cannot read zendesk's answer: its body is coded with br, but only gzip was asked for",
        ),
        (
            "gzip",
            &page,
            "cannot read zendesk's answer: its body is not the gzip that it is said to be",
        ),
        (
            "gzip",
            &packed[..packed.len() - 1],
            "cannot read zendesk's answer: its body is an unfinished gzip; it ends early",
        ),
        (
            "gzip, gzip",
            &packed,
            "cannot read zendesk's answer: its body is not the gzip that it is said to be",
        ),
        (
            "gzip,gzip,gzip,gzip,gzip,gzip",
            &packed,
            "cannot read zendesk's answer: its body is compressed more than 5 times over",
        ),
        (
            "gzip, gzip",
            &bomb,
            "zendesk's answer is larger than 67108864 bytes",
        ),
    ];
    for (codings, body, words) in table {
        assert_eq!(told_of_gzip(&[codings], body).await, words);
    }
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
