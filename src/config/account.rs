//! The accounts: from the file, or one from environment variables alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::address::{BaseUrl, address};
use super::auth::{self, Credentials};
use super::buckets::buckets;
use super::export::{Export, export, retry};
use super::labels::{Labels, labels};
use super::read::{Reader, quoted};
use super::tree::{Node, Tree};
use super::{DEFAULT_FILE, Environment};
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
    /// Relative paths of secrets start here.
    pub(super) directory: &'a Path,
}

/// Reads every account. Problems are added to `problems`; the result is of use only if there are
/// none.
pub(super) fn accounts(
    file: &Tree,
    context: &Context<'_>,
    problems: &mut Vec<String>,
) -> Vec<Account> {
    let listed = match file.0.get("accounts") {
        Some(Node::Sections(accounts)) => accounts.as_slice(),
        Some(Node::Unusable) => return Vec::new(),
        _ => &[],
    };
    let shorthand = auth::shorthand(context.environment);
    let accounts = match (listed, shorthand) {
        ([], None) => {
            problems.push(format!(
                "there is no account to read: set ZENDESK_SUBDOMAIN and credentials such as ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET, or list accounts in {DEFAULT_FILE} (see config/zendesk-exporter.yml)"
            ));
            return Vec::new();
        }
        ([_, ..], Some(shorthand)) => {
            problems.push(format!(
                "the settings file lists accounts and the environment sets {}: use one of the two",
                shorthand.variables.join(", ")
            ));
            return Vec::new();
        }
        ([], Some(shorthand)) => {
            let mut own = Vec::new();
            let account = one("", &shorthand.account, context, true, &mut own);
            problems.extend(own.into_iter().map(auth::name_variable));
            return account.into_iter().collect();
        }
        (listed, None) => listed,
    };
    let alone = accounts.len() == 1;
    let read: Vec<Account> = accounts
        .iter()
        .enumerate()
        .filter_map(|(index, account)| {
            let place = format!("accounts[{index}]");
            one(&place, account, context, alone, problems)
        })
        .collect();
    check_unique(&read, problems);
    read
}

fn one(
    place: &str,
    account: &Tree,
    context: &Context<'_>,
    alone: bool,
    problems: &mut Vec<String>,
) -> Option<Account> {
    // What else is wrong with the account is said all the same.
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
    let layered = |section: &str| {
        let defaults = context.defaults.section(section);
        defaults.overlaid(&account.section(section))
    };
    let credentials = Credentials {
        section: &account.section("auth"),
        environment: context.environment,
        directory: context.directory,
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
            "{} are too few beside these tags, buckets and SLAs: set at least {needed}, or list fewer",
            account.max_series
        );
        reader.problem("max_series", &sentence);
    }
}

fn check_unique(accounts: &[Account], problems: &mut Vec<String>) {
    let mut names = BTreeMap::new();
    let mut addresses = BTreeMap::new();
    for (index, account) in accounts.iter().enumerate() {
        if let Some(other) = names.insert(&account.name, index) {
            problems.push(format!(
                "accounts[{other}] and accounts[{index}] have the same name {}: give each its own",
                quoted(&account.name)
            ));
        }
        if let Some(other) = addresses.insert(account.base_url.as_identity(), index) {
            problems.push(format!(
                "accounts[{other}] and accounts[{index}] have the same address {}: list it once",
                account.base_url.as_identity()
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
