//! Places are found however they are written, in the lists that ship and in what somebody brought; a file of places is
//! taken whole or not at all.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_model::gazetteer::{Entry, fold, resolve, search};
use azalai_model::limits::{MAX_IMPORTED_PLACES, MAX_PLACES_FILE_BYTES, MAX_SEARCH_RESULTS, MAX_SHOWN_ERRORS};
use azalai_model::places_file::{self, HEADER, PlacesError, Refused};
use azalai_model::spelling::{edits, skeleton, sound};
use azalai_model::{Gazetteer, Point, Resolved};

fn shipped() -> Gazetteer {
    let mut places = Gazetteer::parse(include_str!("../../../seeds/places/places.csv")).unwrap();
    places.extend(include_str!("../../../seeds/places/region.csv")).unwrap();
    places
}

/// Twenty thousand villages with the kind of names that villages have.
fn many() -> Gazetteer {
    const PARTS: [&str; 20] = [
        "ban", "dou", "gou", "kor", "tin", "ma", "ka", "sor", "wel", "di", "fa", "ra", "bo", "lé", "ni", "za", "ber",
        "gar", "mou", "sa",
    ];
    let mut places = Gazetteer::default();
    for number in 0..MAX_IMPORTED_PLACES {
        let part = |at: usize| PARTS[number / 20_usize.pow(u32::try_from(at).unwrap()) % 20];
        let name = format!("{}{}{}{}", part(0), part(1), part(2), part(3));
        let line = format!("{name},,{:.4},{:.4},Nowhere", 10.0 + number as f64 / 2e3, 1.0);
        places.add(places_file::entry(&line, 1).unwrap());
    }
    assert_eq!(places.iter().count(), MAX_IMPORTED_PLACES);
    places
}

/// Guards against a place that a person knows and the program says is not there.
#[test]
fn a_place_is_found_by_any_spelling_in_any_script() {
    let places = shipped();
    let first = |typed: &str| places.search(typed).first().map_or("", |entry| entry.id.as_str());
    let cases = [
        ("gn2457163", "Gao gao GAO gaö غاو جاو قاو ⴳⴰⵓ Gawo Gaô"),
        (
            "gn2449067",
            "Tombouctou Timbuktu تمبكتو تمبوكتو Tumbuktu TOMBOUKTOU Tombuctu Tinbuktu Tomboctou tombouctu Tombuoctou تنبكتو",
        ),
        ("gn2455290", "Kidal kidal كيدال كِيدال Kidaal kidall Qidal"),
        ("gn2461003", "Ansongo ansogo Ansnogo أنسونغو انسنغو انسونقو Ansungo"),
        ("gn2448085", "Agadez Agades أغاديز أغادس أقاديس Agadèz Agadesh"),
        ("gn2357048", "Ouagadougou Wagadugu واغادوغو Ouagad Uagadugu Ouagadugou وقادوقو"),
        ("own-sevare-ml", "Sévaré sevare Savaré سيفاري Sevarré سفاري"),
        ("gn2453514", "Ménaka Menaka Menacka منكا ميناكا Minaka"),
        ("gn2427123", "N'Djamena Ndjamena نجامينا انجمينا N’Djaména ndjamina Njamena"),
        ("gn2437798", "Zinder Sinder زندر Zindar زيندر"),
        ("gn2440485", "Niamey Niame نيامي Nyamey niamei"),
    ];
    for (id, spellings) in cases {
        for typed in spellings.split(' ') {
            assert_eq!(first(typed), id, "{typed}: {:?}", names(&places.search(typed)));
        }
    }
    assert_eq!(first("  tin   zaouatine "), "own-tin-zaouatine-dz");
    assert_eq!(first("tinzaouaten"), "own-tin-zaouatine-dz");
}

fn names<'a>(found: &[&'a Entry]) -> Vec<&'a str> {
    found.iter().map(|entry| entry.name.as_str()).collect()
}

/// Guards against a search that offers half the list, or answers what says nothing.
#[test]
fn a_search_is_ranked_bounded_and_silent_where_nothing_is_like_it() {
    let places = shipped();
    let found = places.search("ga");
    assert_eq!(found.len(), MAX_SEARCH_RESULTS);
    assert!(found.iter().all(|entry| entry.spellings().any(|name| fold(name).starts_with("ga"))));
    let both = places.search("Gao");
    assert_eq!((both[0].country.as_str(), both[1].country.as_str()), ("ML", "BF"));
    for typed in ["", "  ", "-", "'", "\u{200f}", "\0", "xqzwvkjh", &"a".repeat(10_000)] {
        assert!(places.search(typed).is_empty(), "{typed:.20}: {:?}", names(&places.search(typed)));
        assert_eq!(places.resolve(typed), Resolved::None);
    }
    for typed in ["<script>", "Gao'; --", "🏜", "١٢", "ⵣ", "\u{202e}oaG"] {
        assert!(places.search(typed).len() <= MAX_SEARCH_RESULTS);
    }
}

