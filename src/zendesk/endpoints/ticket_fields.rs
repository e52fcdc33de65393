//! Requests the ticket fields of an account, for `check --online`. Any agent may read them.
//!
//! Reading an answer is pure.

use super::answer::Object;
use super::lookup_endpoints::{NOT_JSON, UnreadableAnswer, clean, next_page};
use crate::source::{Endpoint, Exchange, NAMES_PER_PAGE, TokenUse};
use crate::zendesk::Client;
use crate::zendesk::answers::exchange::read_by;
use crate::zendesk::client::RequestContext;
use crate::zendesk::credentials::Secrets;
use crate::zendesk::json::numbers::Integer;

/// A field of tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketField {
    /// The id of the field.
    pub id: i64,
    /// The title; without control characters except line breaks.
    pub title: String,
    /// The kind of its values.
    pub kind: FieldKind,
    /// Whether the field is active.
    pub is_active: bool,
    /// The options, if the field has options.
    pub options: Vec<FieldOption>,
}

/// The kind of a field's values, by Zendesk's `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// `tagger`: one of the options.
    DropDown,
    /// `multiselect`: several of the options.
    MultiSelect,
    /// `checkbox`: `true` or `false`.
    Checkbox,
    /// `text`, `textarea`, `regexp`, `partialcreditcard`: any text.
    Text,
    /// `integer`, `decimal`: a number.
    Number,
    /// `date`, `datetime`: a date.
    Date,
    /// `lookup`: the id of another object.
    Lookup,
    /// A system field, such as the subject: it is not among the custom fields of a ticket.
    System,
    /// A kind that this version does not know.
    Unknown,
}

/// One of the options of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldOption {
    /// The value that tickets contain.
    pub value: String,
    /// The name that users see.
    pub name: String,
    /// Whether neither value nor name repeats a credential.
    pub may_be_shown: bool,
}

/// The fields in one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketFieldsPage {
    /// The fields in the order of the answer.
    pub fields: Vec<TicketField>,
    /// Where the next page begins; `None` if this is the last page.
    pub after: Option<String>,
}

/// Most fields that are read from one answer: many times the number that an account can have.
const FIELDS_PER_ANSWER_MAX: usize = 10_000;

impl FieldKind {
    fn from_word(word: &str) -> Self {
        match word {
            "tagger" => Self::DropDown,
            "multiselect" => Self::MultiSelect,
            "checkbox" => Self::Checkbox,
            "text" | "textarea" | "regexp" | "partialcreditcard" => Self::Text,
            "integer" | "decimal" => Self::Number,
            "date" | "datetime" => Self::Date,
            "lookup" => Self::Lookup,
            "subject" | "description" | "status" | "custom_status" | "tickettype" | "priority"
            | "basic_priority" | "group" | "assignee" => Self::System,
            _ => Self::Unknown,
        }
    }
}

impl Client {
    /// Requests the ticket fields: the first page, or the page that begins at [`TicketFieldsPage::after`]. An
    /// account without pages for this list sends all fields at once.
    ///
    /// The error is an [`ApiError`](crate::source::ApiError). A refused login is
    /// [`ApiError::Unauthorized`](crate::source::ApiError::Unauthorized), and the token is kept.
    pub async fn ticket_fields(&self, after: Option<&str>) -> Exchange<TicketFieldsPage> {
        let mut url = self.url(Endpoint::TicketFields);
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("page[size]", &NAMES_PER_PAGE.to_string());
            if let Some(after) = after {
                query.append_pair("page[after]", after);
            }
        }
        let asked = RequestContext::default();
        let answer = self
            .ask(TokenUse::Lookups, Endpoint::TicketFields, url, asked)
            .await;
        let secrets = self.authenticator.secrets();
        let read = move |body: &[u8]| {
            let page = fields_page(body)?;
            Ok(page.without(&secrets))
        };
        read_by(answer, read).await
    }
}

impl TicketFieldsPage {
    /// The page, in which texts that repeat any of `secrets` are marked, or replaced if they are only shown.
    /// Options stay unchanged, because tickets contain them.
    fn without(mut self, secrets: &Secrets) -> Self {
        for field in &mut self.fields {
            if secrets.are_in(field.title.as_bytes()) {
                "(title not shown because it repeats a credential)".clone_into(&mut field.title);
            }
            for option in &mut field.options {
                let repeats =
                    [&option.value, &option.name].map(|text| secrets.are_in(text.as_bytes()));
                option.may_be_shown = repeats == [false, false];
            }
        }
        self
    }
}

fn fields_page(body: &[u8]) -> Result<TicketFieldsPage, UnreadableAnswer> {
    let answer = Object::from_body(body).ok_or(NOT_JSON)?;
    let entries = answer.list("ticket_fields");
    let entries = entries.ok_or(UnreadableAnswer("it has no list of ticket fields"))?;
    let fields = entries.filter_map(field).take(FIELDS_PER_ANSWER_MAX);
    Ok(TicketFieldsPage {
        fields: fields.collect(),
        after: next_page(answer)?,
    })
}

