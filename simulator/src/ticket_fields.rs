//! The fields that tickets of the account have, Zendesk's own and those that it was given.
//!
//! PURE.

/// A field of tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketField {
    /// Its id.
    pub id: i64,
    /// Zendesk's word for its kind: `tagger` is a drop-down.
    pub kind: &'static str,
    /// What people call it.
    pub title: String,
    /// Whether it can be filled in.
    pub is_active: bool,
    /// What can be chosen: values, and what people see of each.
    pub options: Vec<(String, String)>,
}

impl TicketField {
    /// A field that is in use and has these options.
    pub fn new(id: i64, kind: &'static str, title: &str, options: &[(&str, &str)]) -> Self {
        let owned = |(value, name): &(&str, &str)| ((*value).to_owned(), (*name).to_owned());
        Self {
            id,
            kind,
            title: title.to_owned(),
            is_active: true,
            options: options.iter().map(owned).collect(),
        }
    }
}

/// The fields that an account has at first, in the order of ids.
pub(crate) fn at_first() -> Vec<TicketField> {
    vec![
        TicketField::new(350_001, "subject", "Subject", &[]),
        TicketField::new(350_002, "priority", "Priority", &[]),
        TicketField::new(
            360_001,
            "tagger",
            "Product",
            &[
                ("printer", "Printer"),
                ("scanner", "Scanner"),
                ("ink_subscription", "Ink \"Subscription\""),
                ("mobile_app", "Mobile app"),
            ],
        ),
        TicketField::new(360_002, "checkbox", "Escalated", &[]),
        TicketField::new(360_003, "text", "Whom to call", &[]),
    ]
}
