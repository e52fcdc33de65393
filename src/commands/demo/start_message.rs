//! The text that the demo prints at its start: addresses to open, and commands to try.
//!
//! PURE.

use std::fmt;
use std::path::Path;

use super::past_files::WrittenPast;
use crate::app::past::BLOCK_HOURS;

/// The alert that fires after *break it*, and the one that fires later if it is not repaired.
const ALERT: &str = "ZendeskExporterFailing";
const NEXT_ALERT: &str = "ZendeskExporterDataStale";

/// The contents of the text.
pub(super) struct StartMessage<'a> {
    /// The address of the simulated account.
    pub(super) zendesk: &'a str,
    /// The address of the exporter.
    pub(super) address: &'a str,
    /// The path of the metrics.
    pub(super) path: &'a str,
    /// The past, if there is one.
    pub(super) past: Option<&'a WrittenPast>,
}

impl fmt::Display for StartMessage<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            zendesk,
            address,
            path,
            past,
        } = self;
        // Without a written past Prometheus has only what it has scraped itself.
        let range = past.map_or_else(
            || "from=now-30m&refresh=10s".to_owned(),
            |past| format!("from=now-{}&refresh=1m", past.length),
        );
        write!(
            out,
            "simulated Zendesk  {zendesk}\n\
             metrics            http://{address}{path}\n\
             status page        http://{address}/\n\
             Grafana            http://127.0.0.1:3000/d/zendesk-support?{range}   (if Grafana runs on this machine)\n\
             break it           curl -X POST '{zendesk}/simulator/fault?name=503&count=100000'\n\
             \x20                  then watch the alert {ALERT}: it is pending within two minutes and fires 10 minutes later;\n\
             \x20                  {NEXT_ALERT} fires after half an hour; no alert of team support starts\n\
             repair it          curl -X DELETE '{zendesk}/simulator/fault'\n\
             stop               Ctrl-C\n"
        )?;
        let Some(past) = past else { return Ok(()) };
        let directory = quoted(&past.directory);
        write!(
            out,
            "past               {windows} files in {directory}; to see them, run these commands in a second terminal:\n\
             \x20 for window in {directory}/*.om.gz; do gunzip -c \"$window\" > {directory}/window.om && promtool tsdb create-blocks-from openmetrics --quiet --max-block-duration={BLOCK_HOURS}h {directory}/window.om {directory}/prometheus; done; rm {directory}/window.om\n\
             \x20 prometheus --config.file={directory}/prometheus.yml --storage.tsdb.path={directory}/prometheus --storage.tsdb.retention.time=1y --query.lookback-delta=16m --web.listen-address=127.0.0.1:9090\n",
            windows = past.windows,
        )
    }
}

/// The path as one word for a shell.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    if path.chars().all(is_plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_alerts_exist_and_fire_when_the_text_says() {
        let rules = include_str!("../../../config/prometheus/rules/zendesk-exporter.yml");
        let rule = |alert: &str| {
            let mut rules = rules.split("- alert: ");
            rules.find(|rule| rule.starts_with(alert)).expect(alert)
        };
        let failing = rule(ALERT);
        assert!(failing.contains("expr: zendesk_up == 0"), "{failing}");
        assert!(failing.contains("for: 10m"), "{failing}");
        // Ten minutes until data is stale, and these.
        let stale = rule(NEXT_ALERT);
        assert!(
            stale.contains("account:zendesk_data_stale:bool == 1"),
            "{stale}"
        );
        assert!(stale.contains("for: 20m"), "{stale}");
    }

    #[test]
    fn a_path_is_one_word_for_a_shell() {
        for (path, word) in [
            ("/tmp/past-1_a.b", "/tmp/past-1_a.b"),
            ("/tmp/my past", "'/tmp/my past'"),
            ("/tmp/$HOME*", "'/tmp/$HOME*'"),
            ("/tmp/it's", r"'/tmp/it'\''s'"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }

    #[test]
    fn the_link_to_the_dashboard_has_the_range_of_the_past() {
        let text = |past: Option<&WrittenPast>| {
            StartMessage {
                zendesk: "http://127.0.0.1:1",
                address: "127.0.0.1:2",
                path: "/metrics",
                past,
            }
            .to_string()
        };
        let young = text(None);
        assert!(
            young.contains("/d/zendesk-support?from=now-30m&refresh=10s"),
            "{young}"
        );
        assert!(!young.contains("promtool"), "{young}");
        let old = text(Some(&WrittenPast {
            length: "30d".to_owned(),
            directory: "/tmp/past".into(),
            windows: 31,
        }));
        assert!(old.contains("/d/zendesk-support?from=now-30d"), "{old}");
        assert!(old.contains("31 files in /tmp/past"), "{old}");
        let uid = include_str!("../../../dashboards/zendesk-support.json");
        assert!(uid.contains("\"uid\": \"zendesk-support\""));
    }
}
