//! One panel: what it asks, and how it is drawn.

mod drawing;

mod overrides;

mod matrix;

mod table;

use std::borrow::Cow;

use serde_json::{Value, json};

use super::look::{Shape, Unit};
use super::palette::Colours;
use zendesk_exporter::metrics::catalog::Family;

pub(super) use drawing::datasource;
pub(super) use matrix::Matrix;

/// Where the documentation of what the panels name is read.
pub(super) const DOCUMENTS: &str =
    "https://github.com/zendesk-exporter/zendesk-exporter/blob/main/docs";

/// The number that stands for an exporter that cannot be scraped.
const DOWN: &str = "-1";

/// From which value on which colour.
pub(super) type Thresholds = &'static [(f64, &'static str)];

/// One question to Prometheus.
#[derive(Debug)]
struct Target {
    query: String,
    legend: String,
    /// What its numbers are of and how they are judged, where that is not as in the rest of the panel.
    look: Option<Look>,
    /// Heads a column of a table.
    heading: Option<&'static str>,
}

/// What numbers are of, and how they are judged.
#[derive(Debug)]
struct Look {
    unit: Unit,
    base_colour: &'static str,
    thresholds: Thresholds,
    /// Words for 0 and 1, and for a dead exporter.
    states: Option<(&'static str, &'static str)>,
}

/// Where a panel stands, and what its dashboard has to say about it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: usize,
    pub(super) x: u32,
    pub(super) y: u32,
    /// Ends the description.
    pub(super) note: String,
}

/// A panel in the making.
#[derive(Debug)]
pub(super) struct Panel {
    title: Cow<'static, str>,
    description: String,
    shape: Shape,
    look: Look,
    targets: Vec<Target>,
    colours: Colours,
    /// One colour, in shades, for all of its series.
    shades: Option<&'static str>,
    no_value: Cow<'static, str>,
    time_from: Option<&'static str>,
    links: Vec<(String, String)>,
    /// Where its rows or bars lead, by account.
    account_links: bool,
    sort: Vec<(&'static str, bool)>,
    matrix: Option<Matrix>,
    size: (u32, u32),
    from_zero: bool,
    soft_max: Option<f64>,
    downwards: Option<&'static str>,
    has_long_names: bool,
    family: Option<&'static str>,
}

impl Panel {
    /// A panel without a question yet.
    pub(super) fn new(shape: Shape, title: impl Into<Cow<'static, str>>, unit: Unit) -> Self {
        Self {
            title: title.into(),
            description: String::new(),
            size: shape.size(),
            shape,
            look: Look::plain(unit),
            targets: Vec::new(),
            colours: &[],
            shades: None,
            no_value: "No data".into(),
            time_from: None,
            links: Vec::new(),
            account_links: false,
            sort: Vec::new(),
            matrix: None,
            from_zero: true,
            soft_max: None,
            downwards: None,
            has_long_names: false,
            family: None,
        }
    }

    /// What a reader who sees it for the first time wants to know.
    pub(super) fn says(mut self, description: &str) -> Self {
        description.clone_into(&mut self.description);
        self
    }

    /// The family that it is about, where its first question begins with another one.
    pub(super) fn about(mut self, family: &Family) -> Self {
        self.family = Some(family.name);
        self
    }

    /// One more question; `legend` may hold labels as `{{label}}`.
    pub(super) fn asks(mut self, query: String, legend: impl Into<String>) -> Self {
        self.targets.push(Target {
            query,
            legend: legend.into(),
            look: None,
            heading: None,
        });
        self
    }

    /// One more question whose answer is something else than that of the first one.
    pub(super) fn also(mut self, query: String, legend: impl Into<String>, unit: Unit) -> Self {
        self = self.asks(query, legend);
        self.latest_target().look = Some(Look::plain(unit));
        self
    }

    /// One more column of a table: a question with a heading and a unit of its own.
    pub(super) fn column(mut self, query: String, heading: &'static str, unit: Unit) -> Self {
        self = self.also(query, heading, unit);
        self.latest_target().heading = Some(heading);
        self
    }

