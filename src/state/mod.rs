//! The state of one account: records, aggregates and position, one transaction a page.
//!
//! They are written together or not at all, so a crash at any instant leaves a state from which the
//! same page is applied again with the same result. Only rows that changed are written. What a page,
//! a sweep and other settings do to a state is decided here once; a [`Backend`] keeps the rows.

mod backend;

mod codec;

mod error;

mod written;

mod records;

mod page;

mod relayout;

mod sweep;

mod inspect;

#[cfg(test)]
pub(crate) mod memory;

pub mod sqlite;

#[cfg(test)]
mod tests;

pub use backend::{Backend, CellRow, EntryRow, RecordRow, Rows, Stored, Transaction};
pub use error::{Cause, Problem, StateError};
pub use inspect::{Inspection, Verification, inspect, verify};
pub use sweep::RecordsLookedAt;

use std::collections::BTreeMap;

use crate::ledger::{
    Aggregates, Backlog, BoundedLabel, Cell, Dictionaries, Layout, Ledger, Outcome, PageRead,
    Progress, Reach, Resets, ShownSeries, Waiting,
};
use crate::source::RejectedRow;
use crate::ticket::{TicketId, UnixSeconds};
use codec::{SCHEMA_VERSION, SCHEMA_WITH_FAMILIES};
use error::Failure;
use written::Written;

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
    /// What was shown before, if opening the state has laid the cells out anew.
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

/// What a page came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageApplied {
    /// How many rows of each outcome, in the order of [`Outcome::ALL`]; rows that could not be
    /// decoded are `rejected`.
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Rows that were decoded and rejected all the same.
    pub rejected: Vec<RejectedRow>,
    /// Rows of which a label shows `other` because it has too many values.
    pub labels_dropped: BTreeMap<BoundedLabel, u64>,
    /// How often a new series found no room, by family.
    pub series_dropped: BTreeMap<&'static str, u64>,
    /// Whether any sample of a ticket family changed.
    pub cells_changed: bool,
    /// Whether this page completed the initial sync.
    pub completed_initial_sync: bool,
    /// Whether label values were chosen anew, so that unsolved tickets of earlier pages count
    /// elsewhere than they did: they are to be read again with [`State::backlog`].
    pub values_chosen_anew: bool,
    /// What each cell of the histograms in business hours held before this page, if they began in
    /// it; a cell that is not among them held nothing.
    pub twins_began: Option<BTreeMap<Cell, u64>>,
    /// The tickets that are unsolved or were until now, in the order of their rows: what is known
    /// of them, `None` if they are unsolved no more. At most one a row.
    pub unsolved: Vec<(TicketId, Option<Waiting>)>,
}

/// What is to be written beside the records after a change.
enum Writes {
    /// Nothing has changed.
    Nothing,
    /// What has changed.
    Changes,
    /// All cells and dictionaries anew.
    All,
}