/// Guards against a report about a village that became one about a town that is written almost alike.
#[test]
fn a_name_that_is_only_like_another_is_never_taken_for_it() {
    let places = shipped();
    for typed in ["Ansogo", "Kidall", "Tombuctou Koura", "Zind", "قاو", "تنبكتو"] {
        assert_eq!(places.resolve(typed), Resolved::None, "{typed}");
    }
    assert!(matches!(places.resolve("تمبكتو"), Resolved::One(entry) if entry.id == "gn2449067"));
    assert!(matches!(places.resolve("TIMBUKTU"), Resolved::One(entry) if entry.id == "gn2449067"));
    assert!(matches!(places.resolve("غاو"), Resolved::Several(entries) if entries.len() == 2));
}

/// Guards against a search that compares what was typed with every name, letter by letter, while somebody types.
#[test]
fn a_search_among_23_000_places_compares_few_names_letter_by_letter() {
    let (shipped, many) = (shipped(), many());
    let lists = [&shipped, &many];
    let names = shipped.iter().chain(many.iter()).map(|entry| entry.spellings().count()).sum::<usize>();
    assert!(names > 28_000, "{names}");
    let mut most = 0;
    for typed in ["Tombouctou", "gao", "bandoukor", "sorsorsorsor", "تمبكتو", "Mouberka", "kkkkkkkkk", "Ouagadougou"]
    {
        let measured = search(&lists, typed).measured;
        most = most.max(measured);
        assert!(measured <= names / 10, "{typed}: {measured} of {names}");
    }
    assert!(most > 100, "nothing was compared: {most}");
    let found = search(&lists, "Tombouctu").entries;
    assert_eq!(found[0].id, "gn2449067");
    // What somebody brought is found as what ships.
    let own = many.iter().nth(12_345).unwrap();
    assert!(search(&lists, &own.name.to_uppercase()).entries.iter().any(|entry| entry.id == own.id));
    assert!(matches!(resolve(&lists, &own.id), Resolved::One(entry) if entry == own));
}

/// Guards against a place that has its double in another list and is taken for the only one.
#[test]
fn a_name_that_two_lists_have_is_asked_about() {
    let shipped = shipped();
    let mut own = Gazetteer::default();
    own.add(places_file::entry("Kidal,,15.1,1.2,Gao", 1).unwrap());
    assert!(matches!(resolve(&[&shipped, &own], "kidal"), Resolved::Several(entries) if entries.len() == 2));
    assert!(matches!(resolve(&[&shipped], "kidal"), Resolved::One(_)));
}

/// Guards against sounds that differ by script, and distances that count wrong.
#[test]
fn one_sound_is_written_one_way_whatever_the_script() {
    let heard = |name: &str| sound(&fold(name));
    assert_eq!(heard("Ouagadougou"), heard("واغادوغو"));
    assert_eq!(heard("Gao"), heard("ⴳⴰⵓ"));
    assert_eq!(heard("El Oued"), heard("Oued"));
    assert_eq!(heard("Ed Daein"), heard("Daein"));
    assert_eq!(heard("Tchirozérine"), heard("Chirozerine"));
    assert_eq!(skeleton(&heard("Tinbuktu")), skeleton(&heard("تمبكتو")));
    assert_eq!(heard("Camp 12"), "kamb12");
    assert_eq!(heard("北京"), "北京");
    for (one, other, wanted) in
        [("", "", 0), ("kau", "kau", 0), ("ansunku", "ansuku", 1), ("ab", "ba", 1), ("abc", "xyz", 3), ("", "abc", 3)]
    {
        assert_eq!(edits(one, other, 3), Some(wanted), "{one} {other}");
        assert_eq!(edits(other, one, 3), Some(wanted), "{other} {one}");
        assert_eq!(edits(one, other, wanted.saturating_sub(1)), (wanted == 0).then_some(0), "{one} {other}");
    }
}

fn file(lines: &[&str]) -> Result<Vec<Entry>, Refused> {
    places_file::read(format!("{HEADER}\n{}\n", lines.join("\n")).as_bytes())
}

