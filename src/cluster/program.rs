//! The only place from which other programs are started.

use std::ffi::OsStr;
use std::process::Command;

/// The program at this path, to be given its arguments and started.
#[expect(clippy::disallowed_methods, reason = "this is the only place that starts programs")]
pub fn at(path: impl AsRef<OsStr>) -> Command {
    Command::new(path)
}
