//! What the exporter is set to show.

/// What the exporter is set to show beyond what it always does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OracleSettings {
    /// The counters of SLA targets.
    pub slas: bool,
    /// Tags that are counted.
    pub tags: Vec<String>,
    /// Label `group`.
    pub group: bool,
    /// Label `brand`.
    pub brand: bool,
    /// Label `support_type`.
    pub support_type: bool,
    /// The histograms in business hours.
    pub business_hours: BusinessHours,
}

/// When the histograms in business hours are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BusinessHours {
    /// From the first row on that told something else in business hours than by the calendar. What
    /// they show then is what they would have shown from the beginning.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl OracleSettings {
    pub(super) fn shows(&self, family: &str, business_hours_differ: bool) -> bool {
        let is_shown = match self.business_hours {
            BusinessHours::Auto => business_hours_differ,
            BusinessHours::Always => true,
            BusinessHours::Never => false,
        };
        (self.slas || !family.starts_with("zendesk_sla_"))
            && (is_shown || !family.contains("_business_"))
    }
}
