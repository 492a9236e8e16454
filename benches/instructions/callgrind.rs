//! Counts instructions with Callgrind.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use milepost_benches::Failure;

use crate::COUNTED;

/// Callgrind collects while the function is on the stack, and writes what it has when it returns.
const FUNCTION: &str = "instructions::subjects::counted";

/// Why instructions cannot be counted here, if they cannot.
pub(crate) fn is_no_use() -> Option<&'static str> {
    if cfg!(not(all(target_arch = "x86_64", target_os = "linux"))) {
        return Some("the expected counts are those of x86-64 and Linux");
    }
    #[cfg(target_arch = "x86_64")]
    if !is_x86_feature_detected!("avx2") {
        return Some("this processor has no AVX2");
    }
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    version.is_err().then_some("Valgrind is not installed")
}

/// The instructions of every subject in this program's own code, over a store. Those of the C
/// library (allocations, copies) are left out: they depend on its version and on the processor.
pub(crate) fn count(store: &Path) -> Result<Vec<(String, u64)>, Failure> {
    let program = env::current_exe()?;
    let directory = tempfile::tempdir()?;
    let out = directory.path().join("counts");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .args([format!("--toggle-collect={FUNCTION}"), format!("--dump-after={FUNCTION}")])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .args([program.as_os_str(), COUNTED.as_ref(), store.as_os_str()])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("Valgrind ends with {}", output.status).into());
    }
    let names = String::from_utf8(output.stdout)?;
    let own = format!("ob={}", program.display());
    let counts = names.lines().zip(1..).map(|(name, part)| {
        let dump = fs::read_to_string(format!("{}.{part}", out.display()))?;
        match own_instructions(&dump, &own) {
            0 => Err(format!("Callgrind counts no instruction of {name}").into()),
            count => Ok((name.to_owned(), count)),
        }
    });
    counts.collect()
}

/// Adds up the costs of an object's functions, without those of what they call.
fn own_instructions(dump: &str, own: &str) -> u64 {
    let (mut count, mut is_own, mut is_of_call) = (0, false, false);
    for line in dump.lines() {
        if line.starts_with("ob=") {
            is_own = line == own;
        } else if line.starts_with("calls=") {
            is_of_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok());
            if is_own && !is_of_call {
                count += cost.unwrap_or(0);
            }
            is_of_call = false;
        }
    }
    count
}
