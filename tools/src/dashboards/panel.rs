//! One panel: what it asks, and how it is drawn.

mod drawing;

use serde_json::{Value, json};

use super::look::{Shape, Unit};
use super::palette::Colours;

pub(super) use drawing::datasource;

/// Where the documentation of what the panels name is read.
pub(super) const DOCUMENTS: &str =
    "https://github.com/zendesk-exporter/zendesk-exporter/blob/main/docs";

/// One question to Prometheus.
#[derive(Debug)]
struct Target {
    query: String,
    legend: String,
}

/// Where a panel stands, and what its dashboard has to say about it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: usize,
    pub(super) x: u32,
    pub(super) y: u32,
    /// Ends the description.
    pub(super) note: &'static str,
    /// The shortest time that a bar stands for.
    pub(super) bar_min: &'static str,
}

/// A panel in the making.
#[derive(Debug)]
pub(super) struct Panel {
    title: &'static str,
    description: String,
    shape: Shape,
    unit: Unit,
    targets: Vec<Target>,
    colours: Colours,
    thresholds: &'static [(f64, &'static str)],
    base_colour: &'static str,
    no_value: &'static str,
    mappings: Value,
    time_from: Option<&'static str>,
    links: Vec<(String, String)>,
    columns: Vec<(&'static str, Unit)>,
    matrix: Option<(&'static str, &'static str)>,
    size: (u32, u32),
    from_zero: bool,
    downwards: Option<&'static str>,
    compares: bool,
}

impl Panel {
    /// A panel without a question yet.
    pub(super) fn new(shape: Shape, title: &'static str, unit: Unit) -> Self {
        Self {
            title,
            description: String::new(),
            size: shape.size(),
            shape,
            unit,
            targets: Vec::new(),
            colours: &[],
            thresholds: &[],
            base_colour: "text",
            no_value: "No data",
            mappings: json!([]),
            time_from: None,
            links: Vec::new(),
            columns: Vec::new(),
            matrix: None,
            from_zero: true,
            downwards: None,
            compares: false,
        }
    }

    /// What a reader who sees it for the first time wants to know.
    pub(super) fn says(mut self, description: &str) -> Self {
        description.clone_into(&mut self.description);
        self
    }

    /// One more question; `legend` may hold labels as `{{label}}`.
    pub(super) fn asks(mut self, query: String, legend: impl Into<String>) -> Self {
        self.targets.push(Target {
            query,
            legend: legend.into(),
        });
        self
    }

    /// One more column of a table: a question with a heading and a unit of its own.
    pub(super) fn column(mut self, query: String, heading: &'static str, unit: Unit) -> Self {
        self.columns.push((heading, unit));
        self.asks(query, heading)
    }

    /// A table with a row for each value of one label and a column for each of another.
    pub(super) fn matrix(mut self, row: &'static str, column: &'static str) -> Self {
        self.matrix = Some((row, column));
        self
    }

    /// Which series has which colour.
    pub(super) fn coloured(mut self, colours: Colours) -> Self {
        self.colours = colours;
        self
    }

    /// The colour below the first of the thresholds, and those from each on.
    pub(super) fn turns(
        mut self,
        base: &'static str,
        thresholds: &'static [(f64, &'static str)],
    ) -> Self {
        self.base_colour = base;
        self.thresholds = thresholds;
        self
    }

    /// What is shown where there is nothing.
    pub(super) fn or_else(mut self, no_value: &'static str) -> Self {
        self.no_value = no_value;
        self
    }

    /// Its values may be negative.
    pub(super) fn below_zero(mut self) -> Self {
        self.from_zero = false;
        self
    }

    /// One of its series is drawn below the axis.
    pub(super) fn downwards(mut self, series: &'static str) -> Self {
        self.downwards = Some(series);
        self.below_zero()
    }

    /// Says by how much it changed over the period; more is worse.
    pub(super) fn compares(mut self) -> Self {
        self.compares = true;
        self
    }

    /// Words for 0 and 1.
    pub(super) fn reads(mut self, zero: &'static str, one: &'static str) -> Self {
        self.mappings = json!([{ "type": "value", "options": {
            "0": { "text": zero, "color": "red", "index": 0 },
            "1": { "text": one, "color": "green", "index": 1 },
        }}]);
        self
    }

    /// A period of its own instead of the dashboard's.
    pub(super) fn since(mut self, from: &'static str) -> Self {
        self.time_from = Some(from);
        self
    }

    /// Where it leads, beside the documentation of what it shows.
    pub(super) fn leads_to(mut self, title: &str, url: &str) -> Self {
        self.links.push((title.to_owned(), url.to_owned()));
        self
    }

    /// What to do when the alert on what it shows fires.
    pub(super) fn runbook(self, alert: &str) -> Self {
        self.leads_to(
            &format!("What to do: {alert}"),
            &format!("{DOCUMENTS}/runbooks/{alert}.md"),
        )
    }

    /// Columns of the 24 and rows of the grid that it takes.
    pub(super) fn sized(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    pub(super) const fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Whether all its questions go by the variable.
    pub(super) fn goes_by(&self, variable: &str) -> bool {
        let variable = format!("${variable}\"");
        self.targets
            .iter()
            .all(|target| target.query.contains(&variable))
    }
}
