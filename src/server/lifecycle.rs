//! `POST /-/reload`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::Shared;
use crate::clock::Clock;

/// Reloads the settings, and answers when they are in effect or refused.
pub(super) async fn reload<C: Clock>(State(shared): State<Arc<Shared<C>>>) -> Response {
    let Some(handle) = &shared.service.reload else {
        return (StatusCode::FORBIDDEN, LIFECYCLE_IS_OFF).into_response();
    };
    match handle.reload().await {
        Ok(words) => format!("{words}\n").into_response(),
        Err(why) => {
            let words = format!("cannot reload the settings, keeping the previous ones: {why}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
        }
    }
}

const LIFECYCLE_IS_OFF: &str = "reloading over HTTP is disabled; start the exporter with --web.enable-lifecycle, or send SIGHUP to its process\n";
