//! `check`: reports whether the settings are valid, and with `--online` also whether Zendesk accepts the
//! credentials.

mod series_estimate;

mod state_effects;

mod probes;

mod sources;

mod custom_fields;

use std::fmt::Write as _;

use crate::clock::{Clock as _, Moment, SystemClock};
use crate::config::{Account, Config};
use crate::error_chain::with_sources;
use crate::zendesk::{Client, ClientSettings};
use probes::Prober;
use sources::SourceFindings;

/// A summary of the settings, what they would reset in the states, and the warnings. Reads the states; an
/// exporter can use them meanwhile.
pub fn settings(config: &Config) -> String {
    let mut out = String::new();
    for account in &config.accounts {
        let Account {
            name,
            base_url,
            auth,
            export,
            ..
        } = account;
        let _ = writeln!(
            out,
            "{name}: {}, login {}, at most {} requests per minute",
            base_url.as_identity(),
            auth.method().label(),
            export.requests_per_minute
        );
        out.push_str(&state_effects::lines(config, account));
    }
    for warning in &config.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    out
}

/// Tries the credentials of each account with one request to each source of tickets, and looks up its custom fields.
/// Returns what was found, and whether everything is good.
pub async fn online(config: &Config) -> (String, bool) {
    let clock = SystemClock::new();
    let mut out = String::new();
    let mut all_good = true;
    for account in &config.accounts {
        let (findings, is_good) = try_account(account, clock.now()).await;
        all_good &= is_good;
        for finding in findings {
            let _ = writeln!(out, "{}: {finding}", account.name);
        }
    }
    (out, all_good)
}

/// What was found about one account, a sentence each, and whether everything is good.
async fn try_account(account: &Account, now: Moment) -> (Vec<String>, bool) {
    let client = match Client::new(ClientSettings::from_account(account)) {
        Ok(client) => client.without_reuse(),
        Err(error) => return (vec![with_sources(&error)], false),
    };
    let probes = Prober::new(&client, now).probe().await;
    let SourceFindings {
        mut sentences,
        mut is_good,
    } = SourceFindings::of(&probes, &account.export);
    if probes.can_read_fields() {
        let fields = custom_fields::look_up(&client, account).await;
        // Remarks are no failure: the settings can be good all the same.
        is_good &= fields.problems.is_empty();
        sentences.extend(fields.problems);
        sentences.extend(fields.remarks);
    }
    (sentences, is_good)
}
