//! What is different for single series and columns of a panel.

use serde_json::{Value, json};

use super::super::look::Shape;
use super::table::WIDE;
use super::{Look, Panel};

impl Panel {
    pub(super) fn overrides(&self) -> Vec<Value> {
        let coloured = self.colours.iter().map(|(series, colour)| {
            let colour = json!({ "mode": "fixed", "fixedColor": colour });
            let by = if series.starts_with('/') {
                "byRegexp"
            } else {
                "byName"
            };
            matched(by, series, json!([{ "id": "color", "value": colour }]))
        });
        let looks = ('A'..='Z').zip(&self.targets).filter_map(|(id, target)| {
            let look = target.look.as_ref()?;
            Some(match target.heading {
                Some(heading) => matched("byName", heading, self.cell_properties(look)),
                None => matched("byFrameRefID", &id.to_string(), self.properties(look)),
            })
        });
        let downwards = self.downwards.iter().map(|series| {
            let property = json!({ "id": "custom.transform", "value": "negative-Y" });
            matched("byName", series, json!([property]))
        });
        let account = (self.account_links && self.shape == Shape::Table).then(|| {
            let links = account_links("${__value.raw:percentencode}");
            matched(
                "byName",
                "Account",
                json!([{ "id": "links", "value": links }]),
            )
        });
        let headings: Vec<_> = self.headings().collect();
        let wide = WIDE.iter().filter(|(wide, _)| headings.contains(wide));
        let wide = wide.map(|(heading, width)| {
            let property = json!({ "id": "custom.width", "value": width });
            matched("byName", heading, json!([property]))
        });
        coloured
            .chain(looks)
            .chain(downwards)
            .chain(account)
            .chain(wide)
            .collect()
    }

    fn properties(&self, look: &Look) -> Value {
        let mut properties = vec![json!({ "id": "unit", "value": look.unit.name() })];
        if let Some(decimals) = look.unit.decimals() {
            properties.push(json!({ "id": "decimals", "value": decimals }));
        }
        properties.push(json!({ "id": "thresholds", "value": look.steps() }));
        properties.push(json!({ "id": "mappings", "value": self.mappings(look) }));
        Value::Array(properties)
    }

    fn cell_properties(&self, look: &Look) -> Value {
        let mut properties = self.properties(look);
        let kind = match look.states {
            Some(_) => json!({ "type": "color-background", "mode": "basic" }),
            None if look.thresholds.is_empty() => return properties,
            None => json!({ "type": "color-text" }),
        };
        let list = properties.as_array_mut().expect("it is one");
        list.push(json!({ "id": "custom.cellOptions", "value": kind }));
        properties
    }
}

/// From an account to what else is shown of it.
pub(super) fn account_links(account: &str) -> Value {
    let rest = "${__url_time_range}&${datasource:queryparam}";
    json!([
        {
            "title": "The tickets of this account", "targetBlank": false,
            "url": format!("/d/zendesk-support?var-account={account}&{rest}"),
        },
        {
            "title": "The exporter of this account", "targetBlank": false,
            "url": format!("/d/zendesk-exporter?var-account={account}&{rest}"),
        },
    ])
}

fn matched(by: &str, what: &str, properties: Value) -> Value {
    json!({ "matcher": { "id": by, "options": what }, "properties": properties })
}
