//! Where long words may break: browsers without a dictionary for the page's language, as most on cheap phones, break
//! them anywhere, or not at all.

/// Letters from which on a word may be broken: shorter ones fit a tile of the narrowest screen.
const LONG: usize = 9;

/// Letters that stay together before a break and after it.
const SIDES: (usize, usize) = (3, 4);

/// Two consonants that begin a syllable together.
const TOGETHER: [&str; 17] =
    ["bl", "br", "ch", "cl", "cr", "dr", "fl", "fr", "gl", "gn", "gr", "ph", "pl", "pr", "th", "tr", "vr"];

/// The text with a soft hyphen where a long word in Latin letters may break: before the consonant, or the two that
/// belong together, with which a syllable begins. Other writing stays as it is.
pub(crate) fn hyphenated(text: &str) -> String {
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn word(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let latin = letters.iter().all(|c| c.is_ascii_alphabetic() || ('\u{c0}'..'\u{180}').contains(c));
    if letters.len() < LONG || !latin {
        return word.to_owned();
    }
    let mut broken = String::with_capacity(word.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        if at >= SIDES.0 && at + SIDES.1 <= letters.len() && begins(&letters, at) {
            broken.push('\u{ad}');
        }
        broken.push(*letter);
    }
    broken
}

fn vowel(letter: Option<&char>) -> bool {
    letter.is_some_and(|c| "aeiouyàâäéèêëîïôöùûüœæ".contains(c.to_lowercase().next().unwrap_or(*c)))
}

fn pair(first: Option<&char>, second: Option<&char>) -> bool {
    let both: String = [first, second].into_iter().flatten().collect();
    TOGETHER.contains(&both.to_lowercase().as_str())
}

/// Whether a syllable begins at this letter.
fn begins(letters: &[char], at: usize) -> bool {
    let (before, here, next) = (at.checked_sub(1).and_then(|at| letters.get(at)), letters.get(at), letters.get(at + 1));
    if vowel(here) {
        return false;
    }
    if vowel(next) {
        return !pair(before, here);
    }
    pair(here, next) && vowel(letters.get(at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a word that is cut in the middle of a syllable, or one letter before its end.
    #[test]
    fn long_words_may_break_between_syllables_and_others_stay_whole() {
        let shown = |text: &str| hyphenated(text).replace('\u{ad}', "-");
        assert_eq!(
            shown("Cigarettes ou marchandises de contrebande"),
            "Ciga-rettes ou mar-chan-dises de con-tre-bande"
        );
        assert_eq!(shown("Enlèvement contre rançon"), "Enlè-ve-ment contre rançon");
        assert_eq!(shown("Vol de bétail par la force"), "Vol de bétail par la force");
        assert_eq!(shown("حاجز يقيمه مسلحون (ترامادول)"), "حاجز يقيمه مسلحون (ترامادول)");
        assert_eq!(shown("https://a.example/aaaaaaaa"), "https://a.example/aaaaaaaa");
    }
}
