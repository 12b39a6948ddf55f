//! The outbox journal: own statements that nobody has confirmed yet, apart from the database, so that its loss takes
//! no unsent report along.
//!
//! What was removed must not open with any key that exists: the rest is written anew under a fresh key, and the
//! keyring drops the old one. An append must never be answered before it is durable.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::journal_format as format;
use crate::keys::Keys;
use crate::limits::JOURNAL_MAX_BYTES;
use crate::secret::Secret;

/// Name of the file.
pub const NAME: &str = "journal";

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// What names it.
    pub id: [u8; 32],
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What reading met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalReport {
    /// Bytes of a torn tail, cut off: an append that was never acknowledged, or a damaged last record.
    pub torn_bytes: u64,
    /// Damaged stretches between records, skipped and left as they are.
    pub damaged: usize,
    /// Nothing in the file opens with a key of the keyring. It was kept as "journal-unreadable-N", with the first
    /// number that was free, and an empty journal begun.
    pub unreadable: bool,
}

/// The journal of one profile.
#[derive(Debug)]
pub struct Journal<D> {
    keys: Arc<Keys<D>>,
    state: Mutex<Option<State>>,
}

/// What is known of the file; forgotten after a failed write, and found out again before the next.
#[derive(Debug, Clone)]
struct State {
    key: Secret,
    len: u64,
}

impl<D: Disk> Journal<D> {
    /// Opens the journal, or begins one; finishes a removal that was interrupted, cuts a torn tail.
    ///
    /// # Errors
    /// [`StoreError::UnknownVersion`], those of the disk.
    pub async fn open(keys: Arc<Keys<D>>) -> Result<(Self, JournalReport), StoreError> {
        Self::open_and_read(keys).await.map(|(journal, _, report)| (journal, report))
    }

