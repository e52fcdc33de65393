//! How the answers to several questions become one table.

use serde_json::{Map, Value, json};

use super::super::look::Shape;
use super::Panel;

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
pub(super) const WIDE: &[(&str, u32)] = &[
    ("Limit", 145),
    ("Login", 180),
    ("Metric", 150),
    ("State", 114),
    ("Taken", 114),
];

impl Panel {
    /// Of the columns that it may have, if they are no values of a label.
    pub(super) fn headings(&self) -> impl Iterator<Item = &'static str> {
        let has_labels = self.shape == Shape::Table && self.matrix.is_none();
        let labels = LABELS.iter().filter(move |_| has_labels);
        let labels = labels.map(|(_, heading)| *heading);
        labels.chain(self.targets.iter().filter_map(|it| it.heading))
    }

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
    /// The columns from left to right, and their headings.
    order: &'static [(&'static str, &'static str)],
    is_heat: bool,
}

impl Matrix {
    /// Rows by one label under a heading, columns by another in an order.
    pub(in super::super) const fn new(
        (row, heading): (&'static str, &'static str),
        column: &'static str,
        order: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            row,
            heading,
            column,
            order,
            is_heat: false,
        }
    }

    /// A heat map: the larger the number, the stronger the colour of its cell.
    pub(in super::super) const fn heat(mut self) -> Self {
        self.is_heat = true;
        self
    }

    /// The colour of cells goes by the greatest number of all.
    pub(super) fn look(&self, defaults: &mut Value) {
        if self.is_heat {
            defaults["color"] = json!({ "mode": "continuous-blues" });
            defaults["min"] = json!(0);
            defaults["custom"]["cellOptions"] =
                json!({ "type": "color-background", "mode": "basic" });
            defaults["custom"]["align"] = json!("center");
            // Grafana has no column that is narrower.
            defaults["custom"]["minWidth"] = json!(50);
        }
    }

    fn transformations(&self) -> Value {
        // So does Grafana name the corner.
        let corner = format!("{}\\{}", self.row, self.column);
        let columns = self.order.iter().map(|(column, _)| *column);
        let places: Map<String, Value> = std::iter::once(corner.as_str())
            .chain(columns)
            .zip(0..)
            .map(|(column, place)| (column.to_owned(), json!(place)))
            .collect();
        let headings = self.order.iter().filter(|(column, name)| column != name);
        let mut headings: Map<String, Value> = headings
            .map(|(column, name)| ((*column).to_owned(), json!(name)))
            .collect();
        headings.insert(corner, json!(self.heading));
        json!([
            { "id": "groupingToMatrix", "options": {
                "rowField": self.row, "columnField": self.column, "valueField": "Value", "emptyValue": "zero",
            }},
            { "id": "organize", "options": {
                "excludeByName": {}, "indexByName": places, "renameByName": headings,
            }},
        ])
    }
}
