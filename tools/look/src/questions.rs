//! What the stats of a dashboard ask, asked again without the page: what they have to show.
//!
//! PURE.

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::view::{Rows, View};

/// An instant query of a stat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) panel: u64,
    pub(crate) query: String,
    pub(crate) asked: Asked,
}

/// How a dashboard asks a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    OfNow,
    /// Its last value is of whenever, and depends on how wide the panel is.
    OverTheRange,
}

/// What Prometheus answered to all questions of a stat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) panel: u64,
    pub(crate) asked: Asked,
    pub(crate) numbers: Vec<Option<f64>>,
}

/// The questions of all stats that a view shows, for its second.
///
/// # Errors
///
/// If a query has a variable that depends on how wide its panel is, or a range cannot be read.
pub(crate) fn questions(dashboard: &Value, view: &View) -> anyhow::Result<Vec<Question>> {
    let default = dashboard["time"]["from"].as_str().unwrap_or_default();
    let begin = begin_of(view.last.unwrap_or(default), view.now)?;
    let mut questions = Vec::new();
    for panel in panels(dashboard, view.rows) {
        if panel["type"] != "stat" {
            continue;
        }
        let begin = match panel["timeFrom"].as_str() {
            Some(own) => begin_of(own, view.now)?,
            None => begin,
        };
        let targets = panel["targets"].as_array().into_iter().flatten();
        for target in targets.filter(|target| target["hide"] != true) {
            let text = target["expr"].as_str().context("a query")?;
            questions.push(Question {
                panel: panel["id"].as_u64().context("a panel has no id")?,
                query: interpolated(text, dashboard, view, view.now - begin)
                    .with_context(|| format!("{}", panel["title"]))?,
                asked: if target["instant"] == true {
                    Asked::OfNow
                } else {
                    Asked::OverTheRange
                },
            });
        }
    }
    Ok(questions)
}

/// The panels that can be seen.
fn panels(dashboard: &Value, rows: Rows) -> Vec<&Value> {
    let all = dashboard["panels"].as_array().into_iter().flatten();
    all.flat_map(|panel| {
        let inner = match rows {
            Rows::Opened => panel["panels"].as_array(),
            Rows::AsTheyAre => None,
        };
        std::iter::once(panel).chain(inner.into_iter().flatten())
    })
    .collect()
}

const DAY: i64 = 86_400;

/// When a range such as `now-7d` begins, or today: `now/d`. The page lives in UTC.
fn begin_of(range: &str, now: i64) -> anyhow::Result<i64> {
    if range == "now/d" {
        return Ok(now - now.rem_euclid(DAY));
    }
    let span = range.strip_prefix("now-").unwrap_or(range);
    let at = span.len().saturating_sub(1);
    let (Some(number), Some(unit)) = (span.get(..at), span.get(at..)) else {
        bail!("the range {range:?} cannot be read");
    };
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => DAY,
        _ => bail!("the range {range:?} cannot be read"),
    };
    let number: i64 = number
        .parse()
        .with_context(|| format!("the range {range:?} cannot be read"))?;
    Ok(now - number * seconds)
}

fn interpolated(text: &str, dashboard: &Value, view: &View, range: i64) -> anyhow::Result<String> {
    let mut query = text
        .replace("${__range}", &format!("{range}s"))
        .replace("$__range_s", &range.to_string())
        .replace("$__range", &format!("{range}s"));
    let variables = dashboard["templating"]["list"].as_array();
    for variable in variables.into_iter().flatten() {
        let name = variable["name"].as_str().context("a variable's name")?;
        let has_all = variable["type"] != "custom" || variable["includeAll"] == true;
        let value = match &view.account {
            Some(account) if name == "account" => account.as_str(),
            _ if has_all => variable["allValue"].as_str().unwrap_or(".*"),
            _ => variable["current"]["value"]
                .as_str()
                .with_context(|| format!("the value of the variable {name}"))?,
        };
        query = query
            .replace(&format!("${{{name}}}"), value)
            .replace(&format!("${name}"), value);
    }
    // `$1` is of label_replace.
    if let Some(at) = query.find("$__") {
        bail!(
            "a value of now depends on how wide it is drawn: {}",
            &query[at..]
        );
    }
    Ok(query)
}

