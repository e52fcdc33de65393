//! The body of a scrape: the lines of all accounts, family by family, then the self-metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use bytes::Bytes;
use prometheus::TextEncoder;

use super::catalog::{self, Family};
use super::exporter::ExporterMetrics;
use super::snapshot::Snapshot;
use super::text::{Lines, write_header};

/// The snapshot that an account publishes; its poller replaces it as a whole.
pub type Published = Arc<ArcSwap<Snapshot>>;

/// The contents of a scrape.
///
/// All clones share the same contents.
#[derive(Clone, Debug)]
pub struct Exposition {
    accounts: Arc<ArcSwap<Vec<Published>>>,
    exporter: ExporterMetrics,
}

impl Exposition {
    /// An exposition of these accounts.
    pub fn new(accounts: Vec<Published>, exporter: ExporterMetrics) -> Self {
        Self {
            accounts: Arc::new(ArcSwap::from_pointee(accounts)),
            exporter,
        }
    }

    /// Replaces the accounts; `accounts` are in the order of the settings.
    pub fn show(&self, accounts: Vec<Published>) {
        self.accounts.store(Arc::new(accounts));
    }

    /// The current snapshots of the accounts, in the order of the settings.
    pub fn snapshots(&self) -> Vec<Arc<Snapshot>> {
        self.accounts
            .load()
            .iter()
            .map(|published| published.load_full())
            .collect()
    }

    /// The body of a scrape in the text format 0.0.4, in pieces that are not copied.
    ///
    /// It takes one snapshot of each account and shares its lines. It takes no lock that a poller holds, and uses
    /// neither database nor network.
    pub fn pieces(&self) -> Vec<Bytes> {
        let snapshots = self.snapshots();
        let mut pieces = Vec::with_capacity(snapshots.len() * catalog::ALL.len());
        for (family, header) in catalog::ALL.iter().zip(HEADERS.iter()) {
            // The header is inserted afterwards, because a family without samples has none.
            let header_at = pieces.len();
            let lines = snapshots
                .iter()
                .filter_map(|snapshot| snapshot.lines_of(family));
            pieces.extend(lines.map(Lines::bytes));
            if pieces.len() > header_at {
                pieces.insert(header_at, header.clone());
            }
        }
        let own = TextEncoder::new()
            .encode_to_string(&self.exporter.registry().gather())
            .expect("families of the catalogue can be written to memory");
        // The registry's families are last. No account has lines of them, so none of them was written above.
        pieces.push(Lines::from(own).bytes());
        pieces
    }

    /// The families that `is_wanted` accepts and that have samples now: the name, the word for the type, and the
    /// lines of each.
    pub fn families(
        &self,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Vec<(&'static str, &'static str, Vec<Bytes>)> {
        let snapshots = self.snapshots();
        let own: BTreeMap<String, String> = self
            .exporter
            .registry()
            .gather()
            .into_iter()
            .filter(|family| is_wanted(family.name()))
            .map(|family| {
                let text = TextEncoder::new().encode_to_string(std::slice::from_ref(&family));
                let text = text.expect("families of the catalogue can be written to memory");
                let is_sample = |line: &&str| !line.starts_with('#');
                let lines = text.split_inclusive('\n').filter(is_sample).collect();
                (family.name().to_owned(), lines)
            })
            .collect();
        let wanted = catalog::ALL.iter().filter(|family| is_wanted(family.name));
        wanted
            .map(|family| {
                let lines = snapshots
                    .iter()
                    .filter_map(|snapshot| snapshot.lines_of(family))
                    .map(Lines::bytes);
                let own = own.get(family.name).cloned().map(Bytes::from);
                let lines: Vec<Bytes> = lines.chain(own).collect();
                (family.name, family.kind.word(), lines)
            })
            .filter(|(_, _, lines)| !lines.is_empty())
            .collect()
    }

    /// The body of a scrape in one piece.
    pub fn encode(&self) -> String {
        let whole = self.pieces().concat();
        String::from_utf8(whole).expect("all of it was text")
    }
}

/// The HELP and TYPE lines of every family.
static HEADERS: LazyLock<Vec<Bytes>> = LazyLock::new(|| {
    let header = |family: &&Family| {
        let mut header = String::new();
        write_header(&mut header, family);
        Lines::from(header).bytes()
    };
    catalog::ALL.iter().map(header).collect()
});
