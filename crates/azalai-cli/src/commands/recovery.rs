//! Recovery sheets: writing them to be printed, and opening a home with them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use azalai_node::{Sheet, SheetError, words};
use serde_json::json;

use super::read_file;
use crate::home::{self, Device, Held};
use crate::host;
use crate::limits::{MAX_SHEET_BYTES, OFFERED_WORDS};
use crate::out_file::OutFile;
use crate::output::{Failure, Output};

/// The line of a sheet's file after which its words stand, up to the next line of this kind.
const RULE: &str = "----------------------------------------";

/// What a sheet says around its words, in each language, with its direction.
const SAID: [(&str, &str, &str); 3] = [
    (
        "en",
        "ltr",
        "Keep this sheet where nobody else reads it, away from the other sheets. Alone it opens nothing. Give its words only \
         to somebody whom you know, face to face, who asks for them.",
    ),
    (
        "fr",
        "ltr",
        "Gardez cette feuille là où personne d’autre ne la lit, loin des autres feuilles. Seule, elle n’ouvre rien. Ne donnez \
         ses mots qu’à quelqu’un que vous connaissez, face à face, qui vous les demande.",
    ),
    (
        "ar",
        "rtl",
        "احفظ هذه الورقة حيث لا يقرؤها غيرك، بعيدًا عن الأوراق الأخرى. وحدها لا تفتح شيئًا. لا تعطِ كلماتها إلا لشخص تعرفه، وجهًا \
         لوجه، يطلبها منك.",
    ),
];

pub(crate) async fn make(
    home: Option<&Path>,
    (need, of): (u8, u8),
    folder: &Path,
    out: &mut Output,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("{}: {error}; nothing was changed", folder.display()));
    match std::fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(Failure::usage(format!("{} is not empty: name a new folder", folder.display())));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let mut opened = home::open(home).await?;
    let (device, held) = opened.parts();
    // Looked at before the folder is made, and before anything that opens is written over.
    Sheet::numbers(need, of).map_err(|error| Failure::usage(error.to_string()))?;
    std::fs::create_dir_all(folder).map_err(failed)?;
    let begin = |number: u8, kind: &str| OutFile::begin(&folder.join(format!("sheet-{number}.{kind}")));
    let files = (1..=of).map(|number| Ok((begin(number, "txt")?, begin(number, "html")?)));
    let mut files = files.collect::<Result<Vec<_>, Failure>>()?;
    let dealt = device.deal_sheets(need, of)?;
    // First they are in safety, then they open, then they get the names of sheets: killed in between, the earlier ones
    // open, or those that lie there under names that end in `.part`.
    for (sheet, (plain, printed)) in dealt.sheets.iter().zip(&mut files) {
        let written = plain.write(text(sheet).as_bytes()).and_then(|()| printed.write(page(sheet).as_bytes()));
        written.map_err(|error| Failure::failed(format!("{error}; nothing was changed")))?;
    }
    let opened = device.let_sheets_open(&held.disks().root, &dealt).await;
    opened.map_err(|error| {
        Failure::failed(format!(
            "{error}. There are no new sheets. Try those that were made before on a copy of the home, or make all anew"
        ))
    })?;
    let named: Vec<Failure> =
        files.iter_mut().flat_map(|(plain, printed)| [plain.name(), printed.name()]).filter_map(Result::err).collect();
    if let Some(error) = named.first() {
        return Err(Failure::failed(format!(
            "{error}. The sheets open this home; those that end in .part are whole and only have no better name"
        )));
    }
    host::say(
        "azalai: print each sheet, give each to somebody else, and destroy these files: whoever has enough of them opens this \
         home. Try `azalai recovery open` on a copy of the home before you rely on them.",
    );
    let object = json!({ "sheets": of, "need": need, "folder": folder.display().to_string() });
    out.result(&object, || format!("{of} sheets are in {}. Any {need} of them open this profile.", folder.display()))
}

fn head(sheet: &Sheet) -> String {
    format!("Sheet {} of {} · any {} together open", sheet.number, sheet.of, sheet.need)
}

fn text(sheet: &Sheet) -> String {
    let mut text = format!("{}\n\n", head(sheet));
    for (_, _, said) in SAID {
        let _ = writeln!(text, "{said}\n");
    }
    let _ = writeln!(text, "{RULE}");
    for (index, word) in sheet.words().iter().enumerate() {
        let _ = writeln!(text, "{:>2}  {word}", index + 1);
    }
    let _ = writeln!(text, "{RULE}");
    text
}

fn page(sheet: &Sheet) -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Sheet</title>\n<style>\n\
         @page { margin: 2cm }\nbody { font: 12pt/1.5 serif; max-width: 40em; margin: 2em auto }\n\
         ol { columns: 2; font: 16pt/1.8 monospace; border: 1pt solid; padding: 1em 1em 1em 3em }\n\
         @media print { body { margin: 0 } }\n</style>\n",
    );
    let _ = writeln!(page, "<h1>{}</h1>\n<ol>", head(sheet));
    for word in sheet.words() {
        let _ = writeln!(page, "<li>{word}</li>");
    }
    page.push_str("</ol>\n");
    for (lang, dir, said) in SAID {
        let _ = writeln!(page, "<p lang=\"{lang}\" dir=\"{dir}\">{said}</p>");
    }
    page.push_str("</html>\n");
    page
}

/// The words of a sheet's text file: what stands between the two rules, without the numbers.
fn words_of(text: &str) -> String {
    let between = text.split(RULE).nth(1).unwrap_or(text);
    let words = between.split_whitespace().filter(|word| word.parse::<u32>().is_err());
    words.collect::<Vec<_>>().join(" ")
}

pub(crate) async fn open(
    home: Option<&Path>,
    files: &[PathBuf],
    typed: &[String],
    out: &mut Output,
) -> Result<(), Failure> {
    let mut sheets = Vec::new();
    let read = |words: &str, at: usize, name: &str| {
        Sheet::read(words, at).map_err(|error| Failure::failed(format!("{name}: {error}; nothing was changed")))
    };
    for file in files {
        let bytes = read_file(file, MAX_SHEET_BYTES)?;
        let text = String::from_utf8_lossy(&bytes);
        sheets.push(read(&words_of(&text), sheets.len() + 1, &file.display().to_string())?);
    }
    for words in typed {
        sheets.push(read(words, sheets.len() + 1, "--words")?);
    }
    let held = Held::take(&home::there(home)?)?;
    let mut rng = host::rng()?;
    Sheet::fit(&sheets).map_err(|error| {
        let name =
            |at: usize| files.get(at - 1).map_or_else(|| "--words".to_owned(), |file| file.display().to_string());
        let which = match &error {
            SheetError::Mixed { at } | SheetError::Twice { at, .. } => format!("{}: ", name(*at)),
            _ => String::new(),
        };
        Failure::failed(format!("{which}{error}; nothing was changed"))
    })?;
    let offer = words::draw(OFFERED_WORDS, &mut rng).join(" ");
    let new = host::replacing_passphrase(&offer)?;
    Device::recover(&held.disks(), &sheets, &new, &mut rng, host::now_ms()).await?;
    out.result(&json!({ "changed": true }), || {
        "The passphrase is changed; the sheets go on working. Make new ones with `azalai recovery make` if somebody may have \
         copied them."
            .to_owned()
    })
}
