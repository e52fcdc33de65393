//! Sentences of the program that runbooks quote.
//!
//! Whoever follows a runbook looks for them in the log. A runbook marks them as code; of what it marks so,
//! they are what consists of two words or more without any sign of a query or a command.

use std::fs;
use std::path::Path;

use super::{RUNBOOKS, files, read, repository};

/// Programs whose commands may look like a sentence.
const PROGRAMS: &[&str] = &[
    "zendesk-exporter",
    "state",
    "docker",
    "kubectl",
    "systemctl",
];

/// Sentences that a runbook quotes, without `…` for what is left out at the end.
fn quoted(runbook: &str) -> impl Iterator<Item = &str> {
    let in_code = runbook.split('`').skip(1).step_by(2);
    let sentences = in_code.map(|code| code.trim_end_matches([' ', '…', ';']));
    sentences.filter(|sentence| {
        let is_word = |word: &str| {
            let word = word.trim_end_matches([',', ';']);
            !word.is_empty()
                && word
                    .chars()
                    .all(|sign| sign.is_alphabetic() || sign == '\'')
        };
        let program = sentence.split(' ').next().unwrap_or_default();
        sentence.contains(' ') && sentence.split(' ').all(is_word) && !PROGRAMS.contains(&program)
    })
}

/// The code of the program, comments and tests left out, with no string broken into several lines.
fn code_of(directory: &Path) -> String {
    let mut code = String::new();
    for entry in fs::read_dir(directory).expect("a directory of code") {
        let path = entry.expect("an entry").path();
        let is_of_tests = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_of_tests {
            code.push_str(&code_of(&path));
        } else if !is_of_tests {
            let text = fs::read_to_string(&path).expect("readable");
            let (text, _) = text
                .split_once("#[cfg(test)]\nmod tests {")
                .unwrap_or((&text, ""));
            let lines = text.lines().map(str::trim);
            for line in lines.filter(|line| !line.starts_with("//")) {
                match line.strip_suffix('\\') {
                    Some(part) => code.push_str(part),
                    None => {
                        code.push_str(line);
                        code.push('\n');
                    }
                }
            }
        }
    }
    code
}

/// Whether the program says this: as it stands, or with some of its words where the code has a
/// placeholder. Those are said elsewhere, or are a single one.
fn says(code: &str, sentence: &str) -> bool {
    if code.contains(sentence) {
        return true;
    }
    let words: Vec<&str> = sentence.split(' ').collect();
    let runs = (0..words.len()).flat_map(|from| (from + 1..=words.len()).map(move |to| (from, to)));
    for (from, to) in runs {
        let (before, after) = (words[..from].join(" "), words[to..].join(" "));
        if from + words.len() - to < 2 {
            continue;
        }
        let before = if from == 0 { before } else { before + " " };
        let after = if to == words.len() {
            after
        } else {
            format!(" {after}")
        };
        let has_place = code
            .match_indices(&format!("{before}{{"))
            .any(|(at, start)| {
                let rest = &code[at + start.len()..];
                rest.split_once('}').is_some_and(|(name, rest)| {
                    name.chars()
                        .all(|sign| sign.is_alphanumeric() || sign == '_')
                        && rest.starts_with(&after)
                })
            });
        if has_place && (to - from == 1 || says(code, &words[from..to].join(" "))) {
            return true;
        }
    }
    false
}

#[test]
fn what_runbooks_quote_is_said_by_the_program() {
    let code = code_of(&repository().join("src"));
    let mut found = 0;
    for path in files(RUNBOOKS) {
        for sentence in quoted(&read(&path)) {
            assert!(
                says(&code, sentence),
                "{path:?} quotes `{sentence}`, which nothing says"
            );
            found += 1;
        }
    }
    assert!(found > 20, "{found}");
}

#[test]
fn quotations_are_found_among_queries_and_commands_and_placeholders_are_filled() {
    let runbook =
        "The log: `no room left`, `the disk is full; …`, `up == 0`, `docker ps`, `kill -9`, `log`.";
    let sentences: Vec<&str> = quoted(runbook).collect();
    assert_eq!(sentences, ["no room left", "the disk is full"]);
    let code = "error!(\"a {what} task has died\");\nerror!(\"{problem} at line {line}\");\n\"it is no text\"\n";
    let table = [
        ("a poller task has died", true),
        ("task has died", true),
        ("a poller task died", false),
        ("it is no text at line", true),
        ("it is not text at line", false),
        ("the poller task has died", false),
    ];
    for (sentence, expected) in table {
        assert_eq!(says(code, sentence), expected, "{sentence}");
    }
}
