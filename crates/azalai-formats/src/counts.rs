//! Figures: how many of each category in each area, for rings that may know no more.

use std::collections::BTreeMap;

/// A figure under this many is not shown: it could single somebody out.
pub const SMALLEST_SHOWN: usize = 5;

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Code of the category.
    pub category: String,
    /// Code of the area.
    pub area: String,
    /// How many; `None` where it is suppressed.
    pub count: Option<usize>,
}

/// Counts `(category, area)` pairs. Figures under [`SMALLEST_SHOWN`] are suppressed, and where that leaves a single
/// one suppressed in a category, the smallest other one with it: otherwise a total would give it away.
#[must_use]
pub fn figures(pairs: impl IntoIterator<Item = (String, String)>) -> Vec<Cell> {
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (category, area) in pairs {
        *counts.entry(category).or_default().entry(area).or_default() += 1;
    }
    let mut cells = Vec::new();
    for (category, areas) in counts {
        let small: Vec<&String> =
            areas.iter().filter(|(_, count)| **count < SMALLEST_SHOWN).map(|(area, _)| area).collect();
        let complement = (small.len() == 1)
            .then(|| areas.iter().filter(|(_, count)| **count >= SMALLEST_SHOWN).min_by_key(|(_, count)| **count))
            .flatten()
            .map(|(area, _)| area.clone());
        for (area, count) in &areas {
            let hidden = *count < SMALLEST_SHOWN || complement.as_ref() == Some(area);
            cells.push(Cell { category: category.clone(), area: area.clone(), count: (!hidden).then_some(*count) });
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(counts: &[(&str, usize)]) -> Vec<(String, String)> {
        counts.iter().flat_map(|(area, n)| vec![("c".to_owned(), (*area).to_owned()); *n]).collect()
    }

    /// Guards against a public figure that tells of one person, by itself or by subtraction.
    #[test]
    fn small_figures_and_their_complements_are_suppressed() {
        let shown =
            |counts: &[(&str, usize)]| figures(pairs(counts)).into_iter().map(|cell| cell.count).collect::<Vec<_>>();
        assert_eq!(shown(&[("a", 4), ("b", 9), ("c", 7)]), [None, Some(9), None]);
        assert_eq!(shown(&[("a", 1), ("b", 2), ("c", 7)]), [None, None, Some(7)]);
        assert_eq!(shown(&[("a", 5), ("b", 6)]), [Some(5), Some(6)]);
        assert_eq!(shown(&[("a", 1)]), [None]);
    }
}
