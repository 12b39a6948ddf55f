//! Words that people read to each other: the six of an invite, the five or more of a passphrase.
//!
//! The lists are those of BIP-39 (`seeds/words/SOURCE.md`): four letters tell every word of a list from the others. An
//! invite's words are English, a passphrase's may be of another language.

use rand_core::CryptoRng;

use crate::limits::INVITE_WORDS;

static LIST: &str = include_str!("../../../seeds/words/english.txt");
static FRENCH: &str = include_str!("../../../seeds/words/french.txt");

/// Languages of which there are words for passphrases.
pub const LANGUAGES: [&str; 2] = ["en", "fr"];

/// Words that are not such words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Too few or too many.
    #[error("{got} words were given, {INVITE_WORDS} are needed")]
    Count {
        /// How many there were.
        got: usize,
    },
    /// One that is not in the list.
    #[error("word {place} ({word:?}) is none of the list: check its spelling")]
    Unknown {
        /// Which, from 1.
        place: usize,
        /// The word as given.
        word: String,
    },
}

/// Draws `count` words, no two alike, each choice with the same chance. `n` of them make the logarithm of
/// 2,048 · 2,047 · … (2,049 − n): 54.99 bits for five, 65.99 for six, a hundredth of a bit less than with repeats, over
/// which people stumble.
pub fn draw(count: usize, rng: &mut impl CryptoRng) -> Vec<&'static str> {
    draw_from(LIST, count, rng)
}

/// Draws `count` words of a language for a passphrase; English ones where there are none of it.
pub fn draw_in(language: &str, count: usize, rng: &mut impl CryptoRng) -> Vec<&'static str> {
    draw_from(if language == "fr" { FRENCH } else { LIST }, count, rng)
}

fn draw_from(list: &'static str, count: usize, rng: &mut impl CryptoRng) -> Vec<&'static str> {
    let list: Vec<&str> = list.lines().collect();
    let mut drawn: Vec<&str> = Vec::with_capacity(count);
    while drawn.len() < count.min(list.len()) {
        // 2,048 divides 2^32: no word is likelier than another. One that is there already is drawn again.
        let word = list.get(rng.next_u32() as usize % list.len());
        drawn.extend(word.filter(|word| !drawn.contains(word)).copied());
    }
    drawn
}

/// Whether a word, in lower case, is of one of the lists.
#[must_use]
pub fn listed(word: &str) -> bool {
    LIST.lines().chain(FRENCH.lines()).any(|listed| listed == word)
}

/// The word of a number under 2,048.
pub(crate) fn numbered(number: usize) -> Option<&'static str> {
    LIST.lines().nth(number)
}

/// The number of a word in lower case; four letters are enough.
pub(crate) fn number_of(word: &str) -> Option<usize> {
    let exact = LIST.lines().position(|listed| listed == word);
    let begun = || LIST.lines().position(|listed| word.chars().count() >= 4 && listed.starts_with(word));
    exact.or_else(begun)
}

/// Reads words as people type them: any case, any white space, four letters are enough.
///
/// # Errors
/// [`WordsError`] names the first word that is none, or the wrong count.
pub fn normalise(typed: &str) -> Result<String, WordsError> {
    let typed: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    if typed.len() != INVITE_WORDS {
        return Err(WordsError::Count { got: typed.len() });
    }
    let mut found = Vec::with_capacity(INVITE_WORDS);
    for (index, word) in typed.iter().enumerate() {
        let exact = LIST.lines().find(|listed| listed == word);
        let begun = || LIST.lines().find(|listed| word.chars().count() >= 4 && listed.starts_with(word.as_str()));
        let listed = exact.or_else(begun);
        found.push(listed.ok_or_else(|| WordsError::Unknown { place: index + 1, word: word.clone() })?);
    }
    Ok(found.join(" "))
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng as _;

    use super::*;

    /// Guards against a list that was cut or padded: the strength of an invite rests on its length.
    #[test]
    fn each_list_has_2048_words_told_apart_by_four_letters() {
        for list in [LIST, FRENCH] {
            let mut heads: Vec<&str> = list.lines().map(|word| word.get(..4).unwrap_or(word)).collect();
            heads.sort_unstable();
            heads.dedup();
            assert_eq!(heads.len(), 2048);
            // One way only to write each: a passphrase with an accent has two.
            assert!(list.lines().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())));
        }
    }

    /// Guards against words that somebody cannot read, and against a language that draws none.
    #[test]
    fn words_are_drawn_in_the_language_that_was_asked_for() {
        let drawn = |language| draw_in(language, 5, &mut rand_chacha::ChaCha20Rng::from_seed([3; 32]));
        assert!(drawn("fr").iter().all(|word| FRENCH.lines().any(|listed| listed == *word)));
        assert!(drawn("ar").iter().all(|word| LIST.lines().any(|listed| listed == *word)));
        assert_ne!(drawn("fr"), drawn("en"));
    }

    /// Guards against a passphrase with one word twice, of which people write down or type only one.
    #[test]
    fn no_word_is_drawn_twice() {
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([9; 32]);
        // Of so many words drawn with repeats, hardly any draw would be without one.
        for drawn in [draw(400, &mut rng), draw_in("fr", 400, &mut rng), draw(2_048, &mut rng)] {
            let different: std::collections::BTreeSet<&str> = drawn.iter().copied().collect();
            assert_eq!(different.len(), drawn.len());
        }
        assert_eq!((draw(5, &mut rng).len(), draw(3_000, &mut rng).len()), (5, 2_048));
    }

    /// Guards against an invite that its own words do not open because of how they were typed.
    #[test]
    fn words_are_read_as_people_type_them() {
        let words = draw(INVITE_WORDS, &mut rand_chacha::ChaCha20Rng::from_seed([7; 32]));
        let plain = words.join(" ");
        let typed = format!(
            "  {}\n",
            words.iter().map(|word| word.get(..4).unwrap_or(word).to_uppercase()).collect::<Vec<_>>().join("\t ")
        );
        assert_eq!(normalise(&plain).unwrap(), plain);
        assert_eq!(normalise(&typed).unwrap(), plain);
        assert_eq!(normalise("abandon"), Err(WordsError::Count { got: 1 }));
        assert!(matches!(
            normalise("abandon abandon abandon abandon abandon azalai"),
            Err(WordsError::Unknown { place: 6, .. })
        ));
    }
}
