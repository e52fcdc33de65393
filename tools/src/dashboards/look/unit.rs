//! What numbers are of, and how they are written.

/// What numbers are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Unit {
    /// Whole things.
    Count,
    /// A number with a fraction.
    Number,
    /// Seconds, shown in what is readable. Not on an axis, where it gives 33.3 minutes.
    Seconds,
    /// Seconds that are few.
    PlainSeconds,
    /// Milliseconds.
    Milliseconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Seconds until something happens, in words.
    TimeLeft,
    /// 0 to 1, shown in per cent.
    Share,
    /// Things a minute.
    PerMinute,
    /// Bytes.
    Bytes,
    /// A moment, in milliseconds.
    Moment,
    /// 1 or 0.
    YesNo,
}

impl Unit {
    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            // "short" makes 1 K of 1,271.
            Self::Count => "locale",
            Self::Number => "short",
            Self::Seconds => "s",
            Self::PlainSeconds => "suffix:s",
            Self::Milliseconds => "suffix:ms",
            Self::Minutes => "suffix:min",
            Self::Hours => "suffix:h",
            Self::Days => "suffix:d",
            Self::TimeLeft => "dtdurations",
            Self::Share => "percentunit",
            Self::PerMinute => "suffix:/min",
            Self::Bytes => "bytes",
            Self::Moment => "dateTimeAsIso",
            Self::YesNo => "bool_yes_no",
        }
    }

    pub(in super::super) const fn decimals(self) -> Option<u32> {
        match self {
            Self::Count => Some(0),
            Self::Share
            | Self::Seconds
            | Self::Hours
            | Self::Days
            | Self::PerMinute
            | Self::TimeLeft => Some(1),
            _ => None,
        }
    }

    /// A threshold as people say it.
    pub(in super::super) fn words(self, value: f64) -> String {
        match self {
            Self::Seconds | Self::TimeLeft => in_words(value),
            Self::Minutes => in_words(value * 60.0),
            Self::Hours => in_words(value * 3_600.0),
            Self::Days => in_words(value * 86_400.0),
            Self::Share => format!("{} %", value * 100.0),
            _ => value.to_string(),
        }
    }
}

fn in_words(seconds: f64) -> String {
    match seconds {
        _ if seconds >= 2.0 * 86_400.0 => format!("{} days", seconds / 86_400.0),
        // To the minute: a threshold may lie a second above a whole hour.
        _ if seconds >= 7_200.0 => format!("{} hours", (seconds / 60.0).round() / 60.0),
        _ if seconds >= 120.0 => format!("{} minutes", seconds / 60.0),
        _ => format!("{seconds} seconds"),
    }
}
