//! Which value has which colour, the same on every panel.

/// Series and their colours, in Grafana's names.
pub(super) type Colours = &'static [(&'static str, &'static str)];

pub(super) const STATUSES: Colours = &[
    ("new", "yellow"),
    ("open", "red"),
    ("pending", "blue"),
    ("hold", "purple"),
];

pub(super) const PRIORITIES: Colours = &[
    ("urgent", "dark-red"),
    ("high", "orange"),
    ("normal", "blue"),
    ("low", "green"),
    ("none", "text"),
    ("other", "purple"),
];

pub(super) const TYPES: Colours = &[
    ("incident", "red"),
    ("problem", "orange"),
    ("question", "blue"),
    ("task", "green"),
    ("none", "text"),
    ("other", "purple"),
];

/// The brackets of the label `age`, youngest first.
pub(super) const AGES: Colours = &[
    ("0-4h", "super-light-green"),
    ("4h-1d", "green"),
    ("1d-3d", "light-yellow"),
    ("3d-7d", "yellow"),
    ("7d-30d", "orange"),
    ("30d-90d", "red"),
    ("90d+", "dark-red"),
];

pub(super) const FLOW: Colours = &[
    ("created", "blue"),
    ("solved", "green"),
    ("reopened", "orange"),
];

pub(super) const SCORES: Colours = &[("good", "green"), ("bad", "red")];

pub(super) const PERCENTILES: Colours = &[("p50", "green"), ("p75", "blue"), ("p90", "orange")];
