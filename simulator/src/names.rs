//! What the account calls its groups, brands, forms and custom statuses.
//!
//! PURE. Names are as people write them: with quotes, line breaks, backslashes and every alphabet.

use crate::vocabulary::Status;

/// The group that tickets are in by default.
pub const GROUP: i64 = 46_130_852_536_001;

/// The brand that tickets are of by default.
pub const BRAND: i64 = 8_000;

/// The form that tickets use by default.
pub const FORM: i64 = 6_000;

/// A list of things that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameList {
    /// `/api/v2/groups`.
    Groups,
    /// `/api/v2/brands`.
    Brands,
    /// `/api/v2/ticket_forms`.
    Forms,
    /// `/api/v2/custom_statuses`.
    CustomStatuses,
}

impl NameList {
    /// Every list and its key in Zendesk's answers.
    pub const ALL: &[(&str, Self)] = &[
        ("groups", Self::Groups),
        ("brands", Self::Brands),
        ("ticket_forms", Self::Forms),
        ("custom_statuses", Self::CustomStatuses),
    ];

    /// The list with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == key);
        found.map(|(_, list)| *list)
    }
}

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id, unique in its list.
    pub id: i64,
    /// Its name at present.
    pub name: String,
    /// Whether it was deleted, or, for forms and custom statuses, switched off.
    pub is_deleted: bool,
    /// The status that a custom status stands for; `None` for anything else.
    pub category: Option<Status>,
}

/// All names of an account.
#[derive(Clone, Debug)]
pub struct Names {
    groups: Vec<Named>,
    brands: Vec<Named>,
    forms: Vec<Named>,
    custom_statuses: Vec<Named>,
}

impl Names {
    /// A list, in the order of ids.
    pub fn list(&self, list: NameList) -> &[Named] {
        match list {
            NameList::Groups => &self.groups,
            NameList::Brands => &self.brands,
            NameList::Forms => &self.forms,
            NameList::CustomStatuses => &self.custom_statuses,
        }
    }

    /// A list, to be changed.
    pub fn list_mut(&mut self, list: NameList) -> &mut Vec<Named> {
        match list {
            NameList::Groups => &mut self.groups,
            NameList::Brands => &mut self.brands,
            NameList::Forms => &mut self.forms,
            NameList::CustomStatuses => &mut self.custom_statuses,
        }
    }

    /// The custom status that a ticket in `status` has, given the one it had: that one if it is
    /// of the right category, else the default one.
    pub fn custom_status_for(&self, status: Status, had: i64) -> i64 {
        // There is no category closed: closed tickets show one of solved.
        let category = match status {
            Status::Closed => Status::Solved,
            Status::Other => Status::Open,
            other => other,
        };
        let of_category = |named: &&Named| named.category == Some(category);
        let mut fitting = self.custom_statuses.iter().filter(of_category);
        let default = fitting.clone().next().map_or(had, |named| named.id);
        fitting
            .find(|named| named.id == had)
            .map_or(default, |named| named.id)
    }
}

impl Default for Names {
    fn default() -> Self {
        let list = |first: i64, names: &[(&str, Option<Status>)]| -> Vec<Named> {
            (first..)
                .zip(names)
                .map(|(id, (name, category))| Named {
                    id,
                    name: (*name).to_owned(),
                    is_deleted: false,
                    category: *category,
                })
                .collect()
        };
        let mut names = Self {
            groups: list(
                GROUP,
                &[
                    ("Support", None),
                    ("Billing \"VIP\"", None),
                    ("Entwicklung \u{2013} Störungen", None),
                    ("夜勤", None),
                    ("C:\\returns\nand refunds", None),
                    ("Support", None),
                ],
            ),
            brands: list(
                BRAND,
                &[
                    ("Acme", None),
                    ("Café \u{2615}", None),
                    ("Acme \\ Labs", None),
                ],
            ),
            forms: list(FORM, &[("Default", None), ("Return \"RMA\"", None)]),
            custom_statuses: list(
                5_000,
                &[
                    ("New", Some(Status::New)),
                    ("Open", Some(Status::Open)),
                    ("Pending", Some(Status::Pending)),
                    ("On-hold", Some(Status::Hold)),
                    ("Solved", Some(Status::Solved)),
                    ("Eskaliert \u{26a0}", Some(Status::Open)),
                    ("Waiting for \"parts\"", Some(Status::Hold)),
                    ("Answered\nby bot", Some(Status::Solved)),
                ],
            ),
        };
        // The last group is gone, though tickets of old still name it.
        if let Some(group) = names.groups.last_mut() {
            group.is_deleted = true;
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_status_follows_the_category_of_the_status() {
        let names = Names::default();
        assert_eq!(names.custom_status_for(Status::New, 0), 5_000);
        assert_eq!(names.custom_status_for(Status::Open, 5_000), 5_001);
        assert_eq!(names.custom_status_for(Status::Open, 5_005), 5_005);
        assert_eq!(names.custom_status_for(Status::Hold, 5_005), 5_003);
        // Closed tickets carry a solved one.
        assert_eq!(names.custom_status_for(Status::Closed, 5_007), 5_007);
        assert_eq!(names.custom_status_for(Status::Closed, 5_001), 5_004);
    }
}
