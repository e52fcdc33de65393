//! Any schedule of refusals, kills and changes of the account leaves what is shown exact.

use proptest::prelude::*;
use zendesk_simulator::export_habits::LastMinute;
use zendesk_simulator::list_habits::{GeneratedTimestamp, MissingIds, Replicas, Visibility};
use zendesk_simulator::ticket::SetLateness;
use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::world::Draft;

use super::*;
use crate::ledger::TicketFamily;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Happening {
    /// A ticket is created.
    Creates,
    /// The ticket at this place gets this status.
    Moves(usize, Status),
    /// It is solved and reopened, or the other way round, within a second.
    Flips(usize),
    /// It is deleted.
    Deletes(usize),
    /// It is restored.
    Restores(usize),
    /// It is deleted for good, without a word.
    Vanishes(usize),
    /// It changes in a way that moves neither `updated_at` nor its place in the list.
    WritesSilently(usize, Status),
    /// The export is refused, or let back.
    RefusesExport(bool),
    /// The list is refused, or let back.
    RefusesList(bool),
    /// Some requests fail.
    Fails(u32),
    /// The process is killed.
    Kills,
    /// The process ends, and begins with another source in its settings.
    Reconfigures(SourceChoice),
    /// A day passes.
    PassesADay,
}

impl Happening {
    const fn changes_tickets(&self) -> bool {
        matches!(
            self,
            Self::Creates
                | Self::Moves(..)
                | Self::Flips(_)
                | Self::Deletes(_)
                | Self::Restores(_)
                | Self::Vanishes(_)
                | Self::WritesSilently(..)
        )
    }
}

const STATUSES: &[Status] = &[
    Status::New,
    Status::Open,
    Status::Pending,
    Status::Hold,
    Status::Solved,
];

fn any_happening() -> impl Strategy<Value = Happening> {
    let place = 0..40usize;
    let status = prop::sample::select(STATUSES);
    prop_oneof![
        4 => Just(Happening::Creates),
        6 => (place.clone(), status.clone()).prop_map(|(place, status)| Happening::Moves(place, status)),
        2 => place.clone().prop_map(Happening::Flips),
        2 => place.clone().prop_map(Happening::Deletes),
        2 => place.clone().prop_map(Happening::Restores),
        1 => place.clone().prop_map(Happening::Vanishes),
        1 => any_source().prop_map(Happening::Reconfigures),
        1 => (place, status).prop_map(|(place, status)| Happening::WritesSilently(place, status)),
        3 => any::<bool>().prop_map(Happening::RefusesExport),
        1 => any::<bool>().prop_map(Happening::RefusesList),
        1 => (1..4u32).prop_map(Happening::Fails),
        3 => Just(Happening::Kills),
        1 => Just(Happening::PassesADay),
    ]
}

fn any_source() -> impl Strategy<Value = SourceChoice> {
    prop_oneof![
        3 => Just(SourceChoice::Auto),
        1 => Just(SourceChoice::List),
        1 => Just(SourceChoice::Cursor),
    ]
}

/// The settings that a schedule begins with.
#[derive(Clone, Copy, Debug)]
struct Begins {
    source: SourceChoice,
    has_lane: bool,
    /// With three rows a page, every walk is interrupted between two pages.
    page_size: u32,
}

fn any_settings() -> impl Strategy<Value = Begins> {
    let page_size = prop::sample::select(&[3, 100][..]);
    let settings = (any_source(), any::<bool>(), page_size);
    settings.prop_map(|(source, has_lane, page_size)| Begins {
        source,
        has_lane,
        page_size,
    })
}

/// What the lists of the account do.
#[derive(Clone, Copy, Debug)]
struct Account {
    generated: GeneratedTimestamp,
    visibility: Visibility,
    replicas: Replicas,
    missing_ids: MissingIds,
    last_minute: LastMinute,
    lateness: SetLateness,
}

fn any_account() -> impl Strategy<Value = Account> {
    let generated = prop::sample::select(
        &[
            GeneratedTimestamp::Carried,
            GeneratedTimestamp::Missing,
            GeneratedTimestamp::Zero,
        ][..],
    );
    let visibility = prop::sample::select(&[Visibility::AtOnce, Visibility::Within(60)][..]);
    let replicas = prop::sample::select(&[Replicas::One, Replicas::InTurns { lag_seconds: 5 }][..]);
    let missing_ids = prop::sample::select(&[MissingIds::LeftOut, MissingIds::NotFound][..]);
    let last_minute = prop::sample::select(&[LastMinute::Hidden, LastMinute::AsItWas][..]);
    let lateness = prop::sample::select(&[SetLateness::Never, SetLateness::PerThousand(300)][..]);
    let habits = (generated, visibility, replicas, missing_ids);
    (habits, last_minute, lateness).prop_map(|(habits, last_minute, lateness)| {
        let (generated, visibility, replicas, missing_ids) = habits;
        Account {
            generated,
            visibility,
            replicas,
            missing_ids,
            last_minute,
            lateness,
        }
    })
}

