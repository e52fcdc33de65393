//! What a request asks for.

use std::collections::HashMap;

/// The query of a request.
pub(super) type Query = HashMap<String, String>;

/// The rows that are asked for.
pub(super) fn asked_for(query: &Query) -> u32 {
    let size = query.get("per_page").and_then(|size| size.parse().ok());
    size.unwrap_or(1000)
}
