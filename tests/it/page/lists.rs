//! The status page of accounts that read the list of tickets, or nearly do.

use std::path::Path;

use tempfile::TempDir;
use webdriver::Browser;
use zendesk_simulator::{ListEndpoint, Options, Simulator};

use super::{check_page, status};
use crate::program::{Program, account_of, wait_for};

/// An account whose lists take so many requests a minute.
async fn account_with_limit(tickets: u64, requests_per_minute: Option<u32>) -> Simulator {
    let simulator = account_of(Options {
        tickets,
        requests_per_minute: Some(1_000),
        account_requests_per_minute: requests_per_minute,
        ..Options::manual(0)
    })
    .await;
    // To the present: old data is not up to date.
    simulator.advance(3_600);
    simulator
}

/// Accounts by name, with something of the section `export` each.
fn write_settings(
    directory: &Path,
    accounts: [(&str, &Simulator, &str); 4],
) -> std::io::Result<()> {
    let mut settings = "accounts:\n".to_owned();
    for (name, simulator, export) in accounts {
        let url = simulator.base_url();
        settings += &format!(
            "  - {{ name: {name}, base_url: '{url}', auth: {{ access_token: simulator-token }}, export: {{ poll_interval: 1s, {export} }} }}\n"
        );
    }
    std::fs::write(directory.join("zendesk-exporter.yml"), settings)
}

/// The texts of the tables of facts, row by row.
const FACTS: &str = "
    return Object.fromEntries([...document.querySelectorAll('section')].map(section =>
        [section.querySelector('h2').textContent, Object.fromEntries(
            [...section.querySelectorAll('table.facts tr')].map(row => [...row.cells].map(cell => cell.innerText)))]))";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_accounts_that_read_the_list_can_be_read_in_a_browser() -> anyhow::Result<()> {
    let agent = account_with_limit(300, None).await;
    agent.set_role("agent");
    agent.refuse_list(ListEndpoint::DeletedTickets, 403);
    let syncing = account_with_limit(2_000, Some(20)).await;
    let slow_lane = account_with_limit(300, Some(20)).await;
    let refused = account_with_limit(300, None).await;
    let directory = TempDir::new()?;
    write_settings(
        directory.path(),
        [
            ("agent", &agent, "slas: true"),
            ("syncing", &syncing, "source: list"),
            ("slow-lane", &slow_lane, "list: { fast_lane: 15s }"),
            ("refused", &refused, "source: auto"),
        ],
    )?;
    let program = Program::serve(directory.path(), &[]);
    let state_of = |account: usize| status(&program)["accounts"][account]["state"].clone();
    let wait = |account: usize, state: &str| {
        wait_for(state, || match state_of(account) {
            now if now == state => Ok(()),
            now => Err(now),
        });
    };
    wait(0, "current");
    wait(1, "first_sync");
    wait(2, "current");
    wait(3, "current");
    refused.refuse_exports(403);
    wait(3, "failing");
    let browser = Browser::start().await?;
    browser
        .open(&format!("http://{}/", program.address()))
        .await?;
    let facts = browser.run(FACTS).await?;
    let fact = |account: &str, name: &str| {
        let text = facts[account][name].as_str();
        text.unwrap_or_else(|| panic!("{account} {name}: {facts}"))
            .to_owned()
    };
    assert_eq!(
        fact("agent", "Source"),
        "list of tickets, because the export is for admins and the user behind the credentials is not one"
    );
    let export = fact("agent", "Export");
    assert!(export.contains("What to do: make the user behind the credentials an admin"));
    assert!(export.contains("(in 23 h)"), "{export}");
    assert!(fact("agent", "Deleted tickets").starts_with("Zendesk refuses the list"));
    assert_eq!(fact("agent", "SLA targets"), "in the list");
    let first_sync = fact("syncing", "First sync");
    assert!(first_sync.contains(" %, expected end 20"), "{first_sync}");
    assert_eq!(
        fact("slow-lane", "Fast lane"),
        "off, because export.list.budget_percent leaves it only 2 requests per minute"
    );
    let problem = browser.run("return document.body.innerText").await?;
    let words = "If Zendesk refuses the export 2 more times, the exporter reads the list of tickets instead.";
    assert!(problem.as_str().is_some_and(|text| text.contains(words)));

    check_page(&browser, "list-light", 1280, "light").await?;
    check_page(&browser, "list-dark", 1280, "dark").await?;
    check_page(&browser, "list-phone", 360, "light").await?;
    check_page(&browser, "list-phone-dark", 320, "dark").await?;
    assert_eq!(browser.console().await?, Vec::<String>::new());
    Ok(())
}
