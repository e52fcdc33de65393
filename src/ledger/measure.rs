//! What Zendesk measures of each ticket, as histograms: families and their buckets.

use super::family;

/// One of Zendesk's measurements, taken into a histogram family.
///
/// The order is part of the stored format: of [`Self::PER_RESOLUTION`] a record keeps one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Creation to the first public reply of an agent; once a ticket.
    FirstReply,
    /// The same within business hours.
    FirstReplyBusiness,
    /// Creation to the first time it was solved; once a ticket.
    FirstResolution,
    /// The same within business hours.
    FirstResolutionBusiness,
    /// Creation to the latest time it was solved; at each resolution, as all that follow.
    FullResolution,
    /// The same within business hours.
    FullResolutionBusiness,
    /// How long the requester has waited in all.
    RequesterWait,
    /// The same within business hours.
    RequesterWaitBusiness,
    /// How long agents have waited for the requester in all.
    AgentWait,
    /// The same within business hours.
    AgentWaitBusiness,
    /// How long the ticket was on hold in all.
    OnHold,
    /// The same within business hours.
    OnHoldBusiness,
    /// Public replies of agents so far.
    Replies,
    /// Times reopened so far.
    Reopens,
}

impl Measure {
    /// Every measure.
    pub const ALL: &[Self] = &[
        Self::FirstReply,
        Self::FirstReplyBusiness,
        Self::FirstResolution,
        Self::FirstResolutionBusiness,
        Self::FullResolution,
        Self::FullResolutionBusiness,
        Self::RequesterWait,
        Self::RequesterWaitBusiness,
        Self::AgentWait,
        Self::AgentWaitBusiness,
        Self::OnHold,
        Self::OnHoldBusiness,
        Self::Replies,
        Self::Reopens,
    ];

    /// Those that are taken at each resolution.
    pub const PER_RESOLUTION: &[Self] = Self::ALL.split_at(4).1;

    /// Name of the family.
    pub const fn family(self) -> &'static str {
        match self {
            Self::FirstReply => family::FIRST_REPLY.family().name,
            Self::FirstReplyBusiness => family::FIRST_REPLY_BUSINESS.family().name,
            Self::FirstResolution => family::FIRST_RESOLUTION.family().name,
            Self::FirstResolutionBusiness => family::FIRST_RESOLUTION_BUSINESS.family().name,
            Self::FullResolution => family::FULL_RESOLUTION.family().name,
            Self::FullResolutionBusiness => family::FULL_RESOLUTION_BUSINESS.family().name,
            Self::RequesterWait => family::REQUESTER_WAIT.family().name,
            Self::RequesterWaitBusiness => family::REQUESTER_WAIT_BUSINESS.family().name,
            Self::AgentWait => family::AGENT_WAIT.family().name,
            Self::AgentWaitBusiness => family::AGENT_WAIT_BUSINESS.family().name,
            Self::OnHold => family::ON_HOLD.family().name,
            Self::OnHoldBusiness => family::ON_HOLD_BUSINESS.family().name,
            Self::Replies => family::REPLIES.family().name,
            Self::Reopens => family::REOPENS.family().name,
        }
    }

    /// The measure of this family.
    pub fn from_family(family: &str) -> Option<Self> {
        let is_it = |measure: &&Self| measure.family() == family;
        Self::ALL.iter().find(is_it).copied()
    }

    /// Those that are measured by the calendar and in business hours, in this order.
    pub const TWINS: &[(Self, Self)] = &[
        (Self::FirstReply, Self::FirstReplyBusiness),
        (Self::FirstResolution, Self::FirstResolutionBusiness),
        (Self::FullResolution, Self::FullResolutionBusiness),
        (Self::RequesterWait, Self::RequesterWaitBusiness),
        (Self::AgentWait, Self::AgentWaitBusiness),
        (Self::OnHold, Self::OnHoldBusiness),
    ];

    /// The measure by the calendar of one in business hours.
    pub fn by_calendar(self) -> Option<Self> {
        let mut twins = Self::TWINS.iter();
        let (calendar, _) = twins.find(|(_, business)| *business == self)?;
        Some(*calendar)
    }

    /// Whether it is measured in business hours.
    pub fn is_business(self) -> bool {
        self.by_calendar().is_some()
    }

    /// Whether it counts something rather than lasting some time.
    pub const fn is_count(self) -> bool {
        matches!(self, Self::Replies | Self::Reopens)
    }

    /// The buckets that it has unless the settings say otherwise: what people promise and ask in
    /// support, from minutes to months; seconds, or a count.
    pub const fn default_buckets(self) -> &'static [u64] {
        match self {
            Self::FirstReply | Self::FirstReplyBusiness => REPLY_SECONDS,
            Self::Replies => &[0, 1, 2, 3, 5, 8, 13, 21],
            Self::Reopens => &[0, 1, 2, 3, 5, 8],
            _ => RESOLUTION_SECONDS,
        }
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

