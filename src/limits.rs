//! Every time-out, every cap and every size in one place. The table in the README's Operations is
//! held to these figures by a test.

use std::time::Duration;

use crate::domain::document;

/// How long an instance goes by the security administrators' settings before it reads them again.
pub const SETTINGS_HELD: Duration = Duration::from_secs(5);
/// A page waits no longer for settings of which older ones are known: it waits for a connection as well.
pub const SETTINGS_READ: Duration = Duration::from_millis(500);

/// How long the program is patient with those who connect, and how many it lets in. A value, so
/// that a test can be impatient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the opening of a connection, or from the answer before, to the end of the next
    /// request's header: what dribbles in, and what says nothing, is cut.
    pub header: Duration,
    /// Between two pieces of a body.
    pub body: Duration,
    /// For an answer that its reader does not take. Longer than the others: the system only says
    /// that something was taken when a third of its buffer is free again.
    pub answer: Duration,
    /// From the header to the answer.
    pub request: Duration,
    /// The same where files come along.
    pub upload: Duration,
    /// Until a scanner for malware has answered about the files of a form; those without an answer
    /// wait for one. Well below what a request may take.
    pub scan: Duration,
    /// From being told to stop to having stopped, requests in flight or not.
    pub stop: Duration,
    /// Connections at once. Together with the pool they stay below the 1,024 files that a process
    /// may open where nobody raised that.
    pub connections: usize,
    /// Of these, from one address; a trusted proxy speaks for many and is bound by the whole only.
    pub per_address: usize,
}

impl Limits {
    /// What the program runs with.
    pub const PRODUCTION: Self = Self {
        header: Duration::from_secs(10),
        body: Duration::from_secs(10),
        answer: Duration::from_secs(30),
        request: Duration::from_secs(10),
        upload: Duration::from_mins(2),
        scan: Duration::from_secs(5),
        stop: Duration::from_secs(10),
        connections: 800,
        per_address: 400,
    };
}

/// Lines of a request's header.
pub const HEADER_LINES: usize = 100;
/// A request's header, its first line included.
pub const HEADER_BYTES: usize = 64 * 1024;
/// The fields of a form or the parameters of an address: no page has as many.
pub const PARAMETERS: usize = 5_000;

/// A form of some fields.
pub const FORM: usize = 64 * 1024;
/// A form in which someone writes at length, or which carries a list.
pub const LONG_FORM: usize = 1024 * 1024;
/// One file.
pub const FILE: usize = document::LARGEST;
/// What all files that are being received may take of the memory; a file that would take more is
/// refused for now.
pub const FILES_AT_ONCE: usize = 256 * 1024 * 1024;
/// In steps of so much; a smaller file counts as nothing.
pub const FILE_PIECE: usize = 1024 * 1024;
/// What one person files in 24 hours, and what one unit does; the database refuses more
/// (`filing_limit` of migration 0013).
pub const FILED_BY_PERSON: usize = 1024 * 1024 * 1024;
pub const FILED_BY_UNIT: usize = 10 * 1024 * 1024 * 1024;
/// One file of the largest size with its form.
pub const UPLOAD: usize = FILE + LONG_FORM;
/// Files that come with one form.
pub const FILES: usize = 100;
/// A browser's report of what the policy stopped.
pub const VIOLATION: usize = 16 * 1024;
/// Such reports a minute that are logged.
pub const VIOLATIONS_A_MINUTE: u32 = 60;

/// How often a request is carried out anew that waited for another which waited for it.
pub const AGAIN: u32 = 3;
/// A watcher learns in this time whether the database answers.
pub const READY: Duration = Duration::from_millis(900);
/// How long the answer to what was refused waits for its trace.
pub const TRACE: Duration = Duration::from_millis(500);

/// What the clock starts. Whatever happens to an instance, its work is another's within a lease and
/// a look: in less than a minute.
pub mod job {
    use std::time::Duration;

    /// From one look at the schedule to the next.
    pub const LOOK: Duration = Duration::from_secs(15);
    /// How long the others wait for a sign of life of the instance that works on a run.
    pub const LEASE: Duration = Duration::from_secs(30);
    /// Until a scanner for malware has answered about a file that waited.
    pub const SCAN: Duration = Duration::from_mins(1);
    /// Until it has said that it is there.
    pub const PING: Duration = Duration::from_secs(2);
    /// So many of them are scanned a minute.
    pub const SCANS: usize = 60;
    /// Matters that are looked at together whether their period is over.
    pub const MATTERS: i64 = 200;
    /// So many are destroyed in a night at most: what is wrong with a rule is seen before all is gone.
    pub const DESTROYED: usize = 2_000;
}

/// What the program asks of the database.
pub mod pool {
    use std::time::Duration;

    /// Connections of one program.
    pub const CONNECTIONS: u32 = 16;
    /// Waiting for one of them.
    pub const ACQUIRE: Duration = Duration::from_secs(2);
    /// One statement of a page, as PostgreSQL writes it.
    pub const STATEMENT: &str = "5s";
    /// One statement of a job.
    pub const JOB_STATEMENT: &str = "60s";
    /// Waiting for a lock.
    pub const LOCK: &str = "2s";
    /// A transaction in which nothing happens.
    pub const IDLE_IN_TRANSACTION: &str = "15s";
    /// Between two attempts to reach it, before the program has ever served.
    pub const RETRY: Duration = Duration::from_secs(1);
    /// Leaving: connections that are still busy then are dropped.
    pub const CLOSE: Duration = Duration::from_secs(2);
}
