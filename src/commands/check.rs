//! `check`: are the settings good, and with `--online`, are the credentials?

use std::fmt::Write as _;

use crate::clock::{Clock as _, Moment, SystemClock};
use crate::config::{Account, Config};
use crate::telemetry::with_sources;
use crate::zendesk::{ApiError, Client, ClientSettings, Endpoint, Login};

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
            auth.method().label(),
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
        let finding = match try_account(account, clock.now()).await {
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

async fn try_account(account: &Account, now: Moment) -> Result<String, String> {
    let client = Client::new(ClientSettings::of(account)).map_err(|error| with_sources(&error))?;
    if client.login(now) == Login::Required
        && let Some(exchange) = client.renew(now).await
    {
        let refused = |error: ApiError| {
            let advice = error.advice(client.auth_method());
            sentence(
                &client,
                "an OAuth token",
                Endpoint::OAuthToken,
                &error,
                advice,
            )
        };
        exchange.outcome.map_err(refused)?;
    }
    // A day back: enough to see rows on an account in use, and never too recent.
    let sample = client.sample(now.wall().plus(-24 * 3600)).await;
    match sample.outcome {
        Ok(page) => Ok(format!(
            "a sample of the export can be read ({} rows of the last day)",
            page.changes.len()
        )),
        Err(error) => {
            let advice = advice(&client, &error).await;
            let what = "a sample of the export";
            Err(sentence(
                &client,
                what,
                Endpoint::TicketsSample,
                &error,
                &advice,
            ))
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

/// What to do, as far as the answer and the user behind the credentials tell.
async fn advice(client: &Client, error: &ApiError) -> String {
    let plain = error.advice(client.auth_method());
    if !matches!(
        error,
        ApiError::NotAdmin { .. } | ApiError::ExportForbidden { .. }
    ) {
        return plain.to_owned();
    }
    match client.current_user().await.outcome {
        Ok(user) if user.id.is_none() => {
            "Zendesk takes the credentials for nobody's: check those under auth".to_owned()
        }
        Ok(user) if user.role.as_deref() != Some("admin") => format!(
            "the user behind the credentials has the role {}, but only an admin may read the export: {}",
            user.role.as_deref().unwrap_or("unknown"),
            "make it one, or use an admin's credentials"
        ),
        Ok(_) => "the user is an admin, so the export itself is closed to this program or this machine: see Zendesk's rules for third-party tools, and the account's IP restrictions (Admin Center, Security)".to_owned(),
        Err(_) => plain.to_owned(),
    }
}
