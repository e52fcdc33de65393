//! The list of accounts: those of the settings file, or the one that environment variables describe.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::account::{Account, Context, account};
use super::address::{BaseUrl, address};
use super::auth;
use super::file::DEFAULT_FILE;
use super::read::{Reader, quoted};
use super::secrets::{credentials_directory, unused_credentials};
use super::setting::{Location, Section, Setting, Value};
use super::sources::Sources;

/// The account that a state belongs to.
#[derive(Clone, Debug)]
pub struct StateOf {
    /// Name of the account.
    pub name: String,
    /// The address of the account, from which the name of the state file follows.
    pub base_url: BaseUrl,
}

/// All accounts of the settings.
pub(super) struct Accounts {
    /// The accounts that could be read.
    pub(super) accounts: Vec<Account>,
    /// A sentence for each credential of systemd that no account uses.
    pub(super) unused: Vec<String>,
}

/// Reads every account over the section `defaults`. Adds problems to `problems`; the accounts may be used only if
/// there are none.
pub(super) fn accounts(
    file: &Setting,
    defaults: Section<'_>,
    sources: Sources<'_>,
    problems: &mut Vec<String>,
) -> Accounts {
    let listed = listed(file, sources, problems);
    let credentials = credentials_directory(sources);
    let context = Context {
        defaults,
        credentials: credentials.as_deref(),
        alone: listed.len() == 1,
    };
    let mut accounts = Vec::new();
    let mut identities = Vec::new();
    for own in listed.iter() {
        let (base_url, name) = identity(own, problems);
        identities.push((&own.location, base_url.clone(), name.clone()));
        accounts.extend(account(own, (base_url, name), &context, problems));
    }
    check_unique(&identities, problems);
    let names = identities.into_iter().map(|(_, _, name)| name);
    let logins: Vec<(String, Section<'_>)> = names
        .zip(listed.iter())
        .map(|(name, own)| (name, own.as_section().section("auth")))
        .collect();
    // Credentials are named after their account. If a name is missing, an unused credential may be its own.
    let are_named = logins.iter().all(|(name, _)| !name.is_empty());
    Accounts {
        accounts,
        unused: credentials
            .filter(|_| are_named)
            .map_or_else(Vec::new, |directory| {
                unused_credentials(&directory, &logins)
            }),
    }
}

/// Reads the names and addresses of the accounts, and no credentials.
pub(super) fn states(
    file: &Setting,
    sources: Sources<'_>,
    problems: &mut Vec<String>,
) -> Vec<StateOf> {
    let listed = listed(file, sources, problems);
    let states = listed.iter().filter_map(|account| {
        let (base_url, name) = identity(account, problems);
        Some(StateOf {
            name,
            base_url: base_url?,
        })
    });
    states.collect()
}

/// The sections of the accounts: those of the file, or the one that the environment describes. Empty if the
/// settings have neither or both, which is added to `problems`.
fn listed<'a>(
    file: &'a Setting,
    sources: Sources<'_>,
    problems: &mut Vec<String>,
) -> Cow<'a, [Setting]> {
    let file = file.as_section();
    let is_unusable = |setting: &Setting| setting.value == Value::Unusable;
    // The list itself is wrong, which `check_keys` has reported. That no account is configured would be misleading.
    if file.get("accounts").is_some_and(is_unusable) {
        return Cow::default();
    }
    let shorthand = auth::shorthand(sources, problems);
    match (file.list("accounts"), shorthand) {
        ([], None) => {
            problems.push(format!(
                "no account is configured; set ZENDESK_SUBDOMAIN, ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET, or list accounts in {DEFAULT_FILE} (see the example config/zendesk-exporter.yml)"
            ));
            Cow::default()
        }
        ([_, ..], Some(shorthand)) => {
            problems.push(format!(
                "the settings file lists accounts, and the environment sets {}; remove one of the two",
                shorthand.variables.join(", ")
            ));
            Cow::default()
        }
        ([], Some(shorthand)) => vec![shorthand.account].into(),
        (listed, None) => listed.into(),
    }
}

/// Reads the address, if it is valid, and the name.
fn identity(account: &Setting, problems: &mut Vec<String>) -> (Option<BaseUrl>, String) {
    let mut reader = Reader::new(account.as_section(), problems);
    let (base_url, default_name) = address(&mut reader).unzip();
    let name = reader.parsed(
        "name",
        default_name.unwrap_or_default(),
        "a name of at most 128 characters without control characters",
        |name| {
            let good = name.chars().count() <= 128 && !name.chars().any(char::is_control);
            good.then(|| name.to_owned())
        },
    );
    (base_url, name)
}

/// Reports accounts that have the same name or the same address, also if something else is wrong with them.
/// `identities` contains the location, the address and the name of each account.
fn check_unique(identities: &[(&Location, Option<BaseUrl>, String)], problems: &mut Vec<String>) {
    let mut names: BTreeMap<&str, &Location> = BTreeMap::new();
    let mut addresses: BTreeMap<&str, &Location> = BTreeMap::new();
    for (location, base_url, name) in identities {
        if !name.is_empty()
            && let Some(other) = names.insert(name, location)
        {
            problems.push(format!(
                "{other} and {location} have the same name {}; give each account its own name",
                quoted(name)
            ));
        }
        let Some(base_url) = base_url else { continue };
        if let Some(other) = addresses.insert(base_url.as_identity(), location) {
            problems.push(format!(
                "{other} and {location} have the same address {}; list the address once",
                base_url.as_identity()
            ));
        }
    }
}