/// The true numbers of events, kept as they happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Truly {
    created: u64,
    deleted: u64,
    restored: u64,
}

struct Tale {
    desk: Desk,
    tally: Tally,
}

/// What is kept of what happened.
#[derive(Debug, Default)]
struct Tally {
    ids: Vec<i64>,
    truly: Truly,
    /// Solves and reopens that are no events: those before the baseline, and those of restores.
    before: (u64, u64),
    /// Solves and reopens of tickets that are deleted for good.
    vanished: (u64, u64),
}

impl Tale {
    fn begin(account: Account, begins: Begins) -> Self {
        let mut world = World::new(NOW - 86_400);
        world.list_habits.generated_timestamp = account.generated;
        world.list_habits.visibility = account.visibility;
        world.list_habits.replicas = account.replicas;
        world.list_habits.missing_ids = account.missing_ids;
        world.last_minute = account.last_minute;
        world.metric_sets_late = account.lateness;
        let mut ids = Vec::new();
        for place in 0..6 {
            world.advance_to(NOW - 80_000 + 600 * place);
            let id = world.create(&Draft::default());
            world.advance_to(NOW - 80_000 + 600 * place + 60);
            if place % 2 == 0 {
                world.set_status(id, Status::Solved);
            }
            ids.push(id);
        }
        world.bring_late_metric_sets();
        world.advance_to(NOW);
        let lane = begins.has_lane.then_some(Duration::from_secs(15));
        let mut settings = settings(begins.source, lane);
        settings.pacing.page_size = begins.page_size;
        let mut tale = Self {
            desk: Desk::open(settings, world),
            tally: Tally {
                ids,
                ..Tally::default()
            },
        };
        tale.tally.before = tale.true_solves();
        tale
    }

    /// The true solves and reopens of all tickets.
    fn true_solves(&self) -> (u64, u64) {
        let account = self.desk.source.lock();
        let tickets = account.world.by_id();
        tickets.fold(self.tally.vanished, |(solves, reopens), (_, ticket)| {
            (
                solves + u64::from(ticket.solves),
                reopens + u64::from(ticket.reopens),
            )
        })
    }

    fn happens(&mut self, happening: &Happening) {
        let desk = &mut self.desk;
        let progress = desk.progress();
        // What happens to older tickets before the first sync is complete is their past, and is not counted.
        if !progress.initial_sync_complete && happening.changes_tickets() {
            return;
        }
        let list_is_truth = progress.truth.is_list;
        let reads_export_alone = desk.settings.source == SourceChoice::Cursor;
        let mut account = desk.source.lock();
        // A ticket that comes and goes while nobody can read the account leaves no trace.
        let nobody_sees = match (list_is_truth, account.export_refused.is_some()) {
            (false, true) if reads_export_alone => true,
            (true, _) | (false, true) => account.list_refused,
            (false, false) => false,
        };
        if nobody_sees
            && matches!(
                happening,
                Happening::Deletes(_) | Happening::Restores(_) | Happening::Vanishes(_)
            )
        {
            return;
        }
        let world = &mut account.world;
        match happening {
            happening if happening.changes_tickets() => {
                change(world, &mut self.tally, happening);
            }
            Happening::RefusesExport(is_refused) => {
                account.export_refused = is_refused.then_some(403);
            }
            Happening::RefusesList(is_refused) => account.list_refused = *is_refused,
            Happening::Fails(requests) => account.fails = *requests,
            _ => {}
        }
        drop(account);
        if let Happening::Reconfigures(source) = happening {
            desk.settings.source = *source;
        }
        let before = desk.progress();
        if matches!(happening, Happening::Kills | Happening::Reconfigures(_)) {
            desk.kill();
        }
        if matches!(happening, Happening::Kills) {
            assert_eq!(desk.progress(), before, "all of it is stored");
        }
    }

