//! A panel as Grafana reads it.

use serde_json::{Map, Value, json};

use super::super::look::Shape;
use super::{DOCUMENTS, Panel, Place};

impl Panel {
    /// As Grafana reads it.
    pub(in super::super) fn json(&self, place: &Place) -> Value {
        let (width, height) = self.size;
        let Place {
            id,
            x,
            y,
            note,
            bar_min,
        } = place;
        let mut panel = json!({
            "id": id,
            "type": self.shape.kind(),
            "title": self.title,
            "description": self.description_with(note),
            "datasource": datasource(),
            "gridPos": { "h": height, "w": width, "x": x, "y": y },
            "fieldConfig": { "defaults": self.defaults(), "overrides": self.overrides() },
            "options": self.shape.options(),
            "targets": self.targets_json(),
            "links": self.links(),
        });
        if let Some(points) = self.shape.points() {
            panel["maxDataPoints"] = json!(points);
            panel["interval"] = json!(bar_min);
        }
        if let Some(from) = self.time_from {
            panel["timeFrom"] = json!(from);
        }
        if self.compares {
            panel["options"]["showPercentChange"] = json!(true);
        }
        if self.shape == Shape::Table {
            panel["transformations"] = self.transformations();
        }
        panel
    }

    /// With the thresholds in words, for readers who tell no colours apart.
    fn description_with(&self, note: &str) -> String {
        let turns = self.thresholds.iter();
        let turns: Vec<_> = turns
            .map(|(from, colour)| format!("{colour} from {}", self.unit.words(*from)))
            .collect();
        let mut turns = turns.join(", ");
        if let Some(first) = turns.get_mut(..1) {
            first.make_ascii_uppercase();
            turns = format!(" {turns}.");
        }
        format!("{}{turns}{note}", self.description)
    }

    fn defaults(&self) -> Value {
        let mut steps = vec![json!({ "color": self.base_colour, "value": null })];
        steps.extend(
            self.thresholds
                .iter()
                .map(|(value, color)| json!({ "color": color, "value": value })),
        );
        let mut defaults = json!({
            "unit": self.unit.name(),
            "noValue": self.no_value,
            "mappings": self.mappings,
            "thresholds": { "mode": "absolute", "steps": steps },
            "color": { "mode": self.shape.colour_mode(self.thresholds.is_empty()) },
            "custom": self.shape.custom(),
        });
        if self.shape == Shape::Table && !self.thresholds.is_empty() {
            defaults["custom"]["cellOptions"] = json!({ "type": "color-text" });
        }
        if let Some(decimals) = self.unit.decimals() {
            defaults["decimals"] = json!(decimals);
        }
        if self.from_zero && self.shape != Shape::Table {
            defaults["min"] = json!(0);
        }
        defaults
    }

    fn overrides(&self) -> Vec<Value> {
        let coloured = self.colours.iter().map(|(series, colour)| {
            let colour = json!({ "mode": "fixed", "fixedColor": colour });
            named(series, json!([{ "id": "color", "value": colour }]))
        });
        let columns = self.columns.iter().map(|(heading, unit)| {
            let mut properties = vec![json!({ "id": "unit", "value": unit.name() })];
            if let Some(decimals) = unit.decimals() {
                properties.push(json!({ "id": "decimals", "value": decimals }));
            }
            named(heading, Value::Array(properties))
        });
        let downwards = self.downwards.iter().map(|series| {
            let property = json!({ "id": "custom.transform", "value": "negative-Y" });
            named(series, json!([property]))
        });
        coloured.chain(columns).chain(downwards).collect()
    }

    fn targets_json(&self) -> Vec<Value> {
        let whole_period = self.shape.asks_once();
        let ids = 'A'..='Z';
        ids.zip(&self.targets)
            .map(|(id, target)| {
                json!({
                    "refId": id,
                    "datasource": datasource(),
                    "editorMode": "code",
                    "expr": target.query,
                    "legendFormat": target.legend,
                    "instant": whole_period,
                    "range": !whole_period,
                    "format": if self.shape == Shape::Table { "table" } else { "time_series" },
                })
            })
            .collect()
    }

    /// The rows of all questions side by side, under their headings.
    fn transformations(&self) -> Value {
        if let Some((row, column)) = self.matrix {
            return json!([{ "id": "groupingToMatrix", "options": {
                "rowField": row, "columnField": column, "valueField": "Value", "emptyValue": "zero",
            }}]);
        }
        let headings: Map<String, Value> = ('A'..='Z')
            .zip(&self.columns)
            .map(|(id, (heading, _))| match self.columns.len() {
                // Grafana numbers the values of several questions only.
                1 => ("Value".to_owned(), json!(heading)),
                _ => (format!("Value #{id}"), json!(heading)),
            })
            .collect();
        json!([
            { "id": "merge", "options": {} },
            { "id": "organize", "options": {
                "excludeByName": { "Time": true }, "indexByName": {}, "renameByName": headings,
            }},
        ])
    }

    fn links(&self) -> Vec<Value> {
        let metric = self.family().map(|family| {
            let url = format!("{DOCUMENTS}/metrics.md#{family}");
            (format!("What {family} counts"), url)
        });
        let links = metric.iter().chain(&self.links);
        links
            .map(|(title, url)| {
                // Those within Grafana stay in its window.
                let elsewhere = url.starts_with(DOCUMENTS);
                json!({ "title": title, "url": url, "targetBlank": elsewhere })
            })
            .collect()
    }

    /// The first family that is named.
    fn family(&self) -> Option<&str> {
        let (before, _) = self.targets.first()?.query.split_once('{')?;
        let name = before
            .rsplit(|letter: char| !(letter == '_' || letter.is_ascii_alphanumeric()))
            .next()?;
        let histogram = ["_bucket", "_count", "_sum"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix));
        Some(histogram.unwrap_or(name))
    }
}

fn named(series: &str, properties: Value) -> Value {
    json!({ "matcher": { "id": "byName", "options": series }, "properties": properties })
}

/// The one that the reader chose.
pub(in super::super) fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "$datasource" })
}
