//! The state of one account: records, aggregates and position, one transaction a page.
//!
//! They are written together or not at all, so a crash at any instant leaves a state from which the
//! same page is applied again with the same result. Only rows that changed are written. What a page,
//! a sweep and other settings do to a state is decided here once; a [`Backend`] keeps the rows.

mod backend;

mod codec;

mod error;

mod failure;

mod written;

mod records;

mod page;

mod rebuild;

mod resync_records;

mod sources;

mod verify_records;

mod inspect;

#[cfg(test)]
pub(crate) mod memory;

pub mod sqlite;

#[cfg(test)]
mod tests;

pub use backend::{Backend, CellRow, EntryRow, RecordRow, Rows, Stored, Transaction};
pub use error::{Cause, Problem, StateError};
pub use inspect::{Inspection, Verification, inspect, verify};
pub use page::PageApplied;
pub use verify_records::ToVerify;

use crate::ledger::{
    Aggregates, Backlog, BacklogBuilder, Dictionaries, Ledger, PageRead, Progress, RecordsLookedAt,
    Resets, SeriesSettings, ShownSeries, TicketScope,
};
use crate::ticket::UnixSeconds;
use codec::{SCHEMA_VERSION, SCHEMA_WITH_FAMILIES};
use failure::Failure;
use written::{Writes, Written};

/// The state of one account, open for writing.
#[derive(Debug)]
pub struct State {
    backend: Box<dyn Backend>,
    ledger: Ledger,
    written: Written,
    /// What is in memory may differ from what is stored: a transaction failed.
    suspect: bool,
    /// What other settings have reset since somebody asked.
    resets: Resets,
    /// What was shown before, if opening the state has rebuilt the cells.
    shown_before: Option<ShownSeries>,
}

/// Whether a state was there when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// There was none: this is a first run.
    Created,
    /// A state of this account.
    Existing,
}

impl State {
    /// Opens the state of `account`, making it if there is none.
    ///
    /// What is stored is first read and checked: schema, account, and the checksum over everything
    /// but the ticket records; damage in those shows when they are read, or in [`verify`]. If `settings`
    /// differ from the stored ones, so that the cells do, or the state is of schema 1, the cells are made
    /// anew in one transaction.
    ///
    /// # Errors
    ///
    /// Any [`StateError`]; what is stored is as it was.
    pub fn open(
        backend: impl Backend + 'static,
        account: &str,
        settings: SeriesSettings,
        now: UnixSeconds,
    ) -> Result<(Self, Opened), StateError> {
        let mut backend: Box<dyn Backend> = Box::new(backend);
        let loaded = written::load(&mut *backend, account)?;
        backend.reopen()?;
        let (opened, (schema, ledger, written)) = match loaded {
            Some(loaded) => (Opened::Existing, loaded),
            None => {
                let ledger = Ledger::new(settings.clone(), now);
                let loaded = (SCHEMA_VERSION, ledger, Written::empty(account));
                (Opened::Created, loaded)
            }
        };
        let mut state = Self {
            backend,
            ledger,
            written,
            suspect: false,
            resets: Resets::default(),
            shown_before: None,
        };
        let lacks_cells = schema < SCHEMA_WITH_FAMILIES;
        if state.ledger.aggregates.settings() != &settings || lacks_cells {
            let is_shown = state.ledger.progress.initial_sync_complete;
            state.shown_before = is_shown.then(|| ShownSeries::of(state.aggregates()));
            state.rebuild(settings, schema, now)?;
        } else if opened == Opened::Created || schema < SCHEMA_VERSION {
            // Of a state of an older schema only `meta` is written: that takes as long for ten million
            // tickets as for ten.
            state.change(|_, _| Ok(((), Writes::Changes)))?;
        }
        Ok((state, opened))
    }

    /// Whether what is in memory may differ from what is stored, because a page failed. Then
    /// nothing of it may be shown until [`Self::recover`] has read the state again.
    pub const fn is_suspect(&self) -> bool {
        self.suspect
    }

    /// How far the account has been read.
    pub fn progress(&self) -> &Progress {
        &self.ledger.progress
    }

    /// Gauges and counters as of the last page.
    pub fn aggregates(&self) -> &Aggregates {
        &self.ledger.aggregates
    }

    /// The words behind the cells' channel numbers.
    pub fn dictionaries(&self) -> &Dictionaries {
        &self.ledger.dictionaries
    }

    /// Bytes that the state takes; 0 where they cannot be seen.
    pub fn size_bytes(&self) -> u64 {
        self.backend.size_bytes()
    }

    /// What other settings have reset since this was last asked.
    pub fn take_resets(&mut self) -> Resets {
        std::mem::take(&mut self.resets)
    }

    /// The series that were shown by the program that used the state before, if opening it has
    /// rebuilt the cells; once.
    pub const fn take_shown_before(&mut self) -> Option<ShownSeries> {
        self.shown_before.take()
    }

