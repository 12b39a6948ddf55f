//! Likely the same event: across three languages what must be found and what must not, whatever the order.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use azalai_model::limits::{MAX_COMPARED, MAX_LIKELY};
use azalai_model::match_index::{Index, likeliest};
use azalai_model::matching::{Facts, Gist, Lexicon, Likeness, Mark, Named, Reason};
use azalai_model::{Gazetteer, Occurred, Pack, Place, PlacePrecision, Point};

/// Friday 20 November 2026, noon.
const NOON: u64 = 1_795_176_000_000;
const HOUR: u64 = 3_600_000;

struct Ground {
    pack: Pack,
    lexicon: Lexicon,
}

/// Made once: the list of places is long.
fn ground() -> &'static Ground {
    static CELL: OnceLock<Ground> = OnceLock::new();
    CELL.get_or_init(make)
}

fn make() -> Ground {
    let pack = Pack::parse(include_bytes!("../../../seeds/packs/sahel/pack.json")).unwrap();
    let mut gazetteer = Gazetteer::parse(include_str!("../../../seeds/places/places.csv")).unwrap();
    gazetteer.extend(include_str!("../../../seeds/places/region.csv")).unwrap();
    Ground { pack, lexicon: Lexicon::new(&gazetteer) }
}

#[derive(Clone, Debug)]
struct Told {
    category: &'static str,
    when: Option<Occurred>,
    place: Option<Place>,
    text: String,
    written: u64,
}

impl Told {
    fn new(category: &'static str, when: &str, place: Option<Place>, text: &str) -> Self {
        let when = (!when.is_empty()).then(|| Occurred::parse(when, NOON, 0).unwrap());
        Self { category, when, place, text: text.to_owned(), written: NOON }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            category: Some(self.category),
            occurred: self.when.as_ref(),
            written_ms: self.written,
            places: [self.place.as_ref(), None, None],
            text: &self.text,
        }
    }

    fn gist(&self, ground: &Ground) -> Gist {
        Gist::of(&self.facts(), &ground.lexicon, &ground.pack)
    }
}

fn at(lat: f64, lon: f64) -> Option<Place> {
    Some(Place::try_new(Some(Point::try_new(lat, lon).unwrap()), Some(20), None, None, None).unwrap())
}

fn village(name: &str) -> Option<Place> {
    Some(Place::try_new(None, None, None, Some(name.to_owned()), None).unwrap())
}

fn likeness(ground: &Ground, one: &Told, two: &Told) -> Option<Likeness> {
    let (forth, back) = (one.gist(ground).compare(&two.gist(ground)), two.gist(ground).compare(&one.gist(ground)));
    assert_eq!(forth.as_ref().map(|found| found.score), back.as_ref().map(|found| found.score));
    forth
}

fn names(likeness: &Likeness) -> Vec<String> {
    let lists = likeness.reasons.iter().filter_map(|reason| match reason {
        Reason::Names(names) => Some(names),
        _ => None,
    });
    let name = |name: &Named| match name {
        Named::Place(id) => format!("@{id}"),
        Named::Word(word) => word.clone(),
    };
    lists.flatten().map(name).collect()
}

/// Guards against three tellings of one night that no coordinator sees together, because each is in another language
/// and script.
#[test]
fn one_ambush_told_in_three_languages_is_found() {
    let ground = ground();
    let french = Told::new(
        "road-ambush",
        "2026-11-19",
        at(15.70, 0.52),
        "Cinq hommes armés sur 3 motos ont arrêté un camion près d'Ansongo.",
    );
    let arabic = Told::new("road-ambush", "2026-11-19", None, "خمسة رجال مسلحين على ٣ دراجات أوقفوا شاحنة قرب أنسونغو");
    let english = Told::new(
        "vehicle-theft",
        "2026-11-20",
        village("Ansongo"),
        "Five men with 3 motorbikes took a lorry on the road.",
    );
    for (one, two) in [(&french, &arabic), (&arabic, &english), (&french, &english)] {
        let found = likeness(ground, one, two).unwrap_or_else(|| panic!("{one:?} {two:?}"));
        assert!(found.reasons.contains(&Reason::Numbers(vec![3, 5])), "{found:?}");
    }
    let found = likeness(ground, &french, &arabic).unwrap();
    assert!(names(&found)[0].starts_with('@'), "{found:?}");
    assert!(found.reasons.contains(&Reason::SameCategory));
}

