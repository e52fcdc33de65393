//! A list whose rows are not in the order that its position rests on.

use zendesk_simulator::vocabulary::Status;
use zendesk_simulator::world::Draft;

use super::*;

#[tokio::test]
async fn a_list_without_order_is_read_from_its_stored_position_again_and_that_is_told_once() {
    let mut world = World::new(NOW - 86_400);
    for _ in 0..150 {
        world.create(&Draft::default());
        world.advance_to(world.now() + 60);
    }
    let mut desk = Desk::open(settings(SourceChoice::List, None), world);
    desk.source.lock().list_is_reversed = true;
    let log = Captured::start();
    desk.run_for_seconds(600).await;
    assert_eq!(desk.shown(&catalog::TICKETS), 150);
    desk.source.lock().world.set_status(7, Status::Solved);
    desk.run_for_seconds(600).await;
    assert_eq!(desk.shown(&catalog::SOLVED), 1);
    assert_eq!(desk.position(), None);
    let told = log.text();
    let lines = told
        .lines()
        .filter(|line| line.contains("is not in the order of updated_at"));
    assert_eq!(lines.count(), 1, "{told}");
    desk.source.lock().list_is_reversed = false;
    desk.run_for_seconds(600).await;
    assert!(desk.position().is_some());
}

impl Desk {
    /// The stored position in the list of tickets.
    fn position(&self) -> Option<Position> {
        let progress = self.poller.state().expect("open").progress();
        progress.list.marks.position.clone()
    }
}
