//! What can go wrong, by name.

use std::fmt;
use std::str::FromStr;

/// A way in which an answer goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429 as recorded, with `Retry-After: 1`.
    RateLimited,
    /// 429 without `Retry-After`.
    RateLimitedSilently,
    /// 429 with `Retry-After: 3600`.
    RateLimitedLong,
    /// 429 as HTML, with `Retry-After: 2`.
    RateLimitedHtml,
    /// 429 with a date two seconds on.
    RateLimitedUntil,
    /// This status, with an envelope of JSON.
    Status(u16),
    /// 503 with `Retry-After: 1`.
    Unavailable,
    /// 504 as text, for pages above this size.
    TimeoutAbove(u32),
    /// This status, for pages above this size.
    StatusAbove(u16, u32),
    /// [`Self::Truncated`], for pages above this size.
    TruncatedAbove(u32),
    /// [`Self::EndsEarly`], for pages above this size.
    EndsEarlyAbove(u32),
    /// 520 of a proxy, as HTML.
    ProxyHtml,
    /// The connection is dropped before an answer.
    Reset,
    /// The body ends before its length.
    Truncated,
    /// The JSON ends early, in a body of the length that its headers say.
    EndsEarly,
    /// The body comes byte by byte.
    SlowDrip,
    /// No answer at all.
    Hang,
    /// 200 without a body.
    Empty,
    /// 200 with HTML.
    Html,
    /// 200 with JSON of another shape.
    WrongShape,
    /// A page without `end_of_stream`.
    NoEndOfStream,
    /// 302 to another host.
    Redirect,
    /// 401 for bad credentials.
    Unauthorized,
    /// 403: not an admin.
    NotAdmin,
    /// The same in the language of the user, with characters that nobody sees.
    NotAdminForeign,
    /// 403: the scope is missing.
    MissingScope,
    /// 403 of a debugging page, which repeats the login that it was sent and the token before it.
    EchoedLogin,
    /// 402: the account is not paid for.
    NotPaid,
    /// 403 without a reason: the export is closed.
    ClosedExport,
    /// 404: no such help desk.
    NoHelpDesk,
    /// 400 `StartTimeTooRecent`.
    TooRecent,
    /// The older 422 in plain text.
    TooRecentText,
    /// 400 that names `start_time`, but for another reason.
    StartTimeRefused,
    /// 400 `InvalidCursor`.
    InvalidCursor,
    /// A page that leads to where it began, and says there is more.
    Stuck,
    /// A page with more to come that names no position.
    NullPosition,
    /// One row of the page is no ticket.
    BadRow,
    /// A body beyond any limit.
    Huge,
    /// The same, compressed.
    GzipBomb,
    /// A row from two hours ahead.
    FutureRow,
    /// A `Date` a week off.
    WrongDate,
    /// A `Date` some hours behind the rows.
    LateDate,
    /// A `Date` nearly a day ahead of the rows.
    EarlyDate,
    /// A `Date` that says nothing.
    EmptyDate,
    /// Headers that say the endpoint's limit is spent.
    BucketEmpty,
    /// Headers that say the account's limit is spent until a moment of the Unix clock.
    LimitSpentUntil,
}

