//! A board on which everything is wrong: each check has to find its panel, or it finds nothing
//! anywhere.
//!
//! PURE.

use serde_json::{Value, json};

use crate::checks::{Exporter, Fault, Kind};
use crate::view::{Rows, View, WIDE};

/// The name of its file.
pub(crate) const BOARD: &str = "spoiled";

/// How it is looked at: at a second that no step of a range query ends at.
pub(crate) fn view(end: i64) -> View {
    View {
        name: "the spoiled board",
        board: BOARD,
        width: WIDE,
        theme: "dark",
        last: None,
        account: None,
        now: end + 61,
        exporter: Exporter::Down,
        rows: Rows::AsTheyAre,
    }
}

/// Its JSON.
pub(crate) fn board() -> Value {
    let spoiled = SPOILED.iter().zip(1_u64..);
    let panels: Vec<Value> = spoiled.map(|(spoiled, id)| panel(id, spoiled)).collect();
    json!({
        "title": "Spoiled",
        "time": { "from": "now-7d", "to": "now" },
        "templating": { "list": [] },
        "annotations": { "list": [] },
        "panels": panels,
    })
}

/// Checks that did not find their panel, or the page's own fault.
pub(crate) fn blind(faults: &[Fault]) -> Vec<Kind> {
    let is_found = |kind: Kind| {
        let mut spoiled = SPOILED
            .iter()
            .zip(1_u64..)
            .filter(|(one, _)| one.kind == kind);
        spoiled.all(|(one, id)| {
            faults.iter().any(|fault| {
                let panel = fault.panel.as_ref().map(|(id, _)| *id);
                fault.kind == kind && panel == one.is_told_of_its_panel.then_some(id)
            })
        })
    };
    Kind::ALL
        .into_iter()
        .filter(|kind| !is_found(*kind))
        .collect()
}

/// A panel and the check that finds it.
struct Spoiled {
    kind: Kind,
    /// Errors are told of the page.
    is_told_of_its_panel: bool,
    panel: fn() -> Value,
}

const fn spoiled(kind: Kind, panel: fn() -> Value) -> Spoiled {
    Spoiled {
        kind,
        is_told_of_its_panel: !matches!(kind, Kind::QueryError | Kind::ConsoleError),
        panel,
    }
}

const SPOILED: &[Spoiled] = &[
    spoiled(Kind::CutTitle, || {
        let stat = stat("vector(1)", "blue");
        with(
            stat,
            "title",
            json!("A title that is too long for a narrow stat"),
        )
    }),
    spoiled(Kind::CutText, || {
        let mut stat = stat("vector(1)", "blue");
        stat["options"]["text"] = json!({ "titleSize": 60, "valueSize": 60 });
        stat["targets"][0]["legendFormat"] = json!("a name that is too long for a narrow stat");
        stat
    }),
    spoiled(Kind::CutHeader, || {
        let name = "a_label_with_a_name_that_is_too_long_for_its_column";
        let query = format!("label_replace(vector(1), \"{name}\", \"x\", \"\", \"\")");
        let width = json!({ "id": "custom.width", "value": 80 });
        with_override(table(&[&query]), name, &width)
    }),
    spoiled(Kind::WideTable, || {
        let query = "label_replace(label_replace(vector(1), \"one\", \"x\", \"\", \"\"), \"two\", \"y\", \"\", \"\")";
        let width = json!({ "id": "custom.width", "value": 700 });
        with_override(table(&[query]), "one", &width)
    }),
    spoiled(Kind::EqualLabels, || {
        let query = "1000 + vector(time()) % 86400 / 200";
        json!({
            "type": "timeseries",
            "options": { "legend": { "showLegend": false, "displayMode": "list", "placement": "bottom", "calcs": [] } },
            "fieldConfig": { "defaults": { "unit": "short", "decimals": 0, "custom": {} }, "overrides": [] },
            "targets": [{ "refId": "A", "expr": query }],
        })
    }),
    spoiled(Kind::JudgedNull, || stat("vector(1) > 2", "green")),
    spoiled(Kind::JudgedNull, || stat("vector(1) > 2", "red")),
    spoiled(Kind::JudgedNull, || {
        let row = |name: &str| format!("label_replace(vector(1), \"row\", \"{name}\", \"\", \"\")");
        let mut table = table(&[&row("one"), &row("other")]);
        table["transformations"] = json!([{ "id": "merge", "options": {} }]);
        let defaults = &mut table["fieldConfig"]["defaults"];
        defaults["noValue"] = json!("never");
        defaults["custom"]["cellOptions"] = json!({ "type": "color-text" });
        table
    }),
    spoiled(Kind::OldValue, || over_the_range("vector(time())")),
    spoiled(Kind::RangeQuery, || over_the_range("vector(1)")),
    spoiled(Kind::GreenWhileDown, || stat("vector(1)", "green")),
    spoiled(Kind::QueryError, || stat("sum(", "blue")),
    spoiled(Kind::ConsoleError, || {
        with(stat("vector(1)", "blue"), "type", json!("of no kind"))
    }),
];

