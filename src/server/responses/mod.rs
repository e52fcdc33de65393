//! Large responses: their text, the form in which it is sent, and how much of it is kept for clients.

pub(super) mod content;

pub(super) mod accept_encoding;

pub(super) mod unsent;