/// The numbers in the answer to a query, whatever their labels.
pub(crate) fn numbers(data: &Value) -> Vec<Option<f64>> {
    let number = |pair: &Value| pair[1].as_str().and_then(|text| text.parse().ok());
    if data["resultType"] == "scalar" {
        return vec![number(&data["result"])];
    }
    let samples = data["result"].as_array().into_iter().flatten();
    samples.map(|sample| number(&sample["value"])).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::Exporter;

    /// 2026-11-25 14:20:00 UTC.
    const NOW: i64 = 1_795_616_400;

    fn view(last: Option<&'static str>, account: Option<&str>, rows: Rows) -> View {
        View {
            name: "",
            board: "support",
            width: 1,
            theme: "dark",
            last,
            account: account.map(str::to_owned),
            now: NOW,
            exporter: Exporter::Running,
            rows,
        }
    }

    fn dashboard(query: &str) -> Value {
        let stat = |id: u64, own: Value| json!({ "id": id, "type": "stat", "timeFrom": own, "targets": [{ "expr": query, "instant": true }] });
        json!({
            "time": { "from": "now-6h" },
            "templating": { "list": [
                { "name": "account", "allValue": ".+" },
                { "name": "job" },
                { "name": "hours", "type": "custom", "includeAll": false, "current": { "value": "-2" } },
            ] },
            "panels": [
                stat(1, Value::Null),
                stat(2, json!("now/d")),
                { "id": 3, "type": "timeseries", "targets": [{ "expr": "x" }] },
                { "id": 4, "type": "row", "collapsed": true, "panels": [stat(5, Value::Null)] },
            ],
        })
    }

    #[test]
    fn stats_ask_for_their_own_range_and_for_what_is_chosen() {
        let query = "increase(x{account=~\"$account\", job=~\"${job}\"}[$__range]) + 3600 * $hours";
        let asked = |view: &View| {
            let questions = questions(&dashboard(query), view).expect("good queries");
            let asked = questions.into_iter();
            asked.map(|one| (one.panel, one.query)).collect::<Vec<_>>()
        };
        let expected = |panel, account: &str, seconds: u32| {
            let query = format!(
                "increase(x{{account=~\"{account}\", job=~\".*\"}}[{seconds}s]) + 3600 * -2"
            );
            (panel, query)
        };
        let today = 14 * 3_600 + 20 * 60;
        assert_eq!(
            asked(&view(None, None, Rows::AsTheyAre)),
            [expected(1, ".+", 21_600), expected(2, ".+", today)]
        );
        assert_eq!(
            asked(&view(Some("now-30d"), Some("acme"), Rows::Opened)),
            [
                expected(1, "acme", 2_592_000),
                expected(2, "acme", today),
                expected(5, "acme", 2_592_000)
            ]
        );
    }

    #[test]
    fn it_is_known_how_each_query_is_asked() {
        for (instant, expected) in [
            (json!(true), Asked::OfNow),
            (json!(false), Asked::OverTheRange),
            (Value::Null, Asked::OverTheRange),
        ] {
            let mut dashboard = dashboard("x");
            dashboard["panels"][0]["targets"][0]["instant"] = instant;
            let asked = questions(&dashboard, &view(None, None, Rows::AsTheyAre));
            assert_eq!(asked.expect("a good query")[0].asked, expected);
        }
    }

    #[test]
    fn a_value_of_now_that_depends_on_a_width_is_refused() {
        for query in ["rate(x[$__rate_interval])", "x[$__interval]"] {
            let asked = questions(&dashboard(query), &view(None, None, Rows::Opened));
            assert!(asked.is_err(), "{query}");
        }
        let asked = questions(&dashboard("x"), &view(Some("now-1y"), None, Rows::Opened));
        assert!(asked.is_err());
    }

    #[test]
    fn numbers_are_read_from_vectors_and_scalars() {
        let vector = json!({ "resultType": "vector", "result": [{ "value": [1, "2.5"] }, { "value": [1, "-3"] }] });
        assert_eq!(numbers(&vector), [Some(2.5), Some(-3.0)]);
        let scalar = json!({ "resultType": "scalar", "result": [1, "7"] });
        assert_eq!(numbers(&scalar), [Some(7.0)]);
        let empty = json!({ "resultType": "vector", "result": [] });
        assert_eq!(numbers(&empty), []);
    }
}