/// The panel in the grid: in a column of its own, a quarter of it wide.
fn panel(id: u64, spoiled: &Spoiled) -> Value {
    let mut panel = (spoiled.panel)();
    panel["id"] = json!(id);
    panel["gridPos"] = json!({ "x": 6 * ((id - 1) % 4), "y": 6 * ((id - 1) / 4), "w": 3, "h": 6 });
    if panel["title"].is_null() {
        panel["title"] = json!(format!("{id}"));
    }
    panel
}

fn stat(query: &str, colour: &str) -> Value {
    json!({
        "type": "stat",
        "options": {
            "colorMode": "value", "graphMode": "none", "orientation": "vertical", "textMode": "value_and_name",
            "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
        },
        "fieldConfig": {
            "defaults": {
                "color": { "mode": "thresholds" },
                "noValue": "Nothing",
                "thresholds": { "mode": "absolute", "steps": [{ "color": colour, "value": null }] },
            },
            "overrides": [],
        },
        "targets": [{ "refId": "A", "expr": query, "instant": true, "legendFormat": "x" }],
    })
}

fn over_the_range(query: &str) -> Value {
    let mut stat = stat(query, "blue");
    stat["targets"][0]["instant"] = json!(false);
    stat
}

fn table(queries: &[&str]) -> Value {
    let targets = queries.iter().zip('A'..);
    let targets = targets.map(|(query, id)| {
        json!({ "refId": id.to_string(), "expr": query, "instant": true, "format": "table" })
    });
    json!({
        "type": "table",
        "options": { "cellHeight": "sm", "showHeader": true },
        "fieldConfig": {
            "defaults": {
                "color": { "mode": "thresholds" },
                "custom": {},
                "thresholds": { "mode": "absolute", "steps": [{ "color": "red", "value": null }] },
            },
            "overrides": [],
        },
        "targets": targets.collect::<Vec<_>>(),
    })
}

fn with(mut panel: Value, key: &str, value: Value) -> Value {
    panel[key] = value;
    panel
}

fn with_override(mut table: Value, field: &str, property: &Value) -> Value {
    let matcher = json!({ "id": "byName", "options": field });
    table["fieldConfig"]["overrides"] = json!([{ "matcher": matcher, "properties": [property] }]);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_spoiled_panel_and_is_blind_without_it() {
        assert_eq!(blind(&[]), Kind::ALL);
        let all: Vec<Fault> = SPOILED
            .iter()
            .zip(1..)
            .map(|(spoiled, id)| Fault {
                kind: spoiled.kind,
                panel: spoiled.is_told_of_its_panel.then(|| (id, String::new())),
                detail: String::new(),
            })
            .collect();
        assert_eq!(blind(&all), []);
        for index in 0..all.len() {
            let mut others = all.clone();
            let missing = others.remove(index).kind;
            assert_eq!(blind(&others), [missing], "{index}");
        }
    }
}
