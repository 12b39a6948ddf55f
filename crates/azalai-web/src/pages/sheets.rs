//! Recovery sheets: made to be printed while the device is open, typed in when the passphrase is forgotten.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_node::limits::{MAX_SHEETS, SHEET_WORDS};
use azalai_node::{NodeError, Sheet, SheetError};
use azalai_store::SlotsError;

use super::vault::wrong_passphrase;
use crate::app::{App, Device};
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::host::Host;
use crate::problem::Problem;
use crate::texts::Texts;

struct Printed {
    number: u8,
    head: String,
    words: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "sheets.html")]
struct SheetsPage {
    f: Frame,
    wrong: String,
    sheets: Vec<Printed>,
}

#[derive(Template)]
#[template(path = "sheets-open.html")]
struct OpenPage {
    f: Frame,
    wrong: String,
    done: bool,
    words: String,
}

/// `GET /settings/sheets`.
pub(crate) async fn get(Member(visitor): Member) -> Result<Page, Problem> {
    let f = Frame::new(&visitor, "settings");
    render(&SheetsPage { f, wrong: String::new(), sheets: Vec::new() })
}

/// `POST /settings/sheets`: the sheets themselves are the answer, shown once.
pub(crate) async fn make<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    let texts = visitor.texts;
    let number = |name: &str| crate::forms::plain_digits(form.get(name)).parse::<u8>().unwrap_or_default();
    let mut open = app.open().await;
    let made = open.device()?.make_sheets(&app.host.disks().root, number("need"), number("of")).await;
    drop(open);
    app.host.even_out();
    let (wrong, sheets) = match made {
        Ok(sheets) => (String::new(), sheets),
        Err(NodeError::Sheets(_)) => (texts.say1("sheets-numbers", "most", MAX_SHEETS), Vec::new()),
        Err(NodeError::Invalid(_)) => (texts.say("second-no-room"), Vec::new()),
        Err(other) => return Err(other.into()),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let printed = |sheet: &Sheet| Printed {
        number: sheet.number,
        head: texts.say2("sheets-head", ("number", &sheet.number), ("need", &sheet.need)),
        words: sheet.words(),
    };
    let sheets = sheets.iter().map(printed).collect();
    let f = Frame::new(&visitor, "settings");
    Ok((status, render(&SheetsPage { f, wrong, sheets })?).into_response())
}

/// `GET /sheets`: for who has forgotten the passphrase.
pub(crate) async fn ask(visitor: Visitor) -> Result<Page, Problem> {
    let (wrong, words) = (String::new(), String::new());
    render(&OpenPage { f: Frame::new(&visitor, ""), wrong, done: false, words })
}

