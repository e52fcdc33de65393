//! Clocks that are wrong: this machine's, and those of single answers. Nothing is lost, nothing is
//! asked for again and again, and nothing is dated later than it is.

mod dates;

mod machine;

use proptest::prelude::*;

use super::*;
use crate::metrics::Exposition;
use zendesk_simulator::OracleSettings;

const HOUR: Duration = Duration::from_secs(3600);
const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 24 * 3600;
const YEARS_SECONDS: i64 = 2 * 365 * DAY_SECONDS;
/// Long enough for a replay.
const A_WHILE: Duration = Duration::from_secs(70 * 60);
const BOTH: [SourceKind; 2] = [SourceKind::Cursor, SourceKind::Time];

/// A busy desk of a thousand tickets. Zendesk's limit is our budget, so that a request that is
/// counted in the wrong minute is refused.
fn busy_desk() -> Setting {
    Setting {
        tickets: 1_000,
        tickets_per_day: 1_500.0,
        requests_per_minute: 6,
        limit: 6,
        answer_time: Duration::from_millis(300),
        ahead: 0,
        resync: None,
    }
}

/// Reads the busy desk on a machine whose clock shows so many seconds more than it should.
fn desk(kind: SourceKind, wall_off: i64) -> Run {
    let run = start_at(&busy_desk(), kind, NOW + wall_off);
    run.source.lock().oracle = Some(Oracle::default());
    run
}

impl Run {
    async fn step(&mut self) {
        let shutdown = CancellationToken::new();
        assert!(self.poller.step(&shutdown).await.is_continue());
        assert_eq!(self.health.problem(self.clock.now().monotonic), None);
        if !self.poller.walks.has_waiting_page()
            && let Some(oracle) = &mut self.source.lock().oracle
        {
            oracle.settle();
        }
    }

    /// One step, after which nothing is dated later than it is.
    async fn true_step(&mut self) {
        self.step().await;
        let fresh = self.shown(&catalog::DATA_TIMESTAMP);
        let now = self.source.now();
        assert!(fresh <= now as f64, "{fresh} is later than {now}");
    }

    async fn true_until(&mut self, deadline: Duration) {
        while self.clock.now().monotonic < deadline {
            self.true_step().await;
        }
    }

    /// Nothing happens any more, everything comes out of the held-back minute, and what is shown is
    /// exact.
    async fn check_the_end(&mut self) {
        let deadline = self.clock.now().monotonic + Duration::from_secs(300);
        self.rest();
        self.true_until(deadline).await;
        self.check_exact();
        let age = self.source.now() as f64 - self.shown(&catalog::DATA_TIMESTAMP);
        assert!(age <= 121.0, "{age} s old");
        assert_eq!(self.source.lock().refused, 0, "429 of our own making");
        self.check_verified();
    }

    fn rest(&self) {
        let mut account = self.source.lock();
        let quiet = Rates {
            tickets_per_day: 0.0,
        };
        account.life = Life::new(1, quiet, &account.world);
    }

    /// What follows from rows is what the oracle says, and the ages are those of the account's
    /// clock.
    #[track_caller]
    fn check_exact(&self) {
        let mut account = self.source.lock();
        let oracle = account.oracle.as_mut().expect("asked for");
        oracle.settle();
        let expected = oracle.expected("acme", &OracleSettings::default());
        let exposition =
            Exposition::new(vec![Arc::clone(&self.published)], self.exporter.clone()).encode();
        let mut shown: Vec<String> = exposition
            .lines()
            .filter(|line| follows_from_rows(line))
            .map(|line| format!("{line}\n"))
            .collect();
        shown.sort_unstable();
        assert!(expected.contains("zendesk_tickets_created_total"));
        let shown = shown.concat();
        let only = |one: &str, other: &str| -> Vec<String> {
            let other: Vec<&str> = other.lines().collect();
            let only = one.lines().filter(|line| !other.contains(line));
            only.map(str::to_owned).collect()
        };
        let nothing: Vec<String> = Vec::new();
        assert_eq!(only(&shown, &expected), nothing, "shown too much");
        assert_eq!(only(&expected, &shown), nothing, "not shown");
        let now = self.clock.now().monotonic.as_secs();
        let now = NOW + i64::try_from(now).expect("small") + self.source.ahead();
        let rows = account.world.rows_after((0, 0)).map(|(_, ticket)| ticket);
        let unsolved = rows.filter(|ticket| ticket.status.is_some_and(|it| it.is_unsolved()));
        let mut ages = [0; 3];
        for ticket in unsolved {
            let age = (now - ticket.created_at) / HOUR_SECONDS;
            ages[usize::from(age >= 4) + usize::from(age >= 24)] += 1;
        }
        let snapshot = self.published.load();
        let lines = snapshot.lines(&catalog::UNSOLVED);
        let of_age = |age: &str| -> u64 {
            let of_age = lines.lines().filter(|line| line.contains(age));
            let counts = of_age.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
            counts.sum()
        };
        let shown = [of_age("age=\"0-4h\""), of_age("age=\"4h-1d\"")];
        assert_eq!(shown, ages[..2], "{lines}");
    }

