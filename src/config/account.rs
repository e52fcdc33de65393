//! The accounts: from the file, or one from environment variables alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use url::Url;

use super::auth::{self, Credentials};
use super::read::{Reader, quoted, shown};
use super::tree::{Node, Tree};
use super::{DEFAULT_FILE, Environment};
use crate::ledger::DICTIONARY_VALUES_MAX;
use crate::schedule::Retry;
use crate::ticket::UnixSeconds;
use crate::walk::ExportSource;
use crate::zendesk::{Auth, SupportTypeScope, is_loopback};

/// One account to read.
#[derive(Clone, Debug)]
pub struct Account {
    /// Value of the label `account`. Default: the subdomain, else the host of `base_url`.
    pub name: String,
    /// Where its API is.
    pub base_url: BaseUrl,
    /// How to log in.
    pub auth: Auth,
    /// Section `export`.
    pub export: Export,
    /// Section `retry`.
    pub retry: Retry,
    /// Section `labels`.
    pub labels: Labels,
    /// Most ticket series. Default 20000; beyond it the channel of new ones is `other`.
    pub max_series: usize,
}

/// The address of an account's API: http or https, a host, perhaps a port and a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The address.
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// The address as text, without a slash at the end: the identity of the account's state.
    pub fn as_identity(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether the address is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Name of the state file: the host, and for anything but a plain https host also port, path
    /// and a checksum, so that no two addresses share a file.
    pub fn state_file_name(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        let plain = self.0.scheme() == "https" && self.0.port().is_none() && self.0.path() == "/";
        if plain && host.len() <= READABLE_CHARS_MAX && !host.starts_with('[') {
            return format!("{host}.sqlite");
        }
        let port = self
            .0
            .port()
            .map_or_else(String::new, |port| format!("_{port}"));
        let readable: String = format!("{host}{port}{}", self.0.path().trim_end_matches('/'))
            .chars()
            .map(|character| match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' => character,
                _ => '_',
            })
            .take(READABLE_CHARS_MAX)
            .collect();
        let checksum = crc32fast::hash(self.as_identity().as_bytes());
        format!("{readable}_{checksum:08x}.sqlite")
    }
}

/// Longest readable part of a state file's name; file systems take 255 bytes.
const READABLE_CHARS_MAX: usize = 120;

/// Section `export`.
#[derive(Clone, Debug)]
pub struct Export {
    /// Which export. Default `cursor`.
    pub source: ExportSource,
    /// Where the first sync begins. Default 0: everything.
    pub start_time: UnixSeconds,
    /// Rows per page, 1 to 1000. Default 1000; smaller if Zendesk times out often.
    pub page_size: u32,
    /// The wait once nothing more is to come. Default 60s.
    pub poll_interval: Duration,
    /// Of the 10 (30) that all tools on the account share. Default 8.
    pub requests_per_minute: u32,
    /// For connecting, headers and body together. Default 60s.
    pub request_timeout: Duration,
    /// Whose tickets. Default `agent`; `all` adds the label `support_type`.
    pub support_type_scope: SupportTypeScope,
    /// Whether to ask for Zendesk's measurements. Default true.
    pub metric_sets: bool,
    /// Reading the last minutes again, for rows made visible late.
    pub replay: Replay,
}

/// Setting `export.replay`.
#[derive(Clone, Copy, Debug)]
pub struct Replay {
    /// How often; `None` for never. Default 1h.
    pub every: Option<Duration>,
    /// How far back. Default 15m.
    pub window: Duration,
}

/// Section `labels`.
#[derive(Clone, Copy, Debug)]
pub struct Labels {
    /// Most values of the label `channel` that are shown; the rest is `other`. Default 64.
    pub max_values: usize,
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
    let max_values = Reader::new(&format!("{place}.labels"), &layered("labels"), problems)
        .over_defaults("defaults.labels", account.section("labels"))
        .number("max_values", 64, 1..=VALUES_MAX);
    let both = context.defaults.clone().overlaid(account);
    let max_series = Reader::new(place, &both, problems)
        .over_defaults("defaults", account.clone())
        .number("max_series", 20_000, SERIES_MIN..=1_000_000);
    Some(Account {
        name,
        base_url: base_url?,
        auth: auth?,
        export,
        retry,
        labels: Labels {
            max_values: max_values as usize,
        },
        max_series: max_series as usize,
    })
}

/// A bound of the dictionary, as a setting.
const VALUES_MAX: u32 = DICTIONARY_VALUES_MAX as u32;

/// Below this there would be no room for channels beside the series kept back for the histograms and
/// all that counts as `other`.
const SERIES_MIN: u32 = 4_000;

fn address(mut reader: Reader<'_>) -> Option<(BaseUrl, String)> {
    let allow_http = reader.flag("allow_http", false);
    match (reader.text("subdomain"), reader.text("base_url")) {
        (Some(_), Some(_)) => {
            reader.problem("base_url", "set subdomain or base_url, not both");
            None
        }
        (None, None) => {
            reader.problem(
                "subdomain",
                "is missing: for https://acme.zendesk.com write acme",
            );
            None
        }
        (Some(subdomain), None) => {
            if !is_subdomain(subdomain) {
                // Somebody may have put an address with a password there.
                let shown = if subdomain.contains('@') {
                    "what is set".to_owned()
                } else {
                    quoted(subdomain)
                };
                let sentence = format!(
                    "{shown} is not a subdomain: for https://acme.zendesk.com write just acme"
                );
                reader.problem("subdomain", &sentence);
                return None;
            }
            // Some names that the pattern takes are no host names, such as a broken `xn--`.
            let Ok(url) = Url::parse(&format!("https://{subdomain}.zendesk.com")) else {
                let sentence = format!("{} is not a subdomain of Zendesk", quoted(subdomain));
                reader.problem("subdomain", &sentence);
                return None;
            };
            Some((BaseUrl(url), subdomain.to_owned()))
        }
        (None, Some(text)) => match base_url(text, allow_http) {
            Ok(url) => {
                let host = url.0.host_str().unwrap_or_default().to_owned();
                Some((url, host))
            }
            Err(problem) => {
                reader.problem("base_url", problem);
                None
            }
        },
    }
}

