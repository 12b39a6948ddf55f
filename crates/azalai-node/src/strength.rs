//! How hard a passphrase is to guess, roughly: enough to tell a name from five drawn words, no more.
//!
//! An estimate that errs low. It must never be shown as a promise.

use crate::limits::MIN_PASSPHRASE_BITS;
use crate::words;

/// What is said of a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Guessed in days at most.
    Weak,
    /// Against a passer-by.
    Fair,
    /// Against somebody with time.
    Good,
    /// Against a laboratory.
    Strong,
}

impl Strength {
    /// From easy to hard.
    pub const ALL: [Self; 4] = [Self::Weak, Self::Fair, Self::Good, Self::Strong];

    /// Its message is `strength-NAME`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Fair => "fair",
            Self::Good => "good",
            Self::Strong => "strong",
        }
    }
}

/// The strength of a passphrase.
#[must_use]
pub fn of(passphrase: &str) -> Strength {
    match bits(passphrase) {
        bits if bits < MIN_PASSPHRASE_BITS => Strength::Weak,
        bits if bits < 44 => Strength::Fair,
        bits if bits < 55 => Strength::Good,
        _ => Strength::Strong,
    }
}

/// Bits: 11 for each word of the list that was not used before, else 3 for each character that neither repeats nor
/// goes on from the one before it, and 1 for one that does.
fn bits(passphrase: &str) -> u32 {
    let mut seen: Vec<String> = Vec::new();
    let mut sum: u32 = 0;
    for word in passphrase.split_whitespace() {
        let word = word.to_lowercase();
        if seen.contains(&word) {
            continue;
        }
        sum = sum.saturating_add(if words::listed(&word) { 11 } else { of_word(&word) });
        seen.push(word);
    }
    sum
}

fn of_word(word: &str) -> u32 {
    let mut sum: u32 = 0;
    let mut before: Option<char> = None;
    for c in word.chars() {
        let plain = before.is_some_and(|before| (u32::from(c)).abs_diff(u32::from(before)) <= 1);
        sum = sum.saturating_add(if plain { 1 } else { 3 });
        before = Some(c);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a passphrase that is guessed in an hour being called good, and drawn words being refused.
    #[test]
    fn drawn_words_are_strong_and_what_people_choose_in_a_hurry_is_weak() {
        assert_eq!(of("abandon ability able about above"), Strength::Strong);
        assert_eq!(of("abandon ability able about"), Strength::Good);
        assert_eq!(of("abaisser acajou agrafer aimable zoologie"), Strength::Strong);
        for weak in ["", "1234567890", "aaaaaaaaaaaaaaaaaaaaaaaaa", "bamako", "gao gao gao gao", "abandon ability"] {
            assert_eq!(of(weak), Strength::Weak, "{weak}");
        }
        assert!(of("le puits du vieux forgeron") >= Strength::Good);
    }
}
