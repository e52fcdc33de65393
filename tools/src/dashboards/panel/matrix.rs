//! A table whose columns are values of a label.

use serde_json::{Map, Value, json};

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

    pub(super) fn transformations(&self) -> Value {
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
