//! Why a state could not be used.

use std::error::Error;
use std::fmt;

/// Why a state could not be opened, read or written, in the words of its backend.
///
/// A state that this names is as it was: nothing in it was overwritten.
#[derive(Debug)]
pub struct StateError {
    /// What it comes from, as far as callers treat it differently.
    pub cause: Cause,
    error: Box<dyn Error + Send + Sync>,
}

/// What callers treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// There is no state, and nobody is to make one.
    Missing,
    /// What is stored is wrong: trying again can never help.
    Damage,
    /// Other settings, or another owner of what they name, would mend it.
    Settings,
    /// Another process uses the state.
    InUse,
    /// The state was removed or replaced while it was in use.
    Gone,
    /// It can pass by itself.
    Passing {
        /// What somebody can do about it.
        advice: &'static str,
    },
}

impl StateError {
    /// An error of a backend.
    pub fn new(cause: Cause, error: impl Error + Send + Sync + 'static) -> Self {
        Self {
            cause,
            error: Box::new(error),
        }
    }

    /// The error of the backend, if it is of this type.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.error.downcast_ref()
    }

    /// What somebody can do about it, where its words do not say it.
    pub const fn advice(&self) -> Option<&'static str> {
        match self.cause {
            Cause::Passing { advice } => Some(advice),
            _ => None,
        }
    }

    /// Whether trying again can never help, because what is stored is wrong.
    pub const fn is_damage(&self) -> bool {
        matches!(self.cause, Cause::Damage)
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(out)
    }
}

impl Error for StateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

/// What is wrong with what is stored. Only the backend can say where that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no state.
    Missing,
    /// It is not the one that was opened: another one was put in its place.
    Replaced,
    /// A part of it, described by a clause, is not what it should be.
    Damaged(String),
    /// A later version wrote it, in this schema.
    NewerSchema(i64),
    /// It holds the tickets of another account.
    OtherAccount {
        /// That one.
        found: String,
        /// The one whose state was wanted.
        wanted: String,
    },
}
