//! The account behind the server, and what all requests share.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::answer::Answer;
use super::options::Options;
use super::refusals;
use super::traffic::Traffic;
use crate::faults::{Fault, FaultPlan};
use crate::life::Life;
use crate::limits::MinuteLimit;
use crate::list_faults::{ListEndpoint, ListFault};
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
    /// Of the exports.
    pub(super) limit: MinuteLimit,
    /// Of the whole API.
    pub(super) account_limit: MinuteLimit,
    pub(super) faults: FaultPlan,
    /// Both exports and their sample answer this status to everybody.
    pub(super) exports_refused: Option<u16>,
    pub(super) lists: Lists,
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
        world.list_habits = options.lists;
        let mut life =
            Life::new(options.seed, options.rates, &world).with_habits(options.habits, &mut world);
        life.furnish(&mut world, options.tickets);
        life.live_until(&mut world, now);
        Self {
            world,
            life,
            #[cfg(any(test, feature = "oracle"))]
            oracle: Oracle::default().told_of_status_changes(options.exports_tell_status_changes),
            limit: MinuteLimit::new(options.requests_per_minute),
            account_limit: MinuteLimit::new(options.account_requests_per_minute),
            faults: FaultPlan::default(),
            exports_refused: None,
            lists: Lists::new(options),
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

    /// The OAuth tokens that were made.
    pub(super) fn token_texts(&self) -> Vec<String> {
        let texts = self.tokens.iter().map(|(token, _)| token.clone());
        texts.collect()
    }

    /// How the exports refuse everybody, or this user.
    pub(super) fn export_refusal(&self) -> Option<Answer> {
        let by_role = (self.role() != "admin" && self.role.is_some()).then(refusals::not_admin);
        by_role.or_else(|| self.exports_refused.map(refusals::closed))
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
        self.lists.clear_faults();
    }
}

/// What is on at the lists of tickets.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) faults: [FaultPlan<ListFault>; ListEndpoint::ALL.len()],
    /// The endpoint answers this status to everybody.
    pub(super) refused: [Option<u16>; ListEndpoint::ALL.len()],
    /// Requests so far.
    pub(super) asked: u64,
    /// Of `/tickets`.
    pub(super) tickets_limit: MinuteLimit,
    /// Of `/deleted_tickets`.
    pub(super) deleted_limit: MinuteLimit,
}

impl Lists {
    fn new(options: &Options) -> Self {
        Self {
            faults: Default::default(),
            refused: Default::default(),
            asked: 0,
            tickets_limit: MinuteLimit::new(options.tickets_index_per_minute),
            deleted_limit: MinuteLimit::new(options.deleted_tickets_per_minute),
        }
    }

    pub(super) const fn faults_of(&mut self, endpoint: ListEndpoint) -> &mut FaultPlan<ListFault> {
        &mut self.faults[endpoint as usize]
    }

    fn clear_faults(&mut self) {
        for faults in &mut self.faults {
            faults.clear();
        }
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
