//! How the ledger's values are written, but for the records.
//!
//! PURE. The bytes of a record are beside its fields, in [`TicketRecord`](crate::ledger::TicketRecord).

mod meta;

mod cells;

mod entries;

mod series_settings;

pub(super) mod checksum;

mod text;

pub(super) use cells::{cell_from, cell_row};
pub(super) use entries::{entry_from, entry_row};
pub(super) use meta::{
    META_ACCOUNT, META_CHECKSUM, SCHEMA_VERSION, SCHEMA_WITH_FAMILIES, check_schema, ledger_from,
    meta_rows,
};
