//! The endpoints beside the export: counts of the search, and the names of groups, brands, forms
//! and custom statuses.
//!
//! Reading an answer is pure. Whether a token is still good is judged by the export alone: a
//! neighbour that refuses it must not take it away from the poller.

use std::fmt;

use url::Url;
use url::form_urlencoded::Serializer;

use super::answer::{Object, is_object};
use super::client::Asked;
use super::credentials::Secrets;
use super::lenient::Integer;
use super::{ApiError, Client, Endpoint, Exchange, Login, TokenLease};
use crate::clock::Moment;
use crate::ticket::{Status, UnixSeconds};

/// What Zendesk has names for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedSet {
    /// Groups of agents.
    Group,
    /// Brands.
    Brand,
    /// Ticket forms; bound to a plan.
    Form,
    /// Custom ticket statuses, by the label that agents see.
    CustomStatus,
}

impl NamedSet {
    /// Every set.
    pub const ALL: &[Self] = &[Self::Group, Self::Brand, Self::Form, Self::CustomStatus];

    /// The label that holds the ids of this set.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Brand => "brand",
            Self::Form => "form",
            Self::CustomStatus => "custom_status",
        }
    }

    /// Where its names are asked for.
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::Group => Endpoint::Groups,
            Self::Brand => Endpoint::Brands,
            Self::Form => Endpoint::TicketForms,
            Self::CustomStatus => Endpoint::CustomStatuses,
        }
    }

    /// The key of the array in the answer.
    const fn key(self) -> &'static str {
        self.endpoint().label()
    }

    /// Custom statuses come all at once, and that endpoint knows no paging.
    const fn is_paged(self) -> bool {
        !matches!(self, Self::CustomStatus)
    }
}

/// Names of one set, as many as one answer holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamesPage {
    /// Ids and names, in the order in which they came. At most [`NAME_CHARS_MAX`] characters each
    /// and no control characters but line breaks; otherwise as somebody typed them.
    pub names: Vec<(i64, String)>,
    /// Where the next page begins; `None` if there is none.
    pub after: Option<String>,
    /// Names that were left out because they repeat a credential.
    pub withheld: usize,
}

impl NamesPage {
    /// The same without names that repeat any of `secrets`.
    fn without(mut self, secrets: &Secrets) -> Self {
        let came = self.names.len();
        self.names
            .retain(|(_, name)| !secrets.are_in(name.as_bytes()));
        self.withheld = came - self.names.len();
        self
    }
}

/// Names asked for at once, the most that Zendesk allows.
pub const NAMES_PER_PAGE: u32 = 100;

/// Longest name kept, in characters. Zendesk's own forms take about as many.
pub const NAME_CHARS_MAX: usize = 256;

/// Most names taken of one answer: more than are kept of any set, so that it shows that there are too
/// many.
const NAMES_PER_ANSWER_MAX: usize = 10_000;

/// Longest position of a page that is sent back. Known ones have some dozens of bytes, and a URL
/// has no room for many more.
const AFTER_BYTES_MAX: usize = 2048;

/// While Zendesk counts anew, `value` of a count stops here and `refreshed_at` is null.
const COUNT_CAP: u64 = 100_000;

impl Client {
    /// Asks the search how many tickets have `status`: minutes old, and what the user may see.
    ///
    /// `None` if Zendesk does not know at present. The outcome is an [`ApiError`] as its variants
    /// say; a refused login is [`ApiError::TokenExpired`] where another token may do, otherwise
    /// [`ApiError::Unauthorized`], and the token is kept.
    pub async fn search_count(
        &self,
        status: Status,
        account_now: UnixSeconds,
    ) -> Exchange<Option<u64>> {
        let mut url = self.url(Endpoint::SearchCount);
        let query = format!("type:ticket status:{}", status.label());
        url.query_pairs_mut().append_pair("query", &query);
        self.ask_beside(Endpoint::SearchCount, url, Some(account_now))
            .await
            .and_then(|body| search_count(&body).map_err(unreadable))
    }

    /// Asks for names of `set`: the first page, or the one that begins at [`NamesPage::after`].
    ///
    /// The outcome is an [`ApiError`] as its variants say: [`ApiError::NotFound`] and those of 403
    /// also where the account's plan lacks the endpoint. A refused login as for
    /// [`Self::search_count`].
    pub async fn names(
        &self,
        set: NamedSet,
        after: Option<&str>,
        account_now: UnixSeconds,
    ) -> Exchange<NamesPage> {
        let mut url = self.url(set.endpoint());
        append_paging(&mut url, set, after);
        let answer = self
            .ask_beside(set.endpoint(), url, Some(account_now))
            .await;
        let secrets = self.authenticator.secrets();
        let read = move |body: &[u8]| {
            let page = names_page(set, body).map_err(unreadable)?;
            Ok(page.without(&secrets))
        };
        answer.read_by(read).await
    }

