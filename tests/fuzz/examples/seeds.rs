//! Writes what a search begins from into a folder for each target: `cargo run -p azalai-fuzz --example seeds -- FOLDER`.
#![allow(clippy::expect_used, reason = "a program for developers: what is wrong is said and ends it")]

use std::path::PathBuf;

fn main() {
    #[allow(clippy::disallowed_methods, reason = "a program of its own; its argument is read here only")]
    let folder = std::env::args().nth(1).map(PathBuf::from).expect("name a folder");
    for (target, seeds) in azalai_fuzz::corpus::seeds() {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder).expect("the folder cannot be made");
        for (number, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed).expect("a seed cannot be written");
        }
    }
}
