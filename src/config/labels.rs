//! The section `labels`: the opt-in labels, and the bounds of their values.

use std::collections::BTreeSet;

use super::read::{Reader, quoted};
use super::setting::Setting;
use crate::ledger::{DICTIONARY_VALUES_MAX, Dimension, FieldLabel, LabelSettings, TicketFamily};
use crate::ticket::{FIELD_VALUE_LENGTH_MAX, FIELDS_MAX, PerSet, RESERVED_WORDS, TAGS_MAX};

/// The largest `max_values`: the most values for which a dictionary has numbers.
const VALUES_MAX: u32 = DICTIONARY_VALUES_MAX as u32;

/// Longest tag, in characters; Zendesk accepts no longer ones.
const TAG_CHARS_MAX: usize = 255;

/// Longest name of a label, in characters.
const LABEL_CHARS_MAX: usize = 64;

/// Names that Prometheus uses for the labels of targets and of its own samples, and `account`, which every family
/// of an account has.
const TAKEN_NAMES: &[&str] = &["account", "instance", "job", "le", "quantile"];

/// Reads section `labels`.
pub(super) fn labels(mut reader: Reader<'_>) -> LabelSettings {
    let max_values = reader.number("max_values", 64, 1..=VALUES_MAX) as usize;
    LabelSettings {
        named: PerSet::from_fn(|set| reader.flag(set.label(), false)),
        tags: tags(&mut reader),
        fields: custom_fields(&mut reader, max_values),
        max_values,
    }
}

fn tags(reader: &mut Reader<'_>) -> Vec<String> {
    let tags = reader.list("tags");
    if tags.len() > TAGS_MAX {
        let sentence = format!("{} tags are listed; list at most {TAGS_MAX}", tags.len());
        reader.problem("tags", &sentence);
    }
    let mut seen = BTreeSet::new();
    for element in tags {
        let tag = element.as_text();
        let is_tag = (1..=TAG_CHARS_MAX).contains(&tag.chars().count())
            && !tag.chars().any(|character| {
                character.is_whitespace() || character.is_control() || character.is_uppercase()
            });
        if !is_tag {
            let sentence = format!(
                "{} is not a Zendesk tag; a tag is in lower case and has no spaces, e.g. vip",
                quoted(tag)
            );
            reader.problem_at(&element.location, &sentence);
        } else if !seen.insert(tag) {
            reader.problem_at(
                &element.location,
                &format!("{} is listed twice; list it once", quoted(tag)),
            );
        }
    }
    tags.iter().map(Setting::to_text).collect()
}

fn custom_fields(reader: &mut Reader<'_>, max_values: usize) -> Vec<FieldLabel> {
    let sections = reader.list("custom_fields");
    if sections.len() > FIELDS_MAX {
        let sentence = format!(
            "{} custom fields are listed; list at most {FIELDS_MAX}",
            sections.len()
        );
        reader.problem("custom_fields", &sentence);
    }
    let mut fields: Vec<FieldLabel> = Vec::new();
    for section in sections {
        let mut own = reader.element(section);
        let field = custom_field(&mut own, max_values);
        // An id of 0 and an empty label stand for settings that are missing or wrong, which has been reported.
        if fields.iter().any(|other| other.id == field.id) && field.id > 0 {
            own.problem("id", &format!("{} is listed twice; list it once", field.id));
        }
        if fields.iter().any(|other| other.label == field.label) && !field.label.is_empty() {
            let sentence = format!(
                "{} is already the label of another field; choose another label",
                quoted(&field.label)
            );
            own.problem("label", &sentence);
        }
        fields.push(field);
    }
    fields
}

fn custom_field(reader: &mut Reader<'_>, max_values: usize) -> FieldLabel {
    for key in ["id", "label"] {
        if reader.text(key).is_none() {
            reader.problem(
                key,
                "the setting is missing; write e.g. { id: 360001, label: product, values: [a, b] }",
            );
        }
    }
    let id = reader.parsed("id", 0, "the number of a field, e.g. 360001", |text| {
        text.parse().ok().filter(|id| *id > 0)
    });
    let label = reader.parsed("label", String::new(), LABEL_WANTED, |text| {
        is_free_label(text).then(|| text.to_owned())
    });
    let values = reader.list("values");
    if values.len() > max_values {
        let sentence = format!(
            "{} values are listed, but labels.max_values is {max_values}; list fewer values or raise it",
            values.len()
        );
        reader.problem("values", &sentence);
    }
    let mut seen = BTreeSet::new();
    for element in values {
        let value = element.as_text();
        let is_value = (1..=FIELD_VALUE_LENGTH_MAX).contains(&value.len())
            && !value.chars().any(char::is_control)
            && !RESERVED_WORDS.contains(&value);
        if !is_value {
            let sentence = format!(
                "{} cannot be a label value; use 1 to {FIELD_VALUE_LENGTH_MAX} bytes without control characters, and not none, other or unknown, e.g. billing",
                quoted(value)
            );
            reader.problem_at(&element.location, &sentence);
        } else if !seen.insert(value) {
            reader.problem_at(
                &element.location,
                &format!("{} is listed twice; list it once", quoted(value)),
            );
        }
    }
    let values = values.iter().map(Setting::to_text).collect();
    FieldLabel { id, label, values }
}

const LABEL_WANTED: &str = "a free label name (letters, digits and _; no digit and no __ at the beginning; not a name in use such as account, status, priority, group, job or le), e.g. product";

fn is_free_label(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=LABEL_CHARS_MAX).contains(&name.len())
        && name.bytes().all(is_part)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.starts_with("__")
        && !TAKEN_NAMES.contains(&name)
        && Dimension::OPT_IN
            .iter()
            .all(|dimension| dimension.label() != name)
        && !TicketFamily::all().any(|family| family.labels.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_of_ours_can_be_taken_by_a_custom_field() {
        use crate::metrics::catalog::{ALL, Chapter};
        let of_tickets = ALL
            .iter()
            .filter(|family| family.chapter == Chapter::Tickets);
        for label in of_tickets.flat_map(|family| family.labels) {
            assert!(!is_free_label(label), "{label}");
        }
        for name in ["product", "_x", "Product2"] {
            assert!(is_free_label(name), "{name}");
        }
        for name in [
            "",
            "2x",
            "__x",
            "a-b",
            "ü",
            "job",
            "instance",
            &"x".repeat(65),
        ] {
            assert!(!is_free_label(name), "{name}");
        }
    }
}
