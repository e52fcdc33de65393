//! Logins: the `Authorization` header, tokens of OAuth, and when they must be renewed.

pub(super) mod session;

pub(super) mod auth;

pub(super) mod token;

pub(super) mod doubts;

pub use auth::UnsendableCredentials;
