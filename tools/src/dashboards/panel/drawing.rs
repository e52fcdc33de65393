//! A panel as Grafana reads it.

use serde_json::{Value, json};

use super::super::look::{BAR_MIN, Shape};
use super::overrides::account_links;
use super::{DOCUMENTS, DOWN, Look, Panel, Place};

impl Panel {
    /// As Grafana reads it.
    pub(in super::super) fn json(&self, place: &Place) -> Value {
        let (width, height) = self.size;
        let Place { id, x, y, note } = place;
        let mut panel = json!({
            "id": id,
            "type": self.shape.kind(),
            "title": self.title,
            "description": self.description_with(note),
            "datasource": datasource(),
            "gridPos": { "h": height, "w": width, "x": x, "y": y },
            "fieldConfig": { "defaults": self.defaults(), "overrides": self.overrides() },
            "options": self.options(),
            "targets": self.targets_json(),
            "links": self.links(),
        });
        if let Some(points) = self.shape.points() {
            panel["maxDataPoints"] = json!(points);
        }
        if self.shape == Shape::Bars {
            panel["interval"] = json!(BAR_MIN);
        }
        if let Some(from) = self.time_from {
            panel["timeFrom"] = json!(from);
            // It would take half of the title's place.
            panel["hideTimeOverride"] = json!(true);
        }
        if self.shape == Shape::Table {
            panel["transformations"] = self.transformations();
        }
        panel
    }

    fn options(&self) -> Value {
        let mut options = self.shape.options();
        if self.shape == Shape::Number && self.targets.iter().all(|it| it.legend.is_empty()) {
            options["textMode"] = json!("value");
        }
        if self.has_long_names {
            options["legend"]["displayMode"] = json!("list");
            options["legend"]["placement"] = json!("bottom");
            options["legend"]["calcs"] = json!([]);
        }
        if !self.sort.is_empty() {
            let sort = self.sort.iter();
            options["sortBy"] = sort
                .map(|(column, desc)| json!({ "displayName": column, "desc": desc }))
                .collect();
        }
        options
    }

    /// With the thresholds in words, for readers who tell no colours apart.
    fn description_with(&self, note: &str) -> String {
        let looks = std::iter::once(("", &self.look));
        let own = self.targets.iter().filter_map(|target| {
            let name = target.heading.unwrap_or(&target.legend);
            Some((name, target.look.as_ref()?))
        });
        let turns: String = looks
            .chain(own)
            .filter_map(|(name, look)| look.turns_in_words(name))
            .collect();
        format!("{}{turns}{note}", self.description)
    }

    fn defaults(&self) -> Value {
        let mut defaults = json!({
            "unit": self.look.unit.name(),
            "noValue": self.no_value,
            "mappings": self.mappings(&self.look),
            "thresholds": self.look.steps(),
            "color": self.colour(),
            "custom": self.shape.custom(),
        });
        let is_graph = self.shape.is_graph();
        // The ticks of an axis are apart by less than a fixed number of decimals may tell.
        if let (false, Some(decimals)) = (is_graph, self.look.unit.decimals()) {
            defaults["decimals"] = json!(decimals);
        }
        if self.from_zero && (is_graph || self.shape == Shape::Ranking) {
            defaults["min"] = json!(0);
        }
        if let Some(soft_max) = self.soft_max {
            defaults["custom"]["axisSoftMax"] = json!(soft_max);
        }
        if is_graph && !self.look.thresholds.is_empty() {
            defaults["custom"]["thresholdsStyle"]["mode"] = json!("dashed");
        }
        if self.shape == Shape::Table && !self.look.thresholds.is_empty() {
            defaults["custom"]["cellOptions"] = json!({ "type": "color-text" });
        }
        if let Some(matrix) = &self.matrix {
            matrix.look(&mut defaults);
        }
        if self.account_links && self.shape == Shape::Ranking {
            defaults["links"] = account_links("${__field.labels.account:percentencode}");
        }
        defaults
    }

    /// What gives a series its colour, where that has no name.
    fn colour(&self) -> Value {
        match (self.shades, self.shape) {
            (Some(colour), _) => json!({ "mode": "shades", "fixedColor": colour }),
            (None, Shape::Ranking) if self.look.thresholds.is_empty() => {
                json!({ "mode": "fixed", "fixedColor": "blue" })
            }
            (None, Shape::Number | Shape::Table | Shape::Ranking) => {
                json!({ "mode": "thresholds" })
            }
            _ => json!({ "mode": "palette-classic" }),
        }
    }

    /// Words for numbers. What is not known is judged neither good nor bad, unlike what Grafana makes of it.
    pub(super) fn mappings(&self, look: &Look) -> Value {
        if self.shape.is_graph() {
            return json!([]);
        }
        let mut states = json!({
            DOWN: { "text": "Exporter down", "color": "red", "index": 0 },
        });
        if let Some((zero, one)) = look.states {
            states["0"] = json!({ "text": zero, "color": "red", "index": 1 });
            states["1"] = json!({ "text": one, "color": "green", "index": 2 });
        }
        let unknown = self.unknown();
        // -1 is a number like others where there are negative ones.
        let has_down = look.states.is_some() || self.shape == Shape::Number && self.from_zero;
        if has_down {
            json!([{ "type": "value", "options": states }, unknown])
        } else {
            json!([unknown])
        }
    }

    /// What is shown where there is no number.
    fn unknown(&self) -> Value {
        json!({ "type": "special", "options": {
            "match": "null+nan", "result": { "text": self.no_value, "color": "text", "index": 3 },
        }})
    }

    fn targets_json(&self) -> Vec<Value> {
        let once = self.shape.asks_once();
        let ids = 'A'..='Z';
        ids.zip(&self.targets)
            .map(|(id, target)| {
                json!({
                    "refId": id,
                    "datasource": datasource(),
                    "editorMode": "code",
                    "expr": target.query,
                    "legendFormat": target.legend,
                    "instant": once,
                    "range": !once,
                    "format": if self.shape == Shape::Table { "table" } else { "time_series" },
                })
            })
            .collect()
    }

    fn links(&self) -> Vec<Value> {
        let metric = self.family().map(|family| {
            let url = format!("{DOCUMENTS}/metrics.md#{family}");
            (format!("Metric: {family}"), url)
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

    /// The family that it is about: the first that is named, if nothing else is said.
    fn family(&self) -> Option<&str> {
        if self.family.is_some() {
            return self.family;
        }
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

impl Look {
    /// Which colour from which value on; `name` is that of the number, if there are several.
    fn turns_in_words(&self, name: &str) -> Option<String> {
        // The colour of the text judges nothing.
        let turns = self
            .thresholds
            .iter()
            .filter(|(_, colour)| *colour != "text");
        let turns: Vec<_> = turns
            .map(|(from, colour)| format!("{colour} from {}", self.unit.words(*from)))
            .collect();
        if turns.is_empty() {
            return None;
        }
        let turns = turns.join(", ");
        Some(match name {
            "" => format!(" The value is {turns}."),
            _ if name.starts_with("{{") => format!(" The value is {turns}."),
            _ => format!(" The value of {name:?} is {turns}."),
        })
    }
}

/// The one that the reader chose.
pub(in super::super) fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "$datasource" })
}
