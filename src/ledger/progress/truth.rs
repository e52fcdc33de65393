//! Which source is the truth.

use serde::{Deserialize, Serialize};

use crate::source::SourceReason;

/// The source whose rows are the truth about the account, and why. Stored in this form.
///
/// An export is the truth while it can be read, because it shows everything. The list of tickets is the truth where
/// the settings say so or Zendesk refuses the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Whether the list of tickets is the truth; otherwise an export is.
    pub is_list: bool,
    /// Why.
    pub reason: SourceReason,
}

impl Truth {
    /// An export is the truth, as in every account at first.
    pub const EXPORT: Self = Self {
        is_list: false,
        reason: SourceReason::Configured,
    };

    /// The list is the truth for this reason.
    pub const fn list(reason: SourceReason) -> Self {
        Self {
            is_list: true,
            reason,
        }
    }
}
