//! The custom fields that are labels, held against those that the account has.

use std::collections::BTreeSet;

use crate::config::Account;
use crate::error_chain::with_sources;
use crate::ledger::FieldLabel;
use crate::source::Endpoint;
use crate::zendesk::{Client, FieldKind, FieldOption, TicketField};

/// What was found, a sentence each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// What is wrong with the settings.
    pub(super) problems: Vec<String>,
    /// What may be meant otherwise, or could not be looked up.
    pub(super) remarks: Vec<String>,
}

/// Most pages of fields that are asked for: more fields than an account can have.
const PAGES_MAX: usize = 50;

/// Looks the custom fields of the settings up, if they list any. What Zendesk does not tell is no problem of the
/// settings.
pub(super) async fn look_up(client: &Client, account: &Account) -> Findings {
    let labels = &account.labels;
    let mut findings = Findings::default();
    if !labels.fields.is_empty() {
        findings = match known_fields(client).await {
            Ok(known) => judge(&labels.fields, &known, labels.max_values),
            Err(why) => {
                let url = client.address(Endpoint::TicketFields);
                let remark = format!("cannot look up labels.custom_fields at {url}: {why}");
                Findings {
                    problems: Vec::new(),
                    remarks: vec![remark],
                }
            }
        };
    }
    if !labels.tags.is_empty() {
        let remark = "labels.tags is not looked up, because Zendesk has no list of all tags; check the spelling of each tag";
        findings.remarks.push(remark.to_owned());
    }
    findings
}

async fn known_fields(client: &Client) -> Result<Vec<TicketField>, String> {
    let (mut known, mut after) = (Vec::new(), None);
    let mut seen = BTreeSet::new();
    for _ in 0..PAGES_MAX {
        let page = client.ticket_fields(after.as_deref()).await.outcome;
        let page = page.map_err(|error| with_sources(&error))?;
        known.extend(page.fields);
        after = page.after;
        match &after {
            None => return Ok(known),
            Some(after) if !seen.insert(after.clone()) => break,
            Some(_) => {}
        }
    }
    Err("the list of fields does not end".to_owned())
}

/// What is wrong with the listed fields, or odd about them, given those that the account has.
fn judge(listed: &[FieldLabel], known: &[TicketField], max_values: usize) -> Findings {
    let mut findings = Findings::default();
    for (index, label) in listed.iter().enumerate() {
        let place = format!("labels.custom_fields[{index}]");
        let id = label.id;
        let Some(field) = known.iter().find(|field| field.id == id) else {
            let hint = meant_field(label, known).unwrap_or_else(|| known_fields_of(known));
            let problem = format!("{place}.id {id}: the account has no such field{hint}");
            findings.problems.push(problem);
            continue;
        };
        let about = match one_line(&field.title).trim() {
            "" => format!("{place}.id {id}"),
            title => format!("{place}.id {id} ({title})"),
        };
        if field.kind == FieldKind::System {
            let problem = format!(
                "{about}: this is a system field of Zendesk, so the label would always be none; list a custom field"
            );
            findings.problems.push(problem);
            continue;
        }
        if !field.is_active {
            let remark = format!("{about}: the field is inactive, so new tickets have no value");
            findings.remarks.push(remark);
        }
        let remarks = poor_label(field, label, max_values);
        findings
            .remarks
            .extend(remarks.map(|why| format!("{about}: {why}")));
        let unknown = unknown_values(field, label);
        findings
            .problems
            .extend(unknown.map(|why| format!("{about}: {why}")));
    }
    findings
}

/// Why a field makes a poor label, if so.
fn poor_label(field: &TicketField, label: &FieldLabel, max_values: usize) -> Option<String> {
    let is_listed = label.shows_all();
    match field.kind {
        FieldKind::DropDown if !is_listed && field.options.len() > max_values => Some(format!(
            "the field has {} options, but labels.max_values is {max_values}; further options count as other",
            field.options.len()
        )),
        FieldKind::MultiSelect if is_listed => Some(
            "a ticket can have several values of the field; tickets with more than one count as other".to_owned(),
        ),
        FieldKind::MultiSelect => Some(
            "a ticket can have several values of the field; as no values are listed, every ticket with a value counts as other".to_owned(),
        ),
        FieldKind::Text if !is_listed => Some(
            "the field holds free text, so every short text becomes a label value, even the name of a person; list the values".to_owned(),
        ),
        FieldKind::Number if !is_listed => {
            Some("the field holds numbers, so there can be many label values; list the values".to_owned())
        }
        FieldKind::Date => {
            Some("the field holds dates, so the number of label values keeps growing".to_owned())
        }
        FieldKind::Lookup => {
            Some("the field holds ids of other objects, so there can be many label values".to_owned())
        }
        _ => None,
    }
}

