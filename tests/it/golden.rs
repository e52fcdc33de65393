//! Golden runs: what users see, recorded word for word and in its order.
//!
//! `tests/golden` holds what the exporter showed of some lives of simulated accounts: `/metrics`, the status page, its JSON
//! and the log, and what it said about settings. A change that users are not meant to see leaves all of it as it
//! is. `GOLDEN_RECORD=1 cargo test -p zendesk-exporter --test it golden::` records everything anew. `mask` lists what is
//! not recorded.

mod delta;
mod log;
mod mask;
mod recording;
mod view;

mod changes;
mod life;
mod settings;
mod states;
mod stories;
