//! The request budget of the lists: a share of the account's limit, and nothing while a fifth of any limit or less
//! remains.

use std::time::Duration;

use zendesk_exporter::schedule::ListPacing;
use zendesk_exporter::source::{ArchivedTickets, SourceChoice, SupportTypeScope};
use zendesk_simulator::Asked;
use zendesk_simulator::list_habits::ListHabits;

use super::*;
use crate::desk::{Desk, DeskSettings, NOW};

/// The limits of an account, each per minute.
#[derive(Clone, Copy, Debug)]
struct Limits {
    account: u32,
    list: Option<u32>,
    deleted: u32,
}

/// What others use of the account's limit in each minute.
const NOTHING: u32 = 0;

/// An exporter that reads a large account by its lists with these limits and this share, archived tickets too.
async fn desk(limits: Limits, percent: u32) -> Desk {
    let options = Options {
        tickets: 3_000,
        account_requests_per_minute: Some(limits.account),
        tickets_index_per_minute: limits.list,
        deleted_tickets_per_minute: Some(limits.deleted),
        lists: ListHabits {
            archive_after_seconds: Some(86_400),
            ..ListHabits::default()
        },
        ..Options::manual(NOW)
    };
    let settings = DeskSettings {
        lists: ListPacing {
            budget_percent: percent,
            verify_every: Duration::from_secs(60),
            deleted_every: Duration::from_secs(5),
            ..ListPacing::DEFAULT
        },
        poll_interval: Duration::from_secs(5),
        archive: ArchivedTickets::Ids,
        scope: SupportTypeScope::All,
        ..DeskSettings::of_list(SourceChoice::List)
    };
    let desk = Desk::open_at(settings, options).await;
    desk.simulator.set_truth(Truth::List);
    desk
}

/// The requests of the simulated account.
struct Minutes<'a> {
    asked: &'a [Asked],
    limits: Limits,
    /// After the first request of each minute.
    used_by_others: u32,
}

/// What was used of a limit in the present minute.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    minute: i64,
    requests: u32,
    /// What the latest answer left.
    left: u32,
}

impl Used {
    /// Counts a request at this time. Returns what of `limit` the answer to the one before it left, in the same
    /// minute.
    fn count(&mut self, at: i64, limit: u32) -> Option<u32> {
        let minute = at.div_euclid(60);
        let left = (self.minute == minute).then_some(self.left);
        if left.is_none() {
            *self = Self {
                minute,
                ..Self::default()
            };
        }
        self.requests += 1;
        self.left = limit.saturating_sub(self.requests);
        left
    }
}

/// Whether an answer that left so many leaves more than a fifth.
fn leaves_enough(left: u32, limit: u32) -> bool {
    left * 5 > limit
}

impl Minutes<'_> {
    /// Fails where a request was sent although the latest answer left too little of a limit. Returns the most
    /// requests of a minute.
    fn check(&self) -> u32 {
        let Limits {
            account,
            list,
            deleted,
        } = self.limits;
        let mut of_account = Used::default();
        let (mut of_list, mut of_deleted) = (Used::default(), Used::default());
        let (mut own, mut most) = (0, 0);
        for Asked {
            target, at, status, ..
        } in self.asked
        {
            assert_ne!(*status, 429, "{target}");
            let left = of_account.count(*at, account);
            own += 1;
            if left.is_none() {
                own = 1;
                of_account.requests += self.used_by_others;
            }
            most = most.max(own);
            let path = target.split('?').next().unwrap_or_default();
            if let Some(left) = left {
                assert!(
                    leaves_enough(left, account),
                    "{left} of {account}: {target}"
                );
            }
            let own_limit = match path {
                "/api/v2/tickets" => list.map(|limit| (&mut of_list, limit)),
                "/api/v2/deleted_tickets" => Some((&mut of_deleted, deleted)),
                _ => None,
            };
            if let Some((used, limit)) = own_limit
                && let Some(left) = used.count(*at, limit)
            {
                assert!(leaves_enough(left, limit), "{left} of {limit}: {target}");
            }
        }
        most
    }
}

