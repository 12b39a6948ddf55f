//! The wasm32 target: finding or unpacking a compiler for it, and checking the crates that must compile there.
//!
//! rustup's target is used where it is or can be added. Where it cannot (no rustup, or no way to its server), Debian's
//! `rustc-web` packages are unpacked into `.tools/wasm/`, and the standard library is built from their source;
//! nothing of the system changes. It must never report a check that did not run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::Steps;
use crate::tools::{Failure, Outcome, ask, cargo, command, root, run as run_command, tools_folder};

const TARGET: &str = "wasm32-unknown-unknown";

/// The pure crates, and those that a browser will run without their native features.
const CRATES: &[&str] =
    &["azalai-envelope", "azalai-roster", "azalai-model", "azalai-sync", "azalai-store", "azalai-node", "azalai-web"];

/// A compiler that can check for wasm32.
enum Compiler {
    /// The toolchain that builds everything else has the target.
    Own,
    /// Debian's compiler, unpacked at this folder.
    Packaged(PathBuf),
}

/// `cargo xtask wasm [--packaged] [CRATE ...]`: sets up and checks all of [`CRATES`], or those named.
///
/// # Errors
/// Where no compiler can be had, a crate is not one of those, or it does not compile.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (flags, names): (Vec<&str>, Vec<&str>) = arguments.iter().map(String::as_str).partition(|a| a.starts_with('-'));
    if let Some(unknown) = flags.iter().find(|flag| **flag != "--packaged") {
        return Err(Failure::new(format!("wasm knows no {unknown}, only --packaged")));
    }
    if let Some(unknown) = names.iter().find(|name| !CRATES.contains(name)) {
        return Err(Failure::new(format!("{unknown} is not one of {}", CRATES.join(", "))));
    }
    let compiler = if flags.is_empty() { set_up()? } else { unpack()? };
    Steps::default().run("wasm32", || check(&compiler, if names.is_empty() { CRATES } else { &names }))
}

/// Makes sure that there is a compiler for wasm32.
///
/// # Errors
/// As [`run`], where none can be had.
pub(crate) fn install() -> Outcome {
    set_up().map(drop)
}

/// Finds, adds or unpacks a compiler for wasm32, in this order.
///
/// # Errors
/// Where none of it works; the message names what to install.
fn set_up() -> Result<Compiler, Failure> {
    if own_has_target() {
        println!("the toolchain has {TARGET}");
        return Ok(Compiler::Own);
    }
    if packaged_works(&packaged_folder()) {
        return unpack();
    }
    match run_command(command("rustup", &["target", "add", TARGET])) {
        Ok(()) if own_has_target() => Ok(Compiler::Own),
        Ok(()) => unpack(),
        Err(failure) => {
            println!("{failure}; trying Debian's packages");
            unpack()
        }
    }
}

/// The check that CI insists on: every crate of [`CRATES`].
pub(crate) fn check_all() -> Outcome {
    check(&set_up()?, CRATES)
}

/// Checks crates without their default features.
fn check(compiler: &Compiler, crates: &[&str]) -> Outcome {
    let mut check = cargo(&["check", "--no-default-features", "--target", TARGET]);
    for name in crates {
        check.args(["--package", name]);
    }
    if let Compiler::Packaged(folder) = compiler {
        // Cargo accepts the unstable option from a stable toolchain only where this is set; the packages carry no
        // ready-made library for wasm32. Another compiler's artefacts need a folder of their own.
        check.args(["-Z", "build-std=std,panic_abort", "--target-dir"]).arg(root().join("target/wasm"));
        check.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", rustc_in(folder)).env("LD_LIBRARY_PATH", libraries_in(folder));
    }
    run_command(check)
}

fn own_has_target() -> bool {
    ask(command("rustc", &["--print", "target-libdir", "--target", TARGET])).is_some_and(|dir| Path::new(&dir).is_dir())
}

fn packaged_folder() -> PathBuf {
    tools_folder().join("wasm")
}

fn rustc_in(folder: &Path) -> PathBuf {
    folder.join("usr/bin/rustc")
}

/// Debian keeps shared libraries in a folder named after the machine.
fn libraries_in(folder: &Path) -> PathBuf {
    let parent = folder.join("usr/lib");
    let by_machine = fs::read_dir(&parent)
        .ok()
        .and_then(|entries| entries.flatten().map(|e| e.path()).find(|p| p.to_string_lossy().contains("-linux-gnu")));
    by_machine.unwrap_or(parent)
}

