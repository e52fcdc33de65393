//! Answers of which it is not known yet whether they were kept.

use std::collections::VecDeque;

use super::answers::{Listed, Served};

/// An answer that matters.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Page(Served),
    Listed(Listed),
    /// The list of deleted tickets may not be read.
    DeletedRefused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Unknown,
    Kept,
}

/// Answers that wait. The last page of a replay leads nowhere that is ever asked for, so that at some
/// point it counts as kept; a killed exporter asks for a lost page again much sooner.
const WAITING_MAX: usize = 8;

/// The answers that are not known to be kept, or that wait for such a one: they are folded in the order
/// in which they were served.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting(VecDeque<(Answer, Verdict)>);

impl Waiting {
    /// A page is asked for at `position`.
    pub(super) fn on_request(&mut self, position: &str) {
        for (answer, verdict) in &mut self.0 {
            let Answer::Page(served) = answer else {
                continue;
            };
            // An empty page leaves the exporter where it was, and has nothing to lose. A page of
            // the time-based export may lead to its own beginning.
            let stays = served.rows.is_empty() && served.asked == position;
            if stays || served.leads_to.as_deref() == Some(position) {
                *verdict = Verdict::Kept;
            }
        }
        let is_asked =
            |answer: &Answer| matches!(answer, Answer::Page(served) if served.asked == position);
        self.0
            .retain(|(answer, verdict)| *verdict == Verdict::Kept || !is_asked(answer));
    }

    /// An answer was served.
    pub(super) fn push(&mut self, answer: Answer) {
        if !matches!(answer, Answer::Page(_)) {
            let lists = self.0.iter_mut().rev();
            let lists = lists.filter(|(before, _)| !matches!(before, Answer::Page(_)));
            for (_, verdict) in lists.skip(1) {
                *verdict = Verdict::Kept;
            }
        }
        self.0.push_back((answer, Verdict::Unknown));
        if self.0.len() > WAITING_MAX
            && let Some((_, verdict)) = self.0.front_mut()
        {
            *verdict = Verdict::Kept;
        }
    }

    /// The next answer, if it was kept.
    pub(super) fn next_kept(&mut self) -> Option<Answer> {
        let (_, verdict) = self.0.front()?;
        if *verdict == Verdict::Unknown {
            return None;
        }
        self.next()
    }

    /// The next answer.
    pub(super) fn next(&mut self) -> Option<Answer> {
        self.0.pop_front().map(|(answer, _)| answer)
    }

    /// So many of the latest answers were not kept.
    pub(super) fn lose_latest(&mut self, answers: usize) {
        self.0.truncate(self.0.len().saturating_sub(answers));
    }
}
