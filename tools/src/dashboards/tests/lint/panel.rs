//! The rules of one panel: what can be seen in its JSON.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Notes, list, text};

pub(super) fn lint(panel: &Value, notes: &mut Notes) {
    let defaults = &panel["fieldConfig"]["defaults"];
    let described = !text(&panel["title"]).is_empty() && text(&panel["description"]).ends_with('.');
    notes.demand(
        "panel-datasource-rule",
        panel["datasource"]["uid"] == "$datasource",
        "not the chosen data source",
    );
    notes.demand(
        "panel-title-description-rule",
        described,
        "title or description",
    );
    notes.demand(
        "panel-units-rule",
        units(panel).all(|unit| UNITS.contains(&unit)),
        "no unit, or one that Grafana does not know",
    );
    notes.demand(
        "panel-no-targets-rule",
        !list(&panel["targets"]).is_empty(),
        "asks nothing",
    );
    let ids: BTreeSet<&str> = list(&panel["targets"])
        .iter()
        .map(|target| text(&target["refId"]))
        .collect();
    notes.demand(
        "ids-rule",
        ids.len() == list(&panel["targets"]).len(),
        "two questions have one id",
    );
    notes.demand(
        "no-value-rule",
        !text(&defaults["noValue"]).is_empty(),
        "does not say that it has nothing",
    );
    lint_numbers(panel, notes);
    lint_unit(panel, notes);
    lint_now(panel, notes);
}

/// Variables by which tickets are chosen.
const FILTERS: [&str; 4] = ["priority", "group", "brand", "channel"];

/// That a panel says by which of the variables it does not go.
pub(super) fn lint_filters(panel: &Value, variables: &BTreeSet<&str>, notes: &mut Notes) {
    let description = text(&panel["description"]);
    let said = description
        .rsplit_once(" The choice of ")
        .map_or("", |(_, said)| said);
    let said: BTreeSet<&str> = said.split([' ', ',']).collect();
    for filter in FILTERS.iter().filter(|it| variables.contains(*it)) {
        let matcher = format!("{filter}=~\"${filter}\"");
        let goes_by = list(&panel["targets"])
            .iter()
            .all(|target| text(&target["expr"]).contains(&matcher));
        notes.demand(
            "filter-rule",
            goes_by != said.contains(filter),
            &format!("goes by {filter}, or not, and says something else"),
        );
    }
}

/// Units that the panels have, each one that Grafana knows.
const UNITS: &[&str] = &[
    "locale",
    "short",
    "s",
    "dtdurations",
    "suffix:ms",
    "suffix:s",
    "suffix:min",
    "suffix:h",
    "suffix:d",
    "suffix:/min",
    "percentunit",
    "bytes",
    "dateTimeAsIso",
    "bool_yes_no",
];

/// The unit of a panel and those of its series.
fn units(panel: &Value) -> impl Iterator<Item = &str> {
    let config = &panel["fieldConfig"];
    let own = list(&config["overrides"])
        .iter()
        .flat_map(|it| list(&it["properties"]))
        .filter(|property| property["id"] == "unit")
        .map(|property| text(&property["value"]));
    std::iter::once(text(&config["defaults"]["unit"])).chain(own)
}

/// How numbers are written.
fn lint_numbers(panel: &Value, notes: &mut Notes) {
    let defaults = &panel["fieldConfig"]["defaults"];
    notes.demand(
        "whole-numbers-rule",
        defaults["unit"] != "short" || defaults["decimals"] != 0,
        "1,271 would be 1 K",
    );
    let is_graph = panel["type"] == "timeseries";
    notes.demand(
        "time-axis-rule",
        !is_graph || defaults["unit"] != "s",
        "an axis in seconds has no round numbers: divide in the question",
    );
    notes.demand(
        "axis-decimals-rule",
        !is_graph || defaults["decimals"].is_null(),
        "two ticks of the axis may look alike",
    );
    notes.demand(
        "gap-rule",
        !is_graph || defaults["custom"]["spanNulls"] == false,
        "draws a line where nothing is known",
    );
}

/// How many seconds are one of a unit in which times are drawn.
const DIVISORS: &[(&str, &str)] = &[
    ("suffix:min", "/ 60"),
    ("suffix:h", "/ 3600"),
    ("suffix:d", "/ 86400"),
];

/// That what has the panel's unit is in it: Prometheus knows seconds only.
fn lint_unit(panel: &Value, notes: &mut Notes) {
    let unit = &panel["fieldConfig"]["defaults"]["unit"];
    let Some((_, divisor)) = DIVISORS.iter().find(|(name, _)| unit == name) else {
        return;
    };
    let is_kept = list(&panel["targets"])
        .iter()
        .all(|target| text(&target["expr"]).contains(divisor));
    notes.demand(
        "divided-rule",
        is_kept,
        "seconds are drawn as something longer",
    );
}

/// Panels that show numbers instead of a course.
const OF_NOW: &[&str] = &["stat", "bargauge", "table"];

/// Letters of a title that a stat has room for: of six columns, and of fewer.
const TITLE: (usize, usize) = (20, 10);

/// That what is shown as of now is of now, can be read, and is not judged when it is not known.
fn lint_now(panel: &Value, notes: &mut Notes) {
    if !OF_NOW.contains(&text(&panel["type"])) {
        return;
    }
    let once = list(&panel["targets"])
        .iter()
        .all(|target| target["instant"] == true && target["range"] == false);
    notes.demand(
        "now-rule",
        once,
        "the end of a range query is up to a step ago, and its latest value of any time",
    );
    let defaults = &panel["fieldConfig"]["defaults"];
    let overrides = list(&panel["fieldConfig"]["overrides"]).iter();
    let own = overrides
        .flat_map(|it| list(&it["properties"]))
        .filter(|property| property["id"] == "mappings")
        .map(|property| &property["value"]);
    let is_kept = std::iter::once(&defaults["mappings"])
        .chain(own)
        .all(judges_nothing_unknown);
    notes.demand(
        "unknown-rule",
        is_kept,
        "what is not known has the colour of the lowest threshold",
    );
    if panel["type"] != "stat" {
        return;
    }
    let room = match panel["gridPos"]["w"].as_u64() {
        Some(6..) => TITLE.0,
        _ => TITLE.1,
    };
    notes.demand(
        "title-fits-rule",
        text(&panel["title"]).len() <= room,
        "the title is cut off",
    );
    notes.demand(
        "title-fits-rule",
        panel["timeFrom"].is_null() || panel["hideTimeOverride"] == true,
        "its period takes the place of the title",
    );
}

fn judges_nothing_unknown(mappings: &Value) -> bool {
    list(mappings).iter().any(|mapping| {
        mapping["type"] == "special"
            && mapping["options"]["match"] == "null+nan"
            && mapping["options"]["result"]["color"] == "text"
    })
}
