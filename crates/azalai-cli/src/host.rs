//! The machine around the program: clock, randomness, environment, terminal. Nothing else touches them.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use azalai_node::strength::{self, Strength};
use azalai_store::StoreError;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::output::Failure;

/// Milliseconds since 1970 by this machine's clock; 0 if it stands before that.
#[allow(clippy::disallowed_methods, reason = "the one place where the program reads the clock")]
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A generator seeded by the operating system.
pub(crate) fn rng() -> Result<ChaCha20Rng, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| Failure::failed(format!("no randomness from this machine: {error}")))?;
    Ok(ChaCha20Rng::from_seed(seed))
}

/// A folder for the copy of a database on a disk that can only be read; nobody can know its name beforehand.
pub(crate) fn scratch() -> Result<PathBuf, StoreError> {
    let mut name = [0; 16];
    getrandom::fill(&mut name).map_err(|error| StoreError::Io {
        doing: "naming a folder for a copy".to_owned(),
        problem: error.to_string(),
    })?;
    Ok(std::env::temp_dir().join(format!("azalai-{}", azalai_envelope::ids::to_hex(&name))))
}

#[allow(clippy::disallowed_methods, reason = "the one place where the program reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The home that the environment names.
pub(crate) fn home() -> Option<PathBuf> {
    variable("AZALAI_HOME").map(PathBuf::from)
}

/// The passphrase: from the environment, else asked for.
pub(crate) fn passphrase() -> Result<String, Failure> {
    if let Some(passphrase) = variable("AZALAI_PASSPHRASE") {
        return Ok(passphrase);
    }
    ask("Passphrase: ")
}

/// A passphrase for a new home: from the environment, else asked for twice. `offer`: generated words to choose.
pub(crate) fn new_passphrase(offer: &str) -> Result<String, Failure> {
    chosen("AZALAI_PASSPHRASE", offer)
}

/// The passphrase that is to replace the present one: from `AZALAI_NEW_PASSPHRASE`, else asked for twice.
pub(crate) fn replacing_passphrase(offer: &str) -> Result<String, Failure> {
    chosen("AZALAI_NEW_PASSPHRASE", offer)
}

fn chosen(name: &str, offer: &str) -> Result<String, Failure> {
    let chosen = match variable(name) {
        Some(passphrase) => passphrase,
        None => ask_twice(offer)?,
    };
    let wrong = match strength::of(&chosen) {
        Strength::Weak => "is easy to guess",
        Strength::Fair => "can be guessed by somebody with time",
        Strength::Good | Strength::Strong => return Ok(chosen),
    };
    say(&format!(
        "azalai: this passphrase {wrong}: it is all that protects this device when it is taken. `azalai passphrase suggest` \
         draws five words that are not; `azalai passphrase change` puts them in its place."
    ));
    Ok(chosen)
}

fn ask_twice(offer: &str) -> Result<String, Failure> {
    let terminal = std::io::stdin().is_terminal();
    if terminal {
        say(&format!("Choose a passphrase. These words are a strong one, if you can keep them: {offer}"));
        say("Write your own, or nothing to take these words.");
    }
    let mut first = ask("New passphrase: ")?;
    if first.is_empty() {
        first = offer.to_owned();
        say("The words are taken. Type them once, so that you know that you have them.");
    }
    if ask("The same again: ")? != first {
        return Err(Failure::failed("the two passphrases differ; nothing was changed"));
    }
    Ok(first)
}

/// The passphrase to be given under duress: from `AZALAI_DURESS_PASSPHRASE`, else asked for twice.
pub(crate) fn duress_passphrase(offer: &str) -> Result<String, Failure> {
    match variable("AZALAI_DURESS_PASSPHRASE") {
        Some(passphrase) => Ok(passphrase),
        None => {
            say("And the passphrase to be given under duress:");
            ask_twice(offer)
        }
    }
}

/// Makes sure that somebody typed a sentence: given on the command line, else asked for on a terminal.
pub(crate) fn confirmed(given: Option<&str>, sentence: &str) -> Result<(), Failure> {
    let typed = match given {
        Some(given) => given.to_owned(),
        None if std::io::stdin().is_terminal() => {
            say(&format!("Type this to go on: {sentence}"));
            let mut line = String::new();
            let read = std::io::stdin().read_line(&mut line);
            read.map_err(|error| Failure::failed(format!("nothing was read: {error}; nothing was changed")))?;
            line
        }
        None => String::new(),
    };
    if typed.trim().eq_ignore_ascii_case(sentence) {
        return Ok(());
    }
    Err(Failure::usage(format!("nothing was changed: say --confirm \"{sentence}\", if that is what you want")))
}

fn ask(prompt: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "no passphrase: set AZALAI_PASSPHRASE (and AZALAI_NEW_PASSPHRASE for a change), or run this on a terminal",
        ));
    }
    rpassword::prompt_password(prompt).map_err(|error| Failure::failed(format!("the passphrase was not read: {error}")))
}

/// Says something to the person, on stderr.
pub(crate) fn say(line: &str) {
    // Nobody to say it to is no reason to stop.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
