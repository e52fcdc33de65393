//! What a state keeps of its sources: which one is the truth, and how far the lists were read.

use super::page::PageApplied;
use super::written::Writes;
use super::{State, StateError, rebuild};
use crate::ledger::{ArchiveWalk, Truth};
use crate::ticket::{TicketId, UnixSeconds};

impl State {
    /// Sets which source is the truth. Returns whether it was another one, or for another reason.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn set_truth(&mut self, truth: Truth) -> Result<bool, StateError> {
        self.recover()?;
        // Every start sets it. A transaction for nothing would lock each of many files.
        if self.ledger.progress.truth == truth {
            return Ok(false);
        }
        self.change(|ledger, _| {
            ledger.progress.set_truth(truth);
            Ok((true, Writes::Changes))
        })
    }

    /// Notes that Zendesk refuses the list of deleted tickets, which can complete the initial sync.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn on_deleted_refused(
        &mut self,
        account_now: UnixSeconds,
    ) -> Result<PageApplied, StateError> {
        self.recover()?;
        if self.ledger.progress.list.deleted_is_refused {
            return Ok(PageApplied::default());
        }
        self.change(|ledger, transaction| {
            let completes = ledger.progress.on_deleted_refused(account_now);
            let chosen_anew = completes && rebuild::begin_counting(ledger, transaction)?;
            let applied = PageApplied {
                completed_initial_sync: completes,
                values_chosen_anew: chosen_anew,
                cells_changed: completes,
                ..PageApplied::default()
            };
            let writes = if chosen_anew {
                Writes::All
            } else {
                Writes::Changes
            };
            Ok((applied, writes))
        })
    }

    /// Counts a verify round that removed nothing, because too many tickets were missing.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn on_sweep_refused(&mut self) -> Result<(), StateError> {
        self.change(|ledger, _| {
            ledger.progress.resync.on_sweep_refused();
            Ok(((), Writes::Changes))
        })
    }

    /// The number of existing tickets.
    pub fn live_tickets(&self) -> u64 {
        self.ledger.live_tickets()
    }

    /// Begins the walk over all ids up to `until`, which reads archived tickets.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn begin_archive_walk(&mut self, until: TicketId) -> Result<(), StateError> {
        self.change(|ledger, _| {
            ledger.progress.list.archive = Some(ArchiveWalk::After {
                id: TicketId(0),
                until,
            });
            Ok(((), Writes::Changes))
        })
    }
}
