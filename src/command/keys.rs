//! What may be typed after `anjie keys`.

use clap::Subcommand;

use super::Local;

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Put a new key before the others in the key file; it seals what is new after a restart
    Add {
        #[command(flatten)]
        local: Local,
    },
    /// Seal everything anew with the newest key and the cipher that is set, while others work
    ///
    /// Can be interrupted and begun again. Ends with status 1 when something doesn't open.
    Rotate {
        /// No `anjie serve` runs on this database
        #[arg(long)]
        nobody_serves: bool,
        #[command(flatten)]
        local: Local,
    },
    /// Say whether the keys fit this database, and how much is sealed with which
    Check {
        #[command(flatten)]
        local: Local,
    },
}
