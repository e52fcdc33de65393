//! `check`: are the settings good, and with `--online`, are the credentials?

mod state_effects;

mod series_estimate;

mod custom_fields;

use std::fmt::Write as _;

use crate::clock::{Clock as _, Moment, SystemClock};
use crate::config::{Account, Config};
use crate::error_chain::with_sources;
use crate::source::{ApiError, Asker, Endpoint, Login, Session, TicketSource, TokenUse};
use crate::zendesk::{Client, ClientSettings};

/// What the settings say and what may be wrong with them, as text. Looks into the states that there are,
/// also while an exporter uses them, to tell what the settings reset.
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

/// The same, and that they are good: they were checked by reading them.
pub fn offline(config: &Config) -> String {
    let mut out = settings(config);
    out.push_str("the settings are good\n");
    out
}

/// Tries each account's credentials with one sample request. Returns the findings and whether all
/// is well.
pub async fn online(config: &Config) -> (String, bool) {
    let clock = SystemClock::new();
    let mut out = String::new();
    let mut all_well = true;
    for account in &config.accounts {
        let (findings, is_well) = try_account(account, clock.now()).await;
        all_well &= is_well;
        for finding in findings {
            let _ = writeln!(out, "{}: {finding}", account.name);
        }
    }
    (out, all_well)
}

/// What is found of one account, a sentence each, and whether all is well.
async fn try_account(account: &Account, now: Moment) -> (Vec<String>, bool) {
    let client = match Client::new(ClientSettings::of(account)) {
        Ok(client) => client.without_reuse(),
        Err(error) => return (vec![with_sources(&error)], false),
    };
    let sample = try_sample(&client, now).await;
    let can_log_in = sample
        .as_ref()
        .map_or_else(|problem| problem.can_log_in, |_| true);
    let mut is_well = sample.is_ok();
    let mut findings = vec![sample.unwrap_or_else(|problem| problem.sentence)];
    if can_log_in {
        let fields = custom_fields::look_up(&client, account).await;
        is_well &= fields.problems.is_empty();
        findings.extend(fields.problems);
        findings.extend(fields.remarks);
    }
    (findings, is_well)
}

/// Why no sample of the export could be read.
struct Problem {
    sentence: String,
    /// Whether it was no matter of the login or the address, so that more can be asked.
    can_log_in: bool,
}

async fn try_sample(client: &Client, now: Moment) -> Result<String, Problem> {
    if client.login(TokenUse::Tickets, now) == Login::Required
        && let Some(exchange) = client.renew(TokenUse::Tickets, now).await
    {
        let refused = |error: ApiError| {
            let advice = error.advice(client.auth_method());
            let what = "an OAuth token";
            Problem {
                sentence: sentence(client, what, Endpoint::OAuthToken, &error, advice),
                can_log_in: false,
            }
        };
        exchange.outcome.map_err(refused)?;
    }
    // A day back: enough to see rows on an account in use, and never too recent.
    let sample = client.sample(now.wall().plus(-24 * 3600)).await;
    match sample.outcome {
        Ok(page) => {
            let rows = page.changes.len();
            let noun = if rows == 1 { "row" } else { "rows" };
            Ok(format!(
                "the export can be read, {rows} {noun} in a sample of the last 24 hours"
            ))
        }
        Err(error) => {
            let (error, advice) = judged(client, sample.head.status, error, now).await;
            let what = "a sample of the export";
            Err(Problem {
                sentence: sentence(client, what, Endpoint::TicketsSample, &error, &advice),
                // The fields may be read by agents, too.
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

/// What a refusal is and what to do, as far as the answer and the user behind the credentials tell.
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
    let asker = Asker::of(&user);
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