fn is_subdomain(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(is_part)
}

/// The problems do not show the address: somebody may have put a password into it.
fn base_url(text: &str, allow_http: bool) -> Result<BaseUrl, &'static str> {
    let not_an_address = "is not an address like https://acme.zendesk.com";
    let url = Url::parse(text).map_err(|_| not_an_address)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(not_an_address);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold credentials: put them under auth");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with the path: leave out what follows ? or #");
    }
    let url = BaseUrl(url);
    if url.0.scheme() == "http" && !allow_http && !url.is_loopback() {
        return Err(
            "would send the credentials unencrypted: use https, or set allow_http: true if that is meant",
        );
    }
    Ok(url)
}

fn export(mut reader: Reader<'_>, is_loopback: bool) -> Export {
    let seconds = Duration::from_secs;
    let day = seconds(24 * 3600);
    // A simulator or proxy on this machine may be asked more often than Zendesk.
    let shortest_poll = if is_loopback { 1 } else { 10 };
    let replay = reader.inner("replay");
    let mut replay_reader = reader.within("replay", &replay);
    let replay = Replay {
        every: replay_reader.duration_or_never("every", seconds(3600), seconds(60)..=day * 365),
        window: replay_reader.duration("window", seconds(15 * 60), seconds(60)..=day),
    };
    Export {
        source: reader.choice(
            "source",
            &[
                ("cursor", ExportSource::Cursor),
                ("time", ExportSource::Time),
            ],
        ),
        start_time: reader.parsed(
            "start_time",
            UnixSeconds(0),
            "Unix seconds or an RFC 3339 time like 2024-01-01T00:00:00Z, from 1970 to 2100",
            parse_start_time,
        ),
        page_size: reader.number("page_size", 1000, 1..=1000),
        poll_interval: reader.duration("poll_interval", seconds(60), seconds(shortest_poll)..=day),
        requests_per_minute: reader.number("requests_per_minute", 8, 1..=1_000_000),
        request_timeout: reader.duration("request_timeout", seconds(60), seconds(1)..=seconds(600)),
        support_type_scope: reader.choice(
            "support_type_scope",
            &[
                ("agent", SupportTypeScope::Agent),
                ("ai_agent", SupportTypeScope::AiAgent),
                ("all", SupportTypeScope::All),
            ],
        ),
        metric_sets: reader.flag("metric_sets", true),
        replay,
    }
}

/// 2100-01-01: beyond it a number is surely in milliseconds.
const START_TIME_END: i64 = 4_102_444_800;

fn parse_start_time(text: &str) -> Option<UnixSeconds> {
    let seconds = match text.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => text.parse::<jiff::Timestamp>().ok()?.as_second(),
    };
    (0..START_TIME_END)
        .contains(&seconds)
        .then_some(UnixSeconds(seconds))
}

fn retry(mut reader: Reader<'_>) -> Retry {
    let shortest = Duration::from_millis(100);
    let longest = Duration::from_secs(24 * 3600);
    let retry = Retry {
        initial: reader.duration("initial", Duration::from_secs(1), shortest..=longest),
        maximum: reader.duration("maximum", Duration::from_secs(300), shortest..=longest),
    };
    if retry.initial > retry.maximum {
        let sentence = format!(
            "{} is longer than retry.maximum, {}: lower the one or raise the other",
            shown(retry.initial),
            shown(retry.maximum)
        );
        reader.problem("initial", &sentence);
    }
    retry
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

    fn file_name(url: &str) -> String {
        base_url(url, true).expect("an address").state_file_name()
    }

    #[test]
    fn the_fewest_series_leave_room_for_channels() {
        let kept_back = crate::ledger::Layout::default().fallback_series();
        assert!(kept_back + 1_000 < SERIES_MIN as usize, "{kept_back}");
    }

    #[test]
    fn each_address_has_a_state_file_of_its_own() {
        assert_eq!(
            file_name("https://acme.zendesk.com"),
            "acme.zendesk.com.sqlite"
        );
        assert_eq!(
            file_name("https://acme.zendesk.com/"),
            "acme.zendesk.com.sqlite"
        );
        let urls = [
            "https://acme.zendesk.com",
            "http://acme.zendesk.com",
            "https://acme.zendesk.com:8443",
            "https://acme.zendesk.com/a",
            "https://acme.zendesk.com/A",
            "https://acme.zendesk.com/a_b",
            "https://acme.zendesk.com/a/b",
            "http://127.0.0.1:8090",
            "http://[::1]:8090",
        ];
        let names: std::collections::BTreeSet<String> =
            urls.iter().map(|url| file_name(url)).collect();
        assert_eq!(names.len(), urls.len(), "{names:?}");
        for name in &names {
            assert!(!name.contains(['/', ':', '[']), "{name}");
        }
        let long = file_name(&format!("https://x.example/{}", "p".repeat(2_000)));
        assert!(long.len() < 200, "{long}");
    }
}