/// `POST /sheets`.
pub(crate) async fn open<H: Host>(
    State(app): State<Arc<App<H>>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let texts = visitor.texts;
    let raw = |name: &str| form.fields.get(name).and_then(|values| values.first()).cloned().unwrap_or_default();
    let (typed, passphrase) = (form.get("words").to_owned(), raw("own"));
    let wrong = match read(&typed) {
        Err(error) => Some(in_words(texts, &error)),
        Ok(_) if wrong_passphrase(texts, &passphrase, &raw("again")).is_some() => {
            wrong_passphrase(texts, &passphrase, &raw("again"))
        }
        Ok(sheets) => {
            let (disks, mut rng, now_ms) = (app.host.disks(), app.rng(), app.host.now_ms());
            match Device::<H>::recover(&disks, &sheets, &passphrase, &mut rng, now_ms).await {
                Ok(()) => None,
                Err(NodeError::Sheets(error)) => Some(in_words(texts, &error)),
                Err(NodeError::SheetsOpenNothing) => Some(texts.say("sheets-nothing")),
                Err(NodeError::TooSoon { seconds }) => Some(texts.say1("unlock-wait", "count", seconds)),
                Err(NodeError::Slots(SlotsError::InUse)) => Some(texts.say("second-in-use")),
                Err(other) => return Err(other.into()),
            }
        }
    };
    app.host.even_out();
    let f = Frame::new(&visitor, "");
    match wrong {
        None => {
            let (wrong, words) = (String::new(), String::new());
            Ok(render(&OpenPage { f, wrong, done: true, words })?.into_response())
        }
        Some(wrong) => {
            let page = render(&OpenPage { f, wrong, done: false, words: typed })?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Sheets typed one after the other, with or without the numbers beside the words.
fn read(typed: &str) -> Result<Vec<Sheet>, SheetError> {
    let words: Vec<&str> = typed.split_whitespace().filter(|word| word.parse::<u32>().is_err()).collect();
    let sheets = words.chunks(SHEET_WORDS).enumerate();
    let sheets: Vec<Sheet> =
        sheets.map(|(at, words)| Sheet::read(&words.join(" "), at + 1)).collect::<Result<_, _>>()?;
    Sheet::fit(&sheets)?;
    Ok(sheets)
}

fn in_words(texts: &Texts, error: &SheetError) -> String {
    match error {
        SheetError::Count { at, got } => texts.say2("sheets-count", ("at", at), ("got", got)),
        SheetError::Unknown { at, place, word } => {
            let place = texts.say2("sheets-place", ("at", at), ("place", place));
            texts.say2("sheets-word", ("place", &place), ("word", word))
        }
        SheetError::Check { at } => texts.say1("sheets-check", "at", *at),
        SheetError::Version { at, .. } => texts.say1("sheets-newer", "at", *at),
        SheetError::Mixed { at } => texts.say1("sheets-mixed", "at", *at),
        SheetError::Twice { at, first } => texts.say2("sheets-twice", ("at", at), ("first", first)),
        SheetError::TooFew { need, more, .. } => texts.say2("sheets-few", ("need", need), ("more", more)),
        SheetError::Forged => texts.say("sheets-forged"),
        SheetError::Numbers { .. } => texts.say1("sheets-numbers", "most", MAX_SHEETS),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::testing::{Browser, PASSPHRASE};

    const NEW: &str = "absorb abstract absurd abuse access";

    fn words(page: &str) -> Vec<String> {
        let lists = page.split("<ol class=\"sheet\"").skip(1);
        let words = |list: &str| {
            let items = list.split("</ol>").next().unwrap().split("<li>").skip(1);
            items.map(|item| item.split('<').next().unwrap()).collect::<Vec<_>>().join(" ")
        };
        lists.map(words).collect()
    }

    /// Guards against sheets that the pages make and cannot read, fewer that open, and errors that do not name the sheet.
    #[test]
    fn enough_sheets_set_a_new_passphrase_without_the_old_one() {
        let mut browser = Browser::begun();
        assert_eq!(browser.get("/settings/sheets").status, 200);
        assert_eq!(browser.post("/settings/sheets", &[("of", "3"), ("need", "4")]).status, 422);
        let made = browser.post("/settings/sheets", &[("of", "3"), ("need", "2")]);
        let sheets = words(&made.body);
        assert_eq!((made.status, sheets.len()), (200, 3), "{}", made.body);
        browser.post("/leave", &[]);
        browser.get("/");
        assert_eq!(browser.get("/sheets").status, 200);
        let mut open = |typed: &str, own: &str| {
            browser.get("/sheets");
            browser.post("/sheets", &[("words", typed), ("own", own), ("again", own)])
        };
        let [one, two, three] = &sheets[..] else { panic!("three sheets") };
        for (typed, said) in [
            (one.clone(), "sheets are needed"),
            (format!("{one} {one}"), "is the same as"),
            (format!("{one} {}", two.replacen(two.split(' ').nth(2).unwrap(), "camle", 1)), "camle"),
            (format!("{one} {}", two.rsplit_once(' ').unwrap().0), "21"),
            (String::new(), "sheets are needed"),
        ] {
            let answer = open(&typed, NEW);
            assert!(answer.status == 422 && answer.body.contains(said), "{said}: {}", answer.body);
        }
        assert_eq!(open(&format!("{one} {three}"), "1234").status, 422);
        let done = open(&format!("{one}\n\n{three}"), NEW);
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(browser.post("/unlock", &[("passphrase", PASSPHRASE)]).status, 422);
        assert_eq!(browser.post("/unlock", &[("passphrase", NEW)]).status, 303);
    }
}
