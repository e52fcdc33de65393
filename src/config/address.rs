//! The address of an account's API, and the name of the state file that follows from it.

use url::Url;

use super::credential_mistakes::{PLACEHOLDER, is_placeholder};
use super::read::{Reader, quoted};
use crate::source::is_loopback;

/// The address of an account's API: http or https, a host, and optionally a port and a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The address.
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// The address as text without a slash at its end. It identifies the account and its state.
    pub fn as_identity(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether the address is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The name of the state file. For `https://<host>` it is the host. For any other address, port, path and a
    /// checksum follow the host, so that no two addresses have the same file. Example: `https://acme.zendesk.com`
    /// has `acme.zendesk.com.sqlite`, and `http://127.0.0.1:8090` has `127.0.0.1_8090_` with eight hexadecimal
    /// digits and `.sqlite`.
    pub fn state_file_name(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        let plain = self.0.scheme() == "https" && self.0.port().is_none() && self.0.path() == "/";
        // The brackets and colons of an IPv6 address do not belong into the name of a file.
        if plain && host.len() <= READABLE_CHARS_MAX && !host.starts_with('[') {
            return format!("{host}.sqlite");
        }
        let port = self
            .0
            .port()
            .map_or_else(String::new, |port| format!("_{port}"));
        let readable: String = format!("{host}{port}{}", self.0.path().trim_end_matches('/'))
            .chars()
            .map(|character| match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' => character,
                _ => '_',
            })
            .take(READABLE_CHARS_MAX)
            .collect();
        // Several addresses can have the same readable part, such as those with the paths `/a_b` and `/a/b`.
        let checksum = crc32fast::hash(self.as_identity().as_bytes());
        format!("{readable}_{checksum:08x}.sqlite")
    }
}

/// Longest readable part of the name of a state file; file systems allow 255 bytes.
const READABLE_CHARS_MAX: usize = 120;

/// Reads the address, and the name that the account has by default. Reports what is wrong.
pub(super) fn address(reader: &mut Reader<'_>) -> Option<(BaseUrl, String)> {
    let allow_http = reader.flag("allow_http", false);
    match (reader.text("subdomain"), reader.text("base_url")) {
        (Some(_), Some(_)) => {
            reader.problem("base_url", "set subdomain or base_url, not both");
            None
        }
        (None, None) => {
            reader.problem(
                "subdomain",
                "the setting is missing; for https://acme.zendesk.com set it to acme",
            );
            None
        }
        (Some(subdomain), None) => {
            if is_placeholder(subdomain) {
                reader.problem("subdomain", PLACEHOLDER);
                return None;
            }
            if !is_subdomain(subdomain) {
                // A user may have entered an address with a password.
                let shown = if subdomain.contains('@') {
                    "the value".to_owned()
                } else {
                    quoted(subdomain)
                };
                let sentence = format!(
                    "{shown} is not a subdomain; for https://acme.zendesk.com set it to acme"
                );
                reader.problem("subdomain", &sentence);
                return None;
            }
            // Some names that match the pattern are not host names, such as an incomplete `xn--`.
            let Ok(url) = Url::parse(&format!("https://{subdomain}.zendesk.com")) else {
                let sentence = format!(
                    "{} is not a valid host name; for https://acme.zendesk.com set it to acme",
                    quoted(subdomain)
                );
                reader.problem("subdomain", &sentence);
                return None;
            };
            Some((BaseUrl(url), subdomain.to_owned()))
        }
        (None, Some(text)) => match base_url(text, allow_http) {
            Ok(url) => {
                let host = url.0.host_str().unwrap_or_default().to_owned();
                Some((url, host))
            }
            Err(problem) => {
                let mut problem = problem.to_owned();
                // An account from environment variables has a variable instead of the key.
                if reader.locate("allow_http").path == "ZENDESK_ALLOW_HTTP" {
                    problem = problem.replace("allow_http: true", "ZENDESK_ALLOW_HTTP=true");
                }
                reader.problem("base_url", &problem);
                None
            }
        },
    }
}

fn is_subdomain(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(is_part)
}

/// Parses `base_url`. No problem shows the address, because a user may have entered a password in it.
fn base_url(text: &str, allow_http: bool) -> Result<BaseUrl, &'static str> {
    if is_placeholder(text) {
        return Err(PLACEHOLDER);
    }
    let not_an_address = "the value is not a URL like https://acme.zendesk.com";
    let url = Url::parse(text).map_err(|_| not_an_address)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(not_an_address);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL must not contain credentials; set them in auth");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the URL must not have a query or a fragment; remove what follows ? or #");
    }
    let url = BaseUrl(url);
    if url.0.scheme() == "http" && !allow_http && !url.is_loopback() {
        return Err(
            "http to another machine sends the credentials unencrypted; use https, or set allow_http: true if you accept this",
        );
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_name(url: &str) -> String {
        base_url(url, true).expect("an address").state_file_name()
    }

    #[test]
    fn each_address_has_a_state_file_of_its_own() {
        assert_eq!(
            file_name("https://acme.zendesk.com"),
            "acme.zendesk.com.sqlite"
        );
        assert_eq!(
            file_name("https://acme.zendesk.com/"),
            "acme.zendesk.com.sqlite"
        );
        let urls = [
            "https://acme.zendesk.com",
            "http://acme.zendesk.com",
            "https://acme.zendesk.com:8443",
            "https://acme.zendesk.com/a",
            "https://acme.zendesk.com/A",
            "https://acme.zendesk.com/a_b",
            "https://acme.zendesk.com/a/b",
            "http://127.0.0.1:8090",
            "http://[::1]:8090",
        ];
        let names: std::collections::BTreeSet<String> =
            urls.iter().map(|url| file_name(url)).collect();
        assert_eq!(names.len(), urls.len(), "{names:?}");
        for name in &names {
            assert!(!name.contains(['/', ':', '[']), "{name}");
        }
        let long = file_name(&format!("https://x.example/{}", "p".repeat(2_000)));
        assert!(long.len() < 200, "{long}");
    }
}
