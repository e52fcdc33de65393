//! The accounts: from the file, or one from environment variables alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::address::{BaseUrl, address};
use super::auth;
use super::buckets::buckets;
use super::export::{Export, export, retry};
use super::labels::{Labels, labels};
use super::read::{Reader, quoted};
use super::secrets::{Credentials, unused_credentials};
use super::shape::ACCOUNT;
use super::tree::{Node, Tree};
use super::{DEFAULT_FILE, Environment, StateOf};
use crate::ledger::{Asked, Buckets, Layout, Reach};
use crate::schedule::Retry;
use crate::zendesk::{Auth, ProxyInUse, SupportTypeScope};

/// One account to read.
#[derive(Clone, Debug)]
pub struct Account {
    /// Value of the label `account`. Default: the subdomain, else the host of `base_url`.
    pub name: String,
    /// Where its API is.
    pub base_url: BaseUrl,
    /// How to log in.
    pub auth: Auth,
    /// The proxy that the environment names; `None` until
    /// [`read_proxies`](super::read_proxies).
    pub proxy: Option<ProxyInUse>,
    /// Section `export`.
    pub export: Export,
    /// Section `retry`.
    pub retry: Retry,
    /// Section `labels`.
    pub labels: Labels,
    /// How long a new series of a counter or histogram is shown with the value it began with; `None`
    /// for not at all. Default 2m; longer than the scrape interval.
    pub hold_new_series: Option<Duration>,
    /// Most ticket series. Default 20000; beyond it channel and opt-in labels of new ones are
    /// `other`.
    pub max_series: usize,
    /// Section `buckets`.
    pub buckets: Buckets,
}

impl Account {
    /// The labels and families that the settings ask for.
    pub fn layout(&self) -> Layout {
        let Labels {
            group,
            brand,
            form,
            custom_status,
            tags,
            custom_fields,
            max_values,
        } = self.labels.clone();
        Layout {
            support_type: self.export.support_type_scope == SupportTypeScope::All,
            group,
            brand,
            form,
            custom_status,
            fields: custom_fields,
            tags,
            metric_sets: self.export.metric_sets,
            business_hours: self.export.business_hours,
            slas: self.export.slas,
            buckets: self.buckets.clone(),
            max_values,
            max_series: self.max_series,
        }
    }

    /// Which tickets the settings ask for.
    pub const fn reach(&self) -> Reach {
        Reach {
            scope: self.export.support_type_scope,
            start_time: self.export.start_time,
        }
    }

    /// All that the settings ask of a ledger.
    pub fn asked(&self) -> Asked {
        Asked {
            layout: self.layout(),
            reach: Some(self.reach()),
            tells_families: true,
        }
    }
}

/// What the accounts' settings refer to beside themselves.
pub(super) struct Context<'a> {
    /// Section `defaults`.
    pub(super) defaults: Tree,
    pub(super) environment: &'a Environment,
    /// Relative paths of the environment start here.
    pub(super) working_directory: &'a Path,
}

/// What the accounts are, and what is probably meant otherwise.
pub(super) struct Accounts {
    pub(super) accounts: Vec<Account>,
    pub(super) warnings: Vec<String>,
}

