//! What is known of every ticket, and what follows from a row of the export.
//!
//! PURE.

mod cells;

pub use cells::{Cell, ChannelLabel, Dimensions, Event};
