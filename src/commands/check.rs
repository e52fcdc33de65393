//! `check`: are the settings good, and with `--online`, are the credentials?

use std::fmt::Write as _;

use crate::clock::{Clock as _, SystemClock};
use crate::config::{Account, Config};
use crate::telemetry::with_sources;
use crate::ticket::UnixSeconds;
use crate::zendesk::{ApiError, Client, ClientSettings, Login};

/// What the settings say, as text. They were checked by reading them.
pub fn offline(config: &Config) -> String {
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
            "{name}: {} by {}, {} requests a minute",
            base_url.as_identity(),
            auth.method(),
            export.requests_per_minute
        );
    }
    for warning in &config.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
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
        let finding = match try_account(account, clock.now().wall()).await {
            Ok(finding) => finding,
            Err(problem) => {
                all_well = false;
                problem
            }
        };
        let _ = writeln!(out, "{}: {finding}", account.name);
    }
    (out, all_well)
}

async fn try_account(account: &Account, now: UnixSeconds) -> Result<String, String> {
    let client = Client::new(ClientSettings::of(account)).map_err(|error| with_sources(&error))?;
    if client.login(now) == Login::Required
        && let Some(exchange) = client.renew(now).await
    {
        exchange.outcome.map_err(|error| {
            let advice = match error {
                ApiError::Unauthorized { .. } => {
                    "; check client_id and client_secret (Admin Center, Apps and integrations, OAuth clients)"
                }
                _ => "",
            };
            format!("cannot get an OAuth token: {}{advice}", with_sources(&error))
        })?;
    }
    // A day back: enough to see rows on an account in use, and never too recent.
    let sample = client.sample(now.plus(-24 * 3600)).await;
    match sample.outcome {
        Ok(page) => Ok(format!(
            "a sample of the export can be read ({} rows of the last day)",
            page.changes.len()
        )),
        Err(error) => Err(explain(&client, &error).await),
    }
}

/// What is missing, as far as the answer and the user behind the credentials tell.
async fn explain(client: &Client, error: &ApiError) -> String {
    let sentence = with_sources(error);
    if !matches!(
        error,
        ApiError::NotAdmin { .. } | ApiError::ExportForbidden { .. }
    ) {
        return sentence;
    }
    match client.current_user().await.outcome {
        Ok(user) if user.id.is_none() => {
            format!("{sentence}; Zendesk takes the credentials for nobody's: check them")
        }
        Ok(user) if user.role.as_deref() != Some("admin") => format!(
            "{sentence}; the user has the role {}, but must be an admin",
            user.role.as_deref().unwrap_or("unknown")
        ),
        Ok(_) => format!(
            "{sentence}; the user is an admin, so the export itself is closed: Zendesk's rules for third-party tools or the account's IP allow-list"
        ),
        Err(_) => sentence,
    }
}
