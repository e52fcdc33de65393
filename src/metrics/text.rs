//! Writes the text format 0.0.4 for families whose lines are rendered in advance.
//!
//! PURE. The text is equal to that of `prometheus::TextEncoder` for the same samples, which tests check. But a line
//! is written once, when its value changes, and a scrape only copies it.

use std::fmt::Write as _;

use bytes::Bytes;

use super::catalog::{Family, Kind};

/// Lines that were rendered in advance, shared by everything that shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines(Bytes);

impl From<String> for Lines {
    /// Frees unused capacity, because lines stay in memory for minutes.
    fn from(text: String) -> Self {
        Self(text.into_boxed_str().into_boxed_bytes().into())
    }
}

impl Lines {
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("it was a String")
    }

    /// The bytes, shared and not copied.
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
    // `Display` of f64 writes the shortest decimal that parses to the same value, as Prometheus expects.
    write!(out, "{value}").expect("a String takes everything");
    out.push('\n');
}

/// Writes the labels without the quotation mark and the brace at their end, so that `le` can follow.
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

/// Writes a histogram. `buckets` contain the observations that are in no lower bucket, and the last one is `+Inf`;
/// `bounds` are the upper bounds without `+Inf`.
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
        // The buckets of the text format are cumulative; those of the ledger are not.
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
    // Nearly all texts need no escaping, and each poll writes thousands of values.
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
