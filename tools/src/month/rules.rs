//! Recorded series of a past: which rules are to be evaluated after which.
//!
//! PURE. A running Prometheus evaluates its rules in turn at each moment. Afterwards each rule is
//! evaluated for the whole past at once, so that what it reads must be there before. A rule that
//! reads its own latest value, to hold it still, is evaluated twice: first without that value, and
//! then with the latest one of the first time.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

/// How long a rule can hold its own value in a past; nothing in the story lasts as long.
pub(crate) const HELD_FOR: &str = "1d";

/// A rule that records a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) record: String,
    pub(crate) expr: String,
    /// Labels that it adds, as they stand in the file.
    pub(crate) labels: Value,
}

/// The rules of a file that record something, in their order.
pub(crate) fn recorded(text: &str) -> anyhow::Result<Vec<Rule>> {
    let file: Value = serde_saphyr::from_str(text).context("rules that are no YAML")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let rules = list(&file["groups"]);
    let rules = rules.iter().flat_map(|group| list(&group["rules"]));
    let rules = rules.filter_map(|rule| {
        Some(Rule {
            record: rule["record"].as_str()?.to_owned(),
            expr: rule["expr"].as_str().unwrap_or_default().trim().to_owned(),
            labels: rule["labels"].clone(),
        })
    });
    Ok(rules.collect())
}

/// What is evaluated at once, one pass after the other, so that each finds what it reads.
pub(crate) fn passes(rules: &[Rule]) -> anyhow::Result<Vec<Vec<Rule>>> {
    let mut depths = Depths {
        rules,
        known: BTreeMap::new(),
    };
    let mut passes: Vec<Vec<Rule>> = Vec::new();
    for rule in rules {
        let done = depths.of(&rule.record, 0)?;
        let reads_itself = reads_itself(rule);
        passes.resize_with(passes.len().max(done), Vec::new);
        if reads_itself {
            passes[done - 2].push(rule.clone());
        }
        passes[done - 1].push(Rule {
            expr: held(rule)?,
            ..rule.clone()
        });
    }
    Ok(passes)
}

/// After how many passes a series is there.
struct Depths<'a> {
    rules: &'a [Rule],
    known: BTreeMap<&'a str, usize>,
}

impl<'a> Depths<'a> {
    fn of(&mut self, record: &'a str, readers: usize) -> anyhow::Result<usize> {
        if let Some(depth) = self.known.get(record) {
            return Ok(*depth);
        }
        ensure!(
            readers <= self.rules.len(),
            "{record} reads what is made of it"
        );
        let rules = self.rules;
        let mut depth = 0;
        for rule in rules.iter().filter(|rule| rule.record == record) {
            let mut reads = 0;
            for (_, word) in words(&rule.expr) {
                let other = rules.iter().find(|other| other.record == word);
                if let Some(other) = other.filter(|other| other.record != record) {
                    reads = reads.max(self.of(&other.record, readers + 1)?);
                }
            }
            depth = depth.max(reads + 1 + usize::from(reads_itself(rule)));
        }
        self.known.insert(record, depth);
        Ok(depth)
    }
}

fn reads_itself(rule: &Rule) -> bool {
    words(&rule.expr)
        .iter()
        .any(|(_, word)| *word == rule.record)
}

/// The rule's query, which reads the value that was recorded last instead of that of the evaluation
/// before.
fn held(rule: &Rule) -> anyhow::Result<String> {
    let mut held = String::new();
    let mut copied = 0;
    for (place, _) in words(&rule.expr)
        .into_iter()
        .filter(|(_, word)| *word == rule.record)
    {
        let rest = &rule.expr[place.end..];
        let selector = match rest.trim_start().strip_prefix('{') {
            Some(_) => rest.find('}').context("a selector without an end")? + 1,
            None => 0,
        };
        let end = place.end + selector;
        if rule.expr[end..].trim_start().starts_with('[') {
            bail!("{} reads a range of itself", rule.record);
        }
        held.push_str(&rule.expr[copied..place.start]);
        held.push_str("last_over_time(");
        held.push_str(&rule.expr[place.start..end]);
        held.push_str(&format!("[{HELD_FOR}])"));
        copied = end;
    }
    held.push_str(&rule.expr[copied..]);
    Ok(held)
}

/// Names and keywords of a query, and where they stand; those in quotes and comments left out.
fn words(expr: &str) -> Vec<(Range<usize>, &str)> {
    let mut words = Vec::new();
    let mut rest = expr.char_indices().peekable();
    while let Some((start, character)) = rest.next() {
        if matches!(character, '"' | '\'' | '`') {
            let mut is_escaped = false;
            let is_end = |(_, next): &(usize, char)| {
                let ends = *next == character && !is_escaped;
                is_escaped = *next == '\\' && character != '`' && !is_escaped;
                ends
            };
            rest.find(is_end);
        } else if character == '#' {
            rest.find(|(_, next)| *next == '\n');
        } else if is_part(character) {
            let mut end = start + character.len_utf8();
            while let Some((at, next)) = rest.next_if(|(_, next)| is_part(*next)) {
                end = at + next.len_utf8();
            }
            words.push((start..end, &expr[start..end]));
        }
    }
    words
}

const fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | ':')
}

