//! A second look at what a person wrote, before it is saved: does it seem to name somebody?
//!
//! It guesses, in Latin and Arabic writing, and it only ever asks: nothing is refused or changed because of it.

use azalai_model::gazetteer::{Gazetteer, Resolved};

/// Words after which a name usually follows, in lower case: titles, and ways to say how somebody is called.
const BEFORE_NAMES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "monsieur",
    "madame",
    "mme",
    "mlle",
    "el hadj",
    "elhadj",
    "hadj",
    "hajj",
    "cheikh",
    "sheikh",
    "cheick",
    "imam",
    "marabout",
    "commandant",
    "commander",
    "colonel",
    "capitaine",
    "captain",
    "lieutenant",
    "sergent",
    "sergeant",
];

/// Ways to say how somebody is called: a name follows, however it is written. Who types on a phone leaves capitals out.
const CALLED: &[&str] = &[
    "named",
    "called",
    "nicknamed",
    "nommé",
    "nommée",
    "nomme",
    "nommee",
    "prénommé",
    "prénommée",
    "surnommé",
    "surnommée",
    "alias",
    "s'appelle",
    "s’appelle",
    "appelé",
    "appelée",
];

/// Words that follow on these without being a name.
const NO_NAMES: &[&str] = &[
    "a", "an", "the", "us", "me", "him", "her", "them", "you", "it", "to", "for", "by", "on", "in", "at", "off", "out",
    "and", "but", "from", "his", "their", "my", "our", "le", "la", "les", "un", "une", "des", "du", "de", "à", "au",
    "aux", "par", "pour", "et", "ou", "chef", "après", "hier", "deux", "trois",
];

/// Words with which a sentence begins and no name does.
const OPENERS: &[&str] = &[
    "the",
    "a",
    "an",
    "this",
    "that",
    "these",
    "those",
    "some",
    "many",
    "all",
    "two",
    "three",
    "in",
    "at",
    "on",
    "from",
    "near",
    "after",
    "before",
    "no",
    "our",
    "their",
    "le",
    "la",
    "les",
    "un",
    "une",
    "des",
    "ce",
    "cette",
    "ces",
    "deux",
    "trois",
    "à",
    "au",
    "aux",
    "dans",
    "sur",
    "vers",
    "de",
    "du",
    "depuis",
    "après",
    "avant",
    "plusieurs",
    "notre",
    "leurs",
    "ils",
    "elles",
    "they",
    "we",
    "nous",
];

/// Digits of a telephone number, at least: those of the region have eight without the country's code.
const PHONE_DIGITS: usize = 8;

/// The same in Arabic: whatever word follows is taken for a name.
const BEFORE_NAMES_ARABIC: &[&str] = &[
    "السيد",
    "السيدة",
    "الشيخ",
    "الحاج",
    "الإمام",
    "المدعو",
    "المدعوة",
    "اسمه",
    "اسمها",
    "يدعى",
    "تدعى",
    "العقيد",
    "النقيب",
];

/// The first words of a text that seem to tell who somebody is: what follows a title or "called", two capitalised words
/// that are no place of the list, a telephone number.
#[must_use]
pub fn seems_to_name(text: &str, places: &Gazetteer) -> Option<String> {
    if let Some(number) = phone_number(text) {
        return Some(number);
    }
    let words: Vec<Word<'_>> = words(text);
    for (at, word) in words.iter().enumerate() {
        let Some(next) = words.get(at + 1).filter(|_| !word.ends_sentence || word.bare.chars().count() <= 3) else {
            continue;
        };
        if BEFORE_NAMES_ARABIC.contains(&word.bare) {
            return Some(format!("{} {}", word.bare, next.bare));
        }
        if BEFORE_NAMES.contains(&word.bare.to_lowercase().as_str()) && next.capital() {
            return Some(format!("{} {}", word.bare, next.bare));
        }
        let (lower, following) = (word.bare.to_lowercase(), next.bare.to_lowercase());
        let names = next.bare.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'));
        if CALLED.contains(&lower.as_str()) && names && !NO_NAMES.contains(&following.as_str()) {
            return Some(format!("{} {}", word.bare, next.bare));
        }
        let inside = at > 0 && words.get(at - 1).is_some_and(|before| !before.ends_sentence);
        if (inside || !OPENERS.contains(&lower.as_str()))
            && !word.ends_sentence
            && word.capital()
            && next.capital()
            && word.bare.chars().count() > 1
        {
            let both = format!("{} {}", word.bare, next.bare);
            let known = |name: &str| !matches!(places.resolve(name), Resolved::None);
            // One that is a place on its own is part of a longer name of one more often than of a person's.
            if !known(&both) && !known(word.bare) && !known(next.bare) {
                return Some(both);
            }
        }
    }
    None
}

