//! The loop in process: a virtual clock, an account that is plain data, no sockets.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use arc_swap::ArcSwap;

use super::*;
use crate::clock::{Moment, VirtualClock};
use crate::ledger::SeriesSettings;
use crate::metrics::testing::{counts, starting};
use crate::metrics::{
    AccountStatus, ArchivedTicketsStatus, ExporterMetrics, Exposition, Snapshot, SourceStatus,
    WalkStatus,
};
use crate::schedule::{Retry, SharedAccountClock};
use crate::source::{
    AnswerHead, ApiError, Endpoint, Exchange, LookupSource, NamesPage, Session, TokenLease,
};
use crate::telemetry::captured::Captured;
use crate::ticket::{Priority, Status, UnixSeconds};

const NOW: i64 = 1_790_000_000;
const RETRY: Retry = Retry {
    initial: Duration::from_secs(1),
    maximum: Duration::from_secs(300),
};

/// An account as far as lookups see it.
#[derive(Default)]
struct Account {
    /// Tickets by status; `None` where the search does not know.
    tickets: BTreeMap<Status, Option<u64>>,
    names: BTreeMap<NamedSet, Vec<(i64, String)>>,
    /// Names in one answer.
    page_size: usize,
    /// Endpoints that these credentials may not ask.
    refused: Vec<Endpoint>,
    /// Answers 503 while set.
    is_down: bool,
    /// So many requests meet a connection that went stale.
    stale: u32,
    /// What comes of asking for a token, where one is needed.
    login: Option<Result<(), ()>>,
    /// Tokens that were got have ended at once.
    tokens_end_at_once: bool,
    /// The next answers are that another token may do.
    refuses_token: u32,
    /// Pages of names lead to themselves.
    circles: bool,
    /// Names that each page leaves out.
    withheld: usize,
    /// Every request, and when.
    asked: Vec<(Duration, Endpoint)>,
}

/// Zendesk's clock is this far ahead of ours.
const AHEAD: i64 = 30;

struct InProcess {
    clock: Arc<VirtualClock>,
    account: Mutex<Account>,
}

impl InProcess {
    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account
            .lock()
            .expect("no test panics while it holds this")
    }

    fn answer<T>(&self, endpoint: Endpoint, good: impl FnOnce(&mut Account) -> T) -> Exchange<T> {
        let now = self.clock.now();
        let mut account = self.lock();
        account.asked.push((now.monotonic, endpoint));
        let (status, outcome) = if let Some(left) = account.stale.checked_sub(1) {
            account.stale = left;
            let lost = ApiError::ConnectionLost("nobody is there".into());
            (None, Err(lost))
        } else if account.is_down {
            let failure = ApiError::Server {
                status: 503,
                retry_after: None,
                explanation: None,
            };
            (Some(503), Err(failure))
        } else if endpoint != Endpoint::OAuthToken && account.refuses_token > 0 {
            account.refuses_token -= 1;
            account.login = Some(account.login.unwrap_or(Ok(())));
            (Some(401), Err(ApiError::TokenExpired))
        } else if account.refused.contains(&endpoint) {
            (
                Some(403),
                Err(ApiError::ExportForbidden { explanation: None }),
            )
        } else {
            (Some(200), Ok(good(&mut account)))
        };
        Exchange {
            head: AnswerHead {
                status,
                date: status.map(|_| now.wall().plus(AHEAD)),
                ..AnswerHead::unanswered(endpoint)
            },
            outcome,
        }
    }
}

impl Session for InProcess {
    fn login(&self, _: TokenUse, _: Moment) -> Login {
        match self.lock().login {
            Some(_) => Login::Required,
            None => Login::NotNeeded,
        }
    }

    async fn renew(&self, _: TokenUse, _: Moment) -> Option<Exchange<TokenLease>> {
        let login = self.lock().login?;
        let mut exchange = self.answer(Endpoint::OAuthToken, |account| {
            let stays = account.tokens_end_at_once;
            account.login = account.login.filter(|login| stays || login.is_err());
            TokenLease { expires_at: None }
        });
        if login.is_err() {
            exchange.outcome = Err(ApiError::Unauthorized { explanation: None });
        }
        Some(exchange)
    }
}

impl LookupSource for InProcess {
    async fn search_count(&self, status: Status, _: UnixSeconds) -> Exchange<Option<u64>> {
        self.answer(Endpoint::SearchCount, |account| {
            account.tickets.get(&status).copied().flatten()
        })
    }

