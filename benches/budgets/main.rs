//! Measures what has a budget. Prints medians, and ratios where the speed of the machine matters.
//!
//! `BENCH_TICKETS` sets the size of the ledger (default 1,000,000), `BENCH_ACCOUNTS` the number of
//! accounts in one process (default 200).

mod accounts;
mod lane;
mod program;

mod ledger;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use serde::de::IgnoredAny;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_exporter::ledger::{
    Backlog, Dictionaries, Dimension, Entry, LabelValues, OpenSet, SeriesSettings, Waiting, family,
};
use zendesk_exporter::metrics::{
    AccountState, ExporterMetrics, Exposition, FamilyLines, NewSeries, Snapshot, Words,
};
use zendesk_exporter::source::{AuthMethod, SourceKind, SourceReason};
use zendesk_exporter::ticket::{Priority, Status, TicketId, TicketType, UnixSeconds};
use zendesk_exporter::zendesk::{TagsAndFields, decode};
use zendesk_simulator::export::{Filter, cursor_page};
use zendesk_simulator::life::{Life, Rates};
use zendesk_simulator::render::{MetricSets, cursor_body};
use zendesk_simulator::world::World;

const NOW: i64 = 1_790_000_000;

fn main() {
    let clock = SystemClock::new();
    // First, because its memory must not be memory that other measurements have released.
    backlogs(&clock);
    decoding(&clock);
    scrapes(&clock);
    ledger::ledger(&clock, size("BENCH_TICKETS").unwrap_or(1_000_000));
    accounts::accounts(&clock, size("BENCH_ACCOUNTS").unwrap_or(200));
    lane::lane(&clock);
}

/// The size that a variable sets, if it does.
fn size<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The median of some runs.
fn median(clock: &SystemClock, runs: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let began = clock.now().monotonic;
            work();
            clock.now().monotonic - began
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1024.0 / 1024.0)
}

fn report(what: &str, budget: &str, measured: &str) {
    println!("{what:<58} {measured:>26}   budget {budget}");
}

fn decoding(clock: &SystemClock) {
    let mut world = World::new(NOW);
    let quiet = Rates {
        tickets_per_day: 0.0,
    };
    Life::new(1, quiet, &world).furnish(&mut world, 1_100);
    let page = cursor_page(&world, (0, 0), 1_000, Filter::default());
    let body = cursor_body(&page, 1_000, MetricSets::Inside).to_string();
    let body = body.as_bytes();
    let ours = median(clock, 300, || {
        let page = decode(body, SourceKind::Cursor, &TagsAndFields::default()).expect("a page");
        assert_eq!(page.rows.len(), 1_000);
    });
    let skipping = median(clock, 300, || {
        serde_json::from_slice::<IgnoredAny>(body).expect("JSON");
    });
    let ratio = skipping.as_secs_f64() / ours.as_secs_f64();
    let size = body.len() as f64 / 1e6;
    report(
        &format!("decode 1,000 tickets ({size:.2} MB), to skipping them"),
        ">= 0.55",
        &format!("{ratio:.2} ({ours:.2?})"),
    );
}

