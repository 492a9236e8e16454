//! The commands that make, fill and check a store.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;

use milepost::{Definition, Store};
use milepost_io::{
    ImportOptions, ImportReport, Observations, check_file, import_file, read_catalogue_file,
    read_observations,
};

use crate::arguments::{CheckArguments, DefineArguments, ImportArguments};
use crate::escape::escape;
use crate::failure::Failure;
use crate::progress::Progress;

/// How many names a warning lists, and how many warnings are said.
const NAMES_MAX: usize = 5;

/// What a command did, said on standard output even if it fails later, and warnings for standard
/// error.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) done: String,
    pub(crate) warnings: String,
}

/// `milepost define`: reads every file before the store is touched; one commit.
pub(crate) fn define(arguments: &DefineArguments, report: &mut Report) -> Result<(), Failure> {
    let mut definitions = Vec::new();
    let mut defined = String::new();
    for file in &arguments.files {
        let read = read_catalogue_file(file).map_err(|error| io_failure(&error))?;
        let _ = writeln!(defined, "{}: {}", shown(file), sorts(&read));
        definitions.extend(read);
    }
    if is_absent(&arguments.store) {
        // Definitions that do not fit each other must not leave an empty store behind.
        let mut rehearsal = Store::in_memory();
        rehearsal.define_all(definitions.clone()).map_err(|error| Failure::from_library(&error))?;
    }
    let mut store = open_or_create(&arguments.store, &mut report.done)?;
    store.define_all(definitions).map_err(|error| Failure::from_library(&error))?;
    report.done.push_str(&defined);
    let warnings = store.snapshot().catalogue().check();
    for warning in warnings.iter().take(NAMES_MAX) {
        let _ = writeln!(report.warnings, "warning: {}", escape(&warning.to_string()));
    }
    if warnings.len() > NAMES_MAX {
        let _ =
            writeln!(report.warnings, "warning: {} more like these", warnings.len() - NAMES_MAX);
    }
    store.close().map_err(|error| Failure::from_library(&error))
}

/// `34 indicators`, `130 regions`
fn sorts(definitions: &[Definition]) -> String {
    let count = |is: fn(&Definition) -> bool| definitions.iter().filter(|d| is(d)).count();
    let sorts = [
        (count(|d| matches!(d, Definition::Indicator(_))), "indicator"),
        (count(|d| matches!(d, Definition::Region(_))), "region"),
        (count(|d| matches!(d, Definition::Milestone(_))), "milestone"),
    ];
    let sorts: Vec<String> = sorts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count as u64, word))
        .collect();
    if sorts.is_empty() { "nothing".to_owned() } else { sorts.join(", ") }
}

/// `milepost import`: one commit for each file.
pub(crate) fn import(arguments: &ImportArguments, report: &mut Report) -> Result<(), Failure> {
    let options = ImportOptions {
        published: match &arguments.published {
            None => None,
            Some(day) => Some(day.parse().map_err(|error| {
                Failure::Usage(format!("error: --published {}: {error}", escape(day)))
            })?),
        },
        source: arguments.source.clone(),
        strict: arguments.strict,
    };
    for file in arguments.files.iter().filter(|file| !is_stdin(file)) {
        File::open(file)
            .map_err(|error| Failure::Refused(format!("error: {}: {error}", shown(file))))?;
    }
    // A file that does not fit must not leave an empty store behind: one that is absent is created
    // when the first file has been read.
    let mut opened = match is_absent(&arguments.store) {
        true if options.strict => return Err(nothing_declared(&arguments.store)),
        true => None,
        false => Some(open_or_create(&arguments.store, &mut report.done)?),
    };
    for file in &arguments.files {
        let mut progress = Progress::new(&file.display().to_string());
        let read = read_ahead(file, &options, opened.is_none(), &mut progress)
            .map_err(|error| io_failure(&error))?;
        let store = match &mut opened {
            Some(store) => store,
            None => opened.insert(open_or_create(&arguments.store, &mut report.done)?),
        };
        let imported = match read {
            Some(read) => read.commit(store),
            None => import_file(store, file, &options, &mut |now| progress.update(now)),
        };
        drop(progress);
        describe(&imported.map_err(|error| io_failure(&error))?, report);
    }
    match opened {
        Some(store) => store.close().map_err(|error| Failure::from_library(&error)),
        None => Ok(()),
    }
}

