//! The endpoints: one file for each kind of request, which sends it and reads its answer.

pub(super) mod paths;

pub(super) mod ticket_source;

pub(super) mod export;

pub(super) mod tickets_list;

pub(super) mod deleted_tickets;

pub(super) mod show_tickets;

mod paging;

pub(super) mod lookup_endpoints;

pub(super) mod ticket_fields;

pub(super) mod current_user;

pub(super) mod answer;

pub use ticket_fields::{FieldKind, FieldOption, TicketField, TicketFieldsPage};
