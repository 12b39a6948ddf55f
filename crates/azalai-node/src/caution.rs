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
    "named",
    "called",
    "nommé",
    "nommée",
    "prénommé",
    "surnommé",
    "surnommée",
    "alias",
    "s'appelle",
];

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

/// The first words of a text that seem to be somebody's name: what follows a title, or two capitalised words inside a
/// sentence that are no place of the list.
#[must_use]
pub fn seems_to_name(text: &str, places: &Gazetteer) -> Option<String> {
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
        let inside = at > 0 && words.get(at - 1).is_some_and(|before| !before.ends_sentence);
        if inside && !word.ends_sentence && word.capital() && next.capital() && word.bare.chars().count() > 1 {
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
        for plain in [
            "",
            "Five men on motorcycles came to Gao. They took two goats.",
            "Les FAMA sont venues de Gao vers Ansongo",
            "Ils ont dit: Partez Demain.",
            "خمسة رجال على دراجات في غاو",
            "the commander said nothing",
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
