//! What may be typed after `anjie retention`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::Local;

#[derive(Debug, Subcommand)]
pub enum Retention {
    /// Another period for a class, from a day to come
    ///
    /// A longer one holds for all that is kept, a shorter one for what begins after that day.
    Set(SetPeriod),
    /// Destroy what the list names and what fell due, in a database that was put back by other means
    /// than `anjie restore`, before it is served
    Apply(Apply),
}

#[derive(Debug, Args)]
pub struct SetPeriod {
    /// case_file, visit, void_visit, import_file, draft, session, sign_in_attempt, job_run, watch or
    /// audit
    pub class: String,
    #[arg(long, value_name = "N")]
    pub months: Option<u16>,
    #[arg(long, value_name = "N")]
    pub days: Option<u16>,
    /// The first day of the new period, tomorrow at the earliest
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: NaiveDate,
    /// By what law, or whose decision
    #[arg(long, value_name = "TEXT")]
    pub basis: String,
    #[command(flatten)]
    pub local: Local,
}

#[derive(Debug, Args)]
pub struct Apply {
    /// The list of what was destroyed [default: beside ANJIE_ANCHOR_FILE, where it is there]
    #[arg(long, value_name = "FILE")]
    pub destroyed: Option<PathBuf>,
    #[command(flatten)]
    pub local: Local,
}
