//! The time by which a row is compared with the stored record of its ticket.

use super::UnixSeconds;

/// The time by which a row is compared with the stored record of its ticket.
///
/// Zendesk has two such times, and not every row has both. Example: a row of an export with the
/// `generated_timestamp` 12:00:05 and the `updated_at` 12:00:00 is `Generated(12:00:05)`. The same ticket in the
/// list of tickets, without a `generated_timestamp`, is `Updated(12:00:00)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// `generated_timestamp`, which moves with every write.
    Generated(UnixSeconds),
    /// `updated_at`, which moves with every ticket event. The row has no `generated_timestamp`, or one before its
    /// `updated_at`, which says nothing.
    Updated(UnixSeconds),
}

impl RowKey {
    /// The key of a row with these times; `None` if neither says anything.
    pub fn of_times(
        generated: Option<UnixSeconds>,
        updated_at: Option<UnixSeconds>,
    ) -> Option<Self> {
        match (generated, updated_at) {
            (Some(generated), Some(updated_at)) if generated < updated_at => {
                Some(Self::Updated(updated_at))
            }
            (Some(generated), _) => Some(Self::Generated(generated)),
            (None, Some(updated_at)) => Some(Self::Updated(updated_at)),
            (None, None) => None,
        }
    }

    /// The time itself.
    pub const fn time(self) -> UnixSeconds {
        match self {
            Self::Generated(time) | Self::Updated(time) => time,
        }
    }

    /// The `generated_timestamp`, if the row is ordered by it.
    pub const fn generated(self) -> Option<UnixSeconds> {
        match self {
            Self::Generated(time) => Some(time),
            Self::Updated(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_timestamp_before_the_update_says_nothing() {
        let at = |time| Some(UnixSeconds(time));
        let table = [
            (at(5), at(5), Some(RowKey::Generated(UnixSeconds(5)))),
            (at(6), at(5), Some(RowKey::Generated(UnixSeconds(6)))),
            (at(0), at(5), Some(RowKey::Updated(UnixSeconds(5)))),
            (at(4), at(5), Some(RowKey::Updated(UnixSeconds(5)))),
            (None, at(5), Some(RowKey::Updated(UnixSeconds(5)))),
            (at(5), None, Some(RowKey::Generated(UnixSeconds(5)))),
            (None, None, None),
        ];
        for (generated, updated_at, expected) in table {
            assert_eq!(RowKey::of_times(generated, updated_at), expected);
        }
    }
}
