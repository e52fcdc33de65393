//! The sections `export` and `retry`: which tickets are read, from which source, how often, and how requests are
//! retried.

use std::time::Duration;

use super::list::{ListSettings, list};
use super::read::{Reader, shown};
use crate::ledger::BusinessHours;
use crate::schedule::{Retry, SEARCH_COUNTS_EVERY_MIN};
use crate::source::{SourceChoice, SupportTypeScope};
use crate::ticket::UnixSeconds;

/// Section `export`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The source to read. Default `auto`.
    pub source: SourceChoice,
    /// The list of tickets: the source that needs no export, and the fast lane.
    pub list: ListSettings,
    /// The time of the earliest change that the first sync reads. Default 0, which means everything.
    pub start_time: UnixSeconds,
    /// Rows per page, 1 to 1000. Default 1000; a smaller number helps if Zendesk often times out.
    pub page_size: u32,
    /// The wait after the end of the stream until the next request. Default 60s.
    pub poll_interval: Duration,
    /// Requests per minute, out of the 10 (with Zendesk's add-on 30) that all tools of the account share. Default
    /// 8.
    pub requests_per_minute: u32,
    /// The time limit for connecting, headers and body together. Default 60s.
    pub request_timeout: Duration,
    /// Who works on the tickets to read. Default `agent`; `all` adds the label `support_type`.
    pub support_type_scope: SupportTypeScope,
    /// Whether to request Zendesk's measurements. Default true.
    pub metric_sets: bool,
    /// When the families in business hours are also shown. Default `auto`.
    pub business_hours: BusinessHours,
    /// Whether to request SLA targets. Default false.
    pub slas: bool,
    /// The replay: the last minutes are read again, because Zendesk makes some rows visible late.
    pub replay: Replay,
    /// The resync: the whole export is read again, to find tickets that were deleted permanently.
    pub resync: ResyncSettings,
    /// How often Zendesk's search counts tickets; `None` for never. Default 1h.
    pub search_counts_every: Option<Duration>,
}

/// Setting `export.replay`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// How often a replay begins; `None` for never. Default 1h.
    pub every: Option<Duration>,
    /// How far back a replay reads. Default 15m.
    pub window: Duration,
}

/// Setting `export.resync`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResyncSettings {
    /// How often a resync begins; `None` for never. Default 168h.
    pub every: Option<Duration>,
    /// The requests per minute that a resync may use, out of those of the account. Default 2.
    pub requests_per_minute: u32,
}

impl Export {
    /// Why a resync would make no progress, if so: polls take precedence, and use all requests of the account in
    /// nearly every minute. Example: with `requests_per_minute: 6` and `poll_interval: 10s`, six polls a minute
    /// leave no request.
    pub(super) fn starved_resync(&self) -> Option<String> {
        self.resync.every?;
        let interval = self.poll_interval.as_millis().max(1);
        let polls = u32::try_from(60_000_u128.div_ceil(interval)).unwrap_or(u32::MAX);
        let given = self.requests_per_minute;
        (given <= polls).then(|| {
            format!(
                "export.requests_per_minute is {given}, and polls every {} use all of these requests, so a resync would make no progress; set at least {}, or export.resync.every: 0",
                shown(self.poll_interval),
                polls.saturating_add(1)
            )
        })
    }

    /// Why the fast lane makes nothing faster although it is on, if so.
    pub(super) fn useless_fast_lane(&self) -> Option<String> {
        let fast_lane = self.list.pacing.fast_lane?;
        if self.source == SourceChoice::List {
            return Some(format!(
                "export.list.fast_lane is {}, which has no effect with export.source: list; set export.list.fast_lane: 0s, and lower export.poll_interval to read the list more often",
                shown(fast_lane)
            ));
        }
        (fast_lane >= self.poll_interval).then(|| {
            format!(
                "export.list.fast_lane is {}, and polls every {} are as fast; set export.list.fast_lane to a shorter time, or to 0s",
                shown(fast_lane),
                shown(self.poll_interval)
            )
        })
    }
}

/// Reads section `export`. `is_loopback` is true if the address of the account is on this machine.
pub(super) fn export(mut reader: Reader<'_>, is_loopback: bool) -> Export {
    let seconds = Duration::from_secs;
    let day = seconds(24 * 3600);
    let mut replay_reader = reader.within("replay");
    let replay = Replay {
        every: replay_reader.duration_or_never("every", seconds(3600), seconds(60)..=day * 365),
        window: replay_reader.duration("window", seconds(15 * 60), seconds(60)..=day),
    };
    let mut resync_reader = reader.within("resync");
    let resync = ResyncSettings {
        every: resync_reader.duration_or_never("every", day * 7, seconds(3600)..=day * 365),
        requests_per_minute: resync_reader.number("requests_per_minute", 2, 1..=1_000_000),
    };
    let search_counts_every = reader.within("search_counts").duration_or_never(
        "every",
        seconds(3600),
        SEARCH_COUNTS_EVERY_MIN..=day * 7,
    );
    Export {
        source: reader.choice(
            "source",
            &SourceChoice::ALL.map(|choice| (choice.label(), choice)),
        ),
        list: list(reader.within("list"), is_loopback),
        start_time: reader.parsed(
            "start_time",
            UnixSeconds(0),
            "Unix seconds or an RFC 3339 time like 2024-01-01T00:00:00Z, from 1970 to 2100",
            parse_start_time,
        ),
        page_size: reader.number("page_size", 1000, 1..=1000),
        poll_interval: reader.interval(
            "poll_interval",
            seconds(60),
            seconds(10)..=day,
            is_loopback,
        ),
        requests_per_minute: reader.number("requests_per_minute", 8, 1..=1_000_000),
        request_timeout: reader.duration("request_timeout", seconds(60), seconds(1)..=seconds(600)),
        support_type_scope: reader.choice(
            "support_type_scope",
            &[
                ("agent", SupportTypeScope::Agent),
                ("ai_agent", SupportTypeScope::AiAgent),
                ("all", SupportTypeScope::All),
            ],
        ),
        metric_sets: reader.flag("metric_sets", true),
        business_hours: reader.choice(
            "business_hours",
            &[
                ("auto", BusinessHours::Auto),
                ("true", BusinessHours::Always),
                ("false", BusinessHours::Never),
            ],
        ),
        slas: reader.flag("slas", false),
        replay,
        resync,
        search_counts_every,
    }
}

/// 2100-01-01 as Unix time. A larger number is probably in milliseconds.
const START_TIME_END: i64 = 4_102_444_800;

fn parse_start_time(text: &str) -> Option<UnixSeconds> {
    let seconds = match text.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => text.parse::<jiff::Timestamp>().ok()?.as_second(),
    };
    (0..START_TIME_END)
        .contains(&seconds)
        .then_some(UnixSeconds(seconds))
}

/// Reads section `retry`.
pub(super) fn retry(mut reader: Reader<'_>) -> Retry {
    let shortest = Duration::from_millis(100);
    let longest = Duration::from_secs(24 * 3600);
    let retry = Retry {
        initial: reader.duration("initial", Duration::from_secs(1), shortest..=longest),
        maximum: reader.duration("maximum", Duration::from_secs(300), shortest..=longest),
    };
    if retry.initial > retry.maximum {
        let sentence = format!(
            "{} is longer than retry.maximum ({}); lower initial or raise maximum",
            shown(retry.initial),
            shown(retry.maximum)
        );
        reader.problem("initial", &sentence);
    }
    retry
}
