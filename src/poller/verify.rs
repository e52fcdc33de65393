//! Verify rounds, and the walk over all ids: requests for tickets by their ids.

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::request::or_shutdown;
use super::{Poller, STOP, Step};
use crate::clock::{Clock, Moment};
use crate::ledger::{ArchiveWalk, Outcome, PageRead, Walk};
use crate::schedule::{Ended, ListRole, NextRequest};
use crate::source::{
    ArchivedTickets, Exchange, PageRequest, Position, SHOWN_MAX, ShowBy, ShowRequest, Shown,
    TicketSource,
};
use crate::state::State;
use crate::ticket::TicketId;
use crate::walk::{AnsweredRequest, ArchivedShown, RoundEnd, ToAsk};

/// Requests that are spread over all ids to find out whether Zendesk shows archived tickets.
const ARCHIVE_PROBES: i64 = 20;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Whether records are to be looked at for a verify round, and there is time for it. A round that is due begins.
    pub(super) fn has_records_to_verify(&mut self) -> bool {
        let now = self.clock.now();
        let is_synced = self
            .state
            .as_ref()
            .is_some_and(|state| state.progress().initial_sync_complete);
        if self.schedule.list_role() != ListRole::Truth || !is_synced {
            return false;
        }
        if !self.rounds.is_under_way() && self.schedule.is_round_due(now) {
            self.rounds.begin();
        }
        self.rounds.wants_records().is_some() && self.schedule.may_scan(now)
    }

    /// Looks at the next records of a verify round.
    pub(super) async fn look_for_round(&mut self) -> Step {
        let Some((after, most)) = self.rounds.wants_records() else {
            return Ok(());
        };
        self.recover_state()?;
        let account_now = self.account_now();
        let work = move |state: &mut State| state.next_to_verify(after, most, account_now);
        let found = self.with_state(Walk::Verify, work).await?;
        if self.rounds.archived() == ArchivedShown::Unknown && self.probe.known.is_empty() {
            self.probe.known = found.archived;
        }
        self.rounds.on_records(&found.tickets, found.more_after);
        self.plan_round().await
    }

    /// Takes the next step of a round: a request, the list of deleted tickets, or its end.
    pub(super) async fn plan_round(&mut self) -> Step {
        let now = self.clock.now();
        if self.rounds.awaits_deleted() {
            let state = self.state.as_ref().ok_or(STOP)?;
            if state.progress().list.deleted_is_refused {
                self.rounds.on_deleted_end();
            } else {
                self.schedule.ask_list(Walk::Deleted, now);
            }
        }
        if self.rounds.next_request().is_some() || !self.probe.known.is_empty() {
            self.schedule.ask_list(Walk::Verify, now);
        }
        let state = self.state.as_ref().ok_or(STOP)?;
        match self.rounds.take_end(|| state.live_tickets()) {
            Some(RoundEnd::Complete { gone }) => self.end_round(gone).await,
            Some(RoundEnd::Refused { missing, live }) => {
                self.schedule.on_round_refused(now);
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

    /// Asks for tickets by their ids, and takes what comes.
    pub(super) async fn ask_by_ids(
        &mut self,
        next: NextRequest,
        shutdown: &CancellationToken,
    ) -> Step {
        let walk = next.walk;
        let Some((asked, is_probe)) = self.ids_to_ask(walk) else {
            // Rows that came meanwhile have answered the question.
            self.schedule.on_ended(
                walk,
                &Ended::Page {
                    end_of_stream: true,
                },
                self.clock.now(),
            );
            return self.plan_round().await;
        };
        let request = ShowRequest {
            ids: asked.ids.clone(),
            by: asked.by,
            account_now: self.account_now(),
            is_time_sure: self.schedule.account_clock().is_believed(),
        };
        let sent = self.clock.now();
        self.schedule.on_request(walk, sent);
        let source = std::sync::Arc::clone(&self.source);
        let shown = self.while_refreshing(source.show(&request));
        let exchange = or_shutdown(shown, shutdown).await?;
        self.on_answer(&exchange.head, sent);
        let Exchange { head, outcome } = exchange;
        match outcome {
            Ok(shown) => {
                let answered = self.answered(walk, &request, head, sent);
                self.on_shown(answered, shown, (&asked, is_probe)).await
            }
            Err(failure) => {
                if walk == Walk::Verify && !failure.is_repeated_at_once() {
                    self.rounds.abandon();
                    self.schedule.on_round_failed(self.clock.now());
                }
                self.on_failure(walk, &failure, &head);
                Ok(())
            }
        }
    }

    /// The request of a walk by ids as one for a page, for its time and its metrics.
    fn answered(
        &self,
        walk: Walk,
        request: &ShowRequest,
        head: crate::source::AnswerHead,
        sent: Moment,
    ) -> AnsweredRequest {
        let last = request.ids.last().copied().unwrap_or(TicketId(0));
        AnsweredRequest {
            walk,
            request: PageRequest {
                start: Position::AfterId(last),
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

    async fn on_shown(
        &mut self,
        answered: AnsweredRequest,
        shown: Shown,
        (asked, is_probe): (&ToAsk, bool),
    ) -> Step {
        let walk = answered.walk;
        let is_found = matches!(shown, Shown::Tickets(_));
        let mut page = shown.into_page();
        let shown = page.existing(&asked.ids);
        page.end_of_stream = true;
        page.next = None;
        if walk == Walk::Archive && !is_probe && is_found {
            page.next = asked.ids.last().map(|id| Position::AfterId(*id));
        }
        let time = answered.answer_time(&page, self.schedule.account_clock(), self.clock.now());
        let read = PageRead { walk, page, time };
        let new_rows = self.apply_shown(&answered, read).await?;
        match walk {
            Walk::Archive if is_probe => self.on_archive_probe(new_rows > 0).await?,
            Walk::Archive if is_found => {}
            Walk::Archive => self.give_up_archive(),
            _ if is_probe => self
                .rounds
                .on_archived_asked(archived_shown(!shown.is_empty())),
            _ if !is_found => self.rounds.on_not_found(asked),
            _ => self.rounds.on_answered(asked, &shown),
        }
        self.plan_list_work(self.clock.now());
        self.plan_round().await
    }

    /// Applies the rows, and returns how many tickets were not known before.
    async fn apply_shown(&mut self, answered: &AnsweredRequest, read: PageRead) -> Step<u64> {
        let began = self.clock.now().monotonic;
        let work = move |state: &mut State| Ok((state.apply(&read)?, read.page));
        let (applied, page) = self.with_state(answered.walk, work).await?;
        let took = self.clock.now().monotonic.saturating_sub(began);
        self.rounds.on_seen(page.ids());
        let ended = Ended::Page {
            end_of_stream: true,
        };
        self.on_applied(answered, Some(&ended), &page, &applied, took);
        Ok(applied.outcomes[Outcome::New as usize])
    }

    /// The next ids to ask for, and whether the request is a probe.
    fn ids_to_ask(&mut self, walk: Walk) -> Option<(ToAsk, bool)> {
        if walk == Walk::Archive {
            return self.archive_ids();
        }
        if !self.probe.known.is_empty() {
            let ids = std::mem::take(&mut self.probe.known);
            return Some((
                ToAsk {
                    ids,
                    by: ShowBy::Many,
                },
                true,
            ));
        }
        Some((self.rounds.next_request()?, false))
    }

    /// What is asked of archived tickets, if the settings ask for them.
    pub(super) fn plan_archive(&mut self, now: Moment) {
        let is_wanted = self.settings.archive == ArchivedTickets::Ids && !self.probe.has_failed;
        let Some(state) = &self.state else { return };
        let progress = state.progress();
        let is_complete = progress.list.archive == Some(ArchiveWalk::Complete);
        if is_wanted && !is_complete && progress.initial_sync_complete {
            self.schedule.ask_list(Walk::Archive, now);
        }
    }

    fn archive_ids(&mut self) -> Option<(ToAsk, bool)> {
        let most = i64::try_from(SHOWN_MAX).ok()?;
        let state = self.state.as_mut()?;
        let (first, until, is_probe) = match state.progress().list.archive {
            Some(ArchiveWalk::Complete) => return None,
            Some(ArchiveWalk::After { id, until }) => (id.0, until.0, false),
            None => {
                let until = state.greatest_id().ok()??.0;
                (until / ARCHIVE_PROBES * self.probe.next, until, true)
            }
        };
        let ids: Vec<_> = (first + 1..=(first + most).min(until))
            .map(TicketId)
            .collect();
        let by = ShowBy::Many;
        (!ids.is_empty()).then_some((ToAsk { ids, by }, is_probe))
    }

    /// A probe was answered: an unknown ticket among its rows is an archived one, because the list was read to its
    /// end.
    async fn on_archive_probe(&mut self, has_shown: bool) -> Step {
        if has_shown {
            self.rounds.on_archived_asked(ArchivedShown::Yes);
            let until = self.state.as_mut().ok_or(STOP)?.greatest_id();
            let until = until.ok().flatten().unwrap_or(TicketId(0));
            let work = move |state: &mut State| state.begin_archive_walk(until);
            self.with_state(Walk::Archive, work).await?;
            info!(
                account = self.settings.account,
                until = until.0,
                "reading archived tickets by their ids"
            );
            return Ok(());
        }
        self.probe.next += 1;
        if self.probe.next >= ARCHIVE_PROBES {
            self.give_up_archive();
        }
        Ok(())
    }

    /// The tickets of a page of ids cannot be read: Zendesk shows no archived ticket, or nothing where one id of
    /// them has no ticket.
    fn give_up_archive(&mut self) {
        self.probe.has_failed = true;
        warn!(
            account = self.settings.account,
            "Zendesk shows no archived tickets by their ids, so export.list.archive: ids has no effect"
        );
    }
}

const fn archived_shown(has_rows: bool) -> ArchivedShown {
    if has_rows {
        ArchivedShown::Yes
    } else {
        ArchivedShown::No
    }
}
