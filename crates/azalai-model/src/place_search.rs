//! Finding places by what somebody typed, in one list or in several at once.
//!
//! A name is looked up in an index, so that one more thousand places costs little; only names that begin with the same
//! consonant and are about as long are compared letter by letter. It must never take a name that is only like another
//! for that other: who typed it chooses.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::gazetteer::{Entry, Gazetteer};
use crate::limits::{MAX_SEARCH_BYTES, MAX_SEARCH_RESULTS};
use crate::spelling::{edits, fold, is_latin, skeleton, sound};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved<'a> {
    /// This place and no other.
    One(&'a Entry),
    /// One of these: somebody has to say which.
    Several(Vec<&'a Entry>),
    /// None that is known here: keep it as it was written.
    None,
}

/// What a search found and what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Searched<'a> {
    /// The places, the likest first. At most [`MAX_SEARCH_RESULTS`].
    pub entries: Vec<&'a Entry>,
    /// Names that were compared letter by letter.
    pub measured: usize,
}

/// How like a name is to what was typed, the likest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// It is the name.
    Same,
    /// It is another spelling that is read aloud alike, in whatever script.
    Heard,
    /// The name begins so.
    Begins,
    /// All consonants are the same, in their order, or a few letters differ.
    Near,
    /// It stands within the name.
    Within,
}

/// A spelling of a place.
#[derive(Debug, Clone)]
struct Spelling {
    folded: String,
    sound: String,
    /// Which letters the sound has.
    letters: u32,
    /// The place, by its number in the list.
    place: usize,
}

/// All spellings of a list, by what they are looked up by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    spellings: Vec<Spelling>,
    folded: BTreeMap<String, Vec<usize>>,
    sounds: BTreeMap<String, Vec<usize>>,
    skeletons: BTreeMap<String, Vec<usize>>,
}

impl Index {
    pub(crate) fn add(&mut self, spelling: &str, place: usize) {
        let folded = fold(spelling);
        let sound = sound(&folded);
        let number = self.spellings.len();
        self.folded.entry(folded.clone()).or_default().push(number);
        self.sounds.entry(sound.clone()).or_default().push(number);
        self.skeletons.entry(skeleton(&sound)).or_default().push(number);
        self.spellings.push(Spelling { letters: letters(&sound), folded, sound, place });
    }

    /// The places that are called so.
    fn named(&self, folded: &str) -> BTreeSet<usize> {
        let numbers = self.folded.get(folded).into_iter().flatten();
        numbers.filter_map(|number| self.spellings.get(*number)).map(|spelling| spelling.place).collect()
    }
}

/// A bit for each letter that a sound has: two sounds that differ in more letters than twice what they may differ by
/// need not be compared.
fn letters(sound: &str) -> u32 {
    sound.bytes().fold(0, |letters, byte| letters | 1 << (byte & 31))
}

/// The entries of a map whose key begins so.
fn beginning<'a>(map: &'a BTreeMap<String, Vec<usize>>, start: &'a str) -> impl Iterator<Item = (&'a str, usize)> {
    let from = map.range::<str, _>((Bound::Included(start), Bound::Unbounded));
    let those = from.take_while(move |(key, _)| key.starts_with(start));
    those.flat_map(|(key, numbers)| numbers.iter().map(move |number| (key.as_str(), *number)))
}

/// What was typed, in the forms that it is looked up in.
struct Typed {
    folded: String,
    sound: String,
    skeleton: String,
    latin: bool,
    /// Letters that may differ: none in a short name, where every letter makes another village.
    may_differ: usize,
}

impl Typed {
    fn new(typed: &str) -> Self {
        let folded = fold(typed);
        let sound = sound(&folded);
        let may_differ = match sound.chars().count() {
            0..=3 => 0,
            4..=6 => 1,
            _ => 2,
        };
        Self { latin: is_latin(&folded), skeleton: skeleton(&sound), folded, sound, may_differ }
    }

    fn consonants(&self) -> usize {
        self.skeleton.chars().count()
    }

    /// How many letters of a spelling differ, if it is near: it has the same consonants, or few letters are heard
    /// otherwise. Of two names in one script, which write their vowels, more is asked than of two in different ones;
    /// and among those the letters that are written count, not only those that are heard.
    fn near(&self, spelling: &Spelling, same: bool, measured: &mut usize) -> Option<usize> {
        let one_script = is_latin(&spelling.folded) == self.latin;
        let apart = (letters(&self.sound) ^ spelling.letters).count_ones() as usize;
        let long = spelling.sound.len().abs_diff(self.sound.len()) <= self.may_differ;
        if !(same && (!one_script || self.consonants() >= 3)) {
            if self.may_differ == 0 || !long || apart > 2 * self.may_differ {
                return None;
            }
            *measured += 1;
            edits(&self.sound, &spelling.sound, self.may_differ)?;
        }
        *measured += 1;
        match one_script {
            // Two names may share their consonants and little else (Nasko, Nsukka).
            true => edits(&self.folded, &spelling.folded, self.may_differ + 1),
            // Another consonant weighs more than vowels, which the two scripts write differently anyway.
            false => Some(edits(&self.sound, &spelling.sound, usize::MAX)? + usize::from(!same)),
        }
    }

