//! Times and sentences on the status page.
//!
//! PURE.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::ticket::UnixSeconds;

/// A message of the program as a sentence: `cannot read` becomes `Cannot read.`
pub(super) fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_uppercase());
    let rest = characters.as_str().trim_end_matches('.');
    first
        .into_iter()
        .flatten()
        .chain(rest.chars())
        .chain(['.'])
        .collect()
}

/// A moment in UTC.
pub(super) fn time(at: UnixSeconds) -> Markup {
    let (Ok(timestamp), Some(words)) = (Timestamp::from_second(at.0), at.in_utc()) else {
        return html! { "invalid time" };
    };
    html! { time datetime=(timestamp) { (words) } }
}

/// How long ago something was, in the largest unit of which it is at least one: 7,199 seconds are `1 h ago`.
/// Negative seconds are in the future: -5,400 are `in 1 h`.
pub(super) fn relative(seconds: i64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let length = seconds.unsigned_abs();
    let unit = UNITS.iter().find(|(unit, _)| length >= *unit);
    match unit {
        None => "now".to_owned(),
        Some((unit, name)) if seconds > 0 => format!("{} {name} ago", length / unit),
        Some((unit, name)) => format!("in {} {name}", length / unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_their_largest_unit() {
        let table = [
            (0, "now"),
            (1, "1 s ago"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (7_199, "1 h ago"),
            (172_800, "2 d ago"),
            (-1, "in 1 s"),
            (-5_400, "in 1 h"),
        ];
        for (seconds, expected) in table {
            assert_eq!(relative(seconds), expected);
        }
    }

    #[test]
    fn messages_become_sentences() {
        let table = [
            ("", "."),
            ("zendesk said no", "Zendesk said no."),
            ("ärger.", "Ärger."),
        ];
        for (message, expected) in table {
            assert_eq!(sentence(message), expected);
        }
    }
}