    async fn names(
        &self,
        set: NamedSet,
        after: Option<&str>,
        _: UnixSeconds,
    ) -> Exchange<NamesPage> {
        let from: usize = after.map_or(0, |after| after.parse().expect("ours"));
        self.answer(Endpoint::Names(set), |account| {
            let names = account.names.get(&set).cloned().unwrap_or_default();
            let until = from + account.page_size;
            let more = if account.circles {
                Some("0".to_owned())
            } else {
                (until < names.len()).then(|| until.to_string())
            };
            NamesPage {
                after: more,
                withheld: account.withheld,
                names: names
                    .into_iter()
                    .skip(from)
                    .take(account.page_size)
                    .collect(),
            }
        })
    }
}

struct Run {
    settings: LookupSettings,
    lookups: Lookups<VirtualClock, InProcess>,
    source: Arc<InProcess>,
    clock: Arc<VirtualClock>,
    exporter: ExporterMetrics,
}

/// Looks up counts every hour and the names of `names`; the ledger has one ticket of each status.
fn start(account: Account, names: &[NamedSet]) -> Run {
    let clock = Arc::new(VirtualClock::starting_at(UnixSeconds(NOW)));
    let source = Arc::new(InProcess {
        clock: Arc::clone(&clock),
        account: Mutex::new(account),
    });
    let settings = LookupSettings {
        account: "acme".to_owned(),
        search_counts_every: Some(Duration::from_secs(3600)),
        is_whole: true,
        names: names.to_vec(),
        retry: RETRY,
        seed: 1,
    };
    let exporter = ExporterMetrics::new(UnixSeconds(NOW));
    let outlets = LookupOutlets {
        metrics: exporter.for_account("acme", &settings.endpoints(), &SeriesSettings::default()),
        findings: SharedFindings::default(),
        published: Arc::new(ArcSwap::from_pointee(one_of_each())),
        account_clock: SharedAccountClock::default(),
    };
    Run {
        settings: settings.clone(),
        lookups: Lookups::new(settings, Arc::clone(&clock), Arc::clone(&source), outlets),
        source,
        clock,
        exporter,
    }
}

impl Run {
    async fn steps(&mut self, steps: usize) {
        let shutdown = CancellationToken::new();
        for _ in 0..steps {
            assert!(self.lookups.step(&shutdown).await.is_continue());
        }
    }

    fn findings(&self) -> Arc<Findings> {
        self.lookups.outlets.findings.load()
    }

    fn name(&self, set: NamedSet, id: i64) -> Option<String> {
        self.findings().names.get(&(set, id)).cloned()
    }
}

/// What is shown of an account with one ticket of each status, archived ones included.
fn one_of_each() -> Snapshot {
    one_of_each_where(ArchivedTicketsStatus::CountedFromExport)
}

fn one_of_each_where(archived: ArchivedTicketsStatus) -> Snapshot {
    let tickets: Vec<_> = Status::ALL
        .iter()
        .map(|status| (*status, Priority::None, 1))
        .collect();
    Snapshot::default().with_status(AccountStatus {
        tickets: Some(counts(&tickets)),
        sources: SourceStatus {
            archived,
            ..SourceStatus::default()
        },
        ..starting()
    })
}

fn desk(count: u64) -> Account {
    Account {
        tickets: COUNTED.map(|status| (status, Some(count))).into(),
        page_size: 2,
        ..Account::default()
    }
}

fn names(names: &[&str]) -> Vec<(i64, String)> {
    let named = |(id, name): (i64, &&str)| (id, (*name).to_owned());
    (0..).zip(names).map(named).collect()
}

#[tokio::test]
async fn every_status_is_counted_within_a_minute_of_the_start() {
    let mut run = start(desk(5), &[]);
    assert_eq!(*run.findings(), Findings::default());
    run.steps(6).await;
    assert!(run.clock.now().monotonic < Duration::from_secs(60));
    for status in COUNTED {
        let expected = SearchCount {
            status,
            count: 5,
            at: UnixSeconds(NOW + AHEAD),
            ours: Some(1),
        };
        assert_eq!(run.findings().count(status), Some(&expected));
        assert_eq!(expected.drift(), Some(-4));
    }
}

