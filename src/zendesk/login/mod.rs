//! Logins: the header of requests, OAuth tokens, and their renewal.

pub(super) mod session;

pub(super) mod auth;

pub(super) mod token;

pub(super) mod doubts;

pub use auth::UnsendableCredentials;