/// Reads standard input, which can be read once, where the name is `-`. A file is only checked, and
/// that if it has to be sound before there is a store.
fn read_ahead(
    file: &Path,
    options: &ImportOptions,
    is_checked: bool,
    progress: &mut Progress,
) -> milepost_io::Result<Option<Observations>> {
    if is_stdin(file) {
        let input = std::io::stdin().lock();
        return read_observations(input, "standard input", options).map(Some);
    }
    if is_checked {
        check_file(file, options, &mut |now| progress.update(now))?;
    }
    Ok(None)
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn nothing_declared(store: &Path) -> Failure {
    Failure::Refused(format!(
        "error: {} is no store yet, so nothing is declared that `--strict` would admit; \
         `milepost define` declares it",
        shown(store)
    ))
}

fn describe(import: &ImportReport, report: &mut Report) {
    let receipt = &import.receipt;
    let _ = write!(
        report.done,
        "{}: {}: {} new, {} revised, {} unchanged",
        escape(&import.file),
        counted(import.rows, "row"),
        receipt.added,
        receipt.revised,
        receipt.unchanged
    );
    for (count, word) in [(import.withdrawals, "withdrawn"), (import.skipped_missing, "empty")] {
        if count > 0 {
            let _ = write!(report.done, ", {count} {word}");
        }
    }
    report.done.push('\n');
    if !import.ignored.is_empty() {
        let _ = writeln!(
            report.warnings,
            "warning: {}: {} not read ({}); `milepost import --help` lists those that are",
            escape(&import.file),
            counted(import.ignored.len() as u64, "column"),
            listed(&import.ignored)
        );
    }
    let registered = [
        (&receipt.registered.indicators, "indicator", "indicators.csv"),
        (&receipt.registered.regions, "region", "regions.csv"),
    ];
    for (names, word, file) in registered {
        if names.is_empty() {
            continue;
        }
        let _ = writeln!(
            report.warnings,
            "warning: {} undeclared ({}): shown and compared, never rolled up; \
             `milepost define STORE {file}` declares them",
            counted(names.len() as u64, word),
            listed(names)
        );
    }
}

/// The first names, and `…` where there are more.
fn listed(names: &[String]) -> String {
    let mut shown: Vec<String> =
        names.iter().take(NAMES_MAX).map(|name| escape(name).into_owned()).collect();
    if names.len() > NAMES_MAX {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// `milepost check`: every checksum, then what the store holds.
pub(crate) fn check(arguments: &CheckArguments, report: &mut Report) -> Result<(), Failure> {
    let store = open_read_only(&arguments.store)?;
    let held = store.verify().map_err(|error| Failure::from_library(&error))?;
    let snapshot = store.snapshot();
    let catalogue = snapshot.catalogue();
    let _ = writeln!(report.done, "{}: no damage", shown(&arguments.store));
    let counts = [
        (catalogue.indicators().len() as u64, "indicator"),
        (catalogue.regions().len() as u64, "region"),
        (catalogue.milestones().len() as u64, "milestone"),
        (held.points, "figure"),
        (held.commits, "commit"),
        (held.segments, "segment"),
        (held.segment_bytes, "segment byte"),
        (held.frames, "frame"),
        (held.superseded_frames, "superseded frame"),
    ];
    for (count, word) in counts {
        let _ = writeln!(report.done, "  {}", counted(count, word));
    }
    Ok(())
}

/// Opens a store for reading; one that is absent is an error with a hint.
pub(crate) fn open_read_only(path: &Path) -> Result<Store, Failure> {
    if is_absent(path) {
        return Err(Failure::Store(format!(
            "error: {} is no store; `milepost define` and `milepost import` create one",
            shown(path)
        )));
    }
    refuse_file(path)?;
    Store::open_read_only(path).map_err(|error| opening_failure(&error))
}

/// Opens a store for writing, or creates it and says so.
fn open_or_create(path: &Path, said: &mut String) -> Result<Store, Failure> {
    let is_new = is_absent(path);
    refuse_file(path)?;
    let store = Store::open_or_create(path).map_err(|error| opening_failure(&error))?;
    if is_new {
        let _ = writeln!(said, "created {}", shown(path));
    }
    Ok(store)
}

/// Opens a store for reading, created and said so where there is none: a prompt holds no lock, so
/// that an import can go on beside it.
pub(crate) fn open_or_create_then_read(path: &Path, said: &mut String) -> Result<Store, Failure> {
    if is_absent(path) {
        let store = open_or_create(path, said)?;
        store.close().map_err(|error| opening_failure(&error))?;
    }
    open_read_only(path)
}

fn refuse_file(path: &Path) -> Result<(), Failure> {
    if !path.is_file() {
        return Ok(());
    }
    Err(Failure::Store(format!("error: {} is a file; a store is a directory", shown(path))))
}

/// Whether nothing or an empty directory is there.
fn is_absent(path: &Path) -> bool {
    !path.exists() || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Whatever keeps a store from opening is the store's failure.
fn opening_failure(error: &milepost::Error) -> Failure {
    match Failure::from_library(error) {
        Failure::Refused(message) => Failure::Store(message),
        other => other,
    }
}

fn io_failure(error: &milepost_io::Error) -> Failure {
    match error {
        milepost_io::Error::Store(error) => Failure::from_library(error),
        other => Failure::Refused(crate::escape::escape_lines(&format!("error: {other}"))),
    }
}

fn shown(path: &Path) -> String {
    escape(&path.display().to_string()).into_owned()
}

/// `1 row`, `65 rows`
fn counted(count: u64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
