//! What a search begins from, and what is kept of it, for `cargo xtask fuzz`:
//! `corpus begin FOLDER` writes a folder of files for each target, `corpus keep TARGET FOLDER` keeps those of a folder.
#![allow(clippy::expect_used, clippy::panic, reason = "a program for developers: what is wrong is said and ends it")]

use std::fs;
use std::path::Path;

use azalai_fuzz::{TARGETS, corpus};

fn main() {
    #[allow(clippy::disallowed_methods, reason = "a program of its own; its arguments are read here only")]
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["begin", folder] => begin(Path::new(folder)),
        ["keep", target, folder] if TARGETS.contains(target) => keep(target, Path::new(folder)),
        _ => panic!("corpus begin FOLDER | corpus keep TARGET FOLDER"),
    }
}

fn begin(folder: &Path) {
    for (target, seeds) in corpus::seeds() {
        let folder = folder.join(target);
        fs::create_dir_all(&folder).expect("the folder cannot be made");
        for (number, bytes) in seeds.into_iter().chain(corpus::kept(target)).enumerate() {
            fs::write(folder.join(format!("begin-{number}")), bytes).expect("an input cannot be written");
        }
    }
}

fn keep(target: &str, folder: &Path) {
    let files = fs::read_dir(folder).expect("the folder cannot be read");
    let read = |file: std::io::Result<fs::DirEntry>| fs::read(file.expect("a file").path()).expect("it cannot be read");
    let mut inputs: Vec<Vec<u8>> = files.map(read).collect();
    inputs.sort();
    fs::write(corpus::kept_in(target), azalai_fuzz::whole(inputs.iter().map(Vec::as_slice)))
        .expect("the corpus cannot be written");
}
