//! What a web config file says: TLS, users and headers, in the format of Prometheus's exporter-toolkit.
//!
//! [`Protection`](super::Protection) reads it again whenever it changes, and reads the files that it names.

mod tls_section;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};

use crate::config::ConfigError;
use crate::config::check_keys::Kind;
use crate::config::file::{directory_of, read_settings};
use crate::config::known_keys::{Keys, Shape};
use crate::config::read::{Reader, parse_duration, quoted};
use crate::config::setting::Setting;
use crate::server::protection::bcrypt_hash::BcryptHash;
use Shape::{Scalar, Section, Table};
use tls_section::TLS;
pub(super) use tls_section::{ClientAuth, Pem, TlsSettings};

/// The content of a web config file.
#[derive(Debug, Default)]
pub(super) struct WebFile {
    /// `None` for plain HTTP.
    pub(super) tls: Option<TlsSettings>,
    /// Added to each response that has no header of the same name.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// The hashes of the passwords, by user. Without users every request is allowed.
    pub(super) users: BTreeMap<String, BcryptHash>,
    /// The limit of requests; `None` for no limit.
    pub(super) rate_limit: Option<RateLimitSettings>,
}

/// Section `rate_limit`: a bucket of tokens, of which each request takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RateLimitSettings {
    /// The time after which there is a new token.
    pub(super) interval: Duration,
    /// How many tokens there can be; at least 1.
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
    /// Reads a web config file, and none of the files that it names. Relative paths in it start in its directory.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem found, each with the name of the file. No sentence contains a key, a
    /// password or a hash.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        match read_settings(path, KIND, &mut problems) {
            Some(settings) => Self::checked(&settings, path, problems),
            None => Err(ConfigError { problems }),
        }
    }

    /// Checks the settings of the file at `path`. `problems` are those that were found before.
    fn checked(
        settings: &Setting,
        path: &Path,
        mut problems: Vec<String>,
    ) -> Result<Self, ConfigError> {
        // The problems found before already contain the name of the file.
        let mut found = Vec::new();
        let mut reader = Reader::new(settings.as_section(), &mut found);
        let file = Self {
            tls: tls_section::tls(reader.within("tls_server_config"), directory_of(path)),
            headers: headers(reader.within("http_server_config")),
            users: users(reader.within("basic_auth_users")),
            rate_limit: rate_limit(reader.within("rate_limit")),
        };
        let name = path.display();
        problems.extend(found.iter().map(|problem| format!("{name}: {problem}")));
        ConfigError::from_problems(problems).map_or(Ok(file), Err)
    }

    /// The files that it names.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        let pems = self.tls.iter().flat_map(|tls| {
            let authorities = match &tls.client_auth {
                ClientAuth::Verified { authorities, .. } => Some(authorities),
                ClientAuth::NotRequested | ClientAuth::Requested { .. } => None,
            };
            [&tls.cert, &tls.key].into_iter().chain(authorities)
        });
        pems.filter_map(|pem| match pem {
            Pem::File(path) => Some(path.as_path()),
            Pem::Inline(..) => None,
        })
    }
}

fn headers(mut reader: Reader<'_>) -> Vec<(HeaderName, HeaderValue)> {
    // Only checked. The server speaks HTTP/1.1, which every client speaks.
    reader.choice("http2", &[("true", true), ("false", false)]);
    let mut reader = reader.within("headers");
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

fn users(mut reader: Reader<'_>) -> BTreeMap<String, BcryptHash> {
    let mut users = BTreeMap::new();
    for (name, hash) in reader.iter() {
        if name.is_empty() || name.contains(':') {
            reader.problem_at(
                &hash.location,
                "the user name is empty or contains a colon; use a name with at least one character and no colon",
            );
            continue;
        }
        match hash.as_text().parse() {
            Ok(hash) => {
                users.insert(name.to_owned(), hash);
            }
            Err(problem) => reader.problem_at(&hash.location, &format!("{problem}")),
        }
    }
    users
}

fn rate_limit(mut reader: Reader<'_>) -> Option<RateLimitSettings> {
    let wanted = "a duration up to 1h, e.g. 1s";
    let interval = reader.parsed("interval", Duration::ZERO, wanted, |text| {
        parse_duration(text).filter(|interval| *interval <= Duration::from_secs(3600))
    });
    let burst = reader.number("burst", 1, 1..=1_000_000);
    (interval > Duration::ZERO).then_some(RateLimitSettings { interval, burst })
}
