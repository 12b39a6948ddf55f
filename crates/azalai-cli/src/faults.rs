//! What a person at a terminal is told of a fault in the program: one line, and status 1; and nothing of faults in others'
//! code that ours expects and goes on from.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

use crate::host;

/// Others' code that was seen to give up on rare input. Each call of it stands where its giving up is taken for an answer:
/// a body then goes uncompressed, a change is set aside, a database is rescued.
const EXPECTED: [&str; 4] = ["brotli", "automerge", "hexane", "sled"];

/// Runs the program's work. `None` after a fault that nothing caught, which was reported.
pub(crate) fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    static PASSED_OVER: Mutex<Option<String>> = Mutex::new(None);
    set_hook(Box::new(|fault| {
        let (file, line) = fault.location().map_or(("an unknown place", 0), |at| (at.file(), at.line()));
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let told = format!(
            "azalai: a fault in the program ({name}:{line}). What was saved before is saved; please report this line."
        );
        let mut passed_over = PASSED_OVER.lock().unwrap_or_else(PoisonError::into_inner);
        if is_expected(file) {
            *passed_over = Some(told);
        } else {
            *passed_over = None;
            host::say(&told);
        }
    }));
    let done = catch_unwind(AssertUnwindSafe(run)).ok();
    // Nobody expected it there after all.
    let passed_over = PASSED_OVER.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let (None, Some(told)) = (&done, passed_over) {
        host::say(&told);
    }
    done
}

/// Whether a file is of such code: `…/brotli-9.1.1/src/…`.
fn is_expected(file: &str) -> bool {
    let parts = file.split(['/', '\\']);
    let names = parts.filter_map(|part| {
        part.split_once('-').filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
    });
    names.map(|(name, _)| name).any(|name| EXPECTED.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::is_expected;

    /// Guards against an encoder's fault that frightens somebody whose report is saved, and against hiding our own.
    #[test]
    fn only_others_faults_are_passed_over() {
        assert!(is_expected("/x/registry/src/index.crates.io-1949/brotli-9.1.1/src/enc/brotli_bit_stream.rs"));
        assert!(is_expected("/x/registry/src/index.crates.io-1949/sled-0.34.7/src/pagecache/mod.rs"));
        assert!(!is_expected("crates/azalai-envelope/src/compress.rs"));
        assert!(!is_expected("/home/sled/azalai/crates/azalai-store/src/native/sled_store.rs"));
        assert!(!is_expected("/x/registry/src/index.crates.io-1949/tokio-1.0.0/src/lib.rs"));
    }
}
