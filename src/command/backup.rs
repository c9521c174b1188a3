//! What may be typed after `anjie backup-key`, `backup` and `restore`.

use std::path::PathBuf;

use clap::Args;

use super::Local;

#[derive(Debug, Args)]
pub struct BackupKey {
    /// New file for the private part
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// New file for the backup
    pub file: PathBuf,
    /// The public part of the key [default: ANJIE_BACKUP_RECIPIENT]
    #[arg(long, value_name = "anjie1…")]
    pub recipient: Option<String>,
    #[command(flatten)]
    pub local: Local,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    pub file: PathBuf,
    /// The private part of the key that it was made for
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The master key that the data are sealed with [default: that of the folder or ANJIE_KEYS_FILE]
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// The list of what was destroyed since (ANJIE_ANCHOR_FILE with .destroyed): it is destroyed again
    /// [default: that list, where it is there]
    #[arg(long, value_name = "FILE")]
    pub destroyed: Option<PathBuf>,
    #[command(flatten)]
    pub local: Local,
}
