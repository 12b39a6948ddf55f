//! The pack and the gazetteer that come with the program are good ones, and bad ones are refused with the place named.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;

use azalai_model::coarsen::coarsen;
use azalai_model::gazetteer::{Entry, GazetteerError, HEADER, fold};
use azalai_model::pack::{AnswerError, PackError};
use azalai_model::{Gazetteer, Pack, Place, PlacePrecision, Point, ReportFields, Resolved, Tlp};

const PACK: &str = include_str!("../../../seeds/packs/sahel/pack.json");
const PLACES: &str = include_str!("../../../seeds/places/places.csv");

const SMALL: &str = r#"{"id":"p","version":2,"languages":["en","fr"],"categories":[
    {"code":"theft","theme":"crime","names":{"en":"Theft","fr":"Vol"},"urgency":"days","tlp":"green","questions":[
        {"key":"armed","type":"yes-no","labels":{"en":"Armed?","fr":"Armés ?"}},
        {"key":"how-many","type":"count","labels":{"en":"How many?","fr":"Combien ?"},
         "condition":{"question":"armed","is":"yes"}},
        {"key":"what","type":"many-of","labels":{"en":"What?","fr":"Quoi ?"},"options":[
            {"value":"goats","labels":{"en":"Goats","fr":"Chèvres"}}]}]},
    {"code":"police-abuse","theme":"policing","names":{"en":"Abuse","fr":"Abus"},"urgency":"now"}],
    "routing":[{"category":"police-abuse","tlp":"TLP:AMBER+STRICT"}]}"#;

/// Guards against seeds that a fresh project cannot load.
#[test]
fn the_pack_and_the_places_that_come_with_the_program_are_read_whole() {
    let pack = Pack::parse(PACK.as_bytes()).unwrap();
    assert!((25..=60).contains(&pack.categories.len()) && pack.languages.len() >= 3);
    assert_eq!(serde_json::from_str::<Pack>(&serde_json::to_string(&pack).unwrap()).unwrap(), pack);
    let places = Gazetteer::parse(PLACES).unwrap();
    assert!(places.iter().count() >= 150);
    for entry in places.iter() {
        assert!(places.search(&entry.name).len() <= 20);
        assert_ne!(places.resolve(&entry.name), Resolved::None, "{}", entry.name);
        assert_eq!(places.resolve(&entry.id), Resolved::One(entry));
    }
}

/// Guards against a pack that is half wrong and loads all the same: each message has to lead to the place.
#[test]
fn a_bad_pack_is_refused_with_the_path_to_what_is_wrong() {
    assert!(Pack::parse(SMALL.as_bytes()).is_ok());
    for (from, to, named) in [
        ("\"theme\":\"crime\"", "\"thème\":\"crime\"", "thème"),
        ("\"urgency\":\"days\"", "\"urgency\":\"soon\"", "soon"),
        ("\"type\":\"count\"", "\"type\":\"sum\"", "sum"),
        ("\"code\":\"police-abuse\"", "\"code\":\"theft\"", "categories: \"theft\" is there twice"),
        ("\"code\":\"theft\"", "\"code\":\"Theft\"", "categories[0].code"),
        (",\"fr\":\"Vol\"", "", "categories[0].names: the text in \"fr\""),
        (",\"fr\":\"Chèvres\"", "", "categories[0].questions[2].options[0].labels"),
        ("\"type\":\"many-of\"", "\"type\":\"text\"", "categories[0].questions[2]"),
        ("\"is\":\"yes\"", "\"is\":\"maybe\"", "categories[0].questions[1].condition"),
        ("\"question\":\"armed\"", "\"question\":\"what\"", "categories[0].questions[1].condition"),
        ("{\"category\":\"police-abuse\"", "{\"category\":\"abuse\"", "routing[0].category"),
        ("\"version\":2,", "", "version"),
    ] {
        let bad = SMALL.replacen(from, to, 1);
        assert_ne!(bad, SMALL);
        let error = Pack::parse(bad.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(named), "{to}: {error}");
    }
    assert_eq!(Pack::parse(&vec![b' '; 2_000_000]), Err(PackError::TooLong(2_000_000)));
    for cut in 0..SMALL.len() {
        assert!(Pack::parse(&SMALL.as_bytes()[..cut]).is_err());
    }
}

