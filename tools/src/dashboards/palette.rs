//! Which value has which colour, the same on every panel.

/// Series and their colours, in Grafana's names.
pub(super) type Colours = &'static [(&'static str, &'static str)];

/// For what is neither good nor bad: readable on a light and on a dark page.
pub(super) const GREY: &str = "#8e8e8e";

/// In the order of work.
pub(super) const STATUSES: Colours = &[
    ("new", "yellow"),
    ("open", "red"),
    ("pending", "blue"),
    ("hold", "purple"),
    ("solved", "green"),
    ("closed", GREY),
];

/// Of these, the statuses of a ticket that is not solved.
pub(super) const UNSOLVED: Colours = STATUSES.split_at(4).0;

/// Series that end in a status.
pub(super) const BY_STATUS: Colours = &[
    ("/ new$/", "yellow"),
    ("/ open$/", "red"),
    ("/ pending$/", "blue"),
    ("/ hold$/", "purple"),
    ("/ solved$/", "green"),
    ("/ closed$/", GREY),
];

/// The most urgent first.
pub(super) const PRIORITIES: Colours = &[
    ("urgent", "dark-red"),
    ("high", "orange"),
    ("normal", "blue"),
    ("low", "green"),
    ("none", GREY),
    ("other", "purple"),
];

pub(super) const TYPES: Colours = &[
    ("incident", "red"),
    ("problem", "orange"),
    ("question", "blue"),
    ("task", "green"),
    ("none", GREY),
    ("other", "purple"),
];

/// None of them is good or bad.
pub(super) const CHANNELS: Colours = &[
    ("email", "blue"),
    ("web", "super-light-blue"),
    ("chat", "light-purple"),
    ("api", "dark-purple"),
    ("voice", "dark-blue"),
    ("other", GREY),
];

/// The brackets of the label `age`, youngest first.
pub(super) const AGES: Colours = &[
    ("0-4h", "dark-green"),
    ("4h-1d", "light-green"),
    ("1d-3d", "yellow"),
    ("3d-7d", "orange"),
    ("7d-30d", "red"),
    ("30d-90d", "dark-red"),
    ("90d+", "purple"),
];

pub(super) const FLOW: Colours = &[
    ("created", "blue"),
    ("solved", "green"),
    ("reopened", "orange"),
];

pub(super) const GONE: Colours = &[("deleted", "red"), ("restored", "blue")];

pub(super) const SCORES: Colours = &[("good", "green"), ("bad", "red")];

pub(super) const PERCENTILES: Colours = &[("p50", "green"), ("p75", "blue"), ("p90", "orange")];

pub(super) const WAITS: Colours = &[
    ("on the desk", "orange"),
    ("on the requester", "blue"),
    ("on hold", "purple"),
];

/// HTTP statuses by their class; the later ones win.
pub(super) const CODES: Colours = &[
    ("/^2../", "green"),
    ("/^3../", "blue"),
    ("/^4../", "orange"),
    ("/^429$/", "yellow"),
    ("/^(5..|none)$/", "red"),
];

/// Why a poll failed: by whether waiting helps.
pub(super) const REASONS: Colours = &[
    ("/^(server|timeout|transport)$/", "orange"),
    ("/^rate_limited$/", "yellow"),
    (
        "/^(auth|forbidden|export_forbidden|not_found)$/",
        "dark-red",
    ),
    (
        "/^(decode|unexpected|no_progress|too_large|state)$/",
        "purple",
    ),
];

pub(super) const OUTCOMES: Colours = &[
    ("new", "green"),
    ("changed", "blue"),
    ("duplicate", GREY),
    ("stale", "light-purple"),
    ("system", "super-light-blue"),
    ("rejected", "red"),
];
