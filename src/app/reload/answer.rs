//! What a reload has done, and the text that says so to those who requested it.

/// What a reload has done.
#[derive(Debug)]
pub(super) struct Reloaded {
    /// How many accounts were added, removed and changed.
    pub(super) counts: [usize; 3],
    /// What changed, a sentence each.
    pub(super) changes: Vec<String>,
    /// When the new and changed accounts send their next requests, as text.
    pub(super) attempts: String,
    /// The accounts whose name or address changed, each with what that means.
    pub(super) name_changes: Vec<(String, String)>,
    /// What is reset, a sentence for each account.
    pub(super) resets: Vec<String>,
    /// The warnings about the settings.
    pub(super) warnings: Vec<String>,
}

impl Reloaded {
    /// The text for those who requested the reload.
    pub(super) fn answer(&self) -> String {
        let [added, removed, changed] = self.counts;
        let attempts = &self.attempts;
        let mut lines = vec![format!(
            "settings reloaded; accounts added: {added}, removed: {removed}, changed: {changed}{attempts}"
        )];
        if self.changes.is_empty() {
            lines.push("no setting changed".to_owned());
        }
        lines.extend_from_slice(&self.changes);
        let warnings = self.warnings.iter();
        lines.extend(warnings.map(|warning| format!("warning: {warning}")));
        let name_changes = self.name_changes.iter();
        lines.extend(name_changes.map(|(account, sentence)| format!("{account}: {sentence}")));
        lines.extend_from_slice(&self.resets);
        lines.join("\n")
    }
}
