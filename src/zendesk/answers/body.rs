//! Reads the bodies of answers, up to a bound.

use reqwest::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use reqwest::{Response, Version};

use super::gzip::{Bounded, Full, InflateError, inflate, inflate_beginning, layers};
use crate::source::{ApiError, Endpoint};
use crate::zendesk::decode::ended_early::cut;

/// Largest body that is accepted, before and after decompression: a page of the export. A page of 1,000 tickets has
/// up to about 10 MB.
pub const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Largest page of ticket fields; some fields have thousands of options. Only `check` requests them.
const FIELDS_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Largest page of names. A hundred forms with all their conditions have some hundred kilobytes.
const NAMES_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Largest answer with one value: a token, a user or a count. They have a few kilobytes at most.
pub(in crate::zendesk) const VALUE_BYTES_MAX: usize = 256 * 1024;

/// How much of the body of a refusal is read, before and after decompression: enough for any JSON error.
const REFUSAL_BYTES_MAX: usize = 8 * 1024;

/// The first bytes of a body.
pub(in crate::zendesk) struct Beginning {
    /// The bytes, decompressed as far as possible; empty if that is not possible.
    pub(in crate::zendesk) bytes: Vec<u8>,
    /// Whether the body was read to its end.
    pub(in crate::zendesk) is_whole: bool,
}

/// The largest body of an answer with status 200.
pub(in crate::zendesk) const fn bytes_max(endpoint: Endpoint) -> usize {
    match endpoint {
        Endpoint::TicketsCursor
        | Endpoint::TicketsTime
        | Endpoint::TicketsSample
        | Endpoint::TicketsList
        | Endpoint::DeletedTickets
        | Endpoint::ShowMany
        | Endpoint::ShowOne => BODY_BYTES_MAX,
        Endpoint::TicketFields => FIELDS_BYTES_MAX,
        Endpoint::Names(_) => NAMES_BYTES_MAX,
        Endpoint::OAuthToken | Endpoint::CurrentUser | Endpoint::SearchCount => VALUE_BYTES_MAX,
    }
}

/// Reads a body to its end and decompresses it, to at most `limit_bytes` before and after.
///
/// It gives [`ApiError::Timeout`] or [`ApiError::Cut`] for a body that was cut, [`ApiError::TooLarge`], and
/// [`ApiError::Decode`] for a body that is complete but cannot be decompressed.
pub(in crate::zendesk) async fn whole(
    response: &mut Response,
    limit_bytes: usize,
) -> Result<Vec<u8>, ApiError> {
    let layers = layers(response.headers()).map_err(|problem| unreadable(&problem))?;
    let mut body = Bounded::new(limit_bytes);
    while let Some(chunk) = response.chunk().await.map_err(cut)? {
        body.push(&chunk)?;
    }
    let body = body.into_bytes();
    if layers == 0 {
        return Ok(body);
    }
    let may_be_cut = ends_with_connection(response.version(), response.headers());
    // The largest body takes a tenth of a second, too long for a thread on which other tasks wait.
    let inflated = tokio::task::spawn_blocking(move || inflate(body, layers, limit_bytes));
    match inflated.await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(InflateError::Full(full))) => Err(full.into()),
        Ok(Err(InflateError::Cut)) if may_be_cut => Err(ApiError::Cut("the body was cut".into())),
        Ok(Err(error @ InflateError::Cut)) => Err(ApiError::EndsEarly {
            problem: error.to_string(),
        }),
        Ok(Err(error)) => Err(unreadable(&error)),
        Err(_) => Err(unreadable(&"the decompressor stopped")),
    }
}

/// Reads the first bytes of a body. Errors are ignored, because the rest would not be shown anyway.
pub(in crate::zendesk) async fn beginning(response: &mut Response) -> Beginning {
    let mut body = Bounded::new(REFUSAL_BYTES_MAX);
    let is_whole = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.push(&chunk).is_ok() => {}
            // The body is longer than needed, or broke off. In both cases the rest is not read, and the connection
            // cannot be used again.
            Ok(Some(_)) | Err(_) => break false,
            Ok(None) => break true,
        }
    };
    let body = body.into_bytes();
    let bytes = layers(response.headers()).map_or_else(
        |_| Vec::new(),
        |layers| inflate_beginning(body, layers, REFUSAL_BYTES_MAX),
    );
    Beginning { bytes, is_whole }
}

impl From<Full> for ApiError {
    fn from(full: Full) -> Self {
        Self::TooLarge {
            limit_bytes: full.limit_bytes,
        }
    }
}

fn unreadable(problem: &impl std::fmt::Display) -> ApiError {
    ApiError::Decode {
        problem: problem.to_string(),
    }
}

/// Whether only the end of the connection marks the end of the body, so that a body that was cut looks complete.
fn ends_with_connection(version: Version, headers: &HeaderMap) -> bool {
    version < Version::HTTP_2
        && !headers.contains_key(CONTENT_LENGTH)
        && !headers.contains_key(TRANSFER_ENCODING)
}
