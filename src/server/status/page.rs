//! The status page: HTML made here, no script, nothing loaded from anywhere.

use std::iter;
use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{PRIORITIES, Report, STATUSES};
use crate::metrics::{AccountStatus, Problem, RequestLimit, Standing, TicketCounts};
use crate::source::{AuthMethod, SourceKind};
use crate::ticket::{Priority, Status, UnixSeconds};

/// How the page looks. Colours have a contrast of 4.5 at least on their ground, light and dark.
const STYLE: &str = include_str!("page.css");

/// Lets the page have its own style, by its digest, and nothing else.
static CONTENT_SECURITY_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ))
    .expect("base64 is ASCII")
});

impl Report<'_> {
    /// `/`, for people.
    pub(in crate::server) fn page(&self) -> (HeaderMap, Bytes) {
        let fixed = |value: &'static str| HeaderValue::from_static(value);
        let headers = HeaderMap::from_iter([
            (header::CONTENT_TYPE, fixed("text/html; charset=utf-8")),
            (
                header::CONTENT_SECURITY_POLICY,
                CONTENT_SECURITY_POLICY.clone(),
            ),
            (header::CACHE_CONTROL, fixed("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
            (header::REFERRER_POLICY, fixed("no-referrer")),
            (HeaderName::from_static("x-frame-options"), fixed("DENY")),
        ]);
        (headers, self.markup().into_string().into())
    }

    pub(in crate::server) fn markup(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { "Zendesk exporter" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { "Zendesk exporter" }
                        p { "Prometheus exporter for Zendesk Support accounts, version " (env!("CARGO_PKG_VERSION")) ". Page created at " (moment(self.now)) "." }
                        nav aria-label="Endpoints" { (self.links()) }
                    }
                    main {
                        @for problem in &self.health_problems {
                            p.standing.bad { "Not healthy: " (problem) ". Restart the exporter, and report the problem if it happens again." }
                        }
                        @if self.accounts.is_empty() {
                            p { "No account has been opened yet." }
                        }
                        @for (index, status) in self.accounts.iter().enumerate() {
                            (Section { index, status, now: self.now }.markup())
                        }
                    }
                }
            }
        }
    }

    fn links(&self) -> Markup {
        let repository = env!("CARGO_PKG_REPOSITORY");
        html! {
            ul {
                li { a href=(self.telemetry_path) { "Metrics" } }
                li { a href="/api/v1/status" { "Status as JSON" } }
                li { a href="/-/healthy" { "Healthy" } }
                li { a href="/-/ready" { "Ready" } }
                @if !repository.is_empty() {
                    li { a href=(repository) { "Documentation" } }
                }
            }
        }
    }
}

/// One account's part of the page.
struct Section<'a> {
    index: usize,
    status: &'a AccountStatus,
    now: UnixSeconds,
}

