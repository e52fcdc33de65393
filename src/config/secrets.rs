//! Reads a secret from its setting, from a file, or from systemd's credentials directory, and finds credentials
//! that are not used. No message shows a secret.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::credential_mistakes::{PLACEHOLDER, UNSENDABLE, is_placeholder, is_sendable, slip};
use super::file::read_bounded;
use super::setting::Section;
use super::sources::Sources;

/// Longest secret, in bytes. A longer file is not a secret.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// The variable in which systemd passes the directory of credentials.
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// The directory of systemd's credentials; `None` if systemd passes none. systemd sets an absolute path. A user may
/// set a relative one, which starts in the working directory as all paths of the environment do.
pub(super) fn credentials_directory(sources: Sources<'_>) -> Option<PathBuf> {
    let named = sources.environment.get(CREDENTIALS_DIRECTORY)?;
    (!named.is_empty()).then(|| sources.working_directory.join(named))
}

/// The places in which the credentials of an account can be.
pub(super) struct Credentials<'a> {
    /// Section `auth`.
    pub(super) section: Section<'a>,
    /// The directory of systemd's credentials.
    pub(super) directory: Option<&'a Path>,
    /// Name of the account.
    pub(super) account: &'a str,
    /// Whether there is only one account.
    pub(super) alone: bool,
}

impl Credentials<'_> {
    /// Reads a secret from its setting, from the file that a setting names, or from systemd's credentials.
    ///
    /// Example for the account `acme`: `client_secret` in the settings takes precedence; with `client_secret_file`
    /// as well, it is an error. If neither is set, `$CREDENTIALS_DIRECTORY/acme.client_secret` is read, and if
    /// `acme` is the only account and that file does not exist, `$CREDENTIALS_DIRECTORY/client_secret`.
    pub(super) fn secret(&self, key: &'static str) -> Result<Option<SecretString>, String> {
        let Self { section, .. } = self;
        let file_key = format!("{key}_file");
        let mut location = section.locate(key);
        // The end of a message about a secret that no setting names.
        let mut credential = String::new();
        let secret: SecretString = match (section.text(key), section.text(&file_key)) {
            (Some(_), Some(_)) => {
                let location = &section.location;
                return Err(format!("{location}: set {key} or {file_key}, not both"));
            }
            (Some(value), None) => value.into(),
            (None, Some(path)) => {
                location = section.locate(&file_key);
                read_secret(Path::new(path)).map_err(|problem| {
                    format!("{location}: cannot use the file {path}: {problem}")
                })?
            }
            (None, None) => {
                let Some(path) = self.systemd_file(key) else {
                    return Ok(None);
                };
                // The secret is not in the settings file, so no line of it is named.
                location.line = None;
                credential = format!(" (credential {})", path.display());
                read_secret(&path).map_err(|problem| {
                    let path = path.display();
                    format!("{location}: cannot use the credential {path}: {problem}")
                })?
            }
        };
        match wrong_with(key, secret.expose_secret()) {
            Some(problem) => Err(format!("{location}: {problem}{credential}")),
            None => Ok(Some(secret)),
        }
    }

    /// The path of the credential `<account>.<key>`, or of `<key>` for a single account. `None` if the settings
    /// contain any secret, because they take precedence: with `access_token` in the settings, a credential
    /// `acme.client_secret` is not read, which would be a second login.
    fn systemd_file(&self, key: &str) -> Option<PathBuf> {
        let is_set = |key: &str| self.section.text(key).is_some();
        let is_given = |key: &&str| is_set(key) || is_set(&format!("{key}_file"));
        if SECRETS.iter().any(is_given) {
            return None;
        }
        let directory = self.directory?;
        let own = directory.join(format!("{}.{key}", self.account));
        let shared = self.alone.then(|| directory.join(key));
        [Some(own), shared]
            .into_iter()
            .flatten()
            .find(|path| path.is_file())
    }
}

