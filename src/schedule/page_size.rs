//! How many rows to ask for, as pages come and fail.
//!
//! PURE.

use crate::ledger::Walk;
use crate::source::{ApiError, LIST_ROWS_MAX};

/// Smallest page asked for after failures. Below this a page is no longer what makes it fail.
pub const PAGE_SIZE_MIN: u32 = 25;

/// Pages that must come before a size is doubled that may be too large.
pub(super) const PAGES_BEFORE_GROWING: u32 = 10;

/// From this failure in a row on pages are made smaller that one failure alone does not blame.
const FAILURES_BEFORE_SHRINKING: u32 = 2;

/// What a failure says of the size of the page that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// Nothing: any page would have failed, or something else was asked for.
    Nothing,
    /// Zendesk or a proxy fails (408, 5xx). As a rule at any size, and then all sizes will do
    /// afterwards; but some proxies answer so to a page that is too large for them.
    Outage,
    /// The page was refused or broke off (413, a body that did not come whole). Once may be chance.
    Size,
    /// It took too long (504, 524, a time-out) or is larger than is taken.
    SizeAtOnce,
}

impl Blame {
    pub(super) const fn from_error(error: &ApiError) -> Self {
        match error {
            ApiError::Timeout | ApiError::TooLarge { .. } => Self::SizeAtOnce,
            ApiError::Server {
                status: 504 | 524, ..
            } => Self::SizeAtOnce,
            // Zendesk or a proxy answers so whatever the size is: a conflict (409), a request on the
            // wrong connection (421) or too early (425).
            ApiError::Server {
                status: 409 | 421 | 425,
                ..
            } => Self::Nothing,
            ApiError::Server { .. } => Self::Outage,
            ApiError::Cut(_) | ApiError::EndsEarly { .. } | ApiError::ContentTooLarge { .. } => {
                Self::Size
            }
            ApiError::Unauthorized { .. }
            | ApiError::TokenExpired
            | ApiError::MissingScope { .. }
            | ApiError::NotAdmin { .. }
            | ApiError::ExportForbidden { .. }
            | ApiError::NotPaid { .. }
            | ApiError::Proxy { .. }
            | ApiError::ProxyLogin { .. }
            | ApiError::NoToken { .. }
            | ApiError::NotFound { .. }
            | ApiError::Gone { .. }
            | ApiError::RateLimited { .. }
            | ApiError::StartTimeTooRecent
            | ApiError::StartTimeRefused { .. }
            | ApiError::CursorLost
            | ApiError::Transport(_)
            | ApiError::ConnectionLost(_)
            | ApiError::Unexpected { .. }
            | ApiError::Decode { .. } => Self::Nothing,
        }
    }
}

/// The size of the pages of one walk.
///
/// Failures that the size can cause halve it. After an outage it doubles with every page, until a
/// page fails at a size that it grew to. If the size itself was too large, it doubles only after
/// [`PAGES_BEFORE_GROWING`] pages.
///
/// Example with 1000 rows in the settings: two answers 503 in a row ask for 500 rows, and the page of
/// 500 that then comes makes the next one 1000 again. A time-out at 1000 asks for 500 as well, but
/// then ten pages of 500 come before the next one of 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageSize {
    /// The largest, which the settings name.
    wanted: u32,
    size: u32,
    /// Failures since the latest page that blame the size. Others neither count nor end the row.
    failures: u32,
    /// Whether one of these blames more than an outage.
    is_too_large: bool,
    /// The size of the latest page that came; before the first, the one that was asked for first.
    came: u32,
    /// Up to this it doubles with every page.
    regained_at_once: u32,
    /// Pages that came in full since the size changed or a page failed.
    pages: u32,
}

impl PageSize {
    const fn new(wanted: u32) -> Self {
        Self {
            wanted,
            size: wanted,
            failures: 0,
            is_too_large: false,
            came: wanted,
            regained_at_once: wanted,
            pages: 0,
        }
    }

