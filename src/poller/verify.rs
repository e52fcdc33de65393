//! Verify rounds, and the requests for tickets by their ids.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::request::or_shutdown;
use super::{Poller, STOP, Step};
use crate::clock::{Clock, Moment};
use crate::error_chain::with_sources;
use crate::ledger::{PageRead, Walk};
use crate::schedule::{Ended, ListRole, NextRequest};
use crate::source::{
    AnswerHead, ApiError, Exchange, Page, PageRequest, Position, ShowBy, ShowRequest, Shown,
    TicketSource,
};
use crate::state::State;
use crate::ticket::TicketId;
use crate::walk::{AnsweredRequest, ArchivedShown, AskedAlone, RoundEnd, ToAsk};

/// Why tickets are requested by their ids.
#[derive(Debug)]
pub(super) enum Question {
    /// A verify round asks for them.
    Round(ToAsk),
    /// They are archived, and a verify round must know whether Zendesk shows them.
    KnownArchived(Vec<TicketId>),
    /// Some may be archived, and the walk over all ids must know whether Zendesk shows them.
    PerhapsArchived(Vec<TicketId>),
    /// The walk over all ids asks for them.
    Archive(Vec<TicketId>),
}

impl Question {
    fn ids(&self) -> &[TicketId] {
        match self {
            Self::Round(asked) => &asked.ids,
            Self::KnownArchived(ids) | Self::PerhapsArchived(ids) | Self::Archive(ids) => ids,
        }
    }

    const fn by(&self) -> ShowBy {
        match self {
            Self::Round(asked) => asked.by,
            _ => ShowBy::Many,
        }
    }
}

