//! Reading the unsolved tickets, without touching the rest.

use super::{State, StateError};
use crate::ledger::{Backlog, TicketRecord};
use crate::ticket::TicketId;

/// The index must hold all that is read here.
pub(super) const SELECT: &str =
    "SELECT id, record FROM tickets INDEXED BY tickets_unsolved WHERE unsolved = 1";

impl State {
    /// The unsolved tickets as of the last page, read from the index that holds their records.
    ///
    /// # Errors
    ///
    /// [`StateError::Damaged`] when a record or the index cannot be read, [`StateError::Sqlite`]
    /// when the disk fails.
    pub fn backlog(&self) -> Result<Backlog, StateError> {
        let file = &self.file;
        let mut backlog = Backlog::default();
        backlog.ensure_series(self.ledger.aggregates.cells().map(|(cell, _)| cell));
        let mut statement = self
            .connection
            .prepare(SELECT)
            .map_err(|source| file.failed(source))?;
        let mut rows = statement.query([]).map_err(|source| file.failed(source))?;
        while let Some(row) = rows.next().map_err(|source| file.failed(source))? {
            let read = || -> rusqlite::Result<_> {
                let record = TicketRecord::decode(row.get_ref(1)?.as_blob()?);
                Ok((TicketId(row.get(0)?), record))
            };
            let (id, record) = read().map_err(|source| file.failed(source))?;
            let record = record.map_err(|bad| file.damaged(format!("ticket {}: {bad}", id.0)))?;
            backlog.apply(id, self.ledger.waiting(&record).as_ref());
        }
        drop(rows);
        self.let_cache_go();
        Ok(backlog)
    }
}
