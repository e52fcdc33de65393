use super::*;

const CARRIED: Measured = Measured {
    carried: true,
    replied: false,
    first_reply: false,
    first_resolution: false,
    pending: Pending(0),
};

fn full_set() -> MetricSet {
    let both = Minutes {
        calendar: Some(3),
        business: Some(2),
    };
    MetricSet {
        reply: both,
        first_resolution: both,
        full_resolution: both,
        requester_wait: both,
        agent_wait: both,
        on_hold: both,
        replies: Some(1),
        reopens: Some(0),
        solved_at: None,
        status_updated_at: None,
    }
}

#[test]
fn a_value_that_is_null_when_solved_stays_pending_until_a_row_carries_it() {
    let mut late = full_set();
    late.full_resolution.calendar = None;
    let (solved, observed) = CARRIED.after(
        Some(&late),
        Resolution::Solved,
        ObservationRule::AfterFirstSet,
    );
    assert_eq!(solved.pending, Pending(1));
    assert_eq!(observed.len(), 4 + 9);
    let silent = solved.after(None, Resolution::None, ObservationRule::AfterFirstSet);
    assert_eq!(silent, (solved, Observed::new()));
    let (done, observed) = solved.after(
        Some(&full_set()),
        Resolution::None,
        ObservationRule::AfterFirstSet,
    );
    assert!(done.pending.is_empty());
    assert_eq!(observed, [(family::FULL_RESOLUTION, 180)]);
}

#[test]
fn a_reopen_gives_up_what_was_pending() {
    let set = MetricSet::default();
    let (solved, _) = CARRIED.after(
        Some(&set),
        Resolution::Solved,
        ObservationRule::AfterFirstSet,
    );
    assert!(!solved.pending.is_empty());
    let (open, observed) = solved.after(
        Some(&set),
        Resolution::Reopened,
        ObservationRule::AfterFirstSet,
    );
    assert!(open.pending.is_empty() && observed.is_empty());
    assert!(solved.gone().pending.is_empty());
}

#[test]
fn a_ticket_that_never_carried_a_set_is_adopted_with_what_the_first_one_carries() {
    let nothing = Measured::default();
    let (solved, _) = nothing.after(None, Resolution::Solved, ObservationRule::AfterFirstSet);
    assert_eq!(solved, nothing);
    let (first, observed) = solved.after(
        Some(&full_set()),
        Resolution::None,
        ObservationRule::AfterFirstSet,
    );
    assert!(first.first_reply && first.pending.is_empty());
    assert_eq!(observed, []);
    let (_, observed) = nothing.after(
        Some(&full_set()),
        Resolution::Solved,
        ObservationRule::AfterFirstSet,
    );
    assert_eq!(observed, []);
}

#[test]
fn a_new_ticket_that_is_solved_at_once_is_observed_whole() {
    let nothing = Measured::default();
    let (_, observed) = nothing.after(
        Some(&full_set()),
        Resolution::Solved,
        ObservationRule::Always,
    );
    let mut measures: Vec<TicketFamily> = observed.iter().map(|(measure, _)| *measure).collect();
    measures.sort_unstable();
    assert!(measures.into_iter().eq(TicketFamily::histograms()));
    assert!(observed.contains(&(family::FIRST_REPLY_BUSINESS, 120)));
    assert!(observed.contains(&(family::REPLIES, 1)));
}

#[test]
fn first_reply_and_first_resolution_are_observed_once_for_ever() {
    let (seen, observed) = CARRIED.after(
        Some(&full_set()),
        Resolution::None,
        ObservationRule::AfterFirstSet,
    );
    assert!(seen.replied && seen.first_reply && seen.first_resolution);
    assert_eq!(observed.len(), 4);
    let empty = MetricSet::default();
    let (later, _) = seen.after(
        Some(&empty),
        Resolution::Reopened,
        ObservationRule::AfterFirstSet,
    );
    assert!(later.first_reply && later.first_resolution);
    let (_, again) = later.after(
        Some(&full_set()),
        Resolution::None,
        ObservationRule::AfterFirstSet,
    );
    assert_eq!(again, []);
}

#[test]
fn nothing_is_observed_of_rows_that_only_fill_the_ledger() {
    for resolution in [Resolution::None, Resolution::Solved] {
        let (after, observed) =
            CARRIED.after(Some(&full_set()), resolution, ObservationRule::Never);
        assert!(after.first_reply && after.pending.is_empty());
        assert_eq!(observed, []);
    }
}

#[test]
fn what_is_pending_is_stored_in_the_order_that_records_have() {
    let names = PER_RESOLUTION.map(|family| family.name);
    let stored = [
        "zendesk_ticket_full_resolution_seconds",
        "zendesk_ticket_full_resolution_business_seconds",
        "zendesk_ticket_requester_wait_seconds",
        "zendesk_ticket_requester_wait_business_seconds",
        "zendesk_ticket_agent_wait_seconds",
        "zendesk_ticket_agent_wait_business_seconds",
        "zendesk_ticket_on_hold_seconds",
        "zendesk_ticket_on_hold_business_seconds",
        "zendesk_ticket_replies",
        "zendesk_ticket_reopens",
    ];
    assert_eq!(names, stored);
    // The values of a set have the same order.
    let minutes = |calendar| Minutes {
        calendar: Some(calendar),
        business: Some(calendar + 1),
    };
    let set = MetricSet {
        full_resolution: minutes(1),
        requester_wait: minutes(3),
        agent_wait: minutes(5),
        on_hold: minutes(7),
        replies: Some(9),
        reopens: Some(10),
        ..MetricSet::default()
    };
    let values = [60, 120, 180, 240, 300, 360, 420, 480, 9, 10];
    assert_eq!(per_resolution(&set), values.map(Some));
}