/// Guards against villages that come in bent: names cut, coordinates exchanged, scripts lost.
#[test]
fn a_good_file_is_read_whole() {
    let text = "\u{feff}name,alternates,lat,lon,admin\r\n\r\n\"Tin Aïcha, puits\",Tin Aicha|تين عيشة,16.5,-2.25,\"Tombouctou\"\r\nإن تهاقة,,16.0001,-0.5,\r\n";
    let entries = places_file::read(text.as_bytes()).unwrap();
    let [one, other] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(
        (one.name.as_str(), one.name_in("ar"), one.admin1.as_str()),
        ("Tin Aïcha, puits", "تين عيشة", "Tombouctou")
    );
    assert_eq!(one.alternates, ["Tin Aicha"]);
    assert_eq!(one.point, Point::try_new(16.5, -2.25).unwrap());
    assert_eq!((other.name_in("fr"), other.names.len()), ("إن تهاقة", 0));
    assert_eq!(one.id, "im3e2b79227a761e49");
    for entry in &entries {
        assert_eq!(places_file::entry(&places_file::line(entry), 7).as_ref(), Ok(entry));
    }
    let again = file(&["TIN AICHA PUITS,,16.5,-2.25,Gao"]).unwrap();
    assert_eq!(again[0].id, one.id, "a second reading would add a double");
}

/// Guards against a file that is half taken, and errors that do not say where.
#[test]
fn whatever_is_odd_in_a_file_is_said_with_its_line_and_nothing_is_taken() {
    let error = |line: &str| {
        let refused = file(&["Good,,1,1,", line]).unwrap_err();
        assert_eq!((refused.errors.len(), refused.more), (1, 0), "{line}");
        assert!(refused.errors[0].to_string().starts_with("line 3: "), "{}", refused.errors[0]);
        refused.errors[0].clone()
    };
    assert_eq!(error("Bad,,1,1"), PlacesError::Fields { line: 3, got: 4 });
    assert_eq!(error("Bad,name,,1,1,"), PlacesError::Fields { line: 3, got: 6 });
    assert_eq!(error("\"Bad,,1,1,"), PlacesError::Quote { line: 3 });
    assert_eq!(error(",,1,1,"), PlacesError::Text { line: 3, field: "name" });
    assert_eq!(error("...,,1,1,"), PlacesError::Text { line: 3, field: "name" });
    assert_eq!(error("a\u{202e}b,,1,1,"), PlacesError::Text { line: 3, field: "name" });
    assert_eq!(error(&format!("{},,1,1,", "a".repeat(401))), PlacesError::Text { line: 3, field: "name" });
    assert_eq!(error("Bad,x|\t-,1,1,"), PlacesError::Text { line: 3, field: "alternates" });
    assert_eq!(error(&format!("Bad,{},1,1,", "a|".repeat(17))), PlacesError::Alternates { line: 3, got: 17 });
    assert_eq!(error("Bad,,1,1,\u{7}"), PlacesError::Text { line: 3, field: "admin" });
    for number in ["", "north", "1e1", "NaN", "inf", "+1", "1,5°"] {
        let line = format!("Bad,,\"{number}\",1,");
        assert!(matches!(error(&line), PlacesError::Number { line: 3, field: "lat", .. }), "{number}");
    }
    assert!(matches!(error("Bad,,1,181,"), PlacesError::Place { line: 3, .. }));
    assert!(error("Bad,,95,1,").to_string().contains("swapped"));
    assert_eq!(error("Bad,,0.0,-0.0,"), PlacesError::Nowhere { line: 3 });
    assert_eq!(error("GOOD,,1.0000001,1,"), PlacesError::Twice { line: 3, first: 2 });

    let header = |text: &str| places_file::read(text.as_bytes()).unwrap_err().errors[0].clone();
    for text in ["", "name;alternates;lat;lon;admin\n", "name,lat,lon\nA,1,1\n", " name,alternates,lat,lon,admin\n"] {
        assert!(matches!(header(text), PlacesError::Header { .. }), "{text}");
    }
    let latin1 = b"name,alternates,lat,lon,admin\nM\xe9naka,,1,1,\n";
    assert_eq!(places_file::read(latin1).unwrap_err().errors, [PlacesError::Utf8 { line: 2 }]);
}

/// Guards against a file that fills the screen, the memory or the home.
#[test]
fn errors_places_and_bytes_of_a_file_are_bounded() {
    let bad = vec!["Bad,,1,1"; 50];
    let refused = file(&bad).unwrap_err();
    assert_eq!((refused.errors.len(), refused.more), (MAX_SHOWN_ERRORS, 50 - MAX_SHOWN_ERRORS));
    let lines: Vec<String> = (0..=MAX_IMPORTED_PLACES).map(|n| format!("Village {n},,1,1,")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(file(&lines[1..]).unwrap().len(), MAX_IMPORTED_PLACES);
    let got = MAX_IMPORTED_PLACES + 1;
    assert_eq!(file(&lines).unwrap_err().errors, [PlacesError::TooMany { got }]);
    let got = MAX_PLACES_FILE_BYTES + 1;
    assert_eq!(places_file::read(&vec![b' '; got]).unwrap_err().errors, [PlacesError::TooLong(got)]);
}
