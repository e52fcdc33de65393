//! Verify rounds and the walk over archived tickets: what is asked, what is removed, and what is not.

use zendesk_simulator::vocabulary::Status;

use super::*;
use crate::ledger::{ArchiveWalk, TicketScope, Walk};
use crate::metrics::ArchivedTicketsStatus;
use crate::reload::Receipt;
use crate::source::SupportTypeScope;

const HOUR: u64 = 3_600;

/// The same account, in which so many of the oldest tickets are archived.
fn world_with_archive(tickets: i64, archived: i64) -> World {
    let mut world = world(tickets);
    let now = NOW - 3_600;
    world.advance_to(now);
    for id in 1..=archived {
        world.system_write(id, |ticket| ticket.status = Some(Status::Closed));
    }
    world.advance_to(NOW);
    world.list_habits.archive_after_seconds = Some(3_000);
    world
}

fn with_ids(source: SourceChoice) -> PollerSettings {
    PollerSettings {
        archive: ArchivedTickets::Ids,
        ..settings(source, None)
    }
}

impl Desk {
    async fn run_for_hours(&mut self, hours: u64) {
        self.run_for_seconds(hours * HOUR).await;
    }

    /// Takes steps until `is_reached`.
    async fn run_until(&mut self, is_reached: impl Fn(&Poller<VirtualClock, BothSources>) -> bool) {
        let shutdown = CancellationToken::new();
        for _ in 0..10_000 {
            if is_reached(&self.poller) {
                return;
            }
            assert!(self.poller.step(&shutdown).await.is_continue());
        }
        panic!("not reached");
    }

    fn archived(&self) -> ArchivedTicketsStatus {
        let snapshot = self.published.load();
        snapshot.status().expect("a status").sources.archived
    }

    fn verified_at(&self) -> Option<UnixSeconds> {
        self.progress().list.verified_at
    }

    /// Sends the present settings as new ones, after `change`.
    async fn reload(&mut self, change: impl FnOnce(&mut NewSettings<BothSources>)) {
        let state = self.poller.state().expect("open");
        let mut new = NewSettings {
            settings: self.poller.settings.clone(),
            source: Arc::clone(&self.source),
            series: state.aggregates().settings().clone(),
            ticket_scope: state.progress().ticket_scope.unwrap_or(WHOLE),
            metrics: self.poller.outlets.metrics.clone(),
            credentials: 0,
            changed: Vec::new(),
            receipt: Receipt::default(),
        };
        change(&mut new);
        self.poller.sender().send(new);
        let shutdown = CancellationToken::new();
        assert!(self.poller.step(&shutdown).await.is_continue());
    }
}

/// Every ticket of an account.
const WHOLE: TicketScope = TicketScope {
    scope: SupportTypeScope::All,
    start_time: UnixSeconds(0),
};

#[tokio::test]
async fn a_removed_ticket_is_not_asked_for_by_itself_again() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(30));
    desk.run_for_seconds(300).await;
    desk.source.lock().world.vanish_many(1..=5);
    desk.run_for_hours(3).await;
    assert_eq!(desk.shown(&catalog::VANISHED), 5);
    assert_eq!(desk.asked(Endpoint::ShowOne), 5);
    desk.run_for_hours(6).await;
    assert_eq!(desk.shown(&catalog::VANISHED), 5);
    assert_eq!(desk.asked(Endpoint::ShowOne), 5);
}

#[tokio::test]
async fn a_ticket_that_zendesk_refuses_to_show_stays_and_its_round_ends() {
    let log = Captured::start();
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(9));
    desk.run_for_seconds(300).await;
    {
        let mut account = desk.source.lock();
        account.world.vanish_many([2, 3]);
        account.refused_alone.insert(3);
    }
    let before = desk.verified_at();
    for _ in 0..150 {
        desk.run_for_seconds(60).await;
        assert_eq!(desk.shown(&catalog::UP), 1);
    }
    assert_eq!(desk.shown(&catalog::VANISHED), 1);
    assert_eq!(desk.shown(&catalog::TICKETS), 8);
    let late = desk.verified_at();
    let since = late.zip(before).map(|(late, before)| late.since(before));
    assert!(since.is_some_and(|since| since > 3_600), "{since:?}");
    // From now on no suspect can be shown.
    let warning = "refuses to show";
    assert!(!log.text().contains(warning), "{}", log.text());
    desk.run_for_hours(12).await;
    let text = log.text();
    let lines: Vec<_> = text.lines().filter(|line| line.contains(warning)).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].contains("advice="), "{text}");
    assert_eq!(desk.shown(&catalog::TICKETS), 8);
    desk.source.lock().refused_alone.clear();
    desk.run_for_hours(4).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 7);
}

#[tokio::test]
async fn a_ticket_whose_own_request_fails_stays_and_the_others_are_removed() {
    let log = Captured::start();
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(9));
    desk.run_for_seconds(300).await;
    {
        let mut account = desk.source.lock();
        account.world.vanish_many([2, 3, 4]);
        account.failing_alone.insert(4);
    }
    desk.run_for_hours(3).await;
    assert_eq!(desk.shown(&catalog::VANISHED), 2);
    assert_eq!(desk.shown(&catalog::TICKETS), 7);
    assert!(!log.text().contains("refuses to show"), "{}", log.text());
    desk.source.lock().failing_alone.clear();
    desk.run_for_hours(4).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 6);
}

