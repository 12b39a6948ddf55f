//! `cargo xtask dictionary [--check | --replace]`: makes the compression dictionary of statement bodies from `seeds/`.
//!
//! A dictionary that was released never changes under its number: whoever has the old one could no longer read. So
//! the plain command and `--check` only compare; `--replace` overwrites and is for a number that nobody uses yet.
//! It must never read `seeds/dictionary/heldout/`, which measures it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use azalai_envelope::ids::{AuthorId, DocumentId};
use azalai_model::parts::{ActorMention, Affected, Answer, Count, Item, Number};
use azalai_model::{
    ActorId, Basis, Credibility, Document, DocumentKind, Gazetteer, Grade, IncidentEdit, Occurred, Pack, Place,
    PlacePrecision, Point, Reliability, ReportFields, Response, ResponseKind, Status, Strangers, TimePrecision, Tlp,
    Urgency,
};

use crate::tools::{Failure, Outcome, root};

/// The dictionary's file, which the program has built in.
const FILE: &str = "crates/azalai-envelope/src/dictionary-1.bin";

/// The languages of the sample texts; the one that needs the most bytes for its letters stands nearest to the end.
const LANGUAGES: [&str; 3] = ["en", "fr", "ar"];

/// 2026-11-01T00:00Z in milliseconds since 1970: about when the sample reports are from.
const START_MS: i64 = 1_793_491_200_000;

const MINUTE_MS: i64 = 60_000;

const DAY_MS: i64 = 1_440 * MINUTE_MS;

/// Makes the dictionary and compares it with the one in the tree, or replaces that.
///
/// # Errors
/// A seed that cannot be read or breaks a rule of reports; a file that differs and was not to be replaced.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let path = root().join(FILE);
    let made = make()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] | ["--check"] => {
            let there = fs::read(&path).map_err(|error| Failure::new(format!("{FILE}: {error}")))?;
            if there != made {
                return Err(Failure::new(format!(
                    "the seeds now give another dictionary ({} bytes) than dictionary 1 ({} bytes). A released \
                     dictionary stays as it is: to use new texts, add them as dictionary 2 beside it",
                    made.len(),
                    there.len()
                )));
            }
            println!("dictionary 1 is what the seeds give: {} bytes", made.len());
        }
        ["--replace"] => {
            fs::write(&path, &made).map_err(|error| Failure::new(format!("{FILE}: {error}")))?;
            println!("dictionary 1 replaced: {} bytes. Tests with fixed bytes change with it.", made.len());
        }
        _ => return Err(Failure::new("usage: cargo xtask dictionary [--check | --replace]")),
    }
    Ok(())
}

/// The dictionary. A distance costs the more the further it reaches back, so what helps every report stands last:
/// names and codes, the sample texts, changes of incidents, of reports that say much, of usual reports.
pub(crate) fn make() -> Result<Vec<u8>, Failure> {
    let seeds = Seeds::read()?;
    let mut out = seeds.names();
    for language in LANGUAGES {
        out.extend(seeds.text(language).bytes());
    }
    for change in seeds.incidents()?.into_iter().chain(seeds.answered()?).chain(seeds.usual()?) {
        out.extend(change);
    }
    Ok(out)
}

/// What the dictionary is made from.
struct Seeds {
    pack: Pack,
    places: Gazetteer,
    texts: BTreeMap<&'static str, String>,
}

fn file(path: &str) -> Result<String, Failure> {
    let whole: PathBuf = root().join(path);
    fs::read_to_string(whole).map_err(|error| Failure::new(format!("{path}: {error}")))
}

impl Seeds {
    fn read() -> Result<Self, Failure> {
        let pack = Pack::parse(file("seeds/packs/sahel/pack.json")?.as_bytes());
        let places = Gazetteer::parse(&file("seeds/places/places.csv")?);
        let mut texts = BTreeMap::new();
        for language in LANGUAGES {
            texts.insert(language, file(&format!("seeds/dictionary/{language}.txt"))?);
        }
        Ok(Self {
            pack: pack.map_err(|error| Failure::new(format!("pack: {error}")))?,
            places: places.map_err(|error| Failure::new(format!("places: {error}")))?,
            texts,
        })
    }

