//! What is answered to what.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, DATE};
use hyper::{Method, Request};
use serde_json::{Value, json};

use super::account::{ASKED_MAX, Account, Asked, Shared};
use super::answer::{self, Answer, Dropped, http_date};
use super::limit_headers::{self, EndpointLimit};
use super::request::{Query, Received};
use super::{control, lists, neighbours, pages, refusals};
use crate::faults::Fault;
use crate::list_faults::ListFault;
use crate::neighbour_faults::NeighbourFault;

/// Longest body of a request.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

pub(super) async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Answer, Dropped> {
    let (head, body) = request.into_parts();
    let query: Query = head
        .uri
        .query()
        .map(|query| {
            url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect()
        })
        .unwrap_or_default();
    let path = head.uri.path().trim_end_matches(".json").to_owned();
    let header = |name| {
        head.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let authorization = header(AUTHORIZATION);
    if let Some(rest) = path.strip_prefix("/simulator/") {
        return Ok(control::answer(&shared, &head.method, rest, &query));
    }
    shared.traffic.pass().await;
    if hangs(&mut shared.account(), &path) {
        std::future::pending::<()>().await;
    }
    let body = Limited::new(body, REQUEST_BYTES_MAX)
        .collect()
        .await
        .map_err(|_| Dropped)?
        .to_bytes();
    let mut account = shared.account();
    let now = account.world.now();
    let received = Received {
        method: &head.method,
        path: &path,
        query: &query,
        authorization: authorization.as_deref(),
        body: &body,
    };
    let answer = within_account_limit(&shared, &mut account, received);
    let status = answer.as_ref().map_or(0, |answer| answer.status().as_u16());
    if account.asked.len() == ASKED_MAX {
        account.asked.pop_front();
    }
    account.asked.push_back(Asked {
        target: head.uri.to_string(),
        scheme: authorization.and_then(|value| value.split(' ').next().map(str::to_owned)),
        at: now,
        status,
    });
    let wants_gzip = header(ACCEPT_ENCODING).is_some_and(|value| value.contains("gzip"));
    answer.map(|answer| dress(answer, now, wants_gzip))
}

/// Whether there is no answer at all.
fn hangs(account: &mut Account, path: &str) -> bool {
    if neighbours::can_fail(path) {
        let hangs = account.neighbour_faults.peek() == Some(NeighbourFault::Hang);
        return hangs && account.neighbour_faults.take_next().is_some();
    }
    if let Some((endpoint, _)) = lists::asked(path) {
        let faults = account.lists.faults_of(endpoint);
        let hangs = faults.peek() == Some(ListFault::Usual(Fault::Hang));
        return hangs && faults.take_next().is_some();
    }
    let hangs = path.contains("/incremental/tickets") && account.faults.peek() == Some(Fault::Hang);
    hangs && account.faults.take_next().is_some()
}

/// What every answer of Zendesk has.
fn dress(answer: Answer, now: i64, wants_gzip: bool) -> Answer {
    let mut answer = answer;
    if !answer.headers().contains_key(DATE) {
        answer = answer::header(answer, "date", &http_date(now));
    }
    for _ in 0..2 {
        answer = answer::header(answer, "x-request-id", "51m-req-0001");
    }
    let is_plain = answer.status().is_success()
        && !answer.headers().contains_key("content-encoding")
        && !answer.headers().contains_key("content-length");
    if wants_gzip
        && is_plain
        && let answer::SimBody::Whole(Some(bytes)) = answer.body_mut()
    {
        *bytes = answer::gzip(bytes).into();
        answer = answer::header(answer, "content-encoding", "gzip");
    }
    answer
}

/// Answers a request, unless it is one too many for the account.
pub(super) fn within_account_limit(
    shared: &Shared,
    account: &mut Account,
    received: Received<'_>,
) -> Result<Answer, Dropped> {
    let counted = if received.path.starts_with("/api/v2/") {
        account.account_limit.count(account.world.now())
    } else {
        Ok(None)
    };
    match counted {
        Err(standing) => Ok(limit_headers::account_exceeded(standing)),
        Ok(standing) => route(shared, account, received)
            .map(|answer| limit_headers::add_of_account(answer, standing)),
    }
}

fn route(
    shared: &Shared,
    account: &mut Account,
    received: Received<'_>,
) -> Result<Answer, Dropped> {
    let Received {
        method,
        path,
        query,
        authorization,
        body,
    } = received;
    if path == "/oauth/tokens" && method == Method::POST {
        return Ok(give_token(shared, account, body));
    }
    let refusal = refuse(shared, account, path, authorization);
    if path == "/api/v2/users/me" {
        let refusal = refusal.or_else(|| account.lacks_scope.then(refusals::missing_scope));
        return Ok(refusal.unwrap_or_else(|| {
            let is_known = refuse(shared, account, "", authorization).is_none();
            neighbours::current_user(is_known.then(|| account.role()))
        }));
    }
    // A fault of the sample comes before the login, as it does where an address is closed to all.
    let sample = path == "/api/v2/incremental/tickets/sample";
    if let Some(refusal) = refusal
        && !(sample && account.faults.peek().is_some())
    {
        return Ok(refusal);
    }
    let is_cursor = match path {
        "/api/v2/incremental/tickets/cursor" => true,
        "/api/v2/incremental/tickets" => false,
        _ if sample => return pages::sample(account, query),
        _ if let Some(asked) = lists::asked(path) => {
            return lists::answer(account, asked, query, authorization);
        }
        _ => return Ok(neighbours::answer(shared, account, path, query)),
    };
    let fault = account.faults.take_next();
    account.on_fault(fault);
    if fault == Some(Fault::EchoedLogin) {
        return Ok(refusals::echo(authorization, &account.token_texts()));
    }
    if fault.is_none()
        && let Some(refusal) = account.export_refusal()
    {
        return Ok(refusal);
    }
    match account.limit.count(account.world.now()) {
        Err(standing) => Ok(EndpointLimit::Exports.exceeded(account, standing)),
        Ok(standing) => {
            let page = pages::answer(shared, account, is_cursor, query, fault)?;
            Ok(match standing {
                Some(standing) => EndpointLimit::Exports.add(page, account, standing),
                None => page,
            })
        }
    }
}

fn give_token(shared: &Shared, account: &mut Account, body: &[u8]) -> Answer {
    let asked: Value = serde_json::from_slice(body).unwrap_or_else(|_| {
        let pairs = url::form_urlencoded::parse(body).into_owned();
        pairs
            .map(|(key, value)| (key, Value::from(value)))
            .collect()
    });
    let (client_id, client_secret) = &shared.options.client;
    let good = asked["grant_type"] == "client_credentials"
        && asked["client_id"] == client_id.as_str()
        && asked["client_secret"] == client_secret.as_str();
    if !good {
        let body =
            json!({"error": "invalid_client", "error_description": "Client authentication failed"});
        return answer::json(401, &body);
    }
    account.tokens_made += 1;
    let token = format!("simulator-oauth-{}", account.tokens_made);
    let life = shared.options.token_life_seconds;
    // Whoever gets it counts its life in real seconds.
    let ends = life.map(|life| account.world.now() + shared.options.time.seconds_in(life));
    account.tokens.push((token.clone(), ends));
    if let Some(spelling) = &account.token_answer {
        let body = spelling.replace("{token}", &token);
        return answer::with_type(200, "application/json", body);
    }
    let mut body = json!({"access_token": token, "token_type": "bearer", "scope": "read"});
    if let Some(life) = life {
        body["expires_in"] = life.into();
    }
    answer::json(200, &body)
}

fn refuse(
    shared: &Shared,
    account: &Account,
    path: &str,
    authorization: Option<&str>,
) -> Option<Answer> {
    let options = &shared.options;
    let (scheme, credentials) = authorization
        .and_then(|value| value.split_once(' '))
        .unwrap_or_default();
    let now = account.world.now();
    match scheme {
        "Bearer" => {
            let is_good = credentials == options.access_token
                || account.tokens.iter().any(|(token, ends)| {
                    token == credentials && ends.is_none_or(|ends| now < ends)
                });
            (!is_good).then(|| {
                answer::json(
                    401,
                    &json!({"error": "invalid_token", "error_description": "The access token provided is expired, revoked, malformed or invalid for other reasons."}),
                )
            })
        }
        _ => {
            let (email, key) = &options.user;
            let good = [format!("{email}/token:{key}"), format!("{email}:{key}")];
            let is_good =
                scheme == "Basic" && good.iter().any(|pair| STANDARD.encode(pair) == credentials);
            // With a wrong password Zendesk takes one for nobody, and says so with 200.
            if is_good || path == "/api/v2/users/me" {
                return None;
            }
            Some(answer::json(
                401,
                &json!({"error": "Couldn't authenticate you"}),
            ))
        }
    }
}
