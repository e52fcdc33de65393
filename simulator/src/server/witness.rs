//! What the oracle is told of the pages that were served.
//!
//! Only in builds with the feature `oracle`.

use crate::export::ExportPage;
use crate::faults::Fault;
use crate::oracle::{Carried, Served};
use crate::render::{MetricSets, SideLoads};
use crate::world::World;

/// The page as the oracle takes it; `None` for one that cannot be read to its end or does not say
/// where it leads, which proves nothing.
pub(super) fn served(
    asked: &str,
    page: &ExportPage<'_>,
    side_loads: SideLoads,
    fault: Option<Fault>,
    world: &World,
) -> Option<Served> {
    let is_spoiled = matches!(
        fault,
        Some(
            Fault::Truncated
                | Fault::EndsEarly
                | Fault::SlowDrip
                | Fault::NoEndOfStream
                | Fault::Stuck
                | Fault::NullPosition
        )
    );
    (!is_spoiled).then(|| Served {
        asked: asked.to_owned(),
        leads_to: page
            .after_cursor
            .clone()
            .or_else(|| page.end_time.map(|time| time.to_string())),
        rows: page
            .rows
            .iter()
            .filter(|(id, _)| world.spoiled().get(id).is_none_or(|row| row.is_readable()))
            .map(|(id, row)| (*id, (*row).clone()))
            .collect(),
        carried: Carried {
            metric_sets: side_loads.metric_sets != MetricSets::None,
            slas: side_loads.slas,
        },
        end_of_stream: page.end_of_stream,
        date: world.now(),
    })
}
