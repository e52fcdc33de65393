//! What can go wrong beside the exports, by name.
//!
//! PURE. Names and counts fail on their own: an account may refuse one and give the other.

use std::str::FromStr;

use super::faults::UnknownFault;

/// A way in which the answer of a neighbour goes wrong: groups, brands, forms, custom statuses, fields,
/// search counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeighbourFault {
    /// A search count that is null: it is being computed still.
    SearchNull,
    /// A search count in the other shape, capped at 100,000.
    SearchCapped,
    /// 401, whatever the login is.
    Unauthorized,
    /// A list with more to come that leads to where it began.
    Circling,
    /// 403: the plan or the role does not have it.
    Forbidden,
    /// 404: the plan does not have it.
    NotFound,
    /// 429 with `Retry-After: 1`.
    RateLimited,
    /// 500.
    ServerError,
    /// No answer at all.
    Hang,
    /// 200 with HTML.
    Html,
}

impl NeighbourFault {
    /// Every fault and its name.
    pub const NAMES: &[(&str, Self)] = &[
        ("search-null", Self::SearchNull),
        ("search-capped", Self::SearchCapped),
        ("401", Self::Unauthorized),
        ("circling", Self::Circling),
        ("403", Self::Forbidden),
        ("404", Self::NotFound),
        ("429", Self::RateLimited),
        ("500", Self::ServerError),
        ("hang", Self::Hang),
        ("html", Self::Html),
    ];
}

impl FromStr for NeighbourFault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, fault)| *fault)
            .ok_or_else(|| UnknownFault::new(name, Self::NAMES.iter().map(|(name, _)| *name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = "502".parse::<NeighbourFault>().expect_err("no such fault");
        assert!(error.to_string().contains("search-null, search-capped"));
        assert_eq!("hang".parse(), Ok(NeighbourFault::Hang));
    }
}
