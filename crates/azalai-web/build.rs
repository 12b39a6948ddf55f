//! Lists the languages: every folder of `locales/` is one, every `.ftl` file in it belongs to it. Nothing else has to
//! be told of a new language. It must never read anything outside this crate.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

#[allow(clippy::disallowed_methods, clippy::print_stdout, reason = "how cargo and a build script speak")]
fn main() -> io::Result<()> {
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
    fs::write(Path::new(&out).join("locales.rs"), code)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
