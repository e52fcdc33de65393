//! What answered a health check, and what it said.
//!
//! PURE.

/// How much of an answer that is not HTTP is shown.
const SHOWN_BYTES_MAX: usize = 40;

/// Longest text of the exporter that is shown.
const REASON_CHARACTERS_MAX: usize = 1_000;

/// What a record of TLS begins with: an alert or a handshake, of any version since SSL 3.
const TLS_RECORD_TYPES: [u8; 2] = [21, 22];
const TLS_MAJOR_VERSION: u8 = 3;

/// What the exporter's own answers begin with.
const HTTP: &[u8] = b"HTTP/1.";

/// What the bytes of an answer are.
#[derive(Debug, PartialEq, Eq)]
enum Answer<'a> {
    /// The connection ended without one.
    Nothing,
    /// A record of TLS.
    Tls,
    /// What no HTTP server says.
    Foreign(&'a [u8]),
    Http {
        /// The first line.
        status: String,
        /// What stands in it after the version.
        code: String,
        /// Empty as long as the head is not whole.
        body: String,
    },
}

impl<'a> Answer<'a> {
    fn of(bytes: &'a [u8]) -> Self {
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
            _ => Self::Foreign(bytes),
        }
    }
}

/// One line without control characters.
fn printable(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let line = lines.join("; ");
    let good = line.chars().filter(|character| !character.is_control());
    good.take(REASON_CHARACTERS_MAX).collect()
}

/// Whether the rest of an answer would tell nothing more. Other programs may wait for another request instead of closing.
pub(super) fn is_enough(bytes: &[u8]) -> bool {
    match Answer::of(bytes) {
        Answer::Nothing => false,
        Answer::Tls => true,
        Answer::Foreign(bytes) => !HTTP.starts_with(bytes) && !is_begin_of_tls(bytes),
        Answer::Http { code, .. } => {
            let has_head = bytes.windows(4).any(|end| end == b"\r\n\r\n");
            has_head && code != UNHEALTHY
        }
    }
}

/// Whether the next byte decides if this is TLS.
fn is_begin_of_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [kind] if TLS_RECORD_TYPES.contains(kind))
}

const HEALTHY: &str = "200";

/// The status with which the exporter says what is wrong with it.
const UNHEALTHY: &str = "503";

/// What to do where another program answers.
const ELSEWHERE: &str =
    "another program listens there; run healthcheck with the web.listen_address of the exporter";

/// Whether `bytes`, which answered `url`, say that the exporter is healthy.
///
/// # Errors
///
/// A sentence that says what answered instead, and what to do.
pub(super) fn judge(url: &str, bytes: &[u8]) -> Result<(), String> {
    match Answer::of(bytes) {
        Answer::Http { code, .. } if code == HEALTHY => Ok(()),
        Answer::Http { status, code, body } if code == UNHEALTHY => {
            Err(format!("the exporter is not healthy: {status} {body}"))
        }
        Answer::Http { status, .. } => Err(format!(
            "{url} answered {status}, which the exporter never does: {ELSEWHERE}"
        )),
        Answer::Nothing => Err(format!(
            "{url} closed the connection without an answer: see the log of the exporter; if it says nothing, {ELSEWHERE}"
        )),
        Answer::Tls => Err(format!(
            "{url} answered with TLS, but healthcheck asked without TLS: use the --web.config.file of the exporter, or set ZENDESK_EXPORTER_WEB__CONFIG_FILE for both"
        )),
        Answer::Foreign(bytes) => {
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
    fn whatever_answers_is_told_in_one_sentence() {
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
    fn an_answer_of_any_length_is_told_in_a_bounded_sentence() {
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
