//! Words as they sound, so that a name written in Latin letters and in Arabic ones can be found to be the same.
//!
//! Three forms of a word: *folded* ([`crate::gazetteer::fold`]: no case, no accents), its *sound* (one letter for all
//! that people exchange, in both scripts), and its *key*: the consonants of the sound where there are enough of them
//! to mean something, since Arabic leaves short vowels out; else the sound itself. Nothing here decides that two texts
//! speak of one place: keys can be equal by chance, and whoever compares has to weigh them.

use crate::gazetteer::fold;
use crate::limits::MAX_WORDS;

/// Consonants from which on they alone are a word's key: with fewer, too many words would be the same.
const ENOUGH_CONSONANTS: usize = 3;
/// Letters that a sound needs to be a key.
const ENOUGH_SOUND: usize = 3;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it stands there.
    pub written: String,
    /// Folded; digits as 0–9.
    pub folded: String,
    /// Whether it begins with a capital and does not begin a sentence: in Latin letters, likely a name.
    pub named: bool,
}

/// The words of a text in their order, at most [`MAX_WORDS`] of them.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut begins = true;
    for piece in text.split_whitespace() {
        for part in piece.split(['-', '/', ',', '،', ';', '؛', '(', ')', '"', '«', '»']) {
            let written = unelided(part.trim_matches(|c: char| !c.is_alphanumeric()));
            let folded = digits(&fold(written));
            if !folded.is_empty() {
                let capital = written.chars().next().is_some_and(char::is_uppercase);
                found.push(Word { written: written.to_owned(), folded, named: capital && !begins });
                begins = false;
            }
            begins |= part.ends_with(['.', '!', '?', '؟', ':']);
        }
        if found.len() >= MAX_WORDS {
            break;
        }
    }
    found.truncate(MAX_WORDS);
    found
}

/// The sound of a folded word: of the letters `abdfiklmnrstu`, without the Arabic article and what is not heard in
/// every script. Letters of other scripts stay as they are.
#[must_use]
pub fn sound(folded: &str) -> String {
    let mut sound = String::with_capacity(folded.len());
    for word in folded.split(' ') {
        let mut rest = word.strip_prefix("ال").filter(|rest| rest.chars().count() >= 3).unwrap_or(word);
        while let Some((heard, after)) = heard(rest) {
            for letter in heard.chars().filter(|letter| !sound.ends_with(*letter)).collect::<Vec<_>>() {
                sound.push(letter);
            }
            rest = after;
        }
    }
    sound
}

/// What a folded word, or several that make one name, is compared by; `None` if it says too little.
#[must_use]
pub fn key(folded: &str) -> Option<String> {
    let sound = sound(folded);
    let consonants: String = sound.chars().filter(|letter| !matches!(letter, 'a' | 'i' | 'u')).collect();
    if consonants.chars().count() >= ENOUGH_CONSONANTS {
        return Some(consonants);
    }
    (sound.chars().count() >= ENOUGH_SOUND).then_some(sound)
}

/// The number that a folded word says, in digits or in the words of the three languages.
#[must_use]
pub fn number(folded: &str) -> Option<u64> {
    const WORDS: [(u64, &str); 17] = [
        (2, "two deux اثنان اثنين رجلين رجلان"),
        (3, "three trois ثلاث ثلاثه"),
        (4, "four quatre اربع اربعه"),
        (5, "five cinq خمس خمسه"),
        (6, "six ست سته"),
        (7, "seven sept سبع سبعه"),
        (8, "eight huit ثماني ثمانيه ثمان"),
        (9, "nine neuf تسع تسعه"),
        (10, "ten dix عشر عشره"),
        (12, "twelve douze dozen douzaine"),
        (15, "fifteen quinze quinzaine"),
        (20, "twenty vingt عشرون عشرين"),
        (30, "thirty trente ثلاثون ثلاثين"),
        (40, "forty quarante اربعون اربعين"),
        (50, "fifty cinquante خمسون خمسين"),
        (100, "hundred cent مئه مائه"),
        (200, "مئتان مئتين مائتان مائتين"),
    ];
    if let Ok(number) = folded.parse() {
        return Some(number);
    }
    WORDS.iter().find(|(_, words)| words.split(' ').any(|word| word == folded)).map(|(number, _)| *number)
}

/// An Arabic word without the one letter that may be joined to its front: and, in, to, as, so.
#[must_use]
pub fn unjoined(folded: &str) -> Option<&str> {
    let rest = ["و", "ب", "ل", "ك", "ف"].iter().find_map(|joined| folded.strip_prefix(joined))?;
    (rest.chars().count() >= ENOUGH_SOUND).then_some(rest)
}

/// A French word without what is drawn together with it: `d'Ansongo` names Ansongo. Names begin with N' and M'.
fn unelided(word: &str) -> &str {
    let rest = word.split_once(['\'', '’']).filter(|(front, _)| {
        matches!(front.to_lowercase().as_str(), "d" | "l" | "s" | "j" | "c" | "t" | "qu") || matches!(*front, "n" | "m")
    });
    rest.map_or(word, |(_, rest)| rest)
}

