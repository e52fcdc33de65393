//! What the oracle is told of the pages that were served, and what tests ask of it.
//!
//! Only in builds with the feature `oracle`.

use super::{Account, Simulator};
use crate::export::ExportPage;
use crate::faults::Fault;
use crate::oracle::{Carried, OracleSettings, Served};
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

impl Simulator {
    /// What an exporter must show that has kept every answer, as sorted sample lines that are not
    /// zero.
    pub fn expected(&self, account: &str, settings: &OracleSettings) -> String {
        self.settle();
        self.shared.account().oracle.expected(account, settings)
    }

    /// The exporter has kept every answer so far.
    pub fn settle(&self) {
        self.shared.account().oracle.settle();
    }

    /// What must be shown of an exporter that has ended: with its latest answer, and without it,
    /// which it may have ended before it kept. It takes one answer after the other.
    pub fn expected_of_ended(&self, account: &str, settings: &OracleSettings) -> [String; 2] {
        let oracle = self.shared.account().oracle.clone();
        let (mut with, mut without) = (oracle.clone(), oracle);
        with.settle();
        without.lose_latest();
        [with, without].map(|oracle| oracle.expected(account, settings))
    }

    /// The exporter has ended before it kept the latest answer, and kept all before that.
    pub fn lose_latest(&self) {
        self.shared.account().oracle.lose_latest();
    }

    /// The exporter has swept the tickets that were deleted permanently until now, in a walk
    /// that read each row once.
    pub fn sweep_vanished(&self) {
        let mut account = self.shared.account();
        let Account { world, oracle, .. } = &mut *account;
        let is_there = |id| world.ticket(id).is_some();
        let hides = |id: i64| world.spoiled().get(&id).is_some_and(|row| !row.shows_id());
        let without_id = world
            .spoiled()
            .keys()
            .filter(|id| is_there(**id) && hides(**id));
        oracle.sweep_but(without_id.count(), |id| is_there(id) && !hides(id));
    }
}
