//! The kinds of page whose rows are broken.

use serde::de::IgnoredAny;

use crate::source::{Page, Row};
use crate::ticket::TicketId;
use crate::zendesk::TagsAndFields;
use crate::zendesk::decode::salvage::rows::tests::{ENDINGS, FORMS, SHORT};
use crate::zendesk::decode::{DecodeError, PageShape, decode_page};

/// A kind of page: its rows in some forms, and what follows them.
#[derive(Debug)]
pub(super) struct Kind {
    shape: PageShape<'static>,
    beginning: &'static str,
    pub(super) forms: &'static [fn(i64) -> String],
    /// Which of the forms has nothing that parts of a row need not have.
    pub(super) short: Option<usize>,
    pub(super) endings: &'static [&'static str],
}

pub(super) const EXPORT: Kind = Kind {
    shape: PageShape::CursorExport,
    beginning: r#"{"tickets":["#,
    forms: &FORMS,
    short: Some(SHORT),
    endings: &ENDINGS,
};

pub(super) const LISTS: [Kind; 3] = [
    Kind {
        shape: PageShape::TicketsList,
        beginning: r#"{"tickets":["#,
        forms: &[list_row, list_row_by_write],
        short: None,
        endings: &[
            r#"],"metric_sets":[{"url":"https://acme.example/a.json","id":1,"ticket_id":7000,"created_at":null,"updated_at":null,"replies":1}],"meta":{"has_more":true,"after_cursor":"eyJvIj==","before_cursor":"a"},"links":{"next":"https://elsewhere.example/","prev":null}}"#,
            " ] ,\n \"meta\" : { \"has_more\" : false } }\n",
        ],
    },
    Kind {
        shape: PageShape::DeletedTickets,
        beginning: r#"{"deleted_tickets":["#,
        forms: &[deletion, spaced_deletion],
        short: None,
        endings: &[
            r#"],"meta":{"has_more":true,"after_cursor":"eyJvIj==","before_cursor":"a"},"links":{"next":null,"prev":null}}"#,
            r#"],"count":3,"meta":{"has_more":false,"after_cursor":null}}"#,
        ],
    },
    Kind {
        shape: PageShape::ShowMany(&SHOWN),
        beginning: r#"{"tickets":["#,
        forms: &[list_row, list_row_by_write],
        short: None,
        endings: &[
            r#"],"metric_sets":[],"count":2,"next_page":null,"previous_page":null}"#,
            r#"],"next_page":null}"#,
        ],
    },
];

/// The ids of every row.
const SHOWN: [TicketId; 15] = {
    let mut ids = [TicketId(10); 15];
    let mut at = 0;
    while at < ids.len() {
        ids[at] = TicketId(10 + at.cast_signed() as i64);
        at += 1;
    }
    ids
};

/// A row of the list as it came in 2023, without `generated_timestamp`.
fn list_row(id: i64) -> String {
    format!(
        r#"{{"url":"https://acme.example/{id}.json","id":{id},"via":{{"channel":"email","source":{{"from":{{}},"rel":null}}}},"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:{id}Z","subject":"say \"hi\" {{[","status":"open","tags":["a","b"],"custom_fields":[{{"id":901,"value":null}}],"group_id":21,"due_at":null}}"#
    )
}

/// The row with `generated_timestamp`, as others write it.
fn list_row_by_write(id: i64) -> String {
    format!(
        r#"{{"id": {id}, "status": "open", "updated_at": "2026-01-01T00:00:{id}Z", "generated_timestamp": 18000000{id}, "via": {{"channel": "email"}}, "group_id": 21, "tags": ["a", "b"], "subject": "s", "due_at": null}}"#
    )
}

fn deletion(id: i64) -> String {
    format!(
        r#"{{"id":{id},"subject":"say \"hi\" {{[","actor":{{"id":7000,"name":"Jo"}},"deleted_at":"2026-01-01T00:00:{id}Z","previous_state":"open"}}"#
    )
}

fn spaced_deletion(id: i64) -> String {
    format!(
        r#"{{"deleted_at": "2026-01-01T00:00:{id}Z", "id": {id}, "actor": {{"name": "Jo", "id": 7000}}, "previous_state": "open", "subject": "s"}}"#
    )
}

impl Kind {
    pub(super) fn decoded(&self, body: &[u8]) -> Result<Page, DecodeError> {
        decode_page(body, self.shape, &TagsAndFields::default())
    }

    pub(super) fn body(&self, rows: &[Vec<u8>], between: &str, ending: &str) -> Vec<u8> {
        let rows = rows.join(between.as_bytes());
        [self.beginning.as_bytes(), &rows, ending.as_bytes()].concat()
    }

    /// What a row gives that is JSON.
    pub(super) fn row(&self, row: &[u8]) -> Option<Row> {
        let _: IgnoredAny = serde_json::from_slice(row).ok()?;
        let body = self.body(&[row.to_vec()], ",", self.endings[0]);
        self.decoded(&body).ok()?.rows.into_iter().next()
    }
}
