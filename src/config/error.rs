//! What is wrong with settings.

use std::collections::BTreeSet;
use std::fmt;

/// What is wrong with the settings: every problem, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<String>,
}

impl ConfigError {
    /// The error of these problems, `None` if there are none. A wrong default is found once per account, and said
    /// once.
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
