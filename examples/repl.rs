//! Opens the REPL on a store, or on the built-in figures of Viet Nam Social Security.
//!
//! ```sh
//! cargo run --release --example repl                 # the built-in figures
//! cargo run --release --example repl vss.milepost    # a store, created if absent
//! echo 'si.participants in VN at 2024-06' | cargo run -q --release --example repl -- --mode csv
//! ```

use std::process::ExitCode;

fn main() -> ExitCode {
    milepost_shell::repl_main()
}
