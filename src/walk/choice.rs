//! The choice of the source: when the list of tickets becomes the truth, and when an export does again.
//!
//! PURE. With `source: auto` an export is read while Zendesk answers it. After refusals the list takes its place:
//!
//! ```text
//!          three refusals, retry.maximum apart, and the list answers
//! export ─────────────────────────────────────────────────────────────▶ list
//!        ◀─────────────────────────────────────────────────────────────
//!          a page of the export, which is tried once a day and at each start
//! ```
//!
//! Before an initial sync is complete, one refusal is enough, because the user would see nothing until the third.

use std::time::Duration;

use crate::ledger::{Progress, Truth};
use crate::source::{ApiError, Asker, SourceChoice, SourceReason};

/// Refusals in a row after which the list becomes the truth.
const REFUSALS: u32 = 3;

/// The choice between an export and the list of tickets.
#[derive(Debug)]
pub struct Choice {
    setting: SourceChoice,
    /// The refusals that count, since an export was last read.
    refusals: u32,
    /// When the latest refusal that counts came, on the monotonic clock.
    refused_at: Option<Duration>,
    /// Whether Zendesk answered the latest request to an export with a page, not with a refusal.
    export_answers: bool,
}

/// What follows from a refusal of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing: the export stays the truth for now.
    Stays,
    /// One page of the list is requested: if it answers, the list is the truth.
    AsksList,
}

impl Choice {
    /// The choice under this setting.
    pub const fn new(setting: SourceChoice) -> Self {
        Self {
            setting,
            refusals: 0,
            refused_at: None,
            export_answers: false,
        }
    }

    /// The truth under this setting, when the truth was `before`.
    ///
    /// With `auto`, the list stays the truth until an export answers: a state whose list was read to its end has
    /// nothing from an export yet.
    pub const fn truth(&self, before: Truth) -> Truth {
        match self.setting {
            SourceChoice::Cursor | SourceChoice::Time => Truth::EXPORT,
            SourceChoice::List => Truth::list(SourceReason::Configured),
            SourceChoice::Auto => before,
        }
    }

    /// Whether an export is tried from time to time while the list is the truth.
    pub const fn tries_export(&self) -> bool {
        matches!(self.setting, SourceChoice::Auto)
    }

    /// Zendesk answered a request to an export with a page, whether it is used or not.
    pub const fn on_export_answer(&mut self) {
        self.refusals = 0;
        self.export_answers = true;
        self.refused_at = None;
    }

    /// Whether Zendesk answered the latest request to an export with a page, not with a refusal.
    pub const fn export_answers(&self) -> bool {
        self.export_answers
    }

    /// How many further refusals in a row make the list the truth; `None` while the export is not refused, and under
    /// settings that never switch.
    pub const fn refusals_to_come(&self, progress: &Progress) -> Option<u32> {
        if self.refusals == 0 || !self.tries_export() || progress.truth.is_list {
            return None;
        }
        Some(Self::needed(progress).saturating_sub(self.refusals))
    }

    const fn needed(progress: &Progress) -> u32 {
        if progress.initial_sync_complete {
            REFUSALS
        } else {
            1
        }
    }

    /// Zendesk refused an export at `now`, on the monotonic clock. A refusal that follows the one before sooner than
    /// `apart` does not count.
    pub fn on_refusal(&mut self, progress: &Progress, now: Duration, apart: Duration) -> Refused {
        self.export_answers = false;
        if !self.tries_export() || progress.truth.is_list {
            return Refused::Stays;
        }
        let is_apart = self.refused_at.is_none_or(|at| now >= at + apart);
        if is_apart {
            self.refused_at = Some(now);
            self.refusals += 1;
        }
        if is_apart && self.refusals >= Self::needed(progress) {
            Refused::AsksList
        } else {
            Refused::Stays
        }
    }

    /// Whether the answer of the list to one request shows that it can be read: an empty list cannot be that of an
    /// account whose tickets are known. `rows` is the number of tickets in the answer.
    pub const fn can_read_list(progress: &Progress, rows: usize) -> bool {
        progress.tickets == 0 || rows > 0
    }

    /// The truth, if an export that is tried while the list is the truth was refused once more: the reason of before
    /// may be that of other settings, or of another user. `None` if it stays.
    pub fn corrected(
        &self,
        before: Truth,
        refusal: &ApiError,
        asker: Option<Asker>,
    ) -> Option<Truth> {
        let is_known = asker.is_some() || before.reason == SourceReason::Configured;
        let after = Truth::list(Self::reason(refusal, asker));
        let changes = before.is_list && self.tries_export() && is_known && before != after;
        changes.then_some(after)
    }

