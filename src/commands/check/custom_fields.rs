//! Compares the custom fields that the settings list with those of the account, for `check --online`.

use std::collections::BTreeSet;

use crate::config::Account;
use crate::error_chain::with_sources;
use crate::ledger::FieldLabel;
use crate::source::{Endpoint, TicketSource};
use crate::zendesk::{Client, FieldKind, FieldOption, TicketField};

/// What was found about the listed fields, a sentence each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FieldFindings {
    /// Errors in the settings.
    pub(super) problems: Vec<String>,
    /// What is probably not intended, or could not be looked up.
    pub(super) remarks: Vec<String>,
}

/// The most pages of fields that are requested: they have more fields than an account can have.
const PAGES_MAX: usize = 50;

/// Looks up the custom fields, if the settings list any. If Zendesk does not answer, that is a remark, because
/// the settings can still be good.
pub(super) async fn look_up(client: &Client, account: &Account) -> FieldFindings {
    let labels = &account.labels;
    let mut findings = FieldFindings::default();
    if !labels.fields.is_empty() {
        match all_fields(client).await {
            Ok(fields) => findings = judge(&labels.fields, &fields, labels.max_values),
            Err(why) => findings.remarks.push(format!(
                "cannot look up labels.custom_fields at {}: {why}",
                client.address(Endpoint::TicketFields)
            )),
        }
    }
    if !labels.tags.is_empty() {
        let remark = "labels.tags is not looked up, because Zendesk has no list of all tags; check the spelling of each tag";
        findings.remarks.push(remark.to_owned());
    }
    findings
}

async fn all_fields(client: &Client) -> Result<Vec<TicketField>, String> {
    let (mut fields, mut after) = (Vec::new(), None);
    let mut seen = BTreeSet::new();
    for _ in 0..PAGES_MAX {
        let page = client.ticket_fields(after.as_deref()).await.outcome;
        let page = page.map_err(|error| with_sources(&error))?;
        fields.extend(page.fields);
        after = page.after;
        match &after {
            None => return Ok(fields),
            // A cursor that comes again would lead through the same pages for ever.
            Some(after) if !seen.insert(after.clone()) => break,
            Some(_) => {}
        }
    }
    Err("the list of fields does not end".to_owned())
}

/// What is wrong or probably not intended in the listed fields. `fields` are those of the account.
fn judge(listed: &[FieldLabel], fields: &[TicketField], max_values: usize) -> FieldFindings {
    let mut findings = FieldFindings::default();
    for (index, label) in listed.iter().enumerate() {
        let setting = format!("labels.custom_fields[{index}].id");
        let Some(field) = fields.iter().find(|field| field.id == label.id) else {
            let hint = suggested_field(label, fields).unwrap_or_else(|| listed_fields(fields));
            findings.problems.push(format!(
                "{setting} {}: the account has no such field{hint}",
                label.id
            ));
            continue;
        };
        let about = |why: String| format!("{setting} {}: {why}", titled(field));
        if field.kind == FieldKind::System {
            let problem = "this is a system field of Zendesk, so the label would always be none; list a custom field";
            findings.problems.push(about(problem.to_owned()));
            continue;
        }
        let inactive = "the field is inactive, so new tickets have no value";
        let inactive = (!field.is_active).then(|| inactive.to_owned());
        let remarks = inactive
            .into_iter()
            .chain(bad_label(field, label, max_values));
        findings.remarks.extend(remarks.map(about));
        let problems = unknown_values(field, label).into_iter();
        findings.problems.extend(problems.map(about));
    }
    findings
}

/// The id of a field, with its title if it has one: `360001 (Product)`.
fn titled(field: &TicketField) -> String {
    match one_line(&field.title).trim() {
        "" => field.id.to_string(),
        title => format!("{} ({title})", field.id),
    }
}

/// Why a field makes a bad label, if it does.
fn bad_label(field: &TicketField, label: &FieldLabel, max_values: usize) -> Option<String> {
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

/// A sentence for each listed value that the field cannot have.
fn unknown_values(field: &TicketField, label: &FieldLabel) -> Vec<String> {
    let options = match field.kind {
        FieldKind::DropDown | FieldKind::MultiSelect => field.options.clone(),
        FieldKind::Checkbox => ["true", "false"]
            .map(|value| FieldOption {
                value: value.to_owned(),
                name: value.to_owned(),
                may_be_shown: true,
            })
            .into(),
        _ => Vec::new(),
    };
    // Fields of other types can have any value, and Zendesk can send a list without options.
    if options.is_empty() {
        return Vec::new();
    }
    let is_unknown = |value: &&String| !options.iter().any(|option| option.value == **value);
    let unknown = label.values.iter().filter(is_unknown).map(|value| {
        let hint = suggested_option(value, &options).unwrap_or_else(|| listed_options(&options));
        let value = one_line(value);
        format!("the value `{value}` is not an option of the field{hint}")
    });
    unknown.collect()
}

/// The option that was probably meant: the one with this name or value in other case, or the most similar one.
fn suggested_option(value: &str, options: &[FieldOption]) -> Option<String> {
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

/// The field that was probably meant: the one with the title of the label, or whose id differs in one digit.
fn suggested_field(label: &FieldLabel, fields: &[TicketField]) -> Option<String> {
    let id = label.id.to_string();
    let distance = |field: &&TicketField| strsim::damerau_levenshtein(&id, &field.id.to_string());
    let own = || {
        fields
            .iter()
            .filter(|field| field.kind != FieldKind::System)
    };
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

/// How many fields or options are listed where none is similar.
const LISTED_MAX: usize = 10;

/// The fields of the account, as the end of a sentence.
fn listed_fields(fields: &[TicketField]) -> String {
    let own = fields
        .iter()
        .filter(|field| field.kind != FieldKind::System && field.is_active);
    listed(&own.map(titled).collect::<Vec<_>>())
}

/// The options of a field, as the end of a sentence.
fn listed_options(options: &[FieldOption]) -> String {
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

/// A value with more differing letters than this was not meant.
const DISTANCE_MAX: usize = 3;

/// A text that people wrote in Zendesk, as one short line.
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
