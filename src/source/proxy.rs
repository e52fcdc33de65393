//! What the environment's proxy variables say: whether they can be read, and which login is in them.
//!
//! PURE. The HTTP client reads them itself and leaves out what it cannot read: it would then ask
//! Zendesk directly, or through another proxy than was meant. What it makes of a value is found out
//! with its own reader.

mod login;

use std::ffi::OsString;

use hyper::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use secrecy::SecretString;
use url::Url;

use super::address::is_loopback;
use login::ProxyLogin;

/// The environment of a CGI program has this. The client obeys no proxy variable there, because
/// `HTTP_PROXY` may be a header of a request.
const CGI: &str = "REQUEST_METHOD";

/// The variables of every scheme.
const OF_ALL: [&str; 2] = ["ALL_PROXY", "all_proxy"];

/// Any proxy, to find out whether one is used.
const SOME_PROXY: &str = "http://proxy.invalid";

/// The proxy that requests go through.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyInUse {
    /// Its address and the variable that names it, for sentences; never its login.
    pub(crate) named: String,
    login: Option<ProxyLogin>,
}

impl ProxyInUse {
    /// What no answer may show.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        self.login.iter().flat_map(ProxyLogin::secrets)
    }
}

/// A variable that is set.
struct Variable {
    name: &'static str,
    /// `None` if it is not UTF-8.
    value: Option<String>,
}

/// The proxy that requests to `base_url` go through, if they do.
///
/// # Errors
///
/// Where any proxy variable cannot be read, used for `base_url` or not, or where the one that is used
/// names a proxy that the client can do nothing with: a sentence that names it. Its value may hold a
/// password and is not in it.
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
    // One that cannot be read is a mistake of whoever set it, whatever it would be used for.
    for name in [of_scheme, OF_ALL, of_other].into_iter().flatten() {
        first([name, name], variable)
            .filter(|proxy| proxy.value.as_deref() != Some(""))
            .map_or(Ok(()), |proxy| proxy.read().map(drop))?;
    }
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
    // The first one is used.
    proxies
        .next()
        .map_or(Ok(None), |proxy| proxy.in_use().map(Some))
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
    /// What the client makes of it, if it understands all of it.
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

    /// The proxy that it names.
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

/// Whether all of a value was understood. The client takes a host and passes over what is odd.
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
        // One that is left over belongs to a login that was cut short.
        && !authority.as_str().contains('@')
        && value.contains('@') == has_login
        && are_escapes
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
mod tests;