    /// Why the export is refused, if `refusal` was judged by what is known of `asker`.
    pub const fn reason(refusal: &ApiError, asker: Option<Asker>) -> SourceReason {
        match (refusal, asker) {
            (ApiError::NotAdmin { .. }, _) | (_, Some(Asker::NotAdmin)) => SourceReason::NotAdmin,
            _ => SourceReason::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::UnixSeconds;

    const APART: Duration = Duration::from_secs(300);

    fn progress(initial_sync_complete: bool) -> Progress {
        Progress {
            initial_sync_complete,
            ..Progress::new(UnixSeconds(0))
        }
    }

    fn refused(choice: &mut Choice, progress: &Progress, seconds: u64) -> Refused {
        choice.on_refusal(progress, Duration::from_secs(seconds), APART)
    }

    #[test]
    fn the_list_is_asked_after_three_refusals_that_are_far_enough_apart() {
        let mut choice = Choice::new(SourceChoice::Auto);
        let synced = progress(true);
        for (at, expected) in [
            (0, Refused::Stays),
            (10, Refused::Stays),
            (300, Refused::Stays),
            (500, Refused::Stays),
            (600, Refused::AsksList),
            // The list did not answer, so the next refusal that counts asks it again.
            (700, Refused::Stays),
            (900, Refused::AsksList),
        ] {
            assert_eq!(refused(&mut choice, &synced, at), expected, "{at}");
        }
        choice.on_export_answer();
        assert_eq!(refused(&mut choice, &synced, 5_000), Refused::Stays);
    }

    #[test]
    fn before_the_initial_sync_is_complete_one_refusal_is_enough() {
        let mut choice = Choice::new(SourceChoice::Auto);
        assert_eq!(refused(&mut choice, &progress(false), 0), Refused::AsksList);
    }

    #[test]
    fn other_settings_never_switch_by_themselves() {
        for setting in [SourceChoice::Cursor, SourceChoice::Time, SourceChoice::List] {
            let mut choice = Choice::new(setting);
            for at in [0, 1_000, 2_000, 3_000] {
                assert_eq!(
                    refused(&mut choice, &progress(false), at),
                    Refused::Stays,
                    "{setting:?}"
                );
            }
        }
    }

    #[test]
    fn a_setting_decides_and_auto_keeps_what_was() {
        let list = Truth::list(SourceReason::NotAdmin);
        for (setting, before, expected) in [
            (SourceChoice::Auto, Truth::EXPORT, Truth::EXPORT),
            (SourceChoice::Auto, list, list),
            (SourceChoice::Cursor, list, Truth::EXPORT),
            (SourceChoice::Time, list, Truth::EXPORT),
            (
                SourceChoice::List,
                Truth::EXPORT,
                Truth::list(SourceReason::Configured),
            ),
        ] {
            assert_eq!(Choice::new(setting).truth(before), expected, "{setting:?}");
        }
    }

    #[test]
    fn a_refusal_corrects_why_the_list_is_the_truth() {
        let refusal = ApiError::ExportForbidden { explanation: None };
        let auto = Choice::new(SourceChoice::Auto);
        let list = Truth::list;
        let (configured, refused, not_admin) = (
            SourceReason::Configured,
            SourceReason::Refused,
            SourceReason::NotAdmin,
        );
        for (before, asker, expected) in [
            (list(configured), Some(Asker::Admin), Some(list(refused))),
            (list(configured), None, Some(list(refused))),
            (list(not_admin), Some(Asker::Admin), Some(list(refused))),
            (list(refused), Some(Asker::NotAdmin), Some(list(not_admin))),
            // Nobody knows who asks, so what was known stays.
            (list(not_admin), None, None),
            (list(refused), Some(Asker::Admin), None),
            (Truth::EXPORT, Some(Asker::Admin), None),
        ] {
            assert_eq!(
                auto.corrected(before, &refusal, asker),
                expected,
                "{before:?} {asker:?}"
            );
        }
        let configured = list(configured);
        let choice = Choice::new(SourceChoice::List);
        assert_eq!(
            choice.corrected(configured, &refusal, Some(Asker::Admin)),
            None
        );
    }

    #[test]
    fn an_empty_list_is_believed_only_of_an_account_without_tickets() {
        let mut known = progress(true);
        known.tickets = 5;
        assert!(!Choice::can_read_list(&known, 0));
        assert!(Choice::can_read_list(&known, 1));
        assert!(Choice::can_read_list(&progress(false), 0));
    }
}
