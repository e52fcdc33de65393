//! The outcomes of a row: values of the label `outcome`.

/// The outcome of a row, a value of the label `outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The ledger did not have the ticket.
    New,
    /// A newer row after a ticket event.
    Changed,
    /// A newer row without a ticket event: `updated_at` did not move.
    System,
    /// A row that says what the record already says.
    Duplicate,
    /// A row that is older than the record, or that may not restore a deleted ticket.
    Stale,
    /// The row is not a ticket, or its key is from the future. Nothing of it was stored.
    Rejected,
}

impl Outcome {
    /// Every outcome, in the order of the documentation.
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