/// How a request by ids ends that was answered: none continues another.
const ANSWERED: Ended<'static> = Ended::Page {
    end_of_stream: true,
};

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Whether records are to be looked at for a verify round, and there is time for it.
    pub(super) fn has_records_to_verify(&self) -> bool {
        let now = self.clock.now();
        let is_synced = |state: &State| state.progress().initial_sync_complete;
        let wants_records = if self.rounds.is_under_way() {
            self.rounds.wants_records().is_some()
        } else {
            self.schedule.is_round_due(now)
        };
        wants_records
            && self.schedule.list_role() == ListRole::Truth
            && self.state.as_ref().is_some_and(is_synced)
            && self.schedule.may_scan(now)
    }

    /// Looks at the next records of a verify round. A round that is due begins.
    pub(super) async fn look_for_round(&mut self) -> Step {
        if !self.rounds.is_under_way() {
            self.rounds.begin();
        }
        let Some((after, most)) = self.rounds.wants_records() else {
            return Ok(());
        };
        self.recover_state()?;
        let account_now = self.account_now();
        let work = move |state: &mut State| state.next_to_verify(after, most, account_now);
        let found = self.with_state(Walk::Verify, work).await?;
        if self.rounds.archived() == ArchivedShown::Unknown {
            self.probe.learn(found.archived);
        }
        self.rounds.on_records(&found.tickets, found.more_after);
        self.advance_round().await
    }

    /// Takes the next step of a round: plans a request or a walk through the list of deleted tickets, or ends the
    /// round. Only while the list is the truth, because a round removes what the list does not show.
    pub(super) async fn advance_round(&mut self) -> Step {
        if self.schedule.list_role() != ListRole::Truth {
            return Ok(());
        }
        let now = self.clock.now();
        let state = self.state.as_ref().ok_or(STOP)?;
        if self.rounds.awaits_deleted() {
            if state.progress().list.deleted_is_refused {
                self.rounds.on_deleted_end();
            } else {
                self.schedule.ask_list(Walk::Deleted, now);
            }
        }
        if self.rounds.next_request().is_some() || self.probe.has_known() {
            self.schedule.ask_list(Walk::Verify, now);
        }
        match self.rounds.take_end(|| state.live_tickets()) {
            Some(RoundEnd::Complete { gone, alone }) => {
                self.tell_refused_alone(alone);
                self.end_round(gone).await
            }
            Some(RoundEnd::Refused { missing, live }) => self.refuse_round(missing, live).await,
            None => Ok(()),
        }
    }

    async fn end_round(&mut self, gone: Vec<TicketId>) -> Step {
        let account_now = self.account_now();
        let work = move |state: &mut State| state.end_verify_round(&gone, account_now);
        let swept = self.with_state(Walk::Verify, work).await?;
        self.schedule.on_round_ended(self.clock.now());
        let removed: Vec<_> = swept.iter().map(|id| (*id, None)).collect();
        self.publisher.ageing.apply(&removed);
        if !swept.is_empty() {
            info!(
                account = self.settings.account,
                removed = swept.len(),
                "the verify round is complete, tickets that Zendesk no longer has were removed"
            );
        }
        self.publish(!swept.is_empty());
        Ok(())
    }

    async fn refuse_round(&mut self, missing: usize, live: u64) -> Step {
        self.schedule.on_round_refused(self.clock.now());
        warn!(
            account = self.settings.account,
            missing,
            tickets = live,
            advice = "check which tickets the user behind the credentials can see",
            "the verify round is refused, because too many tickets are missing; no ticket is removed"
        );
        let work = |state: &mut State| state.on_sweep_refused();
        self.with_state(Walk::Verify, work).await?;
        self.publish(false);
        Ok(())
    }

    /// Says that Zendesk refuses to show missing tickets, unless that was said before and no ticket was shown since.
    fn tell_refused_alone(&mut self, alone: AskedAlone) {
        if alone == AskedAlone::default() {
            return;
        }
        let is_refused = alone.answered == 0;
        let was_refused = std::mem::replace(&mut self.refuses_alone, is_refused);
        if is_refused && !was_refused {
            warn!(
                account = self.settings.account,
                tickets = alone.refused,
                advice = "check which tickets the user behind the credentials can see",
                "Zendesk refuses to show the tickets that verify rounds miss, so these are not removed"
            );
        }
    }

    /// Asks for tickets by their ids, and takes what comes.
    pub(super) async fn ask_by_ids(
        &mut self,
        next: NextRequest,
        shutdown: &CancellationToken,
    ) -> Step {
        let walk = next.walk;
        let Some(question) = self.question(walk).await? else {
            // Rows that came meanwhile have answered the question.
            self.schedule.on_ended(walk, &ANSWERED, self.clock.now());
            return self.advance_round().await;
        };
        let request = ShowRequest {
            ids: question.ids().to_vec(),
            by: question.by(),
            account_now: self.account_now(),
            is_time_sure: self.schedule.account_clock().is_believed(),
        };
        let sent = self.clock.now();
        self.schedule.on_request(walk, sent);
        let source = Arc::clone(&self.source);
        let shown = self.while_refreshing(source.show(&request));
        let Exchange { head, outcome } = or_shutdown(shown, shutdown).await?;
        self.on_answer(&head, sent);
        match (question, outcome) {
            (Question::Round(asked), Ok(Shown::Tickets(page))) => {
                let shown = page.existing(&asked.ids);
                let answered = self.answered(walk, &request, head, sent);
                self.apply_shown(answered, page).await?;
                self.rounds.on_answered(&asked, &shown);
            }
            (Question::Archive(_), Ok(Shown::Tickets(page))) => {
                let answered = self.answered(walk, &request, head, sent);
                self.apply_shown(answered, page).await?;
            }
            (question, Ok(shown)) => self.on_found_out(walk, question, shown).await?,
            (Question::Round(asked), Err(failure))
                if asked.by == ShowBy::One && failure.is_refusal() =>
            {
                self.on_refused_alone(&asked, &failure);
            }
            (Question::Round(asked), Err(failure))
                if asked.by == ShowBy::One && !failure.is_repeated_at_once() =>
            {
                self.rounds.keep(&asked);
                self.on_failure(walk, &failure, &head);
            }
            (_, Err(failure)) => {
                self.on_by_ids_failed(walk, &failure, &head);
                return Ok(());
            }
        }
        self.plan_list_work(self.clock.now());
        self.advance_round().await
    }

    /// What is asked now, if `walk` still has a question.
    async fn question(&mut self, walk: Walk) -> Step<Option<Question>> {
        if self.schedule.list_role() != ListRole::Truth {
            return Ok(None);
        }
        if walk == Walk::Archive {
            return self.archive_question().await;
        }
        if let Some(known) = self.probe.take_known() {
            return Ok(Some(Question::KnownArchived(known)));
        }
        Ok(self.rounds.next_request().map(Question::Round))
    }

    /// The request of a walk by ids as one for a page of the list, for its time and its metrics.
    fn answered(
        &self,
        walk: Walk,
        request: &ShowRequest,
        head: AnswerHead,
        sent: Moment,
    ) -> AnsweredRequest {
        AnsweredRequest {
            walk,
            request: PageRequest {
                // Ids are no position. This one stands for them, because it has no cursor.
                start: Position::List(None),
                page_size: 0,
                account_now: request.account_now,
                is_time_sure: request.is_time_sure,
            },
            head,
            sent,
            received: self.clock.now(),
            has_waited: false,
        }
    }

    async fn apply_shown(&mut self, answered: AnsweredRequest, page: Page) -> Step {
        let page = Page {
            end_of_stream: true,
            next: None,
            ..page
        };
        let time = answered.answer_time(&page, self.schedule.account_clock(), self.clock.now());
        let walk = answered.walk;
        let read = PageRead { walk, page, time };
        let began = self.clock.now().monotonic;
        let work = move |state: &mut State| Ok((state.apply(&read)?, read.page));
        let (applied, page) = self.with_state(walk, work).await?;
        let took = self.clock.now().monotonic.saturating_sub(began);
        self.rounds.on_seen(page.ids());
        self.on_applied(&answered, Some(&ANSWERED), &page, &applied, took);
        Ok(())
    }

    /// An answer says something, and has no row to apply: whether Zendesk shows archived tickets, or that a ticket
    /// does not exist.
    async fn on_found_out(&mut self, walk: Walk, question: Question, shown: Shown) -> Step {
        let now = self.clock.now();
        self.schedule.on_ended(walk, &ANSWERED, now);
        self.on_understood(walk, now);
        match question {
            Question::Round(asked) => self.rounds.on_not_found(&asked),
            Question::Archive(_) => self.give_up_archive(),
            Question::KnownArchived(ids) => {
                let are_shown =
                    matches!(&shown, Shown::Tickets(page) if !page.existing(&ids).is_empty());
                self.rounds.on_archived_asked(if are_shown {
                    ArchivedShown::Yes
                } else {
                    ArchivedShown::No
                });
            }
            Question::PerhapsArchived(_) => self.on_archive_probe(shown).await?,
        }
        self.publish(false);
        Ok(())
    }

    /// Zendesk refused to show one missing ticket. Other tickets can be read, so this is no failure of the account.
    fn on_refused_alone(&mut self, asked: &ToAsk, failure: &ApiError) {
        self.schedule
            .on_ended(Walk::Verify, &ANSWERED, self.clock.now());
        debug!(
            account = self.settings.account,
            error = with_sources(failure),
            "a missing ticket is not removed, because Zendesk refuses a request for it"
        );
        self.rounds.on_refused_alone(asked);
    }

    fn on_by_ids_failed(&mut self, walk: Walk, failure: &ApiError, head: &AnswerHead) {
        if walk == Walk::Verify && !failure.is_repeated_at_once() {
            self.rounds.abandon();
            self.schedule.on_round_failed(self.clock.now());
        }
        self.on_failure(walk, failure, head);
    }
}
