//! How many series settings make: measured on a simulated desk, estimated, and told in the README.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;
use zendesk_exporter::ticket::NamedSet;

use tempfile::TempDir;
use zendesk_exporter::ledger::{FieldLabel, Population, SeriesSettings};
use zendesk_exporter::metrics::SeriesEstimate;
use zendesk_exporter::source::SourceKind;
use zendesk_simulator::life::Rates;
use zendesk_simulator::{Habits, Options};

use crate::desk::{Desk, DeskSettings, NOW};
use crate::program::{Program, account_of, code_and_words, run};

/// The settings of which the README tells the series, as it names them.
fn settings() -> Vec<(&'static str, SeriesSettings)> {
    let with = |change: &dyn Fn(&mut SeriesSettings)| {
        let mut series = SeriesSettings::default();
        change(&mut series);
        series
    };
    let group = |series: &mut SeriesSettings| series.labels.named[NamedSet::Group] = true;
    let brand = |series: &mut SeriesSettings| series.labels.named[NamedSet::Brand] = true;
    let field = |series: &mut SeriesSettings| {
        series.labels.fields = vec![FieldLabel {
            id: 360_001,
            label: "product".to_owned(),
            values: vec!["printer".to_owned(), "scanner".to_owned()],
        }];
    };
    let tags = |series: &mut SeriesSettings| {
        series.labels.tags = ["vip", "billing", "bug"].map(str::to_owned).into();
    };
    let slas = |series: &mut SeriesSettings| series.slas = true;
    vec![
        ("default settings", SeriesSettings::default()),
        ("`group`", with(&group)),
        ("`brand`", with(&brand)),
        (
            "`group` and `brand`",
            with(&|series| {
                group(series);
                brand(series);
            }),
        ),
        (
            "`form`",
            with(&|series| series.labels.named[NamedSet::Form] = true),
        ),
        (
            "`custom_status`",
            with(&|series| series.labels.named[NamedSet::CustomStatus] = true),
        ),
        ("a custom field of two values", with(&field)),
        ("three `tags`", with(&tags)),
        ("`export.slas`", with(&slas)),
        (
            "`group`, `brand`, a custom field of two values, three `tags` and `export.slas`",
            with(&|series| {
                for change in [group, brand, field, tags, slas] as [fn(&mut SeriesSettings); 5] {
                    change(series);
                }
            }),
        ),
    ]
}

/// How many tickets come in on each day of the desk: in a month as many again as it has.
const TICKETS_PER_DAY: f64 = 100.0;

/// A month, in polls and the seconds from one to the next. Shorter steps show hardly more.
const POLLS: i64 = 30;
const STEP_SECONDS: i64 = 24 * 3600;

/// A desk of 3,000 tickets once the first sync is complete.
async fn desk_of(series: &SeriesSettings) -> Desk {
    let options = Options {
        tickets: 3_000,
        habits: Habits::LIVELY,
        rates: Rates {
            tickets_per_day: TICKETS_PER_DAY,
        },
        ..Options::manual(NOW)
    };
    let settings = DeskSettings {
        page_size: 1_000,
        series: series.clone(),
        ..DeskSettings::of(SourceKind::Cursor)
    };
    let mut desk = Desk::open_at(settings, options).await;
    desk.catch_up().await;
    // Six counts of the search, and the names of what is a label.
    let names = [
        series.labels.named[NamedSet::Group],
        series.labels.named[NamedSet::Brand],
        series.labels.named[NamedSet::Form],
        series.labels.named[NamedSet::CustomStatus],
    ];
    let names = names.into_iter().filter(|is_label| *is_label).count();
    desk.look_up(6 + names).await;
    desk
}

/// Lets a month pass.
async fn live_a_month(desk: &mut Desk) {
    for _ in 0..POLLS {
        // Catching up takes two minutes.
        let rest = STEP_SECONDS - 120;
        desk.simulator.advance(rest);
        desk.clock.advance(Duration::from_secs(rest.unsigned_abs()));
        desk.catch_up().await;
    }
}

