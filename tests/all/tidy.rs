//! What the project promises about its own source.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// `unsafe` blocks in the whole project: the file mapping and the kernels' dispatch.
const UNSAFE_BLOCKS_MAX: usize = 6;

/// Longest source file, in lines; past that it is more than one room.
const FILE_LINES_MAX: usize = 800;

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["crates", "tests", "examples", "benches"] {
        collect(&root().join(folder), &mut found);
    }
    assert!(found.len() > 50, "the source is somewhere else: {}", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn unsafe_stays_in_two_modules_of_the_store() {
    let mut blocks = 0;
    for path in sources() {
        let source = fs::read_to_string(&path).unwrap();
        let here = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .filter(|line| {
                line.contains(concat!("unsafe", " {")) || line.contains(concat!("unsafe", " impl"))
            })
            .count();
        let place = path.to_string_lossy();
        let allowed = place.contains("milepost-store/src/map.rs")
            || place.contains("milepost-store/src/kernel/dispatch.rs");
        assert!(here == 0 || allowed, "{place} has {here} unsafe blocks");
        blocks += here;
    }
    assert!(blocks > 0, "the count finds no block: is the pattern still right?");
    assert!(blocks <= UNSAFE_BLOCKS_MAX, "{blocks} unsafe blocks");
}

#[test]
fn every_other_crate_forbids_unsafe_code() {
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("milepost-store") || !path.is_dir() {
            continue;
        }
        let lib = fs::read_to_string(path.join("src/lib.rs")).unwrap();
        assert!(lib.contains("#![forbid(unsafe_code)]"), "{}", path.display());
    }
}

#[test]
fn files_stay_small_and_explain_themselves() {
    for path in sources() {
        let source = fs::read_to_string(&path).unwrap();
        let lines = source.lines().count();
        assert!(lines <= FILE_LINES_MAX, "{} has {lines} lines", path.display());
        let is_test =
            path.components().any(|part| part.as_os_str().to_string_lossy().contains("test"));
        assert!(is_test || source.starts_with("//!"), "{} says nothing", path.display());
        for (number, line) in source.lines().enumerate() {
            assert!(!line.ends_with(' '), "{}:{}: blank at the end", path.display(), number + 1);
        }
    }
}
