//! The command line; nothing else.

mod run;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    run::run().await
}
