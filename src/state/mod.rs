//! The state of one account on disk: SQLite, one transaction a page.
//!
//! The only module that knows the database. Records, aggregates and position are written together
//! or not at all, so a crash at any instant leaves a state from which the same page is applied
//! again with the same result. Only rows that changed are written.

mod codec;

mod sqlite;

mod written;

mod page;

mod inspect;

mod rebuild;

mod sweep;

mod unsolved;

#[cfg(test)]
mod tests;

pub use inspect::{Inspection, Verification, inspect, verify};
pub use sqlite::{BackupError, StateError, backup};
pub use sweep::RecordsLookedAt;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::ledger::{
    Aggregates, Cell, Dictionaries, Dimension, Ledger, Outcome, PageRead, Progress, Resets,
    SeriesSettings, ShownSeries, TicketFamily, Waiting,
};
use crate::source::RejectedRow;
use crate::ticket::{TicketId, UnixSeconds};
use codec::{SCHEMA_VERSION, SCHEMA_WITH_FAMILIES};
use sqlite::{Loaded, Lock, StateFile};

/// The state of one account, open for writing.
#[derive(Debug)]
pub struct State {
    file: StateFile,
    connection: Connection,
    ledger: Ledger,
    /// The rows of `meta` as they are stored, without the checksum.
    meta: BTreeMap<String, String>,
    /// Over `cells` and `dictionary` as they are stored.
    checksum: u64,
    /// Device and number of the file that is open.
    identity: (u64, u64),
    /// The same of its write-ahead log, as of the last page.
    wal_identity: Option<(u64, u64)>,
    /// What is in memory may differ from what is stored: a transaction failed.
    suspect: bool,
    /// What other settings have reset since somebody asked.
    resets: Resets,
    /// What was shown before, if opening the state has laid the cells out anew.
    shown_before: Option<ShownSeries>,
    /// Whether SQLite's page cache is kept between transactions.
    keeps_cache: bool,
    _lock: Lock,
}

/// How a state was found when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// There was none, or an empty file that a killed start had left: this is a first run.
    Nothing,
    /// A state of this account.
    State,
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
    pub labels_dropped: BTreeMap<Dimension, u64>,
    /// How often a new series found no room, by family.
    pub series_dropped: BTreeMap<TicketFamily, u64>,
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

impl State {
    /// Opens the state of `account` at `path`, making it if there is none.
    ///
    /// Takes the lock `<path>.lock` for life. An existing file is first checked read-only: header,
    /// schema, account, and the checksum over everything but the ticket records; damage in those
    /// shows when they are read, or in [`verify`]. If `settings` differ from the stored ones, or the
    /// state is of schema 1, the cells are made anew in one transaction.
    ///
    /// # Errors
    ///
    /// Any [`StateError`]; the file is as it was.
    pub fn open(
        path: &Path,
        account: &str,
        settings: SeriesSettings,
        now: UnixSeconds,
    ) -> Result<(Self, Found), StateError> {
        let lock = Lock::take(path)?;
        let file = StateFile::new(path, account);
        let checked = file.identity().ok();
        let (found, loaded) = match file.check()? {
            Some(loaded) => (Found::State, Some(loaded)),
            None => {
                file.create(&settings, now)?;
                (Found::Nothing, None)
            }
        };
        let connection = file.open_for_writing()?;
        let identity = file.identity()?;
        let loaded = match loaded {
            // Nobody else writes while the lock is held.
            Some(loaded) if checked == Some(identity) => loaded,
            _ => file.load(&connection)?,
        };
        let mut state = Self {
            identity,
            wal_identity: None,
            file,
            connection,
            ledger: loaded.ledger,
            meta: loaded.meta,
            checksum: loaded.checksum,
            suspect: false,
            resets: Resets::default(),
            shown_before: None,
            keeps_cache: true,
            _lock: lock,
        };
        let lacks_cells = loaded.schema < SCHEMA_WITH_FAMILIES;
        if state.ledger.aggregates.settings() != &settings || lacks_cells {
            let is_shown = state.ledger.progress.initial_sync_complete;
            state.shown_before = is_shown.then(|| ShownSeries::of(state.aggregates()));
            state.rebuild(settings, loaded.schema, now)?;
        } else if loaded.schema < SCHEMA_VERSION {
            state.take_over()?;
        }
        Ok((state, found))
    }

    /// Whether what is in memory may differ from what is stored, because a page failed. Then
    /// nothing of it may be shown until [`Self::recover`] has read the state again.
    pub const fn is_suspect(&self) -> bool {
        self.suspect
    }

    /// From now on keeps no page of the file in memory between two transactions. They are read again
    /// when they are needed, from the system's cache as a rule: for states that are many, of which few
    /// are in use at a time.
    pub fn keep_no_cache(&mut self) {
        self.keeps_cache = false;
        self.let_cache_go();
    }

    fn let_cache_go(&self) {
        if !self.keeps_cache {
            // Whatever goes wrong here, the next statement meets it, too.
            let _ = self.connection.execute_batch("PRAGMA shrink_memory");
        }
    }

    /// Lets the file grow no more, as a full disk would.
    #[cfg(test)]
    pub(crate) fn fill_disk(&self) {
        let pages: i64 = self
            .connection
            .query_row("PRAGMA page_count", [], |row| row.get(0))
            .expect("a count");
        self.connection
            .pragma_update(None, "max_page_count", pages)
            .expect("a setting");
    }

    /// The path of the state file.
    pub fn path(&self) -> &Path {
        &self.file.path
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

    /// Bytes on disk, database and write-ahead log together; 0 where they cannot be seen.
    pub fn size_bytes(&self) -> u64 {
        self.file.size_bytes()
    }

    /// Applies one page in one transaction, and returns when it is on disk.
    ///
    /// # Errors
    ///
    /// Nothing of the page is kept. [`StateError::Damaged`] when a stored record cannot be read or
    /// contradicts the aggregates; otherwise the next call reads the state anew before it applies
    /// anything, so what was uncertain in memory is gone.
    pub fn apply(&mut self, read: &PageRead) -> Result<PageApplied, StateError> {
        self.guarded(|state| state.apply_in_transaction(read))
    }

    /// Makes one change that is a transaction: on the state as it is on disk, in the file that was
    /// opened.
    fn guarded<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        self.recover()?;
        // A file that was unlinked can be written for ever, and is lost with this process.
        let same_log = self.wal_identity.is_none() || self.wal_identity == self.file.wal_identity();
        if self.file.identity()? != self.identity || !same_log {
            return Err(self.file.gone());
        }
        self.suspect = true;
        let changed = change(self)?;
        self.suspect = false;
        self.wal_identity = self.file.wal_identity();
        self.ledger.aggregates.commit_page();
        self.let_cache_go();
        Ok(changed)
    }

    /// Reads the state from disk again if the last page failed; otherwise does nothing.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn recover(&mut self) -> Result<(), StateError> {
        if !self.suspect {
            return Ok(());
        }
        let connection = self.file.open_for_writing()?;
        let Loaded {
            ledger,
            meta,
            checksum,
            schema: _,
        } = self.file.load(&connection)?;
        self.identity = self.file.identity()?;
        self.wal_identity = None;
        self.connection = connection;
        self.ledger = ledger;
        self.meta = meta;
        self.checksum = checksum;
        self.suspect = false;
        Ok(())
    }
}

/// The path of an account's state file in the state directory.
pub fn state_path(directory: &Path, file_name: &str) -> PathBuf {
    directory.join(file_name)
}
