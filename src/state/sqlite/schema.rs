//! The tables of a state file. Everything but the ticket records is text that `sqlite3` shows readably.

/// `PRAGMA application_id`: "ZDEX". Tells our files from other databases.
pub(super) const APPLICATION_ID: i64 = 0x5a44_4558;

/// Makes the tables. `unsolved` is 1 or NULL: it costs nothing in the rows of solved tickets, and
/// the partial index over it holds the records of the unsolved ones side by side, so that they are
/// read without touching the rest.
pub(super) const CREATE: &str = "
CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    unsolved INTEGER
);
CREATE INDEX tickets_unsolved ON tickets (record) WHERE unsolved = 1;
CREATE TABLE cells (
    family TEXT NOT NULL,
    labels TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (family, labels)
) WITHOUT ROWID;
CREATE TABLE dictionary (
    set_name TEXT NOT NULL,
    number INTEGER NOT NULL,
    value TEXT NOT NULL,
    shown INTEGER NOT NULL,
    PRIMARY KEY (set_name, number)
) WITHOUT ROWID;
";

/// Reads the unsolved tickets. The index must hold all that is read here.
pub(super) const SELECT_UNSOLVED: &str =
    "SELECT id, record FROM tickets INDEXED BY tickets_unsolved WHERE unsolved = 1";
