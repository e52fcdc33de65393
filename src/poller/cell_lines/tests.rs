//! What a scrape shows of new series, over a state that outlives programs.

use super::*;
use crate::ledger::testing::plain_change;
use crate::ledger::{AnswerTime, BusinessHours, LabelSettings, PageRead, SeriesSettings, Walk};
use crate::metrics::catalog;
use crate::metrics::{AccountState, Snapshot};
use crate::source::{AuthMethod, Page, Row, SourceKind, SourceReason};
use crate::state::memory::InMemory;
use crate::ticket::{
    MetricSet, Minutes, NamedSet, PerSet, Priority, RowKey, Score, Standing, Status, TicketChange,
    UnixSeconds,
};

const HOLD: Duration = Duration::from_secs(120);
const NOW: UnixSeconds = UnixSeconds(5_000);

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A state, and what a scrape shows of it.
struct Story {
    state: Option<State>,
    lines: CellLines,
    settings: SeriesSettings,
    memory: InMemory,
}

impl Story {
    /// After the first sync, which found ticket 1, open.
    fn begin(settings: SeriesSettings) -> Self {
        let memory = InMemory::default();
        let opened = State::open(memory.clone(), "acme", settings.clone(), NOW);
        let (state, _) = opened.expect("opens");
        let mut story = Self {
            state: Some(state),
            lines: CellLines::new(HOLD),
            settings,
            memory,
        };
        story.keep(vec![plain_change(1)]);
        story.render(Occasion::FirstSync, 0);
        story
    }

    /// Keeps a page without showing it.
    fn keep(&mut self, changes: Vec<TicketChange>) {
        let read = PageRead {
            walk: Walk::Main,
            page: Page {
                source: SourceKind::Cursor,
                rows: changes.into_iter().map(Row::Ticket).collect(),
                rejected: Vec::new(),
                is_last_rejected: false,
                end_of_stream: true,
                next: None,
            },
            time: AnswerTime::agreed(NOW),
        };
        let state = self.state.as_mut().expect("open");
        let applied = state.apply(&read).expect("a page applies");
        self.lines.on_twins_began(applied.twins_began.as_ref());
    }

    fn render(&mut self, occasion: Occasion, seconds: u64) {
        let state = self.state.as_ref().expect("open");
        self.lines.render("acme", state, occasion, at(seconds));
    }

    /// A page that is kept and shown.
    fn page(&mut self, changes: Vec<TicketChange>, seconds: u64) {
        self.keep(changes);
        self.render(Occasion::Usual, seconds);
    }

    /// Another program on the same state.
    fn restart(&mut self, seconds: u64) {
        self.restart_with(self.settings.clone(), seconds);
    }

    /// Another program on the same state, with other settings.
    fn restart_with(&mut self, settings: SeriesSettings, seconds: u64) {
        self.state = None;
        self.settings = settings;
        let opened = State::open(self.memory.clone(), "acme", self.settings.clone(), NOW);
        let (mut state, _) = opened.expect("opens again");
        self.lines = CellLines::new(HOLD);
        if let Some(shown) = state.take_shown_before() {
            self.lines.go_on_from(shown);
        }
        self.state = Some(state);
        self.render(Occasion::Usual, seconds);
    }

    /// The same program with other settings.
    fn apply_settings(&mut self, settings: SeriesSettings, seconds: u64) {
        let state = self.state.as_mut().expect("open");
        state
            .apply_settings(settings.clone(), NOW)
            .expect("rebuilt");
        self.settings = settings;
        self.lines.render_anew(HOLD);
        self.render(Occasion::Usual, seconds);
    }

    /// The lines of a family that begin so, without the name of the family and the account.
    fn shown(&self, family: &'static catalog::Family, wanted: &str) -> Vec<String> {
        let snapshot = Snapshot::new("acme", &account_state(), self.lines.lines());
        let lines = snapshot.lines(family).lines();
        let lines = lines.filter_map(|line| line.strip_prefix(family.name));
        let short = lines.map(|line| line.replace("account=\"acme\",", ""));
        short.filter(|line| line.starts_with(wanted)).collect()
    }
}

