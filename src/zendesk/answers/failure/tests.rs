use super::*;
use crate::source::{AuthMethod, Cursor};
use crate::ticket::UnixSeconds;

/// A minute after the time that pages are asked from.
const NOW: i64 = 60;

fn no_secrets() -> Secrets {
    Secrets::new(std::iter::empty())
}

fn refused(status: u16, body: &str, start: Option<&Position>, now: Option<i64>) -> ApiError {
    RefusedAnswer {
        status,
        body: body.as_bytes(),
        retry_after: None,
        endpoint: Endpoint::TicketsCursor,
        start,
        now: now.map(UnixSeconds),
    }
    .into_error(&no_secrets())
}

#[track_caller]
fn check(status: u16, body: &str, start: Option<Position>, expected: &str) {
    let error = refused(status, body, start.as_ref(), Some(NOW));
    let debug = format!("{error:?}");
    let variant = debug.split([' ', '{']).next().expect("a name");
    assert_eq!(variant, expected, "{status} {body}");
}

#[test]
fn statuses_and_bodies_tell_what_is_wrong() {
    let time = || Some(Position::Time(UnixSeconds(0)));
    let cursor = || Some(Position::Cursor(Cursor("x".to_owned())));
    let too_recent = r#"{"errors":[{"code":"StartTimeTooRecent","title":"start_time must be more than 60 seconds ago"}]}"#;
    check(400, too_recent, time(), "StartTimeTooRecent");
    check(
        422,
        "Too recent start_time. Use a start_time older than 5 minutes",
        time(),
        "StartTimeTooRecent",
    );
    check(400, too_recent, cursor(), "Unexpected");
    check(
        400,
        r#"{"error":"InvalidValue","description":"start_time must be a number"}"#,
        time(),
        "StartTimeTooRecent",
    );
    check(
        400,
        r#"{"errors":[{"code":"InvalidCursor","title":"cursor is invalid or expired"}]}"#,
        cursor(),
        "CursorLost",
    );
    check(
        401,
        r#"{"error":"Couldn't authenticate you"}"#,
        None,
        "Unauthorized",
    );
    check(
        403,
        r#"{"error":"Forbidden","description":"Missing the following required scopes: read"}"#,
        None,
        "MissingScope",
    );
    check(
        403,
        r#"{"error":{"title":"Forbidden","message":"You do not have access to this page."}}"#,
        None,
        "NotAdmin",
    );
    check(403, "", None, "ExportForbidden");
    check(404, "", None, "NotFound");
    check(429, "<html>", None, "RateLimited");
    for status in [500, 502, 503, 504, 520, 524] {
        check(status, "<html>Bad</html>", None, "Server");
    }
    check(302, "", None, "Unexpected");
    check(409, "", None, "Server");
    check(204, "", None, "Unexpected");
}

#[test]
fn a_start_is_too_recent_only_within_minutes_of_zendesks_clock() {
    let plan = r#"{"errors":[{"code":"Forbidden","title":"start_time before 2024-01-01 is not available on your plan"}]}"#;
    let start = Position::Time(UnixSeconds(1_000_000));
    for (now, is_recent) in [
        // Ahead of Zendesk's clock.
        (0, true),
        (999_000, true),
        (1_000_000, true),
        (1_000_060, true),
        (1_000_600, true),
        (1_000_601, false),
        (1_003_600, false),
        (1_790_000_000, false),
    ] {
        for (status, body) in [
            (400, plan),
            (422, plan),
            (422, "start_time is invalid"),
            (
                400,
                r#"{"errors":[{"code":"StartTimeTooRecent","title":"Too recent"}]}"#,
            ),
            (422, "<html><p>Start_Time</p></html>"),
        ] {
            let error = refused(status, body, Some(&start), Some(now));
            let as_expected = match error {
                ApiError::StartTimeTooRecent => is_recent,
                ApiError::StartTimeRefused { .. } => !is_recent,
                _ => false,
            };
            assert!(as_expected, "{status} {body} at {now}: {error:?}");
        }
    }
    // Without any clock nothing is recent.
    let error = refused(422, "start_time is invalid", Some(&start), None);
    assert_eq!(error.reason(), "unexpected");
    assert_eq!(
        error.to_string(),
        "Zendesk answered 422 and does not accept the start_time (Zendesk says: start_time is invalid)"
    );
    // A request without it was not refused for it.
    let error = refused(422, "start_time is invalid", None, Some(1_000_000));
    assert!(matches!(error, ApiError::Unexpected { .. }), "{error:?}");
}

