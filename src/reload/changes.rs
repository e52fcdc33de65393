//! What differs between the settings that hold and those that were read again.
//!
//! PURE.

use std::fmt;

use crate::config::{Account, Config, Log, State, Web};

/// Accounts that are named. `defaults` can change hundreds at once, and an answer is for people.
const NAMED_MAX: usize = 20;

/// What is to be done so that other settings hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// What becomes of each account of the new settings, in their order.
    pub accounts: Vec<Fate>,
    /// Accounts that are read no more, by [identity](crate::config::BaseUrl::as_identity).
    pub removed: Vec<String>,
    /// The least severe level that is logged, if it is another.
    pub log_level: Option<tracing::Level>,
}

/// What becomes of an account. Accounts are told apart by their address, as their states are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Added,
    /// None of its settings differs.
    Kept,
    /// These sections differ.
    Changed(Vec<&'static str>),
}

/// Settings that cannot be changed while the program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedsRestart {
    /// At least one, by their names.
    pub settings: Vec<&'static str>,
}

impl fmt::Display for NeedsRestart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = self.settings.join(", ");
        let (this, value) = match self.settings.len() {
            1 => ("this", "value"),
            _ => ("these", "values"),
        };
        write!(
            formatter,
            "{settings} changed, but a reload cannot apply {this}; restart the exporter, or restore the old {value}"
        )
    }
}

impl std::error::Error for NeedsRestart {}

/// The account of `config` that has the address of `account`. Accounts are told apart by it.
pub fn account_at<'a>(config: &'a Config, account: &Account) -> Option<&'a Account> {
    let mut accounts = config.accounts.iter();
    accounts.find(|other| identity(other) == identity(account))
}

/// What a change of the name or the address of an account means, a sentence for each account where one of
/// them differs: its name and the sentence.
pub fn renamed_and_moved(present: &Config, wanted: &Config) -> Vec<(String, String)> {
    let news = wanted.accounts.iter().filter_map(|account| {
        let same_name = |other: &&Account| other.name == account.name;
        let sentence = if let Some(before) = account_at(present, account) {
            let (old, new) = (&before.name, &account.name);
            (old != new).then(|| {
                format!("renamed from {old}; all its series are new in Prometheus")
            })?
        } else {
            let before = present.accounts.iter().find(same_name)?;
            // The name alone has moved on to an account that is new.
            if account_at(wanted, before).is_some() {
                return None;
            }
            format!(
                "the address changed; the exporter now uses the state of {} and no longer that of {}",
                identity(account),
                identity(before)
            )
        };
        Some((account.name.clone(), sentence))
    });
    news.collect()
}

impl Changes {
    /// What leads from `present` to `wanted`.
    ///
    /// # Errors
    ///
    /// [`NeedsRestart`] if something of the process itself differs.
    pub fn between(present: &Config, wanted: &Config) -> Result<Self, NeedsRestart> {
        let settings = fixed_settings(present, wanted);
        if !settings.is_empty() {
            return Err(NeedsRestart { settings });
        }
        let fate = |account: &Account| {
            let Some(before) = account_at(present, account) else {
                return Fate::Added;
            };
            let sections = sections_changed(before, account);
            if sections.is_empty() {
                Fate::Kept
            } else {
                Fate::Changed(sections)
            }
        };
        let stays = |account: &&Account| account_at(wanted, account).is_some();
        let removed = present.accounts.iter().filter(|account| !stays(account));
        Ok(Self {
            accounts: wanted.accounts.iter().map(fate).collect(),
            removed: removed
                .map(|account| identity(account).to_owned())
                .collect(),
            log_level: (present.log.level != wanted.log.level).then_some(wanted.log.level),
        })
    }

    /// What they are, a sentence each: the level of the log, then accounts, the first of them by name.
    /// `present` and `wanted` are the settings that they lead from and to.
    pub fn sentences(&self, present: &Config, wanted: &Config) -> Vec<String> {
        let fates = self.accounts.iter().zip(&wanted.accounts);
        let mut accounts: Vec<String> = fates
            .filter_map(|(fate, account)| match fate {
                Fate::Kept => None,
                Fate::Added => Some(format!("{}: added", account.name)),
                Fate::Changed(sections) => {
                    Some(format!("{}: changed {}", account.name, sections.join(", ")))
                }
            })
            .collect();
        let is_removed =
            |account: &&Account| self.removed.iter().any(|gone| gone == identity(account));
        accounts.extend(
            present
                .accounts
                .iter()
                .filter(is_removed)
                .map(|account| format!("{}: removed, its state file is kept", account.name)),
        );
        let further = accounts.len().saturating_sub(NAMED_MAX);
        if further > 0 {
            accounts.truncate(NAMED_MAX);
            accounts.push(format!("{further} more accounts added, changed or removed"));
        }
        let level = self.log_level.map(|level| {
            let [from, to] =
                [present.log.level, level].map(|level| level.to_string().to_lowercase());
            format!("log.level: changed from {from} to {to}")
        });
        level.into_iter().chain(accounts).collect()
    }

    /// How many accounts are new, gone, and changed.
    pub fn counts(&self) -> [usize; 3] {
        let count = |is_one: fn(&Fate) -> bool| {
            let fates = self.accounts.iter();
            fates.filter(|fate| is_one(fate)).count()
        };
        [
            count(|fate| matches!(fate, Fate::Added)),
            self.removed.len(),
            count(|fate| matches!(fate, Fate::Changed(_))),
        ]
    }
}

fn identity(account: &Account) -> &str {
    account.base_url.as_identity()
}

/// The settings of the process that differ. Taken apart field by field, so that a new one cannot
/// be forgotten here.
fn fixed_settings(present: &Config, wanted: &Config) -> Vec<&'static str> {
    let Web {
        listen_addresses,
        telemetry_path,
        enable_lifecycle,
        config_file,
        // Only the command line sets it.
        systemd_socket: _,
    } = &wanted.web;
    let State { directory } = &wanted.state;
    let Log { level: _, format } = &wanted.log;
    named([
        (
            "web.listen_address",
            present.web.listen_addresses != *listen_addresses,
        ),
        (
            "web.telemetry_path",
            present.web.telemetry_path != *telemetry_path,
        ),
        ("web.config_file", present.web.config_file != *config_file),
        (
            "web.enable_lifecycle",
            present.web.enable_lifecycle != *enable_lifecycle,
        ),
        ("state.directory", present.state.directory != *directory),
        ("log.format", present.log.format != *format),
    ])
}

/// The sections of an account that differ.
fn sections_changed(before: &Account, account: &Account) -> Vec<&'static str> {
    let Account {
        name,
        base_url,
        auth,
        // Of the environment, which does not change.
        proxy: _,
        export,
        retry,
        labels,
        hold_new_series,
        max_series,
        buckets,
    } = account;
    named([
        ("name", before.name != *name),
        ("base_url", before.base_url != *base_url),
        ("auth", before.auth != *auth),
        ("export", before.export != *export),
        ("retry", before.retry != *retry),
        ("labels", before.labels != *labels),
        (
            "hold_new_series",
            before.hold_new_series != *hold_new_series,
        ),
        ("max_series", before.max_series != *max_series),
        ("buckets", before.buckets != *buckets),
    ])
}

fn named<const N: usize>(settings: [(&'static str, bool); N]) -> Vec<&'static str> {
    let differing = settings.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests;