/// Every fault and its name.
pub const NAMES: &[(&str, Fault)] = &[
    ("429", Fault::RateLimited),
    ("429-no-retry-after", Fault::RateLimitedSilently),
    ("429-hour", Fault::RateLimitedLong),
    ("429-html", Fault::RateLimitedHtml),
    ("429-date", Fault::RateLimitedUntil),
    ("500", Fault::Status(500)),
    ("502", Fault::Status(502)),
    ("503", Fault::Unavailable),
    ("504", Fault::Status(504)),
    ("504-over-250", Fault::TimeoutAbove(250)),
    ("502-over-250", Fault::StatusAbove(502, 250)),
    ("408-over-250", Fault::StatusAbove(408, 250)),
    ("413-over-250", Fault::StatusAbove(413, 250)),
    ("truncate-over-250", Fault::TruncatedAbove(250)),
    ("ends-early-over-250", Fault::EndsEarlyAbove(250)),
    ("520-html", Fault::ProxyHtml),
    ("reset", Fault::Reset),
    ("truncate", Fault::Truncated),
    ("ends-early", Fault::EndsEarly),
    ("slow-drip", Fault::SlowDrip),
    ("hang", Fault::Hang),
    ("empty-200", Fault::Empty),
    ("html-200", Fault::Html),
    ("wrong-shape", Fault::WrongShape),
    ("no-end-of-stream", Fault::NoEndOfStream),
    ("redirect", Fault::Redirect),
    ("401", Fault::Unauthorized),
    ("403", Fault::NotAdmin),
    ("403-foreign", Fault::NotAdminForeign),
    ("403-scope", Fault::MissingScope),
    ("403-echo", Fault::EchoedLogin),
    ("402", Fault::NotPaid),
    ("408", Fault::Status(408)),
    ("409", Fault::Status(409)),
    ("425", Fault::Status(425)),
    ("403-closed-export", Fault::ClosedExport),
    ("404", Fault::NoHelpDesk),
    ("too-recent-400", Fault::TooRecent),
    ("too-recent-422", Fault::TooRecentText),
    ("start-time-refused", Fault::StartTimeRefused),
    ("invalid-cursor", Fault::InvalidCursor),
    ("stuck-cursor", Fault::Stuck),
    ("null-position", Fault::NullPosition),
    ("bad-row", Fault::BadRow),
    ("huge", Fault::Huge),
    ("gzip-bomb", Fault::GzipBomb),
    ("future-row", Fault::FutureRow),
    ("wrong-date", Fault::WrongDate),
    ("late-date", Fault::LateDate),
    ("early-date", Fault::EarlyDate),
    ("empty-date", Fault::EmptyDate),
    ("bucket-empty", Fault::BucketEmpty),
    ("limit-spent-until", Fault::LimitSpentUntil),
];

impl Fault {
    /// What it does to a page of this size; `None` if that is too small for it.
    pub(crate) const fn of_page(self, size: u32) -> Option<Self> {
        match self {
            Self::StatusAbove(status, most) if size > most => Some(Self::Status(status)),
            Self::TruncatedAbove(most) if size > most => Some(Self::Truncated),
            Self::EndsEarlyAbove(most) if size > most => Some(Self::EndsEarly),
            Self::StatusAbove(..) | Self::TruncatedAbove(_) | Self::EndsEarlyAbove(_) => None,
            fault => Some(fault),
        }
    }
}

/// A name that no fault has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault {
    name: String,
    known: String,
}

impl UnknownFault {
    pub(super) fn new<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self {
            name: name.to_owned(),
            known: known.collect::<Vec<_>>().join(", "),
        }
    }
}

impl fmt::Display for UnknownFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, known } = self;
        write!(formatter, "{name:?} is not a fault; the faults are {known}")
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, fault)| *fault)
            .ok_or_else(|| UnknownFault::new(name, NAMES.iter().map(|(name, _)| *name)))
    }
}

/// The fault that is on, and for how many more answers.
#[derive(Clone, Copy, Debug)]
pub struct FaultPlan<F = Fault> {
    fault: Option<F>,
    answers: u32,
}

impl<F> Default for FaultPlan<F> {
    fn default() -> Self {
        Self {
            fault: None,
            answers: 0,
        }
    }
}

impl<F: Copy> FaultPlan<F> {
    /// `fault` for the next `answers`.
    pub fn set(&mut self, fault: F, answers: u32) {
        self.fault = Some(fault);
        self.answers = answers;
    }

    /// All is well again.
    pub fn clear(&mut self) {
        self.fault = None;
    }

    /// The fault that the next answer will have.
    pub fn peek(&self) -> Option<F> {
        if self.answers == 0 { None } else { self.fault }
    }

    /// The fault of this answer.
    pub fn take_next(&mut self) -> Option<F> {
        if self.answers == 0 {
            self.fault = None;
        }
        self.answers = self.answers.saturating_sub(1);
        self.fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_lasts_for_as_many_answers_as_it_was_set_for() {
        let mut plan = FaultPlan::<Fault>::default();
        assert_eq!(plan.take_next(), None);
        plan.set(Fault::Reset, 2);
        assert_eq!(
            [plan.take_next(), plan.take_next(), plan.take_next()],
            [Some(Fault::Reset), Some(Fault::Reset), None]
        );
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = "999".parse::<Fault>().expect_err("no such fault");
        assert!(error.to_string().contains("429-html, 429-date"), "{error}");
    }
}
