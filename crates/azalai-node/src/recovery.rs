//! Recovery sheets: a secret that opens a profile, shared among people so that some of them together give it back.
//!
//! A sheet is 22 words of the list: version 1 byte, set 4, how many are needed 1, how many there are 1, its number 1, share
//! 16, check 6, and two zero bits, eleven bits to a word. No sheet says whose home it is for.

use azalai_envelope::ids::{derive, to_hex};
use azalai_store::{Disk, Duress, SlotsError, Store};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;
use zeroize::Zeroizing;

use crate::error::NodeError;
use crate::limits::{MAX_SHEETS, SHEET_WORDS};
use crate::node::Node;
use crate::opening::{Disks, Place, change_slots, slots_of};
use crate::{attempts, shamir, words};

const VERSION: u8 = 1;
const BODY: usize = 24;
const CHECK: usize = 6;
const BYTES: usize = BODY + CHECK;

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    set: [u8; 4],
    /// How many sheets are needed.
    pub need: u8,
    /// How many there are.
    pub of: u8,
    /// Which this is, from 1.
    pub number: u8,
    share: [u8; 16],
}

/// Sheets that were made, with what opens the slot that they are for.
#[derive(Debug)]
pub struct Dealt {
    /// The sheets.
    pub sheets: Vec<Sheet>,
    secret: Zeroizing<String>,
}

/// Why sheets give no secret. `at` is the place of a sheet among those given, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Too few or too many words.
    #[error("sheet {at} has {got} words, and {SHEET_WORDS} are needed")]
    Count {
        /// Which.
        at: usize,
        /// How many it has.
        got: usize,
    },
    /// A word that is none of the list.
    #[error("sheet {at}: word {place} ({word:?}) is none of the list: check its spelling")]
    Unknown {
        /// Which.
        at: usize,
        /// Which word, from 1.
        place: usize,
        /// The word as given.
        word: String,
    },
    /// The words are words, and not those of a sheet.
    #[error("sheet {at} does not fit its check: a word is another than the one on paper, or two have changed places")]
    Check {
        /// Which.
        at: usize,
    },
    /// Made by a newer program.
    #[error("sheet {at} has version {got}, which needs a newer Azalai")]
    Version {
        /// Which.
        at: usize,
        /// Its version.
        got: u8,
    },
    /// Two that were not made together.
    #[error("sheet {at} was not made together with sheet 1: they are of two sets")]
    Mixed {
        /// Which.
        at: usize,
    },
    /// One sheet given twice.
    #[error("sheet {at} is the same as sheet {first}, given twice")]
    Twice {
        /// The second.
        at: usize,
        /// The first.
        first: usize,
    },
    /// Not enough of them.
    #[error("{got} sheets were given, and {need} of the {of} are needed: {more} more")]
    TooFew {
        /// How many were given.
        got: usize,
        /// How many are needed.
        need: u8,
        /// How many there are.
        of: u8,
        /// How many are missing.
        more: usize,
    },
    /// They fit each other and give no secret that belongs to them.
    #[error("these sheets do not lead to their secret: at least one was forged")]
    Forged,
    /// Numbers of sheets that cannot be.
    #[error("{need} of {of} sheets: from 2 to {MAX_SHEETS} can be made, and from 2 to all of them be needed")]
    Numbers {
        /// How many were to be needed.
        need: u8,
        /// How many were to be made.
        of: u8,
    },
}

fn set_of(secret: &[u8; 16]) -> [u8; 4] {
    first(&derive("azalai 1 recovery set", &[secret]))
}

fn first<const N: usize>(hash: &[u8; 32]) -> [u8; N] {
    core::array::from_fn(|i| hash.get(i).copied().unwrap_or_default())
}

impl Sheet {
    /// Whether so many sheets can be made, of which so many are needed.
    ///
    /// # Errors
    /// [`SheetError::Numbers`].
    pub fn numbers(need: u8, of: u8) -> Result<(), SheetError> {
        if need < 2 || need > of || of > MAX_SHEETS { Err(SheetError::Numbers { need, of }) } else { Ok(()) }
    }

    /// Whether these sheets lead to a secret, of whatever home.
    ///
    /// # Errors
    /// [`SheetError`].
    pub fn fit(sheets: &[Self]) -> Result<(), SheetError> {
        gather(sheets).map(drop)
    }

