//! Groups, brands, forms and custom statuses: one row for each set of things that a ticket refers to by an id.
//!
//! PURE.

/// Declares [`NamedSet`] and its table. A row contains the label, the list in Zendesk's API that has the names, and
/// the number of values in a usual account. The row is also the row of the label.
///
/// Example: `Group = "group", "groups", 6;` declares the label `group`. The setting `labels.group` turns it on, the
/// state stores that as `label_group`, the names come from `api/v2/groups`, and a usual account has 6.
macro_rules! named_sets {
    ($($(#[$meta:meta])* $set:ident = $label:literal, $plural:literal, $usual_values:literal;)+) => {
        label_set! {
            /// A kind of thing that a ticket refers to by its id and that has a name in Zendesk. Each kind has a
            /// label.
            NamedSet { $($(#[$meta])* $set = $label),+ }
        }

        /// The table, in the order of [`NamedSet::ALL`].
        const ROWS: [Row; NamedSet::COUNT] = [$(Row {
            plural: $plural,
            setting: concat!("labels.", $label),
            stored_as: concat!("label_", $label),
            usual_values: $usual_values,
        }),+];
    };
}

struct Row {
    plural: &'static str,
    setting: &'static str,
    stored_as: &'static str,
    usual_values: usize,
}

named_sets! {
    /// Groups of agents.
    Group = "group", "groups", 6;
    /// Brands.
    Brand = "brand", "brands", 3;
    /// Ticket forms; not every plan has them.
    Form = "form", "ticket_forms", 2;
    /// Custom ticket statuses, by the name that agents see.
    CustomStatus = "custom_status", "custom_statuses", 5;
}

impl NamedSet {
    /// The number of sets.
    pub const COUNT: usize = Self::ALL.len();

    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The name of the list in Zendesk's API, and the end of the path of its endpoint, e.g. `ticket_forms`.
    pub const fn plural(self) -> &'static str {
        self.row().plural
    }

    /// The setting that turns the label on, e.g. `labels.group`.
    pub const fn setting(self) -> &'static str {
        self.row().setting
    }

    /// The key under which a state stores whether the label is on, e.g. `label_group`.
    pub const fn stored_as(self) -> &'static str {
        self.row().stored_as
    }

    /// The number of values in a usual account.
    pub const fn usual_values(self) -> usize {
        self.row().usual_values
    }
}
