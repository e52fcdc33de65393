//! The export and the list of one account tell the same of a ticket, whichever of them is read when.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::counters;
use crate::ledger::family::{self, TicketFamily};
use crate::ledger::testing::{gauges_of, plain_change, recount, synced_ledger};
use crate::ledger::{Cell, KeyOrigin, Ledger, RowContext, SeriesSettings, TicketRecord};
use crate::source::Row;
use crate::ticket::{
    MetricSet, Minutes, RowKey, Standing, Status, TicketChange, TicketId, UnixSeconds,
};

/// The first sync has ended, and events count from here on.
const BASELINE: i64 = 1_000;

/// An export leaves out what was written since this many seconds.
const HOLD_BACK: i64 = 60;

/// So many seconds after the latest write of a ticket, no server is behind it any more, and nothing excuses another
/// status than that of the list.
const LIST_IS_CERTAIN: i64 = 130;

/// Writes and polls have a time in half seconds, so that two writes can have the same second, and a poll can come
/// between them.
const HALVES: i64 = 2;

/// One write of the ticket, as Zendesk has it.
#[derive(Clone, Debug)]
struct Version {
    /// In half seconds.
    half: i64,
    /// The second of it, which rows show.
    at: i64,
    updated_at: i64,
    standing: Standing,
    /// How often the ticket was solved and reopened up to this version, since it was created.
    solves: u64,
    reopens: u32,
    status_updated_at: i64,
    /// The metric set that its rows have.
    set: Option<MetricSet>,
}

/// How one write differs from the one before.
#[derive(Clone, Copy, Debug)]
struct Write {
    after_halves: i64,
    standing: Standing,
    /// It leaves `updated_at` as it is.
    is_silent: bool,
    /// Its rows have the metric set of the write before.
    is_set_late: bool,
}

impl Version {
    /// The metric set as of this version.
    fn own_set(&self) -> Option<MetricSet> {
        let Standing::Live(status) = self.standing else {
            return None;
        };
        let full_resolution = Minutes {
            calendar: status.is_done().then_some(7),
            business: None,
        };
        Some(MetricSet {
            full_resolution,
            reopens: Some(self.reopens),
            status_updated_at: Some(UnixSeconds(self.status_updated_at)),
            ..MetricSet::default()
        })
    }

    fn totals(&self) -> [u64; 2] {
        [self.solves, u64::from(self.reopens)]
    }

    fn change(&self, created_at: i64, order_key: RowKey) -> TicketChange {
        TicketChange {
            order_key,
            standing: self.standing,
            created_at: Some(UnixSeconds(created_at)),
            updated_at: Some(UnixSeconds(self.updated_at)),
            metric_set: self.set,
            ..plain_change(1)
        }
    }

    /// The row of an export.
    fn exported(&self, created_at: i64) -> Row {
        Row::Ticket(self.change(created_at, RowKey::Generated(UnixSeconds(self.at))))
    }

    /// The row of the list, or of the list of deleted tickets.
    fn listed(&self, created_at: i64) -> Row {
        let at = UnixSeconds(self.updated_at);
        match self.standing {
            Standing::Live(_) => Row::Ticket(self.change(created_at, RowKey::Updated(at))),
            Standing::Deleted => Row::Deletion {
                id: TicketId(1),
                at,
            },
        }
    }
}

const fn is_done(standing: Standing) -> bool {
    matches!(standing, Standing::Live(status) if status.is_done())
}

/// The versions of a ticket whose first one is written when events begin to count.
fn versions(first: Status, writes: &[Write]) -> Vec<Version> {
    let mut versions = vec![Version {
        half: BASELINE * HALVES,
        at: BASELINE,
        updated_at: BASELINE,
        standing: Standing::Live(first),
        solves: u64::from(first.is_done()),
        reopens: 0,
        status_updated_at: BASELINE,
        set: None,
    }];
    versions[0].set = versions[0].own_set();
    for write in writes {
        let before = versions.last().expect("the first version");
        let half = before.half + write.after_halves;
        let at = half / HALVES;
        let (was, is) = (is_done(before.standing), is_done(write.standing));
        let mut version = Version {
            half,
            at,
            updated_at: if write.is_silent {
                before.updated_at
            } else {
                at
            },
            standing: write.standing,
            solves: before.solves + u64::from(is && !was),
            reopens: before.reopens + u32::from(was && !is),
            status_updated_at: if write.standing == before.standing {
                before.status_updated_at
            } else {
                at
            },
            set: None,
        };
        version.set = if write.is_set_late {
            before.own_set()
        } else {
            version.own_set()
        };
        versions.push(version);
    }
    versions
}

fn any_live() -> impl Strategy<Value = Standing> {
    let statuses = vec![
        Status::Open,
        Status::Pending,
        Status::Solved,
        Status::Closed,
    ];
    prop::sample::select(statuses).prop_map(Standing::Live)
}