impl Section<'_> {
    fn markup(&self) -> Markup {
        let status = self.status;
        let (class, words) = words(status, self.now);
        let heading = format!("account-{}", self.index);
        html! {
            section aria-labelledby=(heading) {
                h2 id=(heading) { (status.account) }
                p class={ "standing " (class) } { (words) }
                @if status.state.auth_method.is_deprecated() {
                    p.standing.busy {
                        "Zendesk deprecated this login method; API tokens stop working on 2027-04-30. Create an OAuth client, and set client_id and client_secret."
                    }
                }
                @if let Some(problem) = &status.problem { (self.problem(problem)) }
                @if let Some(tickets) = &status.tickets { (self.backlog(tickets)) }
                (self.facts())
                @if !status.limits.is_empty() { (self.limits(&status.limits)) }
            }
        }
    }

    fn problem(&self, problem: &Problem) -> Markup {
        html! {
            h3 { @if problem.is_over { "Latest problem (resolved)" } @else { "Problem" } }
            p { (sentence(&problem.message)) }
            // Of a problem that is over there is nothing to do.
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
            }
        }
    }

    fn backlog(&self, tickets: &TicketCounts) -> Markup {
        let sum = |statuses: &[Status], priorities: &[Priority]| -> u64 {
            let of_status = |status: &Status| -> u64 {
                priorities
                    .iter()
                    .map(|priority| tickets.of(*status, *priority))
                    .sum()
            };
            statuses.iter().map(of_status).sum()
        };
        // A priority that this program does not know is rare.
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
        self.wide_table(
            "backlog",
            "Unsolved tickets by status and priority",
            &columns,
            &rows,
        )
    }

    /// A table that scrolls by itself where the page is too narrow for it.
    fn wide_table(&self, name: &str, caption: &str, columns: &[&str], rows: &Markup) -> Markup {
        let id = format!("{name}-{}", self.index);
        html! {
            div.scroll role="region" tabindex="0" aria-labelledby=(id) {
                table {
                    caption id=(id) { (caption) }
                    thead {
                        tr {
                            @for column in columns { th scope="col" { (column) } }
                        }
                    }
                    (rows)
                }
            }
        }
    }

    fn facts(&self) -> Markup {
        let status = self.status;
        let state = &status.state;
        let source = match status.source {
            SourceKind::Cursor => "incremental ticket export, cursor based",
            SourceKind::Time => "incremental ticket export, time based",
        };
        let facts = [
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
                    self.walk(state.initial_sync_ratio, status.initial_sync_end(self.now))
                },
            ),
            (
                "Resync",
                match state.resync_ratio {
                    None => html! { "none yet" },
                    Some(ratio) if ratio >= 1.0 => html! { "complete" },
                    Some(ratio) => match status.resync_settles_at {
                        Some(at) => {
                            html! { "reads the end of the export again at " (self.when(at)) }
                        }
                        None => self.walk(ratio, status.resync_end(self.now)),
                    },
                },
            ),
            ("Known tickets", html! { (state.state_tickets) }),
            ("Source", html! { (source) }),
            ("Login", self.login()),
        ];
        html! {
            table.facts {
                caption { "State" }
                tbody {
                    @for (name, value) in facts {
                        tr { th scope="row" { (name) } td { (value) } }
                    }
                }
            }
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

    fn walk(&self, ratio: f64, ends_at: Option<UnixSeconds>) -> Markup {
        // Rounded down: 100 % is said when it is true.
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
        self.wide_table(
            "limits",
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

    fn when(&self, at: UnixSeconds) -> Markup {
        html! { (moment(at)) " (" (distance(self.now.since(at))) ")" }
    }
}

/// How a standing looks, and what it means.
fn words(status: &AccountStatus, now: UnixSeconds) -> (&'static str, &'static str) {
    let state = &status.state;
    match status.standing(now) {
        Standing::Stopped if !state.initial_sync_complete => {
            ("bad", "Stopped, because the state file is damaged.")
        }
        Standing::Stopped => (
            "bad",
            "Stopped, because the state file is damaged. The metrics keep their last values.",
        ),
        Standing::Failing if state.data_timestamp.is_none() => (
            "bad",
            "Cannot read from Zendesk. The account has not been read yet.",
        ),
        Standing::Failing if !state.initial_sync_complete => (
            "bad",
            "Cannot read from Zendesk. The first sync is interrupted; ticket metrics appear when it is complete.",
        ),
        Standing::Failing => (
            "bad",
            "Cannot read from Zendesk. The metrics keep their last values.",
        ),
        Standing::Starting => ("busy", "Starting. Zendesk has not answered yet."),
        Standing::FirstSync => (
            "busy",
            "The first sync is running. Ticket metrics appear when it is complete.",
        ),
        Standing::CatchingUp => (
            "busy",
            "Catching up. The exporter is reading newer changes.",
        ),
        Standing::Behind => (
            "busy",
            "Zendesk answers, but its newest data is more than ten minutes old.",
        ),
        Standing::Current => ("good", "Up to date."),
    }
}

/// A message of ours as a sentence.
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_uppercase());
    let rest = characters.as_str().trim_end_matches('.');
    first
        .into_iter()
        .flatten()
        .chain(rest.chars())
        .chain(['.'])
        .collect()
}

fn moment(at: UnixSeconds) -> Markup {
    let (Ok(timestamp), Some(words)) = (Timestamp::from_second(at.0), at.in_utc()) else {
        return html! { "invalid time" };
    };
    html! { time datetime=(timestamp) { (words) } }
}

/// How long ago something was, in the largest unit of which it is at least one; negative for what
/// is still to come.
fn distance(seconds: i64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let length = seconds.unsigned_abs();
    let unit = UNITS.iter().find(|(unit, _)| length >= *unit);
    match unit {
        None => "now".to_owned(),
        Some((unit, name)) if seconds > 0 => format!("{} {name} ago", length / unit),
        Some((unit, name)) => format!("in {} {name}", length / unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_told_in_their_largest_unit() {
        let table = [
            (0, "now"),
            (1, "1 s ago"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (7_199, "1 h ago"),
            (172_800, "2 d ago"),
            (-1, "in 1 s"),
            (-5_400, "in 1 h"),
        ];
        for (seconds, expected) in table {
            assert_eq!(distance(seconds), expected);
        }
    }

    #[test]
    fn messages_become_sentences() {
        let table = [
            ("", "."),
            ("zendesk said no", "Zendesk said no."),
            ("ärger.", "Ärger."),
        ];
        for (message, expected) in table {
            assert_eq!(sentence(message), expected);
        }
    }
}
