//! The sample lines of some families, and how they are written.
//!
//! PURE.

use super::catalog::Family;
use super::later::Later;
use super::text::{Lines, write_sample};

/// The sample lines of some families, rendered when what they show changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyLines {
    pub(super) families: Vec<(&'static Family, Lines)>,
    /// What takes the place of some of it as time passes; of each family in order.
    pub(super) later: Vec<Later>,
}

/// Writes the lines of one account.
pub(super) struct Writer<'a> {
    pub(super) account: &'a str,
    families: Vec<(&'static Family, String)>,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(account: &'a str) -> Self {
        Self {
            account,
            families: Vec::new(),
        }
    }

    /// Writes a sample; `labels` are names and values.
    pub(super) fn write<'l>(
        &mut self,
        family: &'static Family,
        labels: impl IntoIterator<Item = (&'l str, &'l str)>,
        value: f64,
    ) {
        let account = self.account;
        write_sample(self.lines_of(family), family, account, labels, value);
    }

    /// The lines of a family so far.
    pub(super) fn lines_of(&mut self, family: &'static Family) -> &mut String {
        let is_it = |(known, _): &(&Family, String)| known.name == family.name;
        // The samples of most families come one after the other.
        let index = self.families.iter().rposition(is_it);
        let index = index.unwrap_or_else(|| {
            self.families.push((family, String::new()));
            self.families.len() - 1
        });
        &mut self.families[index].1
    }

    pub(super) fn into_families(self) -> Vec<(&'static Family, Lines)> {
        let families = self.families.into_iter();
        families
            .map(|(family, lines)| (family, lines.into()))
            .collect()
    }
}

impl From<Writer<'_>> for FamilyLines {
    fn from(writer: Writer<'_>) -> Self {
        Self {
            families: writer.into_families(),
            later: Vec::new(),
        }
    }
}