fn any_writes(standing: impl Strategy<Value = Standing>) -> impl Strategy<Value = Vec<Write>> {
    let waits = prop_oneof![
        3 => 1i64..10,
        3 => 1i64..90 * HALVES,
        1 => (LIST_IS_CERTAIN * HALVES)..(2 * LIST_IS_CERTAIN * HALVES),
    ];
    let write = (waits, standing, any::<[bool; 2]>());
    let write = write.prop_map(|(after_halves, standing, [is_silent, is_set_late])| Write {
        after_halves,
        standing,
        is_silent,
        is_set_late,
    });
    prop::collection::vec(write, 1..12)
}

/// What a poll asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Export,
    /// The list while an export decides.
    FastLane,
    /// The list while no export can be read.
    List,
}

#[derive(Clone, Copy, Debug)]
struct Poll {
    after_halves: i64,
    source: Source,
    /// How many half seconds the server is behind that answers for the list.
    lag: i64,
    /// The answer comes so many times.
    times: usize,
}

fn any_poll() -> impl Strategy<Value = Poll> {
    let sources = vec![
        Source::Export,
        Source::Export,
        Source::FastLane,
        Source::List,
    ];
    let waits = prop_oneof![1i64..16, 1i64..100 * HALVES];
    let lags = 0i64..10 * HALVES;
    let poll = (waits, prop::sample::select(sources), lags, 1usize..3);
    poll.prop_map(|(after_halves, source, lag, times)| Poll {
        after_halves,
        source,
        lag,
        times,
    })
}

/// A ticket, and how the sources show it.
struct Zendesk {
    versions: Vec<Version>,
    created_at: i64,
    /// Exports hide a ticket that was written in the last minute. Otherwise they show it as it was before.
    exports_hide: bool,
    /// No server that answers for the list is behind.
    lists_keep_up: bool,
}

impl Zendesk {
    fn new(
        first: Status,
        writes: Vec<Write>,
        is_created: bool,
        exports_hide: bool,
        lists_keep_up: bool,
    ) -> Self {
        // An export that shows a ticket as it was can take back a silent change of the status, unless the metric set of
        // the change says when the status changed.
        let timely = |write: Write| Write {
            is_set_late: write.is_set_late && (exports_hide || !write.is_silent),
            ..write
        };
        let last = Write {
            after_halves: 90 * HALVES,
            standing: Standing::Live(Status::Open),
            is_silent: false,
            is_set_late: false,
        };
        let writes: Vec<Write> = writes.into_iter().map(timely).chain([last]).collect();
        Self {
            versions: versions(first, &writes),
            created_at: BASELINE - i64::from(!is_created),
            exports_hide,
            lists_keep_up,
        }
    }

    fn as_of(&self, half: i64) -> Option<&Version> {
        self.versions.iter().rfind(|version| version.half <= half)
    }

    fn shows(&self, poll: Poll, now: i64) -> Option<&Version> {
        // What an export has of a second is complete, because it is a minute old.
        let held_back = (now / HALVES - HOLD_BACK) * HALVES + 1;
        match poll.source {
            Source::Export if self.exports_hide => {
                self.as_of(now).filter(|version| version.half <= held_back)
            }
            Source::Export => self.as_of(held_back),
            Source::FastLane | Source::List if self.lists_keep_up => self.as_of(now),
            Source::FastLane | Source::List => self.as_of(now - poll.lag),
        }
    }
}

/// A ledger and the record of its only ticket.
struct Reader {
    ledger: Ledger,
    record: Option<TicketRecord>,
}

impl Reader {
    fn new() -> Self {
        Self {
            ledger: synced_ledger(SeriesSettings::default()),
            record: None,
        }
    }

    fn read(&mut self, row: &Row, list_is_truth: bool, now: i64) {
        let context = RowContext {
            list_is_truth,
            ..RowContext::at(UnixSeconds(now))
        };
        let stored = self.record.as_ref();
        let applied = match row {
            Row::Ticket(change) => self.ledger.apply(stored, change, context),
            Row::Deletion { id, at } => self.ledger.delete(stored, (*id, *at), context),
        };
        let applied = applied.expect("rows applied to their own records balance");
        self.record = applied.record.or_else(|| self.record.take());
    }

    fn counted(&self, family: TicketFamily) -> u64 {
        let cells = self.ledger.aggregates.cells();
        let cells = cells.filter(|(cell, _)| cell.family() == family);
        cells.map(|(_, value)| value).sum()
    }

    /// The solves and reopens: those before the ticket was adopted, and those that were counted since.
    fn totals_since(&self, base: Option<[u64; 2]>) -> [u64; 2] {
        let [solves, reopens] = base.unwrap_or_default();
        [
            solves + self.counted(family::SOLVED),
            reopens + self.counted(family::REOPENED),
        ]
    }

    fn gauges(&self) -> BTreeMap<Cell, u64> {
        let records = self.record.iter();
        let records = records
            .map(|record| (TicketId(1), record.clone()))
            .collect();
        let gauges = gauges_of(&self.ledger);
        assert_eq!(gauges, recount(&self.ledger, &records));
        gauges
    }
}

