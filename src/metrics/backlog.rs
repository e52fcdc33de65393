//! The lines of the families that depend on the clock.
//!
//! PURE. Made of a [`View`] of the unsolved tickets, not of cells, and made anew every few seconds.

use super::catalog::{self, Family};
use super::text::write_sample;
use super::tickets::TicketLines;
use crate::ledger::{AGES, LabelValue, OpenSet, Owner, View};
use crate::ticket::{NamedSet, UnixSeconds};

impl TicketLines {
    /// Renders what the unsolved tickets of an account show. `name` gives the words of `group` and
    /// `brand`, and is asked only if they are shown.
    pub fn of_backlog<'a>(
        account: &str,
        view: &View,
        name: impl Fn(OpenSet, LabelValue) -> &'a str,
    ) -> Self {
        let mut writer = Writer {
            account,
            name,
            families: FAMILIES.map(|family| (family, String::new())),
        };
        for (place, shown) in &view.places {
            let labels = [place.status.label(), place.priority.label()];
            for (age, count) in AGES.into_iter().zip(shown.ages) {
                let labels = [labels[0], labels[1], age];
                writer.count(catalog::UNSOLVED.family(), &labels, place.owner, count);
            }
            for (family, time) in [
                (catalog::OLDEST_UNSOLVED.family(), shown.oldest_created),
                (catalog::OLDEST_UNASSIGNED.family(), shown.oldest_unassigned),
                (catalog::STALEST_UNSOLVED.family(), shown.stalest_updated),
            ] {
                writer.time(family, &labels, place.owner, time);
            }
        }
        for ((priority, owner), shown) in &view.priorities {
            let labels = [priority.label()];
            writer.time(
                catalog::OLDEST_UNREPLIED.family(),
                &labels,
                *owner,
                shown.oldest_unreplied,
            );
            writer.count(catalog::OVERDUE.family(), &labels, *owner, shown.overdue);
        }
        for (place, shown) in &view.slas {
            let labels = [place.metric.label(), place.priority.label()];
            let owner = place.owner;
            writer.count(
                catalog::SLA_BREACHED.family(),
                &labels,
                owner,
                shown.breached,
            );
            writer.time(
                catalog::SLA_NEXT_BREACH.family(),
                &labels,
                owner,
                shown.next_breach,
            );
        }
        Self::of(writer.families.into())
    }
}

/// The families that are made of a view.
const FAMILIES: [&Family; 8] = [
    catalog::UNSOLVED.family(),
    catalog::OLDEST_UNSOLVED.family(),
    catalog::OLDEST_UNASSIGNED.family(),
    catalog::OLDEST_UNREPLIED.family(),
    catalog::STALEST_UNSOLVED.family(),
    catalog::OVERDUE.family(),
    catalog::SLA_BREACHED.family(),
    catalog::SLA_NEXT_BREACH.family(),
];

struct Writer<'n, F> {
    account: &'n str,
    name: F,
    families: [(&'static Family, String); FAMILIES.len()],
}

impl<'a, F: Fn(OpenSet, LabelValue) -> &'a str> Writer<'_, F> {
    fn count(&mut self, family: &'static Family, labels: &[&str], owner: Owner, count: u64) {
        // Counts stay far below 2^53, where f64 begins to round.
        self.write(family, labels, owner, count as f64);
    }

    /// Writes a time, if there is anything to date: never 0.
    fn time(
        &mut self,
        family: &'static Family,
        labels: &[&str],
        owner: Owner,
        time: Option<UnixSeconds>,
    ) {
        if let Some(time) = time {
            self.write(family, labels, owner, time.0 as f64);
        }
    }

    fn write(&mut self, family: &'static Family, labels: &[&str], owner: Owner, value: f64) {
        let name = &self.name;
        let group = owner
            .group
            .map(|value| ("group", name(OpenSet::Named(NamedSet::Group), value)));
        let brand = owner
            .brand
            .map(|value| ("brand", name(OpenSet::Named(NamedSet::Brand), value)));
        let owner = group.into_iter().chain(brand);
        let known = self.families.iter_mut().find(|(known, _)| *known == family);
        if let Some((family, lines)) = known {
            write_sample(lines, family, self.account, labels, owner, value);
        }
    }
}
