use std::io::Write as _;

use flate2::{Compression, GzBuilder, write::GzEncoder};
use reqwest::header::{HeaderName, HeaderValue};

use super::*;

const LIMIT: usize = 1024 * 1024;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("finished")
}

/// A member with every field that a header may have.
fn gzip_with_all_fields(bytes: &[u8]) -> Vec<u8> {
    let builder = GzBuilder::new()
        .extra(vec![7; 300])
        .filename("tickets.json")
        .comment("a page")
        .mtime(1);
    let mut encoder = builder.write(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("written");
    let mut member = encoder.finish().expect("finished");
    // FHCRC: the lower half of the header's checksum follows the header.
    member[3] |= 0b10;
    let header = 10 + 2 + 300 + "tickets.json\0".len() + "a page\0".len();
    let checksum = crc32fast::hash(&member[..header]) as u16;
    member.splice(header..header, checksum.to_le_bytes());
    member
}

fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("finished")
}

#[track_caller]
fn check_layers(lines: &[&str], expected: Result<usize, CodingError>) {
    let mut headers = HeaderMap::new();
    for line in lines {
        let name = HeaderName::from_static("content-encoding");
        let value = HeaderValue::from_bytes(line.as_bytes()).expect("a header");
        headers.append(name, value);
    }
    assert_eq!(layers(&headers), expected, "{lines:?}");
}

#[test]
fn content_encoding_is_a_list_of_names_in_any_case_on_any_number_of_lines() {
    for (lines, expected) in [
        (&[] as &[&str], 0),
        (&[""], 0),
        (&["identity"], 0),
        (&["gzip"], 1),
        (&["GZIP"], 1),
        (&["x-gzip"], 1),
        (&["X-GZip"], 1),
        (&["gzip, identity"], 1),
        (&["identity,gzip"], 1),
        (&[" , gzip ,, "], 1),
        (&["\tgzip\t"], 1),
        (&["gzip, gzip"], 2),
        (&["gzip", "x-gzip"], 2),
        (&["identity", "", "gzip"], 1),
        (&["gzip,gzip,gzip", "gzip,gzip"], 5),
    ] {
        check_layers(lines, Ok(expected));
    }
    check_layers(
        &["gzip,gzip,gzip", "gzip,gzip,gzip"],
        Err(CodingError::TooManyLayers),
    );
}

#[test]
fn another_coding_is_told_by_a_name_of_ours() {
    for (line, name) in [
        ("br", "br"),
        ("BR", "br"),
        ("gzip, br", "br"),
        ("deflate", "deflate"),
        ("zstd", "zstd"),
        ("x-compress", "compress"),
        ("gzip;q=1", UNNAMED),
        ("gzip gzip", UNNAMED),
        ("t0ken-of-somebody", UNNAMED),
        ("\u{e9}", UNNAMED),
    ] {
        check_layers(&[line], Err(CodingError::Unknown(name)));
    }
    assert_eq!(
        CodingError::Unknown("br").to_string(),
        "its body has the encoding br, but the exporter asked for gzip only"
    );
}

#[track_caller]
fn check(body: &[u8], layers: usize, expected: Result<&[u8], InflateError>) {
    let inflated = inflate(body.to_vec(), layers, LIMIT);
    assert_eq!(inflated.as_deref(), expected.as_ref().copied());
}

#[test]
fn members_are_read_one_after_the_other_whatever_is_in_their_headers() {
    let text = b"{\"tickets\":[]}";
    let (first, second) = text.split_at(5);
    let together = |parts: &[Vec<u8>]| parts.concat();
    check(&gzip(text), 1, Ok(text));
    check(&stored(text), 1, Ok(text));
    check(&gzip_with_all_fields(text), 1, Ok(text));
    check(&together(&[gzip(first), gzip(second)]), 1, Ok(text));
    check(
        &together(&[
            gzip(b""),
            gzip_with_all_fields(first),
            gzip(b""),
            stored(second),
        ]),
        1,
        Ok(text),
    );
    let byte_by_byte: Vec<Vec<u8>> = text.iter().map(|byte| gzip(&[*byte])).collect();
    check(&together(&byte_by_byte), 1, Ok(text));
    check(&gzip(&gzip(text)), 2, Ok(text));
    check(&gzip(&together(&[gzip(first), gzip(second)])), 2, Ok(text));
    check(b"", 1, Ok(b""));
    check(b"as it is", 0, Ok(b"as it is"));
}