/// Guards against villages that no list has: two people who name one in two scripts speak of one place.
#[test]
fn a_village_of_no_list_joins_two_scripts() {
    let ground = ground();
    let french = Told::new(
        "cattle-raid",
        "2026-11-19",
        None,
        "Des bandits ont pris 40 vaches au campement de Inzawagran hier soir.",
    );
    let arabic = Told::new("cattle-raid", "2026-11-19", None, "أخذ لصوص أربعين بقرة من مخيم إنزواغران");
    let found = likeness(ground, &french, &arabic).unwrap();
    assert_eq!(names(&found).len(), 1, "{found:?}");
}

/// Guards against a town that is taken for a hamlet of the same name, five hundred kilometres away.
#[test]
fn of_two_places_of_one_name_the_larger_is_meant() {
    let ground = ground();
    let named = Told::new("killing", "2026-11-19", village("Gao"), "");
    let there = Told::new("killing", "2026-11-19", at(16.27, -0.04), "");
    assert!(likeness(ground, &named, &there).is_some());
}

/// Guards against a reason that says another distance or time than there is: "4 km away, 2 hours earlier".
#[test]
fn the_reasons_say_how_far_and_how_long() {
    let ground = ground();
    let first = Told::new("killing", "2026-11-20T08:00", at(16.0, -0.5), "A man was shot at the well");
    let second = Told::new("killing", "2026-11-20T10:00", at(16.036, -0.5), "Somebody was killed");
    let found = likeness(ground, &second, &first).unwrap();
    let Reason::Near { metres, coarse: false } = found.reasons[0] else { panic!("{found:?}") };
    assert!((3_900..4_100).contains(&metres));
    assert!(found.reasons.contains(&Reason::When { gap_ms: -2 * HOUR as i64, coarse: false }));
    let back = likeness(ground, &first, &second).unwrap();
    assert!(back.reasons.contains(&Reason::When { gap_ms: 2 * HOUR as i64, coarse: false }));
}

/// Guards against suggestions that people learn to ignore: each of these shares much with the first and is another
/// event.
#[test]
fn near_misses_are_not_suggested() {
    let ground = ground();
    let first = Told::new("road-ambush", "2026-11-19", village("Ansongo"), "Five men stopped a lorry near Ansongo");
    let misses = [
        Told::new("road-ambush", "2026-11-05", village("Ansongo"), "Five men stopped a lorry near Ansongo"),
        Told::new("road-ambush", "2026-11-19", village("Kidal"), "Five men stopped a lorry near Kidal"),
        Told::new("gold-mining", "2026-11-19", village("Ansongo"), "The price of gold went up"),
        Told::new("road-ambush", "2026-11-19", None, "Five men stopped a lorry"),
        Told::new("peace-sign", "2026-11-20", village("Ansongo"), "The elders of both sides met"),
        Told::new("road-ambush", "2026-11", village("Gao"), "A bus was robbed"),
    ];
    for miss in &misses {
        assert_eq!(likeness(ground, &first, miss), None, "{miss:?}");
    }
    let same = Told::new("road-ambush", "2026-11-20", village("Ansongo"), "They robbed a lorry");
    assert!(likeness(ground, &first, &same).is_some());
}

