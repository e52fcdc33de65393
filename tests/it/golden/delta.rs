//! A text as what differs from another: `=3` keeps three lines, `-2` drops two, `+…` adds one, and `~5` keeps
//! a sample with the value 5.
//!
//! A scrape has thousands of lines and differs from the one before in some of them.

use std::collections::HashMap;
use std::fmt::Write as _;

/// What makes `new` of `old`. Both end with a line break or are empty.
pub(super) fn between(old: &str, new: &str) -> String {
    let old: Vec<&str> = old.lines().collect();
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, line) in old.iter().enumerate() {
        places.entry(parts(line).0).or_default().push(place);
    }
    let mut delta = Delta::default();
    let mut at = 0;
    for line in new.lines() {
        let (sample, value) = parts(line);
        let places = places.get(sample).map_or(&[][..], Vec::as_slice);
        let Some(&place) = places.iter().find(|place| **place >= at) else {
            delta.say('+', line);
            continue;
        };
        delta.count('-', place - at);
        if old[place] == line {
            delta.count('=', 1);
        } else {
            delta.say('~', value);
        }
        at = place + 1;
    }
    delta.count('-', old.len() - at);
    delta.written()
}

/// What `between` told of a text that begins as `old`.
pub(super) fn applied(old: &str, delta: &str) -> String {
    let mut old = old.split_inclusive('\n');
    let mut new = String::new();
    for line in delta.lines() {
        let (sign, rest) = line.split_at(1);
        let count = || rest.parse().expect("a number of lines");
        match sign {
            "=" => new.extend(old.by_ref().take(count())),
            "-" => old.by_ref().take(count()).for_each(drop),
            "+" => new.extend([rest, "\n"]),
            "~" => {
                let sample = parts(old.next().expect("a sample").trim_end()).0;
                new.extend([sample, " ", rest, "\n"]);
            }
            _ => panic!("no line of a delta: {line}"),
        }
    }
    new
}

/// The lines in which `new` differs from `old`, for people: `-` goes, `+` comes, `@` says where.
pub(super) fn changes(old: &str, new: &str) -> Vec<String> {
    let mut changes = Vec::new();
    let lines: Vec<&str> = old.lines().collect();
    let mut at = 0;
    let mut is_apart = true;
    for line in between(old, new).lines() {
        let (sign, rest) = line.split_at(1);
        let count = || rest.parse::<usize>().expect("a number of lines");
        if sign == "=" {
            at += count();
            is_apart = true;
            continue;
        }
        if std::mem::take(&mut is_apart) {
            let before = at
                .checked_sub(1)
                .map(|before| format!(", after: {}", lines[before]));
            changes.push(format!("@ line {}{}", at + 1, before.unwrap_or_default()));
        }
        let dropped = match sign {
            "-" => count(),
            "~" => 1,
            _ => 0,
        };
        changes.extend(
            lines[at..at + dropped]
                .iter()
                .map(|line| format!("-{line}")),
        );
        match sign {
            "+" => changes.push(line.to_owned()),
            "~" => changes.push(format!("+{} {rest}", parts(lines[at]).0)),
            _ => {}
        }
        at += dropped;
    }
    changes
}

/// A sample and its value; any other line is whole.
fn parts(line: &str) -> (&str, &str) {
    let is_name = line.starts_with(|first: char| first.is_ascii_lowercase());
    let sample = line
        .rsplit_once(' ')
        .filter(|(_, value)| is_name && value.parse::<f64>().is_ok());
    sample.unwrap_or((line, ""))
}

/// A delta that is being written.
#[derive(Default)]
struct Delta {
    text: String,
    /// Lines in a row that are kept or dropped alike.
    run: Option<(char, usize)>,
}

impl Delta {
    fn count(&mut self, sign: char, lines: usize) {
        let run = self.run.filter(|(other, _)| *other == sign);
        if run.is_none() && lines > 0 {
            self.end_run();
        }
        if lines > 0 {
            self.run = Some((sign, run.map_or(0, |(_, before)| before) + lines));
        }
    }

    fn say(&mut self, sign: char, rest: &str) {
        self.end_run();
        writeln!(self.text, "{sign}{rest}").expect("a text takes everything");
    }

    fn end_run(&mut self) {
        if let Some((sign, lines)) = self.run.take() {
            writeln!(self.text, "{sign}{lines}").expect("a text takes everything");
        }
    }

    fn written(mut self) -> String {
        self.end_run();
        self.text
    }
}

#[test]
fn a_delta_makes_the_new_text_of_the_old_one() {
    let old = "# HELP a b\na{x=\"1\"} 1\na{x=\"2\"} 2\nb 3\n";
    let new = "# HELP a b\na{x=\"0\"} 7\na{x=\"2\"} 3\nb 3\n# HELP c d\nc 1\n";
    assert_eq!(
        between(old, new),
        "=1\n+a{x=\"0\"} 7\n-1\n~3\n=1\n+# HELP c d\n+c 1\n"
    );
    for (one, other) in [(old, new), (new, old), ("", new), (old, ""), (old, old)] {
        assert_eq!(applied(one, &between(one, other)), other);
    }
    // Lines in another order, and a line that stands there more than once.
    let swapped = "b 3\na{x=\"2\"} 2\nb 3\na{x=\"1\"} 1\n# HELP a b\nb 3\n";
    assert_eq!(applied(old, &between(old, swapped)), swapped);
    assert_eq!(applied(swapped, &between(swapped, old)), old);
}
