//! How panels are drawn: their kinds and their units.

mod unit;

use serde_json::{Value, json};

pub(super) use unit::Unit;

/// The kinds of panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Numbers of now or of the whole period, large.
    Number,
    /// Lines.
    Lines,
    /// Areas that add up.
    Stack,
    /// Bars that add up, each the count of its span of time.
    Bars,
    /// Lines of what is worked out of a window that is wider than the way from point to point.
    Trend,
    /// Horizontal bars, the longest first.
    Ranking,
    /// Rows and columns.
    Table,
}

/// Bars over the width of a panel: fewer is easier to read, and each holds more.
const BARS_MAX: u32 = 30;

/// The shortest time that a bar stands for: a poll.
pub(super) const BAR_MIN: &str = "1m";

/// Points over the width of a panel whose every point costs a day of samples: one an hour, at seven days.
const POINTS_MAX: u32 = 200;

impl Shape {
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Number => "stat",
            Self::Lines | Self::Stack | Self::Bars | Self::Trend => "timeseries",
            Self::Ranking => "bargauge",
            Self::Table => "table",
        }
    }

    /// Columns of the 24 and rows of the grid that it takes if nothing else is said.
    pub(super) const fn size(self) -> (u32, u32) {
        match self {
            Self::Number => (6, 4),
            Self::Table => (24, 8),
            _ => (12, 8),
        }
    }

    /// How many points it has at most.
    pub(super) const fn points(self) -> Option<u32> {
        match self {
            Self::Bars => Some(BARS_MAX),
            Self::Trend => Some(POINTS_MAX),
            _ => None,
        }
    }

    /// Whether the answer is one number a series, not a course. Grafana rounds the end of a course down to its step, which is hours
    /// on a small panel: only a question that is asked once is answered as of now.
    pub(super) const fn asks_once(self) -> bool {
        matches!(self, Self::Number | Self::Ranking | Self::Table)
    }

    /// Whether it has a time axis.
    pub(super) const fn is_graph(self) -> bool {
        matches!(self, Self::Lines | Self::Stack | Self::Bars | Self::Trend)
    }

    pub(super) fn options(self) -> Value {
        let now = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
        match self {
            Self::Number => json!({
                "reduceOptions": now, "colorMode": "value", "graphMode": "none", "justifyMode": "auto",
                "orientation": "vertical", "textMode": "value_and_name", "wideLayout": false,
                "showPercentChange": false, "text": { "titleSize": 13, "valueSize": 26 },
            }),
            Self::Ranking => json!({
                "reduceOptions": now, "displayMode": "basic", "orientation": "horizontal",
                "showUnfilled": true, "valueMode": "color", "namePlacement": "left",
                "text": { "titleSize": 14, "valueSize": 16 },
                "minVizHeight": 16, "maxVizHeight": 40, "minVizWidth": 8, "sizing": "auto",
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": false, "calcs": [] },
            }),
            Self::Table => json!({ "showHeader": true, "cellHeight": "sm" }),
            _ => json!({
                "legend": self.legend(),
                "tooltip": { "mode": "multi", "sort": "none" },
            }),
        }
    }

    /// At the right, where it takes no height from the plot and shows every series, in the order in which they are drawn. Bars are
    /// complete spans of time only, so that their total would not be that of the period: they show none.
    fn legend(self) -> Value {
        let (mode, calcs): (_, &[&str]) = match self {
            Self::Bars => ("list", &[]),
            _ => ("table", &["lastNotNull"]),
        };
        json!({ "displayMode": mode, "placement": "right", "showLegend": true, "calcs": calcs })
    }

    pub(super) fn custom(self) -> Value {
        let (style, fill, width, stacking) = match self {
            Self::Lines => ("line", 0, 1, "none"),
            Self::Trend => ("line", 0, 2, "none"),
            // A border would give the colour of what is 0 to all that lies beneath.
            Self::Stack => ("line", 70, 0, "normal"),
            Self::Bars => ("bars", 70, 0, "normal"),
            // A filter would take a fifth of a narrow column.
            Self::Table => return json!({ "align": "auto", "filterable": false, "minWidth": 60 }),
            _ => return json!({}),
        };
        json!({
            "drawStyle": style, "fillOpacity": fill, "lineWidth": width,
            "stacking": { "mode": stacking, "group": "A" },
            // A bar stands for the time that ends where Prometheus was asked.
            "barAlignment": -1,
            "lineInterpolation": "linear", "showPoints": if self == Self::Trend { "auto" } else { "never" },
            "gradientMode": "none",
            // A line over a gap would show what nobody knows.
            "spanNulls": false, "axisPlacement": "auto",
            "thresholdsStyle": { "mode": "off" },
        })
    }
}
