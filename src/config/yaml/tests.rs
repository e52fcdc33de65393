use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;

use super::*;

/// A value on one line: `text@line`, `[a, b]@line`, `{key@line: value}@line`; `-` for nothing.
fn shown(yaml: &Yaml) -> String {
    let line = yaml.line;
    match &yaml.value {
        Value::Nothing => "-".to_owned(),
        Value::Text(text) => format!("{text}@{line}"),
        Value::List(list) => {
            let list: Vec<String> = list.iter().map(shown).collect();
            format!("[{}]@{line}", list.join(", "))
        }
        Value::Section(section) => {
            let entry = |entry: &Entry| {
                let Entry { key, line, value } = entry;
                format!("{key}@{line}: {}", shown(value))
            };
            let section: Vec<String> = section.iter().map(entry).collect();
            format!("{{{}}}@{line}", section.join(", "))
        }
    }
}

fn entries(text: &str) -> Vec<String> {
    match read(text) {
        Ok(Value::Section(section)) => section
            .iter()
            .map(|entry| format!("{}@{}: {}", entry.key, entry.line, shown(&entry.value)))
            .collect(),
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(entries(text), expected, "{text}");
}

#[track_caller]
fn check_unreadable(text: &str, (line, column): (usize, usize), why: &str) {
    let expected = YamlError {
        line,
        column,
        why: why.to_owned(),
    };
    assert_eq!(read(text).expect_err(text), expected, "{text}");
}

#[test]
fn every_value_and_key_has_its_line() {
    check(
        "\na: 1\n\nb:\n  - x\n  -\n    c: y\n    d: [p,\n      q]\n",
        &["a@2: 1@2", "b@4: [x@5, {c@7: y@7, d@8: [p@8, q@9]@8}@7]@5"],
    );
    check("# a\r\n---\r\na: 1\r\nb: 2\r\n", &["a@3: 1@3", "b@4: 2@4"]);
    check(
        "\u{feff}a: |\n  x\n  y\nb: >-\n  x\n  y\n",
        &["a@1: x\ny\n@2", "b@4: x y@5"],
    );
    check(
        "a:\n  x\n  y\nb: 'p\n\n  q'\n",
        &["a@1: x y@2", "b@4: p\nq@4"],
    );
    check("? a\n: 1\n", &["a@1: 1@2"]);
    check("{\"a\": 1,\n\"b\": {}}", &["a@1: 1@1", "b@2: {}@2"]);
}

#[test]
fn text_stays_text_and_only_words_for_nothing_are_nothing() {
    for text in [
        "0123",
        "1e3",
        "0x1F",
        "1_000",
        "12:30",
        "007.50",
        "yes",
        "True",
        ".inf",
        ".nan",
        "1e999",
        "2024-01-01",
        "Nulls",
        "nULL",
        "-1",
        "+1",
        "=",
        "a b",
    ] {
        check(&format!("a: {text}"), &[&format!("a@1: {text}@1")]);
    }
    for text in [
        "",
        "~",
        "null",
        "Null",
        "NULL",
        "!!null x",
        "!secret",
        "!secret null",
        "&a",
    ] {
        check(&format!("a: {text}\nb: x"), &["a@1: -", "b@2: x@2"]);
    }
    check("a: !!binary |\n  dDBr\n  ZW4=", &["a@1: t0ken@2"]);
    for (text, expected) in [
        ("''", ""),
        ("\"\"", ""),
        ("'null'", "null"),
        ("\"~\"", "~"),
        ("!!str null", "null"),
        ("! null", "null"),
        ("!!int 5", "5"),
        ("!!float 5", "5"),
        ("!!bool yes", "yes"),
        ("!!timestamp 2024-01-01", "2024-01-01"),
        ("!secret x", "x"),
        ("!!binary dDBrZW4=", "t0ken"),
        ("!<tag:yaml.org,2002:str> ~", "~"),
    ] {
        check(&format!("a: {text}"), &[&format!("a@1: {expected}@1")]);
    }
}

#[test]
fn a_text_without_a_value_is_nothing() {
    for text in [
        "",
        "\n\n",
        "# a\n",
        "\u{feff}",
        "\u{feff}# a\r\n",
        "---\n",
        "--- # a\n...\n",
        "~",
        "%YAML 1.2\n---\n",
    ] {
        assert!(matches!(read(text), Ok(Value::Nothing)), "{text:?}");
    }
}

#[test]
fn an_alias_has_its_own_line_and_what_is_in_it_keeps_its_lines() {
    check("a: &a x\nb: *a\n", &["a@1: x@1", "b@2: x@2"]);
    check(
        "a: &a\n  p: 1\n  q: [2]\nb:\n  - *a\n",
        &[
            "a@1: {p@2: 1@2, q@3: [2@3]@3}@2",
            "b@4: [{p@2: 1@2, q@3: [2@3]@3}@5]@5",
        ],
    );
    // The last one of a name counts, and a key can have one too.
    check(
        "a: &a 1\nb: &a 2\nc: *a\n",
        &["a@1: 1@1", "b@2: 2@2", "c@3: 2@3"],
    );
    check("&k a: *k\n*k : c\n", &["a@1: a@1", "a@2: c@2"]);
}

#[test]
fn a_merge_adds_what_the_section_does_not_have() {
    let anchor = "a: &a\n  p: 1\n  q: 2\n";
    let of_a = "a@1: {p@2: 1@2, q@3: 2@3}@2";
    for (merged, expected) in [
        ("{ <<: *a }", "{p@2: 1@2, q@3: 2@3}@4"),
        ("{ <<: *a, p: 5 }", "{p@4: 5@4, q@3: 2@3}@4"),
        ("{ p: 5, <<: *a }", "{p@4: 5@4, q@3: 2@3}@4"),
        (
            "{ <<: [*a, { p: 6, r: 7 }] }",
            "{p@2: 1@2, q@3: 2@3, r@4: 7@4}@4",
        ),
        ("{ <<: { q: 8 }, <<: *a }", "{q@4: 8@4, p@2: 1@2}@4"),
        ("{ <<: { <<: *a, q: 9 } }", "{q@4: 9@4, p@2: 1@2}@4"),
        ("{ <<: }", "{}@4"),
        ("{ <<: ~, p: 1 }", "{p@4: 1@4}@4"),
        ("{ <<: [] }", "{}@4"),
        ("{ !!merge <<: *a, q: 3 }", "{q@4: 3@4, p@2: 1@2}@4"),
        ("{ '<<': *a }", "{<<@4: {p@2: 1@2, q@3: 2@3}@4}@4"),
        ("{ p: 1, p: 2, <<: *a }", "{p@4: 1@4, p@4: 2@4, q@3: 2@3}@4"),
    ] {
        check(
            &format!("{anchor}b: {merged}"),
            &[of_a, &format!("b@4: {expected}")],
        );
    }
    for wrong in ["<<: x", "<<: [{}, x]", "<<: [[x]]"] {
        check_unreadable(&format!("a: {{ {wrong} }}"), (1, 10), "");
    }
}

#[test]
fn what_is_no_yaml_is_told_with_its_place() {
    for (text, place, why) in [
        ("a: [\n", (1, 4), "unclosed bracket '['"),
        ("a: \"x\n", (1, 4), "unclosed quote"),
        (
            "a:\n\tb: 1\n",
            (2, 2),
            "tabs disallowed within this context (block indentation)",
        ),
        (
            "a: 1\n---\nb: 2\n",
            (3, 1),
            "there is more than one document",
        ),
        ("---\n---\n", (2, 4), "there is more than one document"),
        (
            "a: 1\n...\n- b\n",
            (3, 1),
            "there is more than one document",
        ),
        (
            "a: *b\n",
            (1, 4),
            "an alias, a word that begins with *, has no anchor",
        ),
        ("a: &a [*a]\n", (1, 8), ""),
        (
            "a: 1\n[b]: 2\n",
            (2, 1),
            "a key is a list, a section or nothing",
        ),
        (
            "a: 1\n{b: c}: 2\n",
            (2, 1),
            "a key is a list, a section or nothing",
        ),
        (
            "a: 1\n~: 2\n",
            (2, 1),
            "a key is a list, a section or nothing",
        ),
        (
            "a: !!binary hush",
            (1, 13),
            "a value with the tag !!binary is not text in base64",
        ),
        (
            "a: !!binary //79",
            (1, 13),
            "a value with the tag !!binary is not text in base64",
        ),
    ] {
        check_unreadable(text, place, why);
    }
}

#[test]
fn nesting_has_a_bound_however_it_is_made() {
    let why = "lists and sections are nested more than 64 deep";
    let lists = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let blocks = |depth: usize| "- ".repeat(depth) + "x";
    for good in [lists(64), blocks(64)] {
        read(&good).expect("it is not too deep");
    }
    check_unreadable(&lists(65), (1, 65), why);
    check_unreadable(&blocks(65), (1, 129), why);
    // Each line repeats the one before in a list of its own.
    let aliases = |lines: usize| {
        let line = |line: usize| format!("a{}: &a{} [*a{line}]\n", line + 1, line + 1);
        "a0: &a0 x\n".to_owned() + &(0..lines).map(line).collect::<String>()
    };
    read(&aliases(63)).expect("it is not too deep");
    check_unreadable(&aliases(64), (65, 12), why);
    for (open, times) in [
        ("[", 100_000),
        ("- ", 100_000),
        ("{a: ", 100_000),
        ("? ", 100_000),
    ] {
        assert!(read(&open.repeat(times)).is_err(), "{open}");
    }
}

#[test]
fn aliases_cannot_stand_for_more_than_fits_in_memory() {
    // Ten times as many values in each line.
    let line = |(name, repeated): (&str, &str)| format!("{name}: &{name} [{repeated}]\n");
    let tenfold = |word: &str| [word; 10].join(", ");
    let bomb: String = ["x", "*a", "*b", "*c", "*d", "*e"]
        .map(tenfold)
        .iter()
        .zip(["a", "b", "c", "d", "e", "f"])
        .map(|(repeated, name)| line((name, repeated)))
        .collect();
    check_unreadable(&bomb, (6, 12), "");
    // Few values, much text.
    let long = format!("a: &a {}\n", "x".repeat(1024 * 1024));
    let repeated = |times: usize| format!("{long}b: [{}]\n", ["*a"; 200][..times].join(", "));
    read(&repeated(14)).expect("it is not too large");
    check_unreadable(&repeated(15), (2, 61), "");
    // A million sections of ten settings by merges.
    let ten: Vec<String> = (0..10).map(|key| format!("k{key}: x")).collect();
    let merges = "  - { <<: *a }\n".repeat(100_000);
    let merges = format!("a: &a {{ {} }}\nb:\n{merges}", ten.join(", "));
    assert_eq!(read(&merges).expect_err("it is too large").why, "");
    // As large as a file can be, and with what it repeats.
    let plain = "  - { name: acme, subdomain: acme, auth: { access_token: x } }\n".repeat(15_000);
    read(&format!("accounts:\n{plain}")).expect("it is large, but not too large");
}

/// What serde-saphyr reads.
#[derive(Debug)]
enum Theirs {
    Nothing,
    /// `None` where it makes something else of the text.
    Text(Option<String>),
    List(Vec<Self>),
    Section(Vec<(String, Self)>),
}

impl<'de> Deserialize<'de> for Theirs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TheirsVisitor)
    }
}