    fn text(&self, language: &str) -> &str {
        self.texts.get(language).map_or("", String::as_str)
    }

    /// The codes of answers and the names of places, each on a line.
    fn names(&self) -> Vec<u8> {
        let questions = self.pack.categories.iter().flat_map(|category| &category.questions);
        let mut lines: Vec<_> =
            questions.flat_map(|question| &question.options).map(|option| option.value.clone()).collect();
        lines.sort();
        lines.dedup();
        for place in self.places.iter() {
            lines.extend(place.names.values().cloned().chain([place.name.clone()]));
        }
        lines.join("\n").into_bytes()
    }

    /// A narrative of `sentences` sentences, the `number`th of its kind. Only the beginnings of sample sentences,
    /// since the whole ones are there already: what counts here is how a text lies in a change.
    fn narrative(&self, language: &str, number: usize, sentences: usize) -> String {
        let chosen = self.text(language).lines().cycle().skip(number * 7).take(sentences);
        let short = chosen.map(|line| line.split(' ').take(4).collect::<Vec<_>>().join(" ") + ".");
        short.collect::<Vec<_>>().join(" ")
    }

    fn place(&self, number: usize) -> Option<Place> {
        let entry = self.places.iter().nth(number * 29 % self.places.iter().count().max(1))?;
        entry.place(Some("ml-gao".to_owned())).ok()
    }

    /// The `number`th report of those that say what nearly every report says.
    fn report(&self, number: usize, sentences: usize) -> ReportFields {
        let language = LANGUAGES.iter().cycle().nth(number).copied().unwrap_or_default();
        let category = self.pack.categories.iter().cycle().nth(number);
        let from = START_MS + i64::try_from(number).unwrap_or_default() * 1_111 * MINUTE_MS;
        ReportFields {
            pack: Some(self.pack.reference()),
            category: category.map(|category| category.code.clone()),
            occurred: Occurred::try_new(from, from + MINUTE_MS, TimePrecision::Minute, 0).ok(),
            place: self.place(number),
            narrative: self.narrative(language, number, sentences),
            language: Some(language.to_owned()),
            tlp: Some(Tlp::Amber),
            ..ReportFields::default()
        }
    }

    /// One report of each category with all its questions answered; every fourth says all that a report can.
    fn answered(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let mut changes = Vec::new();
        for (number, category) in self.pack.categories.iter().enumerate() {
            let mut fields = self.report(number, 1);
            for question in &category.questions {
                let option = question.options.first().map(|option| option.value.clone());
                fields.answers.insert(question.key.clone(), self.answer(number, option));
            }
            if number.is_multiple_of(4) {
                let some = |total| Some(Count { total, women: Some(1), children: Some(1) });
                fields.affected =
                    Some(Affected { killed: some(2), injured: some(3), abducted: some(4), displaced: some(40) });
                fields.actors =
                    vec![ActorMention { description: "armed men".to_owned(), role: "perpetrator".to_owned() }];
                fields.items = vec![Item {
                    kind: "fuel".to_owned(),
                    quantity: Number::new(20.0),
                    unit: "litre".to_owned(),
                    unit_price: Number::new(500.0),
                    currency: "XOF".to_owned(),
                }];
                (fields.origin, fields.destination) = (self.place(number + 1), self.place(number + 2));
                (fields.danger_to_me, fields.wants_reply) = (true, true);
            }
            changes.push(write(&fields)?);
        }
        Ok(changes)
    }

