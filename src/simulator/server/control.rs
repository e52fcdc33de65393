//! The handles of the simulator over HTTP, under `/simulator/`.

use hyper::Method;
use serde_json::json;

use super::answer::{self, Answer};
use super::routes::Query;
use super::{Account, Shared};
use crate::simulator::faults::Fault;
use crate::simulator::oracle::OracleSettings;
use crate::simulator::world::Draft;
use crate::ticket::{Priority, Status};

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
        ("GET", "expected") => {
            let name = query.get("account").map_or("simulator", String::as_str);
            account.oracle.settle();
            let text = account.oracle.expected(name, &OracleSettings::default());
            answer::with_type(200, "text/plain; charset=utf-8", text)
        }
        ("POST", "fault") => {
            let answers = u32::try_from(number("count", 1)).unwrap_or(1);
            set_fault(&mut account, query.get("name"), answers)
        }
        ("DELETE", "fault") => {
            account.clear_faults();
            answer::text(200, "ok\n")
        }
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
                None => answer::text(400, "status is missing, e.g. ?id=1&status=solved\n"),
            }
        }
        ("POST", "delete") => {
            account.world.delete(number("id", 0));
            answer::text(200, "ok\n")
        }
        _ => answer::text(
            404,
            "GET status|expected, POST fault|advance|create|status|delete, DELETE fault\n",
        ),
    }
}

fn set_fault(account: &mut Account, name: Option<&String>, answers: u32) -> Answer {
    match name.map(|name| name.parse::<Fault>()) {
        Some(Ok(fault)) => {
            account.faults.set(fault, answers);
            answer::text(200, "ok\n")
        }
        Some(Err(unknown)) => answer::with_type(400, "text/plain", format!("{unknown}\n")),
        None => answer::text(400, "name is missing, e.g. ?name=429&count=3\n"),
    }
}