    /// The words to be printed.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(VERSION);
        bytes.extend(self.set);
        bytes.extend([self.need, self.of, self.number]);
        bytes.extend(self.share);
        let check: [u8; CHECK] = first(&derive("azalai 1 recovery sheet", &[&bytes]));
        bytes.extend(check);
        let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
        let number = |word: usize| (0..11).fold(0, |sum, at| sum << 1 | usize::from(bit(word * 11 + at)));
        (0..SHEET_WORDS).filter_map(|word| words::numbered(number(word))).collect()
    }

    /// Reads a sheet as people type it; `at`: its place among those given.
    ///
    /// # Errors
    /// [`SheetError`], which names the sheet and, where it can, the word.
    pub fn read(typed: &str, at: usize) -> Result<Self, SheetError> {
        let typed: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
        if typed.len() != SHEET_WORDS {
            return Err(SheetError::Count { at, got: typed.len() });
        }
        let mut bits = Zeroizing::new(Vec::with_capacity(SHEET_WORDS * 11));
        for (place, word) in typed.iter().enumerate() {
            let unknown = || SheetError::Unknown { at, place: place + 1, word: word.clone() };
            let number = words::number_of(word).ok_or_else(unknown)?;
            bits.extend((0..11).rev().map(|bit| number >> bit & 1 == 1));
        }
        let byte = |chunk: &[bool]| chunk.iter().fold(0_u8, |sum, bit| sum << 1 | u8::from(*bit));
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(bits.chunks(8).map(byte).collect());
        let wrong = || SheetError::Check { at };
        let (body, rest) = bytes.split_first_chunk::<BODY>().ok_or_else(wrong)?;
        let check: [u8; CHECK] = first(&derive("azalai 1 recovery sheet", &[body]));
        if rest != [&check[..], &[0]].concat() {
            return Err(wrong());
        }
        let [version, s0, s1, s2, s3, need, of, number, share @ ..] = *body;
        if version != VERSION {
            return Err(SheetError::Version { at, got: version });
        }
        Ok(Self { set: [s0, s1, s2, s3], need, of, number, share })
    }
}

/// Sheets of a new secret, and what opens the slot.
fn deal(need: u8, of: u8, rng: &mut ChaCha20Rng) -> Result<(Vec<Sheet>, Zeroizing<String>), SheetError> {
    Sheet::numbers(need, of)?;
    let mut secret = Zeroizing::new([0; 16]);
    rng.fill_bytes(&mut *secret);
    let set = set_of(&secret);
    let shares = shamir::split(&secret, need, of, rng);
    let sheet = |(number, share)| Sheet { set, need, of, number, share };
    Ok((shares.into_iter().map(sheet).collect(), passphrase(&secret)))
}

/// What opens the slot: no person types it.
fn passphrase(secret: &[u8; 16]) -> Zeroizing<String> {
    Zeroizing::new(format!("azalai recovery {}", to_hex(secret)))
}

