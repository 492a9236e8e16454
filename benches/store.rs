//! A store that holds the workload, made once and kept between runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use milepost::Store;
use milepost_io::{ImportOptions, import_file, read_catalogue_file};

use crate::workload::Workload;

/// Whatever keeps a measurement from beginning.
pub type Failure = Box<dyn std::error::Error>;

/// The workload as CSV files in a directory: written where they are not there yet.
pub fn files(workload: &Workload, directory: &Path) -> Result<PathBuf, Failure> {
    let place = directory.join(format!("workload-{}", workload.size().file_name()));
    if !place.exists() {
        let draft = directory.join(format!("workload-draft-{}", std::process::id()));
        fs::create_dir_all(&draft)?;
        workload.write_indicators(File::create(draft.join("indicators.csv"))?)?;
        workload.write_regions(File::create(draft.join("regions.csv"))?)?;
        workload.write_observations(File::create(draft.join("observations.csv"))?)?;
        fs::rename(draft, &place)?;
    }
    Ok(place)
}

/// A new store in `path`, with the files of a workload imported.
pub fn load(files: &Path, path: &Path) -> Result<Store, Failure> {
    let mut store = Store::create(path)?;
    for file in ["indicators.csv", "regions.csv"] {
        store.define_all(read_catalogue_file(files.join(file))?)?;
    }
    let options = ImportOptions {
        published: Some("2025-01-15".parse()?),
        strict: true,
        ..ImportOptions::default()
    };
    import_file(&mut store, files.join("observations.csv"), &options, &mut |_| {})?;
    store.checkpoint()?;
    Ok(store)
}

/// The name of the workload's store in its directory.
pub fn store_name(workload: &Workload) -> String {
    format!("workload-{}.milepost", workload.size().file_name())
}

/// The workload's store below `directory`, opened for reading: imported from
/// its [`files`] where it is not there yet or cannot be opened.
pub fn store(workload: &Workload, directory: &Path) -> Result<Store, Failure> {
    let path = directory.join(store_name(workload));
    if let Ok(store) = Store::open_read_only(&path) {
        return Ok(store);
    }
    let files = files(workload, directory)?;
    let draft = directory.join(format!("draft-{}.milepost", std::process::id()));
    load(&files, &draft)?.close()?;
    if path.exists() {
        fs::remove_dir_all(&path)?;
    }
    fs::rename(draft, &path)?;
    Ok(Store::open_read_only(path)?)
}