#[tokio::test]
async fn the_drift_is_absent_while_archived_tickets_are_missing() {
    use ArchivedTicketsStatus as Archived;
    for (archived, drift) in [
        (Archived::AwaitsExport, None),
        (Archived::Totals, None),
        (Archived::Probing, None),
        (Archived::NotShown, None),
        (Archived::Reading(WalkStatus::default()), None),
        (Archived::CountedByIds, Some(-4)),
        (Archived::CountedFromExport, Some(-4)),
    ] {
        let mut run = start(desk(5), &[]);
        let published = &run.lookups.outlets.published;
        published.store(Arc::new(one_of_each_where(archived)));
        run.steps(6).await;
        for status in COUNTED {
            let count = run.findings().count(status).copied().expect("a count");
            assert_eq!((count.count, count.drift()), (5, drift), "{archived:?}");
        }
    }
}

#[tokio::test]
async fn a_count_that_zendesk_does_not_know_or_refuses_leaves_the_last_one() {
    let mut run = start(desk(5), &[]);
    run.steps(6).await;
    let before = run.findings();
    {
        let mut account = run.source.lock();
        account.tickets = COUNTED.map(|status| (status, None)).into();
    }
    run.steps(6).await;
    assert_eq!(run.findings(), before);
    run.source.lock().refused = vec![Endpoint::SearchCount];
    run.steps(6).await;
    assert_eq!(run.findings(), before);
    *run.source.lock() = Account {
        asked: Vec::new(),
        ..desk(7)
    };
    run.steps(6).await;
    let open = run.findings().count(Status::Open).copied();
    assert_eq!(open.map(|count| count.count), Some(7));
}

#[tokio::test]
async fn an_outage_leaves_what_was_found_and_is_over_when_it_is_over() {
    let mut run = start(desk(5), &[]);
    run.steps(6).await;
    let before = run.findings();
    run.source.lock().is_down = true;
    run.steps(20).await;
    assert_eq!(run.findings(), before);
    *run.source.lock() = desk(8);
    run.steps(6).await;
    for status in COUNTED {
        let count = run.findings().count(status).map(|count| count.count);
        assert_eq!(count, Some(8), "{status:?}");
    }
}

#[tokio::test]
async fn names_of_a_set_change_when_all_its_pages_were_read() {
    let groups = NamedSet::Group;
    let mut account = desk(5);
    account.names = [(groups, names(&["a", "b", "c"]))].into();
    let mut run = start(account, &[groups]);
    // Six counts and the first page.
    run.steps(7).await;
    assert_eq!(run.findings().names.len(), 0);
    run.steps(1).await;
    assert_eq!(run.name(groups, 2).as_deref(), Some("c"));
    run.source.lock().names = [(groups, names(&["a", "new name"]))].into();
    run.steps(7).await;
    assert_eq!(run.findings().names.len(), 2);
    assert_eq!(run.name(groups, 1).as_deref(), Some("new name"));
}

#[tokio::test]
async fn names_that_are_refused_half_way_stay_as_they_were() {
    let groups = NamedSet::Group;
    let mut account = desk(5);
    account.names = [(groups, names(&["a", "b", "c"]))].into();
    let mut run = start(account, &[groups]);
    run.steps(8).await;
    let before = run.findings().names.clone();
    {
        let mut account = run.source.lock();
        account.names = [(groups, names(&["x", "y", "z"]))].into();
    }
    run.steps(7).await;
    run.source.lock().refused = vec![Endpoint::Names(NamedSet::Group)];
    run.steps(1).await;
    assert_eq!(run.findings().names, before);
    // The next round begins anew and is whole.
    run.source.lock().refused.clear();
    run.steps(8).await;
    assert_eq!(run.name(groups, 0).as_deref(), Some("x"));
    assert_eq!(run.findings().names.len(), 3);
}

#[tokio::test]
async fn a_set_with_too_many_names_is_cut_off_and_the_others_are_read() {
    let mut account = desk(5);
    let many = (0..10_000).map(|id| (id, "x".to_owned())).collect();
    account.names = [
        (NamedSet::Group, many),
        (NamedSet::CustomStatus, names(&["Open"])),
    ]
    .into();
    account.page_size = usize::try_from(crate::source::NAMES_PER_PAGE).expect("small");
    let mut run = start(account, &[NamedSet::Group, NamedSet::CustomStatus]);
    let pages = usize::try_from(PAGES_MAX).expect("small");
    run.steps(6 + pages + 1).await;
    assert_eq!(run.findings().names.len(), NAMES_MAX + 1);
    assert!(run.name(NamedSet::CustomStatus, 0).is_some());
}

