//! Figures: how many of each category in each area, for rings that may know no more.

use std::collections::{BTreeMap, BTreeSet};

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
/// one suppressed in a category or in an area, the smallest other one there with it: otherwise a total, from whatever
/// source, would give it away.
#[must_use]
pub fn figures(pairs: impl IntoIterator<Item = (String, String)>) -> Vec<Cell> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for pair in pairs {
        *counts.entry(pair).or_default() += 1;
    }
    let mut hidden: BTreeSet<(String, String)> = BTreeSet::new();
    hidden.extend(counts.iter().filter(|(_, count)| **count < SMALLEST_SHOWN).map(|(pair, _)| pair.clone()));
    // A complement in a category may be the single one of its area, and the other way round: until none is missing.
    while let Some(complement) = missing_complement(&counts, &hidden) {
        hidden.insert(complement);
    }
    let cells = counts.into_iter().map(|(pair, count)| {
        let count = (!hidden.contains(&pair)).then_some(count);
        Cell { category: pair.0, area: pair.1, count }
    });
    cells.collect()
}

/// A category and an area.
type Pair = (String, String);

/// The smallest shown figure beside a suppressed one that is alone in its category or area.
fn missing_complement(
    counts: &BTreeMap<(String, String), usize>,
    hidden: &BTreeSet<(String, String)>,
) -> Option<(String, String)> {
    let category = |a: &Pair, b: &Pair| a.0 == b.0;
    let area = |a: &Pair, b: &Pair| a.1 == b.1;
    let smallest_beside = |one: &Pair, same: fn(&Pair, &Pair) -> bool| {
        if hidden.iter().filter(|other| same(one, other)).count() > 1 {
            return None;
        }
        let shown = counts.iter().filter(|(other, _)| same(one, other) && !hidden.contains(*other));
        shown.min_by_key(|(_, count)| **count).map(|(pair, _)| pair.clone())
    };
    hidden.iter().find_map(|one| smallest_beside(one, category).or_else(|| smallest_beside(one, area)))
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

    /// Guards against a figure that is hidden in its category and given away by the total of its area.
    #[test]
    fn a_suppressed_figure_is_alone_neither_in_its_category_nor_in_its_area() {
        let counts = [("c", "a", 2), ("c", "b", 7), ("d", "a", 6), ("d", "b", 8), ("e", "b", 9)];
        let pair = |category: &str, area: &str| (category.to_owned(), area.to_owned());
        let cells = figures(counts.iter().flat_map(|(category, area, n)| vec![pair(category, area); *n]));
        let shown: Vec<_> = cells.iter().filter_map(|cell| Some((cell.area.as_str(), cell.count?))).collect();
        // c/a is small; c/b hides it in its category, d/a in its area, and d/b hides d/a.
        assert_eq!(shown, [("b", 9)]);
    }
}
