//! The setting `export.source`, why a source is read, and what is asked of archived tickets.

use super::SourceKind;

/// The setting `export.source`: which source is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceChoice {
    /// The cursor-based export while Zendesk answers it, otherwise the list of tickets.
    Auto,
    /// Always the cursor-based export.
    Cursor,
    /// Always the time-based export.
    Time,
    /// Always the list of tickets.
    List,
}

impl SourceChoice {
    /// All choices, the default first.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Cursor, Self::Time, Self::List];

    /// Its value in the settings.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cursor => "cursor",
            Self::Time => "time",
            Self::List => "list",
        }
    }

    /// The export that is read if any is.
    pub const fn export(self) -> SourceKind {
        match self {
            Self::Auto | Self::Cursor | Self::List => SourceKind::Cursor,
            Self::Time => SourceKind::Time,
        }
    }
}

/// Why a source is the truth: the value of the label `reason` of `zendesk_exporter_source_info`. States store its
/// label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceReason {
    /// The settings name the source, or they say `auto` and Zendesk answers the export.
    Configured,
    /// Zendesk refuses the export to an admin, or does not say to whom.
    Refused,
    /// Zendesk refuses the export because the user behind the credentials is not an admin.
    NotAdmin,
}

impl SourceReason {
    /// Value of the label `reason`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::Refused => "refused",
            Self::NotAdmin => "not_admin",
        }
    }
}

/// The setting `list.archive`: what is asked of archived tickets, which the list leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchivedTickets {
    /// Nothing but the totals that the search counts.
    Totals,
    /// Each ticket by its id, once.
    Ids,
}