/// A field, unless it has no id.
fn field(entry: Object<'_>) -> Option<TicketField> {
    let text = |key: &str| entry.text(key).unwrap_or_default();
    let options = entry.list("custom_field_options").into_iter().flatten();
    let options = options.filter_map(|option| {
        let value = option.text("value")?;
        let name = option.text("name");
        Some(FieldOption {
            name: clean(name.as_deref().unwrap_or(&value)),
            value: value.into_owned(),
            may_be_shown: true,
        })
    });
    Some(TicketField {
        id: Integer::from_json(entry.get("id")?)?,
        title: clean(&text("title")),
        kind: FieldKind::from_word(&text("type")),
        // A field is inactive only if the answer says so.
        is_active: entry.get("active") != Some(b"false"),
        options: options.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_their_options_and_what_has_no_id_is_left_out() {
        let body = br#"{"ticket_fields":[
            {"id":1,"type":"tagger","title":"Plan\u0000","active":true,"custom_field_options":[
                {"id":9,"name":"Gold plan","value":"gold"},{"value":"plain"},{"name":"no value"},5]},
            {"id":"46130852536001","type":"checkbox","title":null,"active":false},
            {"id":3},
            {"id":4,"type":"hologram","custom_field_options":null,"active":null},
            {"type":"text"},null,7
        ],"next_page":"https://elsewhere.example/","count":7}"#;
        let page = fields_page(body).expect("a page");
        let bare = |id, kind, is_active| TicketField {
            id,
            title: String::new(),
            kind,
            is_active,
            options: Vec::new(),
        };
        let option = |value: &str, name: &str| FieldOption {
            value: value.to_owned(),
            name: name.to_owned(),
            may_be_shown: true,
        };
        let plan = TicketField {
            title: "Plan".to_owned(),
            options: vec![option("gold", "Gold plan"), option("plain", "plain")],
            ..bare(1, FieldKind::DropDown, true)
        };
        let expected = [
            plan,
            bare(46_130_852_536_001, FieldKind::Checkbox, false),
            bare(3, FieldKind::Unknown, true),
            bare(4, FieldKind::Unknown, true),
        ];
        assert_eq!(page.fields, expected);
        assert_eq!(page.after, None);
    }

    #[test]
    fn ids_are_read_in_any_spelling_and_odd_fields_cost_themselves() {
        let body = br#"{"ticket_fields":[{"id":21.0},{"id":"4.6130852536001e13"},{"id":" 22 "},
            {"id":2.5},{"id":"x"},{"id":23,"title":"\ud83d"},{"\ud800":1,"id":24,"custom_field_options":[
                {"value":"\udc00"},{"value":"a","name":"\udc00"}]}]}"#;
        let fields = fields_page(body).expect("a page").fields;
        let ids: Vec<i64> = fields.iter().map(|field| field.id).collect();
        assert_eq!(ids, [21, 46_130_852_536_001, 22, 23, 24]);
        assert_eq!(fields[3].title, "");
        let options: Vec<_> = fields[4]
            .options
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(options, ["a"]);
    }

    #[test]
    fn titles_and_options_that_repeat_a_credential_are_not_for_showing() {
        let body = br#"{"ticket_fields":[{"id":1,"title":"a s3cr3t-of-mine","custom_field_options":[
            {"value":"gold","name":"Gold"},{"value":"s3cr3t-of-mine","name":"Gold"},{"value":"x","name":"S3CR3T-OF"}]}]}"#;
        let secrets = Secrets::new(["s3cr3t-of-mine"].into_iter());
        let page = fields_page(body).expect("a page").without(&secrets);
        let field = &page.fields[0];
        assert_eq!(
            field.title,
            "(title not shown because it repeats a credential)"
        );
        let shown: Vec<bool> = field.options.iter().map(|it| it.may_be_shown).collect();
        assert_eq!(shown, [true, false, false]);
        assert_eq!(field.options[1].value, "s3cr3t-of-mine");
    }

    #[test]
    fn more_pages_are_told_by_has_more_and_what_is_no_list_is_an_error() {
        let after = |meta: &str| {
            let body = format!(r#"{{"ticket_fields":[],"meta":{meta}}}"#);
            fields_page(body.as_bytes()).map(|page| page.after)
        };
        let more = r#"{"has_more":true,"after_cursor":"eyJv"}"#;
        assert_eq!(after(more), Ok(Some("eyJv".to_owned())));
        assert_eq!(after(r#"{"has_more":false,"after_cursor":"x"}"#), Ok(None));
        assert_eq!(after("null"), Ok(None));
        assert!(after(r#"{"has_more":true}"#).is_err());
        for body in ["", "<html>", "[]", "{}", r#"{"ticket_fields":{}}"#] {
            assert!(fields_page(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn every_kind_of_field_is_told_apart() {
        let table = [
            ("tagger", FieldKind::DropDown),
            ("multiselect", FieldKind::MultiSelect),
            ("checkbox", FieldKind::Checkbox),
            ("textarea", FieldKind::Text),
            ("decimal", FieldKind::Number),
            ("date", FieldKind::Date),
            ("lookup", FieldKind::Lookup),
            ("tickettype", FieldKind::System),
            ("hologram", FieldKind::Unknown),
        ];
        for (word, kind) in table {
            assert_eq!(FieldKind::from_word(word), kind, "{word}");
        }
    }
}
