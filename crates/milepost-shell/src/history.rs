//! Where the questions of earlier sessions are kept.

use std::ffi::OsString;
use std::path::PathBuf;

/// `$XDG_STATE_HOME/milepost/history`, or below `~/.local/state`; none without a home.
pub(crate) fn path() -> Option<PathBuf> {
    below(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"))
}

fn below(state: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    // The XDG base directory specification: relative paths are to be ignored.
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    let state = state
        .and_then(absolute)
        .or_else(|| home.and_then(absolute).map(|home| home.join(".local").join("state")))?;
    Some(state.join("milepost").join("history"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_directory_holds_it() {
        let path = |state: Option<&str>, home: Option<&str>| {
            below(state.map(OsString::from), home.map(OsString::from))
        };
        assert_eq!(path(Some("/s"), Some("/h")), Some("/s/milepost/history".into()));
        assert_eq!(path(None, Some("/h")), Some("/h/.local/state/milepost/history".into()));
        assert_eq!(path(Some("relative"), None), None);
        assert_eq!(path(None, None), None);
    }
}
