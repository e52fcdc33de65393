//! Requests counts of the search, and names of groups, brands, forms and custom statuses.
//!
//! Reading an answer is pure. Only the export decides whether a token is still good: another endpoint that refuses
//! the token must not take it from the poller.

use url::Url;
use url::form_urlencoded::Serializer;

use super::answer::{Object, is_object};
use crate::source::{
    ApiError, Endpoint, Exchange, LookupSource, NAME_CHARS_MAX, NAMES_PER_PAGE, NamesPage, TokenUse,
};
use crate::ticket::{NamedSet, Status, UnixSeconds};
use crate::zendesk::Client;
use crate::zendesk::answers::exchange::read_by;
use crate::zendesk::client::RequestContext;
use crate::zendesk::credentials::Secrets;
use crate::zendesk::json::numbers::Integer;

/// Whether the list has pages. That of custom statuses has none and is sent completely.
const fn is_paged(set: NamedSet) -> bool {
    !matches!(set, NamedSet::CustomStatus)
}

impl NamesPage {
    /// The page without the names that repeat any of `secrets`.
    fn without(mut self, secrets: &Secrets) -> Self {
        let came = self.names.len();
        self.names
            .retain(|(_, name)| !secrets.are_in(name.as_bytes()));
        self.withheld = came - self.names.len();
        self
    }
}

/// Most names that are read from one answer. It is more than are kept of any set, so that an excess is noticed.
const NAMES_PER_ANSWER_MAX: usize = 10_000;

/// Longest position of a page that is sent back. Known ones have some dozens of bytes, and a URL has no room for
/// many more.
const AFTER_BYTES_MAX: usize = 2048;

/// While Zendesk counts again, `value` of a count is this number and `refreshed_at` is null.
const COUNT_CAP: u64 = 100_000;

impl LookupSource for Client {
    /// The count is some minutes old, and includes only tickets that the user may see. For a refused login it
    /// returns [`ApiError::TokenExpired`] if another token may help, otherwise [`ApiError::Unauthorized`]. The
    /// token stays in use.
    async fn search_count(
        &self,
        status: Status,
        account_now: UnixSeconds,
    ) -> Exchange<Option<u64>> {
        let mut url = self.url(Endpoint::SearchCount);
        let query = format!("type:ticket status:{}", status.label());
        url.query_pairs_mut().append_pair("query", &query);
        let asked = RequestContext::about(account_now);
        self.ask(TokenUse::Lookups, Endpoint::SearchCount, url, asked)
            .await
            .and_then(|body| Ok(search_count(&body)?))
    }

    /// [`ApiError::NotFound`] and the errors of a 403 can also mean that the account's plan lacks the endpoint. A
    /// refused login is as in [`Self::search_count`].
    async fn names(
        &self,
        set: NamedSet,
        after: Option<&str>,
        account_now: UnixSeconds,
    ) -> Exchange<NamesPage> {
        let mut url = self.url(Endpoint::Names(set));
        append_paging(&mut url, set, after);
        let asked = RequestContext::about(account_now);
        let answer = self
            .ask(TokenUse::Lookups, Endpoint::Names(set), url, asked)
            .await;
        let secrets = self.authenticator.secrets();
        let read = move |body: &[u8]| Ok(names_page(set, body)?.without(&secrets));
        read_by(answer, read).await
    }
}

fn append_paging(url: &mut Url, set: NamedSet, after: Option<&str>) {
    if !is_paged(set) {
        return;
    }
    let mut query: Serializer<'_, _> = url.query_pairs_mut();
    if set == NamedSet::Group {
        // Old tickets keep the groups that were deleted.
        query.append_pair("exclude_deleted", "false");
    }
    query.append_pair("page[size]", &NAMES_PER_PAGE.to_string());
    if let Some(after) = after {
        query.append_pair("page[after]", after);
    }
}

/// What an answer lacks, as a fixed text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::zendesk) struct UnreadableAnswer(pub(in crate::zendesk) &'static str);

impl From<UnreadableAnswer> for ApiError {
    fn from(UnreadableAnswer(problem): UnreadableAnswer) -> Self {
        Self::Decode {
            problem: problem.to_owned(),
        }
    }
}

/// The error for a body that is not JSON.
pub(in crate::zendesk) const NOT_JSON: UnreadableAnswer = UnreadableAnswer("it is not JSON");

/// Reads a count: `{"count": N}` in answers of the search, or `{"count": {"value": N, "refreshed_at": …}}` in those
/// of other counts. N can be null.
fn search_count(body: &[u8]) -> Result<Option<u64>, UnreadableAnswer> {
    const NO_COUNT: UnreadableAnswer = UnreadableAnswer("it has no count");
    let answer = Object::from_body(body).ok_or(NOT_JSON)?;
    let number = |json: &[u8]| match json {
        b"null" => Ok(None),
        json => {
            let digits = std::str::from_utf8(json).ok();
            let number = digits.and_then(|digits| digits.parse::<u64>().ok());
            number.map(Some).ok_or(NO_COUNT)
        }
    };
    let count = answer.get("count").ok_or(NO_COUNT)?;
    if !is_object(count) {
        return number(count);
    }
    let dated = Object::new(count);
    let value = number(dated.get("value").ok_or(NO_COUNT)?)?;
    let is_being_counted = dated.get("refreshed_at").is_none_or(|at| at == b"null");
    Ok(value.filter(|value| !(is_being_counted && *value == COUNT_CAP)))
}

fn names_page(set: NamedSet, body: &[u8]) -> Result<NamesPage, UnreadableAnswer> {
    let answer = Object::from_body(body).ok_or(NOT_JSON)?;
    let entries = answer.list(set.plural());
    let entries = entries.ok_or(UnreadableAnswer("it has no list of these names"))?;
    let name_key = match set {
        NamedSet::CustomStatus => "agent_label",
        _ => "name",
    };
    let names = entries.filter_map(|entry| {
        let id = Integer::from_json(entry.get("id")?)?;
        Some((id, clean(&entry.text(name_key)?)))
    });
    let names = names.take(NAMES_PER_ANSWER_MAX).collect();
    let after = if is_paged(set) {
        next_page(answer)?
    } else {
        None
    };
    Ok(NamesPage {
        names,
        after,
        withheld: 0,
    })
}

/// Where the next page of a list begins. An incomplete list must not count as complete. The `links` of the answer
/// are not read: last pages have them too, and they name another host.
pub(in crate::zendesk) fn next_page(
    answer: Object<'_>,
) -> Result<Option<String>, UnreadableAnswer> {
    let Some(meta) = answer.get("meta").filter(|meta| meta != b"null") else {
        return Ok(None);
    };
    let has_more = Object::new(meta).get("has_more");
    match has_more.unwrap_or(b"false") {
        b"false" if is_object(meta) => return Ok(None),
        b"true" => {}
        _ => {
            return Err(UnreadableAnswer(
                "its meta is not an object, or meta.has_more is not a boolean",
            ));
        }
    }
    Object::new(meta)
        .text("after_cursor")
        .filter(|after| !after.is_empty() && after.len() <= AFTER_BYTES_MAX)
        .map(|after| Some(after.into_owned()))
        .ok_or(UnreadableAnswer(
            "it has more pages, but no usable meta.after_cursor",
        ))
}

/// The name without control characters except line breaks, which the output escapes.
pub(in crate::zendesk) fn clean(name: &str) -> String {
    name.chars()
        .filter(|&character| character == '\n' || !character.is_control())
        .take(NAME_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests;