    /// A page of this size was applied.
    fn on_page(&mut self) {
        self.failures = 0;
        self.is_too_large = false;
        self.came = self.size;
        self.regained_at_once = self.regained_at_once.max(self.size);
        // An outage made the page smaller. Larger ones came before it, or were not tried yet.
        if self.size < self.regained_at_once {
            self.pages = 0;
            self.size = (self.size * 2).min(self.regained_at_once);
            return;
        }
        self.pages += 1;
        if self.pages >= PAGES_BEFORE_GROWING {
            self.pages = 0;
            self.size = (self.size * 2).min(self.wanted);
        }
    }

    /// A page of this size failed. Returns whether it was too large, as far as can be told.
    fn on_failure(&mut self, blame: Blame) -> bool {
        if blame == Blame::Nothing {
            return false;
        }
        if self.failures == 0 && self.size > self.came {
            // It grew too far: no further than this at once.
            self.regained_at_once = self.regained_at_once.min(self.came);
        }
        self.pages = 0;
        self.failures = self.failures.saturating_add(1);
        self.is_too_large |= blame != Blame::Outage;
        // A single 413 or broken body can be chance. A time-out is not tried twice at the same size,
        // because each attempt takes as long as `request_timeout`.
        let shrinks = blame == Blame::SizeAtOnce || self.failures >= FAILURES_BEFORE_SHRINKING;
        if shrinks {
            self.size = (self.size / 2).max(self.smallest());
        }
        if shrinks && self.is_too_large {
            self.regained_at_once = self.regained_at_once.min(self.size);
        }
        shrinks && self.is_too_large
    }

    /// No larger than this until pages of it have come.
    fn at_most(&mut self, size: u32) {
        let size = size.max(self.smallest());
        self.size = self.size.min(size);
        self.regained_at_once = self.regained_at_once.min(size);
    }

    /// Other settings from now on. A size that was made smaller is not made larger by them.
    fn set_wanted(&mut self, wanted: u32) {
        let follow = |size: u32| {
            // At its largest it follows the setting up and down; below, only down.
            if size == self.wanted {
                wanted
            } else {
                size.min(wanted)
            }
        };
        self.size = follow(self.size);
        self.regained_at_once = follow(self.regained_at_once);
        self.wanted = wanted;
    }

    fn smallest(&self) -> u32 {
        // The setting may be less than the minimum: halving must not make a page larger.
        PAGE_SIZE_MIN.min(self.wanted)
    }
}

/// The sizes of the pages of every walk. Each has its own: a short page of the polls says nothing of
/// the long pages that a resync reads beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageSizes([PageSize; Walk::COUNT]);

impl PageSizes {
    pub(super) fn new(wanted: u32) -> Self {
        Self(std::array::from_fn(|place| {
            PageSize::new(wanted_at(place, wanted))
        }))
    }

    /// The rows to ask for.
    pub(super) const fn rows(&self, walk: Walk) -> u32 {
        self.0[walk as usize].size
    }

    pub(super) fn on_page(&mut self, walk: Walk) {
        self.0[walk as usize].on_page();
    }

    pub(super) fn on_failure(&mut self, walk: Walk, blame: Blame) {
        let was_too_large = self.0[walk as usize].on_failure(blame);
        if was_too_large && walk == Walk::Main {
            // The others need not find out for themselves what the polls would wait for.
            let size = self.rows(Walk::Main);
            for other in &mut self.0[..Walk::List as usize] {
                other.at_most(size);
            }
        }
    }

    pub(super) fn set_wanted(&mut self, wanted: u32) {
        for (place, walk) in self.0.iter_mut().enumerate() {
            walk.set_wanted(wanted_at(place, wanted));
        }
    }
}

/// The most rows of the pages of the walk at this place, if the settings want so many: Zendesk refuses larger pages of
/// the lists.
const fn wanted_at(place: usize, wanted: u32) -> u32 {
    let is_of_list = place >= Walk::List as usize;
    if is_of_list && wanted > LIST_ROWS_MAX {
        LIST_ROWS_MAX
    } else {
        wanted
    }
}

#[cfg(test)]
mod tests;