/// Guards against two days in a row that are called one time, and two kinds of crime in one village that are called
/// very likely one.
#[test]
fn what_shares_only_place_and_theme_is_not_very_likely() {
    let ground = ground();
    let first = Told::new("road-ambush", "2026-11-19", village("Ansongo"), "");
    let theft = Told::new("cattle-raid", "2026-11-20", village("Ansongo"), "");
    let found = likeness(ground, &first, &theft).unwrap();
    assert!(found.score < 65, "{found:?}");
    assert!(found.reasons.contains(&Reason::When { gap_ms: 24 * HOUR as i64, coarse: false }));
    let same = Told { category: "road-ambush", ..theft };
    assert!(likeness(ground, &first, &same).unwrap().score >= 65);
}

/// Guards against a coarse place or time that counts like an exact one.
#[test]
fn what_is_known_coarsely_counts_for_less() {
    let ground = ground();
    let exact = Told::new("killing", "2026-11-19", at(16.0, -0.5), "");
    let area = Place::try_new(Some(Point::try_new(16.0, -0.5).unwrap()), None, Some(PlacePrecision::Area), None, None);
    let coarse = Told { place: Some(area.unwrap()), ..exact.clone() };
    let week = Told { when: Some(Occurred::parse("2026-W47", NOON, 0).unwrap()), ..exact.clone() };
    let score = |other| likeness(ground, &exact, other).map_or(0, |found| found.score);
    assert!(score(&exact) > score(&coarse) && score(&exact) > score(&week));
    let reasons = likeness(ground, &exact, &coarse).unwrap().reasons;
    assert!(matches!(reasons[0], Reason::Near { coarse: true, .. }), "{reasons:?}");
}

/// A few hundred tellings, of all kinds, that follow from a number alone.
fn many(count: u64, spread_days: u64) -> Vec<Told> {
    const KINDS: [&str; 6] = ["killing", "road-ambush", "gold-mining", "displacement", "other", "cattle-raid"];
    const TEXTS: [&str; 6] = [
        "Five men near Gossi took 40 cows",
        "خمسة رجال قرب غاو",
        "Trois morts au marché de Ménaka",
        "",
        "Des familles sont arrivées à Ansongo",
        "قتل ثلاثة قرب ميناكا",
    ];
    let mut state = 7_u64;
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..count)
        .map(|_| {
            let hours = NOON - draw(spread_days * 24) * HOUR;
            let when = match draw(5) {
                0 => None,
                1 => Some(
                    Occurred::try_new(
                        hours as i64,
                        (hours + 7 * 24 * HOUR) as i64,
                        azalai_model::TimePrecision::Week,
                        0,
                    )
                    .unwrap(),
                ),
                _ => Some(
                    Occurred::try_new(hours as i64, (hours + 60_000) as i64, azalai_model::TimePrecision::Minute, 0)
                        .unwrap(),
                ),
            };
            let place = match draw(4) {
                0 => None,
                1 => village(["Gossi", "غاو", "Ménaka", "Inzawagran"][draw(4) as usize]),
                _ => at(15.0 + draw(300) as f64 / 100.0, -2.0 + draw(300) as f64 / 100.0),
            };
            Told {
                category: KINDS[draw(6) as usize],
                when,
                place,
                text: TEXTS[draw(6) as usize].to_owned(),
                written: hours + HOUR,
            }
        })
        .collect()
}

/// Guards against two coordinators who see other suggestions for the same reports: by who compares, by order of
/// arrival, by what else is there.
#[test]
fn likeness_is_the_same_either_way_and_ranking_does_not_depend_on_order() {
    let ground = ground();
    let told = many(160, 10);
    let gists: Vec<Gist> = told.iter().map(|told| told.gist(ground)).collect();
    let mirrored = |reason: &Reason| match reason {
        Reason::When { gap_ms, coarse } => Reason::When { gap_ms: -gap_ms, coarse: *coarse },
        other => other.clone(),
    };
    let mut found = 0;
    for one in &gists {
        for two in &gists {
            let (forth, back) = (one.compare(two), two.compare(one));
            let mirror = back.map(|back| Likeness { reasons: back.reasons.iter().map(mirrored).collect(), ..back });
            assert_eq!(forth, mirror);
            found += usize::from(forth.is_some());
        }
        let ranked = likeliest(one, gists.iter().enumerate());
        assert_eq!(ranked, likeliest(one, gists.iter().enumerate().rev()));
        assert!(ranked.len() <= MAX_LIKELY && ranked.windows(2).all(|pair| pair[0].1.score >= pair[1].1.score));
    }
    assert!(found > 500, "{found}");
}

