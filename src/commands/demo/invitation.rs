//! What the demo says at its start: what can be looked at and tried.
//!
//! PURE.

use std::fmt;

use super::past::Lived;

/// The alert that fires after *break it*.
const ALERT: &str = "ZendeskExporterFailing";

/// What there is to look at.
pub(super) struct Invitation<'a> {
    /// Address of the simulated account.
    pub(super) zendesk: &'a str,
    /// Address of the exporter.
    pub(super) address: &'a str,
    /// Path of the metrics.
    pub(super) path: &'a str,
    /// The past, if there is one.
    pub(super) lived: Option<&'a Lived>,
}

impl fmt::Display for Invitation<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            zendesk,
            address,
            path,
            lived,
        } = self;
        // Without a past Prometheus knows only what it has scraped itself.
        let range = lived.map_or_else(
            || "from=now-30m&refresh=10s".to_owned(),
            |lived| format!("from=now-{}&refresh=1m", lived.length()),
        );
        write!(
            out,
            "simulated Zendesk  {zendesk}\n\
             metrics            http://{address}{path}\n\
             status page        http://{address}/\n\
             Grafana            http://127.0.0.1:3000/d/zendesk-support?{range}   (if one runs beside it)\n\
             break it           curl -X POST '{zendesk}/simulator/fault?name=503&count=1000'\n\
             \x20                  then watch {ALERT}: pending at once, firing after 10 minutes\n\
             mend it            curl -X DELETE '{zendesk}/simulator/fault'\n\
             stop               ctrl-c\n"
        )?;
        let Some(lived) = lived else { return Ok(()) };
        let directory = lived.directory();
        write!(
            out,
            "past               {windows} files in {directory}; to look at them, in a second terminal:\n\
             \x20 for window in {directory}/*.om; do promtool tsdb create-blocks-from openmetrics --quiet \"$window\" {directory}/prometheus; done\n\
             \x20 prometheus --config.file={directory}/prometheus.yml --storage.tsdb.path={directory}/prometheus --storage.tsdb.retention.time=1y --query.lookback-delta=16m\n",
            windows = lived.windows(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alert_to_watch_is_one_of_ours_and_fires_when_it_is_said_to() {
        let rules = include_str!("../../../config/prometheus/rules/zendesk-exporter.yml");
        let rule = rules
            .split("- alert: ")
            .find(|rule| rule.starts_with(ALERT));
        let rule = rule.expect("the alert is there");
        assert!(rule.contains("expr: zendesk_up == 0"), "{rule}");
        assert!(rule.contains("for: 10m"), "{rule}");
    }

    #[test]
    fn the_dashboard_is_opened_where_there_is_something_to_see() {
        let text = |lived: Option<&Lived>| {
            Invitation {
                zendesk: "http://127.0.0.1:1",
                address: "127.0.0.1:2",
                path: "/metrics",
                lived,
            }
            .to_string()
        };
        let young = text(None);
        assert!(
            young.contains("/d/zendesk-support?from=now-30m&refresh=10s"),
            "{young}"
        );
        assert!(!young.contains("promtool"), "{young}");
        let old = text(Some(&Lived::for_tests("30d", "/tmp/past", 31)));
        assert!(old.contains("/d/zendesk-support?from=now-30d"), "{old}");
        assert!(old.contains("31 files in /tmp/past"), "{old}");
        let uid = include_str!("../../../dashboards/zendesk-support.json");
        assert!(uid.contains("\"uid\": \"zendesk-support\""));
    }
}
