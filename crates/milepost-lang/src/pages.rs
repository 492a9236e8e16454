//! What LANGUAGE.md says of each code.

const DOCUMENT: &str = include_str!("../LANGUAGE.md");

/// The page of a diagnostic, as the index of LANGUAGE.md has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The code.
    pub code: &'static str,
    /// A query that is told so; None where none is short enough, or a program has to be at fault.
    pub example: Option<&'static str>,
    /// What does not fit.
    pub cause: &'static str,
    /// What would fit; None where there is nothing to change.
    pub fix: Option<&'static str>,
}

/// The page of a code, those of whoever runs queries included.
///
/// ```
/// let page = milepost_lang::page("MP0122").unwrap();
/// assert_eq!(page.example, Some("x in VN sinse 1995"));
/// assert_eq!(page.cause, "a misspelt keyword");
/// assert!(milepost_lang::page("MP9999").is_none());
/// ```
pub fn page(code: &str) -> Option<Page> {
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.filter_map(read).find(|page| page.code == code)
}

fn read(row: &'static str) -> Option<Page> {
    let mut cells = row.split(" | ");
    let (code, example) = (cells.next()?, cells.next()?);
    let (cause, fix) = (cells.next()?, cells.next()?);
    code.strip_prefix("MP")?;
    let present = |cell: &&str| *cell != "–";
    let example = Some(example).filter(present).map(|example| example.trim_matches('`'));
    Some(Page { code, example, cause, fix: Some(fix).filter(present) })
}
