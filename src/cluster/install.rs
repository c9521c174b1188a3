//! Installing the distribution's PostgreSQL, where we are root and it has a package tool we know.

use std::path::Path;

use super::error::last_lines;
use super::{ClusterError, is_root, program};

/// The commands that install PostgreSQL, one after the other.
type Steps = &'static [&'static [&'static str]];

const TOOLS: [(&str, Steps); 2] = [
    (
        "/usr/bin/apt-get",
        &[&["-q", "update"], &["-q", "-y", "install", "--no-install-recommends", "postgresql"]],
    ),
    ("/usr/bin/dnf", &[&["-y", "install", "postgresql-server", "postgresql-contrib"]]),
];

/// Installs the package; says that nothing is installed where it can't.
pub fn install() -> Result<(), ClusterError> {
    let tool = TOOLS.iter().find(|(tool, _)| is_root() && Path::new(tool).is_file());
    let Some((tool, steps)) = tool else { return Err(ClusterError::NoPrograms) };
    tracing::warn!(
        "PostgreSQL is not installed: installing the distribution's package with {tool} \
         (--no-install forbids this)"
    );
    steps.iter().try_for_each(|step| run(tool, step))
}

fn run(tool: &str, step: &[&str]) -> Result<(), ClusterError> {
    let said = program::at(tool)
        .args(step)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .output()
        .map_err(|source| ClusterError::CannotRun { program: tool.into(), source })?;
    if said.status.success() {
        return Ok(());
    }
    Err(ClusterError::NotInstalled { said: last_lines(&said.stderr) })
}
