//! The first totals, while the first sync runs.

use std::sync::Mutex;

use super::*;
use crate::lookups::{LookupOutlets, LookupSettings, Lookups};
use crate::metrics::AccountMetrics;
use crate::source::{LookupSource, NamesPage};
use crate::ticket::{NamedSet, Status, UnixSeconds};

/// Counts and names of an account whose answers take a while of a clock that is moved by hand.
struct Counting {
    clock: Arc<VirtualClock>,
    answer_time: Duration,
    /// Which status the search fails for.
    broken: Option<Status>,
    asked: Mutex<Vec<Endpoint>>,
}

impl Counting {
    async fn answer<T>(&self, endpoint: Endpoint, outcome: Result<T, ApiError>) -> Exchange<T> {
        let asked = &self.asked;
        asked.lock().expect("no test panics here").push(endpoint);
        let at = self.clock.now().monotonic + self.answer_time;
        self.clock.passes(at).await;
        Exchange {
            head: AnswerHead {
                status: Some(200),
                date: Some(self.clock.now().wall()),
                ..AnswerHead::unanswered(endpoint)
            },
            outcome,
        }
    }
}

impl Session for Counting {
    fn login(&self, _: TokenUse, _: Moment) -> Login {
        Login::NotNeeded
    }

    async fn renew(&self, _: TokenUse, _: Moment) -> Option<Exchange<TokenLease>> {
        None
    }
}

impl LookupSource for Counting {
    async fn search_count(&self, status: Status, _: UnixSeconds) -> Exchange<Option<u64>> {
        let outcome = if self.broken == Some(status) {
            Err(ApiError::Timeout)
        } else {
            Ok(Some(7))
        };
        self.answer(Endpoint::SearchCount, outcome).await
    }

    async fn names(&self, set: NamedSet, _: Option<&str>, _: UnixSeconds) -> Exchange<NamesPage> {
        self.answer(Endpoint::Names(set), Ok(NamesPage::default()))
            .await
    }
}

/// When each total appears on the scrape of an account whose first page does not come, and what was
/// asked for by then.
async fn first_totals(broken: Option<Status>) -> (Vec<Duration>, Vec<Endpoint>) {
    let run = start(&Setting::quiet(10));
    run.clock.hold();
    run.source.hangs.store(true, Ordering::Relaxed);
    let (clock, published) = (run.clock, run.published);
    let counting = Arc::new(Counting {
        clock: Arc::clone(&clock),
        answer_time: Duration::from_millis(300),
        broken,
        asked: Mutex::default(),
    });
    let settings = LookupSettings {
        account: "acme".to_owned(),
        search_counts_every: Some(Duration::from_secs(3600)),
        is_whole: true,
        names: vec![NamedSet::Group],
        retry: run.poller.settings.pacing.retry,
        seed: 1,
    };
    let metrics: AccountMetrics = run.poller.outlets.metrics.clone();
    let outlets = LookupOutlets {
        metrics,
        findings: run.poller.outlets.findings.clone(),
        published: Published::default(),
        account_clock: run.poller.outlets.account_clock.clone(),
    };
    let lookups = Lookups::new(settings, Arc::clone(&clock), Arc::clone(&counting), outlets);
    let mut appeared = Vec::new();
    let story = async {
        while clock.now().monotonic < Duration::from_secs(9) {
            // Everything that is due at this moment is done before it passes.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            let lines = published
                .load()
                .lines(&catalog::SEARCH_TICKETS)
                .lines()
                .count();
            appeared.resize(lines, clock.now().monotonic);
            clock.advance(Duration::from_millis(50));
        }
    };
    tokio::select! {
        () = run.poller.run(CancellationToken::new()) => panic!("it ended"),
        () = lookups.run(CancellationToken::new()) => panic!("it ended"),
        () = story => {}
    }
    let asked = counting.asked.lock().expect("no test panics here").clone();
    (appeared, asked)
}

#[tokio::test]
async fn each_of_the_first_totals_is_shown_as_it_comes_and_before_names_are_asked_for() {
    let (appeared, asked) = first_totals(None).await;
    let expected: Vec<_> = (1..=6)
        .map(|count| Duration::from_millis(300) * count)
        .collect();
    assert_eq!(appeared, expected);
    assert!(appeared[5] - appeared[0] <= Duration::from_secs(2));
    assert_eq!(asked[..6], [Endpoint::SearchCount; 6]);
    assert_eq!(asked[6..], [Endpoint::Names(NamedSet::Group)]);
}

#[tokio::test]
async fn a_first_total_that_fails_is_missing_and_the_others_come_at_once() {
    let (appeared, asked) = first_totals(Some(Status::Pending)).await;
    let expected: Vec<_> = [1, 2, 4, 5, 6]
        .map(|count| Duration::from_millis(300) * count)
        .into();
    assert_eq!(appeared, expected);
    let names = asked
        .iter()
        .position(|asked| *asked == Endpoint::Names(NamedSet::Group));
    // It is asked for again, behind them.
    assert_eq!(names, Some(6));
    assert!(asked.len() > 7);
}