/// An account whose first sync is complete.
const fn account_state() -> AccountState {
    AccountState {
        source: (SourceKind::Cursor, SourceReason::Configured),
        verified_at: None,
        up: None,
        last_success: None,
        data_timestamp: None,
        initial_sync_complete: true,
        initial_sync_ratio: 1.0,
        resync_ratio: None,
        vanished_tickets: 0,
        sweeps_refused: 0,
        state_tickets: 0,
        state_size_bytes: 0,
        state_created: NOW,
        counters_restarted: NOW,
        business_hours_differ: false,
        token_expires_at: None,
        auth_method: AuthMethod::AccessToken,
    }
}

/// A ticket that was created after the first sync, with a reply after so many minutes.
fn replied(id: i64, calendar: u32, business: u32) -> TicketChange {
    TicketChange {
        created_at: Some(UnixSeconds(NOW.0 + 1)),
        metric_set: Some(MetricSet {
            reply: Minutes {
                calendar: Some(calendar),
                business: Some(business),
            },
            ..MetricSet::default()
        }),
        ..plain_change(id)
    }
}

fn solved(id: i64) -> TicketChange {
    TicketChange {
        order_key: RowKey::Generated(UnixSeconds(1_001)),
        updated_at: Some(UnixSeconds(1_001)),
        standing: Standing::Live(Status::Solved),
        ..plain_change(id)
    }
}

const UPDATED_SOLVED: &str = "{status=\"solved\"";

#[test]
fn a_new_series_is_at_zero_for_a_while_and_moves_on_without_the_store() {
    let mut story = Story::begin(SeriesSettings::default());
    let line = |value| {
        vec![format!(
            "{{status=\"solved\",priority=\"none\",type=\"none\",channel=\"web\"}} {value}"
        )]
    };
    // The first sync brought a zero, which nobody may have seen yet.
    let solved_total = |value| {
        vec![format!(
            "{{priority=\"none\",type=\"none\",channel=\"web\"}} {value}"
        )]
    };
    assert_eq!(story.shown(&catalog::SOLVED, ""), solved_total(0));
    story.page(vec![solved(1)], 60);
    assert_eq!(story.shown(&catalog::UPDATED, UPDATED_SOLVED), line(0));
    assert_eq!(story.shown(&catalog::SOLVED, ""), solved_total(0));
    assert_eq!(story.lines.lets_go_at(), Some(at(120)));
    story.state = None;
    assert!(!story.lines.let_go(at(119)));
    assert!(story.lines.let_go(at(120)));
    assert_eq!(story.shown(&catalog::SOLVED, ""), solved_total(1));
    assert_eq!(story.lines.lets_go_at(), Some(at(180)));
    assert!(!story.lines.let_go(at(179)));
    assert_eq!(story.shown(&catalog::UPDATED, UPDATED_SOLVED), line(0));
    assert!(story.lines.let_go(at(180)));
    assert_eq!(story.shown(&catalog::UPDATED, UPDATED_SOLVED), line(1));
    assert!(!story.lines.let_go(at(500)));
    assert_eq!(story.lines.lets_go_at(), None);
}

#[test]
fn a_restart_shows_the_value_at_once() {
    let mut story = Story::begin(SeriesSettings::default());
    story.page(vec![solved(1)], 60);
    story.restart(61);
    let expected = ["{status=\"solved\",priority=\"none\",type=\"none\",channel=\"web\"} 1"];
    assert_eq!(story.shown(&catalog::UPDATED, UPDATED_SOLVED), expected);
    assert_eq!(story.lines.lets_go_at(), None);
}

