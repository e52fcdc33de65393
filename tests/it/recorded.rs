//! Real recorded answers, where they are at hand.
//!
//! `ZENDESK_RECORDED_DIR` names their folder. The same facts stand in the unit tests of the
//! decoder and of the simulator as small hand-written fixtures, so nothing depends on it.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use zendesk_exporter::source::{Page, Position, SourceKind};
use zendesk_exporter::ticket::{RowKey, Standing, UnixSeconds};
use zendesk_exporter::zendesk::{TagsAndFields, decode};

/// The folder, or `None` after saying so.
fn recorded() -> Option<PathBuf> {
    let folder = std::env::var_os("ZENDESK_RECORDED_DIR").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("ZENDESK_RECORDED_DIR is not set: the recorded answers are not read");
    }
    folder
}

fn body(path: &str) -> Option<Value> {
    let path = recorded()?.join(path);
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is there", path.display()));
    let recording: Value = serde_json::from_str(&text).expect("a recording is JSON");
    Some(recording["response"]["body"].clone())
}

fn page(number: usize, source: SourceKind) -> Option<Page> {
    let body = body(&format!("seq-a-two-tickets-2023-09-10/{number}.json"))?;
    Some(
        decode(
            body.to_string().as_bytes(),
            source,
            &TagsAndFields::default(),
        )
        .expect("a recorded page is a page"),
    )
}

#[test]
fn the_recorded_walks_are_read_as_they_were() {
    let table = [
        // number, source, rows, end of stream, end_time
        (0, SourceKind::Time, 2, true, Some(1_694_305_012)),
        (2, SourceKind::Time, 1, false, Some(1_694_303_527)),
        (4, SourceKind::Time, 0, true, None),
    ];
    for (number, source, rows, end_of_stream, end_time) in table {
        let Some(page) = page(number, source) else {
            return;
        };
        let next = end_time.map(|time| Position::Time(UnixSeconds(time)));
        assert_eq!(
            (page.rows.len(), page.end_of_stream, page.next),
            (rows, end_of_stream, next),
            "{number}"
        );
        assert_eq!(page.rejected, []);
    }
    for (number, rows, has_cursor) in [(1, 2, true), (5, 1, true), (6, 1, true), (7, 0, false)] {
        let Some(page) = page(number, SourceKind::Cursor) else {
            return;
        };
        assert_eq!(
            (page.rows.len(), page.next.is_some()),
            (rows, has_cursor),
            "{number}"
        );
    }
}

#[test]
fn every_recorded_kind_of_ticket_is_read() {
    let Some(folder) = recorded() else {
        return;
    };
    let sample = fs::read_to_string(folder.join("tickets-diverse-sample.ndjson")).expect("there");
    let mut tickets = Vec::new();
    for line in sample.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        let mut ticket = line["ticket"].clone();
        // Tickets that were not recorded from the export lack its order key.
        if ticket["generated_timestamp"].is_null() {
            ticket["generated_timestamp"] = 1.into();
        }
        tickets.push(ticket);
    }
    let count = tickets.len();
    assert!(count > 100, "{count}");
    let deleted = tickets
        .iter()
        .filter(|ticket| ticket["status"] == "deleted")
        .count();
    let body = serde_json::json!({"tickets": tickets, "end_of_stream": true}).to_string();
    let page = decode(
        body.as_bytes(),
        SourceKind::Cursor,
        &TagsAndFields::default(),
    )
    .expect("a page");
    assert_eq!(page.rejected, []);
    assert_eq!(page.rows.len(), count);
    let is_deleted = |standing: Standing| standing == Standing::Deleted;
    assert_eq!(
        page.tickets()
            .filter(|change| is_deleted(change.standing))
            .count(),
        deleted
    );
    for change in page.tickets() {
        assert_ne!(change.channel.as_str(), "other", "{change:?}");
        assert!(
            change.created_at.is_some() && change.updated_at.is_some(),
            "{change:?}"
        );
    }
}

/// The same tickets as a page of the list, whose rows need no `generated_timestamp`.
#[test]
fn every_recorded_kind_of_ticket_is_read_from_the_list() {
    let Some(folder) = recorded() else {
        return;
    };
    let sample = fs::read_to_string(folder.join("tickets-diverse-sample.ndjson")).expect("there");
    let lines = sample.lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        line["ticket"].clone()
    });
    let tickets: Vec<Value> = lines.collect();
    let body = serde_json::json!({"tickets": tickets, "meta": {"has_more": false}});
    let page = decode(
        body.to_string().as_bytes(),
        SourceKind::List,
        &TagsAndFields::default(),
    )
    .expect("a page");
    assert_eq!(page.rejected, []);
    let mut without = 0;
    for (ticket, change) in tickets.iter().zip(page.tickets()) {
        let updated_at = change.updated_at.expect("every ticket was updated");
        let generated = ticket["generated_timestamp"].as_i64().map(UnixSeconds);
        let expected = match generated.filter(|generated| *generated >= updated_at) {
            Some(generated) => RowKey::Generated(generated),
            None => RowKey::Updated(updated_at),
        };
        assert_eq!(change.order_key, expected, "{ticket}");
        without += usize::from(expected.generated().is_none());
    }
    assert_eq!(page.rows.len(), tickets.len());
    assert!(without > 10, "{without}");
}

#[test]
fn no_recorded_error_is_taken_for_a_page() {
    let Some(folder) = recorded() else {
        return;
    };
    for kind in ["errors", "errors-rb"] {
        for file in fs::read_dir(folder.join(kind)).expect("there") {
            let path = file.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("readable");
            let recording: Value = serde_json::from_str(&text).expect("JSON");
            let body = match &recording["response"]["body"] {
                Value::String(text) => text.clone(),
                json => json.to_string(),
            };
            assert!(
                decode(
                    body.as_bytes(),
                    SourceKind::Cursor,
                    &TagsAndFields::default()
                )
                .is_err(),
                "{}",
                path.display()
            );
        }
    }
}
