//! Where secrets come from: the settings, files, or systemd's credentials directory. No sentence shows any of
//! their values.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::auth::is_sendable;
use super::slips::{PLACEHOLDER, is_placeholder, slip};
use super::tree::{Node, Tree};
use super::{Environment, read_bounded};

/// Longest secret; longer ones are somebody's mistake of a file.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// The variable with which systemd tells where credentials are.
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// Where an account's credentials can come from.
pub(super) struct Credentials<'a> {
    /// Section `auth`.
    pub(super) section: &'a Tree,
    pub(super) environment: &'a Environment,
    /// Name of the account.
    pub(super) account: &'a str,
    /// Whether it is the only one.
    pub(super) alone: bool,
}

impl Credentials<'_> {
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.section.0.get(key) {
            Some(Node::Text(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    /// A secret, from its value, its file, or the credentials directory.
    pub(super) fn secret(
        &self,
        place: &str,
        key: &'static str,
    ) -> Result<Option<SecretString>, String> {
        let file_key = format!("{key}_file");
        // The setting that a sentence names.
        let mut named = key;
        let secret: SecretString = match (self.text(key), self.text(&file_key)) {
            (Some(_), Some(_)) => {
                return Err(format!("{place}: set {key} or {file_key}, not both"));
            }
            (Some(value), None) => value.into(),
            (None, Some(path)) => {
                named = &file_key;
                read_secret(Path::new(&path)).map_err(|problem| {
                    format!("{place}.{file_key}: cannot use the file {path}: {problem}")
                })?
            }
            (None, None) => match self.systemd_file(key) {
                Some(path) => read_secret(&path).map_err(|problem| {
                    format!(
                        "{place}.{key}: cannot use the credential {}: {problem}",
                        path.display()
                    )
                })?,
                None => return Ok(None),
            },
        };
        let text = secret.expose_secret();
        if text.trim().is_empty() {
            return Err(format!(
                "{place}.{named}: the value is blank; set the secret"
            ));
        }
        if is_placeholder(text) {
            return Err(format!("{place}.{named}: {PLACEHOLDER}"));
        }
        // A password may be any text.
        if key != "password"
            && let Some(slip) = slip(key, text)
        {
            return Err(format!("{place}.{named}: {slip}"));
        }
        if !is_sendable(text) {
            return Err(format!(
                "{place}.{named}: the value has characters that cannot be sent; use visible ASCII characters only"
            ));
        }
        Ok(Some(secret))
    }

    /// `$CREDENTIALS_DIRECTORY/<account>.<key>`, or just `<key>` for a single account. Only where
    /// the settings hold no secret at all: they win.
    fn systemd_file(&self, key: &str) -> Option<PathBuf> {
        let is_given =
            |key: &&str| self.text(key).is_some() || self.text(&format!("{key}_file")).is_some();
        if SECRETS.iter().any(is_given) {
            return None;
        }
        let directory = Path::new(self.environment.get(CREDENTIALS_DIRECTORY)?);
        let own = directory.join(format!("{}.{key}", self.account));
        let shared = self.alone.then(|| directory.join(key));
        [Some(own), shared]
            .into_iter()
            .flatten()
            .find(|path| path.is_file())
    }
}

fn read_secret(path: &Path) -> Result<SecretString, String> {
    let bytes = read_bounded(path, SECRET_BYTES_MAX).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    if secret.starts_with('\u{feff}') {
        return Err("it begins with a byte order mark; save it without one".to_owned());
    }
    if secret.contains(['\r', '\n']) {
        return Err("it has more than one line; leave only the secret in it".to_owned());
    }
    Ok(secret.into())
}

/// The settings that are secrets; a credential of systemd is named by one of them.
const SECRETS: [&str; 4] = ["client_secret", "access_token", "api_token", "password"];

/// The credentials of systemd that no account uses, a sentence each. `accounts` are the names and sections
/// `auth`. Other files there may be for other purposes, such as the key of a certificate.
pub(super) fn unused_credentials(
    environment: &Environment,
    accounts: &[(String, Tree)],
) -> Vec<String> {
    let Some(directory) = environment.get(CREDENTIALS_DIRECTORY) else {
        return Vec::new();
    };
    let alone = accounts.len() == 1;
    let used = accounts.iter().flat_map(|(account, section)| {
        let credentials = Credentials {
            section,
            environment,
            account,
            alone,
        };
        SECRETS.map(|key| credentials.systemd_file(key))
    });
    let used: BTreeSet<PathBuf> = used.flatten().collect();
    // A directory that cannot be read has no credential that was used, which is a problem of its own.
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| !used.contains(&entry.path()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            let key = name.rsplit_once('.').map_or(name.as_str(), |(_, key)| key);
            SECRETS.contains(&key)
        })
        .collect();
    names.sort();
    let said = |name: String| {
        format!(
            "the credential {name} in {directory} is not used: {}",
            why_unused(&name, accounts)
        )
    };
    names.into_iter().map(said).collect()
}

/// Why no account uses the credential `name`, and what to do.
fn why_unused(name: &str, accounts: &[(String, Tree)]) -> String {
    let key = name.rsplit_once('.').map_or(name, |(_, key)| key);
    let named = |(account, _): &&(String, Tree)| name == format!("{account}.{key}");
    match (accounts.iter().find(named), accounts) {
        (Some((account, _)), _) | (None, [(account, _)]) if named_for_it(name, account, key) => {
            format!(
                "the account already has a secret in the settings, or the credential {account}.{key} exists; remove one of them"
            )
        }
        (None, [_, ..]) if name == key => {
            format!("there are several accounts; name it <account>.{name}")
        }
        _ => "no account has this name; name the credential <account>.<setting>, e.g. acme.client_secret"
            .to_owned(),
    }
}

/// Whether a credential would be read for an account, were there no other secret of it.
fn named_for_it(name: &str, account: &str, key: &str) -> bool {
    name == key || name == format!("{account}.{key}")
}
