//! A Zendesk account on loopback: stateful, seeded, and as awkward as the real one.
//!
//! Not scripted responses: tests and the demo change the [`World`], and the exports show it by
//! Zendesk's own page rules. [`World`], [`export`] and the
//! oracle (feature `oracle`, for tests: the exporter's rules written a second time) are PURE;
//! [`server`] is the thin part that listens. Nothing here depends on the exporter.

pub mod vocabulary;

mod scatter;

pub mod world;

pub mod ticket;

pub mod tags;

pub mod hours;

pub mod policy;

pub mod names;

pub mod ticket_fields;

pub mod counts;

pub mod life;

pub mod list_habits;

pub mod list;

pub mod list_faults;

pub mod export_habits;

pub mod export;

pub mod render;

#[cfg(any(test, feature = "oracle"))]
pub mod oracle;

pub mod faults;

pub mod spoil;

pub mod neighbour_faults;

pub mod limits;

pub mod time;

pub mod server;

pub mod cli;

pub use export_habits::LastMinute;
pub use faults::Fault;
pub use life::Habits;
pub use list_faults::{ListEndpoint, ListFault};
pub use list_habits::{GeneratedTimestamp, ListHabits, Replicas, Visibility};
pub use names::NameList;
pub use neighbour_faults::NeighbourFault;
#[cfg(any(test, feature = "oracle"))]
pub use oracle::{Oracle, OracleSettings};
pub use policy::SlaPolicy;
pub use server::{Asked, Options, Simulator};
pub use spoil::Spoil;
pub use ticket::SetLateness;
pub use ticket_fields::TicketField;
pub use time::Time;
pub use world::{Draft, World};
