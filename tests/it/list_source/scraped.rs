//! A real Prometheus scrapes an exporter that reads the list.

use tempfile::TempDir;
use zendesk_simulator::life::{Habits, Rates};
use zendesk_simulator::{Fault, Time};

use super::*;
use crate::accounts::check_with_promtool;
use crate::chain::write_rules;
use crate::program::real_now;
use crate::prometheus::Prometheus;
use crate::reload::write;

/// The alert for an account whose export is refused.
const ALERT: &str = "ALERTS{alertname=\"ZendeskExporterExportRefused\",alertstate=\"firing\"}";

async fn lively() -> Simulator {
    Simulator::start(Options {
        time: Time::sped_up(60.0, 24 * 3_600),
        tickets: 500,
        rates: Rates {
            tickets_per_day: 5_000.0,
        },
        habits: Habits::LIVELY,
        ..Options {
            tickets_index_per_minute: None,
            deleted_tickets_per_minute: None,
            ..Options::manual(real_now())
        }
    })
    .await
    .expect("a free port")
}

/// How many samples a query has had since `began`, in Unix seconds.
fn samples_since(prometheus: &Prometheus, series: &str, at: f64, began: f64) -> Vec<f64> {
    let seconds = (at - began).ceil();
    let query = format!("count_over_time({series}[{seconds}s])");
    let counts = prometheus.samples(&query, &at.to_string());
    let counts = counts.expect("a query that is understood");
    counts.into_iter().map(|(_, count)| count).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prometheus_sees_no_gap_while_the_list_takes_the_place_of_the_export() {
    let simulator = lively().await;
    let [directory, of_prometheus] = [(); 2].map(|()| TempDir::new().expect("a directory"));
    write(&directory, &acme(&simulator, OFTEN));
    write_rules(of_prometheus.path());
    tokio::task::block_in_place(|| {
        let program = Program::serve(directory.path(), &[]);
        let config = format!(
            "global: {{ scrape_interval: 250ms, evaluation_interval: 1s }}\nrule_files: ['zendesk-*.yml']\nscrape_configs:\n  - {{ job_name: zendesk, honor_labels: true, static_configs: [{{ targets: ['{}'] }}] }}\n",
            program.address()
        );
        let prometheus = Prometheus::start(&config, of_prometheus.path());
        let has = |query: &str| {
            wait_for(query, || match prometheus.ask(query) {
                Ok(0) => Err(format!("{query} gives nothing")),
                Ok(_) => Ok(()),
                Err(problem) => panic!("{query}: {problem}"),
            });
        };
        has("zendesk_exporter_initial_sync_complete == 1");
        has("sum(zendesk_tickets) > 400");
        let timestamp = |query: &str| {
            let found = prometheus.samples(query, "").expect("understood");
            found[0].1
        };
        let began = timestamp("max(timestamp(zendesk_up))");
        check_with_promtool(&program.get("/metrics"));

        simulator.set_fault(Fault::ClosedExport, 1);
        simulator.refuse_exports(410);
        has("zendesk_exporter_source_info{source=\"list\",reason=\"refused\"} == 1");
        has(ALERT);
        has("zendesk_exporter_verify_round_timestamp_seconds");
        has("changes(zendesk_exporter_data_timestamp_seconds[5s]) > 2");
        check_with_promtool(&program.get("/metrics"));

        // Each scrape since then had the tickets.
        let at = timestamp("max(timestamp(zendesk_up))");
        let scrapes = samples_since(&prometheus, "up", at, began);
        for series in [
            "zendesk_tickets{status=\"new\",priority=\"none\",type=\"none\",channel=\"web\"}",
            "zendesk_tickets_created_total{priority=\"none\",type=\"none\",channel=\"web\"}",
            "zendesk_exporter_data_timestamp_seconds",
            "zendesk_up",
        ] {
            let samples = samples_since(&prometheus, series, at, began);
            assert_eq!(samples, scrapes, "{series}");
        }
        let seconds = (at - began).ceil();
        let resets = format!("sum(resets(zendesk_tickets_updated_total[{seconds}s]))");
        let resets = prometheus.samples(&resets, "").expect("understood");
        assert_eq!(resets[0].1, 0.0);
    });
}
