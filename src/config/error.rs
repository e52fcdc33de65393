//! The error of settings: a list of sentences, one for each problem.

use std::collections::BTreeSet;
use std::fmt;

/// All problems of the settings, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The problems; there is at least one.
    pub problems: Vec<String>,
}

impl ConfigError {
    /// The error with these problems, `None` if there are none. Each problem is kept once, because a wrong value in
    /// `defaults` is found again for every account.
    pub(crate) fn from_problems(mut problems: Vec<String>) -> Option<Self> {
        let mut seen = BTreeSet::new();
        problems.retain(|problem| seen.insert(problem.clone()));
        (!problems.is_empty()).then_some(Self { problems })
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for ConfigError {}
