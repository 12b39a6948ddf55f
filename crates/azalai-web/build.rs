//! Lists the languages: every folder of `locales/` is one, every `.ftl` file in it belongs to it. Nothing else has to
//! be told of a new language. Puts the pictures of the categories, `seeds/icons/CODE.svg`, into one file, so that a
//! browser fetches them once. It must never read anything else outside this crate.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

#[allow(clippy::disallowed_methods, clippy::print_stdout, reason = "how cargo and a build script speak")]
fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=../../seeds/icons");
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=static");
    let missing = |name: &str| io::Error::other(format!("cargo did not set {name}"));
    let root = std::env::var("CARGO_MANIFEST_DIR").map_err(|_| missing("CARGO_MANIFEST_DIR"))?;
    let out = std::env::var("OUT_DIR").map_err(|_| missing("OUT_DIR"))?;
    let mut code = String::from("&[\n");
    for folder in sorted(&Path::new(&root).join("locales"))?.into_iter().filter(|path| path.is_dir()) {
        let _ = writeln!(code, "({:?}, &[", name_of(&folder));
        for file in sorted(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "ftl")) {
            let _ = writeln!(code, "({:?}, include_str!({:?})),", name_of(&file), file.display().to_string());
        }
        code.push_str("]),\n");
    }
    code.push_str("]\n");
    fs::write(Path::new(&out).join("locales.rs"), code)?;
    fs::write(Path::new(&out).join("categories.svg"), pictures(&Path::new(&root).join("../../seeds/icons"))?)
}

/// How every picture begins: one size, one stroke, the colour of the text around it.
const BEGINS: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"24\" height=\"24\"";
const STYLE: &str = " viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.75\" \
    stroke-linecap=\"round\" stroke-linejoin=\"round\">";

/// A symbol for each category, by its code.
fn pictures(folder: &Path) -> io::Result<String> {
    let mut sprite = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">\n");
    for file in sorted(folder)? {
        let Some(name) = name_of(&file).strip_suffix(".svg").map(str::to_owned) else { continue };
        let text = fs::read_to_string(&file)?;
        let drawn = text.trim_end().strip_prefix(BEGINS).and_then(|rest| rest.strip_prefix(STYLE));
        let drawn = drawn.and_then(|rest| rest.strip_suffix("</svg>"));
        let other = || io::Error::other(format!("{}: does not begin with {BEGINS}{STYLE}", file.display()));
        let _ = writeln!(sprite, "<symbol id=\"{name}\"{STYLE}{}</symbol>", drawn.ok_or_else(other)?);
    }
    sprite.push_str("</svg>\n");
    Ok(sprite)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
