//! The built program killed at random instants.