/// What sheets lead to.
fn gather(sheets: &[Sheet]) -> Result<Zeroizing<String>, SheetError> {
    let Some(one) = sheets.first() else { return Err(SheetError::TooFew { got: 0, need: 2, of: 2, more: 2 }) };
    for (index, sheet) in sheets.iter().enumerate() {
        if (sheet.set, sheet.need, sheet.of) != (one.set, one.need, one.of) {
            return Err(SheetError::Mixed { at: index + 1 });
        }
        if let Some(earlier) = sheets.iter().take(index).position(|earlier| earlier.number == sheet.number) {
            return Err(SheetError::Twice { at: index + 1, first: earlier + 1 });
        }
    }
    let need = usize::from(one.need);
    if sheets.len() < need {
        let (got, more) = (sheets.len(), need - sheets.len());
        return Err(SheetError::TooFew { got, need: one.need, of: one.of, more });
    }
    let shares: Vec<(u8, [u8; 16])> = sheets.iter().take(need).map(|sheet| (sheet.number, sheet.share)).collect();
    let secret = shamir::join(&shares);
    if set_of(&secret) != one.set {
        return Err(SheetError::Forged);
    }
    Ok(passphrase(&secret))
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Makes sheets that open nothing yet: whoever has them in safety lets them open this profile
    /// ([`Node::let_sheets_open`]). Changes nothing.
    ///
    /// # Errors
    /// [`NodeError::Sheets`] for numbers that cannot be; [`NodeError::Invalid`] for a home without room for it.
    pub fn deal_sheets(&mut self, need: u8, of: u8) -> Result<Dealt, NodeError> {
        self.place_for_sheets()?;
        let (sheets, secret) = deal(need, of, &mut self.rng)?;
        Ok(Dealt { sheets, secret })
    }

    fn place_for_sheets(&self) -> Result<Place, NodeError> {
        self.place.ok_or_else(|| {
            NodeError::Invalid("this home was made by an older Azalai and has no slot for recovery sheets".to_owned())
        })
    }

    /// From when this returns these sheets open this profile, in the place of any earlier ones and of whatever else its
    /// second slot held. `root`: the disk of the home's slots.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] for a home without room for it; those of the storage: then they open it or the earlier ones
    /// do, or both.
    pub async fn let_sheets_open(&mut self, root: &D, dealt: &Dealt) -> Result<(), NodeError> {
        let place = self.place_for_sheets()?;
        let key = self.vault.keys().profile().clone();
        let before = slots_of(root).await?;
        let profile = (&key, place.side, Duress::No);
        let after = before.with(&mut self.rng, (place.mate, place.slot), &dealt.secret, profile)?;
        change_slots(root, &before, &after).await
    }

    /// Makes sheets and lets them open this profile, for who shows them at once and keeps them nowhere.
    ///
    /// # Errors
    /// Those of [`Node::deal_sheets`] and [`Node::let_sheets_open`].
    pub async fn make_sheets(&mut self, root: &D, need: u8, of: u8) -> Result<Vec<Sheet>, NodeError> {
        let dealt = self.deal_sheets(need, of)?;
        self.let_sheets_open(root, &dealt).await?;
        Ok(dealt.sheets)
    }

    /// Puts a new passphrase in the place of the forgotten one of the profile that the sheets open. The sheets go on
    /// working.
    ///
    /// # Errors
    /// [`NodeError::Sheets`]; [`NodeError::SheetsOpenNothing`] if they are not this home's, or newer ones were made;
    /// [`NodeError::TooSoon`]; [`NodeError::Slots`] for a passphrase that is in use or empty; those of the storage.
    pub async fn recover(
        disks: &Disks<D>,
        sheets: &[Sheet],
        new: &str,
        rng: &mut ChaCha20Rng,
        now_ms: u64,
    ) -> Result<(), NodeError> {
        let secret = gather(sheets)?;
        attempts::may_try(&disks.root, now_ms).await?;
        let found = Self::look(disks.clone(), &secret, now_ms).await.map_err(|error| match error {
            NodeError::WrongPassphrase | NodeError::SlotsDiffer => NodeError::SheetsOpenNothing,
            other => other,
        })?;
        if new == secret.as_str() {
            return Err(NodeError::Slots(SlotsError::InUse));
        }
        found.replace_mate(new, rng).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use rand_core::SeedableRng as _;

    use super::*;

    fn dealt() -> (Vec<Sheet>, Zeroizing<String>) {
        deal(3, 5, &mut ChaCha20Rng::seed_from_u64(5)).unwrap()
    }

    /// Guards against a change of the format after which printed sheets open nothing.
    #[test]
    fn the_words_of_a_sheet_are_fixed_and_read_back_as_people_type_them() {
        let (sheets, secret) = dealt();
        let words = sheets[0].words();
        assert_eq!(words.len(), SHEET_WORDS);
        assert_eq!(words[..8].join(" "), "acid sand mouse cactus core level auto spin");
        for sheet in &sheets {
            let words = sheet.words();
            assert_eq!(&Sheet::read(&words.join(" "), 1).unwrap(), sheet);
            let four: Vec<String> =
                words.iter().map(|word| word.chars().take(4).collect::<String>().to_uppercase()).collect();
            assert_eq!(&Sheet::read(&four.join("\n  "), 1).unwrap(), sheet);
        }
        for chosen in [[0, 1, 2], [4, 0, 3]] {
            assert_eq!(gather(&chosen.map(|index| sheets[index].clone())).unwrap(), secret);
        }
        assert_eq!(gather(&sheets).unwrap(), secret, "more than are needed");
    }

    /// Guards against sheets that are wrong and of which nobody is told which.
    #[test]
    fn what_is_wrong_with_which_sheet_is_said() {
        let (sheets, _) = dealt();
        let (others, _) = deal(3, 5, &mut ChaCha20Rng::seed_from_u64(6)).unwrap();
        let words = sheets[1].words();
        let read = |words: &[&str]| Sheet::read(&words.join(" "), 2);
        assert_eq!(read(&words[1..]), Err(SheetError::Count { at: 2, got: 21 }));
        let mut wrong = words.clone();
        wrong[4] = "azalai";
        assert_eq!(read(&wrong), Err(SheetError::Unknown { at: 2, place: 5, word: "azalai".to_owned() }));
        for place in 0..SHEET_WORDS {
            let mut wrong = words.clone();
            wrong[place] = if wrong[place] == "abandon" { "ability" } else { "abandon" };
            assert_eq!(read(&wrong), Err(SheetError::Check { at: 2 }), "word {place}");
        }
        let mut swapped = words.clone();
        swapped.swap(9, 10);
        assert_eq!(read(&swapped), Err(SheetError::Check { at: 2 }));
        let given = |list: [&Sheet; 3]| gather(&list.map(Clone::clone));
        assert_eq!(given([&sheets[0], &sheets[1], &others[2]]), Err(SheetError::Mixed { at: 3 }));
        assert_eq!(given([&sheets[0], &sheets[1], &sheets[0]]), Err(SheetError::Twice { at: 3, first: 1 }));
        let few = gather(&sheets[..2]);
        assert_eq!(few, Err(SheetError::TooFew { got: 2, need: 3, of: 5, more: 1 }));
        let forged = Sheet { share: [7; 16], ..sheets[2].clone() };
        assert_eq!(given([&sheets[0], &sheets[1], &forged]), Err(SheetError::Forged));
        for (need, of) in [(1, 1), (1, 3), (4, 3), (2, MAX_SHEETS + 1), (0, 0)] {
            let made = deal(need, of, &mut ChaCha20Rng::seed_from_u64(6)).map(drop);
            assert_eq!(made, Err(SheetError::Numbers { need, of }));
        }
    }
}
