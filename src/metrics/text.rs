//! Our writer of the text format 0.0.4, for families whose lines are rendered ahead of a scrape.
//!
//! PURE. Equal to `prometheus::TextEncoder` on the same samples (a property of the tests), but a
//! line is written once, when its value changes, and only copied at a scrape.

use std::fmt::Write as _;

use bytes::Bytes;

use super::catalog::{Family, Kind};

/// Lines that were rendered ahead, shared by everything that shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines(Bytes);

impl From<String> for Lines {
    /// Keeps no room for more: lines stay as they are for minutes.
    fn from(text: String) -> Self {
        Self(text.into_boxed_str().into_boxed_bytes().into())
    }
}

impl Lines {
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("it was a String")
    }

    /// The same bytes, not copied.
    pub(super) fn bytes(&self) -> Bytes {
        self.0.clone()
    }
}

/// Writes the HELP and TYPE lines of a family.
pub(super) fn write_header(out: &mut String, family: &Family) {
    let Family {
        name, kind, help, ..
    } = family;
    out.push_str("# HELP ");
    out.push_str(name);
    out.push(' ');
    escape(out, help, &['\\', '\n']);
    out.push_str("\n# TYPE ");
    out.push_str(name);
    out.push(' ');
    out.push_str(Kind::word(*kind));
    out.push('\n');
}

/// Writes one sample line. The label `account` comes before `labels`, which are names and values.
pub(super) fn write_sample<'a>(
    out: &mut String,
    family: &Family,
    account: &str,
    labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    value: f64,
) {
    out.push_str(family.name);
    open_labels(out, account, labels);
    out.push_str("\"} ");
    // Display of f64 is the shortest decimal that reads back the same, as Prometheus expects.
    write!(out, "{value}").expect("a String takes everything");
    out.push('\n');
}

/// Writes the labels up to the last value, whose quotation mark and brace are still missing, so that
/// another label can follow.
fn open_labels<'a>(
    out: &mut String,
    account: &str,
    labels: impl IntoIterator<Item = (&'a str, &'a str)>,
) {
    out.push_str("{account=\"");
    escape_value(out, account);
    for (label, value) in labels {
        out.push_str("\",");
        out.push_str(label);
        out.push_str("=\"");
        escape_value(out, value);
    }
}

/// Writes a histogram: `buckets` hold what is in each and in no lower one, the last one being
/// `+Inf`; `bounds` are their upper bounds without it.
pub(super) fn write_histogram<'a>(
    out: &mut String,
    family: &Family,
    account: &str,
    labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    (bounds, buckets): (&[u64], &[u64]),
    sum: u64,
) {
    let mut head = String::new();
    open_labels(&mut head, account, labels);
    let name = family.name;
    let bounds = bounds.iter().map(u64::to_string);
    let bounds = bounds.chain(std::iter::once("+Inf".to_owned()));
    let mut count = 0;
    for (bound, bucket) in bounds.zip(buckets) {
        count += bucket;
        writeln!(out, "{name}_bucket{head}\",le=\"{bound}\"}} {count}")
            .expect("a String takes everything");
    }
    write!(
        out,
        "{name}_sum{head}\"}} {sum}\n{name}_count{head}\"}} {count}\n"
    )
    .expect("a String takes everything");
}

fn escape_value(out: &mut String, value: &str) {
    escape(out, value, &['\\', '\n', '"']);
}

fn escape(out: &mut String, text: &str, special: &[char]) {
    // Nearly all of it, and there are thousands of values a poll.
    if !text
        .bytes()
        .any(|byte| matches!(byte, b'\\' | b'\n' | b'"'))
    {
        return out.push_str(text);
    }
    for character in text.chars() {
        match character {
            '\n' if special.contains(&'\n') => out.push_str("\\n"),
            _ if special.contains(&character) => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
}
