//! The tickets that the settings select: scope and start time.

use serde::{Deserialize, Serialize};

use crate::ledger::record::TicketRecord;
use crate::source::SupportTypeScope;
use crate::ticket::{SupportType, TicketChange, UnixSeconds};

/// The tickets that the settings select. States store this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketScope {
    /// `support_type_scope`.
    #[serde(rename = "support_type_scope")]
    pub scope: SupportTypeScope,
    /// The earliest order key.
    pub start_time: UnixSeconds,
}

impl TicketScope {
    /// Whether these are all tickets of the account, as Zendesk's search counts them: the search has neither
    /// parameter.
    pub fn is_whole(self) -> bool {
        self.scope == SupportTypeScope::All && self.start_time == UnixSeconds(0)
    }

    /// Whether a row of an unknown ticket is passed over. The lists have no parameter for the start time, and requests
    /// by ids none for the scope.
    ///
    /// Example: with the start time 12:00, a ticket that the list shows with an update at 11:00 is passed over.
    pub fn passes_over(self, change: &TicketChange) -> bool {
        let is_older = change
            .updated_at
            .is_some_and(|updated_at| updated_at < self.start_time);
        is_older || self.is_of_other_type(change.support_type)
    }

    const fn is_of_other_type(self, support_type: SupportType) -> bool {
        match self.scope {
            SupportTypeScope::All => false,
            SupportTypeScope::Agent => matches!(support_type, SupportType::AiAgent),
            SupportTypeScope::AiAgent => matches!(support_type, SupportType::Agent),
        }
    }

    /// Whether a ticket with this record is certainly not in the export, because the settings do not select it.
    pub(super) fn leaves_out(self, record: &TicketRecord) -> bool {
        self.is_of_other_type(record.support_type) || record.order_key < self.start_time
    }
}