    /// Asks an endpoint beside the export, at this time for Zendesk. [`ApiError::TokenExpired`] means that another token may
    /// do, which [`Self::renew_beside`] asks for.
    pub(super) async fn ask_beside(
        &self,
        endpoint: Endpoint,
        url: Url,
        account_now: Option<UnixSeconds>,
    ) -> Exchange<Vec<u8>> {
        let (request, token) = self.authorized(self.get(url));
        let mut exchange = self
            .send(endpoint, request, Asked::about(account_now))
            .await;
        match exchange.outcome {
            Ok(_) => self.authenticator.confirm_beside(endpoint),
            Err(ApiError::Unauthorized { .. })
                if self.authenticator.refuse_beside(endpoint, token) =>
            {
                exchange.outcome = Err(ApiError::TokenExpired);
            }
            Err(_) => {}
        }
        exchange
    }
}

impl crate::lookups::LookupSource for Client {
    fn login(&self, now: Moment) -> Login {
        self.login_beside(now)
    }

    async fn renew(&self, now: Moment) -> Option<Exchange<TokenLease>> {
        self.renew_beside(now).await
    }

    async fn search_count(
        &self,
        status: Status,
        account_now: UnixSeconds,
    ) -> Exchange<Option<u64>> {
        Self::search_count(self, status, account_now).await
    }

    async fn names(
        &self,
        set: NamedSet,
        after: Option<&str>,
        account_now: UnixSeconds,
    ) -> Exchange<NamesPage> {
        Self::names(self, set, after, account_now).await
    }
}

fn append_paging(url: &mut Url, set: NamedSet, after: Option<&str>) {
    if !set.is_paged() {
        return;
    }
    let mut query: Serializer<'_, _> = url.query_pairs_mut();
    if set == NamedSet::Group {
        // Tickets of old keep the groups that were deleted.
        query.append_pair("exclude_deleted", "false");
    }
    query.append_pair("page[size]", &NAMES_PER_PAGE.to_string());
    if let Some(after) = after {
        query.append_pair("page[after]", after);
    }
}

pub(super) fn unreadable(problem: Unreadable) -> ApiError {
    ApiError::Decode {
        problem: problem.to_string(),
    }
}

/// What an answer lacks, in our words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// Of a body.
pub(super) const NOT_JSON: Unreadable = Unreadable("it is not JSON");

/// `{"count": N}` as the search answers, or `{"count": {"value": N, "refreshed_at": …}}` as other
/// counts do; either N may be null.
fn search_count(body: &[u8]) -> Result<Option<u64>, Unreadable> {
    const NO_COUNT: Unreadable = Unreadable("it holds no count");
    let answer = Object::of_body(body).ok_or(NOT_JSON)?;
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
    let dated = Object::of(count);
    let value = number(dated.get("value").ok_or(NO_COUNT)?)?;
    let is_being_counted = dated.get("refreshed_at").is_none_or(|at| at == b"null");
    Ok(value.filter(|value| !(is_being_counted && *value == COUNT_CAP)))
}

