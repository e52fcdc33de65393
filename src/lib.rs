//! zendesk-exporter: a Zendesk Support account as a Prometheus target.

pub mod ledger;

pub mod ticket;

pub mod clock;

pub mod zendesk;

pub mod store;

pub mod walk;

pub mod schedule;

pub mod metrics;

pub mod health;

pub mod poller;

pub mod server;

pub mod config;

pub mod telemetry;

pub mod app;

pub mod commands;

pub mod simulator;
