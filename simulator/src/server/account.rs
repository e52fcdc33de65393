//! The account behind the server, and what all requests share.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::options::Options;
use super::traffic::Traffic;
use crate::faults::{Fault, FaultPlan};
use crate::life::Life;
use crate::limits::MinuteLimit;
use crate::neighbour_faults::NeighbourFault;
#[cfg(any(test, feature = "oracle"))]
use crate::oracle::Oracle;
use crate::world::World;

/// A request that came, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Path and query.
    pub target: String,
    /// Scheme of the `Authorization` header.
    pub scheme: Option<String>,
    /// The account's clock.
    pub at: i64,
    /// Status of the answer; 0 for a connection that was dropped.
    pub status: u16,
}

/// Requests that are remembered.
pub(super) const ASKED_MAX: usize = 10_000;

/// The account behind the server.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) world: World,
    pub(super) life: Life,
    #[cfg(any(test, feature = "oracle"))]
    pub(super) oracle: Oracle,
    pub(super) limit: MinuteLimit,
    pub(super) faults: FaultPlan,
    pub(super) neighbour_faults: FaultPlan<NeighbourFault>,
    /// OAuth tokens that are good, and when they end.
    pub(super) tokens: Vec<(String, Option<i64>)>,
    pub(super) tokens_made: u64,
    /// How the token endpoint spells its answer, `{token}` for the token; `None` for as usual.
    pub(super) token_answer: Option<String>,
    /// Of the user behind all credentials, if it was given one.
    pub(super) role: Option<&'static str>,
    /// The latest request for an export was refused as one of somebody who is no admin.
    pub(super) refused_as_agent: bool,
    /// The latest request for an export was refused for its scope, which any other needs as well.
    pub(super) lacks_scope: bool,
    pub(super) asked: VecDeque<Asked>,
}

impl Account {
    pub(super) fn new(options: &Options) -> Self {
        let now = options.time.now();
        let mut world = World::new(now - i64::from(options.lived_days) * 86_400);
        world.schedule = options.schedule;
        let mut life =
            Life::new(options.seed, options.rates, &world).with_habits(options.habits, &mut world);
        life.furnish(&mut world, options.tickets);
        life.live_until(&mut world, now);
        Self {
            world,
            life,
            #[cfg(any(test, feature = "oracle"))]
            oracle: Oracle::default(),
            limit: MinuteLimit::new(options.requests_per_minute),
            faults: FaultPlan::default(),
            neighbour_faults: FaultPlan::default(),
            role: None,
            refused_as_agent: false,
            lacks_scope: false,
            token_answer: None,
            tokens: Vec::new(),
            tokens_made: 0,
            asked: VecDeque::new(),
        }
    }

    /// The role of the user behind the credentials: an admin's, unless the exports say otherwise.
    pub(super) fn role(&self) -> &'static str {
        let as_refused = if self.refused_as_agent {
            "agent"
        } else {
            "admin"
        };
        self.role.unwrap_or(as_refused)
    }

    /// An export is asked, and this is wrong with its answer.
    pub(super) fn on_fault(&mut self, fault: Option<Fault>) {
        let as_agent = [Fault::NotAdmin, Fault::NotAdminForeign];
        self.refused_as_agent = fault.is_some_and(|fault| as_agent.contains(&fault));
        self.lacks_scope = fault == Some(Fault::MissingScope);
    }

    pub(super) fn clear_faults(&mut self) {
        self.faults.clear();
        self.neighbour_faults.clear();
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) account: Mutex<Account>,
    pub(super) traffic: Traffic,
}

impl Shared {
    /// The account at its present time.
    pub(super) fn account(&self) -> MutexGuard<'_, Account> {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        let Account { world, life, .. } = &mut *account;
        life.live_until(world, self.options.time.now());
        account
    }
}
