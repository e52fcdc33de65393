//! The proxy that the environment sets for an account, and its login. It checks every proxy variable.
//!
//! PURE. The HTTP client reads the variables itself and ignores what it cannot read: it would then connect to
//! Zendesk directly, or through another proxy than the operator intended. So this file parses each value with the
//! client's own parser and reports what the client would ignore.

mod login;

use std::ffi::OsString;

use hyper::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use secrecy::SecretString;
use url::Url;

use super::address::is_loopback;
use login::ProxyLogin;

/// The variable that the environment of a CGI program has. There the client ignores all proxy variables, because
/// `HTTP_PROXY` may come from a header of a request.
const CGI: &str = "REQUEST_METHOD";

/// The variables for every scheme.
const OF_ALL: [&str; 2] = ["ALL_PROXY", "all_proxy"];

/// A proxy that is never used: it serves to find out whether `NO_PROXY` exempts a host.
const SOME_PROXY: &str = "http://proxy.invalid";

/// The proxy that the requests of an account go through.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyInUse {
    /// The proxy's address and the variable that sets it, for messages; never its login. Example: `proxy:3128
    /// (HTTPS_PROXY)`.
    pub(crate) named: String,
    login: Option<ProxyLogin>,
}

impl ProxyInUse {
    /// The texts that no message may repeat.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        self.login.iter().flat_map(ProxyLogin::secrets)
    }
}

/// A variable of the environment that is set.
struct Variable {
    name: &'static str,
    /// `None` if the value is not UTF-8.
    value: Option<String>,
}

/// The proxy that requests to `base_url` go through; `None` if they go through none.
///
/// # Errors
///
/// A sentence that names the variable, if any proxy variable cannot be read, also one that is not used for
/// `base_url`, or if the variable that is used names a kind of proxy that the client does not support. The sentence
/// does not show the value, which may contain a password.
pub fn proxy_in_use(
    base_url: &Url,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Option<ProxyInUse>, String> {
    let Ok(uri) = base_url.as_str().parse::<Uri>() else {
        return Ok(None);
    };
    if variable(CGI).is_some() {
        return Ok(None);
    }
    let (of_https, of_http) = (["HTTPS_PROXY", "https_proxy"], ["HTTP_PROXY", "http_proxy"]);
    let (of_scheme, of_other) = match base_url.scheme() {
        "https" => (of_https, of_http),
        _ => (of_http, of_https),
    };
    // A variable that cannot be read is a mistake of the operator, also if no request would use it.
    for name in [of_scheme, OF_ALL, of_other].into_iter().flatten() {
        first([name, name], variable)
            .filter(|proxy| proxy.value.as_deref() != Some(""))
            .map_or(Ok(()), |proxy| proxy.read().map(drop))?;
    }
    // No proxy can reach this machine's own loopback, so the client uses none for it.
    if is_loopback(base_url) {
        return Ok(None);
    }
    let mut proxies = [of_scheme, OF_ALL]
        .into_iter()
        .filter_map(|names| first(names, variable))
        .filter(|proxy| proxy.value.as_deref() != Some(""))
        .peekable();
    if proxies.peek().is_none() {
        return Ok(None);
    }
    let (name, listed) = match first(["NO_PROXY", "no_proxy"], variable) {
        None => ("", String::new()),
        Some(Variable { name, value }) => match value {
            Some(value) => (name, value),
            None => return Err(not_text(name)),
        },
    };
    if is_excepted(&uri, &listed) {
        return Ok(None);
    }
    if names_unread(&uri, &listed) {
        let host = base_url.host_str().unwrap_or_default();
        return Err(format!(
            "{name} in the environment has an entry for {host} that the exporter cannot read; write only names of hosts or domains, separated by commas"
        ));
    }
    // As in the client, the variable of the scheme takes precedence over `ALL_PROXY`.
    proxies
        .next()
        .map_or(Ok(None), |proxy| proxy.in_use().map(Some))
}

/// The first of `names` that is set, in the client's order. Unlike the client it does not skip one that is not
/// UTF-8, so that this is reported.
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
    /// The client's own reading of the value. An error if the client would ignore a part of it.
    fn read(&self) -> Result<Intercept, String> {
        let name = self.name;
        let Some(value) = &self.value else {
            return Err(not_text(name));
        };
        let any: Uri = "https://zendesk.invalid/".parse().expect("a URI");
        let proxy = Matcher::builder().all(value).build().intercept(&any);
        proxy.filter(|proxy| is_whole(value, proxy)).ok_or_else(|| {
            format!(
                "{name} in the environment is not the URL of a proxy; write it as http://host:port, with special characters of a password percent-encoded"
            )
        })
    }

    /// The proxy that the variable names.
    fn in_use(&self) -> Result<ProxyInUse, String> {
        let (name, proxy) = (self.name, self.read()?);
        if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) {
            return Err(format!(
                "{name} in the environment names a proxy of an unsupported kind; use http:// or https://"
            ));
        }
        let header = proxy.basic_auth();
        let address = proxy.uri().authority().map_or("", |named| named.as_str());
        Ok(ProxyInUse {
            named: format!("{address} ({name})"),
            login: header.and_then(|header| ProxyLogin::of_header(header.as_bytes())),
        })
    }
}

fn not_text(name: &str) -> String {
    format!("{name} in the environment is not UTF-8 text; set it again or unset it")
}

/// Whether the client understood the whole value. It reads a host and ignores what it does not understand.
fn is_whole(value: &str, proxy: &Intercept) -> bool {
    let Some(authority) = proxy.uri().authority() else {
        return false;
    };
    let host = authority.host();
    let is_name = |name: &str| {
        name.bytes().any(|byte| byte.is_ascii_alphanumeric())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let mut behind_percents = value.split('%').skip(1);
    let is_byte = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let are_escapes = behind_percents.all(|after| after.get(..2).is_some_and(is_byte));
    let has_login = proxy.basic_auth().is_some() || proxy.raw_auth().is_some();
    let port = authority.as_str().strip_prefix(host);
    (is_name(host) || host.starts_with('['))
        && (matches!(port, Some("" | ":")) || authority.port_u16().is_some())
        // An `@` that remains in the authority belongs to a login that the client read only in part.
        && !authority.as_str().contains('@')
        // If these differ, the client misread the login, e.g. because of an unescaped `@` in the password.
        && value.contains('@') == has_login
        && are_escapes
}

/// Whether the client uses no proxy for `uri` if `NO_PROXY` is `listed`.
fn is_excepted(uri: &Uri, listed: &str) -> bool {
    let matcher = Matcher::builder().all(SOME_PROXY).no(listed).build();
    matcher.intercept(uri).is_none()
}

/// Whether `listed` names the host of `uri` in a form that the client ignores: with a star, a scheme, a port or a
/// path, or after a space. Example: the client ignores `*.zendesk.com:443` for `acme.zendesk.com`.
fn names_unread(uri: &Uri, listed: &str) -> bool {
    let entries = listed
        .split(|character: char| matches!(character, ',' | ';' | '|') || character.is_whitespace());
    entries
        .flat_map(|entry| [entry, bare_host(entry)])
        .any(|host| is_excepted(uri, host))
}

/// The host in an entry of `NO_PROXY`. Example: `https://*.acme.test:443/x` gives `.acme.test`.
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
mod tests;