/// A file that holds these rules, evaluated every `every` seconds.
///
/// Prometheus does not evaluate a group on the round minute but some time after it, which the names
/// of the group and its file give. Where samples are a quarter of an hour apart, that would make data
/// look old that was fresh when it was scraped: there the clock shows the time of the scrape.
///
/// Nor does promtool give a series its new name before it puts the samples of a stretch in order: what
/// has a name at some moments only would be two series, of which it drops one. A sum has no name.
pub(crate) fn file(rules: &[Rule], every: i64) -> String {
    let is_close = every <= 60;
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let expr = if is_close {
                rule.expr.clone()
            } else {
                at_scrapes(&rule.expr, every)
            };
            let expr = format!("(\n{expr}\n) + 0");
            let mut entry = serde_json::json!({"record": rule.record, "expr": expr});
            if !rule.labels.is_null() {
                entry["labels"] = rule.labels.clone();
            }
            entry
        })
        .collect();
    let group = serde_json::json!({
        "name": "past", "interval": format!("{every}s"), "rules": rules,
    });
    // JSON is YAML.
    serde_json::json!({ "groups": [group] }).to_string()
}

/// A query whose clock shows the latest time that is a multiple of `every`.
fn at_scrapes(expr: &str, every: i64) -> String {
    let mut out = String::new();
    let mut copied = 0;
    for (place, word) in words(expr) {
        if word == "time" && expr[place.end..].starts_with("()") {
            let end = place.end + 2;
            out.push_str(&expr[copied..place.start]);
            out.push_str(&format!("(time() - time() % {every})"));
            copied = end;
        }
    }
    out.push_str(&expr[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rules: &[(&str, &str)]) -> Vec<Rule> {
        rules
            .iter()
            .map(|(record, expr)| Rule {
                record: (*record).to_owned(),
                expr: (*expr).to_owned(),
                labels: Value::Null,
            })
            .collect()
    }

    fn shape(all: &[(&str, &str)]) -> Vec<Vec<(String, String)>> {
        let passes = passes(&rules(all)).expect("no circle");
        let pass = |pass: Vec<Rule>| {
            let pairs = pass.into_iter().map(|rule| (rule.record, rule.expr));
            pairs.collect()
        };
        passes.into_iter().map(pass).collect()
    }

    fn pairs(pass: &[(&str, &str)]) -> Vec<(String, String)> {
        pass.iter()
            .map(|(record, expr)| ((*record).to_owned(), (*expr).to_owned()))
            .collect()
    }

    #[test]
    fn a_rule_is_evaluated_after_those_that_it_reads() {
        assert_eq!(
            shape(&[("c:c", "b:b + a:a"), ("a:a", "up"), ("b:b", "a:a * 2")]),
            [
                pairs(&[("a:a", "up")]),
                pairs(&[("b:b", "a:a * 2")]),
                pairs(&[("c:c", "b:b + a:a")]),
            ]
        );
    }

    #[test]
    fn one_that_holds_its_own_value_is_evaluated_twice_before_others_read_it() {
        assert_eq!(
            shape(&[
                ("a:a", "up == 1 or a:a{x=\"y\"} and on () up or a:a"),
                ("b:b", "a:a")
            ]),
            [
                pairs(&[("a:a", "up == 1 or a:a{x=\"y\"} and on () up or a:a")]),
                pairs(&[(
                    "a:a",
                    "up == 1 or last_over_time(a:a{x=\"y\"}[1d]) and on () up or last_over_time(a:a[1d])"
                )]),
                pairs(&[("b:b", "a:a")]),
            ]
        );
    }

    #[test]
    fn a_name_in_quotes_or_a_comment_or_within_another_name_is_not_read() {
        let all = [
            ("a:a", "up"),
            (
                "b:b",
                "label_replace(up, \"x\", \"\\\"a:a\", 'a:a', `a:a\\`) # a:a",
            ),
            ("c:c", "a:a:sum + xa:a"),
        ];
        assert_eq!(shape(&all), [pairs(&all)]);
    }

    #[test]
    fn circles_and_ranges_of_itself_cannot_be_made_afterwards() {
        let circle = rules(&[("a:a", "b:b"), ("b:b", "c:c"), ("c:c", "a:a")]);
        assert!(passes(&circle).is_err());
        let range = rules(&[("a:a", "up or max_over_time(a:a{b=\"c\"} [1h])")]);
        assert!(passes(&range).is_err());
    }

    #[test]
    fn the_rules_of_this_repository_need_no_more_passes_than_they_are_deep() {
        let text = include_str!("../../../config/prometheus/rules/zendesk-recording.yml");
        let rules = recorded(text).expect("rules");
        assert!(rules.len() > 8);
        let passes = passes(&rules).expect("no circle");
        assert!(passes.iter().all(|pass| !pass.is_empty()));
        let pass_of = |record: &str| {
            let has = |pass: &Vec<Rule>| pass.iter().any(|rule| rule.record == record);
            passes.iter().rposition(has).expect(record)
        };
        let stale = pass_of("account:zendesk_data_stale:bool");
        assert!(pass_of("account:zendesk_exporter_data_timestamp_seconds:age") < stale);
        let sum = pass_of("account:zendesk_unsolved_tickets:sum");
        assert!(stale < sum);
        let average = pass_of("account:zendesk_unsolved_tickets:avg3w");
        assert!(sum < average);
        let ratio = pass_of("account:zendesk_unsolved_tickets:ratio3w");
        assert!(average < ratio);
        assert_eq!(ratio + 1, passes.len());
    }

    #[test]
    fn far_between_scrapes_the_clock_shows_the_latest_one() {
        let rules = rules(&[("a:a", "time() - x + timestamp(up)")]);
        let close = file(&rules, 60);
        let query = r#""(\ntime() - x + timestamp(up)\n) + 0""#;
        assert!(close.contains(query), "{close}");
        assert!(close.contains("\"60s\""), "{close}");
        let far = file(&rules, 900);
        let query = r#""(\n(time() - time() % 900) - x + timestamp(up)\n) + 0""#;
        assert!(far.contains(query), "{far}");
        assert_eq!(recorded(&far).expect("rules").len(), 1);
    }
}