    /// The counters of events, and how often each truly happened.
    fn true_events(&self) -> [(&'static TicketFamily, u64); 5] {
        let (solves, reopens) = self.true_solves();
        [
            (&catalog::CREATED, self.tally.truly.created),
            (&catalog::DELETED, self.tally.truly.deleted),
            (&catalog::RESTORED, self.tally.truly.restored),
            (&catalog::SOLVED, solves - self.tally.before.0),
            (&catalog::REOPENED, reopens - self.tally.before.1),
        ]
    }

    /// No counter is ever ahead of the truth.
    fn check_never_ahead(&self) {
        for (family, most) in self.true_events() {
            let shown = self.desk.shown(family);
            assert!(shown <= most, "{} is {shown}, truly {most}", family.name);
        }
    }

    /// After quiet and two verify rounds everything is exact.
    async fn settles(&mut self) {
        {
            let mut account = self.desk.source.lock();
            account.fails = 0;
            account.list_refused = false;
            if self.desk.settings.source == SourceChoice::Cursor {
                account.export_refused = None;
            }
            account.world.bring_late_metric_sets();
            // A resync takes the absence of the newest ticket for an export that ended early, and removes nothing.
            self.tally.truly.created += 1;
            account.world.create(&Draft::default());
        }
        self.desk.run_for_seconds(9 * 3_600).await;
        self.check_never_ahead();
        let account = self.desk.source.lock();
        let statuses: Vec<Status> = account
            .world
            .by_id()
            .filter_map(|(_, ticket)| ticket.status)
            .collect();
        let unsolved = statuses.iter().filter(|status| status.is_unsolved());
        let (live, unsolved) = (statuses.len() as u64, unsolved.count() as u64);
        drop(account);
        let gauges = [(&catalog::TICKETS, live), (&catalog::UNSOLVED, unsolved)];
        for (family, expected) in gauges.into_iter().chain(self.true_events()) {
            let shown = self.desk.shown(family);
            assert_eq!(shown, expected, "{}", family.name);
        }
    }
}

/// Lets something happen to a ticket.
fn change(world: &mut World, tally: &mut Tally, happening: &Happening) {
    let ids = tally.ids.clone();
    let id = |place: &usize| ids[place % ids.len()];
    let status_of = |world: &World, id: i64| world.ticket(id).and_then(|ticket| ticket.status);
    match happening {
        Happening::Creates => {
            let id = world.create(&Draft::default());
            tally.ids.push(id);
            tally.truly.created += 1;
        }
        Happening::Moves(place, status) => {
            let id = id(place);
            if status_of(world, id).is_some_and(|now| now != *status) {
                world.set_status(id, *status);
            }
        }
        Happening::Flips(place) => world.flip(id(place)),
        Happening::Deletes(place) => {
            let id = id(place);
            if status_of(world, id).is_some() {
                world.delete(id);
                tally.truly.deleted += 1;
            }
        }
        Happening::Restores(place) => {
            let id = id(place);
            if world.ticket(id).is_some() && status_of(world, id).is_none() {
                let reopens = world.ticket(id).map_or(0, |ticket| ticket.reopens);
                world.restore(id, Status::Open);
                let after = world.ticket(id).map_or(0, |ticket| ticket.reopens);
                // A restore is an event of its own, whatever Zendesk counts.
                tally.before.1 += u64::from(after - reopens);
                tally.truly.restored += 1;
            }
        }
        Happening::Vanishes(place) => {
            let id = id(place);
            if let Some(ticket) = world.ticket(id) {
                tally.vanished.0 += u64::from(ticket.solves);
                tally.vanished.1 += u64::from(ticket.reopens);
                world.vanish(id);
            }
        }
        Happening::WritesSilently(place, status) => {
            let id = id(place);
            let is_unsolved = status_of(world, id).is_some_and(|status| status.is_unsolved());
            if is_unsolved && status.is_unsolved() {
                world.system_write(id, |ticket| ticket.status = Some(*status));
            }
        }
        _ => {}
    }
}

async fn tell(account: Account, begins: Begins, happenings: &[(Happening, u64)]) {
    let mut tale = Tale::begin(account, begins);
    for (happening, seconds) in happenings {
        let ends_a_ticket = matches!(
            happening,
            Happening::Deletes(_) | Happening::Restores(_) | Happening::Vanishes(_)
        );
        if ends_a_ticket {
            // Whatever happened to the ticket before shows in a row: its last metric set may come silently, and
            // then only a verify round shows it.
            tale.desk.source.lock().world.bring_late_metric_sets();
            tale.desk.run_for_seconds(4_000).await;
        }
        tale.happens(happening);
        let seconds = match happening {
            Happening::PassesADay => 86_400,
            _ if ends_a_ticket => 1_000 + *seconds,
            _ => *seconds,
        };
        tale.desk.run_for_seconds(seconds).await;
        if matches!(happening, Happening::Restores(_)) {
            // A set that comes late after a restore cannot be told from one that shows a later reopen.
            tale.desk.source.lock().world.bring_late_metric_sets();
            tale.desk.run_for_seconds(4_000).await;
        }
        tale.check_never_ahead();
    }
    tale.settles().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_schedule_of_switches_and_kills_leaves_what_is_shown_exact(
        account in any_account(),
        begins in any_settings(),
        happenings in prop::collection::vec((any_happening(), prop_oneof![1..200u64, 600..4_000u64]), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(tell(account, begins, &happenings));
    }
}

#[tokio::test]
async fn a_set_that_comes_late_after_a_restore_counts_nothing() {
    let account = Account {
        generated: GeneratedTimestamp::Carried,
        visibility: Visibility::AtOnce,
        replicas: Replicas::One,
        missing_ids: MissingIds::LeftOut,
        last_minute: LastMinute::Hidden,
        lateness: SetLateness::PerThousand(300),
    };
    let begins = Begins {
        source: SourceChoice::Auto,
        has_lane: false,
        page_size: 100,
    };
    let happenings = [
        (Happening::Deletes(20), 1),
        (Happening::Creates, 1),
        (Happening::Creates, 1),
        (Happening::Creates, 183),
        (Happening::Flips(21), 9),
        (Happening::Restores(29), 945),
    ];
    tell(account, begins, &happenings).await;
}
