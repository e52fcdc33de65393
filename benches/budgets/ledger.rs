//! One ledger of many tickets.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;
use zendesk_exporter::clock::{Clock as _, SystemClock};
use zendesk_exporter::ledger::{AnswerTime, PageRead, SeriesSettings, Walk};
use zendesk_exporter::metrics::{FamilyLines, NewSeries, Words};
use zendesk_exporter::source::{Cursor, Page, Position, Row, SourceKind};
use zendesk_exporter::state::State;
use zendesk_exporter::state::sqlite::Sqlite;
use zendesk_exporter::ticket::RowKey;
use zendesk_exporter::ticket::{
    Channel, PerSet, Priority, Reference, Score, Standing, Status, SupportType, TagSet,
    TicketChange, TicketId, TicketType, UnixSeconds,
};

use super::{NOW, median, megabytes, report, resident_bytes};

const CHANNELS: [&str; 8] = [
    "email", "web", "api", "chat", "voice", "whatsapp", "mobile", "sms",
];

pub(crate) fn ledger(clock: &SystemClock, tickets: i64) {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("bench.sqlite");
    let open = || {
        let file = Sqlite::open(&path).expect("a file");
        let opened = State::open(file, "bench", SeriesSettings::default(), UnixSeconds(NOW));
        opened.expect("opens").0
    };
    let mut state = open();
    let began = clock.now().monotonic;
    for first in (1..=tickets).step_by(10_000) {
        let rows = (first..first + 10_000)
            .map(|id| change(id, NOW - 2 * tickets + id))
            .collect();
        apply(&mut state, rows, first + 10_000 > tickets);
    }
    let filled = clock.now().monotonic - began;
    println!("filled a ledger with {tickets} tickets in {filled:.1?}");

    let mut key = NOW - tickets;
    let mut random = fastrand::Rng::with_seed(1);
    let mut pages = |state: &mut State, recent: bool| {
        median(clock, 60, || {
            let rows = (0..1_000)
                .map(|_| {
                    key += 1;
                    let oldest = if recent { tickets - 20_000 } else { 1 };
                    change(random.i64(oldest.max(1)..=tickets), key)
                })
                .collect();
            apply(state, rows, true);
        })
    };
    let recent = pages(&mut state, true);
    report(
        "apply and commit 1,000 changes, recent ids",
        "<= 10 ms",
        &format!("{recent:.2?}"),
    );
    let spread = pages(&mut state, false);
    report(
        "apply and commit 1,000 changes, all ids",
        "<= 50 ms",
        &format!("{spread:.2?}"),
    );
    render(clock, &state);
    report(
        "resident memory",
        "<= 40 MB at 1M",
        &megabytes(resident_bytes()),
    );

    drop(state);
    let size = fs::metadata(&path).expect("there").len() as f64 / tickets as f64;
    // The tickets have no metric set, as in all earlier runs, so that the figure can be compared. So the
    // records hold neither a number of reopens nor a time of the solve, which come from one.
    report(
        "state on disk, per ticket",
        "<= 48 bytes",
        &format!("{size:.1} bytes"),
    );
    starts(clock, &path, open);
}

fn starts(clock: &SystemClock, path: &Path, open: impl Fn() -> State) {
    let read_backlog = || {
        let mut state = open();
        assert!(!state.backlog().expect("readable").is_empty());
    };
    let started = median(clock, 11, read_backlog);
    report(
        "open the state, read the backlog (no runtime)",
        "<= 300 ms",
        &format!("{started:.2?}"),
    );
    left_by_schema_3(path);
    let started = median(clock, 1, read_backlog);
    report(
        "the same, at the first start after an upgrade",
        "<= 300 ms",
        &format!("{started:.2?}"),
    );
}

/// Says of a state that schema 3 wrote it. What else differs does not count: a start does not touch the
/// records, and reads the resync in `meta` in either form.
#[expect(
    clippy::disallowed_methods,
    reason = "the state of an older version is made here"
)]
fn left_by_schema_3(path: &Path) {
    let state = Connection::open(path).expect("a state");
    let written = state.pragma_update(None, "user_version", 3);
    written.expect("the schema is written");
}

fn render(clock: &SystemClock, state: &State) {
    let render = median(clock, 100, || {
        let words = Words {
            dictionaries: state.dictionaries(),
            settings: state.aggregates().settings(),
        };
        FamilyLines::of_cells(
            "acme",
            state.aggregates().shown_cells(),
            words,
            &NewSeries::default(),
        );
    });
    report(
        "render the ticket lines",
        "(part of 25 ms a page)",
        &format!("{render:.2?}"),
    );
}

fn change(id: i64, key: i64) -> TicketChange {
    let mix = id.wrapping_mul(0x9e37_79b9) ^ key;
    let pick =
        |all: usize, shift: u32| usize::try_from((mix >> shift) & 0xffff).expect("small") % all;
    let unsolved = id % 50 == 0;
    TicketChange {
        id: TicketId(id),
        order_key: RowKey::Generated(UnixSeconds(key)),
        standing: Standing::Live(if unsolved {
            Status::ALL[pick(4, 1)]
        } else {
            Status::ALL[4 + pick(2, 1)]
        }),
        created_at: Some(UnixSeconds(key - 86_400)),
        updated_at: Some(UnixSeconds(key - 2)),
        due_at: None,
        priority: Priority::ALL[pick(5, 3)],
        ticket_type: TicketType::ALL[pick(5, 5)],
        channel: Channel::from_static(CHANNELS[pick(8, 7)]),
        support_type: SupportType::Agent,
        references: PerSet([
            Reference::Id(i64::try_from(pick(40, 2)).expect("small")),
            Reference::Id(1),
            Reference::Id(2),
            Reference::Id(3),
        ]),
        assigned: true,
        score: Score::None,
        metric_set: None,
        sla: None,
        tags: TagSet::default(),
        fields: Vec::new(),
    }
}

fn apply(state: &mut State, changes: Vec<TicketChange>, end_of_stream: bool) {
    let page = Page {
        source: SourceKind::Cursor,
        rows: changes.into_iter().map(Row::Ticket).collect(),
        rejected: Vec::new(),
        is_last_rejected: false,
        end_of_stream,
        next: Some(Position::Cursor(Cursor("bench".to_owned()))),
    };
    state
        .apply(&PageRead {
            walk: Walk::Main,
            page,
            time: AnswerTime::agreed(UnixSeconds(NOW)),
        })
        .expect("a page applies");
}
