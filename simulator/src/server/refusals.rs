//! Faults that give no page.

use serde_json::{Value, json};

use super::answer::{self, Answer, Dropped, http_date};
use crate::faults::Fault;

/// The answer of a fault that gives no page of this size; `None` for those that break one.
pub(super) fn refusal(fault: Fault, now: i64, size: u32) -> Result<Option<Answer>, Dropped> {
    Ok(Some(match fault {
        Fault::Status(status) => answer::json(
            status,
            &json!({"status": status, "error": "Internal Server Error"}),
        ),
        Fault::Unavailable => answer::header(
            answer::text(503, "upstream connect error"),
            "retry-after",
            "1",
        ),
        Fault::TimeoutAbove(most) if size > most => answer::text(504, "upstream request timeout"),
        Fault::ProxyHtml => answer::html(
            520,
            "<html><head><title>520: Web server is returning an unknown error</title></head></html>",
        ),
        Fault::Reset => return Err(Dropped),
        Fault::Empty => answer::with_type(200, "application/json", ""),
        Fault::Html => answer::html(200, "<html><body>Down for maintenance</body></html>"),
        Fault::WrongShape => answer::json(200, &json!({"foo": 1})),
        Fault::Redirect => answer::header(
            answer::text(302, ""),
            "location",
            "http://127.0.0.1:9/elsewhere",
        ),
        Fault::TooRecent => too_recent(),
        Fault::TooRecentText => answer::text(
            422,
            "Too recent start_time. Use a start_time older than 5 minutes",
        ),
        Fault::StartTimeRefused => answer::json(
            400,
            &json!({"errors": [{"code": "Forbidden", "status": "400", "title": "start_time before 2024-01-01 is not available on your plan"}]}),
        ),
        Fault::InvalidCursor => invalid_cursor(),
        Fault::Huge => answer::huge(),
        Fault::GzipBomb => answer::gzip_bomb(),
        other => return Ok(limited(other, now).or_else(|| denied(other))),
    }))
}

/// The forms of a 429.
fn limited(fault: Fault, now: i64) -> Option<Answer> {
    let body = json!({
        "error": "APIRateLimitExceeded",
        "description": "Number of allowed incremental export API requests per minute exceeded",
    });
    let after = |answer, value: &str| answer::header(answer, "retry-after", value);
    match fault {
        Fault::RateLimited => Some(after(answer::json(429, &body), "1")),
        Fault::RateLimitedLong => Some(after(answer::json(429, &body), "3600")),
        Fault::RateLimitedSilently => Some(answer::json(429, &body)),
        Fault::RateLimitedHtml => Some(after(answer::html(429, "<html>Slow down</html>"), "2")),
        Fault::RateLimitedUntil => Some(after(answer::json(429, &body), &http_date(now + 2))),
        _ => None,
    }
}

/// Refusals of the credentials or the address.
fn denied(fault: Fault) -> Option<Answer> {
    let (status, body): (u16, Value) = match fault {
        Fault::Unauthorized => (401, json!({"error": "Couldn't authenticate you"})),
        Fault::NotAdmin => return Some(not_admin()),
        Fault::NotAdminForeign => (
            403,
            json!({"error": {"title": "Prohibido", "message": "No tienes acceso a esta pa\u{ad}gina.\u{200b} Ponte en contacto con el propietario de la cuenta."}}),
        ),
        Fault::NotPaid => (402, json!({"error": "PaymentRequired"})),
        Fault::MissingScope => return Some(missing_scope()),
        Fault::ClosedExport => return Some(closed(403)),
        Fault::NoHelpDesk => (
            404,
            json!({"error": {"title": "No help desk at acme.zendesk.com", "message": "There is no help desk configured at this address."}}),
        ),
        _ => return None,
    };
    Some(answer::json(status, &body))
}

/// What somebody gets who may not read what is asked for.
pub(super) fn not_admin() -> Answer {
    answer::json(
        403,
        &json!({"error": {"title": "Forbidden", "message": "You do not have access to this page. Please contact the account owner of this help desk for further help."}}),
    )
}

/// What an endpoint answers with this status that is closed to everybody.
pub(super) fn closed(status: u16) -> Answer {
    if status == 404 {
        return not_found();
    }
    answer::json(
        status,
        &json!({"error": "Forbidden", "description": "This endpoint is no longer available to third-party applications"}),
    )
}

/// What a token without the scope `read` gets wherever it asks.
pub(super) fn missing_scope() -> Answer {
    answer::json(
        403,
        &json!({"error": "Forbidden", "description": "Missing the following required scopes: read"}),
    )
}

/// A debugging page: it shows the login that came, and tokens that were made.
pub(super) fn echo(authorization: Option<&str>, tokens: &[String]) -> Answer {
    let authorization = authorization.unwrap_or_default();
    let tokens: Vec<String> = tokens
        .iter()
        .map(|token| token.replace('-', "&#45;"))
        .collect();
    let page = format!(
        "<html><body><h1>403</h1><pre>Authorization: {authorization}</pre><p>Known: {}</p></body></html>",
        tokens.join("<br>")
    );
    answer::with_type(403, "text/html; charset=utf-8", page)
}

pub(super) fn too_recent() -> Answer {
    answer::json(
        400,
        &json!({"errors": [{"code": "StartTimeTooRecent", "status": "400", "title": "start_time must be more than 60 seconds ago"}]}),
    )
}

/// What a list says to a cursor or a size that it does not take.
pub(super) fn invalid_list_page(description: &str) -> Answer {
    answer::json(
        400,
        &json!({"error": "InvalidPaginationParameter", "description": description}),
    )
}

/// What is answered where nothing is.
pub(super) fn not_found() -> Answer {
    answer::json(
        404,
        &json!({"error": "RecordNotFound", "description": "Not found"}),
    )
}

pub(super) fn invalid_cursor() -> Answer {
    answer::json(
        400,
        &json!({"errors": [{"code": "InvalidCursor", "status": "400", "title": "cursor is invalid or expired"}]}),
    )
}
