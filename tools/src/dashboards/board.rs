//! A whole dashboard: its variables, its links, its rows one below the other.

mod marks;

mod variables;

use serde_json::{Value, json};

use super::panel::{Panel, Place};
use super::query::FILTERS;
use marks::{annotations, links};

/// A dashboard in the making.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) uid: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    /// The period that is shown at first.
    pub(super) from: &'static str,
    pub(super) filters: Filters,
    /// Whether its reader knows what a job and an instance are.
    pub(super) targets: Targets,
    pub(super) rows: Vec<Row>,
}

/// Whether a dashboard lets its reader choose tickets: by priority, group, brand and channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filters {
    Shown,
    None,
}

/// Whether a dashboard lets its reader choose the exporters; links hand on the choice in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Targets {
    Shown,
    Hidden,
}

/// Panels under a title.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) fold: Fold,
    pub(super) panels: Vec<Panel>,
}

/// Whether a row is open when the dashboard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Open,
    Closed,
}

/// Width of Grafana's grid.
const COLUMNS: u32 = 24;

impl Board {
    /// As Grafana reads it.
    pub(super) fn json(&self) -> Value {
        json!({
            "id": null,
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": ["zendesk"],
            "editable": false,
            "schemaVersion": 39,
            "version": 1,
            "graphTooltip": 1,
            "timezone": "browser",
            "refresh": "1m",
            "time": { "from": self.from, "to": "now" },
            "timepicker": {},
            "links": links(),
            "templating": { "list": self.variables() },
            "annotations": { "list": annotations() },
            "panels": self.panels(),
        })
    }

    fn panels(&self) -> Vec<Value> {
        let mut panels = Vec::new();
        let (mut id, mut y) = (1, 0);
        for row in &self.rows {
            let mut heading = json!({
                "id": id, "type": "row", "title": row.title, "collapsed": row.fold == Fold::Closed,
                "gridPos": { "h": 1, "w": COLUMNS, "x": 0, "y": y }, "panels": [],
            });
            let (content, height) = self.content(row, id + 1, y + 1);
            id += 1 + content.len();
            y += 1;
            match row.fold {
                Fold::Closed => {
                    heading["panels"] = Value::Array(content);
                    panels.push(heading);
                }
                Fold::Open => {
                    panels.push(heading);
                    panels.extend(content);
                    y += height;
                }
            }
        }
        panels
    }

    /// The panels of a row from left to right in as many lines as they need, and how high that is.
    fn content(&self, row: &Row, first_id: usize, top: u32) -> (Vec<Value>, u32) {
        let (mut x, mut y, mut line_height) = (0, top, 0);
        let placed = (first_id..).zip(&row.panels).map(|(id, panel)| {
            let (width, height) = panel.size();
            if x + width > COLUMNS {
                (x, y, line_height) = (0, y + line_height, 0);
            }
            let note = match self.filters {
                Filters::Shown => not_by(panel),
                Filters::None => String::new(),
            };
            let json = panel.json(&Place { id, x, y, note });
            x += width;
            line_height = line_height.max(height);
            json
        });
        let panels = placed.collect();
        (panels, y + line_height - top)
    }
}

/// Ends the description of a panel that does not go by all that can be chosen.
fn not_by(panel: &Panel) -> String {
    let labels = FILTERS.iter().map(|(label, _)| *label);
    let ignored: Vec<_> = labels.filter(|label| !panel.goes_by(label)).collect();
    match &ignored[..] {
        [] => String::new(),
        [one] => format!(" The choice of {one} above does not apply."),
        [others @ .., last] => {
            let others = others.join(", ");
            format!(" The choice of {others} and {last} above does not apply.")
        }
    }
}