#[test]
fn after_a_restart_with_other_labels_the_families_that_begin_again_are_at_zero_for_a_while() {
    let with_group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let mut story = Story::begin(SeriesSettings::default());
    let solved_well = |id| TicketChange {
        score: Score::Good,
        ..solved(id)
    };
    // The second one brings zeros with the labels of each settings.
    let second = TicketChange {
        created_at: Some(UnixSeconds(NOW.0 + 1)),
        ..plain_change(2)
    };
    story.page(vec![solved_well(1), second], 60);
    story.restart_with(with_group.clone(), 1_000);
    let solved_total = |value| {
        [format!(
            "{{priority=\"none\",type=\"none\",channel=\"web\",group=\"none\"}} {value}"
        )]
    };
    let good = "{score=\"good\"";
    let good_ratings = |value| [format!("{{score=\"good\"}} {value}")];
    // What goes on is shown as it is, then and later.
    assert_eq!(story.shown(&catalog::RATINGS, good), good_ratings(1));
    assert_eq!(story.shown(&catalog::SOLVED, ""), solved_total(0));
    story.page(vec![solved_well(2), plain_change(3)], 1_010);
    assert_eq!(story.shown(&catalog::RATINGS, good), good_ratings(2));
    assert_eq!(story.shown(&catalog::SOLVED, ""), solved_total(0));
    story.lines.let_go(at(1_119));
    assert_eq!(story.shown(&catalog::SOLVED, ""), solved_total(0));
    story.lines.let_go(at(1_120));
    assert_eq!(story.shown(&catalog::SOLVED, ""), solved_total(1));

    // Killed during the hold, and started with the same settings.
    story.restart_with(SeriesSettings::default(), 2_000);
    story.page(vec![solved_well(3)], 2_010);
    let without_group = |value| {
        [format!(
            "{{priority=\"none\",type=\"none\",channel=\"web\"}} {value}"
        )]
    };
    assert_eq!(story.shown(&catalog::SOLVED, ""), without_group(0));
    story.restart(2_020);
    assert_eq!(story.shown(&catalog::SOLVED, ""), without_group(1));
    assert_eq!(story.lines.lets_go_at(), None);
}