fn packaged_works(folder: &Path) -> bool {
    let mut rustc = Command::new(rustc_in(folder));
    rustc.arg("--version").env("LD_LIBRARY_PATH", libraries_in(folder));
    let version = ask(rustc);
    if let Some(version) = &version {
        println!("{version} from packages is here");
    }
    version.is_some()
}

/// Unpacks Debian's compiler unless it is there.
fn unpack() -> Result<Compiler, Failure> {
    let folder = packaged_folder();
    if !packaged_works(&folder) {
        fetch_packages(&folder).map_err(|failure| {
            Failure::new(format!(
                "no compiler for {TARGET}: {failure}. Install one of: rustup, then `rustup target add {TARGET}`; \
                 or, on Debian, the packages rustc-web and rust-web-src (1.95 or newer)"
            ))
        })?;
    }
    Ok(Compiler::Packaged(folder))
}

fn fetch_packages(folder: &Path) -> Outcome {
    // Only root may refresh the lists; where that fails, the lists that are there may still serve.
    if let Err(failure) = run_command(command("apt-get", &["update"])) {
        println!("{failure}; going on with the lists that are here");
    }
    let names = package_names()?;
    let partial = folder.with_extension("partial");
    let debs = partial.join("debs");
    let io = |what: &Path, e: std::io::Error| Failure::new(format!("{}: {e}", what.display()));
    for old in [&partial, &folder.to_path_buf()] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(|e| io(old, e))?;
        }
    }
    fs::create_dir_all(&debs).map_err(|e| io(&debs, e))?;
    let mut download = command("apt-get", &["download"]);
    download.args(&names).current_dir(&debs);
    run_command(download)?;
    for entry in fs::read_dir(&debs).map_err(|e| io(&debs, e))? {
        let deb = entry.map_err(|e| io(&debs, e))?.path();
        let mut extract = command("dpkg", &["-x"]);
        extract.arg(deb).arg(&partial);
        run_command(extract)?;
    }
    fs::remove_dir_all(&debs).map_err(|e| io(&debs, e))?;
    // Renamed when whole: a run that was stopped half way leaves nothing that looks ready.
    fs::rename(&partial, folder).map_err(|e| io(folder, e))?;
    if packaged_works(folder) {
        return Ok(());
    }
    Err(Failure::new("the unpacked compiler does not start (a library that it needs may be missing)"))
}

/// The compiler, its source, and those it depends on whose names change with the version.
fn package_names() -> Result<Vec<String>, Failure> {
    let depends = ["depends", "--recurse", "--no-recommends", "--no-suggests", "--no-enhances", "--no-breaks"];
    let mut query = command("apt-cache", &depends);
    query.args(["--no-conflicts", "--no-replaces", "rustc-web"]);
    let listing = ask(query).ok_or_else(|| Failure::new("apt-cache does not know rustc-web"))?;
    let mut names = needed_of(&listing);
    if !names.iter().any(|name| name.starts_with("libstd-rust-web-dev")) {
        return Err(Failure::new("apt-cache does not know what rustc-web depends on"));
    }
    names.extend(["rustc-web".to_owned(), "rust-web-src".to_owned()]);
    Ok(names)
}

/// The packages of the compiler itself among the lines of `apt-cache depends --recurse`.
fn needed_of(listing: &str) -> Vec<String> {
    let whole_names = listing.lines().filter(|line| !line.starts_with([' ', '<', '|']));
    let wanted = whole_names.filter(|name| name.starts_with("libstd-rust-web-") || name.starts_with("libllvm"));
    wanted.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against names that a newer Debian package brings with it and that a fixed list would miss.
    #[test]
    fn the_compilers_own_packages_are_found_among_its_dependencies() {
        let listing = "rustc-web\n  Depends: libc6\n  Depends: libstd-rust-web-dev\n  Depends: gcc\nlibc6\n\
                       libstd-rust-web-dev\n  Depends: libstd-rust-web-1.96\nlibstd-rust-web-1.96\n  Depends: libllvm22\n\
                       <libstd-rust-web-dev-virtual>\nlibllvm22\n";
        assert_eq!(needed_of(listing), ["libstd-rust-web-dev", "libstd-rust-web-1.96", "libllvm22"]);
    }
}