impl State {
    /// Opens the state of `account`, making it if there is none.
    ///
    /// What is stored is first looked at and checked: schema, account, and the checksum over everything
    /// but the ticket records; damage in those shows when they are read, or in [`verify`]. If `layout`
    /// differs from the stored one, or the state is of schema 1, the cells are made anew in one
    /// transaction.
    ///
    /// # Errors
    ///
    /// Any [`StateError`]; what is stored is as it was.
    pub fn open(
        backend: impl Backend + 'static,
        account: &str,
        layout: Layout,
        now: UnixSeconds,
    ) -> Result<(Self, Opened), StateError> {
        let mut backend: Box<dyn Backend> = Box::new(backend);
        let loaded = load(&mut *backend, account)?;
        backend.reopen()?;
        let opened = |schema| match schema {
            None => Opened::Created,
            Some(_) => Opened::Existing,
        };
        let (schema, ledger, written) = match loaded {
            Some((schema, ledger, written)) => (Some(schema), ledger, written),
            None => {
                let ledger = Ledger::new(layout.clone(), now);
                (None, ledger, Written::nothing(account))
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
        let lacks_cells = schema.is_some_and(|schema| schema < SCHEMA_WITH_FAMILIES);
        if state.ledger.aggregates.layout() != &layout || lacks_cells {
            let is_shown = state.ledger.progress.initial_sync_complete;
            state.shown_before = is_shown.then(|| ShownSeries::of(state.aggregates()));
            let schema = schema.unwrap_or(SCHEMA_VERSION);
            state.lay_out_from(layout, schema, now)?;
        } else if schema != Some(SCHEMA_VERSION) {
            // Of a state of an older schema only `meta` is written: that takes as long for ten million
            // tickets as for ten.
            state.change(|_, _| Ok(((), Writes::Changes)))?;
        }
        Ok((state, opened(schema)))
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

    /// What other settings have reset since this was last asked: when the state was opened, by
    /// [`Self::lay_out`] and by [`Self::aim`].
    pub fn take_resets(&mut self) -> Resets {
        std::mem::take(&mut self.resets)
    }

    /// The series that were shown by the program that used the state before, if opening it has laid the
    /// cells out anew since; once.
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
        self.change(|ledger, transaction| sweep::look_at_records(ledger, transaction, account_now))
    }

    /// Gives the cells the layout that the settings ask for, in one transaction, unless they have it;
    /// `now` is our clock.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`]; the stored cells are as they were.
    pub fn lay_out(&mut self, layout: Layout, now: UnixSeconds) -> Result<(), StateError> {
        self.recover()?;
        if self.ledger.aggregates.layout() == &layout {
            return Ok(());
        }
        self.lay_out_from(layout, SCHEMA_VERSION, now)
    }

    fn lay_out_from(
        &mut self,
        layout: Layout,
        schema: i64,
        now: UnixSeconds,
    ) -> Result<(), StateError> {
        let resets = self.change(|ledger, transaction| {
            relayout::lay_out(ledger, transaction, (layout, schema), now)
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
    pub fn aim(&mut self, reach: Reach) -> Result<(), StateError> {
        let resets = self.change(|ledger, _| Ok(relayout::aim(ledger, reach)))?;
        self.resets = self.take_resets().and(resets);
        Ok(())
    }

    /// The unsolved tickets as of the last page.
    ///
    /// # Errors
    ///
    /// [`Cause::Damage`] when a record cannot be read, any other when the backend fails.
    pub fn backlog(&mut self) -> Result<Backlog, StateError> {
        let mut backlog = Backlog::default();
        backlog.know(self.ledger.aggregates.cells().map(|(cell, _)| cell));
        let mut problem = None;
        if let Some(mut transaction) = self.backend.look()? {
            transaction.unsolved(&mut |id, bytes| match records::decode(id, bytes) {
                Ok(record) => backlog.apply(id, self.ledger.waiting(&record).as_ref()),
                Err(bad) => {
                    problem.get_or_insert(bad);
                }
            })?;
        }
        match problem {
            Some(problem) => Err(self.backend.unusable(problem)),
            None => Ok(backlog),
        }
    }

    /// Makes one change in one transaction, on the state as it is stored.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Ledger, &mut dyn Transaction) -> Result<(T, Writes), Failure>,
    ) -> Result<T, StateError> {
        self.recover()?;
        // A state that is not there any more changes nothing here: it can come back.
        let changed = self.change_in_transaction(change);
        let changed = changed.map_err(|failure| told(failure, &*self.backend));
        self.suspect = changed
            .as_ref()
            .is_err_and(|error| error.cause != Cause::Gone);
        self.ledger.aggregates.commit_page();
        changed
    }

    fn change_in_transaction<T>(
        &mut self,
        change: impl FnOnce(&mut Ledger, &mut dyn Transaction) -> Result<(T, Writes), Failure>,
    ) -> Result<T, Failure> {
        let mut transaction = self.backend.begin()?;
        let (changed, writes) = change(&mut self.ledger, &mut *transaction)?;
        let rows = match writes {
            Writes::Nothing => return Ok(changed),
            Writes::Changes => self.written.changes(&mut self.ledger),
            Writes::All => self.written.all(&mut self.ledger),
        };
        transaction.put(&rows)?;
        transaction.commit()?;
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
        let loaded = load(&mut *self.backend, self.written.account())?;
        let (_, ledger, written) = loaded.ok_or_else(|| self.backend.unusable(Problem::Missing))?;
        self.ledger = ledger;
        self.written = written;
        self.suspect = false;
        Ok(())
    }
}

/// The error of a change that was given up.
fn told(failure: Failure, backend: &dyn Backend) -> StateError {
    match failure {
        Failure::Backend(error) => error,
        Failure::Stored(problem) => backend.unusable(problem),
    }
}

/// What is stored of `account` beside the records, and in which schema; `None` if nothing is.
fn load(
    backend: &mut dyn Backend,
    account: &str,
) -> Result<Option<(i64, Ledger, Written)>, StateError> {
    let Some(mut transaction) = backend.look()? else {
        return Ok(None);
    };
    let stored = transaction.load()?;
    drop(transaction);
    let schema = stored.schema;
    let (ledger, written) =
        Written::read(stored, account).map_err(|problem| backend.unusable(problem))?;
    Ok(Some((schema, ledger, written)))
}
