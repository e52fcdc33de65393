//! The connections that there are, and the place that each of them has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::activity::{Event, Standing, makes_room};

/// Reads a monotonic clock.
pub(super) type Monotonic = Arc<dyn Fn() -> Duration + Send + Sync>;

/// The connections that are open, at most as many as it was made for.
pub(super) struct Crowd {
    connections_max: usize,
    now: Monotonic,
    present: Mutex<Present>,
}

#[derive(Default)]
struct Present {
    /// In the order in which they came.
    connections: BTreeMap<u64, Connection>,
    latest: u64,
}

struct Connection {
    standing: Standing,
    /// The content that it is being sent.
    holds: Option<u64>,
    leave: CancellationToken,
}

impl Crowd {
    pub(super) fn new(connections_max: usize, now: Monotonic) -> Arc<Self> {
        Arc::new(Self {
            connections_max,
            now,
            present: Mutex::default(),
        })
    }

    /// Lets a connection in. If there are as many as there may be, another one is told to leave.
    pub(super) fn admit(self: &Arc<Self>) -> Arc<Visitor> {
        let now = (self.now)();
        let mut present = self.lock();
        if present.connections.len() >= self.connections_max {
            present.send_one_away(now);
        }
        present.latest += 1;
        let number = present.latest;
        let leave = CancellationToken::new();
        let connection = Connection {
            standing: Standing::new(now),
            holds: None,
            leave: leave.clone(),
        };
        present.connections.insert(number, connection);
        Arc::new(Visitor {
            crowd: Arc::clone(self),
            number,
            leave,
        })
    }

    /// Tells a connection to leave, if there is any.
    pub(super) fn make_room(&self) {
        let now = (self.now)();
        self.lock().send_one_away(now);
    }

    fn dismiss(&self, content: u64) {
        let mut present = self.lock();
        present.connections.retain(|_, connection| {
            let stays = connection.holds != Some(content);
            if !stays {
                connection.leave.cancel();
            }
            stays
        });
    }

    fn lock(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Present {
    fn send_one_away(&mut self, now: Duration) {
        let standings = self
            .connections
            .iter()
            .map(|(number, connection)| (*number, connection.standing));
        let leaves = makes_room(standings, now);
        if let Some(connection) = leaves.and_then(|number| self.connections.remove(&number)) {
            connection.leave.cancel();
        }
    }
}

/// One connection's place in the crowd, given up when the last handle is dropped.
pub(in crate::server) struct Visitor {
    crowd: Arc<Crowd>,
    number: u64,
    leave: CancellationToken,
}

impl Visitor {
    /// Notes what happened, and says how the connection stands now; `None` if it was told to leave.
    pub(super) fn on(&self, event: Event) -> Option<Standing> {
        let now = (self.crowd.now)();
        self.with(|connection| {
            if event == Event::AnswerEnded {
                connection.holds = None;
            }
            connection.standing = connection.standing.after(event, now);
            connection.standing
        })
    }

    /// How the connection stands; `None` if it was told to leave.
    pub(super) fn standing(&self) -> Option<Standing> {
        self.with(|connection| connection.standing)
    }

    /// From now on it is being sent this content, until its answer ends.
    pub(in crate::server) fn holds(&self, content: u64) {
        self.with(|connection| connection.holds = Some(content));
    }

    /// Tells every connection to leave that is being sent this content.
    pub(in crate::server) fn send_holders_away(&self, content: u64) {
        self.crowd.dismiss(content);
    }

    /// Waits until another connection needs the place.
    pub(super) async fn told_to_leave(&self) {
        self.leave.cancelled().await;
    }

    fn with<T>(&self, look: impl FnOnce(&mut Connection) -> T) -> Option<T> {
        self.crowd
            .lock()
            .connections
            .get_mut(&self.number)
            .map(look)
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.crowd.lock().connections.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_is_told_to_leave_has_no_place_any_more() {
        let crowd = Crowd::new(2, Arc::new(|| Duration::ZERO));
        let first = crowd.admit();
        let second = crowd.admit();
        second.on(Event::Head);
        let third = crowd.admit();
        first.told_to_leave().await;
        assert_eq!(first.on(Event::Bytes), None);
        assert_eq!(crowd.lock().connections.len(), 2);
        drop(first);
        assert_eq!(crowd.lock().connections.len(), 2);
        drop(second);
        let fourth = crowd.admit();
        assert!(third.standing().is_some());
        third.holds(7);
        crowd.dismiss(8);
        assert!(third.standing().is_some());
        crowd.dismiss(7);
        third.told_to_leave().await;
        crowd.make_room();
        fourth.told_to_leave().await;
        crowd.make_room();
        assert!(crowd.lock().connections.is_empty());
    }
}
