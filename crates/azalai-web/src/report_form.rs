//! From what was typed to what a report says, and back. The one place that knows the names of the form's fields.
//!
//! Nothing that was typed is changed in silence: what makes no sense is named beside its field and stays in the draft.

use std::collections::{BTreeMap, BTreeSet};

use azalai_model::gazetteer::Entry;
use azalai_model::pack::{Category, Question, QuestionKind};
use azalai_model::parts::{Answer, Number};
use azalai_model::{Basis, Occurred, Place, PlacePrecision, Point, ReportFields, Resolved, Tlp, Urgency};
use azalai_node::{Packs, Places};

use crate::draft::Draft;
use crate::forms::plain_digits;
use crate::problem::Problem;
use crate::times;

/// The choices of time, in the order in which they are shown; messages `when-NAME`.
pub(crate) const WHEN: [&str; 7] = ["now", "today", "yesterday", "this-week", "last-week", "date", "unknown"];

/// Who may read a report, from wide to narrow; messages `readers-NAME`.
pub(crate) const READERS: [(&str, Tlp); 3] =
    [("everyone", Tlp::Green), ("above", Tlp::Amber), ("area", Tlp::AmberStrict)];

/// What is wrong, by field: the names of messages `wrong-NAME`.
pub(crate) type Wrongs = BTreeMap<String, &'static str>;

/// What was typed, as far as it makes sense, and what does not.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) fields: ReportFields,
    pub(crate) wrong: Wrongs,
    /// Places that bear the name that was typed, as (id, name with region): the name stands as it was written, and
    /// whoever knows which one it is may say so.
    pub(crate) several: Vec<(String, String)>,
}

/// The name of the form's field for a question.
pub(crate) fn question_field(question: &Question) -> String {
    format!("q-{}", question.key)
}

/// Reads a draft. `kept` is what the report says already, where one is corrected.
pub(crate) fn read(
    draft: &Draft,
    kept: Option<&ReportFields>,
    now_ms: u64,
    places: &Places,
    packs: &Packs,
) -> Result<Reading, Problem> {
    let mut reading = Reading { fields: kept.cloned().unwrap_or_default(), ..Reading::default() };
    let category = packs.category(draft.get("category")).ok_or_else(Problem::not_found)?;
    reading.fields.category = Some(category.code.clone());
    reading.fields.narrative = draft.get("text").to_owned();
    if reading.fields.narrative.chars().count() > azalai_model::limits::MAX_NARRATIVE_CHARS {
        reading.wrong.insert("text".to_owned(), "text");
    }
    let offset = times::offset(draft.get("offset"));
    let offset = offset.unwrap_or_default();
    read_when(draft, offset, now_ms, &mut reading);
    read_where(draft, places, &mut reading);
    reading.fields.answers = read_answers(draft, category, offset, places, &mut reading.wrong);
    reading.fields.basis = draft.get("basis").parse::<Basis>().ok();
    if let Ok(urgency) = draft.get("urgency").parse::<Urgency>() {
        reading.fields.urgency = Some(urgency);
    }
    reading.fields.danger_to_me = !draft.get("danger").is_empty();
    reading.fields.wants_reply = !draft.get("reply").is_empty();
    if kept.is_none() {
        let asked = READERS.iter().find(|(name, _)| *name == draft.get("readers")).map(|(_, tlp)| *tlp);
        reading.fields.tlp = Some(packs.label(&category.code, asked));
    }
    Ok(reading)
}

fn read_when(draft: &Draft, offset: i16, now_ms: u64, reading: &mut Reading) {
    // "Today" means the day on which it was tapped, however late the draft is saved.
    let base = draft.get("when-base").parse().unwrap_or(now_ms);
    let words = match draft.get("when") {
        "" | "keep" => return,
        "date" => {
            let (day, clock) = (plain_digits(draft.get("when-date")), plain_digits(draft.get("when-time")));
            if clock.is_empty() { day } else { format!("{day}T{clock}") }
        }
        word => word.to_owned(),
    };
    match Occurred::parse(&words, base, offset) {
        Ok(occurred) if occurred.from_ms().is_some_and(|from| from > later(now_ms)) => {
            reading.wrong.insert("when".to_owned(), "future");
        }
        Ok(occurred) => reading.fields.occurred = Some(occurred),
        Err(_) => drop(reading.wrong.insert("when".to_owned(), "when")),
    }
}

