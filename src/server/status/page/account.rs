//! One account on the status page.

use std::iter;

use maud::{Markup, html};

use super::tables::{fact_table, wide_table};
use super::text::{relative, sentence, time};
use crate::metrics::{
    AccountCondition, AccountStatus, FastLane, Problem, RequestLimit, TicketCounts, WalkStatus,
};
use crate::server::status::{PRIORITIES, STATUSES};
use crate::source::AuthMethod;
use crate::ticket::{Priority, Status, UnixSeconds};

/// One account's part of the page.
pub(super) struct AccountSection<'a> {
    /// Makes the ids of this part different from those of the others.
    pub(super) index: usize,
    pub(super) status: &'a AccountStatus,
    pub(super) now: UnixSeconds,
}

impl AccountSection<'_> {
    pub(super) fn markup(&self) -> Markup {
        let status = self.status;
        let (class, summary) = summary(status, self.now);
        let heading = format!("account-{}", self.index);
        html! {
            section aria-labelledby=(heading) {
                h2 id=(heading) { (status.account) }
                p class={ "standing " (class) } { (summary) }
                @if status.state.auth_method.is_deprecated() {
                    p.standing.busy {
                        "Zendesk deprecated this login method; API tokens stop working on 2027-04-30. Create an OAuth client, and set client_id and client_secret."
                    }
                }
                @if let Some(problem) = &status.problem { (self.problem(problem)) }
                @if let Some(tickets) = &status.tickets { (self.backlog(tickets)) }
                (self.facts())
                @if let Some(list) = &status.sources.list { (self.list(list)) }
                @if !status.limits.is_empty() { (self.limits(&status.limits)) }
            }
        }
    }

    fn problem(&self, problem: &Problem) -> Markup {
        html! {
            h3 { @if problem.is_over { "Latest problem (resolved)" } @else { "Problem" } }
            p { (sentence(&problem.message)) }
            // A problem that is over needs no action.
            @if let Some(advice) = problem.advice.filter(|_| !problem.is_over) {
                p { strong { "What to do: " } (advice) "." }
            }
            p.when { (self.when(problem.at)) }
            @if !problem.is_over && !self.status.is_stopped {
                p.when {
                    "Next attempt: "
                    @match self.status.next_attempt(self.now) {
                        Some(at) => { (self.when(at)) }
                        None => { "running now" }
                    }
                }
                @if let Some(refusals) = self.status.sources.refusals_to_come {
                    p.when { (switch_to_list(refusals)) }
                }
            }
        }
    }

    fn backlog(&self, tickets: &TicketCounts) -> Markup {
        let sum = |statuses: &[Status], priorities: &[Priority]| -> u64 {
            let of_status = |status: &Status| -> u64 {
                priorities
                    .iter()
                    .map(|priority| tickets.count(*status, *priority))
                    .sum()
            };
            statuses.iter().map(of_status).sum()
        };
        // Tickets with a priority that this program does not know are rare, so their column is seldom shown.
        let is_shown =
            |priority: &Priority| priority.label() != "other" || sum(&STATUSES, &[*priority]) > 0;
        let priorities: Vec<_> = PRIORITIES.iter().copied().filter(is_shown).collect();
        let row = |name: &str, statuses: &[Status]| {
            html! {
                tr {
                    th scope="row" { (name) }
                    @for priority in &priorities { td { (sum(statuses, &[*priority])) } }
                    td { (sum(statuses, &priorities)) }
                }
            }
        };
        let labels = priorities.iter().map(|priority| priority.label());
        let columns: Vec<_> = iter::once("Status")
            .chain(labels)
            .chain(iter::once("all"))
            .collect();
        let rows = html! {
            tbody {
                @for status in STATUSES { (row(status.label(), &[status])) }
            }
            tfoot { (row("all", &STATUSES)) }
        };
        wide_table(
            &format!("backlog-{}", self.index),
            "Unsolved tickets by status and priority",
            &columns,
            &rows,
        )
    }

    fn facts(&self) -> Markup {
        let status = self.status;
        let state = &status.state;
        let sources = &status.sources;
        let mut facts = vec![
            ("Data as of", self.when_if_ever(state.data_timestamp)),
            (
                "Latest successful answer",
                self.when_if_ever(state.last_success),
            ),
            (
                "First sync",
                if state.initial_sync_complete {
                    html! { "complete" }
                } else {
                    self.progress(state.initial_sync_ratio, status.initial_sync_end(self.now))
                },
            ),
        ];
        if let Some(list) = &sources.list {
            // Before the first sync is complete, it is the first read.
            if state.initial_sync_complete && sources.list_walk.is_under_way() {
                facts.push(("First read of the list", self.walk(sources.list_walk)));
            } else if state.initial_sync_complete {
                facts.push(("Full read of the list", self.full_walk(list.full_walk)));
            }
        } else {
            facts.push(("Resync", self.resync()));
        }
        facts.push(("Known tickets", html! { (state.state_tickets) }));
        facts.extend(self.source_facts());
        facts.push(("Login", self.login()));
        fact_table("State", facts)
    }

    fn resync(&self) -> Markup {
        let status = self.status;
        match (status.state.resync_ratio, status.resync_settles_at) {
            (None, _) => html! { "none yet" },
            (Some(ratio), _) if ratio >= 1.0 => html! { "complete" },
            (Some(_), Some(at)) => {
                html! { "reads the end of the export again at " (self.when(at)) }
            }
            (Some(ratio), None) => self.progress(ratio, status.resync_end(self.now)),
        }
    }

    fn login(&self) -> Markup {
        let state = &self.status.state;
        let method = match state.auth_method {
            AuthMethod::ClientCredentials => "OAuth client credentials",
            AuthMethod::AccessToken => "OAuth access token",
            AuthMethod::ApiToken => "API token",
            AuthMethod::Password => "password",
        };
        html! {
            (method)
            @if let Some(expires_at) = state.token_expires_at { ", token expires " (self.when(expires_at)) }
        }
    }

    /// The progress of a walk that has begun.
    pub(super) fn walk(&self, walk: WalkStatus) -> Markup {
        let ratio = walk.ratio.unwrap_or_default();
        self.progress(ratio, self.status.walk_end(walk, self.now))
    }

    fn progress(&self, ratio: f64, ends_at: Option<UnixSeconds>) -> Markup {
        // Rounded down, so that 100 % is shown only when it is true.
        let percent = (ratio.clamp(0.0, 1.0) * 100.0).floor();
        html! {
            progress max="100" value=(percent) aria-label="Progress" {} " " (percent) " %"
            @if let Some(ends_at) = ends_at { ", expected end " (self.when(ends_at)) }
        }
    }

    fn limits(&self, limits: &[RequestLimit]) -> Markup {
        let count = |count: Option<u64>| {
            count.map_or_else(|| "unknown".to_owned(), |count| count.to_string())
        };
        let rows = html! {
            tbody {
                @for limit in limits {
                    tr {
                        th scope="row" { (limit.name) }
                        td { (count(limit.limit)) }
                        td { (count(limit.remaining)) }
                        td { @if let Some(at) = limit.resets_at { (self.when(at)) } @else { "unknown" } }
                    }
                }
            }
        };
        wide_table(
            &format!("limits-{}", self.index),
            "Request limits of Zendesk, shared with the account's other tools",
            &["Limit", "Requests", "Remaining", "Resets"],
            &rows,
        )
    }

    fn when_if_ever(&self, at: Option<UnixSeconds>) -> Markup {
        match at {
            Some(at) => self.when(at),
            None => html! { "never" },
        }
    }

    pub(super) fn when(&self, at: UnixSeconds) -> Markup {
        html! { (time(at)) " (" (relative(self.now.since(at))) ")" }
    }
}

