//! Judges the response to a health check: whether the exporter is healthy, and if not, what answered.
//!
//! PURE.

/// How much of a response that is not HTTP is shown.
const SHOWN_BYTES_MAX: usize = 40;

/// The longest text of the exporter that is shown.
const REASON_CHARACTERS_MAX: usize = 1_000;

/// The first bytes of a TLS record: an alert or a handshake, of any version since SSL 3.
const TLS_RECORD_TYPES: [u8; 2] = [21, 22];
const TLS_MAJOR_VERSION: u8 = 3;

/// How the exporter's own responses begin.
const HTTP: &[u8] = b"HTTP/1.";

/// The bytes of a response, as far as they were read.
#[derive(Debug, PartialEq, Eq)]
enum HealthResponse<'a> {
    /// No byte.
    Nothing,
    /// A TLS record.
    Tls,
    /// Neither TLS nor HTTP.
    Unknown(&'a [u8]),
    Http {
        /// The first line.
        status: String,
        /// The status code in it.
        code: String,
        /// Empty as long as the head is not complete.
        body: String,
    },
}

impl<'a> HealthResponse<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        match bytes {
            [] => Self::Nothing,
            [kind, TLS_MAJOR_VERSION, ..] if TLS_RECORD_TYPES.contains(kind) => Self::Tls,
            _ if bytes.starts_with(HTTP) => {
                let text = String::from_utf8_lossy(bytes);
                let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
                let status = head.lines().next().unwrap_or_default();
                Self::Http {
                    status: printable(status),
                    code: status.split(' ').nth(1).unwrap_or_default().to_owned(),
                    body: printable(body.trim()),
                }
            }
            _ => Self::Unknown(bytes),
        }
    }
}

/// The text as one line without control characters.
fn printable(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let line = lines.join("; ");
    let good = line.chars().filter(|character| !character.is_control());
    good.take(REASON_CHARACTERS_MAX).collect()
}

/// Whether the rest of the response is of no interest, so that reading can stop. Other programs may wait for
/// another request instead of closing the connection.
pub(super) fn is_enough(bytes: &[u8]) -> bool {
    match HealthResponse::new(bytes) {
        HealthResponse::Nothing => false,
        HealthResponse::Tls => true,
        HealthResponse::Unknown(bytes) => !HTTP.starts_with(bytes) && !can_become_tls(bytes),
        HealthResponse::Http { code, .. } => {
            let has_head = bytes.windows(4).any(|end| end == b"\r\n\r\n");
            has_head && code != UNHEALTHY
        }
    }
}

/// Whether the next byte decides whether this is TLS.
fn can_become_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [kind] if TLS_RECORD_TYPES.contains(kind))
}

const HEALTHY: &str = "200";

/// The status code with which the exporter reports its problems in the body.
const UNHEALTHY: &str = "503";

/// What to do if another program answers.
const ELSEWHERE: &str =
    "another program listens there; run healthcheck with the web.listen_address of the exporter";

