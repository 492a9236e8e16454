//! How many instructions the hot paths take: a check that no clock can disturb.
//!
//! `cargo bench --bench instructions` runs this program again under Valgrind's Callgrind, where it
//! counts what `subjects` does, and compares with `expected.txt`. With `UPDATE_EXPECT=1` it
//! writes that file instead.

mod callgrind;
mod expected;
mod subjects;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs};

use milepost_benches::workload::{Size, Workload};
use milepost_benches::{Failure, files, load};

use expected::{Counts, Verdict};

/// The argument that stands before the store, where this program runs under Callgrind.
const COUNTED: &str = "--counted";

fn main() -> Result<ExitCode, Failure> {
    let mut arguments = env::args().skip(1).skip_while(|argument| argument != COUNTED);
    if let Some(store) = arguments.nth(1) {
        subjects::run(Path::new(&store))?;
        return Ok(ExitCode::SUCCESS);
    }
    // Not kept: what an import writes is part of what is counted.
    let directory = tempfile::tempdir()?;
    let store = directory.path().join("store");
    load(&files(&Workload::new(Size::Sixteenth), directory.path())?, &store)?.close()?;
    if env::args().any(|argument| argument == "--test") {
        subjects::run(&store)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(reason) = callgrind::is_no_use() {
        println!("instructions are NOT COUNTED: {reason}");
        return Ok(ExitCode::SUCCESS);
    }
    let counts = Counts { compiler: compiler()?, counts: callgrind::count(&store)? };
    judge(&counts)
}

/// The compiler, as it names itself: another one makes other instructions.
fn compiler() -> Result<String, Failure> {
    let version = Command::new("rustc").arg("--version").output();
    let version = version.map_err(|error| format!("rustc --version: {error}"))?;
    Ok(String::from_utf8(version.stdout)?.trim().to_owned())
}

/// Compares with the file, or writes it.
fn judge(counts: &Counts) -> Result<ExitCode, Failure> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions/expected.txt");
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, counts.to_string())?;
        println!("{path} is written");
        return Ok(ExitCode::SUCCESS);
    }
    let expected: Counts = fs::read_to_string(path)?.parse()?;
    if expected.compiler != counts.compiler {
        println!("{counts}");
        println!("NOT COMPARED: what is expected is of {}", expected.compiler);
        return Ok(ExitCode::SUCCESS);
    }
    let verdicts = expected.compare(counts);
    for (name, verdict) in &verdicts {
        println!("{verdict}  {name}");
    }
    let is_worse = verdicts.iter().any(|(_, verdict)| verdict.is_worse());
    if !verdicts.iter().all(|(_, verdict)| matches!(verdict, Verdict::Alike { .. })) {
        println!("if that is meant: UPDATE_EXPECT=1 cargo bench --bench instructions");
    }
    Ok(if is_worse { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
