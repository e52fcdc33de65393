//! What the page tells of itself. Every judgement on it is in [`crate::checks`].

use serde::Deserialize;

/// Everything that can be seen on a page.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Facts {
    pub(crate) panels: Vec<Panel>,
    /// Queries that Prometheus refused, and panels that could not be drawn.
    pub(crate) failures: Vec<String>,
    /// What the browser's console said; the page does not know it.
    #[serde(default)]
    pub(crate) console: Vec<String>,
}

/// What can be seen of a panel.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Panel {
    pub(crate) id: u64,
    pub(crate) title: String,
    pub(crate) kind: String,
    pub(crate) title_boxes: Vec<TextBox>,
    /// Names and values in stats and in bar gauges.
    pub(crate) text_boxes: Vec<TextBox>,
    /// Tables.
    pub(crate) grid_boxes: Vec<TextBox>,
    pub(crate) header_boxes: Vec<TextBox>,
    pub(crate) axes: Vec<Axis>,
    /// The values of a stat or of a bar gauge.
    pub(crate) values: Vec<Shown>,
    /// The cells of a table whose value is not known.
    pub(crate) unknown_cells: Vec<Cell>,
}

/// What a text needs and what it has, in pixels.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct TextBox {
    pub(crate) text: String,
    pub(crate) needs: f64,
    pub(crate) has: f64,
}

/// The labels of an axis, in their order. Some are empty, where a label would overlap.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Axis {
    pub(crate) scale: String,
    pub(crate) labels: Vec<Option<String>>,
}

/// A value and how it is shown.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Shown {
    pub(crate) name: String,
    /// Nothing if it is not known.
    pub(crate) number: Option<f64>,
    /// The number with its unit, or the text that stands for it.
    pub(crate) formatted: String,
    /// The text on the page, with the name.
    pub(crate) shown: String,
    /// As CSS computes them: of texts, and of grounds.
    pub(crate) colours: Vec<String>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Cell {
    /// Its column.
    pub(crate) name: String,
    pub(crate) shown: String,
    pub(crate) colours: Vec<String>,
}
