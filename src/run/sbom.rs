//! `anjie sbom`.

use std::process::ExitCode;

use anjie::sbom;

use super::say;

/// Prints the list. It needs neither settings nor a database.
pub fn run() -> anyhow::Result<ExitCode> {
    say(&format!("{:#}", sbom::document()?));
    Ok(ExitCode::SUCCESS)
}