    /// The same, with what it holds, as [`Journal::entries`] would give it: reading the file once is enough.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub async fn open_and_read(keys: Arc<Keys<D>>) -> Result<(Self, Vec<JournalEntry>, JournalReport), StoreError> {
        let journal = Self { keys, state: Mutex::new(None) };
        let (entries, report) = journal.entries().await?;
        Ok((journal, entries, report))
    }

    /// Begins a journal in the place of whatever is there.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn begin(keys: Arc<Keys<D>>) -> Result<Self, StoreError> {
        let head = format::head(&keys.ring.read().await.journal);
        keys.disk().write_atomic(NAME, &head).await?;
        Ok(Self { keys, state: Mutex::new(None) })
    }

    /// Adds a record; durable on `Ok`. After an error it may be there or not, never in part.
    ///
    /// # Errors
    /// [`StoreError::ValueTooLarge`], [`StoreError::FileTooLarge`], those of [`Disk::append`].
    pub async fn append(&self, id: &[u8; 32], bytes: &[u8]) -> Result<(), StoreError> {
        let mut guard = self.state.lock().await;
        let state = match guard.take() {
            Some(state) => state,
            None => self.load().await?.0,
        };
        let record = match format::record(&state.key, &self.keys.salt(), id, bytes) {
            Ok(record) if state.len + record.len() as u64 <= JOURNAL_MAX_BYTES => record,
            refused => {
                let got = state.len + refused.as_ref().map_or(0, Vec::len) as u64;
                *guard = Some(state);
                refused?;
                return Err(StoreError::FileTooLarge { name: NAME.to_owned(), got, limit: JOURNAL_MAX_BYTES });
            }
        };
        self.keys.disk().append(NAME, &record).await?;
        *guard = Some(State { len: state.len + record.len() as u64, ..state });
        Ok(())
    }

    /// All records, in the order in which they were added, with what was wrong. A torn tail is cut off.
    ///
    /// # Errors
    /// [`StoreError::UnknownVersion`], those of the disk.
    pub async fn entries(&self) -> Result<(Vec<JournalEntry>, JournalReport), StoreError> {
        let mut guard = self.state.lock().await;
        let (state, content, report) = self.load().await?;
        *guard = Some(state);
        Ok((content.entries, report))
    }

    /// Removes the records with these ids and says how many there were. The rest is written anew under a fresh key;
    /// damaged stretches are dropped by that. Removing nothing writes nothing.
    ///
    /// # Errors
    /// Those of the disk. After an error the records are removed or not, all together.
    pub async fn remove(&self, ids: &BTreeSet<[u8; 32]>) -> Result<usize, StoreError> {
        let mut guard = self.state.lock().await;
        let (state, content, _) = self.load().await?;
        let before = content.entries.len();
        let kept: Vec<JournalEntry> = content.entries.into_iter().filter(|entry| !ids.contains(&entry.id)).collect();
        let removed = before - kept.len();
        if removed == 0 {
            *guard = Some(state);
            return Ok(0);
        }
        *guard = None;
        let _only_one = self.keys.changing.lock().await;
        let key = self.keys.fresh();
        let next = key.clone();
        // The file's key too: settling may have found no room to note it.
        self.keys
            .change(|ring| {
                ring.journal = state.key;
                ring.next_journal = Some(next);
            })
            .await?;
        let mut file = format::head(&key);
        for entry in &kept {
            file.extend(format::record(&key, &self.keys.salt(), &entry.id, &entry.bytes)?);
        }
        self.keys.disk().write_atomic(NAME, &file).await?;
        self.keys.change(promote).await?;
        *guard = Some(State { key, len: file.len() as u64 });
        Ok(removed)
    }

    /// Reads the file and brings it and the keyring to agree. The caller holds `state`.
    async fn load(&self) -> Result<(State, format::Content, JournalReport), StoreError> {
        let disk = self.keys.disk();
        let mut report = JournalReport::default();
        let mut bytes = disk.read(NAME).await?.unwrap_or_default();
        let key = self.settle(&bytes).await?;
        if !format::is_under(&bytes, &key) {
            let found = format::read(&key, &bytes);
            if found.entries.is_empty() {
                format::check_version(&bytes, &key)?;
                if bytes.len() >= format::HEAD {
                    report.unreadable = true;
                    disk.write_atomic(&self.free_name().await?, &bytes).await?;
                }
                bytes = format::head(&key);
            } else {
                // The head alone is damaged: what opens is ours.
                report.damaged += 1;
                bytes.splice(..format::HEAD, format::head(&key));
            }
            unless_read_only(disk.write_atomic(NAME, &bytes).await)?;
        }
        let content = format::read(&key, &bytes);
        report.damaged += content.damaged;
        report.torn_bytes = (bytes.len() - content.good) as u64;
        if report.torn_bytes > 0 {
            unless_read_only(disk.truncate(NAME, content.good as u64).await)?;
        }
        Ok((State { key, len: content.good as u64 }, content, report))
    }

    /// A name under which an unreadable file can be kept beside those that were kept before.
    async fn free_name(&self) -> Result<String, StoreError> {
        let mut number = 1_u32;
        loop {
            let name = format!("journal-unreadable-{number}");
            if self.keys.disk().len(&name).await?.is_none() {
                return Ok(name);
            }
            number = number.saturating_add(1);
        }
    }

    /// The key that the file is under, after an interrupted removal is ended: forwards if the new file is in place,
    /// otherwise backwards.
    async fn settle(&self, bytes: &[u8]) -> Result<Secret, StoreError> {
        let (now, next) = {
            let ring = self.keys.ring.read().await;
            (ring.journal.clone(), ring.next_journal.clone())
        };
        let Some(next) = next else { return Ok(now) };
        let _only_one = self.keys.changing.lock().await;
        if format::is_under(bytes, &next) {
            unless_full(self.keys.change(promote).await)?;
            return Ok(next);
        }
        unless_full(self.keys.change(|ring| ring.next_journal = None).await)?;
        Ok(now)
    }
}

/// On a disk that can only be read the file stays as it is: what is good in it is read, and nothing is added.
fn unless_read_only(written: Result<(), StoreError>) -> Result<(), StoreError> {
    match written {
        Err(StoreError::ReadOnly { .. }) => Ok(()),
        other => other,
    }
}

/// Where it cannot be written the keyring stays as it is, and the journal can be read all the same: it is settled the next time.
fn unless_full(changed: Result<(), StoreError>) -> Result<(), StoreError> {
    match changed {
        Err(StoreError::Full { .. } | StoreError::ReadOnly { .. }) => Ok(()),
        other => other,
    }
}

fn promote(ring: &mut crate::keyring::Keyring) {
    if let Some(next) = ring.next_journal.take() {
        ring.journal = next;
    }
}
