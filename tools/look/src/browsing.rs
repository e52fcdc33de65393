//! Opens a view and gathers its facts.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use webdriver::Browser;

use crate::checks::{self, Fault};
use crate::facts::Facts;
use crate::prometheus::Prometheus;
use crate::questions::{Answer, Asked, numbers, questions};
use crate::view::View;

/// As long as a page may take until everything on it is drawn.
const DRAWN_MAX: Duration = Duration::from_secs(60);

/// Height of the window while facts are gathered.
const HEIGHT: u32 = 1_000;

/// Tallest picture; a browser draws no taller ones.
const HEIGHT_MAX: u64 = 16_000;

/// Starts a browser whose clock is in UTC.
pub(crate) async fn browser() -> anyhow::Result<Browser> {
    let browser = Browser::start().await?;
    browser.let_run_for(DRAWN_MAX).await?;
    let zone = json!({ "timezoneId": "UTC" });
    browser
        .command("Emulation.setTimezoneOverride", zone)
        .await?;
    Ok(browser)
}

/// Opens a view and waits until it is drawn.
pub(crate) async fn open(
    browser: &Browser,
    prometheus: &Prometheus,
    view: &View,
) -> anyhow::Result<()> {
    size(browser, view.width, HEIGHT.into()).await?;
    browser.open(&view.url(&prometheus.address)).await?;
    browser
        .run("return window.look.drawn")
        .await
        .with_context(|| format!("{} is not drawn", view.title()))?;
    Ok(())
}

/// Everything that is wrong with a view, which is left open.
pub(crate) async fn look(
    browser: &Browser,
    prometheus: &Prometheus,
    site: &Path,
    view: &View,
) -> anyhow::Result<Vec<Fault>> {
    open(browser, prometheus, view).await?;
    let facts = browser.run("return window.look.facts()").await?;
    let mut facts: Facts = serde_json::from_value(facts)?;
    facts.console = browser.errors().await?;
    let board = site.join(format!("boards/{}.json", view.board));
    let board = serde_json::from_str(&std::fs::read_to_string(board)?)?;
    let answers = answers(prometheus, &board, view).await?;
    Ok(checks::faults(&facts, &answers, view.exporter))
}

async fn answers(
    prometheus: &Prometheus,
    board: &serde_json::Value,
    view: &View,
) -> anyhow::Result<Vec<Answer>> {
    let mut answers: Vec<Answer> = Vec::new();
    for question in questions(board, view)? {
        // A query that Prometheus refuses is a fault that the page has told.
        let Ok(data) = prometheus.instant(&question.query, view.now).await else {
            continue;
        };
        let numbers = numbers(&data);
        match answers.last_mut() {
            Some(answer) if answer.panel == question.panel => {
                answer.numbers.extend(numbers);
                if question.asked == Asked::OverTheRange {
                    answer.asked = question.asked;
                }
            }
            _ => answers.push(Answer {
                panel: question.panel,
                asked: question.asked,
                numbers,
            }),
        }
    }
    Ok(answers)
}

/// Keeps a picture of the open view, as tall as it is.
pub(crate) async fn keep_whole_picture(
    browser: &Browser,
    view: &View,
    path: &Path,
) -> anyhow::Result<()> {
    let height = "return document.getElementById('root').scrollHeight";
    let height = browser.run(height).await?.as_u64().context("a height")?;
    size(browser, view.width, height.min(HEIGHT_MAX)).await?;
    browser.keep_picture(path).await
}

/// Sets the size of the window.
pub(crate) async fn size(browser: &Browser, width: u32, height: u64) -> anyhow::Result<()> {
    let metrics =
        json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    browser
        .command("Emulation.setDeviceMetricsOverride", metrics)
        .await
}
