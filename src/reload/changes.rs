//! The difference between the settings in effect and those that were read again.
//!
//! PURE.

use std::fmt;

use crate::config::{Account, Config, Log, StateSettings, Web};

/// How many accounts are named. A change of `defaults` can affect hundreds, and people read the answer.
const NAMED_MAX: usize = 20;

/// What must be done to put other settings into effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// What happens to each account of the new settings, in their order.
    pub accounts: Vec<AccountChange>,
    /// The accounts that end, by [identity](crate::config::BaseUrl::as_identity).
    pub removed: Vec<String>,
    /// The new level of the log, if it changed.
    pub log_level: Option<tracing::Level>,
}

/// What happens to an account. The same address means the same account, as with states, whatever the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// It starts.
    Added,
    /// None of its settings differ.
    Unchanged,
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

/// The account of `config` that has the address of `account`, and so is the same account.
pub fn account_at<'a>(config: &'a Config, account: &Account) -> Option<&'a Account> {
    let mut accounts = config.accounts.iter();
    accounts.find(|other| identity(other) == identity(account))
}

/// Each account whose name or address changed: its new name, and a sentence that says what the change means.
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
            // The account of this name kept its address and got another name; this is a new account.
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
    /// The changes from `present` to `wanted`.
    ///
    /// # Errors
    ///
    /// [`NeedsRestart`] if a setting of the process itself differs.
    pub fn between(present: &Config, wanted: &Config) -> Result<Self, NeedsRestart> {
        let settings = fixed_settings(present, wanted);
        if !settings.is_empty() {
            return Err(NeedsRestart { settings });
        }
        let change = |account: &Account| {
            let Some(before) = account_at(present, account) else {
                return AccountChange::Added;
            };
            let sections = sections_changed(before, account);
            if sections.is_empty() {
                AccountChange::Unchanged
            } else {
                AccountChange::Changed(sections)
            }
        };
        let stays = |account: &&Account| account_at(wanted, account).is_some();
        let removed = present.accounts.iter().filter(|account| !stays(account));
        Ok(Self {
            accounts: wanted.accounts.iter().map(change).collect(),
            removed: removed
                .map(|account| identity(account).to_owned())
                .collect(),
            log_level: (present.log.level != wanted.log.level).then_some(wanted.log.level),
        })
    }

    /// The changes as sentences: of the level of the log, then of accounts. Up to `NAMED_MAX` accounts are
    /// named. `present` and `wanted` are the settings that [`Self::between`] compared.
    pub fn sentences(&self, present: &Config, wanted: &Config) -> Vec<String> {
        let changes = self.accounts.iter().zip(&wanted.accounts);
        let mut accounts: Vec<String> = changes
            .filter_map(|(change, account)| match change {
                AccountChange::Unchanged => None,
                AccountChange::Added => Some(format!("{}: added", account.name)),
                AccountChange::Changed(sections) => {
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

    /// How many accounts were added, removed and changed.
    pub fn counts(&self) -> [usize; 3] {
        let count = |is_one: fn(&AccountChange) -> bool| {
            let changes = self.accounts.iter();
            changes.filter(|change| is_one(change)).count()
        };
        [
            count(|change| matches!(change, AccountChange::Added)),
            self.removed.len(),
            count(|change| matches!(change, AccountChange::Changed(_))),
        ]
    }
}

fn identity(account: &Account) -> &str {
    account.base_url.as_identity()
}

/// The settings of the process that differ, by name. The structs are taken apart field by field: a new field
/// without a line here does not compile.
fn fixed_settings(present: &Config, wanted: &Config) -> Vec<&'static str> {
    let Web {
        listen_addresses,
        telemetry_path,
        enable_lifecycle,
        config_file,
        // Only a flag sets it, and flags do not change while the program runs.
        systemd_socket: _,
    } = &wanted.web;
    let StateSettings { directory } = &wanted.state;
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

/// The sections of an account's settings that differ, by name.
fn sections_changed(before: &Account, account: &Account) -> Vec<&'static str> {
    let Account {
        name,
        base_url,
        auth,
        // It comes from the environment, which does not change while the program runs.
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