#[test]
fn what_is_behind_the_last_member_and_begins_none_is_left_alone() {
    let text = b"{}";
    for behind in [&b"\0\0\0\0"[..], b"\r\n", b"garbage", b"\x1f"] {
        check(&[&gzip(text), behind].concat(), 1, Ok(text));
    }
    check(
        &[&gzip(text)[..], b"\x1f\x8b"].concat(),
        1,
        Err(InflateError::Cut),
    );
    check(
        &[&gzip(text)[..], b"\x1f\x8b\x07 no deflate"].concat(),
        1,
        Err(InflateError::Corrupt),
    );
}

#[test]
fn every_cut_and_every_flipped_checksum_is_noticed() {
    let text = b"{\"tickets\":[1,2,3,1,2,3,1,2,3]}";
    let whole = gzip(text);
    for length in 1..whole.len() {
        check(&whole[..length], 1, Err(InflateError::Cut));
    }
    for at in whole.len() - 8..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        check(&flipped, 1, Err(InflateError::Corrupt));
    }
    check(text, 1, Err(InflateError::Corrupt));
    check(&gzip(text), 2, Err(InflateError::Corrupt));
}

#[test]
fn no_layer_grows_beyond_the_limit() {
    let full = Err(InflateError::Full(Full { limit_bytes: LIMIT }));
    let exact = vec![b' '; LIMIT];
    check(&gzip(&exact), 1, Ok(&exact));
    let more = vec![b' '; LIMIT + 1];
    check(&gzip(&more), 1, full);
    let halves = [gzip(&more[..LIMIT / 2]), gzip(&more[LIMIT / 2..])].concat();
    check(&halves, 1, full);
    // Small in the end, but not in between.
    let empty_members = gzip(b"").repeat(LIMIT / gzip(b"").len() + 1);
    check(&gzip(&empty_members), 2, full);
}

#[test]
fn no_more_is_allocated_than_the_limit() {
    let mut bounded = Bounded::new(1000);
    for _ in 0..30 {
        bounded.push(&[0; 33]).expect("room");
        assert!(bounded.bytes.capacity() <= 1000);
    }
    assert_eq!(bounded.push(&[1; 33]), Err(Full { limit_bytes: 1000 }));
    assert_eq!(bounded.bytes.capacity(), 1000);
    assert_eq!(
        bounded.into_bytes()[985..],
        [[0; 5], [1; 5], [1; 5]].concat()
    );
}

#[test]
fn more_members_than_anybody_sends_are_refused() {
    let member = gzip(b"");
    check(&member.repeat(MEMBERS_MAX), 1, Ok(b""));
    check(
        &member.repeat(MEMBERS_MAX + 1),
        1,
        Err(InflateError::Corrupt),
    );
}

#[test]
fn the_beginning_of_a_body_is_read_as_far_as_it_goes() {
    let text = b"<html><body>Bad gateway</body></html>".repeat(20);
    let whole = gzip(&text);
    let beginning = |body: &[u8], layers| inflate_beginning(body.to_vec(), layers, 100);
    assert_eq!(beginning(&whole, 1), text[..100]);
    assert_eq!(beginning(&gzip(&whole), 2), text[..100]);
    assert_eq!(beginning(&stored(&text)[..60], 1), text[..45]);
    assert_eq!(beginning(b"no gzip", 1), b"");
    assert_eq!(beginning(b"", 1), b"");
}