/// What is wrong with a secret, from whichever place it was read.
fn wrong_with(key: &str, secret: &str) -> Option<&'static str> {
    if secret.trim().is_empty() {
        return Some("the value is blank; set the secret");
    }
    if is_placeholder(secret) {
        return Some(PLACEHOLDER);
    }
    // A password can be any text.
    let slip = (key != "password").then(|| slip(key, secret)).flatten();
    slip.or_else(|| (!is_sendable(secret)).then_some(UNSENDABLE))
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

/// The settings that are secrets. The name of a credential ends in one of them.
const SECRETS: [&str; 4] = ["client_secret", "access_token", "api_token", "password"];

/// Words in the names of files that are probably meant as secrets of an account.
const SECRET_WORDS: [&str; 3] = ["secret", "token", "password"];

/// A sentence for each credential of systemd that no account uses. `accounts` contains the names and the sections
/// `auth`.
pub(super) fn unused_credentials(
    directory: &Path,
    accounts: &[(String, Section<'_>)],
) -> Vec<String> {
    let sources: Vec<Credentials<'_>> = accounts
        .iter()
        .map(|(account, section)| Credentials {
            section: section.clone(),
            directory: Some(directory),
            account,
            alone: accounts.len() == 1,
        })
        .collect();
    let used = sources.iter().flat_map(|source| {
        SECRETS.into_iter().flat_map(|key| {
            let named = source
                .section
                .text(&format!("{key}_file"))
                .map(PathBuf::from);
            [source.systemd_file(key), named]
        })
    });
    // A setting may name the same file by another path, so paths are compared after symbolic links are resolved.
    let real = |path: PathBuf| std::fs::canonicalize(path).ok();
    let used: BTreeSet<PathBuf> = used.flatten().filter_map(real).collect();
    // If the directory cannot be read, no credential in it was used, and the missing login is reported.
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_file())
        .filter(|entry| real(entry.path()).is_none_or(|path| !used.contains(&path)))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_for_an_account(name))
        .collect();
    names.sort();
    let said = |name: &String| {
        format!(
            "the credential {name} in {} is not used: {}",
            directory.display(),
            why_unused(name, &sources)
        )
    };
    names.iter().map(said).collect()
}

/// Whether a file is probably meant as a secret of an account. The directory may also contain other files, such as
/// the key of a certificate or the settings file. Example: `acme.client-secret` and `acme_token` are, `tls.key` is
/// not.
fn is_for_an_account(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let parts = name.split('.').chain([name.as_str()]);
    let is_near = |part: &str| {
        SECRETS.iter().any(|key| {
            strsim::damerau_levenshtein(part, key) * 3 <= part.chars().count().max(key.len())
        })
    };
    SECRET_WORDS.iter().any(|word| name.contains(word)) || parts.into_iter().any(is_near)
}

/// Why no account uses the credential `name`, and what to do.
fn why_unused(name: &str, sources: &[Credentials<'_>]) -> String {
    let (account, key) = match name.rsplit_once('.') {
        Some((account, key)) => (Some(account), key),
        None => (None, name),
    };
    let first = sources.first().map_or("acme", |source| source.account);
    if !SECRETS.contains(&key) {
        return format!("name it after the account and the setting, e.g. {first}.client_secret");
    }
    let owner = match account {
        Some(account) => sources.iter().find(|source| source.account == account),
        None => sources.first().filter(|source| source.alone),
    };
    match (owner, account) {
        (Some(owner), _) => {
            let account = owner.account;
            if owner.systemd_file(key).is_some() {
                format!("{account}.{key} is used instead; remove one of the two")
            } else {
                format!(
                    "the settings of the account {account} already contain a secret; remove one of the two"
                )
            }
        }
        (None, Some(account)) => {
            let accounts: Vec<&str> = sources.iter().map(|source| source.account).collect();
            let accounts = accounts.join(", ");
            format!("no account is called {account}; the accounts are {accounts}")
        }
        (None, None) => {
            format!("there are several accounts; name it <account>.{key}, e.g. {first}.{key}")
        }
    }
}
