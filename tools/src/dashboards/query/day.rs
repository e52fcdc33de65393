//! What happened within a day, asked again at each point: a window that rolls over the graph.
//!
//! A percentile of three tickets is noise, and so is a share. Where fewer than [`FLOOR`] were observed, nothing is shown.

use super::{buckets, increase, observations, observed, share, sum, sum_by};
use zendesk_exporter::metrics::catalog::Family;

/// The width of the window.
pub(in super::super) const DAY: &str = "1d";

/// So many observations say something.
const FLOOR: u32 = 5;

/// What is asked, where so much was counted.
pub(in super::super) fn enough(query: &str, counted: &str) -> String {
    format!("{query} and on () {counted} >= {FLOOR}")
}

/// A quantile of what a histogram observed in a day.
pub(in super::super) fn quantile(quantile: &str, family: &Family) -> String {
    let by_bucket = sum_by("le", &increase(&buckets(family), DAY));
    enough(
        &format!("histogram_quantile({quantile}, {by_bucket})"),
        &sum(&increase(&observations(family), DAY)),
    )
}

/// The mean of it.
pub(in super::super) fn mean(family: &Family) -> String {
    let count = sum(&increase(&observations(family), DAY));
    enough(
        &share(&sum(&increase(&observed(family), DAY)), &count),
        &count,
    )
}

/// The share that a part has of what was counted in a day.
pub(in super::super) fn share_of_day(part: &str, whole: &str) -> String {
    let whole = sum(&increase(whole, DAY));
    enough(&share(&sum(&increase(part, DAY)), &whole), &whole)
}