    fn answer(&self, number: usize, option: Option<String>) -> Answer {
        match (option, number % 4) {
            (Some(option), 0 | 1) => Answer::Text(option),
            (Some(option), _) => Answer::Many([option].into()),
            (None, 0) => Answer::YesNo(true),
            (None, 1) => self.place(number).map_or(Answer::YesNo(false), Answer::Where),
            (None, _) => Number::new(10.0).map_or(Answer::YesNo(false), Answer::Number),
        }
    }

    /// Reports with the usual combinations of fields, the plainest last.
    fn usual(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let mut changes = Vec::new();
        for number in 0..12 {
            let mut fields = self.report(number, 2 + number % 4);
            if number < 9 {
                fields.basis = Basis::ALL.iter().cycle().nth(number).copied();
            }
            if number < 6 {
                fields.urgency = Urgency::ALL.iter().cycle().nth(number).copied();
                fields.tlp = Tlp::ALL.iter().cycle().nth(number).copied();
            }
            if number.is_multiple_of(3) {
                let point = Point::try_new(16.2716, -0.0447).ok();
                let area = Some("ml-gao".to_owned());
                fields.place = Place::try_new(point, Some(20), Some(PlacePrecision::Exact), None, area).ok();
            }
            if number % 3 == 1 {
                let day = START_MS + i64::try_from(number).unwrap_or_default() * DAY_MS;
                fields.occurred = Occurred::try_new(day, day + DAY_MS, TimePrecision::Day, 0).ok();
            }
            if number % 2 == 1 {
                fields.language = None;
            }
            changes.push(write(&fields)?);
        }
        Ok(changes)
    }

    /// An incident's changes, from its first to what is said about it later.
    fn incidents(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let mut document = Document::new(DocumentKind::Incident);
        let (report, at) = (DocumentId([0; 16]), START_MS.unsigned_abs());
        let grade = Grade { reliability: Reliability::B, credibility: Credibility::Doubtful, at, why: String::new() };
        let response =
            Response { kind: ResponseKind::Verification, body: "gendarmerie".to_owned(), at, outcome: String::new() };
        let fields = self.report(0, 1);
        let mut first = vec![
            IncidentEdit::SetTitle("Attack on the road to Gao".to_owned()),
            IncidentEdit::SetArea("ml-gao".to_owned()),
            IncidentEdit::SetTlp(Tlp::Amber),
        ];
        first.extend(fields.category.map(IncidentEdit::SetCategory));
        first.extend(fields.occurred.map(IncidentEdit::SetOccurred));
        first.extend(fields.place.map(IncidentEdit::SetPlace));
        let rounds = [
            first,
            vec![
                IncidentEdit::Link { report, heads: vec![[0; 32]], rumour: Some("market".to_owned()) },
                IncidentEdit::Grade { report, grade },
            ],
            vec![IncidentEdit::SetStatus(Status::Reviewing), IncidentEdit::Assign(Some(AuthorId([0; 8])))],
            vec![
                IncidentEdit::AddResponse(response),
                IncidentEdit::AddNote { at, text: "Asked the village chief by phone.".to_owned() },
                IncidentEdit::SetOutcome("The animals were given back.".to_owned()),
            ],
            vec![IncidentEdit::SetStatus(Status::Corroborated)],
        ];
        let edit = |edits: Vec<IncidentEdit>| {
            let change = document.edit_incident(&nobody(), AuthorId([0; 8]), &Strangers, &edits);
            change.map_err(|error| Failure::new(format!("sample incident: {error}")))
        };
        rounds.into_iter().map(edit).collect()
    }
}

/// The actor of all samples: actors look random, so none of their bytes would help.
fn nobody() -> ActorId {
    ActorId::from([0; 16])
}

fn write(fields: &ReportFields) -> Result<Vec<u8>, Failure> {
    let change = Document::new(DocumentKind::Report).write_report(&nobody(), fields);
    change.map_err(|error| Failure::new(format!("sample report: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a dictionary that nobody can make again, and against seeds that change under one number.
    #[test]
    fn the_dictionary_that_ships_is_what_the_seeds_make() {
        run(&["--check".to_owned()]).unwrap();
    }
}
