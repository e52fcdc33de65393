//! The account itself, whatever an exporter was shown of it: the true numbers, and the gauges.

use super::Oracle;
use super::known::Known;
use super::samples::Samples;
use super::settings::OracleSettings;
use super::true_counts::{TrueCounts, TrueReopens, is_done};
use crate::list::View;
use crate::ticket::SimTicket;
use crate::world::World;

/// What of an account is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// What the exports show after a minute: every ticket that is not deleted.
    ByExport,
    /// What the list shows, and what an exporter has met of the tickets that have left it for the
    /// archive.
    ByList,
}

impl Oracle {
    /// The true numbers until the rows that were kept. What is counted is never more, and as much once
    /// every ticket's latest metric set has come.
    pub const fn true_counts_as_read(&self) -> TrueCounts {
        self.true_counts
    }

    /// The true numbers until now.
    pub fn true_counts(&self, world: &World) -> TrueCounts {
        let mut counts = self.true_counts;
        for (id, ticket) in world.by_id() {
            match self.known.get(&id) {
                Some(known) => counts.add(known.true_counts_until(ticket)),
                None if self
                    .baseline
                    .is_some_and(|since| ticket.created_at >= since) =>
                {
                    let sides = is_done(ticket.status).map(|is_done| (false, is_done));
                    let created = TrueReopens::default();
                    counts
                        .add(sides.map_or_else(TrueCounts::default, |sides| {
                            created.until(ticket, sides)
                        }));
                }
                None => {}
            }
        }
        counts
    }

    /// The gauges of the account as it is now, as sorted sample lines that are not zero.
    pub fn account_gauges(
        &self,
        world: &World,
        seen: Seen,
        account: &str,
        settings: &OracleSettings,
    ) -> String {
        let mut gauges = Samples::default();
        let mut add = |ticket: &SimTicket| {
            Known::found(ticket.clone()).gauge(&settings.tags, &mut gauges);
        };
        let view = View::of(world);
        for (id, ticket) in world.by_id() {
            let was_met = || self.known.get(&id).is_some_and(Known::is_live);
            if seen == Seen::ByExport || view.lists(ticket) || was_met() {
                add(ticket);
            }
        }
        // The list tells nothing of a closed ticket that is deleted out of the archive.
        if seen == Seen::ByList {
            let kept = self
                .known
                .iter()
                .filter(|(_, known)| known.is_live() && known.is_closed());
            for (id, known) in kept {
                let is_gone = world.ticket(*id).is_none_or(|ticket| {
                    ticket
                        .deletion
                        .is_some_and(|deletion| deletion.from_archive)
                });
                if is_gone {
                    add(&known.row);
                }
            }
        }
        gauges.shown(account, settings)
    }
}
