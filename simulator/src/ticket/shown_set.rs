//! The metric set that a row shows: that of the row, or that of the row before.

use crate::scatter;
use crate::vocabulary::{MetricSet, Minutes};

/// A metric set as a row shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownSet {
    /// The measurements.
    pub set: MetricSet,
    /// When the ticket was last solved.
    pub solved_at: Option<i64>,
    /// When the status last changed.
    pub status_updated_at: i64,
}

impl ShownSet {
    /// The set of a ticket to which nothing has happened since it was created.
    pub(crate) fn at_first(created_at: i64) -> Self {
        Self {
            set: MetricSet {
                on_hold: Minutes {
                    calendar: Some(0),
                    business: Some(0),
                },
                replies: Some(0),
                reopens: Some(0),
                ..MetricSet::default()
            },
            solved_at: None,
            status_updated_at: created_at,
        }
    }
}

/// Which rows show the metric set of the row before; the first row of a ticket then shows one in which
/// nothing has happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SetLateness {
    /// No row.
    #[default]
    Never,
    /// Every row.
    Always,
    /// So many of a thousand rows.
    PerThousand(u32),
}

impl SetLateness {
    /// Whether the row of ticket `id` that this write makes is one of them. `write` counts the writes
    /// of the account.
    pub(crate) const fn is_late(self, id: i64, write: u64) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::PerThousand(rows) => {
                scatter::below(1_000, id.cast_unsigned(), write) < rows as u64
            }
        }
    }
}