/// The first run of digits in a text that looks like a telephone number, with what stands between them. Dates and
/// amounts are none: a year with month and day, and groups of three.
fn phone_number(text: &str) -> Option<String> {
    let part = |c: char| c.is_numeric() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')' | '\u{a0}' | '\u{202f}');
    text.split(|c| !part(c)).find_map(|run| {
        let run = run.trim_matches(|c: char| !c.is_numeric() && c != '+');
        let groups: Vec<usize> = run
            .split(|c: char| !c.is_numeric())
            .map(|group| group.chars().count())
            .filter(|digits| *digits > 0)
            .collect();
        let digits: usize = groups.iter().sum();
        let abroad = run.starts_with('+') || run.starts_with("00");
        let date = matches!(groups.as_slice(), [4, 2, 2] | [2, 2, 4]);
        let amount = groups.len() > 1 && groups.iter().skip(1).all(|digits| *digits == 3);
        let decimal = groups.len() == 2 && run.contains('.');
        (digits >= PHONE_DIGITS && (abroad || !date && !amount && !decimal)).then(|| run.to_owned())
    })
}

struct Word<'a> {
    bare: &'a str,
    ends_sentence: bool,
}

impl Word<'_> {
    /// Begins with a capital and goes on in small letters: what is written in capitals all through is an acronym.
    fn capital(&self) -> bool {
        let mut letters = self.bare.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.any(char::is_lowercase)
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let of_name = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-');
    text.split_inclusive('\n')
        .flat_map(str::split_whitespace)
        .map(|word| Word {
            bare: word.trim_matches(|c| !of_name(c)),
            ends_sentence: word.ends_with(['.', '!', '?', ':', ';', '؟', ',', '،', ')']),
        })
        .filter(|word| !word.bare.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    /// Guards against a person's name that goes out because nobody asked, and a question at every place's name.
    #[test]
    fn names_are_asked_about_and_places_are_not() {
        let asked = |text: &str| seems_to_name(text, catalog::gazetteer().unwrap());
        assert_eq!(asked("They took Moussa Traoré at night").unwrap(), "Moussa Traoré");
        assert_eq!(asked("Mr. Keita was beaten").unwrap(), "Mr Keita");
        assert_eq!(asked("Un homme nommé Issa est venu").unwrap(), "nommé Issa");
        assert_eq!(asked("جاء المدعو أحمد ليلا").unwrap(), "المدعو أحمد");
        assert_eq!(asked("Moussa Traoré took them").unwrap(), "Moussa Traoré");
        assert_eq!(asked("They came at night. Moussa Traoré was there").unwrap(), "Moussa Traoré");
        assert_eq!(asked("a man called moussa, with a scar").unwrap(), "called moussa");
        assert_eq!(asked("un homme nommé issa est venu").unwrap(), "nommé issa");
        for number in ["+223 76 12 34 56", "76123456", "76-12-34-56", "٧٦١٢٣٤٥٦", "0022376123456", "+223 761 234 567"]
        {
            assert_eq!(asked(&format!("ring {number} about it")).unwrap(), number);
        }
        for plain in [
            "",
            "Five men on motorcycles came to Gao. They took two goats.",
            "Les FAMA sont venues de Gao vers Ansongo",
            "Ils ont dit: Partez demain.",
            "خمسة رجال على دراجات في غاو",
            "the commander said nothing",
            "on 2026-11-20 and on 20.11.2026 they asked 10 000 000 francs at 16.271667",
            "they called the police, who called us back",
            "Les Touaregs sont partis. The Army came.",
        ] {
            assert_eq!(asked(plain), None, "{plain}");
        }
    }

    /// Guards against text that ends the program.
    #[test]
    fn any_text_is_looked_at_without_a_panic() {
        for text in ["\u{202e}", "'''", "Mr.", "A B C D", "…\n\n\u{0}", "مم السيد", "İ Ǆ ß"] {
            let _ = seems_to_name(text, catalog::gazetteer().unwrap());
            let _ = seems_to_name(&text.repeat(500), catalog::gazetteer().unwrap());
        }
    }
}
