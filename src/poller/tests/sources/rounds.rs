//! Verify rounds and the walk over archived tickets: what is asked, what is removed, and what is not.

use zendesk_simulator::world::Draft;

use super::*;

const HOUR: u64 = 3_600;

/// An account of so many new tickets, each a minute after the one before, the latest an hour ago.
fn world(tickets: i64) -> World {
    let first = NOW - 3_600 - 60 * tickets;
    let mut world = World::new(first);
    for ticket in 0..tickets {
        world.advance_to(first + 60 * ticket);
        world.create(&Draft::default());
    }
    world
}

impl Desk {
    async fn run_for_hours(&mut self, hours: u64) {
        self.run_for_seconds(hours * HOUR).await;
    }

    /// How many requests went to this endpoint since the last call.
    fn requests_to(&self, endpoint: Endpoint) -> usize {
        let mut account = self.source.lock();
        let asked = std::mem::take(&mut account.asked);
        asked.iter().filter(|asked| **asked == endpoint).count()
    }
}

#[tokio::test]
async fn a_removed_ticket_is_not_asked_for_by_itself_again() {
    let mut desk = Desk::open(settings(SourceChoice::List, None), world(30));
    desk.run_for_seconds(300).await;
    desk.source.lock().world.vanish_many(1..=5);
    desk.run_for_hours(3).await;
    assert_eq!(desk.shown(&catalog::VANISHED), 5);
    assert_eq!(desk.requests_to(Endpoint::ShowOne), 5);
    desk.run_for_hours(6).await;
    assert_eq!(desk.shown(&catalog::VANISHED), 5);
    assert_eq!(desk.requests_to(Endpoint::ShowOne), 0);
}
