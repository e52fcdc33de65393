//! An error together with its causes.

use std::error::Error;

/// What an error came from, one after the other.
pub fn sources<'a>(error: &'a dyn Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |error: &&'a (dyn Error + 'static)| {
        (**error).source()
    })
}

/// An error and what it came from, as one line.
pub fn with_sources(error: &dyn Error) -> String {
    let mut line = error.to_string();
    for cause in sources(error) {
        let cause_line = cause.to_string();
        // Some libraries print their source themselves.
        if !line.ends_with(&cause_line) {
            line.push_str(": ");
            line.push_str(&cause_line);
        }
    }
    line
}
