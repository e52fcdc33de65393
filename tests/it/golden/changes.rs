//! Settings that change while the poller runs: what becomes of the walk that is under way.

use std::time::Duration;
use zendesk_exporter::ticket::NamedSet;

use zendesk_exporter::clock::Clock as _;
use zendesk_exporter::ledger::{Buckets, SeriesSettings, TicketFamily};
use zendesk_exporter::schedule::ResyncPacing;
use zendesk_exporter::source::{Auth, SourceKind, SupportTypeScope};
use zendesk_simulator::vocabulary::{Priority, Score, Status, SupportType};
use zendesk_simulator::{Draft, Fault};

use super::log::Log;
use super::recording::Recording;
use super::{mask, view};
use crate::desk::{Desk, DeskSettings, NOW};

const RATIO: &str = "zendesk_exporter_sync_progress_ratio{account=\"acme\",walk=\"resync\"}";

/// A desk, and the record of what it shows.
struct Run {
    desk: Desk,
    log: Log,
    recording: Recording,
    /// What the names of its files begin with.
    part: &'static str,
    moments: usize,
}

impl Run {
    /// Tickets that were written one a second, a page of which has been read.
    async fn of(recording: Recording, part: &'static str, source: SourceKind) -> Self {
        let log = Log::begin();
        let mut buckets = Buckets::default();
        for family in TicketFamily::histograms() {
            buckets.set(family, vec![3_600]).expect("a bound");
        }
        let settings = DeskSettings {
            page_size: 20,
            series: SeriesSettings {
                buckets,
                ..SeriesSettings::default()
            },
            hold_new_series: Duration::from_secs(120),
            ..DeskSettings::of(source)
        };
        let desk = Desk::open(settings).await;
        let statuses = [Status::Open, Status::Pending, Status::Solved, Status::Hold];
        desk.simulator.world(|world| {
            for (place, status) in (0..120).zip(statuses.into_iter().cycle()) {
                let draft = Draft {
                    status,
                    support_type: if place % 10 == 0 {
                        SupportType::AiAgent
                    } else {
                        SupportType::Agent
                    },
                    brand: (place % 3 == 0).then_some(8_000),
                    ..Draft::default()
                };
                world.create_at(&draft, NOW - 10_000 + place);
            }
        });
        let mut run = Self {
            desk,
            log,
            recording,
            part,
            moments: 0,
        };
        run.desk.step().await;
        run
    }

    async fn show(&mut self, moment: &str) {
        self.mark(&format!("shown as {moment}"));
        let now = self.desk.clock.now().wall().0;
        let seen = view::of(self.desk.exposition(), now).await;
        self.moments += 1;
        let name = format!("{}{:02}-{moment}", self.part, self.moments);
        let metrics = mask::metrics(&seen.metrics);
        self.recording.add(&format!("{name}.prom"), &metrics);
        let json = self.masked(&seen.json);
        self.recording.add(&format!("{name}.json"), &json);
    }

    /// Other settings hold from the next step on, and the request after that is shown.
    async fn reload(
        &mut self,
        section: &'static str,
        moment: &str,
        change: impl FnOnce(&mut DeskSettings),
    ) {
        self.mark(&format!("the settings change: {moment}"));
        self.desk.reload(&[section], change);
        let asked = self.desk.export_requests();
        while self.desk.export_requests() == asked {
            self.desk.live_step().await;
        }
        self.show(moment).await;
    }

    /// Goes on until a resync has begun and not ended.
    async fn until_under_way(&mut self) {
        let is_under_way = |desk: &Desk| desk.value(RATIO).is_some_and(|ratio| ratio < 0.9);
        self.desk.live_until(is_under_way).await;
        self.mark("a resync is under way");
    }

    /// Goes on until the resync is complete that is under way or due at once.
    async fn until_resynced(&mut self) {
        self.until_under_way().await;
        self.desk
            .live_until(|desk| desk.value(RATIO) == Some(1.0))
            .await;
    }

    fn change_tickets(&self) {
        self.mark("tickets are created, solved and deleted");
        self.desk.simulator.world(|world| {
            let ids: Vec<i64> = world.rows_after((0, 0)).map(|(id, _)| id).collect();
            world.delete(ids[0]);
            world.set_status(ids[1], Status::Open);
            world.set_score(ids[2], Score::Good);
            world.tag(ids[3], "vip");
            world.set_status(ids[4], Status::Solved);
            world.create(&Draft {
                priority: Priority::Urgent,
                ..Draft::default()
            });
        });
    }

