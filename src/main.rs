//! The `retake` command; everything is in the library's `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    retake::cli::main()
}