/// Of statuses: the reason, whether a person is needed, a part of the message and of the advice.
type Meaning = (
    &'static [u16],
    &'static str,
    bool,
    &'static str,
    &'static str,
);

const MEANINGS: [Meaning; 13] = [
    (
        &[202, 203, 204, 206, 400, 405, 406, 414, 418, 422, 426, 600],
        "unexpected",
        false,
        "which is not expected for this request",
        "the account's own address",
    ),
    (
        &[300, 301, 302, 303, 304, 307, 308],
        "unexpected",
        false,
        "and the exporter does not follow redirects",
        "the account's own address",
    ),
    (
        &[401],
        "auth",
        true,
        "refused the credentials",
        "check access_token in auth",
    ),
    (
        &[402],
        "forbidden",
        true,
        "the account is not paid for",
        "renew the subscription",
    ),
    (
        &[403, 451],
        "export_forbidden",
        true,
        "Zendesk forbids this request",
        "IP restrictions",
    ),
    (
        &[404],
        "not_found",
        true,
        "does not know this address",
        "check subdomain or base_url",
    ),
    (
        &[410],
        "not_found",
        true,
        "no longer offers this address",
        "set export.source to auto or list",
    ),
    (
        &[407, 511],
        "transport",
        true,
        "the proxy answered",
        "the proxy's user and password",
    ),
    (
        &[408, 409, 421, 425],
        "server",
        false,
        "Zendesk answered 4",
        "no action needed unless it persists",
    ),
    (
        &[413],
        "too_large",
        false,
        "Zendesk answered 413",
        "lower export.page_size",
    ),
    (
        &[429],
        "rate_limited",
        false,
        "request limit",
        "lower export.requests_per_minute",
    ),
    (
        &[500, 501, 502, 503, 504, 520, 524, 530],
        "server",
        false,
        "Zendesk answered 5",
        "no action needed unless it persists",
    ),
    (
        &[999],
        "unexpected",
        false,
        "Zendesk answered 999",
        "no proxy answers for Zendesk",
    ),
];

#[test]
fn each_status_has_its_reason_and_its_advice_whatever_the_body_says() {
    let bodies = [
        "",
        "<p>No disponible</p>",
        r#"{"error":"No disponible","description":"Lo sentimos"}"#,
    ];
    for (statuses, reason, needs_a_person, message, advice) in MEANINGS {
        for (status, body) in statuses
            .iter()
            .flat_map(|status| bodies.map(|body| (*status, body)))
        {
            let error = refused(status, body, None, Some(NOW));
            assert_eq!(error.reason(), reason, "{status} {body}");
            assert_eq!(error.needs_a_person(), needs_a_person, "{status} {body}");
            assert!(error.to_string().contains(message), "{error}");
            let said = error.advice(AuthMethod::AccessToken);
            assert!(said.contains(advice), "{status}: {said}");
        }
    }
}

#[test]
fn an_endpoint_is_refused_by_403_404_and_410_whatever_the_body_says() {
    let bodies = [
        "",
        "<p>No disponible</p>",
        r#"{"error":"No disponible"}"#,
        r#"{"error":{"title":"No disponible","message":"Lo sentimos"}}"#,
        r#"{"error":"insufficient_scope"}"#,
        r#"{"error":"Forbidden","description":"Missing the following required scopes: read"}"#,
    ];
    for (status, body) in (300..600).flat_map(|status| bodies.map(|body| (status, body))) {
        let error = refused(status, body, None, Some(NOW));
        // 451 is the refusal for legal reasons.
        let expected = matches!(status, 403 | 404 | 410 | 451);
        assert_eq!(error.is_refusal(), expected, "{status} {body}: {error:?}");
    }
    for error in [
        ApiError::TokenExpired,
        ApiError::Timeout,
        ApiError::CursorLost,
    ] {
        assert!(!error.is_refusal(), "{error:?}");
    }
}