    fn mark(&self, what: &str) {
        let passed = self.desk.elapsed().as_secs();
        self.log.mark(&format!("--- {passed:>6} s: {what}"));
    }

    fn masked(&self, text: &str) -> String {
        text.replace(&self.desk.simulator.base_url(), "<account>")
    }

    /// Ends the run, for a record of several.
    fn recorded(mut self) -> Recording {
        let log = self.masked(&self.log.text());
        self.recording.add(&format!("{}log.txt", self.part), &log);
        self.recording
    }
}

#[tokio::test]
async fn settings_that_change_under_both_exports() {
    let recording = Recording::of("changes");
    let recording = under_way(recording, "cursor-", SourceKind::Cursor).await;
    let recording = under_way(recording, "time-", SourceKind::Time).await;
    recording.finish();
}

async fn under_way(recording: Recording, part: &'static str, source: SourceKind) -> Recording {
    let mut run = Run::of(recording, part, source).await;
    run.show("first-page").await;
    during_the_first_sync(&mut run).await;
    let other = match source {
        SourceKind::Cursor => SourceKind::Time,
        _ => SourceKind::Cursor,
    };
    during_resyncs(&mut run, other).await;
    refused(&mut run).await;
    run.recorded()
}

async fn during_the_first_sync(run: &mut Run) {
    run.reload("export", "larger-pages", |settings| settings.page_size = 30)
        .await;
    run.reload("labels", "labels", |settings| {
        settings.series.labels.named[NamedSet::Brand] = true;
        settings.series.labels.tags = vec!["vip".to_owned()];
    })
    .await;
    run.reload("export", "later-start", |settings| {
        settings.start_time = NOW - 9_990
    })
    .await;
    run.desk.catch_up().await;
    run.show("synced").await;
    run.change_tickets();
    run.desk.catch_up().await;
    run.show("changed").await;
}

async fn during_resyncs(run: &mut Run, other: SourceKind) {
    let resync = ResyncPacing {
        every: Duration::from_secs(3_600),
        requests_per_minute: 1_000_000,
    };
    run.reload("export", "resync-wanted", |settings| {
        settings.resync = Some(resync);
        settings.page_size = 20;
    })
    .await;
    run.until_under_way().await;
    run.reload("labels", "resync-and-labels", |settings| {
        settings.series.labels.named[NamedSet::Brand] = false
    })
    .await;
    run.until_resynced().await;
    run.mark("seven tickets vanish");
    run.desk.simulator.world(|world| world.vanish_many(20..27));
    run.until_under_way().await;
    run.reload("export", "resync-and-scope", |settings| {
        settings.scope = SupportTypeScope::All
    })
    .await;
    run.until_resynced().await;
    run.show("resynced-scope").await;
    run.until_under_way().await;
    run.reload("export", "resync-and-source", |settings| {
        settings.source = other
    })
    .await;
    run.until_resynced().await;
    run.show("resynced-source").await;
    run.until_under_way().await;
    run.reload("export", "resync-and-start", |settings| {
        settings.start_time = 0
    })
    .await;
    run.until_resynced().await;
    run.show("resynced-start").await;
    run.until_under_way().await;
    run.reload("export", "no-resync-wanted", |settings| {
        settings.resync = None
    })
    .await;
}

async fn refused(run: &mut Run) {
    let token = |text: &str| Auth::AccessToken(text.into());
    run.reload("auth", "wrong-token", |settings| {
        settings.auth = token("wrong")
    })
    .await;
    run.reload("auth", "right-token", |settings| {
        settings.auth = token("simulator-token")
    })
    .await;
    run.mark("a cursor is not accepted");
    run.desk.simulator.set_fault(Fault::InvalidCursor, 1);
    run.desk.live_step().await;
    run.reload("export", "other-families", |settings| {
        settings.series.metric_sets = false;
        settings.series.slas = true;
    })
    .await;
    run.change_tickets();
    run.desk.catch_up().await;
    run.show("over").await;
}