    /// The places of a list that are like it, each with how like and by how many letters different.
    fn look(&self, index: &Index, measured: &mut usize) -> BTreeMap<usize, (Likeness, usize)> {
        let mut found: BTreeMap<usize, (Likeness, usize)> = BTreeMap::new();
        let mut put = |number: usize, likeness: Likeness, differ: usize| {
            let Some(spelling) = index.spellings.get(number) else { return };
            let known = found.entry(spelling.place).or_insert((likeness, differ));
            *known = (likeness, differ).min(*known);
        };
        for (key, number) in beginning(&index.folded, &self.folded) {
            put(number, if key == self.folded { Likeness::Same } else { Likeness::Begins }, 0);
        }
        if self.sound.chars().count() >= 3 {
            for (key, number) in beginning(&index.sounds, &self.sound) {
                // What begins with the same letters comes before what only sounds so.
                let (likeness, differ) = if key == self.sound { (Likeness::Heard, 0) } else { (Likeness::Begins, 1) };
                put(number, likeness, differ);
            }
        }
        let consonants = self.consonants();
        if let Some(first) = self.skeleton.get(..1).filter(|_| consonants >= 2) {
            let alike = index.skeletons.range::<str, _>((Bound::Included(first), Bound::Unbounded));
            for (key, numbers) in alike.take_while(|(key, _)| key.starts_with(first)) {
                let same = *key == self.skeleton;
                if !same && key.chars().count().abs_diff(consonants) > self.may_differ {
                    continue;
                }
                for number in numbers {
                    let Some(spelling) = index.spellings.get(*number) else { continue };
                    if let Some(differ) = self.near(spelling, same, measured) {
                        put(*number, Likeness::Near, differ);
                    }
                }
            }
        }
        // Only where little was found: it passes through all names.
        if found.len() < MAX_SEARCH_RESULTS && self.folded.chars().count() >= 3 {
            for spelling in index.spellings.iter().filter(|spelling| spelling.folded.contains(&self.folded)) {
                found.entry(spelling.place).or_insert((Likeness::Within, 0));
            }
        }
        found
    }
}

/// Places of all lists whose name is like what was typed: it is the name; it is heard alike; the name begins so; it has
/// the same consonants or a letter or two differ; it stands within the name. Within each, those with fewer letters
/// different first, then the larger. Case, accents, script and usual ways to write one sound make no difference. What
/// is longer than any name ([`MAX_SEARCH_BYTES`]) finds nothing.
#[must_use]
pub fn search<'a>(lists: &[&'a Gazetteer], typed: &str) -> Searched<'a> {
    let mut searched = Searched::default();
    if typed.len() > MAX_SEARCH_BYTES {
        return searched;
    }
    let typed = Typed::new(typed);
    if typed.folded.is_empty() {
        return searched;
    }
    let mut ranked = Vec::new();
    for list in lists {
        for (number, likeness) in typed.look(&list.index, &mut searched.measured) {
            ranked.extend(list.at(number).map(|entry| (likeness, Reverse(entry.population), &entry.id, entry)));
        }
    }
    ranked.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    searched.entries = ranked.into_iter().map(|(_, _, _, entry)| entry).take(MAX_SEARCH_RESULTS).collect();
    searched
}

/// What a name stands for in all lists together. Only whole names count, whatever their case and accents: a village
/// that is missing here must not become the town whose name begins or sounds like it. An id stands for its place.
#[must_use]
pub fn resolve<'a>(lists: &[&'a Gazetteer], name: &str) -> Resolved<'a> {
    if let Some(entry) = lists.iter().find_map(|list| list.get(name.trim())) {
        return Resolved::One(entry);
    }
    let wanted = fold(name);
    if wanted.is_empty() {
        return Resolved::None;
    }
    let each = lists.iter().flat_map(|list| list.index.named(&wanted).into_iter().map(move |number| list.at(number)));
    let mut named: Vec<&Entry> = each.flatten().collect();
    named.sort_by_key(|entry| (Reverse(entry.population), entry.id.clone()));
    match named.as_slice() {
        [] => Resolved::None,
        [entry] => Resolved::One(entry),
        _ => Resolved::Several(named),
    }
}
