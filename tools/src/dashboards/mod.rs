//! The Grafana dashboards, put together from the catalogue.
//!
//! PURE. `dashboards/*.json` is rendered from here, and a test fails when the two differ:
//! `make generate`. A query is made of [`Family`] values, so that
//! it can name no metric that is not there, and has the matchers of every variable that its metric
//! knows. To change a panel, change it in `support` or `exporter`.
//!
//! [`Family`]: zendesk_exporter::metrics::catalog::Family

mod query;

mod palette;

mod look;

mod panel;

mod board;

mod support;

mod exporter;

#[cfg(test)]
mod tests;

/// The files of the directory `dashboards` and what is in them.
pub fn files() -> [(&'static str, String); 2] {
    [
        ("zendesk-support.json", text(&support::board())),
        ("zendesk-exporter.json", text(&exporter::board())),
    ]
}

fn text(board: &board::Board) -> String {
    format!("{:#}\n", board.json())
}