fn samples(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// An estimate is this far off at most: it goes by a usual account, not by this one.
const FACTOR_MAX: f64 = 1.5;

/// With two digits that mean something, and commas.
fn about(series: usize) -> String {
    let hundreds = (series + 50) / 100;
    match (hundreds / 10, hundreds % 10) {
        (0, hundreds) => format!("{hundreds}00"),
        (thousands, hundreds) => format!("{thousands},{hundreds}00"),
    }
}

/// Fails with the table as it should be: copy that into the README.
#[tokio::test]
async fn the_readme_tells_how_many_series_each_label_makes_and_estimates_come_near() {
    let readme = include_str!("../../README.md");
    let mut table =
        String::from("| Settings | Series after the first sync | A month later |\n|---|---|---|\n");
    let mut far_off = String::new();
    for (name, series) in settings() {
        let mut desk = desk_of(&series).await;
        let at_first = samples(&desk.scrape()).count();
        live_a_month(&mut desk).await;
        let later = samples(&desk.scrape()).count();
        let _ = writeln!(table, "| {name} | {} | {} |", about(at_first), about(later));
        let estimate = SeriesEstimate::new(&Population::USUAL, &series);
        for (estimated, measured) in [(estimate.at_first, at_first), (estimate.later, later)] {
            let factor = estimated as f64 / measured as f64;
            if !(1.0 / FACTOR_MAX..=FACTOR_MAX).contains(&factor) || estimate.most < measured {
                let _ = writeln!(far_off, "{name}: {measured} measured, {estimate:?}");
            }
        }
    }
    assert_eq!(far_off, "");
    assert!(readme.contains(&table), "README.md should say:\n{table}");
}

#[tokio::test]
async fn what_is_shown_beside_tickets_is_as_much_as_is_taken_for_granted() {
    let is_own = |line: &&str| {
        [
            "zendesk_exporter_",
            "zendesk_search_",
            "zendesk_up",
            "process_",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    };
    for (name, series) in settings() {
        let text = desk_of(&series).await.scrape();
        let own = samples(&text).filter(is_own).count();
        let granted = SeriesEstimate::own_series(&series);
        assert!(own.abs_diff(granted) <= 10, "{name}: {own} and {granted}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_estimates_by_what_the_state_holds() {
    let simulator = account_of(Options {
        tickets: 3_000,
        ..Options::manual(0)
    })
    .await;
    simulator.advance(120);
    tokio::task::block_in_place(|| {
        let labels = "labels: { group: true, brand: true }";
        let settings = format!(
            "accounts:\n  - {{ name: acme, base_url: '{}', {labels}, auth: {{ access_token: simulator-token }} }}\n",
            simulator.base_url()
        );
        let directory = TempDir::new().expect("a directory");
        fs::write(directory.path().join("zendesk-exporter.yml"), settings).expect("written");
        let estimated = || {
            let (code, words) = code_and_words(&run(directory.path(), &[], &["check"]));
            assert_eq!(code, Some(0), "{words}");
            let after = words.split_once("acme: about ").map(|(_, after)| after);
            let line = after.and_then(|after| after.lines().next());
            let line = line.unwrap_or_else(|| panic!("{words}"));
            let (series, rest) = line
                .split_once(" series with these settings ")
                .expect("both");
            let series: f64 = series.replace(',', "").parse().expect("a number");
            (series, rest.to_owned())
        };
        let (_, goes_by) = estimated();
        let of_when = "after the first sync, about ";
        assert!(goes_by.starts_with(of_when), "{goes_by}");
        let assumed = "; assumed: 3,000 tickets, 8 channels, 6 groups, 3 brands, a schedule)";
        assert!(goes_by.ends_with(assumed), "{goes_by}");

        let program = Program::serve(directory.path(), &[]);
        let shown = program.wait_for("the first sync", |text| {
            let is_complete = text.contains("zendesk_tickets{");
            is_complete.then(|| samples(text).count())
        });
        let (series, goes_by) = estimated();
        // Some tickets are those of AI agents, which the settings do not ask for.
        let held = "from the state: 2,8";
        assert!(goes_by.contains(held), "{goes_by}");
        assert!(
            goes_by.ends_with(" tickets, 9 channels, 6 groups, 3 brands; assumed: a schedule)"),
            "{goes_by}"
        );
        // What is shown is counted: no less, and no more than rounding to two digits makes of it.
        assert!(goes_by.starts_with("now, about "), "{goes_by}");
        let factor = series / shown as f64;
        assert!((1.0..=1.1).contains(&factor), "{series} and {shown}");
    });
}