/// What follows from further refusals of the export.
fn switch_to_list(refusals_to_come: u32) -> String {
    match refusals_to_come {
        0 => "The exporter cannot read the list of tickets instead, and tries it again with the next refusal.".to_owned(),
        1 => "If Zendesk refuses the export again, the exporter reads the list of tickets instead.".to_owned(),
        times => format!("If Zendesk refuses the export {times} more times, the exporter reads the list of tickets instead."),
    }
}

/// The class of the sentence about an account, which decides its colour, and the sentence.
fn summary(status: &AccountStatus, now: UnixSeconds) -> (&'static str, &'static str) {
    let state = &status.state;
    match status.condition(now) {
        AccountCondition::Stopped if !state.initial_sync_complete => {
            ("bad", "Stopped, because the state file is damaged.")
        }
        AccountCondition::Stopped => (
            "bad",
            "Stopped, because the state file is damaged. The metrics keep their last values.",
        ),
        AccountCondition::Failing if state.data_timestamp.is_none() => (
            "bad",
            "Cannot read from Zendesk. The account has not been read yet.",
        ),
        AccountCondition::Failing if !state.initial_sync_complete => (
            "bad",
            "Cannot read from Zendesk. The first sync is interrupted; ticket metrics appear when it is complete.",
        ),
        AccountCondition::Failing
            if matches!(status.sources.fast_lane, FastLane::On | FastLane::Returning) =>
        {
            (
                "bad",
                "Cannot read the export. The metrics have only the changes that the list of tickets shows.",
            )
        }
        AccountCondition::Failing => (
            "bad",
            "Cannot read from Zendesk. The metrics keep their last values.",
        ),
        AccountCondition::Starting => ("busy", "Starting. Zendesk has not answered yet."),
        AccountCondition::FirstSync => (
            "busy",
            "The first sync is running. Ticket metrics appear when it is complete.",
        ),
        AccountCondition::CatchingUp
            if status.sources.list.is_some() && status.sources.list_walk.ratio != Some(1.0) =>
        {
            (
                "busy",
                "Reading the list of tickets for the first time. Until this is complete, the metrics do not have all changes.",
            )
        }
        AccountCondition::CatchingUp => (
            "busy",
            "Catching up. The exporter is reading newer changes.",
        ),
        AccountCondition::Behind => (
            "busy",
            "Zendesk answers, but its newest data is more than ten minutes old.",
        ),
        AccountCondition::Current => ("good", "Up to date."),
    }
}