/// The listed values that a field cannot have.
fn unknown_values(field: &TicketField, label: &FieldLabel) -> impl Iterator<Item = String> {
    let checkbox = ["true", "false"].map(|value| FieldOption {
        value: value.to_owned(),
        name: value.to_owned(),
        may_be_shown: true,
    });
    let options: Vec<FieldOption> = match field.kind {
        FieldKind::DropDown | FieldKind::MultiSelect => field.options.clone(),
        FieldKind::Checkbox => checkbox.into(),
        _ => Vec::new(),
    };
    // Of other fields, and of a list that came without options, nothing is known.
    let can_tell = !options.is_empty();
    let is_unknown =
        |value: &&String| can_tell && !options.iter().any(|option| option.value == **value);
    let unknown: Vec<String> = label
        .values
        .iter()
        .filter(is_unknown)
        .map(|value| {
            let hint = meant_option(value, &options).unwrap_or_else(|| known_options(&options));
            format!(
                "the value `{}` is not an option of the field{hint}",
                one_line(value)
            )
        })
        .collect();
    unknown.into_iter()
}

/// The option that a value was meant to be: the one that people see by that name, or the nearest.
fn meant_option(value: &str, options: &[FieldOption]) -> Option<String> {
    let is_same = |other: &str| other.to_lowercase() == value.to_lowercase();
    let shown = options.iter().filter(|option| option.may_be_shown);
    if let Some(option) = shown
        .clone()
        .find(|option| is_same(&option.name) || is_same(&option.value))
    {
        return Some(format!("; did you mean `{}`?", one_line(&option.value)));
    }
    let distance = |option: &&FieldOption| strsim::damerau_levenshtein(value, &option.value);
    let nearest = shown.min_by_key(distance)?;
    let is_near = distance(&nearest) <= DISTANCE_MAX.min(value.chars().count() / 2);
    is_near.then(|| format!("; did you mean `{}`?", one_line(&nearest.value)))
}

/// The field that was meant: one that is called like the label, or whose id is nearly the same.
fn meant_field(label: &FieldLabel, known: &[TicketField]) -> Option<String> {
    let id = label.id.to_string();
    let distance = |field: &&TicketField| strsim::damerau_levenshtein(&id, &field.id.to_string());
    let own = || known.iter().filter(|field| field.kind != FieldKind::System);
    let by_name = own()
        .find(|field| field.title.to_lowercase().replace(' ', "_") == label.label.to_lowercase());
    let by_id = || {
        own()
            .min_by_key(distance)
            .filter(|field| distance(field) == 1)
    };
    let meant = by_name.or_else(by_id)?;
    Some(format!(
        "; did you mean {} ({})?",
        meant.id,
        one_line(&meant.title)
    ))
}

/// Most fields or options that are listed where none was probably meant.
const LISTED_MAX: usize = 10;

/// The fields that the account has, as the end of a sentence.
fn known_fields_of(known: &[TicketField]) -> String {
    let own = known
        .iter()
        .filter(|field| field.kind != FieldKind::System && field.is_active);
    let names: Vec<String> = own
        .map(|field| match one_line(&field.title).trim() {
            "" => field.id.to_string(),
            title => format!("{} ({title})", field.id),
        })
        .collect();
    listed(&names)
}

/// The options that a field has, as the end of a sentence.
fn known_options(options: &[FieldOption]) -> String {
    let shown = options.iter().filter(|option| option.may_be_shown);
    let names: Vec<String> = shown
        .map(|option| format!("`{}`", one_line(&option.value)))
        .collect();
    listed(&names)
}

fn listed(names: &[String]) -> String {
    let first: Vec<&str> = names.iter().take(LISTED_MAX).map(String::as_str).collect();
    match names.len().saturating_sub(first.len()) {
        _ if first.is_empty() => String::new(),
        0 => format!("; the known ones are {}", first.join(", ")),
        further => format!(
            "; the known ones are {} and {further} more",
            first.join(", ")
        ),
    }
}

/// A name further off than so many letters was not meant.
const DISTANCE_MAX: usize = 3;

/// What people typed, in one line of no great length.
fn one_line(text: &str) -> String {
    const CHARS_MAX: usize = 64;
    let plain = text.chars().map(|character| {
        if character.is_control() {
            ' '
        } else {
            character
        }
    });
    plain.take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