/// Arabic and Persian digits as 0–9.
fn digits(folded: &str) -> String {
    let digit = |c: char| {
        let base = match c {
            '٠'..='٩' => '٠',
            '۰'..='۹' => '۰',
            _ => return c,
        };
        char::from_digit(u32::from(c) - u32::from(base), 10).unwrap_or(c)
    };
    folded.chars().map(digit).collect()
}

/// How the beginning of a word is heard, and what follows it. Letters that stand for one sound are taken together, and
/// so are letters that people exchange between scripts and languages.
fn heard(word: &str) -> Option<(&str, &str)> {
    const TOGETHER: [(&str, &str); 20] = [
        ("tch", "s"),
        ("sch", "s"),
        ("تش", "s"),
        ("sh", "s"),
        ("ch", "s"),
        ("dj", "k"),
        ("gh", "k"),
        ("kh", "k"),
        ("ck", "k"),
        ("qu", "k"),
        ("gn", "n"),
        ("ny", "n"),
        ("ph", "f"),
        ("th", "t"),
        ("dh", "d"),
        ("ou", "u"),
        ("oo", "u"),
        ("ee", "i"),
        ("ce", "si"),
        ("ci", "si"),
    ];
    if let Some((letters, heard)) = TOGETHER.iter().find(|(letters, _)| word.starts_with(letters)) {
        return Some((heard, word.strip_prefix(letters)?));
    }
    let letter = word.chars().next()?;
    let rest = word.strip_prefix(letter)?;
    let heard = match letter {
        'a' | 'ا' => "a",
        'e' | 'i' | 'y' | 'ي' => "i",
        'o' | 'u' | 'w' | 'و' => "u",
        'b' | 'p' | 'ب' | 'پ' => "b",
        'd' | 'د' | 'ض' | 'ذ' => "d",
        'f' | 'v' | 'ف' | 'ڤ' => "f",
        'c' | 'g' | 'j' | 'k' | 'q' | 'ج' | 'خ' | 'غ' | 'ق' | 'ك' | 'گ' => "k",
        'l' | 'ل' => "l",
        'm' | 'م' => "m",
        'n' | 'ن' => "n",
        'r' | 'ر' => "r",
        's' | 'z' | 'س' | 'ش' | 'ص' | 'ز' | 'ظ' | 'چ' => "s",
        't' | 'ت' | 'ث' | 'ط' => "t",
        'x' => "ks",
        'h' | 'ح' | 'ه' | 'ع' | 'ء' => "",
        _ => word.get(..letter.len_utf8())?,
    };
    Some((heard, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn keyed(text: &str) -> Option<String> {
        key(&fold(text))
    }

    /// Guards against a name that is another one in another script: these are how people of the region write.
    #[test]
    fn a_name_has_one_key_in_both_scripts() {
        for (latin, arabic) in [
            ("Gao", "غاو"),
            ("Gossi", "غوسي"),
            ("Ménaka", "ميناكا"),
            ("Menaka", "منكا"),
            ("Tombouctou", "تومبوكتو"),
            ("Kidal", "كيدال"),
            ("Ansongo", "أنسونغو"),
            ("Bourem", "بوريم"),
            ("Toyota", "تويوتا"),
            ("Tin Hama", "تين هاما"),
        ] {
            assert_eq!(keyed(latin), keyed(arabic), "{latin} {arabic}");
            assert!(keyed(latin).is_some());
        }
        assert_ne!(keyed("Gao"), keyed("Gossi"));
        assert_ne!(keyed("Mopti"), keyed("Bamako"));
    }

    /// Guards against words too short to mean anything that make all texts alike.
    #[test]
    fn what_says_too_little_has_no_key() {
        for word in ["a", "le", "of", "في", "و"] {
            assert_eq!(keyed(word), None, "{word}");
        }
    }

    /// Guards against numbers that differ by script, or are lost in words.
    #[test]
    fn numbers_are_read_in_digits_and_words() {
        let of = |text: &str| words(text).iter().filter_map(|word| number(&word.folded)).collect::<Vec<_>>();
        assert_eq!(of("Cinq hommes, 3 motos et ٤٠ vaches"), [5, 3, 40]);
        assert_eq!(of("خمسة رجال و 3 دراجات"), [5, 3]);
    }

    /// Guards against the first word of every sentence being taken for a name.
    #[test]
    fn a_capital_that_begins_a_sentence_names_nothing() {
        let named: Vec<String> = words("Men came to Gossi. They left for Gao-ville, d'Ansongo à N'Djamena")
            .into_iter()
            .filter(|w| w.named)
            .map(|w| w.written)
            .collect();
        assert_eq!(named, ["Gossi", "Gao", "Ansongo", "N'Djamena"]);
        assert_eq!(unjoined("بغاو"), Some("غاو"));
    }

    /// Guards against a text of a hostile length that costs without bound.
    #[test]
    fn only_the_first_words_are_taken() {
        assert_eq!(words(&"x ".repeat(100_000)).len(), MAX_WORDS);
        assert!(words(&"-".repeat(100_000)).is_empty());
    }
}
