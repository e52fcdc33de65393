//! How the answers to several questions become one table.

use serde_json::{Map, Value, json};

use super::{Matrix, Panel};

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

impl Matrix {
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