/// Guards against an index that loses what a comparison of all with all would find.
#[test]
fn the_index_finds_all_that_comparing_all_with_all_finds() {
    let ground = ground();
    let told = many(240, 40);
    let marks: Vec<Mark> = told.iter().map(|told| Mark::of(&told.facts(), &ground.lexicon)).collect();
    let gists: Vec<Gist> = told.iter().map(|told| told.gist(ground)).collect();
    let index = Index::new(marks.iter().enumerate());
    let other_order = Index::new(marks.iter().enumerate().rev());
    let (mut pairs, mut compared) = (0, 0);
    for (number, gist) in gists.iter().enumerate() {
        let near = index.candidates(&marks[number]);
        assert_eq!(near, other_order.candidates(&marks[number]));
        compared += near.len();
        for (other, their) in gists.iter().enumerate() {
            // A name in the text alone, of a report whose place is known, is not looked for.
            let by_place = |found: &Likeness| matches!(found.reasons[0], Reason::Near { .. });
            if gist.compare(their).is_some_and(|found| by_place(&found)) {
                assert!(near.contains(&other), "{:?} {:?}", told[number], told[other]);
                pairs += 1;
            }
        }
    }
    assert!(pairs > 300 && compared < 240 * 240 / 2, "{pairs} {compared}");
}

/// Guards against a day on which ten thousand reports name one town: each is compared with a bounded number.
#[test]
fn ten_thousand_reports_of_one_day_cost_no_cross_product() {
    let ground = ground();
    let told = many(1, 1)[0].clone();
    let told = Told { place: village("Gao"), ..told };
    let mark = Mark::of(&told.facts(), &ground.lexicon);
    let marks: BTreeMap<u32, Mark> = (0..10_000).map(|number| (number, mark.clone())).collect();
    let index = Index::new(marks.iter().map(|(key, mark)| (*key, mark)));
    assert_eq!(index.candidates(&mark).len(), MAX_COMPARED);
    let spread = many(2_000, 200);
    let marks: Vec<Mark> = spread.iter().map(|told| Mark::of(&told.facts(), &ground.lexicon)).collect();
    let index = Index::new(marks.iter().enumerate());
    let compared: usize = marks.iter().map(|mark| index.candidates(mark).len()).sum();
    assert!(compared < 2_000 * MAX_COMPARED / 2);
}

/// Guards against ordinary words that happen to be the names of hamlets: a report without a place would lie there.
#[test]
fn ordinary_words_name_no_place() {
    let ground = ground();
    for text in [
        "خمسة رجال مسلحين على دراجات أوقفوا شاحنة في الطريق وأخذوا حمولتها",
        "سمعنا إطلاق نار في الليل والناس خرجوا من البيوت",
        "قتل رجل في السوق وسرقوا المال من البئر قرب الجبل",
        "Men with guns took animals from the well and left in the night",
        "They say that Women and Children Fled on Foot to the River",
        "Des hommes armés ont pris les animaux et sont partis dans la nuit",
    ] {
        let one = Told::new("killing", "2026-11-19", None, text);
        let two = Told::new("killing", "2026-11-19", None, text);
        let places = likeness(ground, &one, &two).map(|found| names(&found)).unwrap_or_default();
        assert!(!places.iter().any(|name| name.starts_with('@')), "{text}: {places:?}");
    }
}
