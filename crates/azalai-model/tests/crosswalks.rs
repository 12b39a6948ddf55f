//! Every category has its row in each crosswalk, and codes look as they do in the list that they are taken from.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_model::Pack;
use azalai_model::gazetteer::split;

const PACK: &str = include_str!("../../../seeds/packs/sahel/pack.json");
const ICCS: &str = include_str!("../../../seeds/crosswalks/iccs.csv");
const ACLED: &str = include_str!("../../../seeds/crosswalks/acled.csv");
const HXL: &str = include_str!("../../../seeds/crosswalks/hxl.csv");
const MARKETS: &str = include_str!("../../../seeds/crosswalks/ocindex.csv");

/// Event types with the sub-event types that we map to.
const EVENTS: [(&str, &[&str]); 4] = [
    ("Battles", &["Armed clash"]),
    ("Explosions/Remote violence", &["Air/drone strike", "Remote explosive/landmine/IED"]),
    ("Violence against civilians", &["Sexual violence", "Attack", "Abduction/forced disappearance"]),
    ("Strategic developments", &["Agreement", "Looting/property destruction"]),
];

const MARKET_NAMES: [&str; 15] = [
    "Human trafficking",
    "Human smuggling",
    "Extortion and protection racketeering",
    "Arms trafficking",
    "Trade in counterfeit goods",
    "Illicit trade in excisable goods",
    "Flora crimes",
    "Fauna crimes",
    "Non-renewable resource crimes",
    "Heroin trade",
    "Cocaine trade",
    "Cannabis trade",
    "Synthetic drug trade",
    "Cyber-dependent crimes",
    "Financial crimes",
];

struct Row {
    category: String,
    codes: Vec<(String, String)>,
    status: String,
}

/// Reads a file; every rule that holds for all of them is held here.
fn rows(csv: &str) -> Vec<Row> {
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("category,code,title,status,note"));
    let each = lines.map(|line| {
        let fields: [String; 5] = split(line).unwrap().try_into().unwrap_or_else(|_| panic!("{line}"));
        let [category, code, title, status, note] = fields;
        match status.as_str() {
            "none" => assert!(code.is_empty() && title.is_empty() && !note.is_empty(), "{line}"),
            "confirmed" => assert!(!code.is_empty() && !title.is_empty(), "{line}"),
            // What is open says what is open.
            "to confirm" => assert!(!code.is_empty() && !title.is_empty() && !note.is_empty(), "{line}"),
            _ => panic!("{line}: no such status"),
        }
        let cells = |text: &str| text.split(';').filter(|cell| !cell.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let (codes, titles) = (cells(&code), cells(&title));
        assert_eq!(codes.len(), titles.len(), "{line}");
        Row { category, codes: codes.into_iter().zip(titles).collect(), status }
    });
    each.collect()
}

/// Guards against a category that an export would leave out without anybody having decided so.
#[test]
fn every_category_has_a_row_in_every_crosswalk_in_the_order_of_the_pack() {
    let pack = Pack::parse(PACK.as_bytes()).unwrap();
    let wanted: Vec<&str> = pack.categories.iter().map(|category| category.code.as_str()).collect();
    for csv in [ICCS, ACLED, HXL, MARKETS] {
        let rows = rows(csv);
        assert_eq!(rows.iter().map(|row| row.category.as_str()).collect::<Vec<_>>(), wanted);
        assert!(rows.iter().any(|row| row.status == "confirmed"));
    }
}

/// Guards against codes that no other program would know: a slip of a digit, a type of another event.
#[test]
fn codes_look_as_they_do_in_their_lists() {
    for (code, _) in rows(ICCS).iter().flat_map(|row| &row.codes) {
        let digits = code.bytes().all(|byte| byte.is_ascii_digit());
        assert!(
            digits
                && (4..=6).contains(&code.len())
                && code.get(..2).is_some_and(|chapter| ("01".."12").contains(&chapter)),
            "{code}"
        );
    }
    for (sub, event) in rows(ACLED).iter().flat_map(|row| &row.codes) {
        assert!(EVENTS.iter().any(|(name, subs)| name == event && subs.contains(&sub.as_str())), "{event}: {sub}");
    }
    for (tag, _) in rows(HXL).iter().flat_map(|row| &row.codes) {
        let good = tag.strip_prefix('#').is_some_and(|rest| {
            rest.split('+').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()))
        });
        assert!(good, "{tag}");
    }
    for (market, title) in rows(MARKETS).iter().flat_map(|row| &row.codes) {
        assert!(MARKET_NAMES.contains(&market.as_str()) && market == title, "{market}");
    }
}

/// Guards against a complaint about officials that becomes a crime in somebody's figures by itself, and against a rumour
/// that becomes an event.
#[test]
fn complaints_carry_no_crime_code_and_rumours_no_event() {
    let pack = Pack::parse(PACK.as_bytes()).unwrap();
    let policing = |code: &str| pack.category(code).unwrap().theme == "policing";
    assert!(rows(ICCS).iter().filter(|row| policing(&row.category)).all(|row| row.codes.is_empty()));
    assert!(rows(ACLED).iter().filter(|row| policing(&row.category)).all(|row| row.codes.is_empty()));
    let rumour = ["tension-rumour", "armed-men-seen"];
    assert!(rows(ACLED).iter().filter(|row| rumour.contains(&row.category.as_str())).all(|row| row.codes.is_empty()));
}
