//! What the client must be told.

use std::time::Duration;

use url::Url;

use super::TagsAndFields;
use crate::source::{Auth, ProxyInUse, SourceKind, SupportTypeScope};

/// Settings of the client of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientSettings {
    /// Scheme, host, port and possibly a path before `/api`; no query.
    pub base_url: Url,
    /// How to log in.
    pub auth: Auth,
    /// The proxy that requests go through. Known here so that no answer shows its login and failures
    /// name it: it is the environment that it is taken from when they are sent.
    pub proxy: Option<ProxyInUse>,
    /// Which of the exports to read.
    pub source: SourceKind,
    /// Whose tickets.
    pub support_type_scope: SupportTypeScope,
    /// Whether to ask for metric sets.
    pub metric_sets: bool,
    /// Whether to ask for SLA targets.
    pub slas: bool,
    /// Tags and custom fields to read.
    pub tags_and_fields: TagsAndFields,
    /// For connecting, headers and body together.
    pub request_timeout: Duration,
}
