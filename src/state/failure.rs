//! Why a change of a state is given up.

use super::backend::Backend;
use super::error::{Problem, StateError};
use crate::ledger::Imbalance;

/// Why a change was given up: the backend failed, or what it handed over is wrong.
#[derive(Debug)]
pub(super) enum Failure {
    Backend(StateError),
    Stored(Problem),
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::Backend(error)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Stored(problem)
    }
}

impl From<Imbalance> for Failure {
    fn from(imbalance: Imbalance) -> Self {
        Self::Stored(Problem::Damaged(imbalance.to_string()))
    }
}

impl Failure {
    /// The error of the whole change, in the words of the backend.
    pub(super) fn into_error(self, backend: &dyn Backend) -> StateError {
        match self {
            Self::Backend(error) => error,
            Self::Stored(problem) => backend.unusable(problem),
        }
    }
}
