//! What an error of the HTTP client says of the proxy that a connection was to go through.
//!
//! PURE. Its errors of tunnels have no type that is told outside, so that they are known by their
//! words; tests with real proxies show when a new version words them otherwise.

use std::error::Error;

use crate::error_chain::sources;

/// The proxy answered CONNECT with 407.
const LOGIN_WANTED: &str = "proxy authorization required";

/// What a failed tunnel begins with.
const TUNNEL: &str = "tunnel error: ";

/// No connection was made: neither of the two words ever stands for Zendesk where there is a proxy,
/// which is the only host that is connected to.
const UNREACHABLE: [&str; 2] = ["tcp connect error", "dns error"];

/// Whether the proxy wants a login of its own before it makes a connection.
pub(super) fn wants_login(error: &(dyn Error + 'static)) -> bool {
    sources(error).any(|source| source.to_string().ends_with(LOGIN_WANTED))
}

/// What is wrong with `proxy`, if that is where it failed.
pub(super) fn problem(error: &(dyn Error + 'static), proxy: &str) -> Option<String> {
    let words: Vec<String> = sources(error).map(ToString::to_string).collect();
    let is_unreachable = words
        .iter()
        .any(|words| UNREACHABLE.iter().any(|sign| words.starts_with(sign)));
    if is_unreachable {
        return Some(format!("cannot connect to the proxy {proxy}"));
    }
    let is_tunnel = words.iter().any(|words| words.starts_with(TUNNEL));
    is_tunnel.then(|| format!("the proxy {proxy} did not connect to Zendesk"))
}
