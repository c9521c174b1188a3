//! The command line; nothing else.

mod run;

use std::process::ExitCode;

use anjie::limits;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            run::complain(&format!("the program can't start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run::run());
    // A workbook that is still read, or a password that is still hashed, holds nobody up.
    runtime.shutdown_timeout(limits::pool::CLOSE);
    code
}
