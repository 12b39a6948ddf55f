//! Why two reports are likely of one event, in the person's language.

use azalai_model::matching::{Likeness, Named, Reason};
use azalai_node::catalog;

use crate::texts::Texts;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Metres up to which two places are said to be one.
const ONE_PLACE_METRES: u32 = 200;

/// How likely, as a name of the family `likely-how`.
pub(crate) fn how(likeness: &Likeness) -> &'static str {
    match likeness.score {
        80.. => "strong",
        65..80 => "fair",
        _ => "weak",
    }
}

/// Each reason, as a short phrase.
pub(crate) fn reasons(texts: &Texts, likeness: &Likeness) -> Vec<String> {
    likeness.reasons.iter().map(|reason| said(texts, reason)).collect()
}

fn said(texts: &Texts, reason: &Reason) -> String {
    let list = |words: Vec<String>| words.join(&texts.say("said-separator"));
    match reason {
        Reason::Near { metres, .. } if *metres <= ONE_PLACE_METRES => texts.say("likely-here"),
        Reason::Near { metres, coarse } => {
            let distance = match metres {
                0..1_000 => texts.say1("distance-metres", "count", metres.div_ceil(100) * 100),
                _ => texts.say1("distance-kilometres", "count", (metres + 500) / 1_000),
            };
            if *coarse {
                texts.say1("likely-near-coarse", "distance", &distance)
            } else {
                texts.say1("likely-near", "distance", &distance)
            }
        }
        Reason::Names(names) => {
            let name = |name: &Named| match name {
                Named::Place(id) => {
                    let entry = catalog::gazetteer().ok().and_then(|gazetteer| gazetteer.get(id));
                    entry.map_or_else(|| id.clone(), |entry| entry.name_in(texts.code).to_owned())
                }
                Named::Word(word) => word.clone(),
            };
            texts.say1("likely-names", "names", list(names.iter().map(name).collect()))
        }
        Reason::When { gap_ms: 0, coarse: true } => texts.say("likely-time-coarse"),
        Reason::When { gap_ms: 0, .. } => texts.say("likely-time"),
        Reason::When { gap_ms, .. } => {
            let gap = gap_ms.unsigned_abs();
            let span = match gap {
                0..HOUR => texts.say1("span-minutes", "count", gap.div_ceil(MINUTE)),
                HOUR..DAY => texts.say1("span-hours", "count", (gap + HOUR / 2) / HOUR),
                _ => texts.say1("span-days", "count", (gap + DAY / 2) / DAY),
            };
            if *gap_ms < 0 {
                texts.say1("likely-earlier", "span", span)
            } else {
                texts.say1("likely-later", "span", span)
            }
        }
        Reason::SameCategory => texts.say("likely-same-kind"),
        Reason::LikeCategory => texts.say("likely-like-kind"),
        Reason::Numbers(numbers) => {
            texts.say1("likely-numbers", "numbers", list(numbers.iter().map(|number| texts.number(number)).collect()))
        }
        Reason::Words(words) => texts.say1("likely-words", "words", list(words.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::named;

    /// Guards against reasons that only one language can read.
    #[test]
    fn reasons_are_said_in_each_language() {
        let reasons = vec![
            Reason::Near { metres: 4_120, coarse: false },
            Reason::When { gap_ms: -2 * 3_600_000, coarse: false },
            Reason::SameCategory,
            Reason::Names(vec![Named::Place("gn2457163".to_owned())]),
        ];
        let likeness = Likeness { score: 82, reasons };
        let said = |code: &str| {
            let joined = super::reasons(named(code).unwrap(), &likeness).join(" · ");
            joined.replace(['\u{2068}', '\u{2069}'], "")
        };
        assert_eq!(said("en"), "4 km away · 2 hours earlier · same kind · both name Gao");
        assert_eq!(said("fr"), "à 4 km · 2 heures plus tôt · même genre · les deux nomment Gao");
        assert!(said("ar").contains("غاو") && said("ar").contains("ساعتين"));
        assert_eq!(how(&likeness), "strong");
    }
}
