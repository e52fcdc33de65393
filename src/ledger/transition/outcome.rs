//! What a row can turn out to be.

/// What a row turned out to be, a value of the label `outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A ticket that was not known.
    New,
    /// A newer row of a ticket that was touched.
    Changed,
    /// A newer row without a ticket event: `updated_at` did not move.
    System,
    /// What is known already.
    Duplicate,
    /// Older than what is known, or a row that may not lift a deletion.
    Stale,
    /// Not a ticket, or a key from the future; nothing was kept.
    Rejected,
}

impl Outcome {
    /// Every outcome, in the order in which they are read.
    pub const ALL: &[Self] = &[
        Self::New,
        Self::Changed,
        Self::System,
        Self::Duplicate,
        Self::Stale,
        Self::Rejected,
    ];

    /// Value of the label `outcome`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::New => "new",
            Self::Stale => "stale",
            Self::Duplicate => "duplicate",
            Self::System => "system",
            Self::Changed => "changed",
        }
    }
}
