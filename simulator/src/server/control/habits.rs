//! What the account is like, set by hand: the role of the user, limits, and what the lists do.

use super::super::account::Account;
use super::super::answer::{self, Answer};
use super::super::request::Query;
use crate::limits::MinuteLimit;
use crate::list_habits::{GeneratedTimestamp, ListHabits, MissingIds, Replicas, Visibility};
use crate::ticket::SetLateness;

/// Answers `POST /simulator/<path>`.
pub(super) fn answer(account: &mut Account, path: &str, query: &Query) -> Answer {
    let done = match path {
        "role" => set_role(account, query),
        "limit" => set_limits(account, query),
        _ => set_lists(account, query),
    };
    match done {
        Ok(()) => answer::text(200, "ok\n"),
        Err(text) => answer::with_type(400, "text/plain", text),
    }
}

fn set_role(account: &mut Account, query: &Query) -> Result<(), String> {
    let known = ["admin", "agent", "end-user"];
    let asked = query.get("role").map_or("", String::as_str);
    let role = known.into_iter().find(|role| *role == asked);
    account.role = Some(role.ok_or_else(|| {
        let known = known.join(", ");
        format!("the parameter role is missing or unknown; the values are {known}\n")
    })?);
    Ok(())
}

/// What limits are of, and last what others send in this minute: a limit that is set begins at nothing.
const LIMITS: [&str; 5] = ["account", "exports", "tickets", "deleted_tickets", "spend"];

/// Sets limits of requests per minute, 0 for no limit.
fn set_limits(account: &mut Account, query: &Query) -> Result<(), String> {
    if let Some(key) = query.keys().find(|key| !LIMITS.contains(&key.as_str())) {
        return Err(unknown(key, &LIMITS.join(", ")));
    }
    let now = account.world.now();
    for key in LIMITS {
        let Some(value) = query.get(key) else {
            continue;
        };
        let number: u32 = number(key, value)?;
        let limit = MinuteLimit::new((number > 0).then_some(number));
        match key {
            "account" => account.account_limit = limit,
            "exports" => account.limit = limit,
            "tickets" => account.lists.tickets_limit = limit,
            "deleted_tickets" => account.lists.deleted_limit = limit,
            _ => account.account_limit.spend(number, now),
        }
    }
    Ok(())
}

fn set_lists(account: &mut Account, query: &Query) -> Result<(), String> {
    let mut habits = account.world.list_habits;
    for (key, value) in query {
        match key.as_str() {
            "late_sets_per_thousand" => {
                account.world.metric_sets_late = SetLateness::PerThousand(number(key, value)?);
            }
            _ => set_habit(&mut habits, key, value)?,
        }
    }
    account.world.list_habits = habits;
    Ok(())
}

fn set_habit(habits: &mut ListHabits, key: &str, value: &str) -> Result<(), String> {
    match key {
        "archive_after_seconds" => habits.archive_after_seconds = Some(number(key, value)?),
        "shows_archived" => habits.shows_archived = flag(key, value)?,
        "shows_archived_alone" => habits.shows_archived_alone = flag(key, value)?,
        "missing_ids" => {
            habits.missing_ids = match value {
                "left_out" => MissingIds::LeftOut,
                "not_found" => MissingIds::NotFound,
                _ => return Err(unknown(key, "left_out, not_found")),
            };
        }
        "generated_timestamp" => {
            habits.generated_timestamp = match value {
                "carried" => GeneratedTimestamp::Carried,
                "missing" => GeneratedTimestamp::Missing,
                "zero" => GeneratedTimestamp::Zero,
                _ => return Err(unknown(key, "carried, missing, zero")),
            };
        }
        "late_seconds" => habits.visibility = Visibility::Within(number(key, value)?),
        "lag_seconds" => {
            habits.replicas = Replicas::InTurns {
                lag_seconds: number(key, value)?,
            };
        }
        "metric_sets" => habits.carries_metric_sets = flag(key, value)?,
        "metric_sets_by_id" => habits.carries_metric_sets_by_id = flag(key, value)?,
        "slas" => habits.carries_slas = flag(key, value)?,
        _ => {
            return Err(unknown(
                key,
                "archive_after_seconds, shows_archived, shows_archived_alone, missing_ids, generated_timestamp, late_seconds, lag_seconds, metric_sets, metric_sets_by_id, slas, late_sets_per_thousand, e.g. ?lag_seconds=5",
            ));
        }
    }
    Ok(())
}

fn number<T: std::str::FromStr>(key: &str, value: &str) -> Result<T, String> {
    let number = value.parse();
    number.map_err(|_| format!("the parameter {key} is not a number\n"))
}

fn flag(key: &str, value: &str) -> Result<bool, String> {
    let flag = value.parse();
    flag.map_err(|_| unknown(key, "true, false"))
}

fn unknown(key: &str, known: &str) -> String {
    format!("the parameter {key} or its value is unknown; there are {known}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    fn asked(account: &mut Account, path: &str, query: &str) -> u16 {
        let query = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        answer(account, path, &query).status().as_u16()
    }

    #[test]
    fn habits_are_set_by_hand() {
        let mut account = Account::new(&Options::manual(1_000));
        for (path, query, status) in [
            ("role", "role=agent", 200),
            ("role", "role=boss", 400),
            ("limit", "account=200&spend=50&deleted_tickets=0", 200),
            ("limit", "account=many", 400),
            ("limit", "search=1", 400),
            ("lists", "archive_after_seconds=60&lag_seconds=5", 200),
            (
                "lists",
                "generated_timestamp=missing&metric_sets=false&missing_ids=not_found",
                200,
            ),
            ("lists", "late_seconds=60&late_sets_per_thousand=500", 200),
            ("lists", "generated_timestamp=yes", 400),
            ("lists", "missing_ids=none", 400),
            ("lists", "speed=5", 400),
        ] {
            assert_eq!(asked(&mut account, path, query), status, "{path}?{query}");
        }
        assert!(account.export_refusal().is_some());
        assert!(!account.lists.deleted_limit.is_on());
        let standing = account.account_limit.count(1_000).ok().flatten();
        assert_eq!(standing.map(|standing| standing.remaining), Some(149));
        assert_eq!(
            account.world.list_habits,
            ListHabits {
                archive_after_seconds: Some(60),
                missing_ids: MissingIds::NotFound,
                generated_timestamp: GeneratedTimestamp::Missing,
                visibility: Visibility::Within(60),
                replicas: Replicas::InTurns { lag_seconds: 5 },
                carries_metric_sets: false,
                ..ListHabits::default()
            }
        );
        let lateness = account.world.metric_sets_late;
        assert_eq!(lateness, SetLateness::PerThousand(500));
    }
}
