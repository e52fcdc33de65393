//! How panels are drawn: their kinds and their units.

use serde_json::{Value, json};

/// The kinds of panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A number of now, with its course behind it.
    Number,
    /// A number of now or of the whole period.
    PlainNumber,
    /// Lines.
    Lines,
    /// Areas that add up.
    Stack,
    /// Bars that add up, each the count of its span of time.
    Bars,
    /// Lines of what is worked out of a span of time.
    Trend,
    /// Horizontal bars, the longest first.
    Ranking,
    /// Rows and columns.
    Table,
}

/// Bars over the width of a panel: fewer is easier to read, and each holds more.
const BARS_MAX: u32 = 30;

impl Shape {
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Number | Self::PlainNumber => "stat",
            Self::Lines | Self::Stack | Self::Bars | Self::Trend => "timeseries",
            Self::Ranking => "bargauge",
            Self::Table => "table",
        }
    }

    /// Columns of the 24 and rows of the grid that it takes if nothing else is said.
    pub(super) const fn size(self) -> (u32, u32) {
        match self {
            Self::Number | Self::PlainNumber => (3, 4),
            Self::Table => (24, 8),
            _ => (12, 9),
        }
    }

    /// How many points it has at most, where each stands for a span of time.
    pub(super) const fn points(self) -> Option<u32> {
        match self {
            Self::Bars | Self::Trend => Some(BARS_MAX),
            _ => None,
        }
    }

    /// Whether the answer is one number a series, not a course.
    pub(super) const fn asks_once(self) -> bool {
        matches!(self, Self::PlainNumber | Self::Ranking | Self::Table)
    }

    /// What gives a series its colour, where that has no name.
    pub(super) const fn colour_mode(self, without_thresholds: bool) -> &'static str {
        match self {
            Self::Ranking if without_thresholds => "continuous-BlPu",
            Self::Number | Self::PlainNumber | Self::Table | Self::Ranking => "thresholds",
            _ => "palette-classic",
        }
    }

    pub(super) fn options(self) -> Value {
        let now = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
        match self {
            Self::Number | Self::PlainNumber => json!({
                "reduceOptions": now, "colorMode": "value", "justifyMode": "auto",
                "graphMode": if self == Self::Number { "area" } else { "none" },
                "orientation": "auto", "textMode": "value", "wideLayout": true,
                "showPercentChange": false, "percentChangeColorMode": "inverted",
            }),
            Self::Ranking => json!({
                "reduceOptions": now, "displayMode": "gradient", "orientation": "horizontal",
                "showUnfilled": true, "valueMode": "color", "namePlacement": "left",
                "minVizHeight": 16, "maxVizHeight": 300, "minVizWidth": 8, "sizing": "auto",
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": false, "calcs": [] },
            }),
            Self::Table => json!({ "showHeader": true, "cellHeight": "sm" }),
            _ => json!({
                "legend": self.legend(),
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
        }
    }

    /// A table that answers "how much now" or "how much in all", the most first.
    fn legend(self) -> Value {
        let (calcs, sort): (&[&str], _) = match self {
            Self::Bars => (&["sum"], "Total"),
            _ => (&["lastNotNull", "min", "max"], "Last *"),
        };
        json!({
            "displayMode": "table", "placement": "bottom", "showLegend": true,
            "calcs": calcs, "sortBy": sort, "sortDesc": true,
        })
    }

    pub(super) fn custom(self) -> Value {
        let (style, fill, stacking) = match self {
            Self::Lines | Self::Trend => ("line", 0, "none"),
            Self::Stack => ("line", 50, "normal"),
            Self::Bars => ("bars", 70, "normal"),
            Self::Table => return json!({ "align": "auto", "filterable": true }),
            _ => return json!({}),
        };
        json!({
            "drawStyle": style, "fillOpacity": fill, "lineWidth": if self == Self::Trend { 2 } else { 1 },
            "stacking": { "mode": stacking, "group": "A" },
            // A bar stands for the time that ends where Prometheus was asked.
            "barAlignment": -1,
            "lineInterpolation": "linear", "showPoints": if self == Self::Trend { "auto" } else { "never" },
            "gradientMode": "none",
            "spanNulls": self == Self::Trend, "axisPlacement": "auto",
            "thresholdsStyle": { "mode": "off" },
        })
    }
}

/// What numbers are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Whole things.
    Count,
    /// A number with a fraction.
    Number,
    /// Seconds, shown in what is readable.
    Seconds,
    /// 0 to 1, shown in per cent.
    Share,
    /// Things a minute.
    PerMinute,
    /// Bytes.
    Bytes,
    /// A moment, in milliseconds.
    Moment,
    /// 1 or 0.
    YesNo,
}

impl Unit {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Count | Self::Number => "short",
            Self::Seconds => "s",
            Self::Share => "percentunit",
            Self::PerMinute => "cpm",
            Self::Bytes => "bytes",
            Self::Moment => "dateTimeAsIso",
            Self::YesNo => "bool_yes_no",
        }
    }

    pub(super) const fn decimals(self) -> Option<u32> {
        match self {
            Self::Count => Some(0),
            Self::Share | Self::Seconds => Some(1),
            _ => None,
        }
    }

    /// A threshold as people say it.
    pub(super) fn words(self, value: f64) -> String {
        match self {
            Self::Seconds if value >= 2.0 * 86_400.0 => format!("{} days", value / 86_400.0),
            Self::Seconds if value >= 7_200.0 => format!("{} hours", value / 3_600.0),
            Self::Seconds if value >= 120.0 => format!("{} minutes", value / 60.0),
            Self::Seconds => format!("{value} seconds"),
            Self::Share => format!("{} %", value * 100.0),
            _ => value.to_string(),
        }
    }
}
