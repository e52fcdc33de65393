//! The queries of `docs/recipes.md`, asked of a real Prometheus that has seen four weeks of an account.
//!
//! The account and the exporter live these weeks on a clock of their own, with everything on that a
//! recipe needs. A scrape every three hours falls on each moment that a query looks back to: they are
//! whole days before the last one.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;
use zendesk_exporter::app::past::{Past, SampleNames, Target, Window};
use zendesk_exporter::config;
use zendesk_simulator::life::Rates;
use zendesk_simulator::{Draft, Habits, Options, Simulator, Time};

use crate::prometheus::{Prometheus, Sample};

const PAGE: &str = include_str!("../../docs/recipes.md");

/// A Monday at nine.
const ENDS: i64 = 1_789_981_200;
const HOUR: i64 = 3_600;
const SCRAPE_EVERY: i64 = 3 * HOUR;
/// Three weeks to compare with, a day that the third of them begins with, and the first sync.
const DAYS: i64 = 23;

/// Between a scrape and the next, Prometheus goes on with the one before.
const LOOKBACK: &str = "--query.lookback-delta=181m";

/// The queries of the page, as somebody copies them.
fn recipes() -> Vec<&'static str> {
    let parts = PAGE.split("```promql\n").skip(1);
    let queries = parts.map(|part| part.split("\n```").next().expect("a part"));
    queries.collect()
}

async fn simulated(begins: i64) -> Arc<Simulator> {
    let simulator = Simulator::start(Options {
        time: Time::manual(begins),
        tickets: 500,
        lived_days: 7,
        rates: Rates {
            tickets_per_day: 120.0,
        },
        habits: Habits::LIVELY,
        ..Options::manual(0)
    })
    .await
    .expect("a free port");
    Arc::new(simulator)
}

/// Tickets without a group: the people of the simulated account always choose one.
fn create_without_group(simulator: &Simulator) {
    simulator.world(|world| {
        for _ in 0..3 {
            world.create(&Draft {
                group: None,
                ..Draft::default()
            });
        }
    });
}

fn settings(simulator: &Simulator) -> String {
    format!(
        "accounts:\n  - {{ name: acme, base_url: '{}', auth: {{ access_token: simulator-token }}, \
         export: {{ slas: true, support_type_scope: all, requests_per_minute: 100000 }}, \
         labels: {{ group: true, max_values: 4 }} }}\n",
        simulator.base_url()
    )
}

/// Writes what was scraped in these weeks into `file`, for promtool.
async fn live(directory: &Path, file: &Path) {
    let begins = ENDS - DAYS * 24 * HOUR;
    let simulator = simulated(begins).await;
    let config = config::from_text(&settings(&simulator)).expect("good settings");
    let mut past = Past::starting_at(begins, directory.to_owned());
    past.follow(&simulator);
    past.read(&config.accounts[0]).expect("opened");
    let target = Target {
        job: "zendesk".to_owned(),
        instance: "exporter:10121".to_owned(),
    };
    let mut window = Window::onto(&target, SampleNames::named_in([PAGE]));
    for at in (begins..=ENDS).step_by(usize::try_from(SCRAPE_EVERY).expect("positive")) {
        // So that its answers are there when it is scraped.
        past.skip_to(at - 60);
        past.run_until(at).await.expect("it lives");
        window.scrape(Some(past.exposition()), at);
        if at == ENDS - SCRAPE_EVERY {
            create_without_group(&simulator);
        }
    }
    let mut file = File::create(file).expect("created");
    window.write(&mut file).expect("written");
}

fn prometheus_over(scrapes: &Path, directory: &Path) -> Prometheus {
    let database = directory.join("tsdb");
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        // All of it in one block: promtool reads the file once for each.
        .arg("--max-block-duration=1458h")
        .arg(scrapes)
        .arg(&database)
        .output()
        .expect("promtool is installed (make test installs it)");
    assert!(made.status.success(), "{made:?}");
    let config = directory.join("prometheus.yml");
    fs::write(&config, "scrape_configs: []\n").expect("written");
    Prometheus::with_flags([
        format!("--config.file={}", config.display()),
        format!("--storage.tsdb.path={}", database.display()),
        "--storage.tsdb.retention.time=100y".to_owned(),
        LOOKBACK.to_owned(),
    ])
}

