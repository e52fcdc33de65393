//! How the answers to several questions become one table.

use serde_json::{Map, Value, json};

use super::Panel;
use super::overrides::matched;

/// Headings of columns that are labels.
const LABELS: &[(&str, &str)] = &[
    ("account", "Account"),
    ("reason", "Why"),
    ("type", "Type"),
    ("metric", "Metric"),
    ("limit", "Limit"),
    ("status", "Status"),
    ("method", "Login"),
    ("instance", "Instance"),
    ("version", "Version"),
    ("revision", "Revision"),
    ("rustc", "Rust"),
];

/// Columns whose words are long, and the width that these take.
pub(super) const WIDE: &[(&str, u32)] = &[("Limit", 145), ("Login", 180), ("Metric", 150)];

impl Panel {
    /// The rows of all questions side by side, under their headings.
    pub(super) fn transformations(&self) -> Value {
        if let Some(matrix) = &self.matrix {
            return matrix.transformations();
        }
        let mut excluded = Map::from_iter([("Time".to_owned(), json!(true))]);
        let mut headings: Map<String, Value> = LABELS
            .iter()
            .map(|(label, heading)| ((*label).to_owned(), json!(heading)))
            .collect();
        let ids = ('A'..='Z').map(|id| format!("Value #{id}"));
        // Grafana numbers the values of several answers only. Where one alone answers, it is the first: that one always does.
        let first = self
            .targets
            .first()
            .map(|first| ("Value".to_owned(), first));
        for (name, target) in ids.zip(&self.targets).chain(first) {
            match target.heading {
                Some(heading) => headings.insert(name, json!(heading)),
                None => excluded.insert(name, json!(true)),
            };
        }
        json!([
            { "id": "merge", "options": {} },
            { "id": "organize", "options": {
                "excludeByName": excluded, "indexByName": {}, "renameByName": headings,
            }},
        ])
    }
}

/// A table with a row for each value of one label and a column for each of another.
#[derive(Debug)]
pub(in super::super) struct Matrix {
    row: &'static str,
    heading: &'static str,
    column: &'static str,
    /// The columns, from left to right.
    order: &'static [&'static str],
    /// Rows, and what they are called.
    names: &'static [(&'static str, &'static str)],
    is_heat: bool,
}

impl Matrix {
    /// Rows by one label under a heading, columns by another in an order.
    pub(in super::super) const fn new(
        (row, heading): (&'static str, &'static str),
        column: &'static str,
        order: &'static [&'static str],
    ) -> Self {
        Self {
            row,
            heading,
            column,
            order,
            names: &[],
            is_heat: false,
        }
    }

    /// A heat map: the larger the number, the stronger the colour of its cell. Its rows have names.
    pub(in super::super) const fn heat(
        mut self,
        names: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.names = names;
        self.is_heat = true;
        self
    }

    /// Columns of a heat map are many and narrow.
    pub(super) fn look(&self, defaults: &mut Value) {
        if self.is_heat {
            defaults["color"] = json!({ "mode": "continuous-blues" });
            defaults["min"] = json!(0);
            defaults["custom"]["cellOptions"] =
                json!({ "type": "color-background", "mode": "basic" });
            defaults["custom"]["align"] = json!("center");
            defaults["custom"]["minWidth"] = json!(30);
        }
    }

    /// The names of the rows: mapped, so that the table is sorted by what they stand for.
    pub(super) fn named_rows(&self, panel: &Panel) -> Option<Value> {
        if self.names.is_empty() {
            return None;
        }
        let names = self.names.iter().zip(0..);
        let names: Map<String, Value> = names
            .map(|((value, name), index)| {
                ((*value).to_owned(), json!({ "text": name, "index": index }))
            })
            .collect();
        let mappings = json!([{ "type": "value", "options": names }, panel.unknown()]);
        let properties = json!([
            { "id": "mappings", "value": mappings },
            { "id": "custom.cellOptions", "value": { "type": "auto" } },
            { "id": "custom.align", "value": "left" },
            { "id": "custom.width", "value": 110 },
        ]);
        Some(matched("byName", self.heading, properties))
    }

    fn transformations(&self) -> Value {
        // So does Grafana name the corner.
        let corner = format!("{}\\{}", self.row, self.column);
        let columns = std::iter::once(corner.as_str()).chain(self.order.iter().copied());
        let places: Map<String, Value> = columns
            .zip(0..)
            .map(|(column, place)| (column.to_owned(), json!(place)))
            .collect();
        json!([
            { "id": "groupingToMatrix", "options": {
                "rowField": self.row, "columnField": self.column, "valueField": "Value", "emptyValue": "zero",
            }},
            { "id": "organize", "options": {
                "excludeByName": {}, "indexByName": places, "renameByName": { corner: self.heading },
            }},
        ])
    }
}
