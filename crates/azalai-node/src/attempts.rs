//! Wrong passphrases, counted in a file: after some of them the next one has to wait.
//!
//! It is against somebody who guesses by hand, at the pages or the command line. Whoever can write the file, or reads
//! the home's files with a program of their own, is held up by Argon2id alone. The file says nothing of which profile a
//! right passphrase opened, and is there from the beginning.

use azalai_envelope::codec::{Reader, Writer};
use azalai_store::Disk;

use crate::error::NodeError;
use crate::limits::{FREE_ATTEMPTS, MAX_ATTEMPT_WAIT_MS};

/// Name of the file.
const NAME: &str = "attempts";
const VERSION: u8 = 1;

/// Wrong passphrases since the last right one, and when the last was tried: milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Attempts {
    wrong: u32,
    last_ms: u64,
}

impl Attempts {
    /// A damaged or missing file counts for none: it slows nobody who could damage it.
    fn decode(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        match (reader.u8("attempts"), reader.u32("wrong"), reader.u64("last")) {
            (Ok(VERSION), Ok(wrong), Ok(last_ms)) => Self { wrong, last_ms },
            _ => Self::default(),
        }
    }

    fn encode(self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u32(self.wrong).u64(self.last_ms);
        writer.finish()
    }

    /// Milliseconds that the next attempt has to wait from the last on: none for the first few, then a second, then
    /// twice as long each time.
    fn wait_ms(self) -> u64 {
        match self.wrong.checked_sub(FREE_ATTEMPTS) {
            None => 0,
            Some(more) => 1_000_u64.saturating_mul(1 << more.min(20)).min(MAX_ATTEMPT_WAIT_MS),
        }
    }

    /// Milliseconds left of that. A clock that went back waits from now on.
    fn left_ms(self, now_ms: u64) -> u64 {
        self.wait_ms().saturating_sub(now_ms.saturating_sub(self.last_ms))
    }
}

async fn read<D: Disk>(disk: &D) -> Attempts {
    disk.read(NAME).await.ok().flatten().map_or_else(Attempts::default, |bytes| Attempts::decode(&bytes))
}

async fn write<D: Disk>(disk: &D, attempts: Attempts) {
    // On a disk that takes no write nothing is counted, and nobody is locked out.
    let _ = disk.write_atomic(NAME, &attempts.encode()).await;
}

/// Puts the file into a new home.
pub(crate) async fn begin<D: Disk>(disk: &D) {
    write(disk, Attempts::default()).await;
}

/// Refuses an attempt that comes too soon after wrong ones.
pub(crate) async fn may_try<D: Disk>(disk: &D, now_ms: u64) -> Result<(), NodeError> {
    let attempts = read(disk).await;
    if now_ms < attempts.last_ms {
        write(disk, Attempts { last_ms: now_ms, ..attempts }).await;
    }
    match attempts.left_ms(now_ms) {
        0 => Ok(()),
        left => Err(NodeError::TooSoon { seconds: left.div_ceil(1_000) }),
    }
}

/// Counts a wrong one.
pub(crate) async fn count<D: Disk>(disk: &D, now_ms: u64) {
    let wrong = read(disk).await.wrong.saturating_add(1);
    write(disk, Attempts { wrong, last_ms: now_ms }).await;
}

/// A right one ends the counting.
pub(crate) async fn forget<D: Disk>(disk: &D) {
    if read(disk).await.wrong > 0 {
        begin(disk).await;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use azalai_store::MemoryDisk;
    use futures_lite::future::block_on;

    use super::*;

    /// Guards against guessing without end, against a wait that a restart or a clock set back ends, and against one
    /// that locks the owner out for long.
    #[test]
    fn each_wrong_passphrase_after_the_first_few_makes_the_next_wait_longer() {
        let disk = MemoryDisk::new();
        block_on(begin(&disk));
        let mut now = 1_000_000;
        let mut waits = Vec::new();
        for _ in 0..20 {
            let waited = match block_on(may_try(&disk, now)) {
                Ok(()) => 0,
                Err(NodeError::TooSoon { seconds }) => seconds,
                Err(other) => panic!("{other}"),
            };
            waits.push(waited);
            now += waited * 1_000;
            block_on(may_try(&disk, now)).unwrap();
            block_on(count(&disk, now));
        }
        assert_eq!(waits.get(..9).unwrap(), [0, 0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(waits.last(), Some(&(MAX_ATTEMPT_WAIT_MS / 1_000)));
        assert!(matches!(block_on(may_try(&disk, now - 500_000)), Err(NodeError::TooSoon { .. })), "set back");
        assert!(block_on(may_try(&disk, now - 500_000 + MAX_ATTEMPT_WAIT_MS)).is_ok(), "never ends");
        let len = block_on(disk.len(NAME)).unwrap();
        block_on(forget(&disk));
        assert_eq!(block_on(disk.len(NAME)).unwrap(), len, "the size tells something");
        block_on(may_try(&disk, now)).unwrap();
        assert_eq!(Attempts::decode(&[9; 13]), Attempts::default());
    }
}
