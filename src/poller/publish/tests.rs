use super::*;
use crate::ledger::testing::plain_change;
use crate::ledger::{AnswerTime, PageRead, SeriesSettings, Walk};
use crate::metrics::catalog;
use crate::schedule::{ListPacing, Pacing, Retry};
use crate::source::{ArchivedTickets, Page, Row, SourceChoice, SourceKind};
use crate::state::memory::InMemory;
use crate::walk::WalkSettings;

fn settings() -> PollerSettings {
    let second = Duration::from_secs(1);
    PollerSettings {
        account: "acme".to_owned(),
        pacing: Pacing {
            requests_per_minute: 8,
            poll_interval: second,
            page_size: 1_000,
            retry: Retry {
                initial: second,
                maximum: second,
            },
            replay_every: None,
            resync: None,
            list: ListPacing::DEFAULT,
        },
        source: SourceChoice::Cursor,
        archive: ArchivedTickets::Totals,
        walks: WalkSettings {
            source: SourceKind::Cursor,
            start_time: UnixSeconds(0),
            replay_window: second,
        },
        request_timeout: second,
        hold_new_series: Duration::ZERO,
        seed: 1,
    }
}

const fn at(account_seconds: i64) -> Now {
    Now {
        account: UnixSeconds(account_seconds),
        monotonic: Duration::ZERO,
    }
}

fn read(tickets: std::ops::Range<i64>, now: i64) -> PageRead {
    PageRead {
        walk: Walk::Main,
        page: Page {
            source: SourceKind::Cursor,
            rows: tickets.map(plain_change).map(Row::Ticket).collect(),
            rejected: Vec::new(),
            is_last_rejected: false,
            end_of_stream: true,
            next: None,
        },
        time: AnswerTime::agreed(UnixSeconds(now)),
    }
}

#[test]
fn nothing_of_a_page_that_could_not_be_stored_is_shown() {
    let (memory, series) = (InMemory::default(), SeriesSettings::default());
    let opened = State::open(memory.clone(), "acme", series, UnixSeconds(0));
    let (mut state, _) = opened.expect("opens");
    state.apply(&read(0..3, 5_000)).expect("the first page");
    let mut publisher = Publisher::new(
        &settings(),
        AuthMethod::AccessToken,
        SharedFindings::default(),
        &state,
    );
    publisher.on_success(UnixSeconds(5_000));
    let shown = |snapshot: &Snapshot| {
        [&catalog::TICKETS, &catalog::DATA_TIMESTAMP, &catalog::UP]
            .map(|family| snapshot.lines(family).to_owned())
    };
    let before = shown(&publisher.snapshot(&state, at(5_000), true));

    memory.fill();
    let failed = state.apply(&read(0..3_000, 9_000));
    assert!(failed.is_err());
    let problem = Problem {
        at: UnixSeconds(9_000),
        reason: "state",
        message: String::new(),
        advice: None,
        is_over: false,
    };
    publisher.on_problem(problem, true);
    let [tickets, data_timestamp, up] = shown(&publisher.snapshot(&state, at(9_000), false));
    assert_eq!([tickets, data_timestamp], before[..2]);
    assert_eq!(up, "zendesk_up{account=\"acme\"} 0\n");
}