/// Lets the account live until it was read with its archive, and for some minutes more. Others use so many requests
/// of each minute.
async fn read_all(desk: &mut Desk, used_by_others: u32) {
    let (mut spent_in, mut until) = (0, None);
    for step in 0..3_000 {
        desk.step_in_time().await;
        let now = desk.simulator.now();
        let minute = now.div_euclid(60);
        let asked = desk.simulator.asked();
        let is_first = asked
            .last()
            .is_some_and(|asked| asked.at.div_euclid(60) == minute);
        if is_first && spent_in != minute {
            spent_in = minute;
            desk.simulator.spend_account_limit(used_by_others);
        }
        // It takes as long as many steps do.
        if step % 50 == 0 && until.is_none() && has_all(desk) {
            until = Some(now + 300);
        }
        if until.is_some_and(|until| now > until) {
            return;
        }
    }
    let settings = desk.oracle_settings();
    let expected = desk
        .simulator
        .account_gauges(Seen::ByExport, "acme", &settings);
    panic!(
        "never: {}",
        differing(&gauges(&nonzero_of_all(&desk.scrape())), &expected)
    );
}

/// Whether the gauges have every ticket.
fn has_all(desk: &Desk) -> bool {
    let settings = desk.oracle_settings();
    let expected = desk
        .simulator
        .account_gauges(Seen::ByExport, "acme", &settings);
    gauges(&nonzero_of_all(&desk.scrape())) == expected
}

async fn check(limits: Limits, percent: u32, used_by_others: u32) -> u32 {
    let mut desk = desk(limits, percent).await;
    read_all(&mut desk, used_by_others).await;
    let asked = desk.simulator.asked();
    let minutes = Minutes {
        asked: &asked,
        limits,
        used_by_others,
    };
    minutes.check()
}

#[tokio::test]
async fn a_large_account_is_read_within_the_share_of_its_limit() {
    let limits = Limits {
        account: 200,
        list: Some(100),
        deleted: 10,
    };
    let most = check(limits, 10, NOTHING).await;
    assert_eq!(most, 20);
}

#[tokio::test]
async fn nothing_is_sent_while_a_fifth_of_the_accounts_limit_or_less_remains() {
    let limits = Limits {
        account: 60,
        list: None,
        deleted: 10,
    };
    // Others use half of it, and the setting would allow all of it.
    let most = check(limits, 100, 30).await;
    assert_eq!(most, 18, "the last of them leaves 12 of 60");
}

#[tokio::test]
async fn nothing_is_sent_while_a_fifth_of_a_lists_own_limit_or_less_remains() {
    let limits = Limits {
        account: 100_000,
        list: Some(10),
        deleted: 5,
    };
    check(limits, 100, NOTHING).await;
}

/// Of an account whose export is refused while others use most of its limit.
#[tokio::test]
async fn the_list_is_not_asked_instead_of_the_export_while_a_fifth_of_the_limit_or_less_remains() {
    let options = Options {
        account_requests_per_minute: Some(50),
        ..Options::manual(NOW)
    };
    let settings = DeskSettings::of_list(SourceChoice::Auto);
    let mut desk = Desk::open_at(settings, options).await;
    desk.simulator.set_truth(Truth::List);
    desk.simulator.refuse_exports(403);
    desk.simulator
        .world(|world| world.create(&Draft::default()));
    let exports = |desk: &Desk| asked_of(&desk.simulator, "incremental/tickets/cursor").len();
    desk.simulator.spend_account_limit(40);
    while exports(&desk) < 1 {
        desk.step_in_time().await;
    }
    assert_eq!(asked_of(&desk.simulator, "tickets"), [""; 0]);
    // The next refusal asks.
    desk.run_until(|desk| desk.scrape().contains(&source("list", "refused")))
        .await;
    assert_eq!(exports(&desk), 2);
    desk.run_until(|desk| desk.value("zendesk_tickets{").is_some())
        .await;
    desk.check_against_oracle();
    let asked = desk.simulator.asked();
    assert!(asked.iter().all(|asked| asked.status != 429), "{asked:?}");
}