#[test]
fn a_new_histogram_is_at_zero_whole_and_so_are_labels_that_another_setting_brings() {
    let with_group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let mut story = Story::begin(SeriesSettings::default());
    story.apply_settings(with_group, 10);
    // There is none before the first observation.
    assert_eq!(story.shown(&catalog::FIRST_REPLY, ""), [""; 0]);
    story.page(vec![replied(2, 20, 20), replied(3, 90, 90)], 20);
    let shown = |story: &Story| {
        let lines = story.shown(&catalog::FIRST_REPLY, "");
        let values = lines.iter().filter_map(|line| line.rsplit(' ').next());
        values.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(&story), "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
    let created = "{priority=\"none\",type=\"none\",channel=\"web\",group=\"none\"}";
    assert_eq!(story.shown(&catalog::CREATED, ""), [format!("{created} 0")]);
    // It was laid out at 10: its zero was there from then on.
    story.lines.let_go(at(130));
    assert_eq!(story.shown(&catalog::CREATED, ""), [format!("{created} 2")]);
    assert_eq!(shown(&story), "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
    story.lines.let_go(at(140));
    assert_eq!(shown(&story), "0 0 1 1 2 2 2 2 2 2 2 2 2 6600 2");
}

/// Count and sum of first replies in business hours.
fn business(story: &Story) -> Vec<String> {
    let count = story.shown(&catalog::FIRST_REPLY_BUSINESS, "_count{priority=\"none\"");
    let sum = story.shown(&catalog::FIRST_REPLY_BUSINESS, "_sum{priority=\"none\"");
    [count, sum].concat()
}

fn count_and_sum(count: u64, sum: u64) -> [String; 2] {
    [
        format!("_count{{priority=\"none\"}} {count}"),
        format!("_sum{{priority=\"none\"}} {sum}"),
    ]
}

#[test]
fn histograms_in_business_hours_begin_with_what_was_there_before_the_page_that_tells_them_apart() {
    let mut story = Story::begin(SeriesSettings::default());
    story.page(vec![replied(2, 20, 20)], 60);
    story.page(vec![replied(3, 30, 30)], 300);
    assert_eq!(business(&story), [""; 0]);
    // The first one of the page is still the same.
    story.page(vec![replied(4, 10, 10), replied(5, 90, 5)], 360);
    assert_eq!(business(&story), count_and_sum(2, 3_000));
    story.page(vec![replied(6, 60, 60)], 420);
    assert_eq!(business(&story), count_and_sum(2, 3_000));
    story.lines.let_go(at(480));
    assert_eq!(business(&story), count_and_sum(5, 7_500));
    story.restart(481);
    assert_eq!(business(&story), count_and_sum(5, 7_500));
}

#[test]
fn histograms_in_business_hours_that_begin_with_the_first_observation_of_all_begin_at_zero() {
    let with_group = SeriesSettings {
        labels: LabelSettings {
            named: PerSet::default().with(NamedSet::Group, true),
            ..LabelSettings::default()
        },
        ..SeriesSettings::default()
    };
    let mut story = Story::begin(with_group);
    story.page(vec![replied(2, 90, 5)], 300);
    let business = |story: &Story| {
        let lines = story.shown(&catalog::FIRST_REPLY_BUSINESS, "");
        let values = lines.iter().filter_map(|line| line.rsplit(' ').next());
        values.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(business(&story), "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
    story.lines.let_go(at(420));
    assert_eq!(business(&story), "1 1 1 1 1 1 1 1 1 1 1 1 1 300 1");
}

#[test]
fn histograms_in_business_hours_that_a_setting_brings_with_a_restart_are_held_at_what_they_hold() {
    let mut story = Story::begin(SeriesSettings::default());
    story.page(vec![replied(2, 20, 20)], 60);
    let always = SeriesSettings {
        business_hours: BusinessHours::Always,
        ..SeriesSettings::default()
    };
    story.restart_with(always, 300);
    story.page(vec![replied(3, 10, 10)], 310);
    assert_eq!(business(&story), count_and_sum(1, 1_200));
    story.lines.let_go(at(420));
    assert_eq!(business(&story), count_and_sum(2, 1_800));
}

#[test]
fn histograms_in_business_hours_that_a_setting_brings_are_shown_with_what_they_hold() {
    let mut story = Story::begin(SeriesSettings::default());
    story.page(vec![replied(2, 20, 20)], 60);
    let with = |business_hours| SeriesSettings {
        business_hours,
        ..SeriesSettings::default()
    };
    story.apply_settings(with(BusinessHours::Always), 300);
    assert_eq!(business(&story), count_and_sum(1, 1_200));
    // As with any series that was not shown before, whoever scrapes sees it as it began.
    story.page(vec![replied(3, 10, 10)], 310);
    assert_eq!(business(&story), count_and_sum(1, 1_200));
    story.lines.let_go(at(420));
    assert_eq!(business(&story), count_and_sum(2, 1_800));
    story.apply_settings(with(BusinessHours::Auto), 500);
    assert_eq!(business(&story), [""; 0]);
    story.apply_settings(with(BusinessHours::Never), 510);
    story.page(vec![replied(4, 90, 5)], 520);
    assert_eq!(business(&story), [""; 0]);
    // What differed while nothing was kept cannot be made up.
    story.apply_settings(with(BusinessHours::Auto), 530);
    assert_eq!(business(&story), count_and_sum(0, 0));
}

#[test]
fn a_page_that_was_kept_although_its_transaction_failed_is_held_like_any_other() {
    let mut story = Story::begin(SeriesSettings::default());
    // Nobody is told of it: the poller takes it for lost, reads the state again, and goes on.
    story.keep(vec![solved(1)]);
    story.page(vec![plain_change(2)], 60);
    let expected = ["{status=\"solved\",priority=\"none\",type=\"none\",channel=\"web\"} 0"];
    assert_eq!(story.shown(&catalog::UPDATED, UPDATED_SOLVED), expected);
}

#[test]
fn under_another_name_an_account_shows_its_values_at_once() {
    let mut story = Story::begin(SeriesSettings::default());
    story.page(vec![solved(1)], 60);
    let urgent = TicketChange {
        priority: Priority::Urgent,
        ..replied(2, 20, 20)
    };
    story.page(vec![urgent], 300);
    story.lines.render_anew(HOLD);
    let state = story.state.as_ref().expect("open");
    story
        .lines
        .render("umbrella", state, Occasion::Usual, at(310));
    // What was held goes on being held: two minutes after it began it is new to nobody.
    assert_eq!(story.lines.lets_go_at(), Some(at(420)));
    let lines = story.lines.lines().expect("rendered");
    let shown = Snapshot::new("umbrella", &account_state(), Some(lines));
    let shown = shown.lines(&catalog::UPDATED).to_owned();
    let line = |status: &str, priority: &str, value| {
        format!(
            "zendesk_tickets_updated_total{{account=\"umbrella\",status=\"{status}\",priority=\"{priority}\",type=\"none\",channel=\"web\"}} {value}\n"
        )
    };
    let expected = [
        line("open", "none", 0),
        line("open", "urgent", 0),
        line("solved", "none", 1),
    ];
    assert_eq!(shown, expected.concat());
}
