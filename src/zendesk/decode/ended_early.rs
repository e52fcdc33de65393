//! Errors for bodies that ended before they were complete; a smaller page may help.
//!
//! PURE.

use super::page_parts::DecodeError;
use crate::source::ApiError;

/// The error of a connection while a body was read. The URL is left out, because its query contains the cursor.
pub(in crate::zendesk) fn cut(error: reqwest::Error) -> ApiError {
    if error.is_timeout() {
        return ApiError::Timeout;
    }
    ApiError::Cut(Box::new(error.without_url()))
}

/// The error for a body that is not a page of tickets. If only the end of the connection marks the end of a body, a
/// body that was cut looks complete, and only its JSON shows it.
pub(in crate::zendesk) fn unreadable(error: &DecodeError, body: &[u8]) -> ApiError {
    let problem = error.to_string();
    if error.is_cut().unwrap_or_else(|| ends_early(body)) {
        ApiError::EndsEarly { problem }
    } else {
        ApiError::Decode { problem }
    }
}

/// Whether this is the beginning of a JSON object, or empty. Only brackets and strings are read, so an invalid
/// value does not hide that the body was cut.
fn ends_early(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    if body.first().is_some_and(|first| *first != b'{') {
        return false;
    }
    is_open(body, 0) || body.is_empty()
}

/// Whether a string or a bracket is open at the end, if `depth` brackets precede the first byte.
pub(in crate::zendesk) fn is_open(json: &[u8], mut depth: usize) -> bool {
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    in_string || depth > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_of_a_page_ends_early_and_the_page_does_not() {
        let page = br#" {"tickets":[{"id":1,"subject":"a \"quoted\" ] } \\"},{"id":2}],"end_of_stream":true} "#;
        let whole = page.trim_ascii_end().len();
        for length in 0..whole {
            assert!(ends_early(&page[..length]), "{length}");
        }
        assert!(!ends_early(&page[..whole]));
        assert!(!ends_early(page));
    }

    #[test]
    fn what_is_no_page_at_all_does_not_end_early_and_a_broken_row_hides_nothing() {
        let table: [(&[u8], bool); 8] = [
            (b"<html><style>b{", false),
            (b"[1, [2", false),
            (b"Bad gateway", false),
            (b"{}", false),
            (br#"{"tickets":[}]"#, false),
            (br#"{"tickets":[{"id":NaN,}],"end_of"#, true),
            (b"{\"tickets\":[{\"subject\":\"\xff\xfe", true),
            (b" \n", true),
        ];
        for (body, expected) in table {
            let words = String::from_utf8_lossy(body);
            assert_eq!(ends_early(body), expected, "{words}");
        }
    }
}