fn names_page(set: NamedSet, body: &[u8]) -> Result<NamesPage, Unreadable> {
    let answer = Object::of_body(body).ok_or(NOT_JSON)?;
    let entries = answer.list(set.key());
    let entries = entries.ok_or(Unreadable("it holds no such list"))?;
    let name_key = match set {
        NamedSet::CustomStatus => "agent_label",
        NamedSet::Group | NamedSet::Brand | NamedSet::Form => "name",
    };
    let names = entries.filter_map(|entry| {
        let id = Integer::of_json(entry.get("id")?)?;
        Some((id, clean(&entry.text(name_key)?)))
    });
    let names = names.take(NAMES_PER_ANSWER_MAX).collect();
    let after = if set.is_paged() {
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

/// Where the next page of a list begins. Half a list must not pass for the whole one. Its `links` are not
/// read: they are set on last pages too, and name another host.
pub(super) fn next_page(answer: Object<'_>) -> Result<Option<String>, Unreadable> {
    let Some(meta) = answer.get("meta").filter(|meta| meta != b"null") else {
        return Ok(None);
    };
    let has_more = Object::of(meta).get("has_more");
    match has_more.unwrap_or(b"false") {
        b"false" if is_object(meta) => return Ok(None),
        b"true" => {}
        _ => return Err(Unreadable("its meta says nothing")),
    }
    Object::of(meta)
        .text("after_cursor")
        .filter(|after| !after.is_empty() && after.len() <= AFTER_BYTES_MAX)
        .map(|after| Some(after.into_owned()))
        .ok_or(Unreadable("it has more pages but does not say where"))
}

/// A name as it can be shown. Line breaks are part of it; output escapes them.
pub(super) fn clean(name: &str) -> String {
    name.chars()
        .filter(|&character| character == '\n' || !character.is_control())
        .take(NAME_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_come_bare_or_dated_and_null_is_not_zero() {
        let table = [
            (r#"{"count":42}"#, Ok(Some(42))),
            (r#"{"count":0}"#, Ok(Some(0))),
            (r#"{"count":100000}"#, Ok(Some(100_000))),
            (r#"{"count":null}"#, Ok(None)),
            (r#"{"count":{"value":null,"refreshed_at":null}}"#, Ok(None)),
            (
                r#"{"count":{"value":100000,"refreshed_at":null}}"#,
                Ok(None),
            ),
            (r#"{"count":{"value":100000}}"#, Ok(None)),
            (
                r#"{"count":{"value":100000,"refreshed_at":"2026-10-07T15:43:00+00:00"}}"#,
                Ok(Some(100_000)),
            ),
            (r#"{"count":{"value":7,"refreshed_at":null}}"#, Ok(Some(7))),
        ];
        for (body, expected) in table {
            assert_eq!(search_count(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn what_is_no_count_is_an_error() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"count":-1}"#,
            r#"{"count":1.5}"#,
            r#"{"count":"42"}"#,
            r#"{"count":[42]}"#,
            r#"{"count":{}}"#,
            r#"{"count":{"value":"42"}}"#,
        ] {
            assert!(search_count(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[track_caller]
    fn page(set: NamedSet, body: &str) -> NamesPage {
        names_page(set, body.as_bytes()).expect("a page of names")
    }

    #[test]
    fn names_are_read_under_each_sets_own_keys() {
        let table = [
            (
                NamedSet::Group,
                r#"{"groups":[{"id":46130852536001,"name":"Support","deleted":false}]}"#,
                (46_130_852_536_001, "Support"),
            ),
            (
                NamedSet::Brand,
                r#"{"brands":[{"id":8,"name":"Acme"}],"meta":null}"#,
                (8, "Acme"),
            ),
            (
                NamedSet::Form,
                r#"{"ticket_forms":[{"name":"Default","id":6}],"meta":{"has_more":false}}"#,
                (6, "Default"),
            ),
            (
                NamedSet::CustomStatus,
                r#"{"custom_statuses":[{"id":5,"agent_label":"In work","end_user_label":"Open"}],"meta":{"has_more":true}}"#,
                (5, "In work"),
            ),
        ];
        for (set, body, (id, name)) in table {
            let expected = NamesPage {
                names: vec![(id, name.to_owned())],
                ..NamesPage::default()
            };
            assert_eq!(page(set, body), expected, "{body}");
        }
    }

    #[test]
    fn whether_more_follows_is_said_by_has_more_alone() {
        let after = |meta: &str| {
            let body = format!(
                r#"{{"groups":[],"meta":{meta},"links":{{"next":"https://elsewhere.example/"}}}}"#
            );
            names_page(NamedSet::Group, body.as_bytes()).map(|page| page.after)
        };
        let more = r#"{"has_more":true,"after_cursor":"eyJv","before_cursor":"x"}"#;
        assert_eq!(after(more), Ok(Some("eyJv".to_owned())));
        // Recorded last pages have a cursor all the same.
        assert_eq!(
            after(r#"{"has_more":false,"after_cursor":"eyJv"}"#),
            Ok(None)
        );
        assert_eq!(after("{}"), Ok(None));
        let endless = format!(
            r#"{{"has_more":true,"after_cursor":"{}"}}"#,
            "x".repeat(9_999)
        );
        for nowhere in [
            r#"{"has_more":true}"#,
            r#"{"has_more":true,"after_cursor":null}"#,
            r#"{"has_more":true,"after_cursor":""}"#,
            r#"{"has_more":"yes"}"#,
            &endless,
            "5",
        ] {
            assert!(after(nowhere).is_err(), "{nowhere}");
        }
    }

    #[test]
    fn ids_are_read_in_any_spelling() {
        for (spelling, id) in [
            ("21", Some(21)),
            (r#"" 021 ""#, Some(21)),
            ("21.0", Some(21)),
            ("4.6130852536346e13", Some(46_130_852_536_346)),
            ("21.5", None),
            ("9007199254740993.0", Some(9_007_199_254_740_993)),
            ("18446744073709551615", None),
            (r#""x""#, None),
            ("true", None),
        ] {
            let body = format!(r#"{{"groups":[{{"id":{spelling},"name":"x"}}]}}"#);
            let names = page(NamedSet::Group, &body).names;
            let expected: Vec<_> = id.into_iter().map(|id| (id, "x".to_owned())).collect();
            assert_eq!(names, expected, "{spelling}");
        }
    }

    #[test]
    fn an_entry_that_is_no_name_is_left_out() {
        let body = r#"{"groups":[null,5,{"id":1},{"name":"x"},{"id":"2","name":"x"},{"id":3,"name":null},{"id":-4,"name":"kept"}]}"#;
        let names = page(NamedSet::Group, body).names;
        assert_eq!(names, [(2, "x".to_owned()), (-4, "kept".to_owned())]);
        for body in ["", "[]", "{}", r#"{"brands":[]}"#, r#"{"groups":{}}"#] {
            assert!(
                names_page(NamedSet::Group, body.as_bytes()).is_err(),
                "{body}"
            );
        }
    }

    #[test]
    fn a_name_that_cannot_be_read_costs_itself() {
        for odd in [
            &b"{\"id\":1,\"name\":\"\\ud83d\"}"[..],
            b"{\"id\":1,\"name\":\"\xff\"}",
            b"{\"id\":1e999,\"name\":\"x\"}",
            b"{\"\\ud800\":1,\"name\":\"x\"}",
        ] {
            let body = [b"{\"groups\":[", odd, b",{\"id\":2,\"name\":\"x\"}]}"].concat();
            let told = String::from_utf8_lossy(&body).into_owned();
            let page = names_page(NamedSet::Group, &body).expect(&told);
            assert_eq!(page.names, [(2, "x".to_owned())], "{told}");
        }
        // But half a list is none.
        for cut in [
            r#"{"groups":[{"id":1,"name":"x"}]"#,
            r#"{"groups":[{"id":1,"name":"x"}],"meta":{"has_more":true,"#,
            r#"{"groups":[{"id":1,"name":"x"},{"id":"#,
            r#"{"groups":[{"id":1,"name":"x"},:],"meta":{}}"#,
        ] {
            let page = names_page(NamedSet::Group, cut.as_bytes());
            assert_eq!(page, Err(NOT_JSON), "{cut}");
        }
    }

    #[test]
    fn no_more_names_are_read_of_an_answer_than_show_that_there_are_too_many() {
        let entry = r#"{"id":1,"name":"x"},"#;
        let body = format!(
            "{{\"groups\":[{}5]}}",
            entry.repeat(NAMES_PER_ANSWER_MAX + 5)
        );
        let names = page(NamedSet::Group, &body).names;
        assert_eq!(names.len(), NAMES_PER_ANSWER_MAX);
    }

    #[test]
    fn names_that_repeat_a_credential_are_left_out_and_counted() {
        let body = r#"{"groups":[{"id":1,"name":"Support"},{"id":2,"name":"a s3cr3t-of-mine"},{"id":3,"name":"S3CR3T-OF"}]}"#;
        let secrets = Secrets::new(["s3cr3t-of-mine"].into_iter());
        let page = page(NamedSet::Group, body).without(&secrets);
        assert_eq!(page.names, [(1, "Support".to_owned())]);
        assert_eq!(page.withheld, 2);
    }

    #[test]
    fn names_are_short_and_have_no_control_characters_but_line_breaks() {
        let name = |json: &str| {
            let body = format!(r#"{{"groups":[{{"id":1,"name":{json}}}]}}"#);
            page(NamedSet::Group, &body).names.remove(0).1
        };
        assert_eq!(
            name(r#""a\"b\\c\nd\re\tf\u0000\u001b[1mg\u2603""#),
            "a\"b\\c\ndef[1mg☃"
        );
        let long = "☃".repeat(NAME_CHARS_MAX + 1);
        assert_eq!(name(&format!("\"{long}\"")).chars().count(), NAME_CHARS_MAX);
    }

    #[test]
    fn a_page_is_asked_for_by_size_and_place() {
        let query = |set, after| {
            let mut url: Url = "https://acme.zendesk.com/api/v2/x".parse().expect("a URL");
            append_paging(&mut url, set, after);
            url.query().map(str::to_owned)
        };
        assert_eq!(
            query(NamedSet::Group, None).as_deref(),
            Some("exclude_deleted=false&page%5Bsize%5D=100")
        );
        assert_eq!(
            query(NamedSet::Brand, Some("a=&b")).as_deref(),
            Some("page%5Bsize%5D=100&page%5Bafter%5D=a%3D%26b")
        );
        assert_eq!(query(NamedSet::CustomStatus, None), None);
    }
}