    /// Whether account time is what it should be, to some seconds.
    fn knows_the_time(&self) -> bool {
        (self.poller.account_now().0 - self.source.now()).abs() <= 2
    }

    fn requests(&self) -> u64 {
        self.source.lock().requests
    }

    pub(super) fn failures(&self, reason: &str) -> f64 {
        let sample =
            format!("zendesk_exporter_poll_failures_total{{account=\"acme\",reason=\"{reason}\"}}");
        let text = Exposition::new(Vec::new(), self.exporter.clone()).encode();
        let line = text.lines().find(|line| line.starts_with(&sample));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .expect("it is shown from the start")
    }

    fn baseline(&self) -> Option<UnixSeconds> {
        self.poller.state().expect("open").progress().baseline
    }

    /// The program is killed, and started again on the same state, on a machine whose clock shows
    /// so many seconds more than it should.
    fn killed(self, wall_off: i64) -> Self {
        let Self {
            poller,
            source,
            clock,
            memory,
            ..
        } = self;
        let pacing = poller.settings.pacing;
        if let Some(oracle) = &mut source.lock().oracle
            && poller.walks.has_waiting_page()
        {
            oracle.lose_latest(1);
        }
        drop(poller);
        // What was spent of the minute is forgotten with the program.
        clock.advance(Duration::from_secs(60));
        clock.set_wall(UnixSeconds(source.now() + wall_off));
        run_on(memory, &clock, &source, pacing)
    }
}

impl InProcess {
    fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// The next answers have these dates.
    fn date(&self, dates: impl IntoIterator<Item = Dated>) {
        self.lock().dates.extend(dates);
    }
}

fn follows_from_rows(line: &str) -> bool {
    const NOT: [&str; 7] = [
        "zendesk_unsolved_tickets",
        "zendesk_oldest_",
        "zendesk_stalest_",
        "zendesk_overdue_tasks",
        "zendesk_sla_",
        "zendesk_up",
        "zendesk_exporter_",
    ];
    line.starts_with("zendesk_")
        && !line.ends_with(" 0")
        && !NOT.iter().any(|name| line.starts_with(name))
}

/// Requests of a while on a machine whose clock is right.
async fn requests_when_all_is_right(kind: SourceKind) -> u64 {
    let mut run = desk(kind, 0);
    run.true_until(A_WHILE).await;
    run.check_the_end().await;
    run.requests()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn no_jumps_and_wrong_dates_lose_a_row_make_a_loop_or_date_anything_later_than_it_is(
        is_time in any::<bool>(),
        start_off in wrong_by(),
        jumps in prop::collection::vec((0u64..4_200, wrong_by()), 0..6),
        wrong in prop::collection::vec((2usize..40, 0i64..40, any::<bool>()), 0..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let kind = if is_time { SourceKind::Time } else { SourceKind::Cursor };
            let mut run = desk(kind, start_off);
            for (number, (gap, hours, is_ahead)) in wrong.into_iter().enumerate() {
                run.source.date(vec![Dated::Right; gap]);
                // Never the same twice, and never what our own clock says.
                let off = 1_700 + hours * 7_200 + 11 * 600 * i64::try_from(number).expect("small");
                run.source.date([Dated::Off(if is_ahead { off } else { -off })]);
            }
            let mut jumps = jumps;
            jumps.sort_unstable_by_key(|(at, _)| std::cmp::Reverse(*at));
            while run.clock.now().monotonic < A_WHILE {
                while let Some((at, off)) = jumps.last().copied()
                    && run.clock.now().monotonic >= Duration::from_secs(at)
                {
                    jumps.pop();
                    run.clock.set_wall(UnixSeconds(run.source.now() + off));
                }
                run.true_step().await;
            }
            run.source.lock().dates.clear();
            run.check_the_end().await;
            // A poll a minute, a replay, the first sync, and what is asked again for a doubt.
            let requests = run.requests();
            assert!(requests <= 105, "{requests}");
            assert_eq!(run.failures("no_progress"), 0.0);
        });
    }
}

fn wrong_by() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![
        0,
        -YEARS_SECONDS,
        -DAY_SECONDS,
        -400,
        -100,
        200,
        1_000,
        DAY_SECONDS,
        YEARS_SECONDS,
    ])
}
