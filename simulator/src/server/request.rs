//! What a request asks for.

use std::collections::HashMap;

use hyper::Method;

/// The query of a request.
pub(super) type Query = HashMap<String, String>;

/// A request, read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received<'a> {
    pub(super) method: &'a Method,
    /// Without `.json`.
    pub(super) path: &'a str,
    pub(super) query: &'a Query,
    pub(super) authorization: Option<&'a str>,
    pub(super) body: &'a [u8],
}

/// The rows that are asked for.
pub(super) fn asked_for(query: &Query) -> u32 {
    let size = query.get("per_page").and_then(|size| size.parse().ok());
    size.unwrap_or(1000)
}
