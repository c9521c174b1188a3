//! What can go wrong between the program and its database.

/// A store's failure. "No such row, or not for you" is not one: that is `Ok(None)`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Someone was faster: the version that was read is no longer the present one.
    #[error("the record changed since it was read")]
    Stale,
    /// A named constraint refused; pages turn the ones they expect into field problems.
    #[error("the database refused: {0}")]
    Refused(String, #[source] sqlx::Error),
    /// No connection within the time allowed, or the server is gone.
    #[error("the database can't be reached")]
    Away(#[source] sqlx::Error),
    /// The program serves and has not found its database yet.
    #[error("the database is not there yet")]
    NotYet,
    /// It answers and takes nothing that is written: a replica, most likely.
    #[error("the database can only be read")]
    ReadOnly,
    /// Others hold what is needed, for longer than a page may wait.
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    /// Two waited for each other, and this one was ended. Done anew it may well succeed.
    #[error("the database ended this in favour of another's work")]
    Crossed(#[source] sqlx::Error),
    /// Anything else that the database reports.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// The database has a form that this version of the program doesn't know.
    #[error(
        "another version of the program made this database: its migration {0} is not the one known \
         here. Use that version, or another database (another folder with --data DIR)"
    )]
    OtherForm(i64),
    /// The database was made by an older version.
    #[error(
        "the database has not the form that this version needs: migration {0} is missing. Make a \
         backup and run `anjie migrate`"
    )]
    OldForm(i64),
    /// A column holds what no rule would have written.
    #[error("{table}.{column} holds {value:?}, which means nothing")]
    Unreadable { table: &'static str, column: &'static str, value: String },
    /// A sealed value doesn't open with the program's key.
    #[error("a sealed value does not open")]
    Sealed,
}

/// What the store answers.
pub type StoreResult<T> = Result<T, StoreError>;

impl StoreError {
    /// What broke, in a word without anything of what was worked on.
    pub fn code(&self) -> String {
        let (what, cause) = match self {
            Self::Stale => ("stale", None),
            Self::Refused(constraint, _) => return format!("refused {constraint}"),
            Self::Away(cause) => ("away", Some(cause)),
            Self::Busy(cause) => ("busy", Some(cause)),
            Self::Database(cause) => ("database", Some(cause)),
            Self::Crossed(cause) => ("crossed", Some(cause)),
            Self::NotYet => ("not yet", None),
            Self::ReadOnly => ("read only", None),
            Self::OtherForm(_) | Self::OldForm(_) => ("form", None),
            Self::Unreadable { table, column, .. } => {
                return format!("unreadable {table}.{column}");
            }
            Self::Sealed => ("sealed", None),
        };
        let state = cause.and_then(|cause| cause.as_database_error()?.code());
        state.map_or_else(|| what.to_owned(), |state| format!("{what} {state}"))
    }

    /// Whether this named constraint refused.
    pub fn on_constraint(&self, name: &str) -> bool {
        matches!(self, Self::Refused(constraint, _) if constraint == name)
    }
}

impl From<sqlx::Error> for StoreError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "sqlx::Error is non-exhaustive")]
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) => match refusal.constraint() {
                Some(constraint) => Self::Refused(constraint.to_owned(), error),
                None => match refusal.code().as_deref() {
                    Some(code) if is_going(code) => Self::Away(error),
                    Some(code) if is_held_up(code) => Self::Busy(error),
                    Some("40P01" | "40001") => Self::Crossed(error),
                    _ => Self::Database(error),
                },
            },
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Away(error)
            }
            // sqlx may grow new kinds of errors; each is a failure of the database.
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether the database may come, or come back, by itself.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Away(_) | Self::NotYet | Self::ReadOnly | Self::Busy(_))
    }
}

/// The codes of a server that starts, stops, has no room for one more (nor for a row: 53100), or
/// has become a replica.
fn is_going(code: &str) -> bool {
    ["08", "53"].iter().any(|class| code.starts_with(class))
        || ["57P01", "57P02", "57P03", "25006"].contains(&code)
}

/// The codes of a lock that took too long, and of a statement that was stopped for its length.
fn is_held_up(code: &str) -> bool {
    ["55P03", "57014"].contains(&code)
}
