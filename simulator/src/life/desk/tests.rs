//! What a desk whose agents keep up is like, in the long run.

use super::super::habits::{Rates, Rush};
use super::super::{DAY_SECONDS, Habits, Life};
use super::{Desk, HOUR, MINUTE, Rhythm};
use crate::vocabulary::{Priority, Score, SlaStage, Status};
use crate::world::{SimTicket, World};

/// Monday 2026-09-21, midnight.
const MONDAY: i64 = 1_789_948_800;

const KEEPING_UP: Habits = Habits::keeping_up(15 * MINUTE);

struct Lived {
    world: World,
    life: Life,
}

impl Lived {
    fn begin(habits: Habits, tickets_per_day: f64) -> Self {
        let mut world = World::new(MONDAY);
        let rates = Rates { tickets_per_day };
        let mut life = Life::new(7, rates, &world).with_habits(habits, &mut world);
        life.furnish(&mut world, 500);
        Self { world, life }
    }

    fn until(&mut self, at: i64) {
        self.life.live_until(&mut self.world, at);
    }

    fn tickets(&self) -> impl Iterator<Item = &SimTicket> {
        self.world.rows_after((0, 0)).map(|(_, ticket)| ticket)
    }

    fn unsolved(&self) -> Vec<&SimTicket> {
        self.tickets()
            .filter(|ticket| ticket.status.is_some_and(Status::is_unsolved))
            .collect()
    }
}

#[test]
fn the_backlog_stays_what_it_is_and_no_target_is_missed_for_long() {
    let mut desk = Lived::begin(KEEPING_UP, 600.0);
    desk.until(MONDAY + 8 * DAY_SECONDS);
    let early = desk.unsolved().len();
    for hour in 0..6 * 24 {
        let now = MONDAY + 8 * DAY_SECONDS + hour * HOUR + 17 * MINUTE;
        desk.until(now);
        for ticket in desk.unsolved() {
            let age = now - ticket.created_at;
            let is_urgent = ticket.priority == Priority::Urgent;
            assert!(
                ticket.assignee.is_some() || !is_urgent || age < 900,
                "{ticket:?}"
            );
            let waits_for_us = matches!(ticket.status, Some(Status::New | Status::Open));
            assert!(!waits_for_us || age < 60 * DAY_SECONDS, "{ticket:?}");
            for target in ticket.sla() {
                let is_late = target.breach_at.is_some_and(|at| at < now);
                assert!(target.stage != SlaStage::Active || !is_late, "{ticket:?}");
            }
        }
    }
    let late = desk.unsolved().len();
    assert!(
        late * 4 < early * 5 && early * 4 < late * 5,
        "{early} {late}"
    );
    let now = desk.world.now();
    let ages: Vec<i64> = desk
        .unsolved()
        .iter()
        .map(|ticket| now - ticket.created_at)
        .collect();
    for (from, to) in [
        (0, HOUR),
        (HOUR, 12 * HOUR),
        (12 * HOUR, 2 * DAY_SECONDS),
        (2 * DAY_SECONDS, 7 * DAY_SECONDS),
    ] {
        assert!(
            ages.iter().any(|age| (from..to).contains(age)),
            "{from} {ages:?}"
        );
    }
}

#[test]
fn a_week_of_keeping_up_has_a_bit_of_everything() {
    let mut desk = Lived::begin(KEEPING_UP, 600.0);
    desk.until(MONDAY + 12 * DAY_SECONDS);
    for status in &Status::ALL[..6] {
        assert!(!desk.world.with_status(*status).is_empty(), "{status:?}");
    }
    assert!(desk.tickets().any(|ticket| ticket.status.is_none()));
    assert!(desk.tickets().any(|ticket| ticket.reopens > 0));
    let scored = |score| {
        desk.tickets()
            .filter(|ticket| ticket.score == score)
            .count()
    };
    assert!(scored(Score::Good) > 4 * scored(Score::Bad) && scored(Score::Bad) > 0);
    let created = desk.tickets().count();
    assert!((7_000..8_500).contains(&created), "{created}");
}

#[test]
fn who_looks_changes_nothing() {
    let rows = |looks: i64| {
        let mut desk = Lived::begin(KEEPING_UP, 600.0);
        for look in 1..=looks {
            desk.until(MONDAY + 2 * DAY_SECONDS * look / looks);
        }
        desk.tickets().cloned().collect::<Vec<_>>()
    };
    assert_eq!(rows(1), rows(1_000));
}

#[test]
fn a_rush_fills_the_office_and_the_office_empties_it() {
    let rush = Rush {
        from: MONDAY + DAY_SECONDS + 12 * HOUR,
        until: MONDAY + DAY_SECONDS + 16 * HOUR,
        times: 4.0,
    };
    let lived = |rush| {
        let desk = Desk {
            rhythm: Rhythm::Office,
            rush,
        };
        let habits = Habits {
            desk: Some(desk),
            ..Habits::LIVELY
        };
        let mut desk = Lived::begin(habits, 260.0);
        [DAY_SECONDS + 16 * HOUR, 4 * DAY_SECONDS + 16 * HOUR].map(|at| {
            desk.until(MONDAY + at);
            desk.unsolved().len() as f64
        })
    };
    let (usual, rushed) = (lived(None), lived(Some(rush)));
    assert!(rushed[0] > 1.5 * usual[0], "{usual:?} {rushed:?}");
    assert!(rushed[1] < 1.3 * usual[1], "{usual:?} {rushed:?}");
}

#[test]
fn the_backlog_of_a_month_ends_as_it_began() {
    let mut desk = Lived::begin(KEEPING_UP, 2_400.0);
    let [early, late] = [14, 44].map(|days| {
        desk.until(MONDAY + days * DAY_SECONDS);
        desk.unsolved().len() as f64
    });
    assert!((0.93..1.07).contains(&(late / early)), "{early} {late}");
}