/// A day from now: clocks differ, and it is tomorrow somewhere.
fn later(now_ms: u64) -> i64 {
    i64::try_from(now_ms).unwrap_or(i64::MAX).saturating_add(86_400_000)
}

/// The accuracy in metres from which on a point is that of a village, and not the spot itself.
const SPOT_METRES: u32 = 100;

/// The choice of none of the places that are like what was typed.
pub(crate) const AS_WRITTEN: &str = "as-written";

/// The place that was chosen among those that are like the name that was typed; none if the name has changed since.
pub(crate) fn chosen<'a>(draft: &Draft, places: &'a Places) -> Option<&'a Entry> {
    let id = draft.get("place-id");
    if id.is_empty() || id == AS_WRITTEN {
        return None;
    }
    places.search(draft.get("place")).into_iter().find(|entry| entry.id == id)
}

/// A place as it is offered: its name in a language, and where it lies.
pub(crate) fn labelled(entry: &Entry, language: &str) -> String {
    let known = [entry.name_in(language).to_owned(), entry.region()];
    known.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn read_where(draft: &Draft, places: &Places, reading: &mut Reading) {
    let name = draft.get("place");
    if draft.get("where") == "none" {
        reading.fields.place = None;
        return;
    }
    let (lat, lon) = (plain_digits(draft.get("lat")), plain_digits(draft.get("lon")));
    let point = lat.parse().ok().zip(lon.parse().ok());
    let kept = |place: &Place| place.name() == Some(name) && place.accuracy_m().is_none() && point.is_none();
    if reading.fields.place.as_ref().is_some_and(kept) {
        return;
    }
    let mut place = || -> Option<Place> {
        if let Some((lat, lon)) = point {
            let accuracy = draft.get("accuracy").parse().ok();
            let coarse = accuracy.is_some_and(|metres| metres > SPOT_METRES).then_some(PlacePrecision::Village);
            let name = (!name.is_empty()).then(|| name.to_owned());
            return Place::try_new(Some(Point::try_new(lat, lon).ok()?), accuracy, coarse, name, None).ok();
        }
        let as_written = || Place::try_new(None, None, None, Some(name.to_owned()), None).ok();
        if draft.get("place-id") == AS_WRITTEN {
            return as_written();
        }
        if let Some(entry) = chosen(draft, places) {
            return entry.place(None).ok();
        }
        match places.resolve(name) {
            Resolved::Several(entries) => {
                reading.several = entries.iter().map(|entry| (entry.id.clone(), labelled(entry, ""))).collect();
                as_written()
            }
            Resolved::One(entry) => entry.place(None).ok(),
            Resolved::None => as_written(),
        }
    };
    if name.is_empty() && point.is_none() {
        reading.fields.place = None;
        return;
    }
    match place() {
        Some(place) => reading.fields.place = Some(place),
        None => drop(reading.wrong.insert("place".to_owned(), "place")),
    }
}

/// Whether a question is asked: its condition is met, or nobody has answered what it hangs on.
fn asked(question: &Question, draft: &Draft) -> bool {
    let Some(condition) = &question.condition else { return true };
    let field = format!("q-{}", condition.question);
    let given = draft.fields.get(&field).map(Vec::as_slice).unwrap_or_default();
    let mut given = given.iter().filter(|value| !value.is_empty()).peekable();
    given.peek().is_none() || given.any(|value| *value == condition.is)
}

fn read_answers(
    draft: &Draft,
    category: &Category,
    offset: i16,
    places: &Places,
    wrong: &mut Wrongs,
) -> BTreeMap<String, Answer> {
    let mut answers = BTreeMap::new();
    for question in category.questions.iter().filter(|question| asked(question, draft)) {
        let field = question_field(question);
        let typed = draft.get(&field);
        if typed.is_empty() {
            continue;
        }
        let offered = |value: &str| question.options.iter().any(|option| option.value == value);
        let plain = plain_digits(typed);
        let number = || plain.replace(',', ".").parse::<f64>().ok().and_then(Number::new).map(Answer::Number);
        let answer = match question.kind {
            QuestionKind::Text => {
                let fits = typed.len() <= azalai_model::limits::MAX_TEXT_BYTES;
                fits.then(|| Answer::Text(typed.to_owned()))
            }
            QuestionKind::Number => number(),
            QuestionKind::Count => plain.parse::<u32>().ok().and_then(|n| Number::new(n.into())).map(Answer::Number),
            QuestionKind::OneOf => offered(typed).then(|| Answer::Text(typed.to_owned())),
            QuestionKind::ManyOf => {
                let values: BTreeSet<String> = draft.fields.get(&field).into_iter().flatten().cloned().collect();
                values.iter().all(|value| offered(value)).then_some(Answer::Many(values))
            }
            QuestionKind::Date => Occurred::parse(&plain, 0, offset).ok().map(Answer::When),
            QuestionKind::Place => match places.resolve(typed) {
                Resolved::One(entry) => entry.place(None).ok().map(Answer::Where),
                _ => Place::try_new(None, None, None, Some(typed.to_owned()), None).ok().map(Answer::Where),
            },
            QuestionKind::YesNo => matches!(typed, "yes" | "no").then(|| Answer::YesNo(typed == "yes")),
        };
        match answer {
            Some(answer) => drop(answers.insert(question.key.clone(), answer)),
            None => drop(wrong.insert(field, "answer")),
        }
    }
    answers
}

/// An answer as the form's field has it.
pub(crate) fn typed(answer: &Answer) -> Vec<String> {
    match answer {
        Answer::YesNo(yes) => vec![if *yes { "yes" } else { "no" }.to_owned()],
        Answer::Number(number) => vec![number.get().to_string()],
        Answer::Text(text) => vec![text.clone()],
        Answer::Many(values) => values.iter().cloned().collect(),
        Answer::When(when) => vec![when.to_string()],
        Answer::Where(place) => vec![place.name().unwrap_or_default().to_owned()],
    }
}

/// The draft of a correction: what the report says, as if it had been typed.
pub(crate) fn of_report(fields: &ReportFields) -> Draft {
    let mut draft = Draft::default();
    let mut put = |name: &str, value: String| {
        if !value.is_empty() {
            draft.fields.insert(name.to_owned(), vec![value]);
        }
    };
    put("category", fields.category.clone().unwrap_or_default());
    put("text", fields.narrative.clone());
    put("when", if fields.occurred.is_some() { "keep" } else { "" }.to_owned());
    put("place", fields.place.as_ref().and_then(Place::name).unwrap_or_default().to_owned());
    // A position stays one: nobody typed it, and a correction must not lose it.
    let place = fields.place.as_ref();
    if let Some((point, metres)) = place.and_then(|place| place.point().zip(place.accuracy_m())) {
        put("lat", point.lat().to_string());
        put("lon", point.lon().to_string());
        put("accuracy", metres.to_string());
    }
    put("basis", fields.basis.map(|basis| basis.to_string()).unwrap_or_default());
    put("urgency", fields.urgency.map(|urgency| urgency.to_string()).unwrap_or_default());
    put("danger", if fields.danger_to_me { "yes" } else { "" }.to_owned());
    put("reply", if fields.wants_reply { "yes" } else { "" }.to_owned());
    for (key, answer) in &fields.answers {
        draft.fields.insert(format!("q-{key}"), typed(answer));
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_763_640_000_000;

    fn draft(fields: &[(&str, &str)]) -> Draft {
        let mut draft = Draft::default();
        for (name, value) in fields {
            draft.fields.entry((*name).to_owned()).or_default().push((*value).to_owned());
        }
        draft
    }

    /// With the pack that ships.
    fn read(draft: &Draft, kept: Option<&ReportFields>, now_ms: u64, places: &Places) -> Result<Reading, Problem> {
        super::read(draft, kept, now_ms, places, &Packs::shipped().unwrap())
    }

    /// Guards against "today" that becomes tomorrow because the draft was saved a day later.
    #[test]
    fn a_word_for_a_time_means_the_day_on_which_it_was_tapped() {
        let base = NOW.to_string();
        let fields = [("category", "kidnapping-ransom"), ("when", "today"), ("when-base", base.as_str())];
        let late = read(&draft(&fields), None, NOW + 2 * 86_400_000, &Places::shipped().unwrap()).unwrap();
        assert_eq!(late.fields.occurred.unwrap().to_string(), "2025-11-20");
    }

    /// Guards against answers that are lost, bent or taken from another question's options.
    #[test]
    fn answers_are_read_by_their_kind_and_what_makes_no_sense_is_named() {
        let good = draft(&[("category", "kidnapping-ransom"), ("q-people-taken", "3"), ("q-still-held", "some")]);
        let reading = read(&good, None, NOW, &Places::shipped().unwrap()).unwrap();
        assert!(reading.wrong.is_empty());
        assert_eq!(reading.fields.answers.len(), 2);
        let bad = draft(&[("category", "kidnapping-ransom"), ("q-people-taken", "3 or 4"), ("q-still-held", "x")]);
        let wrong = read(&bad, None, NOW, &Places::shipped().unwrap()).unwrap().wrong;
        assert_eq!(wrong.keys().collect::<Vec<_>>(), ["q-people-taken", "q-still-held"]);
    }

    /// Guards against a place that becomes another of the same name, and a time that cannot be.
    #[test]
    fn places_and_times_that_are_not_clear_are_asked_for() {
        let asked = |fields: &[(&str, &str)]| {
            let all: Vec<_> = fields.iter().copied().chain([("category", "abduction")]).collect();
            read(&draft(&all), None, NOW, &Places::shipped().unwrap()).unwrap()
        };
        assert_eq!(
            asked(&[("place", "A well nobody knows")]).fields.place.unwrap().name(),
            Some("A well nobody knows")
        );
        assert!(asked(&[("place", "Gao"), ("where", "none")]).fields.place.is_none());
        let several = asked(&[("place", "Gao")]);
        assert!(several.wrong.is_empty() && several.several.len() > 1, "it is kept as written, and may be made clear");
        assert_eq!(several.fields.place.unwrap().name(), Some("Gao"));
        let arabic = asked(&[
            ("when", "date"),
            ("when-date", "٢٠٢٥-١١-١٩"),
            ("q-people-taken", "٣"),
            ("lat", "١٦٫٢٧"),
            ("lon", "-٠٫٠٤"),
        ]);
        assert!(arabic.wrong.is_empty(), "{:?}", arabic.wrong);
        assert_eq!(arabic.fields.occurred.unwrap().to_string(), "2025-11-19");
        assert_eq!(asked(&[("lat", "91"), ("lon", "0")]).wrong["place"], "place");
        assert_eq!(asked(&[("when", "date"), ("when-date", "2025-13-40")]).wrong["when"], "when");
        assert_eq!(asked(&[("when", "date"), ("when-date", "2031-01-01")]).wrong["when"], "future");
    }

    /// Guards against a point that a correction loses or cannot leave out, and one of a kilometre that is called exact.
    #[test]
    fn a_position_outlives_a_correction_and_is_as_exact_as_it_says() {
        let places = Places::shipped().unwrap();
        for (name, metres, precision) in
            [("", "30", PlacePrecision::Exact), ("A ford", "1200", PlacePrecision::Village)]
        {
            let pairs = [("category", "abduction"), ("lat", "16.271"), ("lon", "-0.04"), ("accuracy", metres)];
            let said = read(&draft(&[&pairs[..], &[("place", name)]].concat()), None, NOW, &places).unwrap().fields;
            let place = said.place.clone().unwrap();
            assert_eq!((place.accuracy_m(), place.precision()), (metres.parse().ok(), precision));
            let mut correction = of_report(&said);
            assert_eq!(read(&correction, Some(&said), NOW, &places).unwrap().fields, said);
            for field in ["lat", "lon", "accuracy"] {
                correction.fields.remove(field);
            }
            let left_out = read(&correction, Some(&said), NOW, &places).unwrap().fields.place;
            assert!(left_out.is_none_or(|place| place.point().is_none()));
        }
    }

    /// Guards against a correction that changes what nobody touched.
    #[test]
    fn a_report_put_into_the_form_and_read_again_says_the_same() {
        let first = draft(&[
            ("category", "kidnapping-ransom"),
            ("text", "Three people"),
            ("when", "yesterday"),
            ("place", "Ansongo"),
            ("q-people-taken", "3"),
            ("basis", "seen"),
            ("danger", "yes"),
        ]);
        let mut said = read(&first, None, NOW, &Places::shipped().unwrap()).unwrap().fields;
        said.urgency = Some(Urgency::Now);
        let again = read(&of_report(&said), Some(&said), NOW + 999_999_999, &Places::shipped().unwrap()).unwrap();
        assert_eq!(again.fields, said);
    }
}
