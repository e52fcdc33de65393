//! How the ledger's values are written, but for the records.
//!
//! PURE. The bytes of a record are beside its fields, in [`TicketRecord`](crate::ledger::TicketRecord).

mod cells;

mod meta;

mod series_settings;

mod text;

pub(super) use cells::{cell_from, cell_labels};
pub(super) use meta::{
    APPLICATION_ID, CREATE, META_ACCOUNT, META_CHECKSUM, SCHEMA_VERSION, SCHEMA_VERSION_MIN,
    SCHEMA_WITH_FAMILIES, entry_from, ledger_from, meta_rows, row_checksum,
};
