//! The settings of one account, read from its section over the section `defaults`.

use std::path::Path;
use std::time::Duration;

use super::address::BaseUrl;
use super::auth;
use super::buckets::buckets;
use super::export::{Export, export, retry};
use super::labels::labels;
use super::read::Reader;
use super::secrets::Credentials;
use super::setting::{Section, Setting};
use crate::ledger::{Asked, Buckets, LabelSettings, SeriesSettings, TicketScope};
use crate::schedule::Retry;
use crate::source::{Auth, ProxyInUse, SupportTypeScope};

/// The settings of one account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Value of the label `account`. Default: the subdomain, else the host of `base_url`.
    pub name: String,
    /// The address of the account's API.
    pub base_url: BaseUrl,
    /// The credentials.
    pub auth: Auth,
    /// The proxy that the environment sets; `None` until [`read_proxies`](super::read_proxies).
    pub proxy: Option<ProxyInUse>,
    /// Section `export`.
    pub export: Export,
    /// Section `retry`.
    pub retry: Retry,
    /// Section `labels`.
    pub labels: LabelSettings,
    /// Setting `hold_new_series`: how long a new series of a counter or histogram is shown with its value from
    /// before; `None` for not at all. Default 2m; it should be longer than the scrape interval.
    pub hold_new_series: Option<Duration>,
    /// Setting `max_series`: the most ticket series. Default 20000. If there are more, new series have `other` as
    /// channel and as opt-in labels.
    pub max_series: usize,
    /// Section `buckets`.
    pub buckets: Buckets,
}

impl Account {
    /// The labels and families that the settings ask for.
    pub fn series(&self) -> SeriesSettings {
        SeriesSettings {
            labels: self.labels.clone(),
            support_type: self.export.support_type_scope == SupportTypeScope::All,
            metric_sets: self.export.metric_sets,
            business_hours: self.export.business_hours,
            slas: self.export.slas,
            buckets: self.buckets.clone(),
            max_series: self.max_series,
        }
    }

    /// Which tickets the settings ask for.
    pub const fn ticket_scope(&self) -> TicketScope {
        TicketScope {
            scope: self.export.support_type_scope,
            start_time: self.export.start_time,
        }
    }

    /// All settings that a ledger depends on.
    pub fn asked(&self) -> Asked {
        Asked {
            series: self.series(),
            ticket_scope: Some(self.ticket_scope()),
            tells_families: true,
        }
    }
}

/// What the settings of an account depend on, besides its own section.
pub(super) struct Context<'a> {
    /// Section `defaults`.
    pub(super) defaults: Section<'a>,
    /// The directory of systemd's credentials; `None` if systemd passes none.
    pub(super) credentials: Option<&'a Path>,
    /// Whether there is only one account.
    pub(super) alone: bool,
}

/// Reads the account `name` from its section. `base_url` was read before; if it is `None`, the other settings are
/// still read, so that all their problems are reported.
pub(super) fn account(
    own: &Setting,
    (base_url, name): (Option<BaseUrl>, String),
    context: &Context<'_>,
    problems: &mut Vec<String>,
) -> Option<Account> {
    let credentials = Credentials {
        // `defaults` has no `auth`, so only the account's own section is read.
        section: own.as_section().section("auth"),
        directory: context.credentials,
        account: &name,
        alone: context.alone,
    };
    let auth = auth::auth(&credentials, problems);
    let settings = context.defaults.to_setting().overlaid(own);
    let mut reader = Reader::new(settings.as_section(), problems);
    // A wrong address is reported already. Without it the wider bounds apply, so that no second problem follows
    // from it.
    let is_loopback = base_url.as_ref().is_none_or(BaseUrl::is_loopback);
    let export = export(reader.within("export"), is_loopback);
    let retry = retry(reader.within("retry"));
    let labels = labels(reader.within("labels"));
    let buckets = buckets(reader.within("buckets"));
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

/// Two scrapes at the usual interval of a minute.
const HOLD_DEFAULT: Duration = Duration::from_secs(120);
/// Bounds of `hold_new_series`. No scrape interval in use is shorter than a second. Prometheus ends a series that
/// was not scraped for five minutes, so no useful hold is longer than an hour.
const HOLD_MIN: Duration = Duration::from_secs(1);
const HOLD_MAX: Duration = Duration::from_secs(3600);

/// Bounds of `max_series`. With fewer, no series would be left for channels besides those that are reserved for the
/// histograms and for `other`.
const SERIES_MIN: u32 = 4_000;
const SERIES_MAX: u32 = 1_000_000;

/// The fewest series that must be left for channels and opt-in labels.
const SERIES_FREE_MIN: usize = 1_000;

/// Checks that `max_series` leaves room for channels and opt-in labels. The series of tags, buckets and SLA targets
/// are always created, so they use up the bound first.
fn check_room(account: &Account, reader: &mut Reader<'_>) {
    let needed = account.series().fallback_series() + SERIES_FREE_MIN;
    if account.max_series < needed {
        let sentence = format!(
            "{} is too low for these tags, buckets and SLA targets; set at least {needed}, or list fewer tags and buckets",
            account.max_series
        );
        reader.problem("max_series", &sentence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_series_leave_room_for_channels() {
        let kept_back = SeriesSettings::default().fallback_series();
        assert!(
            kept_back + SERIES_FREE_MIN < SERIES_MIN as usize,
            "{kept_back}"
        );
    }
}
