//! Series and their values, and how they are shown.

use std::collections::BTreeMap;

use super::measures::{self, Measure};
use super::settings::OracleSettings;
use crate::ticket::SimTicket;
use crate::vocabulary::Status;

/// A family and the labels of one of its series, but for `account`. Labels that the settings may
/// leave out are there always, and are left out when they are shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    family: &'static str,
    labels: Vec<(&'static str, String)>,
}

impl Series {
    pub(super) const fn of(family: &'static str) -> Self {
        Self {
            family,
            labels: Vec::new(),
        }
    }

    pub(super) fn with(mut self, label: &'static str, value: impl Into<String>) -> Self {
        self.labels.push((label, value.into()));
        self
    }

    pub(super) fn priority(self, ticket: &SimTicket) -> Self {
        self.with("priority", ticket.priority.label())
    }

    pub(super) fn status(self, status: Status) -> Self {
        self.with("status", status.label())
    }

    /// Priority, type and channel.
    pub(super) fn event(self, ticket: &SimTicket) -> Self {
        self.priority(ticket)
            .with("type", ticket.ticket_type.label())
            .with("channel", ticket.channel.as_ref())
            .with("support_type", ticket.support_type.label())
    }

    pub(super) fn owner(self, ticket: &SimTicket) -> Self {
        let id = |id: Option<i64>| id.map_or_else(|| "none".to_owned(), |id| id.to_string());
        self.with("group", id(ticket.group))
            .with("brand", id(ticket.brand))
    }

    /// The labels in braces, the `bound` of a bucket last.
    fn labels(&self, account: &str, settings: &OracleSettings, bound: Option<&str>) -> String {
        let is_shown = |label: &str| match label {
            "group" => settings.group,
            "brand" => settings.brand,
            "support_type" => settings.support_type,
            _ => true,
        };
        let mut text = format!("{{account=\"{account}\"");
        for (label, value) in &self.labels {
            if is_shown(label) {
                text.push_str(&format!(",{label}=\"{value}\""));
            }
        }
        if let Some(bound) = bound {
            text.push_str(&format!(",le=\"{bound}\""));
        }
        text.push('}');
        text
    }
}

/// What was counted and observed.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    counts: BTreeMap<Series, u64>,
    histograms: BTreeMap<Series, Histogram>,
    /// A row told something else in business hours than by the calendar.
    business_hours_differ: bool,
}

#[derive(Clone, Debug)]
struct Histogram {
    measure: &'static Measure,
    /// Observations at or below each bound.
    at_most: Vec<u64>,
    sum: u64,
    count: u64,
}

impl Samples {
    pub(super) fn add(&mut self, series: Series) {
        *self.counts.entry(series).or_default() += 1;
    }

    /// Takes what one row told.
    pub(super) fn observe_all(&mut self, told: &[(&'static Measure, u64)], ticket: &SimTicket) {
        let is_twin = |measure: &&Measure| measure.family.contains("_business_");
        let value = |family: &str| {
            let mut of_family = told.iter().filter(|(measure, _)| measure.family == family);
            of_family.next().map(|(_, value)| *value)
        };
        for twin in measures::ALL.iter().filter(is_twin) {
            let by_calendar = twin.family.replace("_business_", "_");
            self.business_hours_differ |= value(twin.family) != value(&by_calendar);
        }
        for (measure, value) in told {
            self.observe(measure, *value, ticket);
        }
    }

    fn observe(&mut self, measure: &'static Measure, value: u64, ticket: &SimTicket) {
        let series = Series::of(measure.family).priority(ticket).owner(ticket);
        let histogram = self.histograms.entry(series).or_insert_with(|| Histogram {
            measure,
            at_most: vec![0; measure.bounds.len()],
            sum: 0,
            count: 0,
        });
        for (bound, at_most) in measure.bounds.iter().zip(&mut histogram.at_most) {
            *at_most += u64::from(value <= *bound);
        }
        histogram.sum += value;
        histogram.count += 1;
    }

    /// The sample lines that are not zero, sorted.
    pub(super) fn shown(&self, account: &str, settings: &OracleSettings) -> String {
        let mut lines: BTreeMap<String, u64> = BTreeMap::new();
        let mut add = |name: &str, labels: String, value: u64| {
            *lines.entry(format!("{name}{labels}")).or_default() += value;
        };
        for (series, count) in &self.counts {
            if settings.shows(series.family, self.business_hours_differ) {
                let labels = series.labels(account, settings, None);
                add(series.family, labels, *count);
            }
        }
        for (series, histogram) in &self.histograms {
            let family = series.family;
            if !settings.shows(family, self.business_hours_differ) {
                continue;
            }
            let labels = |bound: Option<&str>| series.labels(account, settings, bound);
            for (bound, at_most) in histogram.measure.bounds.iter().zip(&histogram.at_most) {
                let labels = labels(Some(&bound.to_string()));
                add(&format!("{family}_bucket"), labels, *at_most);
            }
            let all = histogram.count;
            add(&format!("{family}_bucket"), labels(Some("+Inf")), all);
            add(&format!("{family}_sum"), labels(None), histogram.sum);
            add(&format!("{family}_count"), labels(None), all);
        }
        let mut lines: Vec<String> = lines
            .into_iter()
            .filter(|(_, value)| *value > 0)
            .map(|(sample, value)| format!("{sample} {value}\n"))
            .collect();
        lines.sort_unstable();
        lines.concat()
    }
}