#[test]
fn a_cursor_is_lost_only_where_one_was_sent_and_is_spoken_of() {
    let cursor = || Some(Cursor("eyJvIjoi".to_owned()));
    let list = r#"{"error":"InvalidPaginationParameter","description":"page[after] is not valid"}"#;
    let bare = r#"{"error":"InvalidPaginationParameter"}"#;
    let nested = r#"{"errors":[{"code":"InvalidPaginationParameter","title":"Invalid"}]}"#;
    let size =
        r#"{"error":"InvalidPaginationParameter","description":"page[size] must be at most 100"}"#;
    let other = r#"{"error":"InvalidValue","description":"sort is not valid"}"#;
    let time = Position::Time(UnixSeconds(0));
    for (position, body, expected) in [
        (Position::List(cursor()), list, "CursorLost"),
        (Position::List(cursor()), bare, "CursorLost"),
        (Position::List(cursor()), nested, "CursorLost"),
        (Position::List(cursor()), "cursor is invalid", "CursorLost"),
        (Position::Deleted(cursor()), list, "CursorLost"),
        (Position::Cursor(Cursor("x".to_owned())), bare, "CursorLost"),
        (Position::List(cursor()), size, "Unexpected"),
        (Position::List(cursor()), other, "Unexpected"),
        (Position::List(None), list, "Unexpected"),
        (Position::Deleted(None), list, "Unexpected"),
        (time, list, "Unexpected"),
    ] {
        for status in [400, 422] {
            check(status, body, Some(position.clone()), expected);
        }
    }
    check(500, list, Some(Position::List(cursor())), "Server");
}

#[test]
fn only_the_error_of_a_missing_record_says_that_a_ticket_does_not_exist() {
    let missing = r#"{"error":"RecordNotFound","description":"Not found"}"#;
    let is_no_such_ticket =
        |endpoint, status, body: &str| is_no_such_ticket(endpoint, status, body.as_bytes());
    for endpoint in [Endpoint::ShowOne, Endpoint::ShowMany] {
        assert!(is_no_such_ticket(endpoint, 404, missing), "{endpoint:?}");
    }
    for endpoint in [
        Endpoint::TicketsList,
        Endpoint::DeletedTickets,
        Endpoint::TicketsCursor,
    ] {
        assert!(!is_no_such_ticket(endpoint, 404, missing), "{endpoint:?}");
    }
    for status in [200, 400, 403, 410, 422, 500] {
        assert!(!is_no_such_ticket(Endpoint::ShowOne, status, missing));
    }
    for body in [
        "",
        " ",
        "Not found",
        "<html>RecordNotFound</html>",
        r#""RecordNotFound""#,
        r#"{"error":"InvalidEndpoint","description":"Not found"}"#,
        r#"{"error":{"title":"No help desk at acme.zendesk.com","message":"There is no help desk configured at this address."}}"#,
        r#"{"error":["RecordNotFound"]}"#,
        r#"{"description":"RecordNotFound"}"#,
        r#"{"errors":[{"code":"RecordNotFound"}]}"#,
        r#"{"error":"RecordNotFound""#,
    ] {
        assert!(!is_no_such_ticket(Endpoint::ShowOne, 404, body), "{body}");
    }
}

