//! `check`: reports whether the settings are valid, and with `--online` also whether Zendesk accepts the
//! credentials.

mod series_estimate;

mod state_effects;

mod custom_fields;

use std::fmt::Write as _;

use crate::clock::{Clock as _, Moment, SystemClock};
use crate::config::{Account, Config};
use crate::error_chain::with_sources;
use crate::source::{ApiError, Asker, Endpoint, Login, Session, TicketSource, TokenUse};
use crate::zendesk::{Client, ClientSettings};

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

/// Tries the credentials of each account with one sample request, and looks up its custom fields. Returns
/// what was found, and whether everything is good.
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
    let sample = try_sample(&client, now).await;
    let can_log_in = sample
        .as_ref()
        .map_or_else(|problem| problem.can_log_in, |_| true);
    let mut is_good = sample.is_ok();
    let mut findings = vec![sample.unwrap_or_else(|problem| problem.sentence)];
    if can_log_in {
        let fields = custom_fields::look_up(&client, account).await;
        // Remarks are no failure: the settings can be good all the same.
        is_good &= fields.problems.is_empty();
        findings.extend(fields.problems);
        findings.extend(fields.remarks);
    }
    (findings, is_good)
}

/// Why no sample of the export could be read.
struct SampleFailure {
    sentence: String,
    /// Whether address and login are good, so that other requests make sense.
    can_log_in: bool,
}

/// Logs in if that takes a request, and reads a sample of the export. Returns what was found.
async fn try_sample(client: &Client, now: Moment) -> Result<String, SampleFailure> {
    if client.login(TokenUse::Tickets, now) == Login::Required
        && let Some(exchange) = client.renew(TokenUse::Tickets, now).await
    {
        let refused = |error: ApiError| {
            let advice = error.advice(client.auth_method());
            let what = "an OAuth token";
            SampleFailure {
                sentence: sentence(client, what, Endpoint::OAuthToken, &error, advice),
                can_log_in: false,
            }
        };
        exchange.outcome.map_err(refused)?;
    }
    // From a day ago: so an account in use has rows, and Zendesk does not refuse the time as too recent.
    let sample = client.sample(now.wall().plus(-24 * 3600)).await;
    match sample.outcome {
        Ok(page) => {
            let rows = page.rows.len();
            let noun = if rows == 1 { "row" } else { "rows" };
            Ok(format!(
                "the export can be read, {rows} {noun} in a sample of the last 24 hours"
            ))
        }
        Err(error) => {
            let (error, advice) = judged(client, sample.head.status, error, now).await;
            let what = "a sample of the export";
            Err(SampleFailure {
                sentence: sentence(client, what, Endpoint::TicketsSample, &error, &advice),
                // Agents, who cannot read the export, can read the fields.
                can_log_in: matches!(
                    error,
                    ApiError::NotAdmin { .. } | ApiError::ExportForbidden { .. }
                ),
            })
        }
    }
}

fn sentence(
    client: &Client,
    what: &str,
    endpoint: Endpoint,
    error: &ApiError,
    advice: &str,
) -> String {
    let url = client.address(endpoint);
    format!(
        "cannot get {what} from {url}: {}; {advice}",
        with_sources(error)
    )
}

/// What a failure means and what to do. If the answer alone does not tell, it requests the user behind the
/// credentials.
async fn judged(
    client: &Client,
    status: Option<u16>,
    error: ApiError,
    now: Moment,
) -> (ApiError, String) {
    if status != Some(403) || !error.depends_on_asker() {
        let advice = error.advice(client.auth_method());
        return (error, advice.to_owned());
    }
    let user = client.current_user(now.wall()).await.outcome;
    let asker = Asker::from_answer(&user);
    let error = error.judged_by(asker);
    let advice = match asker {
        Asker::Nobody => {
            "Zendesk treats the request as anonymous, so check that the credentials in auth belong to a user".to_owned()
        }
        Asker::NotAdmin => format!(
            "the user behind the credentials has the role {}, but only an admin can read the export; {}",
            user.ok().and_then(|user| user.role).unwrap_or("unknown"),
            "make the user an admin, or use the credentials of an admin"
        ),
        Asker::Admin => "the user is an admin, so Zendesk refuses this program or this machine; check Zendesk's rules for third-party tools and the account's IP restrictions (Admin Center, Security)".to_owned(),
        Asker::ShutOut | Asker::Unknown => error.advice(client.auth_method()).to_owned(),
    };
    (error, advice)
}
