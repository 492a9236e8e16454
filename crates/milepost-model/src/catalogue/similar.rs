//! Did-you-mean: names near a text that names nothing.

use super::{Catalogue, index::Named};
use crate::fold;

/// Below this similarity two names are told apart at sight.
const LEAST: f64 = 0.7;

impl Catalogue {
    /// At most `max` names of indicators near a text, the nearest first.
    pub fn similar_indicators(&self, text: &str, max: usize) -> Vec<String> {
        let named = self.indicators().map(|(_, indicator)| (indicator, indicator.name.as_str()));
        nearest(text, max, named)
    }

    /// At most `max` official names of regions near a text, the nearest first.
    ///
    /// ```
    /// use milepost_model::{Catalogue, Region};
    ///
    /// let mut catalogue = Catalogue::default();
    /// catalogue.define(Region::new("VN-49").name("Vĩnh Long"))?;
    /// catalogue.define(Region::new("VN-HN").name("Hà Nội"))?;
    /// assert_eq!(catalogue.similar_regions("Vinh Logn", 3), ["Vĩnh Long"]);
    /// assert!(catalogue.similar_regions("Paris", 3).is_empty());
    /// # Ok::<(), milepost_model::CatalogueError>(())
    /// ```
    pub fn similar_regions(&self, text: &str, max: usize) -> Vec<String> {
        nearest(text, max, self.regions().map(|(_, region)| (region, region.official_name())))
    }

    /// At most `max` names of milestones near a text, the nearest first.
    pub fn similar_milestones(&self, text: &str, max: usize) -> Vec<String> {
        let named = self.milestones().map(|(_, milestone)| (milestone, milestone.name.as_str()));
        nearest(text, max, named)
    }
}

fn nearest<'a, T: Named + 'a>(
    text: &str,
    max: usize,
    records: impl Iterator<Item = (&'a T, &'a str)>,
) -> Vec<String> {
    let text = fold(text);
    if text.is_empty() {
        return Vec::new();
    }
    let mut scored: Vec<(f64, &str)> = records
        .filter_map(|(record, shown)| {
            let mut best = 0.0_f64;
            record.names(&mut |_, name| best = best.max(similarity(&text, &fold(name))));
            (best >= LEAST).then_some((best, shown))
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut names: Vec<String> = Vec::new();
    for (_, name) in scored {
        if names.len() == max {
            break;
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// 1 for equal folded names; a beginning, then a run of whole words, are nearer
/// than any misspelling but a slight one.
fn similarity(text: &str, name: &str) -> f64 {
    if text == name {
        return 1.0;
    }
    let misspelt = misspelling(text, name);
    if text.chars().count() < 3 {
        return misspelt;
    }
    if name.starts_with(text) {
        misspelt.max(0.9)
    } else if contains_words(name, text) || contains_words(text, name) {
        misspelt.max(0.8)
    } else {
        misspelt
    }
}

/// Edits (Damerau–Levenshtein) and the shared beginning (Jaro–Winkler) count alike.
fn misspelling(text: &str, name: &str) -> f64 {
    let (shorter, longer) = (text.len().min(name.len()), text.len().max(name.len()));
    if 2 * shorter < longer {
        return 0.0;
    }
    let edits = strsim::normalized_damerau_levenshtein(text, name);
    if edits < 0.5 { 0.0 } else { f64::midpoint(edits, strsim::jaro_winkler(text, name)) }
}

fn contains_words(whole: &str, part: &str) -> bool {
    let edge = |character: Option<char>| !character.is_some_and(char::is_alphanumeric);
    part.len() > 2
        && whole.match_indices(part).any(|(at, _)| {
            let before = whole.get(..at).and_then(|text| text.chars().next_back());
            let after = whole.get(at + part.len()..).and_then(|text| text.chars().next());
            edge(before) && edge(after)
        })
}
