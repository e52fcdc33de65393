//! One scrape: the accounts' snapshots and the self-metrics, one after the other.

use std::sync::Arc;

use arc_swap::ArcSwap;
use prometheus::TextEncoder;

use super::catalog;
use super::exporter::ExporterMetrics;
use super::snapshot::Snapshot;
use super::text::write_header;

/// What an account publishes, replaced whole by its poller.
pub type Published = Arc<ArcSwap<Snapshot>>;

/// Everything that a scrape shows.
///
/// Clones show the same.
#[derive(Clone, Debug)]
pub struct Exposition {
    accounts: Arc<ArcSwap<Vec<Published>>>,
    exporter: ExporterMetrics,
}

impl Exposition {
    /// The exposition of these accounts.
    pub fn new(accounts: Vec<Published>, exporter: ExporterMetrics) -> Self {
        Self {
            accounts: Arc::new(ArcSwap::from_pointee(accounts)),
            exporter,
        }
    }

    /// From now on shows these accounts instead, in this order.
    pub fn show(&self, accounts: Vec<Published>) {
        self.accounts.store(Arc::new(accounts));
    }

    /// What the accounts publish now, in the order of the settings.
    pub fn snapshots(&self) -> Vec<Arc<Snapshot>> {
        self.accounts
            .load()
            .iter()
            .map(|published| published.load_full())
            .collect()
    }

    /// The body of a scrape in the text format 0.0.4.
    ///
    /// Takes one snapshot per account, then copies lines: no lock that a poller holds, no
    /// database, no network.
    pub fn encode(&self) -> String {
        let snapshots = self.snapshots();
        let mut out = String::with_capacity(BODY_BYTES_USUAL);
        for family in catalog::ALL {
            let mut headed = false;
            for lines in snapshots.iter().map(|snapshot| snapshot.lines(family)) {
                if lines.is_empty() {
                    continue;
                }
                if !headed {
                    write_header(&mut out, family);
                    headed = true;
                }
                out.push_str(lines);
            }
        }
        TextEncoder::new()
            .encode_utf8(&self.exporter.registry().gather(), &mut out)
            .expect("families of the catalogue can be written to memory");
        out
    }
}

/// Room for some 2,000 series, so that the usual scrape grows its buffer once at most.
const BODY_BYTES_USUAL: usize = 256 * 1024;
