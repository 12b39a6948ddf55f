//! Finding the few reports that one may be the same as, without comparing all with all: by day and by square of the
//! globe, or by day and name where no place is known.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use crate::limits::{MAX_APART_DAYS, MAX_COMPARED, MAX_LIKELY, MAX_SPREAD_DAYS};
use crate::matching::{Gist, Likeness, Mark};
use crate::place::Point;

/// Where a mark is looked for. A square is a degree wide: up to 43 degrees from the equator that is more than the 80 km
/// that two places of one event are ever apart, so the neighbouring squares hold all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    Square(i16, i16),
    Name(String),
}

/// Reports by day and place.
#[derive(Debug, Clone)]
pub struct Index<K> {
    buckets: BTreeMap<(i64, Bucket), Vec<K>>,
    middles: BTreeMap<K, i64>,
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self { buckets: BTreeMap::new(), middles: BTreeMap::new() }
    }
}

fn square(point: Point) -> (i16, i16) {
    (point.lat().floor() as i16, point.lon().floor() as i16)
}

/// First and last day, no more than a month from each other.
fn days(mark: &Mark) -> (i64, i64) {
    let (first, last) = mark.span.days();
    (first.max(last - MAX_SPREAD_DAYS), last)
}

fn middle(mark: &Mark) -> i64 {
    let (first, last) = days(mark);
    first + last
}

fn own_buckets(mark: &Mark) -> BTreeSet<Bucket> {
    let squares = mark.spots.iter().map(|spot| square(spot.point)).map(|(lat, lon)| Bucket::Square(lat, lon));
    squares.chain(mark.names.iter().cloned().map(Bucket::Name)).collect()
}

fn near_buckets(mark: &Mark) -> BTreeSet<Bucket> {
    let around = |(lat, lon): (i16, i16)| {
        let steps = (-1..=1).flat_map(|north| (-1..=1).map(move |east| (north, east)));
        // The square beside the date line is on its other side.
        steps.map(move |(north, east)| Bucket::Square(lat + north, (lon + east + 180).rem_euclid(360) - 180))
    };
    let squares = mark.spots.iter().flat_map(|spot| around(square(spot.point)));
    squares.chain(mark.names.iter().cloned().map(Bucket::Name)).collect()
}

impl<K: Ord + Copy> Index<K> {
    /// An index of these, whatever their order.
    pub fn new<'a>(marks: impl IntoIterator<Item = (K, &'a Mark)>) -> Self {
        let mut index = Self::default();
        for (key, mark) in marks {
            index.insert(key, mark);
        }
        index
    }

    /// Adds one that is not there.
    pub fn insert(&mut self, key: K, mark: &Mark) {
        let (first, last) = days(mark);
        for bucket in own_buckets(mark) {
            for day in first..=last {
                self.buckets.entry((day, bucket.clone())).or_default().push(key);
            }
        }
        self.middles.insert(key, middle(mark));
    }

    /// Takes one out that was added with this mark.
    pub fn remove(&mut self, key: K, mark: &Mark) {
        let (first, last) = days(mark);
        for bucket in own_buckets(mark) {
            for day in first..=last {
                if let btree_map::Entry::Occupied(mut keys) = self.buckets.entry((day, bucket.clone())) {
                    keys.get_mut().retain(|other| *other != key);
                    if keys.get().is_empty() {
                        keys.remove();
                    }
                }
            }
        }
        self.middles.remove(&key);
    }

    /// All that a report may be the same as, and that may be the same as it.
    #[must_use]
    pub fn all_near(&self, mark: &Mark) -> BTreeSet<K> {
        let (first, last) = days(mark);
        let mut found = BTreeSet::new();
        for bucket in near_buckets(mark) {
            for day in first - MAX_APART_DAYS..=last + MAX_APART_DAYS {
                found.extend(self.buckets.get(&(day, bucket.clone())).into_iter().flatten().copied());
            }
        }
        found
    }

    /// Those that a report may be the same as: at most [`MAX_COMPARED`], those nearest in time, by their keys.
    #[must_use]
    pub fn candidates(&self, mark: &Mark) -> Vec<K> {
        let found = self.all_near(mark);
        let own = middle(mark);
        let mut nearest: Vec<(u64, K)> = found
            .into_iter()
            .map(|key| (self.middles.get(&key).map_or(u64::MAX, |middle| middle.abs_diff(own)), key))
            .collect();
        nearest.sort_unstable();
        nearest.truncate(MAX_COMPARED);
        let mut keys: Vec<K> = nearest.into_iter().map(|(_, key)| key).collect();
        keys.sort_unstable();
        keys
    }
}

/// The likeliest of these to be of one event with a report: at most [`MAX_LIKELY`], the likeliest first, of equally
/// likely ones the lower key.
pub fn likeliest<'a, K: Ord + Copy>(
    gist: &Gist,
    others: impl IntoIterator<Item = (K, &'a Gist)>,
) -> Vec<(K, Likeness)> {
    let mut found: Vec<(K, Likeness)> =
        others.into_iter().filter_map(|(key, other)| Some((key, gist.compare(other)?))).collect();
    found.sort_by(|(one, a), (two, b)| b.score.cmp(&a.score).then(one.cmp(two)));
    found.truncate(MAX_LIKELY);
    found
}
