//! The command line of milepost; see the library of the same package.

use std::process::ExitCode;

fn main() -> ExitCode {
    milepost_shell::main()
}