proptest! {
    /// Each source shows every version in its order, and anything that came may come again.
    #[test]
    fn rows_of_both_sources_in_any_order_are_worth_those_of_the_export(
        writes in any_writes(prop_oneof![6 => any_live(), 1 => Just(Standing::Deleted)]),
        picks in prop::collection::vec((any::<bool>(), 0usize..4), 60),
        (is_created, list_is_truth) in any::<(bool, bool)>(),
    ) {
        let writes: Vec<Write> = writes
            .into_iter()
            // Two rows with one key have no order but that of their reading.
            .map(|write| Write { is_silent: false, after_halves: write.after_halves.max(HALVES), ..write })
            .collect();
        let versions = versions(Status::Open, &writes);
        let created_at = BASELINE - i64::from(!is_created);
        let mut in_order = Reader::new();
        for version in &versions {
            in_order.read(&version.exported(created_at), false, version.at + HOLD_BACK);
        }
        let mut mixed = Reader::new();
        let now = versions.last().map_or(0, |version| version.at + HOLD_BACK);
        let (mut exported, mut listed) = (0_usize, 0_usize);
        for (is_list, back) in picks {
            let done = if is_list { &mut listed } else { &mut exported };
            // Read from some versions before, once more.
            let from = done.saturating_sub(back);
            *done = (*done + 1).min(versions.len());
            for version in &versions[from..*done] {
                if is_list {
                    mixed.read(&version.listed(created_at), list_is_truth, now);
                } else {
                    mixed.read(&version.exported(created_at), false, now);
                }
            }
        }
        for version in &versions[exported..] {
            mixed.read(&version.exported(created_at), false, now);
        }
        prop_assert_eq!(&mixed.record, &in_order.record);
        prop_assert_eq!(mixed.gauges(), in_order.gauges());
        prop_assert_eq!(counters(&mixed.ledger), counters(&in_order.ledger));
    }

    /// Each poll shows the ticket as it is, an export as it was a minute ago or not at all.
    #[test]
    fn polls_of_any_source_count_no_solve_that_was_none_and_in_the_end_all(
        first in prop::sample::select(vec![Status::Open, Status::Solved]),
        writes in any_writes(any_live()),
        polls in prop::collection::vec(any_poll(), 1..40),
        (is_created, exports_hide, lists_keep_up, ends_with_list) in any::<(bool, bool, bool, bool)>(),
    ) {
        let zendesk = Zendesk::new(first, writes, is_created, exports_hide, lists_keep_up);
        let (versions, created_at) = (&zendesk.versions, zendesk.created_at);
        let last = versions.last().expect("the last version");
        let end = last.half + 2 * HOLD_BACK * HALVES;
        let end_polls = [Source::FastLane, Source::Export].map(|source| Poll { after_halves: end, source, lag: 0, times: 1 });
        let end_polls = if ends_with_list { end_polls } else { [end_polls[1], end_polls[1]] };
        let mut reader = Reader::new();
        let mut now = (BASELINE + HOLD_BACK) * HALVES;
        // What happened to an older ticket before it was adopted is no event.
        let mut base = is_created.then_some([0, 0]);
        for poll in polls.into_iter().chain(end_polls) {
            now = (now + poll.after_halves).min(end);
            let shown = zendesk.shows(poll, now);
            if let Some(version) = shown {
                base.get_or_insert_with(|| version.totals());
                for _ in 0..poll.times {
                    let row = if poll.source == Source::Export { version.exported(created_at) } else { version.listed(created_at) };
                    reader.read(&row, poll.source == Source::List, now / HALVES);
                }
            }
            if let Some(latest) = zendesk.as_of(now - LIST_IS_CERTAIN * HALVES)
                && poll.source == Source::List
                && zendesk.as_of(now).is_some_and(|version| version.half == latest.half)
            {
                let shown = reader.record.as_ref().map(|record| Standing::Live(record.status));
                prop_assert_eq!(shown, Some(latest.standing));
            }
            let [solves, reopens] = zendesk.as_of(now).map_or([0, 0], Version::totals);
            let [solved, reopened] = reader.totals_since(base);
            prop_assert!(solved <= solves && reopened <= reopens, "{} and {} at {}", solved, reopened, now);
            reader.gauges();
        }
        prop_assert_eq!(reader.totals_since(base), last.totals());
        prop_assert_eq!(reader.counted(family::CREATED), u64::from(is_created));
        let mut in_order = Reader::new();
        for version in versions {
            in_order.read(&version.exported(created_at), false, version.at + HOLD_BACK);
        }
        let record = reader.record.as_ref().expect("a record");
        prop_assert_eq!(record.key_origin, KeyOrigin::Generated);
        prop_assert_eq!(record, in_order.record.as_ref().expect("a record"));
        prop_assert_eq!(reader.gauges(), in_order.gauges());
    }
}
