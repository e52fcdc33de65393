//! The web config file: TLS, users and headers, in the format of Prometheus's exporter-toolkit.
//!
//! Read once more whenever it changes, by [`Protection`](super::Protection). Here is what
//! may stand in it; the files it names are read there.

mod tls;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};

use super::basic_auth::BcryptHash;
use crate::config::ConfigError;
use crate::config::file::{FILE_BYTES_MAX, read_bounded};
use crate::config::read::{Reader, parse_duration, quoted};
use crate::config::shape::{Keys, Shape};
use crate::config::tree::{self, Kind, Tree, shown_key};
use Shape::{Scalar, Section, Table};
use tls::TLS;
pub(super) use tls::{Clients, Pem, TlsSettings};

/// What a web config file says.
#[derive(Debug, Default)]
pub(super) struct WebFile {
    /// `None` for plain HTTP.
    pub(super) tls: Option<TlsSettings>,
    /// Headers of every answer that has none of the same name.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// Who is let in, by name; nobody is asked if there are none.
    pub(super) users: BTreeMap<String, BcryptHash>,
    /// How many requests are answered, `None` for all.
    pub(super) rate_limit: Option<RateLimit>,
}

/// Section `rate_limit`: a bucket of tokens, of which each request takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RateLimit {
    /// A new token comes that often.
    pub(super) interval: Duration,
    /// So many are kept at most; at least 1.
    pub(super) burst: u32,
}

const HEADERS: Keys = &[
    ("Strict-Transport-Security", Scalar("max-age=31536000")),
    ("X-Content-Type-Options", Scalar("nosniff")),
    ("X-Frame-Options", Scalar("deny")),
    ("X-XSS-Protection", Scalar("0")),
    ("Content-Security-Policy", Scalar("default-src 'none'")),
];

/// Every key of a web config file.
const WEB_FILE: Keys = &[
    ("tls_server_config", Section(TLS)),
    (
        "http_server_config",
        Section(&[("http2", Scalar("true")), ("headers", Section(HEADERS))]),
    ),
    (
        "basic_auth_users",
        Table("prometheus: the bcrypt hash of the password"),
    ),
    (
        "rate_limit",
        Section(&[("interval", Scalar("1s")), ("burst", Scalar("10"))]),
    ),
];

const KIND: Kind = Kind {
    keys: WEB_FILE,
    words: "the web config file",
    see_example: "see the example config/web.yml",
};

impl WebFile {
    /// Reads a web config file, but none of the files it names; those are looked for beside it.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem found, each with the file's name; no sentence holds a
    /// key, a password or a hash.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let unreadable = |why: &dyn std::fmt::Display| ConfigError {
            problems: vec![format!("cannot read {} {name}: {why}", KIND.words)],
        };
        let bytes = read_bounded(path, FILE_BYTES_MAX).map_err(|error| unreadable(&error))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8 text"))?;
        Self::parse(
            &text,
            &name,
            path.parent().unwrap_or_else(|| Path::new(".")),
        )
    }

    fn parse(text: &str, name: &str, directory: &Path) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let Some(tree) = tree::parse(text, name, KIND, &mut problems) else {
            return Err(ConfigError { problems });
        };
        // What the file cannot hold says its name already.
        let mut found = Vec::new();
        let file = Self {
            tls: tls::tls(&tree, directory, &mut found),
            headers: headers(&tree, &mut found),
            users: users(&tree, &mut found),
            rate_limit: rate_limit(&tree, &mut found),
        };
        problems.extend(
            found
                .into_iter()
                .map(|problem| format!("{name}: {problem}")),
        );
        if problems.is_empty() {
            Ok(file)
        } else {
            Err(ConfigError { problems })
        }
    }

    /// The files it names.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        let pems = self.tls.iter().flat_map(|tls| {
            let authorities = match &tls.clients {
                Clients::Verified { authorities, .. } => Some(authorities),
                Clients::Unasked | Clients::Asked { .. } => None,
            };
            [&tls.cert, &tls.key].into_iter().chain(authorities)
        });
        pems.filter_map(|pem| match pem {
            Pem::File(path) => Some(path.as_path()),
            Pem::Inline(..) => None,
        })
    }
}

fn headers(tree: &Tree, problems: &mut Vec<String>) -> Vec<(HeaderName, HeaderValue)> {
    let section = tree.section("http_server_config");
    let mut reader = Reader::new("http_server_config", &section, problems);
    // A promise for clients that may keep it: HTTP/1.1 is what they all speak, and is served.
    reader.choice("http2", &[("true", true), ("false", false)]);
    let section = reader.inner("headers");
    let mut reader = reader.within("headers", &section);
    let mut headers = Vec::new();
    for (key, _) in HEADERS {
        let (Some(text), Ok(name)) = (reader.text(key), HeaderName::try_from(*key)) else {
            continue;
        };
        let allowed: &[&str] = match *key {
            "X-Content-Type-Options" => &["nosniff"],
            "X-Frame-Options" => &["deny", "sameorigin"],
            _ => &[],
        };
        if !allowed.is_empty() && !allowed.contains(&text.to_lowercase().as_str()) {
            let allowed = allowed.join(", ");
            reader.problem(key, &format!("{} is not one of {allowed}", quoted(text)));
            continue;
        }
        match HeaderValue::try_from(text) {
            Ok(value) => headers.push((name, value)),
            Err(_) => reader.problem(key, "the value has characters that an HTTP header cannot contain; use visible ASCII characters only"),
        }
    }
    headers
}

fn users(tree: &Tree, problems: &mut Vec<String>) -> BTreeMap<String, BcryptHash> {
    let section = tree.section("basic_auth_users");
    let mut users = BTreeMap::new();
    for name in section.0.keys() {
        let mut reader = Reader::new("basic_auth_users", &section, problems);
        let shown = shown_key(name);
        if name.is_empty() || name.contains(':') {
            reader.problem(
                &shown,
                "the user name is empty or contains a colon; use a name with at least one character and no colon",
            );
            continue;
        }
        match reader.text(name).unwrap_or_default().parse() {
            Ok(hash) => {
                users.insert(name.clone(), hash);
            }
            Err(problem) => reader.problem(&shown, &format!("{problem}")),
        }
    }
    users
}

fn rate_limit(tree: &Tree, problems: &mut Vec<String>) -> Option<RateLimit> {
    let section = tree.section("rate_limit");
    let mut reader = Reader::new("rate_limit", &section, problems);
    let wanted = "a duration up to 1h, e.g. 1s";
    let interval = reader.parsed("interval", Duration::ZERO, wanted, |text| {
        parse_duration(text).filter(|interval| *interval <= Duration::from_secs(3600))
    });
    let burst = reader.number("burst", 1, 1..=1_000_000);
    (interval > Duration::ZERO).then_some(RateLimit { interval, burst })
}
