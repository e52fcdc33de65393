//! The sets of things that a ticket names by an id: one row for each, which is also the row of its label.
//!
//! PURE.

/// Declares [`NamedSet`] and its table. A row says the label, the list of Zendesk's API that has the names,
/// and how many values a usual account has.
///
/// Example: `Group = "group", "groups", 6;` is the label `group`, which the setting `labels.group` turns on,
/// which the state keeps as `label_group`, and whose names come from `api/v2/groups`.
macro_rules! named_sets {
    ($($(#[$meta:meta])* $set:ident = $label:literal, $plural:literal, $usual_values:literal;)+) => {
        label_set! {
            /// A kind of thing that a ticket names by its id, and that Zendesk has names for. There is a
            /// label for the ids of each kind.
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
    /// Ticket forms; bound to a plan.
    Form = "form", "ticket_forms", 2;
    /// Custom ticket statuses, by the label that agents see.
    CustomStatus = "custom_status", "custom_statuses", 5;
}

impl NamedSet {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The name of the list in Zendesk's API, which is also the end of the path of its endpoint.
    pub const fn plural(self) -> &'static str {
        self.row().plural
    }

    /// The setting that turns the label on.
    pub const fn setting(self) -> &'static str {
        self.row().setting
    }

    /// The key under which a state keeps whether the label is on.
    pub const fn stored_as(self) -> &'static str {
        self.row().stored_as
    }

    /// How many values a usual account has.
    pub const fn usual_values(self) -> usize {
        self.row().usual_values
    }
}