#[test]
fn no_words_are_shown_beside_a_token_that_came_with_a_refusal() {
    let told = |endpoint, body: &str| {
        let refusal = RefusedAnswer {
            status: 500,
            body: body.as_bytes(),
            retry_after: None,
            endpoint,
            start: None,
            now: None,
        };
        refusal.into_error(&no_secrets()).to_string()
    };
    for body in [
        "<p>Access_Token: NEW-q7w8e9r0t1</p>",
        r#"{"access_token":"NEW-q7w8e9r0t1","error":"NEW-q7w8e9r0t1"}"#,
    ] {
        let error = told(Endpoint::OAuthToken, body);
        assert_eq!(error, "Zendesk answered 500", "{body}");
    }
    assert_eq!(
        told(Endpoint::OAuthToken, "<p>Bad token request</p>"),
        "Zendesk answered 500 (Zendesk says: Bad token request)"
    );
    assert_eq!(
        told(Endpoint::TicketsCursor, "access_token is missing"),
        "Zendesk answered 500 (Zendesk says: access_token is missing)"
    );
}

#[test]
fn a_retry_after_is_kept_whatever_was_refused_that_may_pass() {
    let asked = Some(Duration::from_secs(40));
    for status in [
        300, 301, 304, 405, 406, 408, 409, 413, 418, 421, 423, 425, 426, 428, 429, 431, 500, 503,
        520, 600,
    ] {
        let refusal = RefusedAnswer {
            status,
            body: b"",
            retry_after: asked,
            endpoint: Endpoint::TicketsCursor,
            start: None,
            now: None,
        };
        let error = refusal.into_error(&no_secrets());
        assert_eq!(error.retry_after(), asked, "{status}: {error:?}");
        assert!(error.is_asked_to_wait(), "{status}");
    }
}

#[test]
fn a_403_is_judged_by_its_form_and_not_by_its_language() {
    for body in [
        r#"{"error":{"title":"Prohibido","message":"No tienes acceso a esta página. Ponte en contacto con el propietario de la cuenta."}}"#,
        r#"{"error":{"title":"禁止","message":"このページにアクセスできません"}}"#,
    ] {
        check(403, body, None, "NotAdmin");
    }
    for body in [
        r#"{"error":"Forbidden","description":"Missing the following required scopes: read"}"#,
        r#"{"error":"insufficient_scope"}"#,
        r#"{"error":"insufficient_scope","error_description":"kein Zugriff"}"#,
    ] {
        check(403, body, None, "MissingScope");
    }
    for body in [
        r#"{"error":"Forbidden","description":"You do not have access to this page."}"#,
        "You do not have access to this page: out of scope",
        "<table><th scope=\"col\">Out of scope</th></table>",
        r#"{"errors":[{"code":"Forbidden","title":"do not have access"}]}"#,
        r#"{"error":{}}"#,
        r#"{"error":["scope"]}"#,
    ] {
        check(403, body, None, "ExportForbidden");
    }
}

