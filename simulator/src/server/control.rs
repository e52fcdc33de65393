//! The handles of the simulator over HTTP, under `/simulator/`.

mod habits;

mod refusing;

use hyper::Method;
use serde_json::json;

use super::account::Shared;
use super::answer::{self, Answer};
use super::request::Query;
use crate::spoil::{self, Spoil};
use crate::vocabulary::{Priority, Score, SlaMetric, SlaStage, SlaTarget, Status};
use crate::world::{Draft, World};

/// What is answered to a request for anything else.
const UNKNOWN: &str = "unknown path or method; there are GET status|expected, POST fault|refusal|role|limit|lists|advance|create|status|silent|flip|delete|restore|vanish|spoil|score|tag|sla, and DELETE fault|refusal\n";

/// Answers `method /simulator/<path>`.
pub(super) fn answer(shared: &Shared, method: &Method, path: &str, query: &Query) -> Answer {
    let mut account = shared.account();
    let number = |key: &str, default: i64| {
        query
            .get(key)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    match (method.as_str(), path) {
        ("GET", "status") => answer::json(
            200,
            &json!({
                "now": account.world.now(),
                "tickets": account.world.len(),
                "requests": account.asked.len(),
            }),
        ),
        #[cfg(any(test, feature = "oracle"))]
        ("GET", "expected") => {
            let name = query.get("account").map_or("simulator", String::as_str);
            account.oracle.settle();
            let text = account
                .oracle
                .expected(name, &crate::oracle::OracleSettings::default());
            answer::with_type(200, "text/plain; charset=utf-8", text)
        }
        (_, "fault" | "refusal") => refusing::answer(&mut account, method, path, query),
        ("POST", "role" | "limit" | "lists") => habits::answer(&mut account, path, query),
        ("POST", "advance") => {
            shared.options.time.advance(number("seconds", 60));
            answer::text(200, "ok\n")
        }
        ("POST", "create") => {
            let priority = query.get("priority").map(String::as_str);
            let draft = Draft {
                priority: priority
                    .and_then(Priority::from_label)
                    .unwrap_or(Priority::None),
                ..Draft::default()
            };
            let id = account.world.create(&draft);
            answer::json(200, &json!({"id": id}))
        }
        ("POST", "status") => {
            let status = query
                .get("status")
                .and_then(|word| Status::from_label(word));
            match status {
                Some(status) => {
                    account.world.set_status(number("id", 0), status);
                    answer::text(200, "ok\n")
                }
                None => answer::text(
                    400,
                    "the parameter status is missing or unknown, e.g. ?id=1&status=solved\n",
                ),
            }
        }
        ("POST", "delete") => {
            account.world.delete(number("id", 0));
            answer::text(200, "ok\n")
        }
        ("POST", word) if let Some(answer) = change(&mut account.world, word, query) => answer,
        _ => answer::text(404, UNKNOWN),
    }
}

/// Changes of tickets that stories and demonstrations need now and then; `None` for none of them.
fn change(world: &mut World, path: &str, query: &Query) -> Option<Answer> {
    let number = |key: &str| query.get(key).and_then(|text| text.parse::<i64>().ok());
    let word = |key: &str| query.get(key).map(String::as_str);
    let id = number("id").unwrap_or(0);
    match path {
        // The oldest rows, as a deletion schedule does, or one ticket.
        "vanish" => {
            let count = usize::try_from(number("count").unwrap_or(1)).unwrap_or(0);
            let oldest = world.rows_after((i64::MIN, i64::MIN)).take(count);
            let ids: Vec<i64> =
                number("id").map_or_else(|| oldest.map(|row| row.0).collect(), |id| vec![id]);
            world.vanish_many(ids);
        }
        "flip" => world.flip(id),
        "silent" | "restore" => {
            let status = word("status").and_then(Status::from_label);
            if !write_status(world, path, id, status) {
                return Some(answer::text(
                    400,
                    "the parameter status is missing or unknown, e.g. ?id=1&status=open\n",
                ));
            }
        }
        "score" => match word("score").and_then(Score::from_label) {
            Some(score) => world.set_score(id, score),
            None => {
                return Some(answer::text(
                    400,
                    "the parameter score is missing or unknown, e.g. ?id=1&score=good\n",
                ));
            }
        },
        "spoil" => match word("how").map(|how| (how, Spoil::from_name(how))) {
            Some(("well", None)) => world.spoil(id, None),
            Some((_, Some(spoil))) => world.spoil(id, Some(spoil)),
            _ => {
                let known: Vec<&str> = spoil::NAMES.iter().map(|(name, _)| *name).collect();
                let example = format!(
                    "the parameter how is missing or unknown; the values are well, {}, e.g. ?id=1&how=nan\n",
                    known.join(", ")
                );
                return Some(answer::with_type(400, "text/plain", example));
            }
        },
        "tag" => match word("tag") {
            Some(tag) => world.tag(id, tag.to_owned()),
            None => {
                return Some(answer::text(
                    400,
                    "the parameter tag is missing, e.g. ?id=1&tag=vip\n",
                ));
            }
        },
        "sla" => {
            if !set_sla(world, id, query) {
                let example = "the parameter metric or stage is unknown, e.g. ?id=1&metric=first_reply_time&stage=active&breach_in=3600\n";
                return Some(answer::text(400, example));
            }
        }
        _ => return None,
    }
    Some(answer::text(200, "ok\n"))
}

/// Gives a ticket one SLA target. Returns whether the words for it are known.
fn set_sla(world: &mut World, id: i64, query: &Query) -> bool {
    let word = |key: &str| query.get(key).map(String::as_str);
    let metric = word("metric").map_or(Some(SlaMetric::FirstReplyTime), SlaMetric::from_label);
    let stage = word("stage").map_or(Some(SlaStage::Active), SlaStage::from_label);
    let (Some(metric), Some(stage)) = (metric, stage) else {
        return false;
    };
    let breach_in = word("breach_in").and_then(|text| text.parse::<i64>().ok());
    let target = SlaTarget {
        metric,
        stage,
        breach_at: breach_in.map(|seconds| world.now() + seconds),
    };
    world.set_sla(id, vec![target]);
    true
}

/// Brings a deleted ticket back, or changes one as Zendesk itself does, e.g. for an automation: the time
/// of the update stays. Returns whether there is a status to set.
fn write_status(world: &mut World, path: &str, id: i64, status: Option<Status>) -> bool {
    match status {
        Some(status) if path == "restore" => world.restore(id, status),
        Some(status) => world.system_write(id, |ticket| ticket.status = Some(status)),
        None => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::SimTicket;

    fn asked(world: &mut World, path: &str, query: &str) -> Option<u16> {
        let query = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        change(world, path, &query).map(|answer| answer.status().as_u16())
    }

    #[test]
    fn scores_tags_and_targets_are_set_by_hand() {
        let mut world = World::new(1_000);
        world.create(&Draft::default());
        for (path, query, status) in [
            ("score", "id=1&score=good", 200),
            ("score", "id=1&score=best", 400),
            ("tag", "id=1&tag=from_afar", 200),
            ("tag", "id=1", 400),
            ("spoil", "id=1&how=nan", 200),
            ("spoil", "id=1&how=worse", 400),
            ("spoil", "id=1", 400),
            ("spoil", "id=1&how=well", 200),
            ("spoil", "id=1&how=odd", 200),
            ("sla", "id=1&stage=paused&breach_in=-60", 200),
            ("sla", "id=1&metric=patience", 400),
            ("flip", "id=1", 200),
            ("silent", "id=1&status=solved", 200),
            ("silent", "id=1", 400),
            ("restore", "id=1&status=deleted", 400),
            ("restore", "id=1&status=open", 200),
        ] {
            assert_eq!(
                asked(&mut world, path, query),
                Some(status),
                "{path}?{query}"
            );
        }
        assert_eq!(asked(&mut world, "nothing", ""), None);
        let spoiled: Vec<_> = world.spoiled().iter().collect();
        assert_eq!(spoiled, [(&1, &Spoil::Odd)]);
        let ticket = world.ticket(1).expect("it is there");
        assert_eq!(ticket.score, Score::Good);
        assert_eq!((ticket.solves, ticket.reopens), (2, 2));
        assert!(ticket.tags.contains("from_afar"));
        let target = SlaTarget {
            metric: SlaMetric::FirstReplyTime,
            stage: SlaStage::Paused,
            breach_at: Some(940),
        };
        assert_eq!(ticket.sla(), [target]);
    }

    #[test]
    fn tickets_vanish_from_the_export_and_the_counts_without_a_row() {
        let mut world = World::new(1_000);
        for _ in 0..5 {
            world.create(&Draft::default());
        }
        assert_eq!(asked(&mut world, "vanish", "count=2"), Some(200));
        assert_eq!(asked(&mut world, "vanish", "id=4"), Some(200));
        let left: Vec<i64> = world.rows_after((0, 0)).map(|(id, _)| id).collect();
        assert_eq!(left, [3, 5]);
        assert_eq!(world.searched(Status::New, 0), 2);
        assert_eq!(world.ticket(4), None::<&SimTicket>);
    }
}
