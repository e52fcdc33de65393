//! The parameters of pages of the lists.

use super::ticket_source::Query;
use crate::source::{LIST_ROWS_MAX, PageRequest};

/// Appends the size of the page, and the cursor after which it begins.
pub(super) fn append_paging(query: &mut Query<'_>, request: &PageRequest) {
    let size = request.page_size.clamp(1, LIST_ROWS_MAX);
    query.append_pair("page[size]", &size.to_string());
    if let Some(cursor) = request.start.cursor() {
        query.append_pair("page[after]", &cursor.0);
    }
}
