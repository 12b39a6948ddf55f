//! Areas as a person writes them for a new project: one on each line, a dash for each step inwards.

use azalai_node::NewArea;
use azalai_roster::AreaCode;

use crate::limits::{MAX_AREAS, MAX_LINE_BYTES};

/// What is wrong with them: the name of a message `areas-NAME`.
pub(crate) type Wrong = &'static str;

/// Reads the lines. Codes are made of the names where they are in Latin letters, else of their number.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn read(text: &str) -> Result<Vec<NewArea>, Wrong> {
    let mut areas: Vec<NewArea> = Vec::new();
    // The area that each depth is in now.
    let mut path: Vec<AreaCode> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let dash = |c: char| matches!(c, '-' | '–' | '—' | '•');
        let depth = line.chars().take_while(|c| dash(*c) || c.is_whitespace()).filter(|c| dash(*c)).count();
        let name = line.trim_start_matches(|c: char| dash(c) || c.is_whitespace()).to_owned();
        if name.is_empty() || name.len() > MAX_LINE_BYTES {
            return Err("name");
        }
        if depth > path.len() {
            return Err("depth");
        }
        path.truncate(depth);
        let code = free_code(&name, |code| areas.iter().any(|area| area.code == *code)).ok_or("name")?;
        areas.push(NewArea { code: code.clone(), name, parent: path.last().cloned() });
        path.push(code);
        if areas.len() > MAX_AREAS {
            return Err("many");
        }
    }
    if areas.is_empty() { Err("none") } else { Ok(areas) }
}

/// A code made of a name, numbered where the plain one is taken; `None` if all are.
pub(crate) fn free_code(name: &str, taken: impl Fn(&AreaCode) -> bool) -> Option<AreaCode> {
    let folded = azalai_model::gazetteer::fold(name);
    let plain: String = folded.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(24).collect();
    let plain = plain.trim_matches('-');
    let base = if plain.is_empty() { "area" } else { plain };
    let numbered = (2..=MAX_AREAS + 2).map(|number| format!("{base}-{number}"));
    let mut codes = core::iter::once(base.to_owned()).chain(numbered).filter_map(|code| AreaCode::try_new(&code).ok());
    codes.find(|code| !taken(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against areas that end up in another one than their person meant.
    #[test]
    fn dashes_put_an_area_into_the_one_above() {
        let areas = read("Gao\n - Ansongo\n-- Tessit\n- Bourem\n\nغاو\nGao").unwrap();
        let shown: Vec<_> = areas
            .iter()
            .map(|area| (area.code.as_str(), area.name.as_str(), area.parent.as_ref().map(AreaCode::as_str)))
            .collect();
        let wanted = [
            ("gao", "Gao", None),
            ("ansongo", "Ansongo", Some("gao")),
            ("tessit", "Tessit", Some("ansongo")),
            ("bourem", "Bourem", Some("gao")),
            ("area", "غاو", None),
            ("gao-2", "Gao", None),
        ];
        assert_eq!(shown, wanted);
    }

    /// Guards against a project without areas, or with one that hangs in the air.
    #[test]
    fn what_makes_no_sense_is_named() {
        assert_eq!(read(" \n"), Err("none"));
        assert_eq!(read("- Ansongo"), Err("depth"));
        assert_eq!(read("Gao\n--- X"), Err("depth"));
        assert_eq!(read("-"), Err("name"));
        assert_eq!(read(&"é".repeat(MAX_LINE_BYTES)), Err("name"));
        assert_eq!(read(&"Gao\n".repeat(MAX_AREAS + 1)), Err("many"));
    }
}
