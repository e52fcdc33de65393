//! The lists of names, and changes of them.

use super::World;
use crate::names::{NameList, Named};
use crate::vocabulary::Status;

impl World {
    /// A list of names, in the order of ids.
    pub fn names(&self, list: NameList) -> &[Named] {
        self.names.list(list)
    }

    /// Renames a group, brand, form or custom status. Returns whether there is one with this id.
    pub fn rename(&mut self, list: NameList, id: i64, name: &str) -> bool {
        self.rewrite_name(list, id, |named| name.clone_into(&mut named.name))
    }

    /// Deletes a group or brand, or switches a form or custom status off, or brings it back.
    /// Returns whether there is one with this id.
    pub fn set_name_deleted(&mut self, list: NameList, id: i64, is_deleted: bool) -> bool {
        self.rewrite_name(list, id, |named| named.is_deleted = is_deleted)
    }

    /// Adds a group, brand, form, or a custom status of the category open. Returns its id.
    pub fn add_name(&mut self, list: NameList, name: &str) -> i64 {
        let names = self.names.list_mut(list);
        let id = names.last().map_or(1, |last| last.id + 1);
        names.push(Named {
            id,
            name: name.to_owned(),
            is_deleted: false,
            category: (list == NameList::CustomStatuses).then_some(Status::Open),
        });
        id
    }

    fn rewrite_name(&mut self, list: NameList, id: i64, change: impl FnOnce(&mut Named)) -> bool {
        let names = self.names.list_mut(list);
        let Some(named) = names.iter_mut().find(|named| named.id == id) else {
            return false;
        };
        change(named);
        true
    }
}
