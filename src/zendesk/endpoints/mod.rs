//! The endpoints: one file for each kind of request, which sends it and reads its answer.

pub(super) mod paths;

pub(super) mod export;

pub(super) mod lookup_endpoints;

pub(super) mod ticket_fields;

pub(super) mod current_user;

pub(super) mod answer;

pub use ticket_fields::{FieldKind, FieldOption, TicketField, TicketFieldsPage};