/// Reads every account. Problems are added to `problems`; the result is of use only if there are
/// none.
pub(super) fn accounts(file: &Tree, context: &Context<'_>, problems: &mut Vec<String>) -> Accounts {
    let listed = listed(
        file,
        context.environment,
        context.working_directory,
        problems,
    );
    let alone = listed.len() == 1;
    let accounts: Vec<Account> = listed
        .iter()
        .filter_map(|(place, account)| {
            by_variable(place, problems, |problems| {
                one(place, account, context, alone, problems)
            })
        })
        .collect();
    check_unique(&listed, problems);
    let of_credentials = |(account, (_, section)): (&Account, &(String, Tree))| {
        (account.name.clone(), section.section("auth"))
    };
    let sections: Vec<(String, Tree)> = accounts.iter().zip(&listed).map(of_credentials).collect();
    Accounts {
        warnings: unused_credentials(context.environment, &sections),
        accounts,
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
                account.with_paths_from(ACCOUNT, working_directory),
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

fn one(
    place: &str,
    account: &Tree,
    context: &Context<'_>,
    alone: bool,
    problems: &mut Vec<String>,
) -> Option<Account> {
    // What else is wrong with the account is said all the same.
    let (base_url, name) = identity(place, account, problems);
    let layered = |section: &str| {
        let defaults = context.defaults.section(section);
        defaults.overlaid(&account.section(section))
    };
    let credentials = Credentials {
        section: &account.section("auth"),
        environment: context.environment,
        account: &name,
        alone,
    };
    let auth = auth::auth(&format!("{place}.auth"), &credentials, problems);
    let export = export(
        Reader::new(&format!("{place}.export"), &layered("export"), problems)
            .over_defaults("defaults.export", account.section("export")),
        base_url.as_ref().is_none_or(BaseUrl::is_loopback),
    );
    let retry = retry(
        Reader::new(&format!("{place}.retry"), &layered("retry"), problems)
            .over_defaults("defaults.retry", account.section("retry")),
    );
    let labels = labels(
        Reader::new(&format!("{place}.labels"), &layered("labels"), problems)
            .over_defaults("defaults.labels", account.section("labels")),
    );
    let buckets = buckets(
        Reader::new(&format!("{place}.buckets"), &layered("buckets"), problems)
            .over_defaults("defaults.buckets", account.section("buckets")),
    );
    let both = context.defaults.clone().overlaid(account);
    let mut reader = Reader::new(place, &both, problems).over_defaults("defaults", account.clone());
    let hold_new_series =
        reader.duration_or_never("hold_new_series", HOLD_DEFAULT, HOLD_MIN..=HOLD_MAX);
    let max_series = reader.number("max_series", 20_000, SERIES_MIN..=SERIES_MAX);
    let account = Account {
        name,
        base_url: base_url?,
        auth: auth?,
        proxy: None,
        export,
        retry,
        labels,
        hold_new_series,
        max_series: max_series as usize,
        buckets,
    };
    check_room(&account, &mut reader);
    Some(account)
}

/// Two scrapes of the usual interval of a minute.
const HOLD_DEFAULT: Duration = Duration::from_secs(120);
/// Bounds of `hold_new_series`. A second is the shortest scrape interval in use; Prometheus takes a
/// series that was not scraped for five minutes for ended, so no interval is longer than an hour.
const HOLD_MIN: Duration = Duration::from_secs(1);
const HOLD_MAX: Duration = Duration::from_secs(3600);

/// Bounds of `max_series`. Below there would be no room for channels beside the series kept back for
/// the histograms and all that counts as `other`.
const SERIES_MIN: u32 = 4_000;
const SERIES_MAX: u32 = 1_000_000;

/// Series that are left for channels and opt-in labels at least.
const SERIES_FREE_MIN: usize = 1_000;

/// Tags, buckets and SLAs take series whatever happens, and some must be left beside them.
fn check_room(account: &Account, reader: &mut Reader<'_>) {
    let needed = account.layout().fallback_series() + SERIES_FREE_MIN;
    if account.max_series < needed {
        let sentence = format!(
            "{} is too low for these tags, buckets and SLA targets; set at least {needed}, or list fewer tags and buckets",
            account.max_series
        );
        reader.problem("max_series", &sentence);
    }
}

/// Says which accounts have the same name or the same address, also where something else is wrong with
/// them.
fn check_unique(listed: &[(String, Tree)], problems: &mut Vec<String>) {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    let mut addresses: BTreeMap<String, &str> = BTreeMap::new();
    for (place, account) in listed {
        // What is wrong with each of the two is said where the account is read.
        let (base_url, name) = identity(place, account, &mut Vec::new());
        if !name.is_empty()
            && let Some(other) = names.insert(name.clone(), place)
        {
            problems.push(format!(
                "{other} and {place} have the same name {}; give each account its own name",
                quoted(&name)
            ));
        }
        let Some(base_url) = base_url else { continue };
        if let Some(other) = addresses.insert(base_url.as_identity().to_owned(), place) {
            problems.push(format!(
                "{other} and {place} have the same address {}; list the address once",
                base_url.as_identity()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_series_leave_room_for_channels() {
        let kept_back = Layout::default().fallback_series();
        assert!(
            kept_back + SERIES_FREE_MIN < SERIES_MIN as usize,
            "{kept_back}"
        );
    }
}
