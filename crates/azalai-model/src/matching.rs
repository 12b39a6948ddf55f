//! Whether two reports may be of one event: how near in place, time, kind and words, with the reasons.
//!
//! It suggests; it must never link anything by itself. Whatever it says about two reports it says in either order, on
//! every device alike: whole numbers decide, and distances that come from sums and products only. What it compares
//! across languages are names and numbers; other words only count within one script.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::civil::DAY;
use crate::fold::{self, Word};
use crate::gazetteer::Gazetteer;
use crate::limits::{MAX_APART_DAYS, MAX_APART_METRES, MAX_OPEN_METRES, MAX_SHARED};
use crate::occurred::{Occurred, TimePrecision};
use crate::pack::Pack;
use crate::place::{Place, PlacePrecision, Point};
use crate::spelling;

const HOUR: i64 = 3_600_000;
/// Points from which on two reports are shown as likely the same.
const LIKELY: u32 = 50;
/// Days before it was written that a report without a time may speak of.
const BEFORE_WRITING_DAYS: i64 = 7;
/// Metres that a village or town leaves open: how far its houses and wells lie from its point.
const VILLAGE_METRES: u32 = 4_000;
/// Metres that a name in a text leaves open: people say "near Gossi".
const MENTIONED_METRES: u32 = 10_000;
/// Metres from which on what two places leave open together is called coarse.
const COARSE_METRES: u32 = 12_000;
/// Words that one name may have.
const NAME_WORDS: usize = 3;
/// Letters from which on a word that is no name says something.
const WORD_LETTERS: usize = 5;

/// Place names that are known, with where they are: a gazetteer made ready for finding names in texts.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    by_name: BTreeMap<String, usize>,
    by_key: BTreeMap<String, usize>,
    places: Vec<(String, Point)>,
}

impl Lexicon {
    /// The names of a gazetteer. Places of one name are one here, where most people live: a text does not say which.
    #[must_use]
    pub fn new(gazetteer: &Gazetteer) -> Self {
        let mut lexicon = Self::default();
        // Of several places of one name the one that more people mean comes first.
        let mut entries: Vec<_> = gazetteer.iter().collect();
        entries.sort_by(|one, two| two.population.cmp(&one.population).then_with(|| one.id.cmp(&two.id)));
        for entry in entries {
            let number = lexicon.places.len();
            lexicon.places.push((entry.id.clone(), entry.point));
            for name in core::iter::once(&entry.name).chain(entry.names.values()).chain(&entry.alternates) {
                let folded = spelling::fold(name);
                if folded.chars().count() < 3 {
                    continue;
                }
                if let Some(key) = fold::key(&folded).filter(|key| key.chars().count() >= 4) {
                    lexicon.by_key.entry(key).or_insert(number);
                }
                lexicon.by_name.entry(folded).or_insert(number);
            }
        }
        lexicon
    }

    /// What is surely meant as a name: spelt in any way.
    fn find(&self, folded: &str) -> Option<&(String, Point)> {
        let by_key = || fold::key(folded).and_then(|key| self.by_key.get(&key));
        self.by_name.get(folded).or_else(by_key).and_then(|number| self.places.get(*number))
    }

    /// What may as well be an ordinary word: only as it stands in the list.
    fn find_exactly(&self, folded: &str) -> Option<&(String, Point)> {
        self.by_name.get(folded).and_then(|number| self.places.get(*number))
    }
}

/// What is known of a report, or of an incident, that can be compared.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Category, by code.
    pub category: Option<&'a str>,
    /// When it happened.
    pub occurred: Option<&'a Occurred>,
    /// When it was written, in milliseconds since 1970: what is there instead of a time that is not known.
    pub written_ms: u64,
    /// Where: the place, and for flows where from and where to.
    pub places: [Option<&'a Place>; 3],
    /// What happened, in words.
    pub text: &'a str,
}

/// A place as it is compared: a point and the metres around it that are left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) point: Point,
    pub(crate) open_m: u32,
}

/// A time as it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    coarse: bool,
}

/// A name that two texts share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Named {
    /// A place of the gazetteer, by id.
    Place(String),
    /// Another name, in the alphabetically first of its two spellings.
    Word(String),
}

/// Why two reports may be of one event. Times and the like are as the second lies to the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Reason {
    /// How far apart they are, in metres, between the two points.
    Near {
        /// Metres.
        metres: u32,
        /// One of the places is not known more exactly than that.
        coarse: bool,
    },
    /// Names that both have.
    Names(Vec<Named>),
    /// How much later (or, below zero, earlier) the second was, in milliseconds; 0: at one time, as far as is known.
    When {
        /// Milliseconds.
        gap_ms: i64,
        /// One of the times is known by the week or month, or not at all.
        coarse: bool,
    },
    /// They have one category.
    SameCategory,
    /// Their categories belong to one theme of the pack, or to two that go together.
    LikeCategory,
    /// Numbers that both have.
    Numbers(Vec<u64>),
    /// Words that both have, in the spelling of both.
    Words(Vec<String>),
}

