//! The pictures of the documentation: what a reader sees first. Nothing compares them.

use std::path::Path;

use anyhow::{bail, ensure};
use serde_json::json;
use webdriver::Browser;

use crate::browsing;
use crate::checks::Exporter;
use crate::prometheus::Prometheus;
use crate::view::{Moments, Rows, View, WIDE};

/// Largest picture, in bytes: they are on the first page that a reader loads.
const SIZE_MAX: usize = 300_000;

/// Height of a first screen.
const HEIGHT: u64 = 1_000;

/// The file of the month's status page.
pub(crate) const STATUS_PAGE: &str = "status.html";

/// Draws them all into a directory.
///
/// # Errors
///
/// If a page cannot be drawn, or its picture is too large.
pub(crate) async fn draw(
    browser: &Browser,
    prometheus: &Prometheus,
    moments: &Moments,
    directory: &Path,
) -> anyhow::Result<()> {
    // The bars of a window that is narrower than a page would stand in the picture.
    let hidden = json!({ "hidden": true });
    browser
        .command("Emulation.setScrollbarsHidden", hidden)
        .await?;
    for view in boards(moments) {
        browsing::open(browser, prometheus, &view).await?;
        browsing::size(browser, view.width, HEIGHT).await?;
        keep(browser, directory, view.board).await?;
    }
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser
        .command("Emulation.setEmulatedMedia", features)
        .await?;
    browsing::size(browser, 1_280, HEIGHT).await?;
    let url = format!("{}/user/{STATUS_PAGE}", prometheus.address);
    browser.open(&url).await?;
    let title = browser.run("return document.title").await?;
    ensure!(
        title == "Zendesk exporter",
        "{url} is no status page: {title}"
    );
    keep(browser, directory, "status-page").await
}

/// The desk before the login is refused, and the exporter after that: what each board is for.
fn boards(moments: &Moments) -> [View; 2] {
    let view = |board, last, now| View {
        name: "a picture",
        board,
        width: WIDE,
        theme: "dark",
        last: Some(last),
        account: None,
        now,
        exporter: Exporter::Running,
        rows: Rows::AsTheyAre,
    };
    [
        view("support", "now-7d", moments.end - 3 * 3_600),
        view("exporter", "now-6h", moments.end),
    ]
}

async fn keep(browser: &Browser, directory: &Path, name: &str) -> anyhow::Result<()> {
    let picture = browser.picture().await?;
    let path = directory.join(format!("{name}.png"));
    if picture.len() > SIZE_MAX {
        bail!("{} would have {} bytes", path.display(), picture.len());
    }
    std::fs::write(&path, picture)?;
    println!("wrote {}", path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_shows_small_pictures_and_says_that_their_data_are_simulated() {
        let readme = include_str!("../../../README.md");
        let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images");
        for name in ["support", "exporter", "status-page"] {
            let picture = std::fs::read(images.join(format!("{name}.png"))).expect(name);
            assert!(picture.starts_with(b"\x89PNG") && picture.len() <= SIZE_MAX);
            let shown = readme.find(&format!("docs/images/{name}.png"));
            let at = shown.expect("the first page shows it");
            let title = readme.find("\n## ").expect("a first title");
            assert!(at < title, "{name} is not on the first screen");
        }
        assert!(readme.contains("All of it is simulated data"));
    }
}