    /// A column of words: a label that only this question has. Its value is not shown.
    pub(super) fn label_column(self, query: String) -> Self {
        self.asks(query, "")
    }

    fn latest_target(&mut self) -> &mut Target {
        self.targets
            .last_mut()
            .expect("a question was asked before")
    }

    /// The look of the latest question if it has one of its own, else that of the panel.
    fn latest_look(&mut self) -> &mut Look {
        let own = self.targets.last_mut().and_then(|it| it.look.as_mut());
        own.unwrap_or(&mut self.look)
    }

    /// Says what 0 and 1 of the latest question mean.
    pub(super) fn reads(mut self, zero: &'static str, one: &'static str) -> Self {
        self.latest_look().states = Some((zero, one));
        self
    }

    /// The colour below the first of the thresholds, and those from each on, of the latest question.
    pub(super) fn turns(mut self, base: &'static str, thresholds: Thresholds) -> Self {
        let look = self.latest_look();
        look.base_colour = base;
        look.thresholds = thresholds;
        self
    }

    /// A table with a row for each value of one label and a column for each of another.
    pub(super) const fn matrix(mut self, matrix: Matrix) -> Self {
        self.matrix = Some(matrix);
        self
    }

    /// Which rows of a table come first: by these columns, the greatest first where that is `true`.
    pub(super) fn sorted_by(mut self, columns: &[(&'static str, bool)]) -> Self {
        self.sort = columns.to_vec();
        self
    }

    /// Which series has which colour.
    pub(super) fn coloured(mut self, colours: Colours) -> Self {
        self.colours = colours;
        self
    }

    /// All series in shades of one colour.
    pub(super) fn shaded(mut self, colour: &'static str) -> Self {
        self.shades = Some(colour);
        self
    }

    /// What is shown where there is nothing.
    pub(super) fn or_else(mut self, no_value: impl Into<Cow<'static, str>>) -> Self {
        self.no_value = no_value.into();
        self
    }

    /// Its values may be negative.
    pub(super) fn below_zero(mut self) -> Self {
        self.from_zero = false;
        self
    }

    /// The axis goes up to this at least, so that nothing at all is not drawn at full height.
    pub(super) fn up_to(mut self, value: f64) -> Self {
        self.soft_max = Some(value);
        self
    }

    /// The names of its series are long: they are listed below the plot, of which they would take half.
    pub(super) const fn named_below(mut self) -> Self {
        self.has_long_names = true;
        self
    }

    /// One of its series is drawn below the axis.
    pub(super) fn downwards(mut self, series: &'static str) -> Self {
        self.downwards = Some(series);
        self.below_zero()
    }

    /// A period of its own instead of the dashboard's; its title says so.
    pub(super) fn since(mut self, from: &'static str) -> Self {
        self.time_from = Some(from);
        self
    }

    /// Where it leads, beside the documentation of what it shows.
    pub(super) fn leads_to(mut self, title: &str, url: &str) -> Self {
        self.links.push((title.to_owned(), url.to_owned()));
        self
    }

    /// Each account leads to its tickets and to its exporter.
    pub(super) fn leads_by_account(mut self) -> Self {
        self.account_links = true;
        self
    }

    /// What to do when the alert on what it shows fires.
    pub(super) fn runbook(self, alert: &str) -> Self {
        self.leads_to(
            &format!("Runbook: {alert}"),
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

impl Look {
    const fn plain(unit: Unit) -> Self {
        Self {
            unit,
            base_colour: "text",
            thresholds: &[],
            states: None,
        }
    }

    fn steps(&self) -> Value {
        let mut steps = vec![json!({ "color": self.base_colour, "value": null })];
        let turns = self.thresholds.iter();
        steps.extend(turns.map(|(value, color)| json!({ "color": color, "value": value })));
        json!({ "mode": "absolute", "steps": steps })
    }
}