/// How alike two reports are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Likeness {
    /// From 50, where it begins to be worth a look, to 100.
    pub score: u32,
    /// Why, the weightiest kinds first.
    pub reasons: Vec<Reason>,
}

/// What is compared of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gist {
    span: Span,
    spots: Vec<Spot>,
    category: Option<(String, String)>,
    /// Names by what they are compared by: `@id` of a known place, else the key of a name.
    names: BTreeMap<String, Named>,
    /// The keys of all words and pairs of words: what a name in another script is looked for among.
    heard: BTreeMap<String, String>,
    words: BTreeSet<String>,
    numbers: BTreeSet<u64>,
}

/// The part of a gist that needs no reading of the text where a place is known: for an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub(crate) span: Span,
    pub(crate) spots: Vec<Spot>,
    pub(crate) names: BTreeSet<String>,
}

impl Mark {
    /// The mark of a report.
    #[must_use]
    pub fn of(facts: &Facts<'_>, lexicon: &Lexicon) -> Self {
        let mut names = BTreeMap::new();
        let mut spots = placed(facts, lexicon, &mut names);
        if spots.is_empty() {
            take_names(&fold::words(facts.text), lexicon, &mut names, &mut spots);
        }
        Self { span: Span::of(facts), spots, names: names.into_keys().collect() }
    }

    /// Its parts, for whoever keeps it.
    #[must_use]
    pub fn parts(&self) -> MarkParts {
        MarkParts {
            from: self.span.from,
            to: self.span.to,
            coarse: self.span.coarse,
            spots: self.spots.iter().map(|spot| (spot.point, spot.open_m)).collect(),
            names: self.names.clone(),
        }
    }

    /// A mark of its parts.
    #[must_use]
    pub fn of_parts(parts: MarkParts) -> Self {
        let MarkParts { from, to, coarse, spots, names } = parts;
        let spots = spots.into_iter().map(|(point, open_m)| Spot { point, open_m }).collect();
        Self { span: Span { from, to, coarse }, spots, names }
    }
}

/// What a [`Mark`] is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkParts {
    /// Milliseconds since 1970.
    pub from: i64,
    /// Milliseconds since 1970, not within.
    pub to: i64,
    /// The time is known by the week or month, or not at all.
    pub coarse: bool,
    /// Points, and the metres around each that are left open.
    pub spots: Vec<(Point, u32)>,
    /// Names by what they are compared by.
    pub names: BTreeSet<String>,
}

impl Span {
    fn of(facts: &Facts<'_>) -> Self {
        let written = i64::try_from(facts.written_ms).unwrap_or(i64::MAX / 2);
        match facts.occurred.map(|when| (when.from_ms(), when.to_ms(), when.precision())) {
            Some((Some(from), Some(to), precision)) => {
                Self { from, to, coarse: !matches!(precision, TimePrecision::Minute | TimePrecision::Day) }
            }
            _ => Self { from: written - BEFORE_WRITING_DAYS * DAY, to: written, coarse: true },
        }
    }

    /// Days since 1970, first and last.
    pub(crate) fn days(&self) -> (i64, i64) {
        (self.from.div_euclid(DAY), (self.to - 1).max(self.from).div_euclid(DAY))
    }

    /// How much later the other is; 0 where they have a time in common. From the beginning of the last day of the
    /// earlier one, so that of two days, and of two moments, the later is a day or some minutes later.
    fn gap(&self, other: &Self) -> i64 {
        if other.from >= self.to {
            other.from - self.from.max(self.to - DAY)
        } else if self.from >= other.to {
            -other.gap(self)
        } else {
            0
        }
    }
}

fn spot(place: &Place, lexicon: &Lexicon) -> Option<Spot> {
    let least = match place.precision() {
        PlacePrecision::Exact => 200,
        PlacePrecision::Village => VILLAGE_METRES,
        PlacePrecision::Area => MAX_OPEN_METRES,
    };
    if let Some(point) = place.point() {
        let open_m = place.accuracy_m().unwrap_or(0).max(least).min(MAX_OPEN_METRES);
        return Some(Spot { point, open_m });
    }
    let (_, point) = place.name().and_then(|name| lexicon.find(&spelling::fold(name)))?;
    Some(Spot { point: *point, open_m: VILLAGE_METRES })
}

