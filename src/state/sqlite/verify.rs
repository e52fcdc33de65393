//! What is wrong with a state file.

use std::path::Path;

use super::Sqlite;
use super::file::StateFile;
use crate::state::inspect::PROBLEMS_MAX;
use crate::state::{self, StateError, Verification};

/// Reads every page and every record of the state of `account` at `path`, as
/// [`state::verify`] does.
///
/// # Errors
///
/// As there; what is wrong further in the file is in [`Verification::problems`].
pub fn verify(path: &Path, account: &str) -> Result<Verification, StateError> {
    let mut verification = state::verify(&mut Sqlite::for_reading(path), account)?;
    let mut problems = quick_check(&StateFile::new(path));
    problems.append(&mut verification.problems);
    problems.truncate(PROBLEMS_MAX);
    verification.problems = problems;
    Ok(verification)
}

/// What SQLite itself finds in the pages of the file.
fn quick_check(file: &StateFile) -> Vec<String> {
    let check = || {
        let connection = file.open_for_reading()?;
        let lines = || -> rusqlite::Result<Vec<String>> {
            connection
                .prepare(&format!("PRAGMA quick_check({PROBLEMS_MAX})"))?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        lines().map_err(|source| file.failed(source))
    };
    match check() {
        Ok(lines) => lines.into_iter().filter(|line| line != "ok").collect(),
        Err(error) => vec![error.to_string()],
    }
}
