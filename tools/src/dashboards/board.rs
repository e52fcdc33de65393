//! A whole dashboard: its variables, its links, its rows one below the other.

mod marks;

use serde_json::{Value, json};

use super::panel::{Panel, Place, datasource};
use marks::{annotations, links};
use zendesk_exporter::metrics::catalog;

/// A dashboard in the making.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) uid: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    /// The period that is shown at first.
    pub(super) from: &'static str,
    pub(super) by_priority: ByPriority,
    /// Whether its reader knows what a job and an instance are.
    pub(super) targets: Targets,
    pub(super) rows: Vec<Row>,
}

/// Whether a dashboard lets its reader choose priorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByPriority {
    Yes,
    No,
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

/// Ends the description of a panel that does not go by the chosen priorities.
const NOT_BY_PRIORITY: &str = " Whatever priority is chosen above.";

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

    fn variables(&self) -> Vec<Value> {
        let of_job = "job=~\"$job\"";
        let of_instance = "job=~\"$job\", instance=~\"$instance\"";
        let (build, account) = (
            catalog::BUILD_INFO.name,
            catalog::INITIAL_SYNC_COMPLETE.name,
        );
        let mut variables = vec![
            json!({
                "name": "datasource", "label": "Data source", "type": "datasource",
                "query": "prometheus", "refresh": 1, "regex": "", "hide": 0, "current": {},
                "options": [], "multi": false, "includeAll": false,
            }),
            self.of_targets(asked("job", "Job", format!("label_values({build}, job)"))),
            self.of_targets(asked(
                "instance",
                "Instance",
                format!("label_values({build}{{{of_job}}}, instance)"),
            )),
            asked(
                "account",
                "Account",
                format!("label_values({account}{{{of_instance}}}, account)"),
            ),
        ];
        if self.by_priority == ByPriority::Yes {
            variables.push(priorities());
        }
        variables
    }

    /// Hidden where it would be a riddle.
    fn of_targets(&self, mut variable: Value) -> Value {
        if self.targets == Targets::Hidden {
            variable["hide"] = json!(2);
        }
        variable
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
            let note = if self.by_priority == ByPriority::Yes && !panel.goes_by("priority") {
                NOT_BY_PRIORITY
            } else {
                ""
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

/// A variable whose values are asked of Prometheus, again whenever the period changes.
fn asked(name: &str, label: &str, query: String) -> Value {
    json!({
        "name": name, "label": label, "type": "query", "datasource": datasource(),
        "query": query, "definition": query, "refresh": 2, "sort": 1, "regex": "", "hide": 0,
        "multi": true, "includeAll": true, "allValue": ".+", "options": [], "current": all(),
    })
}

/// A closed set, in the order in which it matters rather than in that of the alphabet.
fn priorities() -> Value {
    json!({
        "name": "priority", "label": "Priority", "type": "custom",
        "query": "urgent,high,normal,low,none,other", "hide": 0,
        "multi": true, "includeAll": true, "allValue": ".+", "options": [], "current": all(),
    })
}

fn all() -> Value {
    json!({ "selected": true, "text": ["All"], "value": ["$__all"] })
}
