mod fields;

use std::collections::BTreeSet;

use super::*;

#[test]
fn names_and_texts_follow_the_conventions_of_prometheus() {
    for family in ALL {
        let name = family.name;
        assert_eq!(
            name.ends_with("_total"),
            family.kind == Kind::Counter,
            "{name}"
        );
        assert!(
            name.starts_with("zendesk_") || name.starts_with("process_"),
            "{name}"
        );
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{name}"
        );
        for reserved in ["_count", "_sum", "_bucket", "_created"] {
            assert!(!name.ends_with(reserved), "{name}");
        }
        for text in [family.help, family.appears] {
            assert!(
                text.ends_with('.') && !text.contains('\n'),
                "{name}: {text}"
            );
        }
        assert!(family.example.contains(name), "{name}: {}", family.example);
        assert!(!family.labels.contains(&"account"), "{name}");
    }
}

#[test]
fn every_family_is_declared_once() {
    let names: BTreeSet<&str> = ALL.iter().map(|family| family.name).collect();
    assert_eq!(names.len(), ALL.len());
}

/// What is wrong with a HELP text.
fn faults_of_help(help: &str) -> Vec<&'static str> {
    let is_one_sentence = help
        .strip_suffix('.')
        .is_some_and(|sentence| !sentence.contains(". ") && !sentence.ends_with(['.', ' ']));
    let starts_well = help.starts_with(|first: char| first.is_uppercase() || first.is_numeric());
    [
        (is_one_sentence, "it is not one sentence with a full stop"),
        (starts_well, "it does not start as a sentence does"),
        (
            !help.contains([';', '!', '?']),
            "it joins or ends sentences otherwise",
        ),
        (help.chars().count() <= HELP_CHARS_MAX, "it is too long"),
        (
            help.split(' ').all(|word| !word.is_empty()),
            "it has a space too many",
        ),
        // Otherwise the text that is served would differ from the one that is declared.
        (
            !help.contains(['\\', '`']) && help.chars().all(|char| !char.is_control()),
            "it has characters that are escaped or belong to Markdown",
        ),
    ]
    .into_iter()
    .filter_map(|(holds, fault)| (!holds).then_some(fault))
    .collect()
}

#[test]
fn every_help_text_is_one_short_sentence() {
    for family in ALL {
        let faults = faults_of_help(family.help);
        let length = family.help.chars().count();
        assert_eq!(
            faults, [""; 0],
            "{}: {} ({length})",
            family.name, family.help
        );
    }
}

#[test]
fn a_help_text_that_is_not_one_short_sentence_is_found() {
    let longest = format!("{}.", "A".repeat(HELP_CHARS_MAX - 1));
    assert_eq!(faults_of_help(&longest), [""; 0]);
    assert_eq!(
        faults_of_help("Number of tickets by ticket.status."),
        [""; 0]
    );
    for help in [
        "",
        ".",
        "Number of tickets",
        "Number of tickets. Deleted ones are left out.",
        "Number of tickets; deleted ones are left out.",
        "number of tickets.",
        "Number of tickets. ",
        "Number of  tickets.",
        "Number of tickets .",
        "Number of `tickets`.",
        "Number of\ntickets.",
        &format!("{}.", "A".repeat(HELP_CHARS_MAX)),
        // As many bytes as are allowed characters would be too few.
        &format!("{}.", "Ä".repeat(HELP_CHARS_MAX)),
    ] {
        assert_ne!(faults_of_help(help), [""; 0], "{help}");
    }
    let in_characters = format!("{}.", "Ä".repeat(HELP_CHARS_MAX - 1));
    assert_eq!(faults_of_help(&in_characters), [""; 0]);
}

#[test]
fn every_text_of_the_documentation_is_made_of_sentences() {
    for family in ALL {
        for text in [family.details, family.appears] {
            let is_empty = text.is_empty() && text == family.details;
            assert!(
                is_empty
                    || text.ends_with('.')
                        && text.split(' ').all(|word| !word.is_empty())
                        && !text.contains('\n')
                        && text.matches('`').count() % 2 == 0,
                "{}: {text}",
                family.name
            );
            assert!(!text.contains(family.help), "{}: {text}", family.name);
        }
    }
}