#[test]
fn of_what_says_that_a_scope_is_missing_only_the_code_decides_at_once() {
    for (body, decides) in [
        (r#"{"error":"insufficient_scope"}"#, true),
        (
            r#"{"error":"Insufficient_Scope","error_description":"the scope"}"#,
            true,
        ),
        (
            r#"{"error":"Forbidden","description":"Missing the following required scopes: read"}"#,
            false,
        ),
        (
            r#"{"error":"Forbidden","description":"This microscope is closed"}"#,
            false,
        ),
        (
            r#"{"error":"access_denied","error_description":"Out of scope"}"#,
            false,
        ),
    ] {
        let error = refused(403, body, None, Some(NOW));
        assert!(
            matches!(error, ApiError::MissingScope { .. }),
            "{body}: {error:?}"
        );
        assert_eq!(error.depends_on_asker(), !decides, "{body}");
    }
}

#[test]
fn the_token_endpoint_refuses_credentials_and_nothing_else() {
    for (status, expected) in [
        (400, "auth"),
        (401, "auth"),
        (402, "forbidden"),
        (403, "auth"),
        (404, "not_found"),
        (409, "server"),
        (429, "rate_limited"),
        (503, "server"),
    ] {
        let refusal = RefusedAnswer {
            status,
            body: br#"{"error":"invalid_client"}"#,
            retry_after: None,
            endpoint: Endpoint::OAuthToken,
            start: None,
            now: None,
        };
        assert_eq!(
            refusal.into_error(&no_secrets()).reason(),
            expected,
            "{status}"
        );
    }
}

#[test]
fn words_are_zendesks_own_and_those_of_a_page_or_a_proxy_are_not_shown() {
    let said = |status, body| refused(status, body, None, Some(NOW)).to_string();
    assert_eq!(
        said(301, ""),
        "Zendesk answered 301, and the exporter does not follow redirects"
    );
    assert_eq!(
        said(503, "Down for maintenance"),
        "Zendesk answered 503 (Zendesk says: Down for maintenance)"
    );
    // The beginning of a page of tickets, cut off and so no JSON any more.
    let page = r#"{"tickets":[{"id":1,"subject":"The printer is"#;
    for status in [202, 203, 206] {
        assert!(!said(status, page).contains("printer"), "{status}");
    }
    for status in [407, 511] {
        assert!(!said(status, "Proxy-Authorization: Basic").contains("Basic"));
    }
}

#[test]
fn words_that_repeat_a_credential_are_not_shown_whatever_the_status() {
    let secret = "s3cr3t-Qx7-ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let secrets = Secrets::new([secret].into_iter());
    for status in [302, 400, 401, 402, 403, 404, 405, 409, 410, 451, 500, 503] {
        // Beyond what is shown of it, and cut off by the end of what was read.
        for body in [
            format!("Authorization: Bearer {secret}"),
            format!("{} {secret}", "x ".repeat(150)),
            format!("{} {}", "x ".repeat(150), &secret[..8]),
            format!(r#"{{"error":"no","seen":"{secret}"}}"#),
        ] {
            let error = RefusedAnswer {
                status,
                body: body.as_bytes(),
                retry_after: None,
                endpoint: Endpoint::TicketsCursor,
                start: None,
                now: None,
            }
            .into_error(&secrets);
            let said = error.to_string();
            assert!(
                said.ends_with("(Zendesk's message is not shown because it repeats a credential)"),
                "{status}: {said}"
            );
        }
    }
}

/// Real refusals, where they are at hand: every status is told apart, and no words are lost.
#[test]
fn recorded_refusals_mean_what_they_say() {
    let Some(folder) = std::env::var_os("ZENDESK_RECORDED_DIR") else {
        return;
    };
    for kind in ["errors", "errors-rb"] {
        let folder = std::path::Path::new(&folder).join(kind);
        for file in std::fs::read_dir(folder).expect("there") {
            let path = file.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("readable");
            let recording: Value = serde_json::from_str(&text).expect("JSON");
            check_recorded(&recording["response"], &path.display().to_string());
        }
    }
}

fn check_recorded(response: &Value, path: &str) {
    let body = match &response["body"] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        json => json.to_string(),
    };
    let headers = response["headers"].as_object().expect("headers");
    let retry_after = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))
        .and_then(|(_, value)| value.as_str()?.parse().ok())
        .map(Duration::from_secs);
    let status = u16::try_from(response["status"].as_u64().expect("a status")).expect("small");
    let refusal = RefusedAnswer {
        status,
        body: body.as_bytes(),
        retry_after,
        endpoint: Endpoint::TicketsCursor,
        start: None,
        now: None,
    };
    let error = refusal.into_error(&no_secrets());
    match (status, &error) {
        (404, ApiError::NotFound { .. }) | (409, ApiError::Server { .. }) => {}
        (429, ApiError::RateLimited { retry_after }) => {
            assert_eq!(*retry_after, Some(Duration::from_secs(10)), "{path}");
        }
        (
            400..=422,
            ApiError::Unexpected {
                status: told,
                explanation,
                ..
            },
        ) => {
            assert_eq!(*told, status, "{path}");
            let has_words = body.chars().any(char::is_alphanumeric);
            assert_eq!(explanation.is_some(), has_words, "{path}: {explanation:?}");
        }
        _ => panic!("{path}: {status} was read as {error:?}"),
    }
}