struct TheirsVisitor;

impl<'de> Visitor<'de> for TheirsVisitor {
    type Value = Theirs;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Theirs, E> {
        Ok(Theirs::Nothing)
    }

    fn visit_str<E>(self, text: &str) -> Result<Theirs, E> {
        Ok(Theirs::Text(Some(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Theirs, E> {
        Ok(Theirs::Text(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Theirs, E> {
        Ok(Theirs::Text(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Theirs, E> {
        Ok(Theirs::Text(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Theirs, E> {
        Ok(Theirs::Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Theirs, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Theirs::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Theirs, A::Error> {
        let mut section = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            section.push(entry);
        }
        Ok(Theirs::Section(section))
    }
}

fn are_alike(ours: &Value, theirs: &Theirs) -> bool {
    match (ours, theirs) {
        (Value::Nothing, Theirs::Nothing) | (Value::Text(_), Theirs::Text(None)) => true,
        (Value::Text(ours), Theirs::Text(Some(theirs))) => **ours == **theirs,
        (Value::List(ours), Theirs::List(theirs)) => {
            let mut pairs = ours.iter().zip(theirs);
            ours.len() == theirs.len() && pairs.all(|(ours, theirs)| are_alike(&ours.value, theirs))
        }
        (Value::Section(ours), Theirs::Section(theirs)) => {
            let mut pairs = ours.iter().zip(theirs);
            ours.len() == theirs.len()
                && pairs.all(|(ours, (key, theirs))| {
                    *ours.key == **key && are_alike(&ours.value.value, theirs)
                })
        }
        _ => false,
    }
}

fn their<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, serde_saphyr::Error> {
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::PassThrough };
    serde_saphyr::from_str_with_options(text, options)
}

/// What serde-saphyr reads is read alike, but for an alias of what it is in itself, which serde-saphyr passes over where
/// its value does not count. There is more that is read.
fn check_alike(text: &str) -> Result<(), TestCaseError> {
    if let Ok(theirs) = their::<Theirs>(text) {
        let ours = read(text);
        let is_good = match &ours {
            Ok(ours) => are_alike(ours, &theirs),
            Err(YamlError { line, column, why }) => {
                let line = text.lines().nth(line - 1).unwrap_or_default();
                why.is_empty() && line.chars().nth(column - 1) == Some('*')
            }
        };
        prop_assert!(is_good, "{text:?}: {ours:?}, not {theirs:?}");
    }
    Ok(())
}

/// A scalar as somebody may write it, where flow sections are around it.
fn any_scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_./-]{0,8}",
        "'[a-z0-9 :#{}]{0,6}'",
        "\"[a-z0-9 :#]{0,6}\"",
        "(!!str |!!null |! |!own |!!merge )?(null|~|x|'~'|\"\")",
        Just("0123".to_owned()),
        Just("1e3".to_owned()),
        Just("yes".to_owned()),
        Just("*a".to_owned()),
        Just("&a x".to_owned()),
    ]
}

fn any_flow() -> impl Strategy<Value = String> {
    any_scalar().prop_recursive(4, 24, 5, |inner| {
        let anchor = prop_oneof![4 => Just(""), 1 => Just("&a "), 1 => Just("&b ")];
        let key =
            prop_oneof![3 => "[a-e]", 1 => Just("<<".to_owned()), 1 => Just("'<<'".to_owned())];
        let value =
            prop_oneof![4 => inner.clone(), 1 => Just("*a".to_owned()), 1 => Just("*b".to_owned())];
        let entry = (key, value.clone()).prop_map(|(key, value)| format!("{key}: {value}"));
        prop_oneof![
            (anchor.clone(), prop::collection::vec(value, 0..5))
                .prop_map(|(anchor, list)| format!("{anchor}[{}]", list.join(", "))),
            (anchor, prop::collection::vec(entry, 0..5))
                .prop_map(|(anchor, section)| format!("{anchor}{{{}}}", section.join(", "))),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        check_alike(&text)?;
        check_alike(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn whatever_looks_like_yaml_is_read_as_serde_saphyr_does(
        text in "([a-c]: |- |[a-c]|\\[|\\]|\\{|\\}|, |: |\n|  |&a |\\*a|<<: |!!str |! |'|\"|#|\\||>|~|---\n|%|\\?|\t){0,24}",
    ) {
        check_alike(&text)?;
    }

    #[test]
    fn nested_values_are_read_as_serde_saphyr_does(values in prop::collection::vec(any_flow(), 1..4)) {
        let lines = values.iter().enumerate();
        let text: String = lines.map(|(key, value)| format!("k{key}: {value}\n")).collect();
        check_alike(&text)?;
    }

    #[test]
    fn texts_are_those_of_serde_saphyr(scalars in prop::collection::vec(any_scalar(), 1..6)) {
        let lines = scalars.iter().enumerate();
        let text: String = lines.map(|(key, scalar)| format!("k{key}: {scalar}\n")).collect();
        if let Ok(theirs) = their::<BTreeMap<String, Option<String>>>(&text) {
            let Ok(Value::Section(section)) = read(&text) else {
                panic!("{text}");
            };
            let ours: BTreeMap<String, Option<String>> = section
                .iter()
                .map(|entry| match &entry.value.value {
                    Value::Text(text) => (entry.key.to_string(), Some(text.to_string())),
                    _ => (entry.key.to_string(), None),
                })
                .collect();
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }
}
