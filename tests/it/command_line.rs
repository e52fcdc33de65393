//! The commands of the built program.
