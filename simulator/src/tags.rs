//! The tags of a ticket.
//!
//! PURE. The account's usual ones are bits, so that a million tickets can have some.

use std::borrow::Cow;

/// The tags that the account's own life uses.
pub const USUAL: &[&str] = &[
    "vip",
    "billing",
    "refund",
    "outage",
    "bug",
    "onboarding",
    "closed_by_merge",
];

/// The tag of a ticket that was merged into another.
pub const CLOSED_BY_MERGE: &str = "closed_by_merge";

/// A set of tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Bit `n` for the `n`th of [`USUAL`].
    usual: u16,
    /// Any others, in the order in which they came.
    others: Option<Box<[Cow<'static, str>]>>,
}

impl Tags {
    /// Adds a tag.
    pub fn insert(&mut self, tag: Cow<'static, str>) {
        if let Some(place) = place(&tag) {
            self.usual |= 1 << place;
        } else if !self.contains(&tag) {
            let mut others = self.others.take().unwrap_or_default().into_vec();
            others.push(tag);
            self.others = Some(others.into_boxed_slice());
        }
    }

    /// Takes a tag away.
    pub fn remove(&mut self, tag: &str) {
        if let Some(place) = place(tag) {
            self.usual &= !(1 << place);
        } else if let Some(others) = self.others.take() {
            let mut others = others.into_vec();
            others.retain(|other| other != tag);
            self.others = (!others.is_empty()).then(|| others.into_boxed_slice());
        }
    }

    /// Whether the ticket has this tag.
    pub fn contains(&self, tag: &str) -> bool {
        self.iter().any(|known| known == tag)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let usual = USUAL
            .iter()
            .enumerate()
            .filter(|(place, _)| self.usual >> place & 1 == 1)
            .map(|(_, tag)| *tag);
        usual.chain(self.others.iter().flatten().map(AsRef::as_ref))
    }
}

fn place(tag: &str) -> Option<usize> {
    USUAL.iter().position(|usual| *usual == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_there_once_until_it_is_taken_away() {
        let mut tags = Tags::default();
        for tag in ["refund", "rare", "vip", "rare", "refund", "rarer"] {
            tags.insert(tag.into());
        }
        assert_eq!(
            tags.iter().collect::<Vec<_>>(),
            ["vip", "refund", "rare", "rarer"]
        );
        for tag in ["refund", "rare", "rarer", "never"] {
            tags.remove(tag);
        }
        assert!(tags.contains("vip") && !tags.contains("rare"));
        tags.remove("vip");
        assert_eq!(tags, Tags::default());
    }
}
