//! What a past leaves in its directory.

use flate2::read::GzDecoder;
use tempfile::TempDir;

use super::*;
use crate::app::past::BLOCK_HOURS;

const BLOCK_SECONDS: i64 = BLOCK_HOURS * 3_600;

use crate::metrics::ExporterMetrics;
use crate::ticket::UnixSeconds;

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("it is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort_unstable();
    names
}

fn exposition() -> Exposition {
    Exposition::new(Vec::new(), ExporterMetrics::new(UnixSeconds(0)))
}

#[test]
fn a_file_holds_scrapes_of_one_block_and_no_more_than_fit_into_memory() {
    let directory = TempDir::new().expect("a directory");
    let mut files = PastFiles::in_directory(directory.path()).expect("empty");
    // Two scrapes of one block, one of the next, and 73 of another.
    let others = (0..=72).map(|minute| 3 * BLOCK_SECONDS + 60 * minute);
    let first = [BLOCK_SECONDS - 900, BLOCK_SECONDS - 60, BLOCK_SECONDS];
    for at in first.into_iter().chain(others) {
        files.scrape(&exposition(), at).expect("written");
    }
    let written_past = files.keep("30d").expect("written");
    assert_eq!(written_past.windows, 4);
    let names = names_in(directory.path());
    assert_eq!(names, ["001.om.gz", "002.om.gz", "003.om.gz", "004.om.gz"]);
    let scrapes = names.iter().map(|name| {
        let file = File::open(directory.path().join(name)).expect("readable");
        let text = io::read_to_string(GzDecoder::new(file)).expect("gzip");
        assert!(text.ends_with("# EOF\n"));
        text.lines().filter(|line| line.starts_with("up{")).count()
    });
    assert_eq!(scrapes.collect::<Vec<_>>(), [2, 1, 72, 1]);
}

#[test]
fn a_past_that_is_not_kept_leaves_no_files() {
    let directory = TempDir::new().expect("a directory");
    let new = directory.path().join("new");
    for output in [directory.path(), &new] {
        let mut files = PastFiles::in_directory(output).expect("empty");
        files.scrape(&exposition(), 0).expect("written");
        files.scrape(&exposition(), BLOCK_SECONDS).expect("written");
        files.wait().expect("written");
        assert_eq!(names_in(output), ["001.om.gz"]);
        files
            .scrape(&exposition(), 2 * BLOCK_SECONDS)
            .expect("begun");
        drop(files);
    }
    assert!(!new.exists());
    assert!(names_in(directory.path()).is_empty());
}

#[test]
fn a_file_that_cannot_be_written_is_reported_with_the_next_one_or_at_the_end() {
    let directory = TempDir::new().expect("a directory");
    let mut files = PastFiles::in_directory(directory.path()).expect("empty");
    fs::create_dir(directory.path().join("002.om.gz")).expect("created");
    files.scrape(&exposition(), 0).expect("fits into memory");
    files.scrape(&exposition(), BLOCK_SECONDS).expect("written");
    let error = files.keep("30d").expect_err("the second is a directory");
    let expected = format!("cannot write {}/002.om.gz", directory.path().display());
    assert_eq!(error.to_string(), expected);
    assert_eq!(names_in(directory.path()), ["002.om.gz"]);
}

#[test]
fn only_an_empty_directory_is_written_to() {
    let directory = TempDir::new().expect("a directory");
    let taken = directory.path().join("taken");
    fs::write(&taken, "mine").expect("written");
    let problem = |output: &Path| {
        let files = PastFiles::in_directory(output);
        files.expect_err("refused").to_string()
    };
    let path = directory.path().display();
    assert_eq!(
        problem(directory.path()),
        format!("--output: {path} is not empty; name a new or empty directory")
    );
    for output in [&taken, &taken.join("below"), Path::new("")] {
        let problem = problem(output);
        let expected = format!("--output: cannot write to {}: ", output.display());
        assert!(problem.starts_with(&expected), "{problem}");
    }
    assert_eq!(names_in(directory.path()), ["taken"]);
}
