//! The two accounts of the month.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use zendesk_exporter::config::{self, Account};
use zendesk_simulator::life::{Desk, Rates, Rhythm, Rush};
use zendesk_simulator::{Habits, Options, Simulator, SlaPolicy, Time};

use super::story::Story;

/// Starts the simulated accounts as they are when the month begins: a desk of a dozen people, and a
/// small one.
pub(super) async fn simulated(story: &Story, seed: u64) -> anyhow::Result<[Arc<Simulator>; 2]> {
    let rush = Rush {
        from: story.incident.start,
        until: story.incident.end,
        times: 4.0,
    };
    // Each channel makes hundreds of series.
    let desks = [(260.0, 4_000, 5, Some(rush)), (36.0, 1_500, 2, None)];
    let mut simulators = Vec::new();
    for ((tickets_per_day, tickets, channels, rush), seed) in desks.into_iter().zip(seed..) {
        let simulator = Simulator::start(Options {
            time: Time::manual(story.begins),
            seed,
            tickets,
            lived_days: 28,
            rates: Rates { tickets_per_day },
            requests_per_minute: Some(10),
            habits: Habits {
                channels: Some(channels),
                sla_policy: SlaPolicy::ByPriorityInOfficeHours,
                desk: Some(Desk {
                    rhythm: Rhythm::Office,
                    rush,
                }),
                ..Habits::LIVELY
            },
            ..Options::manual(0)
        });
        simulators.push(Arc::new(
            simulator.await.context("cannot listen on loopback")?,
        ));
    }
    simulators
        .try_into()
        .map_err(|_| anyhow::anyhow!("there are two accounts"))
}

/// The settings that they are read with: the default ones, but for SLAs and how long the second
/// account's first sync takes.
pub(super) fn settings(
    simulators: &[Arc<Simulator>; 2],
    directory: &Path,
) -> anyhow::Result<Vec<Account>> {
    let [first, second] = simulators.each_ref().map(|simulator| simulator.base_url());
    let text = format!(
        "state:\n\
         \x20 directory: {:?}\n\
         accounts:\n\
         - name: acme\n\
         \x20 base_url: {first}\n\
         \x20 auth: {{client_id: simulator, client_secret: simulator-secret}}\n\
         \x20 export: {{slas: true}}\n\
         - name: beta\n\
         \x20 base_url: {second}\n\
         \x20 auth: {{client_id: simulator, client_secret: simulator-secret}}\n\
         \x20 export: {{slas: true, requests_per_minute: 1, page_size: 25}}\n",
        directory.display().to_string()
    );
    let config = config::from_text(&text).context("the month's settings")?;
    Ok(config.accounts)
}