fn scrapes(clock: &SystemClock) {
    for series in [2_000u64, 20_000] {
        let cells = (0..series).map(|index| {
            let pick = |all: usize, by: u64| usize::try_from(index / by).expect("small") % all;
            let channel = 2 + u16::try_from(index / 252).expect("small");
            let labels = LabelValues::default()
                .with(Dimension::Status, Status::ALL[pick(7, 1)])
                .with(Dimension::Priority, Priority::ALL[pick(6, 7)])
                .with(Dimension::Type, TicketType::ALL[pick(6, 42)])
                .with(Dimension::Channel, channel);
            (family::TICKETS.cell(&labels), index)
        });
        let (settings, mut dictionaries) = (SeriesSettings::default(), Dictionaries::new(128));
        for number in 2..100u16 {
            dictionaries.restore(Entry {
                set: OpenSet::Channel,
                number,
                value: format!("native_messaging_{number}"),
                shown: true,
            });
        }
        let words = Words {
            dictionaries: &dictionaries,
            settings: &settings,
        };
        let lines = Arc::new(FamilyLines::of_cells(
            "acme",
            cells,
            words,
            &NewSeries::default(),
        ));
        let state = AccountState {
            source: (SourceKind::Cursor, SourceReason::Configured),
            verified_at: None,
            up: Some(true),
            last_success: None,
            data_timestamp: None,
            initial_sync_complete: true,
            initial_sync_ratio: 1.0,
            resync_ratio: Some(1.0),
            vanished_tickets: 0,
            sweeps_refused: 0,
            state_tickets: 0,
            state_size_bytes: 0,
            state_created: UnixSeconds(NOW),
            counters_restarted: UnixSeconds(NOW),
            business_hours_differ: false,
            token_expires_at: None,
            auth_method: AuthMethod::AccessToken,
        };
        let exporter = ExporterMetrics::new(UnixSeconds(NOW));
        let _counting = exporter.for_account("acme", &[], &SeriesSettings::default());
        let snapshot = Snapshot::new("acme", &state, Some(lines));
        let exposition = Exposition::new(vec![Arc::new(ArcSwap::from_pointee(snapshot))], exporter);
        let took = median(clock, 300, || {
            assert!(exposition.encode().len() > 100_000);
        });
        let budget = if series == 2_000 {
            "<= 1 ms"
        } else {
            "<= 5 ms"
        };
        report(
            &format!("body of a scrape, {series} series"),
            budget,
            &format!("{took:.2?}"),
        );
    }
}

/// Measures what is done every ten seconds. The budget is the 0.2 % of a core of an idle exporter. The
/// reference is a simple loop over as many times.
fn backlogs(clock: &SystemClock) {
    let mut kept = Vec::new();
    for tickets in [20_000i64, 100_000] {
        let before = resident_bytes();
        let mut backlog = Backlog::default();
        for id in 1..=tickets {
            backlog.apply(TicketId(id * 100), Some(&waiting(id)));
        }
        let each = (resident_bytes() - before) / tickets as f64;
        let moments: Vec<i64> = (0..tickets).map(|id| NOW - id).collect();
        let plain = median(clock, 100, || {
            let oldest = std::hint::black_box(&moments).iter().min();
            assert!(std::hint::black_box(oldest).is_some());
        });
        let mut now = NOW;
        let took = median(clock, 100, || {
            now += 10;
            let view = backlog.view(UnixSeconds(now));
            let lines = FamilyLines::of_backlog("acme", &view, |_, _| "");
            std::hint::black_box(&lines);
        });
        report(
            &format!("view and render {tickets} unsolved (plain walk: {plain:.0?})"),
            "<= 20 ms in 10 s",
            &format!("{took:.2?}, {each:.0} bytes each"),
        );
        kept.push(backlog);
    }
}

fn waiting(id: i64) -> Waiting {
    let mix = id.wrapping_mul(0x9e37_79b9);
    let pick =
        |all: usize, shift: u32| usize::try_from((mix >> shift) & 0xffff).expect("small") % all;
    Waiting {
        cell: family::UNSOLVED.cell(
            &LabelValues::default()
                .with(Dimension::Status, Status::ALL[pick(4, 1)])
                .with(Dimension::Priority, Priority::ALL[pick(5, 3)]),
        ),
        stated_at: UnixSeconds(NOW),
        created_at: Some(UnixSeconds(NOW - (mix & 0xff_ffff))),
        updated_at: Some(UnixSeconds(NOW - (mix & 0xffff))),
        due_at: None,
        assigned: pick(3, 5) > 0,
        unreplied: pick(3, 7) > 0,
        sla: Vec::new(),
    }
}

fn resident_bytes() -> f64 {
    resident_bytes_of("self")
}

/// Resident memory of a process by its id.
fn resident_bytes_of(process: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    kib * 1024.0
}