/// Whether the response `bytes` of `url` says that the exporter is healthy.
///
/// # Errors
///
/// A sentence that says what answered, and what to do.
pub(super) fn judge(url: &str, bytes: &[u8]) -> Result<(), String> {
    match HealthResponse::new(bytes) {
        HealthResponse::Http { code, .. } if code == HEALTHY => Ok(()),
        HealthResponse::Http { status, code, body } if code == UNHEALTHY => {
            Err(format!("the exporter is not healthy: {status} {body}"))
        }
        HealthResponse::Http { status, .. } => Err(format!(
            "{url} answered {status}, which the exporter never does: {ELSEWHERE}"
        )),
        HealthResponse::Nothing => Err(format!(
            "{url} closed the connection without an answer: see the log of the exporter; if it says nothing, {ELSEWHERE}"
        )),
        HealthResponse::Tls => Err(format!(
            "{url} answered with TLS, but healthcheck asked without TLS: use the --web.config.file of the exporter, or set ZENDESK_EXPORTER_WEB__CONFIG_FILE for both"
        )),
        HealthResponse::Unknown(bytes) => {
            let shown = &bytes[..bytes.len().min(SHOWN_BYTES_MAX)];
            Err(format!(
                "{url} gave an answer that is not HTTP and begins with \"{}\": {ELSEWHERE}",
                shown.escape_ascii()
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://localhost:10121/-/healthy";

    #[test]
    fn each_response_is_reported_in_one_sentence() {
        let elsewhere = ELSEWHERE;
        let tls = "http://localhost:10121/-/healthy answered with TLS, but healthcheck asked without TLS: use the --web.config.file of the exporter, or set ZENDESK_EXPORTER_WEB__CONFIG_FILE for both";
        let table: &[(&[u8], &str)] = &[
            // An alert, as rustls and OpenSSL send it to a client without TLS, and a ServerHello.
            (b"\x15\x03\x03\x00\x02\x02\x32", tls),
            (b"\x15\x03\x01\x00\x02\x02\x46", tls),
            (b"\x16\x03\x03\x00\x7a\x02\x00", tls),
            (
                b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 9\r\n\r\nacme: the poller hangs\nglobex: the poller hangs\n",
                "the exporter is not healthy: HTTP/1.1 503 Service Unavailable acme: the poller hangs; globex: the poller hangs",
            ),
            (
                b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
                &format!(
                    "{URL} answered HTTP/1.0 400 Bad Request, which the exporter never does: {elsewhere}"
                ),
            ),
            (
                b"HTTP/1.1 404 Not\x1b[31m Found\r\n\r\n",
                &format!(
                    "{URL} answered HTTP/1.1 404 Not[31m Found, which the exporter never does: {elsewhere}"
                ),
            ),
            (
                b"",
                &format!(
                    "{URL} closed the connection without an answer: see the log of the exporter; if it says nothing, {elsewhere}"
                ),
            ),
            (
                b"SSH-2.0-OpenSSH_9.2\r\n",
                &format!(
                    "{URL} gave an answer that is not HTTP and begins with \"SSH-2.0-OpenSSH_9.2\\r\\n\": {elsewhere}"
                ),
            ),
            (
                b"\x00\xff\x15\x03",
                &format!(
                    "{URL} gave an answer that is not HTTP and begins with \"\\x00\\xff\\x15\\x03\": {elsewhere}"
                ),
            ),
        ];
        for (answer, expected) in table {
            let said = judge(URL, answer).expect_err("it is not healthy");
            assert_eq!(said, *expected, "{}", answer.escape_ascii());
            assert_eq!(said.lines().count(), 1);
        }
        assert_eq!(judge(URL, b"HTTP/1.1 200 OK\r\n\r\nhealthy\n"), Ok(()));
    }

    #[test]
    fn a_response_of_any_length_is_reported_in_a_bounded_sentence() {
        let text = [b"HTTP/1.1 503 x\r\n\r\n".to_vec(), vec![b'x'; 16_000]].concat();
        for answer in [vec![b'x'; 16_000], text] {
            let said = judge(URL, &answer).expect_err("it is not healthy");
            assert!(said.len() < 1_200, "{}", said.len());
        }
    }

    #[test]
    fn no_more_is_read_than_is_needed() {
        let table: &[(&[u8], bool)] = &[
            (b"", false),
            (b"H", false),
            (b"HTTP/1.", false),
            (b"HTTP/1.1 200 OK\r\n", false),
            (b"HTTP/1.1 200 OK\r\n\r\n", true),
            (b"HTTP/1.1 404 Not Found\r\n\r\n", true),
            // What is wrong comes after the head.
            (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", false),
            (b"\x15", false),
            (b"\x15\x03", true),
            (b"\x16\x03\x01", true),
            (b"\x15\x04", true),
            (b"SSH-2.0", true),
            (b"HTTP/2", true),
        ];
        for (answer, enough) in table {
            assert_eq!(is_enough(answer), *enough, "{}", answer.escape_ascii());
        }
    }
}
