//! The accounts: listed in the file, or one from environment variables alone.

use std::collections::BTreeMap;
use std::path::Path;

use super::account::{Account, Context, account};
use super::address::{BaseUrl, address};
use super::read::{Reader, quoted};
use super::secrets::{credentials_directory, unused_credentials};
use super::shape::ACCOUNT;
use super::tree::{Node, Tree};
use super::{DEFAULT_FILE, Environment, StateOf, auth};

/// The accounts of the settings.
pub(super) struct Accounts {
    /// Those that could be read.
    pub(super) accounts: Vec<Account>,
    /// A sentence for each credential of systemd that no account uses.
    pub(super) unused: Vec<String>,
}

/// Reads every account, over the section `defaults`. Problems are added to `problems`; the accounts are of use
/// only if there are none.
pub(super) fn accounts(
    file: &Tree,
    defaults: Tree,
    environment: &Environment,
    working_directory: &Path,
    problems: &mut Vec<String>,
) -> Accounts {
    let listed = listed(file, environment, working_directory, problems);
    let credentials = credentials_directory(environment, working_directory);
    let context = Context {
        defaults,
        credentials: credentials.as_deref(),
        alone: listed.len() == 1,
    };
    let mut accounts = Vec::new();
    let mut identities = Vec::new();
    for (place, section) in &listed {
        by_variable(place, problems, |problems| {
            let (base_url, name) = identity(place, section, problems);
            identities.push((place.as_str(), base_url.clone(), name.clone()));
            let identity = (base_url, name);
            accounts.extend(account(place, section, identity, &context, problems));
        });
    }
    check_unique(&identities, problems);
    let names = identities.into_iter().map(|(_, _, name)| name);
    let logins: Vec<(String, Tree)> = names
        .zip(&listed)
        .map(|(name, (_, section))| (name, section.section("auth")))
        .collect();
    // Which credentials belong to an account without a name is not known.
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

/// The names and addresses of the accounts, whatever their credentials are.
pub(super) fn states(
    file: &Tree,
    environment: &Environment,
    working_directory: &Path,
    problems: &mut Vec<String>,
) -> Vec<StateOf> {
    let listed = listed(file, environment, working_directory, problems);
    let states = listed.iter().filter_map(|(place, account)| {
        let (base_url, name) = by_variable(place, problems, |problems| {
            identity(place, account, problems)
        });
        Some(StateOf {
            name,
            base_url: base_url?,
        })
    });
    states.collect()
}

/// The accounts as the settings have them, each with its place: `accounts[0]`, or `""` for the one that the
/// environment describes. None if that is a problem.
fn listed(
    file: &Tree,
    environment: &Environment,
    working_directory: &Path,
    problems: &mut Vec<String>,
) -> Vec<(String, Tree)> {
    let listed = match file.0.get("accounts") {
        Some(Node::Sections(accounts)) => accounts.as_slice(),
        Some(Node::Unusable) => return Vec::new(),
        _ => &[],
    };
    match (listed, auth::shorthand(environment)) {
        ([], None) => {
            problems.push(format!(
                "no account is configured; set ZENDESK_SUBDOMAIN, ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET, or list accounts in {DEFAULT_FILE} (see the example config/zendesk-exporter.yml)"
            ));
            Vec::new()
        }
        ([_, ..], Some(shorthand)) => {
            problems.push(format!(
                "the settings file lists accounts, and the environment sets {}; remove one of the two",
                shorthand.variables.join(", ")
            ));
            Vec::new()
        }
        ([], Some(shorthand)) => {
            let account = shorthand.account;
            vec![(
                String::new(),
                account.with_paths_from(ACCOUNT, working_directory, problems),
            )]
        }
        (listed, None) => {
            let listed = listed.iter().enumerate();
            listed
                .map(|(index, account)| (format!("accounts[{index}]"), account.clone()))
                .collect()
        }
    }
}

/// Reads an account; the problems of one that the environment describes name its variables.
fn by_variable<T>(
    place: &str,
    problems: &mut Vec<String>,
    read: impl FnOnce(&mut Vec<String>) -> T,
) -> T {
    if !place.is_empty() {
        return read(problems);
    }
    let mut own = Vec::new();
    let account = read(&mut own);
    problems.extend(own.into_iter().map(auth::name_variable));
    account
}

/// The address, if it is a good one, and the name.
fn identity(place: &str, account: &Tree, problems: &mut Vec<String>) -> (Option<BaseUrl>, String) {
    let (base_url, default_name) = address(Reader::new(place, account, problems)).unzip();
    let mut reader = Reader::new(place, account, problems);
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

/// Says which accounts have the same name or the same address, also where something else is wrong with
/// them. Of each there is its place, its address and its name.
fn check_unique(identities: &[(&str, Option<BaseUrl>, String)], problems: &mut Vec<String>) {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut addresses: BTreeMap<&str, &str> = BTreeMap::new();
    for (place, base_url, name) in identities {
        if !name.is_empty()
            && let Some(other) = names.insert(name, place)
        {
            problems.push(format!(
                "{other} and {place} have the same name {}; give each account its own name",
                quoted(name)
            ));
        }
        let Some(base_url) = base_url else { continue };
        if let Some(other) = addresses.insert(base_url.as_identity(), place) {
            problems.push(format!(
                "{other} and {place} have the same address {}; list the address once",
                base_url.as_identity()
            ));
        }
    }
}
