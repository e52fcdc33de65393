//! How the answers to several questions become one table.

use serde_json::{Map, Value, json};

use super::super::look::Shape;
use super::Panel;

/// Headings of columns that are labels.
const LABELS: &[(&str, &str)] = &[
    ("account", "Account"),
    ("source", "Source"),
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
