//! Reads answers of any endpoint: headers, bodies, limits, and the errors for unusable ones.

pub(super) mod exchange;

pub(super) mod headers;

pub(super) mod rate_limits;

pub(super) mod body;

pub(super) mod gzip;

pub(super) mod failure;

pub(super) mod refusal_text;

pub(super) mod client_errors;

pub use body::BODY_BYTES_MAX;
