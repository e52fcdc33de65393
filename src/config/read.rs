//! Parses the text of settings into values, and reports each value that is wrong.

use std::ops::{Deref, RangeInclusive};
use std::time::Duration;

use super::setting::{Location, Section, Setting};

/// Parses the settings of one section. A wrong value is added to `problems`, and the default is used in its place,
/// so that one run reports all problems.
pub(crate) struct Reader<'a> {
    section: Section<'a>,
    problems: &'a mut Vec<String>,
}

impl<'a> Deref for Reader<'a> {
    type Target = Section<'a>;

    fn deref(&self) -> &Section<'a> {
        &self.section
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(section: Section<'a>, problems: &'a mut Vec<String>) -> Self {
        Self { section, problems }
    }

    /// A reader of the section under a key.
    pub(crate) fn within(&mut self, key: &str) -> Reader<'_> {
        Reader::new(self.section.section(key), self.problems)
    }

    /// A reader of a section in a list.
    pub(super) fn element<'b>(&'b mut self, element: &'b Setting) -> Reader<'b> {
        Reader::new(element.as_section(), self.problems)
    }

    /// Reports a problem with a setting.
    pub(crate) fn problem(&mut self, key: &str, problem: &str) {
        let location = self.section.locate(key);
        self.problem_at(&location, problem);
    }

    /// Reports a problem with an element of a list.
    pub(crate) fn problem_at(&mut self, location: &Location, problem: &str) {
        self.problems.push(format!("{location}: {problem}"));
    }

    /// A value that `parse` accepts. If it accepts none, the message contains `wanted`, which describes the valid
    /// values.
    pub(crate) fn parsed<T>(
        &mut self,
        key: &str,
        default: T,
        wanted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let Some(text) = self.text(key) else {
            return default;
        };
        match parse(text) {
            Some(value) => value,
            None => {
                self.problem(key, &format!("{} is not {wanted}", quoted(text)));
                default
            }
        }
    }

    /// A whole number within a range.
    pub(crate) fn number(&mut self, key: &str, default: u32, range: RangeInclusive<u32>) -> u32 {
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        self.parsed(key, default, &wanted, |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &str, default: bool) -> bool {
        self.parsed(key, default, "true or false", |text| text.parse().ok())
    }

    /// The value of one of the words in `choices`. The first one is the default.
    pub(crate) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> T {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let wanted = format!("one of {}", words.join(", "));
        self.parsed(key, choices[0].1, &wanted, |text| {
            let choice = choices.iter().find(|(word, _)| *word == text);
            choice.map(|(_, value)| *value)
        })
    }

    /// A duration within a range.
    pub(super) fn duration(
        &mut self,
        key: &str,
        default: Duration,
        range: RangeInclusive<Duration>,
    ) -> Duration {
        let wanted = duration_wanted(default, &range);
        self.parsed(key, default, &wanted, |text| {
            parse_duration(text).filter(|duration| range.contains(duration))
        })
    }

    /// A duration within a range; `None` for 0, which means never.
    pub(super) fn duration_or_never(
        &mut self,
        key: &str,
        default: Duration,
        range: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let wanted = duration_wanted(default, &range) + OR_NEVER;
        self.parsed(key, Some(default), &wanted, |text| {
            duration_or_never(text, &range)
        })
    }

    /// The time between two requests, within a range. For an account on this machine the range begins at
    /// [`LOOPBACK_MIN`]. The message is the same for every account, so that a wrong value in `defaults` is reported
    /// once.
    pub(super) fn interval(
        &mut self,
        key: &str,
        default: Duration,
        range: RangeInclusive<Duration>,
        is_loopback: bool,
    ) -> Duration {
        let wanted = interval_wanted(default, &range);
        let range = range_for(range, is_loopback);
        self.parsed(key, default, &wanted, |text| {
            parse_duration(text).filter(|duration| range.contains(duration))
        })
    }

    /// As [`Self::interval`]; `None` for 0, which means never and is the default. `example` is a value for the
    /// message.
    pub(super) fn interval_or_never(
        &mut self,
        key: &str,
        example: Duration,
        range: RangeInclusive<Duration>,
        is_loopback: bool,
    ) -> Option<Duration> {
        let wanted = interval_wanted(example, &range) + OR_NEVER;
        let range = range_for(range, is_loopback);
        self.parsed(key, None, &wanted, |text| duration_or_never(text, &range))
    }
}

/// The shortest time between two requests to an address on this machine. It is a simulator or a proxy, which may be
/// asked more often than Zendesk.
const LOOPBACK_MIN: Duration = Duration::from_secs(1);

const OR_NEVER: &str = ", or 0 for never";

fn range_for(range: RangeInclusive<Duration>, is_loopback: bool) -> RangeInclusive<Duration> {
    if is_loopback {
        LOOPBACK_MIN..=*range.end()
    } else {
        range
    }
}

/// `None` if the text is wrong, `Some(None)` for never.
fn duration_or_never(text: &str, range: &RangeInclusive<Duration>) -> Option<Option<Duration>> {
    let duration = parse_duration(text)?;
    let is_never = duration.is_zero();
    (is_never || range.contains(&duration)).then_some((!is_never).then_some(duration))
}

fn duration_wanted(example: Duration, range: &RangeInclusive<Duration>) -> String {
    format!(
        "a duration from {} to {}, e.g. {}",
        shown(*range.start()),
        shown(*range.end()),
        shown(example)
    )
}

fn interval_wanted(example: Duration, range: &RangeInclusive<Duration>) -> String {
    format!(
        "a duration from {} ({} for a base_url on this machine) to {}, e.g. {}",
        shown(*range.start()),
        shown(LOOPBACK_MIN),
        shown(*range.end()),
        shown(example)
    )
}

/// A value for a message: shortened, in quotes, and with control characters escaped, so that the message stays one
/// line.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 60;
    let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    format!("{shown:?}")
}

const UNITS: &[(&str, u64)] = &[
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Parses a duration: `200ms`, `60s`, `5m`, `24h` or `7d`. `0` needs no unit.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, milliseconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
    let number: u64 = number.parse().ok()?;
    number.checked_mul(*milliseconds).map(Duration::from_millis)
}

/// A duration in the largest unit that divides it, as settings write it: 120 seconds are `2m`, 90 seconds are
/// `90s`.
pub(super) fn shown(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    UNITS
        .iter()
        .rev()
        .find(|(_, unit)| milliseconds > 0 && milliseconds.is_multiple_of(u128::from(*unit)))
        .map_or_else(
            || "0".to_owned(),
            |(name, unit)| format!("{}{name}", milliseconds / u128::from(*unit)),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        let table = [
            ("200ms", Some(200)),
            ("60s", Some(60_000)),
            ("5m", Some(300_000)),
            ("24h", Some(86_400_000)),
            ("7d", Some(604_800_000)),
            ("0", Some(0)),
            ("0s", Some(0)),
            ("60", None),
            ("", None),
            ("s", None),
            ("1.5h", None),
            ("-1s", None),
            ("1 s", None),
            ("1w", None),
            ("99999999999999999999d", None),
            ("18446744073709551615d", None),
        ];
        for (text, expected) in table {
            assert_eq!(
                parse_duration(text),
                expected.map(Duration::from_millis),
                "{text}"
            );
        }
    }

    #[test]
    fn durations_are_shown_in_the_largest_unit_that_fits() {
        for text in ["200ms", "59s", "5m", "24h", "90s"] {
            let duration = parse_duration(text).expect("a duration");
            let expected = if text == "24h" { "1d" } else { text };
            assert_eq!(shown(duration), expected);
        }
    }
}
