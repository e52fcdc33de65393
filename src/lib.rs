//! zendesk-exporter: a Zendesk Support account as a Prometheus target.
//!
//! The ledger lives in the state, memory holds only aggregates. A page of changes goes through in
//! one transaction, and what is shown is published after the commit:
//!
//! ```text
//! zendesk::Client ─▶ zendesk::decode ─▶ state ─▶ ledger (one transition per row) ─▶ state: COMMIT
//!       ▲                                                                               │
//!   schedule, walk ◀──────────────────────── poller ◀───────────────────────────────────┤
//!                                                                                       ▼
//! Prometheus ─▶ server ─▶ metrics::Exposition ◀──────────────────────────── metrics::Snapshot
//! ```
//!
//! Beside the poller, `lookups` asks for what the export does not say: the search's counts and the
//! names behind ids. `reload` and `app` put other settings into effect while all of them run.
//!
//! The modules below are in the order in which to read them. `ticket`, `source`, `ledger`,
//! `walk` and `schedule` decide and are pure; the others touch the world and decide nothing.

pub mod ticket;

pub mod source;

pub mod ledger;

pub mod walk;

pub mod schedule;

pub mod zendesk;

pub mod state;

pub mod poller;

pub mod lookups;

pub mod metrics;

pub mod server;

pub mod health;

pub mod config;

pub mod clock;

pub mod error_chain;

pub mod telemetry;

mod streak;

pub mod reload;

pub mod open_files;

pub mod systemd;

pub mod app;

pub mod commands;