    /// Applies one page in one transaction, and returns when nothing can lose it any more.
    ///
    /// # Errors
    ///
    /// Nothing of the page is kept. [`Cause::Damage`] when a stored record cannot be read or
    /// contradicts the aggregates; otherwise the next call reads the state anew before it applies
    /// anything, so what was uncertain in memory is gone.
    pub fn apply(&mut self, read: &PageRead) -> Result<PageApplied, StateError> {
        self.change(|ledger, transaction| page::apply(ledger, transaction, read))
    }

    /// Looks at the next run of records in one transaction, and returns when nothing can lose what
    /// follows. Does nothing unless a resync has come so far.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn look_at_records(
        &mut self,
        account_now: UnixSeconds,
    ) -> Result<RecordsLookedAt, StateError> {
        self.change(|ledger, transaction| {
            resync_records::look_at_next(ledger, transaction, account_now)
        })
    }

    /// Gives the cells the settings of the series, in one transaction, unless they have them;
    /// `now` is our clock.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`]; the stored cells are as they were.
    pub fn apply_settings(
        &mut self,
        settings: SeriesSettings,
        now: UnixSeconds,
    ) -> Result<(), StateError> {
        self.recover()?;
        if self.ledger.aggregates.settings() == &settings {
            return Ok(());
        }
        self.rebuild(settings, SCHEMA_VERSION, now)
    }

    fn rebuild(
        &mut self,
        settings: SeriesSettings,
        schema: i64,
        now: UnixSeconds,
    ) -> Result<(), StateError> {
        let resets = self.change(|ledger, transaction| {
            rebuild::rebuild(ledger, transaction, (settings, schema), now)
        })?;
        self.resets = self.take_resets().and(resets);
        Ok(())
    }

    /// Notes which tickets the settings ask for. If it is not what they asked for before, a resync is
    /// due at once.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn set_ticket_scope(&mut self, scope: TicketScope) -> Result<(), StateError> {
        self.recover()?;
        // Every start sets it. A transaction for nothing would lock each of many files.
        if self.ledger.progress.ticket_scope == Some(scope) {
            return Ok(());
        }
        let resets = self.change(|ledger, _| Ok(rebuild::set_ticket_scope(ledger, scope)))?;
        self.resets = self.take_resets().and(resets);
        Ok(())
    }

    /// The unsolved tickets as of the last page.
    ///
    /// # Errors
    ///
    /// [`Cause::Damage`] when a record cannot be read, any other when the backend fails.
    pub fn backlog(&mut self) -> Result<Backlog, StateError> {
        let cells = self.ledger.aggregates.cells();
        let mut backlog = BacklogBuilder::new(cells.map(|(cell, _)| cell));
        let Some(mut moment) = self.backend.begin_reading()? else {
            return Ok(backlog.build());
        };
        let read = records::for_each_unsolved(&mut *moment, |id, record| {
            backlog.add(id, self.ledger.waiting(record).as_ref());
        });
        drop(moment);
        read.map_err(|failure| failure.into_error(&*self.backend))?;
        Ok(backlog.build())
    }

    /// Makes one change in one transaction, on the state as it is stored.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Ledger, &mut dyn Transaction) -> Result<(T, Writes), Failure>,
    ) -> Result<T, StateError> {
        self.recover()?;
        let changed = self.change_in_transaction(change);
        let changed = changed.map_err(|failure| failure.into_error(&*self.backend));
        // Where the state is gone, no transaction has begun: it can come back as it was.
        self.suspect = matches!(&changed, Err(error) if error.cause != Cause::Gone);
        self.ledger.aggregates.commit_page();
        changed
    }

    fn change_in_transaction<T>(
        &mut self,
        change: impl FnOnce(&mut Ledger, &mut dyn Transaction) -> Result<(T, Writes), Failure>,
    ) -> Result<T, Failure> {
        let mut transaction = self.backend.begin()?;
        let (changed, writes) = change(&mut self.ledger, &mut *transaction)?;
        if let Some(rows) = self.written.rows(&mut self.ledger, writes) {
            transaction.put(&rows)?;
            transaction.commit()?;
        }
        Ok(changed)
    }

    /// Reads the state again if the last page failed; otherwise does nothing.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn recover(&mut self) -> Result<(), StateError> {
        if !self.suspect {
            return Ok(());
        }
        self.backend.reopen()?;
        let loaded = written::load(&mut *self.backend, self.written.account())?;
        let missing = || self.backend.unusable(Problem::Missing);
        let (schema, ledger, written) = loaded.ok_or_else(missing)?;
        // Since it was opened the state has the present schema. One of schema 1 would have to be counted again.
        if schema != SCHEMA_VERSION {
            return Err(self.backend.unusable(Problem::Replaced));
        }
        self.ledger = ledger;
        self.written = written;
        self.suspect = false;
        Ok(())
    }
}
