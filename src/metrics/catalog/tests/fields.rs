//! The fields of Zendesk's API that the texts name.

use serde_json::{Value, json};

use super::super::*;
use crate::source::SourceKind;
use crate::ticket::{NamedSet, TicketChange};
use crate::zendesk::{TagsAndFields, decode};

/// Families of tickets that come from no field of Zendesk's, and why.
const OF_NO_FIELD: &[(&str, &str)] = &[(
    SEARCH_TICKETS_TIMESTAMP.family().name,
    "the time is that of the exporter's own request",
)];

/// The fields of a ticket that a text names: `ticket.status`, but not the last word of a sentence.
fn fields(text: &str) -> impl Iterator<Item = &str> {
    let is_of_path =
        |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '[' | ']');
    text.split(move |char| !is_of_path(char))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.starts_with("ticket."))
}

#[test]
fn the_help_of_every_ticket_family_names_the_field_that_it_comes_from() {
    let of_tickets = ALL
        .iter()
        .filter(|family| family.chapter == Chapter::Tickets);
    for family in of_tickets {
        let exception = OF_NO_FIELD.iter().find(|(name, _)| *name == family.name);
        let names_a_field = fields(family.help).next().is_some();
        assert_eq!(
            names_a_field,
            exception.is_none(),
            "{}: {}, exception: {exception:?}",
            family.name,
            family.help
        );
    }
}

#[test]
fn the_texts_name_no_field_that_is_not_read() {
    let mut named = 0;
    for family in ALL {
        for text in [family.help, family.details, family.appears] {
            for field in fields(text) {
                assert!(is_read(field), "{}: {field} is not read", family.name);
                named += 1;
            }
        }
    }
    assert!(named > 0);
    for misspelt in [
        "ticket.state",
        "ticket.via.channels",
        "ticket.metric_set.reply_time.calendar",
        "ticket.metric_set.reply_time_in_minutes",
        "ticket.slas.policy_metrics.breach_at",
        "ticket.satisfaction_rating.comment",
    ] {
        assert!(!is_read(misspelt), "{misspelt}");
    }
}

#[test]
fn the_families_of_names_name_the_list_that_these_are_in() {
    for set in NamedSet::ALL {
        let name = format!("zendesk_{}_info", set.label());
        let family = ALL.iter().find(|family| family.name == name);
        let list = format!("{}[].", set.plural());
        let help = family.map_or("", |family| family.help);
        assert!(help.contains(&list), "{name}: {help}");
    }
}

/// Whether the decoder reads a field: whether any value makes another ticket of it.
fn is_read(field: &str) -> bool {
    let path = field.strip_prefix("ticket.").expect("a field of a ticket");
    let mut values = [
        json!("solved"),
        json!("high"),
        json!("task"),
        json!("email"),
        json!("good"),
        json!("active"),
        json!("2023-09-09T23:52:05Z"),
        json!(1_700_000_000),
        json!(["vip"]),
    ]
    .into_iter();
    // Where there is an object, the objects around the field alone say something as well.
    let [plain, empty] = [None, Some(Value::Null)].map(|value| decoded(path, value));
    values.any(|value| {
        let with = decoded(path, Some(value));
        with != plain && with != empty
    })
}

/// A ticket with this value at the path; `None` if it is none with it.
fn decoded(path: &str, value: Option<Value>) -> Option<TicketChange> {
    let mut ticket = json!({"id": 1, "status": "open", "generated_timestamp": 1_600_000_000});
    if let Some(value) = value {
        put(&mut ticket, path, value);
    }
    let page = json!({"tickets": [ticket], "end_of_stream": true, "after_cursor": "c"});
    let wanted = TagsAndFields {
        tags: vec!["vip".to_owned()],
        ..TagsAndFields::default()
    };
    let page = decode(page.to_string().as_bytes(), SourceKind::Cursor, &wanted);
    page.expect("a page").tickets().next_back().cloned()
}

fn put(object: &mut Value, path: &str, value: Value) {
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    let (key, is_list) = match key.strip_suffix("[]") {
        Some(key) => (key, true),
        None => (key, false),
    };
    let mut inner = value;
    if !rest.is_empty() {
        let mut around = json!({});
        put(&mut around, rest, inner);
        inner = around;
    }
    object[key] = if is_list { json!([inner]) } else { inner };
}
