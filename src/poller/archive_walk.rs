//! The walk over all ids, which reads archived tickets once.

use tracing::{info, warn};

use super::archive_probe::shows_archived;
use super::verify::Question;
use super::{Poller, STOP, Step};
use crate::clock::{Clock, Moment};
use crate::ledger::Walk;
use crate::source::{ArchivedTickets, Page, Shown, TicketSource};
use crate::state::State;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Asks for archived tickets, if there are some to ask for.
    pub(super) fn plan_archive(&mut self, now: Moment) {
        if self.wants_archived() {
            self.schedule.ask_list(Walk::Archive, now);
        }
    }

    /// Whether archived tickets are to be read by their ids.
    fn wants_archived(&self) -> bool {
        let is_wanted = self.settings.archive == ArchivedTickets::Ids && !self.probe.has_failed();
        let Some(state) = self.state.as_ref().filter(|_| is_wanted) else {
            return false;
        };
        let progress = state.progress();
        // Before the list was read with the present settings, any closed ticket could look like an archived one.
        let awaits_list = self.settings.pacing.resync.is_some() && progress.awaits_reading_again();
        progress.initial_sync_complete && !awaits_list && !progress.archived_are_counted()
    }

    /// What is asked next of archived tickets.
    pub(super) async fn archive_question(&mut self) -> Step<Option<Question>> {
        if !self.wants_archived() {
            return Ok(None);
        }
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        if let Some(walk) = progress.list.archive {
            let ids = walk.next_ids();
            return Ok((!ids.is_empty()).then_some(Question::Archive(ids)));
        }
        if self.probe.is_unplanned() {
            let work = |state: &mut State| state.greatest_id();
            if let Some(until) = self.with_state(Walk::Archive, work).await? {
                self.probe.plan(until);
            }
        }
        Ok(self.probe.next_ids().map(Question::PerhapsArchived))
    }

    /// A request for ids of which some may be archived tickets was answered. If one is, the walk begins. It asks for
    /// these ids too, so the rows of this answer are not used.
    pub(super) async fn on_archive_probe(&mut self, shown: Shown) -> Step {
        if let Shown::Tickets(page) = shown
            && let Some(until) = self.probe.until()
            && self.finds_archived(page).await?
        {
            let work = move |state: &mut State| state.begin_archive_walk(until);
            self.with_state(Walk::Archive, work).await?;
            self.probe.on_found();
            info!(
                account = self.settings.account,
                until = until.0,
                "reading archived tickets by their ids"
            );
            return Ok(());
        }
        self.probe.on_nothing();
        if self.probe.has_failed() {
            self.log_no_archived();
        }
        Ok(())
    }

    async fn finds_archived(&mut self, page: Page) -> Step<bool> {
        let ids: Vec<_> = page.ids().collect();
        let work = move |state: &mut State| state.unknown(&ids);
        let unknown = self.with_state(Walk::Archive, work).await?;
        Ok(shows_archived(&page, &unknown))
    }

    /// The tickets of a run of ids cannot be read, because Zendesk shows nothing where one id of them has no ticket.
    pub(super) fn give_up_archive(&mut self) {
        self.probe.give_up();
        self.log_no_archived();
    }

    fn log_no_archived(&self) {
        warn!(
            account = self.settings.account,
            "Zendesk shows no archived tickets by their ids, so export.list.archive: ids has no effect"
        );
    }
}
