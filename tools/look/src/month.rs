//! The month that is looked at, and its moments.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::prometheus::{DEAD_MINUTES, Prometheus};
use crate::view::Moments;

/// When the month ends: a Wednesday, 2026-11-25 14:15 UTC. Any other would do; a fixed one makes the
/// same month each time.
pub(crate) const END: i64 = 1_795_616_100;

/// Lives the month anew, into blocks of a Prometheus, and keeps the status page of its end.
///
/// # Errors
///
/// If the program that makes it fails; it has said why.
pub(crate) fn make(root: &Path, blocks: &Path, status_page: &Path) -> anyhow::Result<()> {
    // It is built beside this program.
    let program = std::env::current_exe()?.with_file_name("month");
    let status = Command::new(&program)
        .args(["--end", &END.to_string()])
        .arg("--output")
        .arg(std::path::absolute(blocks)?)
        .arg("--status-page")
        .arg(std::path::absolute(status_page)?)
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    if !status.success() {
        bail!("the month cannot be made: {status}");
    }
    Ok(())
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Seconds between two looks for a moment: the samples of the month are no closer where nothing happens.
const STEP: i64 = 900;

/// Finds the moments in the samples: whoever tells the story may move what happens.
///
/// # Errors
///
/// If the month lacks one of them.
pub(crate) async fn moments(prometheus: &Prometheus) -> anyhow::Result<Moments> {
    let month = (END - 30 * DAY, END);
    let syncs = prometheus
        .over("zendesk_exporter_initial_sync_complete == 0", month, STEP)
        .await?;
    let first_sync = spans(&syncs);
    let first_sync = first_sync.last().context("the month has no first sync")?;
    let failures = "zendesk_up == 0 and on (account) zendesk_exporter_initial_sync_complete == 1";
    let failures = spans(&prometheus.over(failures, month, STEP).await?);
    let over = failures.iter().filter(|span| span.to < END - 6 * HOUR);
    let outage = over
        .max_by_key(|span| span.to - span.from)
        .context("the month has no outage of Zendesk")?;
    Ok(Moments {
        end: END,
        outage: middle(outage),
        first_sync: middle(first_sync),
        down: END + 60 * DEAD_MINUTES,
        account: first_sync.account.clone(),
    })
}

/// Samples of an account without a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    account: String,
    from: i64,
    to: i64,
}

const fn middle(span: &Span) -> i64 {
    span.from + (span.to - span.from) / 2
}

/// The spans in the answer to a range query, in the order of their begin.
fn spans(data: &Value) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for series in data["result"].as_array().into_iter().flatten() {
        let account = series["metric"]["account"].as_str().unwrap_or_default();
        for sample in series["values"].as_array().into_iter().flatten() {
            let Some(at) = sample[0].as_i64() else {
                continue;
            };
            match spans.last_mut() {
                Some(span) if span.account == account && at == span.to + STEP => span.to = at,
                _ => spans.push(Span {
                    account: account.to_owned(),
                    from: at,
                    to: at,
                }),
            }
        }
    }
    spans.sort_by_key(|span| span.from);
    spans
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn samples_without_a_hole_are_a_span() {
        let data = json!({ "result": [
            { "metric": { "account": "b" }, "values": [[5_400, "0"], [6_300, "0"]] },
            { "metric": { "account": "a" }, "values": [[900, "0"], [1_800, "0"], [3_600, "0"]] },
        ] });
        let span = |account: &str, from, to| Span {
            account: account.to_owned(),
            from,
            to,
        };
        let expected = [
            span("a", 900, 1_800),
            span("a", 3_600, 3_600),
            span("b", 5_400, 6_300),
        ];
        assert_eq!(spans(&data), expected);
        assert_eq!(middle(&expected[0]), 1_350);
        assert_eq!(spans(&json!({ "result": [] })), []);
    }

    #[test]
    fn the_month_ends_at_a_round_quarter_of_an_hour_of_a_working_day() {
        assert_eq!(END % STEP, 0);
        // No whole hour: a range query with a step of an hour ends before it.
        assert_ne!(END % HOUR, 0);
        assert_eq!((END.div_euclid(DAY) + 3).rem_euclid(7), 2);
    }
}
