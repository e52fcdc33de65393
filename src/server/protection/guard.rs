//! Whether a request reaches its endpoint.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Protection;
use crate::clock::Clock;

/// Paths without protection: probes have no credentials.
const UNPROTECTED: [&str; 2] = ["/-/healthy", "/-/ready"];

/// Passes a request on to its endpoint, or refuses it. Adds the headers of the web config file to the response.
pub(in crate::server) async fn guard<C: Clock>(
    State((protection, clock)): State<(Arc<Protection>, Arc<C>)>,
    request: Request,
    next: Next,
) -> Response {
    let rules = protection.rules().await;
    let mut response = if UNPROTECTED.contains(&request.uri().path()) {
        next.run(request).await
    } else if rules
        .limiter
        .as_ref()
        .is_some_and(|limiter| !limiter.take(clock.now().monotonic))
    {
        (StatusCode::TOO_MANY_REQUESTS, "too many requests\n").into_response()
    } else {
        let authorization = request.headers().get(header::AUTHORIZATION);
        if rules.users.allow(authorization, &protection.hashing).await {
            next.run(request).await
        } else {
            let realm = [(
                header::WWW_AUTHENTICATE,
                "Basic realm=\"zendesk-exporter\", charset=\"UTF-8\"",
            )];
            (StatusCode::UNAUTHORIZED, realm, "unauthorized\n").into_response()
        }
    };
    for (name, value) in &rules.headers {
        response
            .headers_mut()
            .entry(name)
            .or_insert_with(|| value.clone());
    }
    response
}