#[tokio::test]
async fn a_missing_token_is_asked_for_and_a_refused_one_stops_everything() {
    let mut account = desk(5);
    account.login = Some(Ok(()));
    let mut run = start(account, &[]);
    run.steps(7).await;
    let asked: Vec<_> = run.source.lock().asked.iter().map(|(_, it)| *it).collect();
    assert_eq!(asked[0], Endpoint::OAuthToken);
    assert_eq!(asked[1..], [Endpoint::SearchCount; 6]);

    let mut account = desk(5);
    account.login = Some(Err(()));
    let mut run = start(account, &[]);
    run.steps(2).await;
    let times: Vec<_> = run.source.lock().asked.iter().map(|(at, _)| *at).collect();
    assert_eq!(times[1] - times[0], Duration::from_secs(3600));
    assert_eq!(*run.findings(), Findings::default());
}

#[tokio::test]
async fn tokens_that_end_at_once_are_used_all_the_same() {
    let mut account = desk(5);
    account.login = Some(Ok(()));
    account.tokens_end_at_once = true;
    let mut run = start(account, &[]);
    run.steps(8).await;
    let asked: Vec<_> = run.source.lock().asked.iter().map(|(_, it)| *it).collect();
    let pair = [Endpoint::OAuthToken, Endpoint::SearchCount];
    assert_eq!(asked, pair.repeat(4));
    assert!(run.findings().count(COUNTED[3]).is_some());
}

#[tokio::test]
async fn a_token_that_is_refused_is_followed_by_the_next_one_and_nobody_is_told() {
    let mut account = desk(5);
    account.refuses_token = 1;
    let mut run = start(account, &[]);
    let log = Captured::start();
    run.steps(8).await;
    let asked: Vec<_> = run.source.lock().asked.iter().map(|(_, it)| *it).collect();
    assert_eq!(asked[..2], [Endpoint::SearchCount, Endpoint::OAuthToken]);
    assert_eq!(asked[2..], [Endpoint::SearchCount; 6]);
    assert!(
        COUNTED
            .iter()
            .all(|status| run.findings().count(*status).is_some())
    );
    assert_eq!(log.text(), "");
}

#[tokio::test]
async fn a_token_that_fails_is_told_by_the_poller_alone() {
    let mut account = desk(5);
    account.login = Some(Err(()));
    let mut run = start(account, &[]);
    let log = Captured::start();
    run.steps(3).await;
    let asked = |run: &Run| run.source.lock().asked.len();
    assert!(asked(&run) >= 3);
    let warnings = |log: &str| log.matches("level=warn").count();
    assert_eq!(warnings(&log.text()), 0, "{}", log.text());
    // What only the lookups meet is told, and nothing of values that there may not be.
    run.source.lock().login = None;
    run.source.lock().is_down = true;
    run.steps(1).await;
    let text = log.text();
    for told in [
        "message=\"the lookup failed, will retry\"",
        "lookup=\"search count of new tickets\"",
        "setting=export.search_counts.every",
    ] {
        assert!(text.contains(told), "{told} is not in {text}");
    }
    assert_eq!(warnings(&text), 1, "{text}");
    assert!(!text.contains("keeping"), "{text}");
}

#[tokio::test]
async fn names_whose_pages_lead_back_stay_as_they_were() {
    let groups = NamedSet::Group;
    let mut account = desk(5);
    account.names = [(groups, names(&["a", "b", "c"]))].into();
    let mut run = start(account, &[groups]);
    run.steps(8).await;
    let before = run.findings().names.clone();
    {
        let mut account = run.source.lock();
        account.names = [(groups, names(&["x", "y", "z"]))].into();
        account.circles = true;
        account.asked.clear();
    }
    // A round of six counts and two pages.
    let log = Captured::start();
    run.steps(8).await;
    let asked = run.source.lock().asked.clone();
    let pages = asked
        .iter()
        .filter(|(_, it)| *it == Endpoint::Names(NamedSet::Group));
    assert_eq!(pages.count(), 2, "{asked:?}");
    assert_eq!(run.findings().names, before);
    assert!(
        log.text()
            .contains("the next page is one that was already read"),
        "{}",
        log.text()
    );
    run.source.lock().circles = false;
    run.steps(8).await;
    assert_eq!(run.name(groups, 0).as_deref(), Some("x"));
}