/// Guards against a complaint about a body that its author could send to that body's people by choosing a wide label.
#[test]
fn routing_makes_a_label_narrower_and_never_wider() {
    let pack = Pack::parse(SMALL.as_bytes()).unwrap();
    assert_eq!(pack.label("theft", None), Tlp::Green);
    assert_eq!(pack.label("theft", Some(Tlp::Clear)), Tlp::Clear);
    assert_eq!(pack.label("police-abuse", None), Tlp::AmberStrict);
    assert_eq!(pack.label("police-abuse", Some(Tlp::Clear)), Tlp::AmberStrict);
    assert_eq!(pack.label("police-abuse", Some(Tlp::Red)), Tlp::Red);
    assert_eq!(pack.label("unheard-of", None), Tlp::Amber);
    assert_eq!(pack.reference().to_string(), "p@2");
}

/// Guards against a complaint that every member could read, monitors of the body among them, because no route was
/// written for it; and against a body that nobody can be marked with.
#[test]
fn what_complains_of_a_body_is_not_for_every_member_and_names_bodies_of_the_pack() {
    let with = |body: &str, bodies: &str| {
        let small = SMALL.replacen("\"tlp\":\"green\"", &format!("\"tlp\":\"green\",\"body\":{body}"), 1);
        Pack::parse(small.replacen("\"routing\"", &format!("\"bodies\":{bodies},\"routing\""), 1).as_bytes())
    };
    let police = r#"[{"code":"police","names":{"en":"the police","fr":"la police"}}]"#;
    let pack = with(r#"["police"]"#, police).unwrap();
    assert_eq!((pack.label("theft", None), pack.label("theft", Some(Tlp::Clear))), (Tlp::Amber, Tlp::Amber));
    assert_eq!(pack.body("police").unwrap().name("fr"), "la police");
    let long = format!(r#"[{{"code":"{}","names":{{"en":"a","fr":"b"}}}}]"#, "x".repeat(33));
    for (body, bodies, named) in [
        (r#"["army"]"#, police, "categories[0].body: there is no \"army\""),
        (r#"["police","police"]"#, police, "categories[0].body: \"police\" is there twice"),
        ("[]", &police.replacen(",\"fr\":\"la police\"", "", 1), "bodies[0].names: the text in \"fr\""),
        ("[]", &long, "bodies[0].code"),
        ("[]", &police.replace("\"police\"", "\"Police\""), "bodies[0].code"),
    ] {
        let error = with(body, bodies).unwrap_err().to_string();
        assert!(error.contains(named), "{named}: {error}");
    }
    let shipped = Pack::parse(PACK.as_bytes()).unwrap();
    for (code, body) in
        [("security-abuse", "army"), ("bribe-demanded", "customs"), ("detention-no-reason", "gendarmerie")]
    {
        assert!(shipped.category(code).unwrap().body.iter().any(|of| of == body), "{code}");
    }
}

/// Guards against answers that no form could have given.
#[test]
fn answers_have_to_fit_their_questions() {
    let pack = Pack::parse(SMALL.as_bytes()).unwrap();
    let theft = pack.category("theft").unwrap();
    assert_eq!((theft.name("fr-ML"), theft.name("ar")), ("Vol", "Theft"));
    let check = |json: &str| {
        let fields: ReportFields = serde_json::from_str(&format!("{{\"answers\":{json}}}")).unwrap();
        theft.check_answers(&fields.answers)
    };
    assert_eq!(check(r#"{"armed":true,"how-many":3,"what":["goats"]}"#), Ok(()));
    assert!(matches!(check(r#"{"why":1}"#), Err(AnswerError::NoQuestion { .. })));
    assert!(matches!(check(r#"{"armed":"yes"}"#), Err(AnswerError::Type { .. })));
    assert!(matches!(check(r#"{"how-many":2.5}"#), Err(AnswerError::Type { .. })));
    assert!(matches!(check(r#"{"what":["camels"]}"#), Err(AnswerError::NoOption { .. })));
}

fn gazetteer() -> Gazetteer {
    let lines = [
        "1,Gao,غاو,Gawgaw|Gaö,ML,Gao,16.27167,-0.04472,86633",
        "2,Gao Koura,,,ML,Mopti,14.5,-4.2,",
        "3,Ménaka,مينكا,\"Menaka, ville\",ML,Ménaka,15.91823,2.4022,20702",
        "4,Bourem,بوريم,,ML,Gao,16.95,-0.35,27486",
        "5,Bourem,,,ML,Timbuktu,16.7,-3.0,900",
        "6,N'Djamena,إنجامينا,,TD,N'Djamena,12.10672,15.0444,721081",
    ];
    Gazetteer::parse(&format!("\u{feff}{HEADER}\r\n{}\n", lines.join("\r\n"))).unwrap()
}

/// Guards against a place that is not found because it was typed on another keyboard.
#[test]
fn places_are_found_whatever_the_case_the_accents_and_the_form_of_arabic_letters() {
    let places = gazetteer();
    for (typed, id) in [
        ("menaka", "3"),
        ("MÉNAKA", "3"),
        ("me\u{301}naka", "3"),
        ("Menaka ville", "3"),
        ("انجامينا", "6"),
        ("إِنجامينا", "6"),
        ("ndjamena", "6"),
        ("N’Djamena", "6"),
        ("gaö", "1"),
        (" Gao ", "1"),
    ] {
        assert!(matches!(places.resolve(typed), Resolved::One(entry) if entry.id == id), "{typed}");
    }
    let ids = |typed: &str| places.search(typed).iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids("gao"), ["1", "2"]);
    assert_eq!(ids("amena"), ["6"]);
    assert_eq!(ids("boure"), ["4", "5"]);
    assert!(ids("").is_empty() && ids("-").is_empty());
    assert_eq!(fold("Tin-Zaouâtène  (Algérie)"), "tin zaouatene algerie");
}

/// Guards against a report about one village that is taken for one about another.
#[test]
fn a_name_of_several_places_gives_candidates_and_part_of_a_name_gives_none() {
    let places = gazetteer();
    let Resolved::Several(candidates) = places.resolve("bourem") else { panic!("one Bourem") };
    assert_eq!(candidates.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["4", "5"]);
    assert_eq!(places.resolve("Bour"), Resolved::None);
    assert_eq!(places.resolve(""), Resolved::None);
    assert!(matches!(places.resolve("5"), Resolved::One(entry) if entry.admin1 == "Timbuktu"));
}

/// Guards against gazetteers that load with a line lost.
#[test]
fn a_bad_gazetteer_is_refused_with_its_line() {
    let parse = |line: &str| Gazetteer::parse(&format!("{HEADER}\n1,A,,,ML,,1,1,\n{line}\n")).map(drop).unwrap_err();
    assert_eq!(Gazetteer::parse("id,name\n").map(drop), Err(GazetteerError::Header));
    assert_eq!(parse("2,B,,,ML,,1,1"), GazetteerError::Fields { line: 3, got: 8 });
    assert_eq!(parse("2,\"B,,,ML,,1,1,"), GazetteerError::Quote { line: 3 });
    assert_eq!(parse("2,,,,ML,,1,1,"), GazetteerError::Text { line: 3, field: "name" });
    assert!(matches!(parse("2,B,,,ML,,north,1,"), GazetteerError::Number { line: 3, field: "lat", .. }));
    assert!(matches!(parse("2,B,,,ML,,1,1,many"), GazetteerError::Number { line: 3, field: "population", .. }));
    assert!(matches!(parse("2,B,,,ML,,NaN,1,"), GazetteerError::Place { line: 3, .. }));
    assert_eq!(parse("1,B,,,ML,,1,1,"), GazetteerError::Twice { line: 3, id: "1".into() });
    let entry = Entry::parse("7,\"Say \"\"le Grand\"\"\",,,NE,,13.1,2.3,5", 1).unwrap();
    assert_eq!(entry.name, "Say \"le Grand\"");
}

/// Guards against an export that still tells the spot: by a coordinate, by an accuracy, or by a name somebody typed.
#[test]
fn a_coarser_place_holds_nothing_finer_than_its_level() {
    let places = gazetteer();
    let centroid = |area: &str| (area == "gao").then(|| Point::try_new(16.5, 0.5).unwrap());
    let place = |json: &str| serde_json::from_str::<Place>(json).unwrap();
    let exact = place(r#"{"lat":16.28,"lon":-0.05,"accuracy_m":8,"name":"behind Amadou's well","area":"gao"}"#);
    let to = |place: &Place, level| {
        let coarse = coarsen(place, level, &[&places], centroid);
        serde_json::to_string(&coarse).unwrap()
    };
    assert_eq!(to(&exact, PlacePrecision::Exact), serde_json::to_string(&exact).unwrap());
    let village = r#"{"lat":16.27167,"lon":-0.04472,"precision":"village","name":"Gao","area":"gao"}"#;
    assert_eq!(to(&exact, PlacePrecision::Village), village);
    let area = r#"{"lat":16.5,"lon":0.5,"precision":"area","area":"gao"}"#;
    assert_eq!(to(&exact, PlacePrecision::Area), area);
    assert_eq!(to(&place(village), PlacePrecision::Village), village);
    assert_eq!(to(&place(area), PlacePrecision::Village), area);
    let desert = place(r#"{"lat":21.0,"lon":-1.0,"name":"camp","area":"kidal"}"#);
    assert_eq!(to(&desert, PlacePrecision::Village), r#"{"precision":"area","area":"kidal"}"#);
    assert_eq!(to(&place(r#"{"lat":21.0,"lon":-1.0}"#), PlacePrecision::Village), "null");
    assert_eq!(
        to(&place(r#"{"name":"Bourem","area":"gao"}"#), PlacePrecision::Village),
        r#"{"precision":"area","area":"gao"}"#
    );
    let near = place(r#"{"lat":16.71,"lon":-3.01,"name":"Bourem"}"#);
    assert!(to(&near, PlacePrecision::Village).contains("16.7,"));
    let levels: BTreeSet<_> = PlacePrecision::ALL.iter().collect();
    assert!(levels.into_iter().is_sorted());
}

/// Guards against distances that come out wrong far from the equator or across the date line.
#[test]
fn distances_are_good_to_half_a_per_cent() {
    let at = |lat, lon| Point::try_new(lat, lon).unwrap();
    for (from, to, metres) in [
        (at(12.6392, -8.0029), at(14.4843, -4.1830), 460_400.0),
        (at(36.7538, 3.0588), at(36.8065, 10.1815), 634_500.0),
        (at(0.0, 179.9), at(0.0, -179.9), 22_239.0),
        (at(60.0, 0.0), at(60.0, 1.0), 55_597.0),
    ] {
        let found = from.metres_to(&to);
        assert!((found - metres).abs() < metres * 0.005, "{found} for {metres}");
    }
}

/// Guards against a complaint about police or soldiers that every member reads, some of whom may be their people.
#[test]
fn complaints_of_the_pack_that_ships_never_go_to_every_member() {
    let pack = Pack::parse(PACK.as_bytes()).unwrap();
    let narrow = pack.categories.iter().filter(|c| c.theme == "policing" || c.code == "sexual-violence");
    let mut seen = 0;
    for category in narrow {
        seen += 1;
        for asked in [Tlp::Clear, Tlp::Green] {
            assert_eq!(pack.label(&category.code, Some(asked)), Tlp::Amber, "{}", category.code);
        }
        assert_eq!(pack.label(&category.code, Some(Tlp::AmberStrict)), Tlp::AmberStrict);
    }
    assert_eq!(seen, 5);
}
