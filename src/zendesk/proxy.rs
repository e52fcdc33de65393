//! Whether the environment's proxy variables can be read.
//!
//! PURE. The HTTP client reads them itself and leaves out what it cannot read: it would then ask
//! Zendesk directly, or through another proxy than was meant. What it makes of a value is found out
//! with its own reader.

use std::ffi::OsString;

use hyper::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

use super::settings::is_loopback;

/// The environment of a CGI program has this. The client obeys no proxy variable there, because
/// `HTTP_PROXY` may be a header of a request.
const CGI: &str = "REQUEST_METHOD";

/// Any proxy, to find out whether one is used.
const SOME_PROXY: &str = "http://proxy.invalid";

/// A variable that is set.
struct Variable {
    name: &'static str,
    /// `None` if it is not UTF-8.
    value: Option<String>,
}

/// Looks for a proxy variable that matters to requests to `base_url` and that the client leaves
/// out, or can do nothing with. Returns a sentence that names it; its value may hold a password and
/// is not in it.
pub fn proxy_problem(
    base_url: &Url,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Option<String> {
    let uri: Uri = base_url.as_str().parse().ok()?;
    if is_loopback(base_url) || variable(CGI).is_some() {
        return None;
    }
    let of_scheme = match base_url.scheme() {
        "https" => ["HTTPS_PROXY", "https_proxy"],
        _ => ["HTTP_PROXY", "http_proxy"],
    };
    let mut proxies = [of_scheme, ["ALL_PROXY", "all_proxy"]]
        .into_iter()
        .filter_map(|names| first(names, variable))
        .filter(|proxy| proxy.value.as_deref() != Some(""))
        .peekable();
    proxies.peek()?;
    let (name, listed) = match first(["NO_PROXY", "no_proxy"], variable) {
        None => ("", String::new()),
        Some(Variable { name, value }) => match value {
            Some(value) => (name, value),
            None => return Some(not_text(name)),
        },
    };
    if is_excepted(&uri, &listed) {
        return None;
    }
    if names_unread(&uri, &listed) {
        let host = base_url.host_str().unwrap_or_default();
        return Some(format!(
            "{name} in the environment names {host} in a way that is not read: write it as the bare name of the host or of its domain, with commas in between"
        ));
    }
    // The first one is used; if it can be read, those behind it do not matter.
    proxies.next()?.problem()
}

/// The first variable that is set, as the client looks them up; but it passes over one that is not
/// UTF-8.
fn first(
    names: [&'static str; 2],
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Option<Variable> {
    names.into_iter().find_map(|name| {
        variable(name).map(|value| Variable {
            name,
            value: value.into_string().ok(),
        })
    })
}

impl Variable {
    fn problem(&self) -> Option<String> {
        let name = self.name;
        let Some(value) = &self.value else {
            return Some(not_text(name));
        };
        let any: Uri = "https://zendesk.invalid/".parse().expect("a URI");
        let proxy = Matcher::builder().all(value).build().intercept(&any);
        match proxy.filter(|proxy| is_whole(value, proxy)) {
            None => Some(format!(
                "{name} in the environment cannot be read as the address of a proxy: write it as http://host:port, special characters of a password percent-encoded"
            )),
            Some(proxy) if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) => {
                Some(format!(
                    "{name} in the environment names a proxy that is neither http nor https, and others are not supported"
                ))
            }
            Some(_) => None,
        }
    }
}

fn not_text(name: &str) -> String {
    format!("{name} in the environment cannot be read: it is not UTF-8 text")
}

/// Whether all of a value was understood. The client takes a host and passes over what is odd.
fn is_whole(value: &str, proxy: &Intercept) -> bool {
    let Some(authority) = proxy.uri().authority() else {
        return false;
    };
    let host = authority.host();
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let has_login = proxy.basic_auth().is_some() || proxy.raw_auth().is_some();
    let port = authority.as_str().strip_prefix(host);
    (is_name(host) || host.starts_with('['))
        && (matches!(port, Some("" | ":")) || authority.port_u16().is_some())
        // One that is left over belongs to a login that was cut short.
        && !authority.as_str().contains('@')
        && value.contains('@') == has_login
}

/// Whether the client uses no proxy for `uri` with this list.
fn is_excepted(uri: &Uri, listed: &str) -> bool {
    let matcher = Matcher::builder().all(SOME_PROXY).no(listed).build();
    matcher.intercept(uri).is_none()
}

/// Whether `listed`, which the client does not take for an exception of `uri`, names its host all
/// the same: with a star, a scheme, a port or a path, or behind a space.
fn names_unread(uri: &Uri, listed: &str) -> bool {
    let entries = listed
        .split(|character: char| matches!(character, ',' | ';' | '|') || character.is_whitespace());
    entries
        .flat_map(|entry| [entry, bare_host(entry)])
        .any(|host| is_excepted(uri, host))
}

/// The host that an entry is about.
fn bare_host(entry: &str) -> &str {
    let entry = entry.split_once("://").map_or(entry, |(_, rest)| rest);
    let entry = entry.split_once('/').map_or(entry, |(host, _)| host);
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let host = match entry.rsplit_once(':') {
        Some((host, port)) if is_port(port) && (host.ends_with(']') || !host.contains(':')) => host,
        _ => entry,
    };
    host.trim_start_matches('*')
        .trim_end_matches('.')
        .trim_start_matches('[')
        .trim_end_matches(']')
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    /// The problem with these variables, for requests to `base_url`.
    fn problem(base_url: &str, set: &[(&str, &[u8])]) -> Option<String> {
        let variable = |wanted: &str| {
            let (_, value) = set.iter().find(|(name, _)| *name == wanted)?;
            Some(OsString::from_vec(value.to_vec()))
        };
        proxy_problem(&base_url.parse().expect("a URL"), &variable)
    }

    const ACME: &str = "https://acme.zendesk.com";

    /// With these variables, the one of that name is to blame, and its value is not quoted.
    #[track_caller]
    fn blamed(set: &[(&str, &[u8])], name: Option<&str>) {
        let problem = problem(ACME, set);
        let told = problem.as_deref().and_then(|words| words.split(' ').next());
        assert_eq!(told, name, "{set:?}: {problem:?}");
        let words = problem.unwrap_or_default();
        for part in ["cret", "nonsense", "8080"] {
            assert!(!words.contains(part), "{words}");
        }
    }

    #[test]
    fn an_address_that_the_client_can_use_is_no_problem() {
        for value in [
            "",
            "http://p:8080",
            "HTTP://P:80",
            "https://p:8443",
            "p:8080",
            "p",
            "http://p:",
            "http://p:8080/",
            "http://user:p%40ss@p:80",
            "user:pass@p:80",
            "http://user@p:80",
            "http://@p:80",
            "http://[::1]:80",
            "10.0.0.1:3128",
            "http://my_proxy.internal:3128",
        ] {
            blamed(&[("HTTPS_PROXY", value.as_bytes())], None);
        }
    }

    #[test]
    fn a_value_that_the_client_leaves_out_or_misreads_is_told_by_name() {
        for value in [
            "::nonsense",
            " ",
            "http://p:80\n",
            "http://p:80 ",
            "\"http://p:80\"",
            "http:/p:80",
            "http//p:80",
            "//p:80",
            "p:8080/",
            "http://",
            "http://:80",
            "http://user:secret@:80",
            "http://p:99999",
            "http://p:port",
            "http://p:80:90",
            "http://pr\u{f6}xy:80",
            "http://p,http://q",
            "http://user:se@cret@p:80",
            "http://user:se#cret@p:80",
            "http://user:1/cret@p:80",
            "http://user:se cret@p:80",
            "ftp://p:21",
            "socks5://p:1080",
            "socks5h://user:secret@p:1080",
        ] {
            for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                blamed(&[(name, value.as_bytes())], Some(name));
            }
        }
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            blamed(&[(name, b"http://p\xff:80")], Some(name));
        }
    }

    #[test]
    fn of_several_variables_the_one_that_would_be_used_is_read() {
        let good: &[u8] = b"http://p:80";
        let bad: &[u8] = b"::nonsense";
        blamed(&[("HTTPS_PROXY", good), ("ALL_PROXY", bad)], None);
        blamed(&[("HTTPS_PROXY", good), ("https_proxy", bad)], None);
        blamed(
            &[("HTTPS_PROXY", bad), ("ALL_PROXY", good)],
            Some("HTTPS_PROXY"),
        );
        blamed(
            &[("HTTPS_PROXY", b""), ("ALL_PROXY", bad)],
            Some("ALL_PROXY"),
        );
        // The client would go on to the second one.
        blamed(
            &[("HTTPS_PROXY", b"\xff"), ("https_proxy", good)],
            Some("HTTPS_PROXY"),
        );
        blamed(&[("HTTP_PROXY", bad)], None);
        blamed(&[("HTTPS_PROXY", bad), ("REQUEST_METHOD", b"GET")], None);
    }

    #[test]
    fn variables_matter_only_to_addresses_that_a_proxy_is_used_for() {
        let bad: [(&str, &[u8]); 2] = [("HTTP_PROXY", b"::nonsense"), ("HTTPS_PROXY", b"::")];
        for address in [
            "http://127.0.0.1:8080",
            "https://localhost",
            "https://[::1]:8443",
        ] {
            assert_eq!(problem(address, &bad), None, "{address}");
        }
        let told = problem("http://desk.internal", &bad);
        assert_eq!(
            told.as_deref(),
            Some(
                "HTTP_PROXY in the environment cannot be read as the address of a proxy: write it as http://host:port, special characters of a password percent-encoded"
            )
        );
    }

    #[test]
    fn an_exception_for_the_host_is_read_or_told() {
        let check = |listed: &[u8], proxy: &[u8], name: Option<&str>| {
            blamed(&[("HTTPS_PROXY", proxy), ("NO_PROXY", listed)], name);
        };
        // What is excepted needs no proxy.
        for listed in [
            "*",
            "acme.zendesk.com",
            "zendesk.com",
            ".ZENDESK.com, 10.0.0.0/8",
        ] {
            check(listed.as_bytes(), b"::nonsense", None);
        }
        // Others are nobody's business here, however they are written.
        for listed in [
            "",
            "*.internal",
            "10.0.0.0/99",
            "other.zendesk.com:443",
            "desk.com",
        ] {
            check(listed.as_bytes(), b"http://p:80", None);
            check(listed.as_bytes(), b"::nonsense", Some("HTTPS_PROXY"));
        }
        for listed in [
            "*.zendesk.com",
            "*zendesk.com",
            "acme.zendesk.com:443",
            "https://acme.zendesk.com/",
            "acme.zendesk.com.",
            "localhost acme.zendesk.com",
            "localhost;.zendesk.com",
            "localhost *",
        ] {
            check(listed.as_bytes(), b"http://p:80", Some("NO_PROXY"));
            blamed(&[("NO_PROXY", listed.as_bytes())], None);
        }
        check(b"\xff", b"http://p:80", Some("NO_PROXY"));
        blamed(
            &[("no_proxy", b"\xff"), ("ALL_PROXY", b"p")],
            Some("no_proxy"),
        );
        blamed(&[("NO_PROXY", b"\xff")], None);
    }
}