/// The spots that its places name, and their names.
fn placed(facts: &Facts<'_>, lexicon: &Lexicon, names: &mut BTreeMap<String, Named>) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for place in facts.places.into_iter().flatten() {
        spots.extend(spot(place, lexicon));
        let Some(name) = place.name() else { continue };
        let folded = spelling::fold(name);
        if let Some((id, _)) = lexicon.find(&folded) {
            names.insert(format!("@{id}"), Named::Place(id.clone()));
        } else if let Some(key) = fold::key(&folded) {
            names.insert(key, Named::Word(name.to_owned()));
        }
    }
    spots
}

/// Finds names in words: those of known places, and others that are written as names.
fn take_names(words: &[Word], lexicon: &Lexicon, names: &mut BTreeMap<String, Named>, mentioned: &mut Vec<Spot>) {
    let mut rest = words;
    while let Some(first) = rest.first() {
        let script = first.folded.chars().next();
        let arabic = script.is_some_and(|c| c.is_alphabetic() && !c.is_ascii());
        let capital = first.written.chars().next().is_some_and(char::is_uppercase);
        let mut taken = 1;
        if arabic || capital {
            let look = |phrase: &str| if first.named { lexicon.find(phrase) } else { lexicon.find_exactly(phrase) };
            let known = (1..=NAME_WORDS.min(rest.len())).rev().find_map(|count| {
                let phrase: Vec<&str> = rest.iter().take(count).map(|word| word.folded.as_str()).collect();
                let phrase = phrase.join(" ");
                let joined = || fold::unjoined(&phrase).and_then(|phrase| lexicon.find_exactly(phrase));
                Some((count, look(&phrase).or_else(|| arabic.then(joined).flatten())?))
            });
            if let Some((count, (id, point))) = known {
                taken = count;
                names.insert(format!("@{id}"), Named::Place(id.clone()));
                mentioned.push(Spot { point: *point, open_m: MENTIONED_METRES });
            } else if first.named {
                let pair = rest
                    .get(1)
                    .filter(|next| next.named)
                    .map(|next| (format!("{} {}", first.folded, next.folded), next));
                if let Some((folded, next)) = &pair
                    && let Some(key) = fold::key(folded)
                {
                    names.insert(key, Named::Word(format!("{} {}", first.written, next.written)));
                } else if let Some(key) = fold::key(&first.folded) {
                    names.insert(key, Named::Word(first.written.clone()));
                }
            }
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
}

impl Gist {
    /// The gist of a report.
    #[must_use]
    pub fn of(facts: &Facts<'_>, lexicon: &Lexicon, pack: &Pack) -> Self {
        let words = fold::words(facts.text);
        let mut names = BTreeMap::new();
        let mut mentioned = Vec::new();
        let mut spots = placed(facts, lexicon, &mut names);
        take_names(&words, lexicon, &mut names, &mut mentioned);
        if spots.is_empty() {
            spots = mentioned;
        }
        let mut heard = BTreeMap::new();
        for (number, word) in words.iter().enumerate() {
            let mut hear = |folded: &str, written: String| {
                if let Some(key) = fold::key(folded) {
                    heard.entry(key).or_insert(written);
                }
            };
            hear(&word.folded, word.written.clone());
            if let Some(rest) = fold::unjoined(&word.folded) {
                hear(rest, rest.to_owned());
            }
            if let Some(next) = words.get(number + 1) {
                hear(&format!("{} {}", word.folded, next.folded), format!("{} {}", word.written, next.written));
            }
        }
        let category = facts.category.and_then(|code| pack.category(code));
        let year = |number: &u64| !(2..1_900).contains(number) && *number <= 2_100;
        Self {
            span: Span::of(facts),
            spots,
            category: category.map(|category| (category.code.clone(), category.theme.clone())),
            names,
            heard,
            numbers: words.iter().filter_map(|word| fold::number(&word.folded)).filter(|n| !year(n)).collect(),
            words: words
                .into_iter()
                .filter(|word| !word.named && word.folded.chars().count() >= WORD_LETTERS)
                .map(|word| word.folded)
                .filter(|word| fold::number(word).is_none())
                .collect(),
        }
    }

    /// How alike this and another are; `None` if they are not likely of one event.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Likeness> {
        let mut reasons = Vec::new();
        let near = match self.nearest(other) {
            Some((apart, _, _)) if apart > MAX_APART_METRES => return None,
            Some((apart, metres, open)) => {
                let coarse = open >= COARSE_METRES;
                reasons.push(Reason::Near { metres, coarse });
                let points = match apart {
                    apart if apart <= 1_000.0 => 35,
                    apart if apart <= 5_000.0 => 30,
                    apart if apart <= 15_000.0 => 22,
                    _ => 10,
                };
                // Two events in one village are as near as its houses.
                let most = if coarse {
                    20
                } else if open >= VILLAGE_METRES {
                    28
                } else {
                    35
                };
                Some(points.min(most))
            }
            None => None,
        };
        let (names, known) = self.shared_names(other);
        if near.is_none() && names.is_empty() {
            return None;
        }
        let others = u32::try_from(names.len()).unwrap_or(u32::MAX) - known;
        // A known place that both name is mostly the nearness once more.
        let first = if near.is_some() { 6 } else { 24 };
        let others_points =
            others.saturating_mul(8).saturating_add(if near.is_none() { others.min(1) * 12 } else { 0 });
        let names_points = known.min(1) * first + (known.saturating_sub(1) * 4 + others_points).min(20);
        if !names.is_empty() {
            reasons.push(Reason::Names(names.into_iter().take(MAX_SHARED).collect()));
        }
        let (gap_ms, coarse) = (self.span.gap(&other.span), self.span.coarse || other.span.coarse);
        let time = match gap_ms.abs() {
            0 if coarse => 14,
            0 => 25,
            gap if gap <= 6 * HOUR => 20,
            gap if gap <= DAY => 14,
            gap if gap <= 2 * DAY => 8,
            gap if gap <= MAX_APART_DAYS * DAY => 4,
            _ => return None,
        };
        reasons.push(Reason::When { gap_ms, coarse });
        let kind = self.kind(other);
        reasons.extend(match kind {
            25 => Some(Reason::SameCategory),
            4 | 10 => Some(Reason::LikeCategory),
            _ => None,
        });
        let numbers: Vec<u64> = self.numbers.intersection(&other.numbers).copied().take(MAX_SHARED).collect();
        let words: Vec<&String> = self.words.intersection(&other.words).collect();
        let numbers_points = (numbers.len() as i64 * 4).min(8);
        let words_points = (words.len() as i64 * 2).min(12);
        if !numbers.is_empty() {
            reasons.push(Reason::Numbers(numbers));
        }
        if !words.is_empty() {
            // Long words say more.
            let mut longest = words;
            longest.sort_by_key(|word| (core::cmp::Reverse(word.chars().count()), *word));
            reasons.push(Reason::Words(longest.into_iter().take(MAX_SHARED).cloned().collect()));
        }
        let sum = i64::from(near.unwrap_or(0) + names_points + time) + kind + numbers_points + words_points;
        let score = u32::try_from(sum).unwrap_or(0).min(100);
        (score >= LIKELY).then_some(Likeness { score, reasons })
    }

    /// The two spots that are nearest to each other: metres between what they leave open, metres between the points,
    /// metres that both leave open.
    fn nearest(&self, other: &Self) -> Option<(f64, u32, u32)> {
        let pairs = self.spots.iter().flat_map(|one| other.spots.iter().map(move |two| (one, two)));
        let measured = pairs.map(|(one, two)| {
            // In one order, whichever is asked: sums of floating point depend on it.
            let (low, high) = if one <= two { (one, two) } else { (two, one) };
            let metres = low.point.metres_to(&high.point);
            let open = low.open_m + high.open_m;
            ((metres - f64::from(open)).max(0.0), metres.round() as u32, open)
        });
        measured.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)))
    }

    /// Names that both have, and how many of them are known places, which come first.
    fn shared_names(&self, other: &Self) -> (BTreeSet<Named>, u32) {
        let mut shared = BTreeSet::new();
        for (one, two) in [(self, other), (other, self)] {
            for (key, name) in &one.names {
                match name {
                    Named::Place(_) if two.names.contains_key(key) => shared.insert(name.clone()),
                    Named::Place(_) => false,
                    Named::Word(written) => {
                        let theirs = match two.names.get(key) {
                            Some(Named::Word(theirs)) => Some(theirs),
                            _ => two.heard.get(key),
                        };
                        theirs.is_some_and(|theirs| shared.insert(Named::Word(written.min(theirs).clone())))
                    }
                };
            }
        }
        let known = shared.iter().filter(|name| matches!(name, Named::Place(_))).count();
        (shared, u32::try_from(known).unwrap_or(u32::MAX))
    }

    /// Points for how alike the categories are.
    fn kind(&self, other: &Self) -> i64 {
        /// Themes of which one event is often reported under either.
        const TOGETHER: [&str; 3] = ["violence", "conflict", "services"];
        let (Some((one, theme)), Some((two, their))) = (&self.category, &other.category) else { return 0 };
        if one == two {
            25
        } else if theme == "other" || their == "other" {
            0
        } else if theme == their {
            10
        } else if [theme, their].iter().all(|theme| TOGETHER.contains(&theme.as_str())) {
            4
        } else {
            -35
        }
    }
}
