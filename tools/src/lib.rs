//! What of this repository is rendered from the exporter's own tables.
//!
//! PURE but for the binaries and what runs Prometheus for them. The Grafana dashboards and the reference pages name nothing that the
//! catalogue of metrics and the sample settings do not have. None of it is shipped.

pub mod dashboards;

pub mod metrics_page;

pub mod prometheus;

pub mod settings_page;

pub mod resets_page;

use zendesk_exporter::config::ConfigError;

/// Every generated file: its path from the root of the repository, and its text.
///
/// `example` is the text of the sample settings, `config/zendesk-exporter.yml`.
///
/// # Errors
///
/// [`ConfigError`] if settings that stand for a change are not good ones.
pub fn generated(example: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let dashboards = dashboards::files().into_iter();
    let resets = resets_page::page()?;
    Ok(dashboards
        .map(|(name, json)| (format!("dashboards/{name}"), json))
        .chain([
            ("docs/metrics.md".to_owned(), metrics_page::page()),
            ("docs/settings.md".to_owned(), settings_page::page(example)),
            ("docs/changing-settings.md".to_owned(), resets),
        ])
        .collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_committed_files_are_the_rendered_ones() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let example = include_str!("../../config/zendesk-exporter.yml");
        for (path, rendered) in super::generated(example).expect("good settings") {
            let committed = std::fs::read_to_string(root.join(&path)).expect("it is committed");
            assert!(committed == rendered, "{path} is stale: run make generate");
        }
    }
}
