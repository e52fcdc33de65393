//! The chart and the program accept the same settings. What the program ends with exit code 2 for is refused by the chart,
//! as Kubernetes would restart the pod for ever.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::{CHART, refusals_of, values};
use crate::packaging::{read, yaml};
use crate::program::{code_and_words, run};

/// Rows of a table beside this file: the values, and what the chart says of them, if it refuses them.
fn table(name: &str) -> Vec<(Value, String)> {
    let rows = yaml(&read(&format!("tests/it/chart/{name}.yml")));
    let rows = rows.as_array().expect("rows");
    rows.iter()
        .map(|row| {
            let mut values = values();
            for (part, pointer) in [
                ("values", ""),
                ("config", "/config"),
                ("account", "/config/accounts/0"),
            ] {
                for (key, value) in row[part].as_object().into_iter().flatten() {
                    values.pointer_mut(pointer).expect("a section")[key] = value.clone();
                }
            }
            (values, row["says"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

/// What the program says of the settings in the values, and its exit code. The secret's file is there.
fn checked(values: &Value) -> (Option<i32>, String) {
    let directory = TempDir::new().expect("a directory");
    let secrets = directory.path().join("secrets");
    fs::create_dir(&secrets).expect("made");
    fs::write(secrets.join("client_secret"), "hush").expect("written");
    let settings = values["config"]
        .to_string()
        .replace("/etc/zendesk-exporter/secrets", "secrets");
    // JSON is YAML.
    fs::write(directory.path().join("zendesk-exporter.yml"), settings).expect("written");
    code_and_words(&run(directory.path(), &[], &["check"]))
}

/// Holds the chart's answers against the sentences of a table.
#[track_caller]
fn is_refused(table: &[(Value, String)]) {
    let values: Vec<Value> = table.iter().map(|(values, _)| values.clone()).collect();
    for ((values, sentence), refusal) in table.iter().zip(refusals_of(CHART, &values)) {
        let words = refusal.unwrap_or_else(|| panic!("the chart accepts {values}: {sentence}"));
        assert!(!sentence.is_empty() && words.contains(sentence), "{words}");
    }
}

#[test]
fn settings_that_the_program_ends_with_are_refused_by_the_chart() {
    let table = table("settings_refused");
    for (values, _) in &table {
        let (code, words) = checked(values);
        assert_eq!(code, Some(2), "the program accepts {values}: {words}");
    }
    is_refused(&table);
}

#[test]
fn settings_that_the_program_accepts_are_accepted_by_the_chart() {
    let table = table("settings_accepted");
    let values: Vec<Value> = table.into_iter().map(|(values, _)| values).collect();
    for (values, refusal) in values.iter().zip(refusals_of(CHART, &values)) {
        let (code, words) = checked(values);
        assert_eq!(code, Some(0), "{values}: {words}");
        assert_eq!(refusal, None, "{values}");
    }
}

#[test]
fn values_that_contradict_each_other_are_refused_with_one_sentence() {
    is_refused(&table("values_refused"));
    let accepted: Vec<Value> = table("values_accepted")
        .into_iter()
        .map(|(values, _)| values)
        .collect();
    for (values, refusal) in accepted.iter().zip(refusals_of(CHART, &accepted)) {
        assert_eq!(refusal, None, "{values}");
    }
}

#[test]
fn the_default_values_are_refused_with_what_is_to_be_set() {
    let refusal = refusals_of(CHART, &[json!({})]).remove(0);
    let words = refusal.expect("nobody's account is named");
    assert!(
        words.contains("config.accounts[0].subdomain is empty"),
        "{words}"
    );
}

fn schema() -> Value {
    serde_json::from_str(&read(&format!("{CHART}/values.schema.json"))).expect("JSON")
}

#[test]
fn no_label_that_is_taken_passes_the_chart() {
    let schema = schema();
    let field = &schema["definitions"]["labels"]["properties"]["custom_fields"]["items"];
    let taken = &field["properties"]["label"]["not"]["anyOf"][1]["enum"];
    let taken = taken.as_array().expect("names");
    assert!(taken.len() > 10);
    let table: Vec<(Value, String)> = taken
        .iter()
        .map(|name| {
            let mut values = values();
            values["config"]["accounts"][0]["labels"] =
                json!({ "custom_fields": [{ "id": 1, "label": name, "values": ["a"] }] });
            assert_eq!(checked(&values).0, Some(2), "{name} is free");
            (values, "custom_fields/0/label'".to_owned())
        })
        .collect();
    is_refused(&table);
}

/// Every setting below a part of the schema, with nothing as its value. Their paths are added to `paths`.
fn settings_of(schema: &Value, part: &Value, path: &str, paths: &mut BTreeSet<String>) -> Value {
    if let Some(name) = part["$ref"].as_str() {
        let part = schema.pointer(name.trim_start_matches('#'));
        return settings_of(schema, part.expect("a definition"), path, paths);
    }
    paths.insert(path.trim_start_matches('.').to_owned());
    let element = &part["items"];
    if element.get("properties").is_some() || element.get("$ref").is_some() {
        return json!([settings_of(schema, element, path, paths)]);
    }
    let Some(keys) = part["properties"].as_object() else {
        return Value::Null;
    };
    let settings = keys.iter().map(|(key, part)| {
        let path = format!("{path}.{key}");
        (key.clone(), settings_of(schema, part, &path, paths))
    });
    Value::Object(settings.collect::<Map<_, _>>())
}

/// The settings that docs/settings.md lists, which is rendered from the complete sample.
fn settings_of_the_reference_page() -> BTreeSet<String> {
    let page = read("docs/settings.md");
    let mut section = "";
    let mut paths = BTreeSet::new();
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("## `") {
            section = name.trim_end_matches('`');
        }
        let row = line
            .strip_prefix("| `")
            .and_then(|row| row.split_once("` |"));
        let Some((key, rest)) = row else {
            continue;
        };
        if key == section {
            paths.insert(section.to_owned());
        } else {
            paths.insert(format!("{section}.{key}"));
        }
        let words = rest.split(|part: char| !part.is_ascii_alphanumeric() && part != '_');
        let families = words.filter(|word| key == "buckets" && word.starts_with("zendesk_ticket_"));
        paths.extend(families.map(|family| format!("{section}.buckets.{family}")));
    }
    paths
}

#[test]
fn the_schema_has_the_settings_of_the_program_and_no_others() {
    let schema = schema();
    let mut paths = BTreeSet::new();
    let mut values = values();
    values["config"] = settings_of(&schema, &schema["properties"]["config"], "", &mut paths);
    let (_, words) = checked(&values);
    assert!(!words.contains("unknown setting"), "{words}");

    let documented = settings_of_the_reference_page();
    assert!(documented.len() > 50, "{documented:?}");
    let missing: Vec<&String> = documented.difference(&paths).collect();
    // The chart sets these itself.
    assert_eq!(
        missing,
        ["state.directory", "web.config_file", "web.listen_address"]
    );
}