#[tokio::test]
async fn a_round_removes_nothing_once_the_export_is_the_truth_again() {
    let lane = Some(Duration::from_secs(15));
    let mut desk = Desk::open(settings(SourceChoice::Auto, lane), world(30));
    desk.run_for_seconds(600).await;
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(1_500).await;
    assert!(desk.truth().is_list);
    desk.source.lock().world.vanish(7);
    desk.run_until(|poller| poller.rounds.awaits_deleted())
        .await;
    let before = desk.verified_at();
    desk.source.lock().export_refused = None;
    // The list of deleted tickets fails once, so the export comes first.
    desk.source.lock().fails = 1;
    let now = desk.clock.now();
    desk.poller.schedule.try_export(now);
    desk.run_for_seconds(900).await;
    assert!(!desk.truth().is_list);
    assert_eq!(desk.shown(&catalog::VANISHED), 0);
    assert_eq!(desk.verified_at(), before);
    assert!(!desk.poller.rounds.is_under_way());
}

#[tokio::test]
async fn what_one_login_missed_says_nothing_of_another_login_or_other_settings() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(9));
    desk.run_for_seconds(300).await;
    desk.reload(|new| new.ticket_scope = WHOLE).await;
    for other in 0..3 {
        desk.source.lock().world.vanish(other + 1);
        // The first round that misses it.
        let ended = desk.verified_at();
        desk.run_until(|poller| {
            let progress = poller.state().expect("open").progress();
            progress.list.verified_at > ended
        })
        .await;
        desk.reload(|new| match other {
            0 => new.credentials = 1,
            1 => {
                new.credentials = 1;
                new.settings.archive = ArchivedTickets::Ids;
            }
            _ => {
                new.credentials = 1;
                new.ticket_scope.start_time = UnixSeconds(1);
            }
        })
        .await;
        let vanished = desk.shown(&catalog::VANISHED);
        desk.run_for_seconds(HOUR + HOUR / 2).await;
        assert_eq!(desk.shown(&catalog::VANISHED), vanished, "{other}");
        desk.run_for_hours(1).await;
        assert_eq!(desk.shown(&catalog::VANISHED), vanished + 1, "{other}");
    }
}

#[tokio::test]
async fn archived_tickets_that_an_export_has_shown_are_not_asked_for() {
    let log = Captured::start();
    let mut desk = Desk::open(with_ids(SourceChoice::Auto), world_with_archive(1_000, 400));
    desk.run_for_seconds(900).await;
    desk.source.lock().export_refused = Some(403);
    desk.run_for_seconds(1_500).await;
    assert!(desk.truth().is_list);
    desk.run_for_hours(2).await;
    assert_eq!(desk.archived(), ArchivedTicketsStatus::CountedFromExport);
    let text = log.text();
    assert!(!text.contains("archived tickets"), "{text}");
}

#[tokio::test]
async fn archived_tickets_that_the_settings_pass_over_show_that_zendesk_shows_them() {
    let mut desk = Desk::open(with_ids(SourceChoice::List), world_with_archive(1_000, 400));
    // Later than every archived ticket.
    let start_time = UnixSeconds(NOW - 3_600 - 60 * 500);
    desk.reload(|new| new.ticket_scope.start_time = start_time)
        .await;
    desk.run_for_hours(1).await;
    assert_eq!(desk.archived(), ArchivedTicketsStatus::CountedByIds);
}

#[tokio::test]
async fn an_account_of_few_tickets_is_asked_for_each_id_once() {
    let mut world = world_with_archive(150, 40);
    world.list_habits.shows_archived = false;
    let mut desk = Desk::open(with_ids(SourceChoice::List), world);
    desk.run_for_seconds(1_500).await;
    assert_eq!(desk.archived(), ArchivedTicketsStatus::NotShown);
    // Two probes, and the first round with two requests.
    assert_eq!(desk.asked(Endpoint::ShowMany), 4);
}

#[tokio::test]
async fn a_state_that_cannot_be_read_ends_no_walk_over_archived_tickets() {
    let mut desk = Desk::open(with_ids(SourceChoice::List), world_with_archive(300, 100));
    desk.run_until(|poller| {
        let next = poller.schedule.next(poller.clock.now());
        !poller.has_records_to_look_at() && next.walk == Walk::Archive
    })
    .await;
    desk.memory.take_away(true);
    let shutdown = CancellationToken::new();
    assert!(desk.poller.step(&shutdown).await.is_continue());
    let snapshot = desk.published.load();
    let problem = snapshot.status().expect("a status").problem.clone();
    assert_eq!(problem.map(|problem| problem.reason), Some("state"));
    desk.memory.take_away(false);
    desk.run_for_hours(1).await;
    let progress = desk.poller.state().expect("open").progress();
    assert_eq!(progress.list.archive, Some(ArchiveWalk::Complete));
    assert_eq!(desk.shown(&catalog::TICKETS), 300);
}

#[tokio::test]
async fn archived_tickets_are_read_again_when_the_settings_select_others() {
    let mut desk = Desk::open(with_ids(SourceChoice::List), world_with_archive(300, 100));
    let start_time = UnixSeconds(NOW - 3_600 - 60 * 250);
    desk.reload(|new| new.ticket_scope.start_time = start_time)
        .await;
    desk.run_for_hours(2).await;
    assert_eq!(desk.archived(), ArchivedTicketsStatus::CountedByIds);
    assert_eq!(desk.shown(&catalog::TICKETS), 250);
    desk.reload(|new| new.ticket_scope = WHOLE).await;
    assert_eq!(desk.archived(), ArchivedTicketsStatus::Probing);
    desk.run_for_hours(2).await;
    assert_eq!(desk.archived(), ArchivedTicketsStatus::CountedByIds);
    assert_eq!(desk.shown(&catalog::TICKETS), 300);
}
