//! Which tickets the settings ask for.

use serde::{Deserialize, Serialize};

use crate::ledger::record::TicketRecord;
use crate::source::SupportTypeScope;
use crate::ticket::{SupportType, UnixSeconds};

/// Which tickets the settings ask Zendesk for. Stored in this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketScope {
    /// `support_type_scope`.
    #[serde(rename = "support_type_scope")]
    pub scope: SupportTypeScope,
    /// Rows from this moment on.
    pub start_time: UnixSeconds,
}

impl TicketScope {
    /// Whether these are all tickets of the account, as its search counts them: the search knows
    /// neither setting.
    pub fn is_whole(self) -> bool {
        self.scope == SupportTypeScope::All && self.start_time == UnixSeconds(0)
    }

    /// Whether a ticket with this record is surely not in the export any more, because the settings
    /// do not ask for it.
    pub(super) fn leaves_out(self, record: &TicketRecord) -> bool {
        let other_type = match self.scope {
            SupportTypeScope::All => false,
            SupportTypeScope::Agent => record.support_type == SupportType::AiAgent,
            SupportTypeScope::AiAgent => record.support_type == SupportType::Agent,
        };
        other_type || record.order_key < self.start_time
    }
}
