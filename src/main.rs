//! The `reachlint` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    reachlint::cli::main()
}
