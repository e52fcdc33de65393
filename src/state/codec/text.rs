//! Values as text, as `meta` keeps them.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers, texts and lists of them are JSON")
}

/// The value of a key that may be missing. The error is the key, if the value cannot be read.
pub(super) fn from_json<'a, T: DeserializeOwned>(
    value: &impl Fn(&'static str) -> Option<&'a str>,
    key: &'static str,
) -> Result<Option<T>, &'static str> {
    let read = value(key).map(serde_json::from_str).transpose();
    read.map_err(|_| key)
}

/// The value of a key that must be there. The error is the key, if it is missing or unreadable.
pub(super) fn required<'a, T: std::str::FromStr>(
    value: &impl Fn(&'static str) -> Option<&'a str>,
    key: &'static str,
) -> Result<T, &'static str> {
    value(key).and_then(|text| text.parse().ok()).ok_or(key)
}