const REPLY_SECONDS: &[u64] = &[
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
];

const RESOLUTION_SECONDS: &[u64] = &[
    15 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
];

/// Most buckets of a family, beside `+Inf`: each is a series for every priority.
pub const BUCKETS_MAX: usize = 30;

/// The upper bounds of every family's buckets, `+Inf` left out: seconds, or counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets([Vec<u64>; Measure::ALL.len()]);

/// Why bounds cannot be those of buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("needs 1 to {BUCKETS_MAX} upper bounds, each greater than the one before")]
pub struct BadBuckets;

impl Default for Buckets {
    fn default() -> Self {
        Self(std::array::from_fn(|place| {
            Measure::ALL[place].default_buckets().to_vec()
        }))
    }
}

impl Buckets {
    /// The bounds of one family.
    pub fn of(&self, measure: Measure) -> &[u64] {
        &self.0[measure as usize]
    }

    /// Gives one family other bounds.
    ///
    /// # Errors
    ///
    /// [`BadBuckets`] unless there are 1 to [`BUCKETS_MAX`] that rise.
    pub fn set(&mut self, measure: Measure, bounds: Vec<u64>) -> Result<(), BadBuckets> {
        let rises = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        // Beyond 2^53 a bound could not be written as Prometheus reads it.
        let is_exact = bounds.last().is_some_and(|last| *last < 1 << 53);
        if !rises || !is_exact || bounds.len() > BUCKETS_MAX {
            return Err(BadBuckets);
        }
        self.0[measure as usize] = bounds;
        Ok(())
    }

    /// The place of the bucket that `value` falls into; one past the bounds is `+Inf`.
    pub fn place(&self, measure: Measure, value: u64) -> u8 {
        let place = self.of(measure).partition_point(|bound| *bound < value);
        // At most BUCKETS_MAX.
        place as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_buckets_are_good_buckets() {
        let mut buckets = Buckets::default();
        for measure in Measure::ALL {
            let bounds = measure.default_buckets().to_vec();
            assert_eq!(buckets.set(*measure, bounds), Ok(()), "{measure:?}");
        }
    }

    #[test]
    fn a_value_on_the_bound_is_in_its_bucket() {
        let mut buckets = Buckets::default();
        buckets
            .set(Measure::Replies, vec![1, 5])
            .expect("bounds that rise");
        let places = [0, 1, 2, 5, 6].map(|value| buckets.place(Measure::Replies, value));
        assert_eq!(places, [0, 0, 1, 1, 2]);
    }

    #[test]
    fn bounds_that_do_not_rise_or_are_too_many_are_refused() {
        let mut buckets = Buckets::default();
        for bounds in [
            vec![],
            vec![2, 1],
            vec![1, 1],
            (0..31).collect(),
            vec![1 << 53],
        ] {
            assert_eq!(buckets.set(Measure::OnHold, bounds), Err(BadBuckets));
        }
        assert_eq!(buckets, Buckets::default());
    }

    #[test]
    fn families_are_read_back_by_name_and_resolutions_come_last() {
        for measure in Measure::ALL {
            assert_eq!(Measure::from_family(measure.family()), Some(*measure));
        }
        assert_eq!(Measure::PER_RESOLUTION[0], Measure::FullResolution);
        assert_eq!(Measure::PER_RESOLUTION.len(), 10);
    }
}
