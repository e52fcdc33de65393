//! The tickets that the settings select: scope and start time.

use serde::{Deserialize, Serialize};

use crate::ledger::record::TicketRecord;
use crate::source::SupportTypeScope;
use crate::ticket::{SupportType, UnixSeconds};

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

    /// Whether a ticket with this record is certainly not in the export, because the settings do not select it.
    pub(super) fn leaves_out(self, record: &TicketRecord) -> bool {
        let other_type = match self.scope {
            SupportTypeScope::All => false,
            SupportTypeScope::Agent => record.support_type == SupportType::AiAgent,
            SupportTypeScope::AiAgent => record.support_type == SupportType::Agent,
        };
        other_type || record.order_key < self.start_time
    }
}