#[tokio::test]
async fn names_that_are_left_out_are_told_once_for_a_set() {
    let groups = NamedSet::Group;
    let mut account = desk(5);
    account.names = [(groups, names(&["a", "b", "c"]))].into();
    account.withheld = 2;
    let mut run = start(account, &[groups]);
    let log = Captured::start();
    // Six counts and two pages, three times.
    run.steps(3 * 8).await;
    let told = log.text();
    let told: Vec<&str> = told.lines().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    for part in [
        "names that repeat a credential are not exported",
        "names=4",
        "level=warn",
    ] {
        assert!(told[0].contains(part), "{part} is not in {told:?}");
    }
    assert_eq!(run.findings().names.len(), 3);
    // Where there are none for a while, they are told anew.
    run.source.lock().withheld = 0;
    run.steps(8).await;
    run.source.lock().withheld = 1;
    run.steps(8).await;
    assert_eq!(log.text().lines().count(), 2, "{}", log.text());
}

#[tokio::test]
async fn requests_are_counted_and_polls_are_not() {
    let mut account = desk(5);
    account.refused = vec![Endpoint::Names(NamedSet::Brand)];
    let mut run = start(account, &[NamedSet::Brand]);
    run.steps(7).await;
    let text = Exposition::new(Vec::new(), run.exporter.clone()).encode();
    let count = |sample: &str| text.lines().any(|line| line == sample);
    assert!(count(
        r#"zendesk_exporter_api_requests_total{account="acme",code="200",endpoint="search_count"} 6"#
    ));
    assert!(count(
        r#"zendesk_exporter_api_requests_total{account="acme",code="403",endpoint="brands"} 1"#
    ));
    assert!(count(r#"zendesk_exporter_polls_total{account="acme"} 0"#));
    assert!(count(
        r#"zendesk_exporter_poll_failures_total{account="acme",reason="export_forbidden"} 0"#
    ));
}

#[tokio::test]
async fn without_anything_to_look_up_it_waits_for_the_end() {
    let mut run = start(desk(5), &[]);
    let settings = LookupSettings {
        search_counts_every: None,
        ..run.settings.clone()
    };
    assert_eq!(settings.endpoints(), []);
    run.lookups = Lookups::new(
        settings,
        Arc::clone(&run.clock),
        Arc::clone(&run.source),
        run.lookups.outlets.clone(),
    );
    let shutdown = CancellationToken::new();
    shutdown.cancel();
    assert!(run.lookups.step(&shutdown).await.is_break());
    assert!(run.source.lock().asked.is_empty());
}

#[tokio::test]
async fn counts_are_dated_by_the_clock_that_all_answers_of_the_account_make() {
    const YEARS: i64 = 2 * 365 * 24 * 3600;
    let mut run = start(desk(5), &[]);
    let clock = run.lookups.outlets.account_clock.clone();
    let now = run.clock.now();
    clock.observe(now, now, Some(UnixSeconds(NOW)));
    // The answers here are dated years later than those to the poller.
    run.clock.set_wall(UnixSeconds(NOW + YEARS));
    run.steps(1).await;
    let at = |run: &Run, status| run.findings().count(status).expect("counted").at;
    let dated = at(&run, COUNTED[0]);
    assert!((dated.0 - NOW).abs() < 5, "{dated:?}");
    assert_eq!(clock.read().now(run.clock.now()), dated, "it is doubted");
    // With the second one account time is set, for the poller too.
    run.steps(1).await;
    let dated = at(&run, COUNTED[1]);
    assert!((dated.0 - NOW - YEARS - AHEAD).abs() < 5, "{dated:?}");
    assert_eq!(clock.read().now(run.clock.now()), dated);
}

#[tokio::test]
async fn a_lookup_on_a_stale_connection_is_asked_for_once_more_when_it_may_be() {
    let mut account = desk(5);
    account.login = Some(Ok(()));
    account.names = [(NamedSet::Group, names(&["a", "b"]))].into();
    let mut run = start(account, &[NamedSet::Group]);
    // A token, six counts and a page of names, each of them lost once.
    for _ in 0..8 {
        run.source.lock().stale = 1;
        run.steps(2).await;
    }
    let asked = run.source.lock().asked.clone();
    let (times, endpoints): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    for pair in endpoints.chunks(2) {
        assert_eq!(pair[0], pair[1], "{endpoints:?}");
    }
    // None was held back, until what was lost had used up the budget of the hour as well.
    let hour = Duration::from_secs(3600);
    let first: Vec<_> = times.iter().take_while(|at| **at < hour).collect();
    assert!(first.iter().all(|at| at.as_secs() <= 12), "{first:?}");
    let most = usize::try_from(run.lookups.requests_per_hour_max()).expect("small");
    assert_eq!(first.len(), most, "{times:?}");
    assert_eq!(run.findings().names.len(), 2);
    for status in COUNTED {
        assert!(run.findings().count(status).is_some(), "{status:?}");
    }
}