/// The samples that a query gives at the end of the weeks.
fn ask(prometheus: &Prometheus, query: &str) -> Vec<Sample> {
    let samples = prometheus.samples(query, &ENDS.to_string());
    samples.unwrap_or_else(|problem| panic!("{query}\n{problem}"))
}

/// The samples of the recipe of the page in which this stands, and no other.
fn recipe(prometheus: &Prometheus, part: &str) -> Vec<Sample> {
    let found: Vec<_> = recipes()
        .into_iter()
        .filter(|it| it.contains(part))
        .collect();
    let [query] = found[..] else {
        panic!("{part}: {found:?}");
    };
    ask(prometheus, query)
}

fn total(samples: &[Sample]) -> f64 {
    samples.iter().map(|(_, value)| value).sum()
}

fn assert_near(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-6, "{one} {other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recipe_gives_numbers_on_a_real_prometheus_and_they_agree() {
    let directory = TempDir::new().expect("a directory");
    let scrapes = directory.path().join("scrapes.om");
    live(directory.path(), &scrapes).await;
    tokio::task::block_in_place(|| {
        let prometheus = prometheus_over(&scrapes, directory.path());
        let recipes = recipes();
        assert!(recipes.len() > 20);
        for query in &recipes {
            let samples = ask(&prometheus, query);
            assert!(!samples.is_empty(), "nothing:\n{query}");
            let are_numbers = samples.iter().all(|(_, value)| value.is_finite());
            assert!(are_numbers, "{query}\n{samples:?}");
        }
        teams_are_all_there(&prometheus);
        targets_are_met_or_breached(&prometheus);
        growth_adds_up(&prometheus);
    });
}

/// Teams without a name too, which a plain join leaves out.
fn teams_are_all_there(prometheus: &Prometheus) {
    let teams = recipe(
        prometheus,
        "sum by (account, group) (zendesk_unsolved_tickets) * on",
    );
    let backlog = total(&ask(prometheus, "sum(zendesk_unsolved_tickets)"));
    assert_near(total(&teams), backlog);
    let with_name = teams
        .iter()
        .filter(|(labels, _)| labels.contains_key("name"));
    assert!(with_name.count() >= 3, "{teams:?}");
    for group in ["none", "other"] {
        let of_group = teams.iter().find(|(labels, _)| labels["group"] == group);
        assert!(
            of_group.is_some_and(|(_, tickets)| *tickets > 0.0),
            "{group} {teams:?}"
        );
    }
}

/// The attainment lies between that with open breached targets and 1.
fn targets_are_met_or_breached(prometheus: &Prometheus) {
    let attained = recipe(prometheus, "1 - sum by (account, metric)");
    let at_least = recipe(
        prometheus,
        "+ sum by (account, metric) (zendesk_sla_breached",
    );
    assert!(attained.len() >= 2, "{attained:?}");
    assert_eq!(attained.len(), at_least.len());
    for (labels, share) in &attained {
        let lowest = at_least.iter().find(|(other, _)| other == labels);
        let (_, lowest) = lowest.expect("the same targets");
        assert!(
            0.0 < *lowest && lowest <= share && *share <= 1.0,
            "{labels:?}"
        );
    }
    assert!(total(&at_least) < total(&attained));
}

/// A channel that begins in the last week counts with all of its tickets.
fn growth_adds_up(prometheus: &Prometheus) {
    let week = "sum(increase(zendesk_tickets_created_total[7d]))";
    let before = "sum(increase(zendesk_tickets_created_total[7d] offset 7d))";
    let grown = total(&ask(prometheus, &format!("{week} - {before}")));
    let query = recipes().into_iter().find(|it| it.starts_with("topk(5,\n"));
    let all = query.expect("a recipe").replacen("topk(5,", "topk(99,", 1);
    assert_near(total(&ask(prometheus, &all)), grown);
}
