//! The one thread that syncs: it takes all batches that wait, applies them as one, and makes that durable with one
//! sync. Sixty-four small batches applied one by one cost sled six times as much as the same writes in one. A staged
//! batch is applied by its caller and waits for the next sync: it costs neither a sync nor a change of threads.
//!
//! It must never answer before the sync, and writes nothing after a failed one: what the kernel holds by then is
//! unknown, and a second sync would succeed without having written.

use std::fs::File;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use sled::Db;
use tokio::sync::oneshot;

use super::mark::Mark;
use super::sled_store::{failed, guarded};
use super::values;
use crate::error::StoreError;
use crate::limits::{GROUP_MAX_BATCHES, GROUP_MAX_BYTES, STAGED_MAX_BATCHES};
use crate::store::Batch;

struct Job {
    batch: Batch,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// The way to the thread. It ends, and lets go of the database, when this is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    tree: Arc<Mutex<Tree>>,
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. `file` is the database file, for syncing. Of one that is `closed` for a reason nothing is written.
    pub(super) fn start(db: Db, file: File, mark: Mark, closed: Option<StoreError>) -> Result<Self, StoreError> {
        let reading = |error| failed("reading the database", &error);
        let next_piece = values::next_piece(&db).map_err(reading)?;
        let groups = values::groups(&db).map_err(reading)?;
        let tree = Tree { db: db.clone(), next_piece, groups, staged: 0, closed, filled: false, stopped: None };
        let tree = Arc::new(Mutex::new(tree));
        let (jobs, queue) = channel();
        let thread = Thread { tree: Arc::clone(&tree), db, file, mark };
        let thread = std::thread::Builder::new()
            .name("azalai-store".to_owned())
            .spawn(move || thread.run(&queue))
            .map_err(|error| StoreError::io("starting the writer", &error))?;
        Ok(Self { tree, jobs: Some(jobs), thread: Some(thread) })
    }

    /// Writes a batch that was checked; returns when it is durable.
    pub(super) async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let gone = || StoreError::Stopped { cause: "its writer is gone".to_owned() };
        let (done, answer) = oneshot::channel();
        self.jobs.as_ref().ok_or_else(gone)?.send(Job { batch, done }).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Why nothing can be written, if that is so.
    pub(super) fn refuses(&self) -> Option<StoreError> {
        lock(&self.tree).refuses()
    }

    /// Writes a batch that was checked into the tree, without waiting for a sync unless many were staged before it.
    pub(super) async fn stage(&self, batch: Batch) -> Result<(), StoreError> {
        let many = {
            let mut tree = lock(&self.tree);
            tree.write(batch)?;
            tree.staged += 1;
            tree.staged >= STAGED_MAX_BATCHES
        };
        if many { self.write(Batch::new()).await } else { Ok(()) }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was answered to each caller as a failure already.
            let _ = thread.join();
        }
    }
}

/// The tree with what its batches count on. Whoever writes into it holds its lock, and nobody while syncing.
#[derive(Debug)]
struct Tree {
    db: Db,
    next_piece: u64,
    groups: u64,
    /// Batches that were staged since the last sync began.
    staged: usize,
    /// Why it is open for reading only, since it was opened.
    closed: Option<StoreError>,
    /// Writing stopped since then, for want of room.
    filled: bool,
    stopped: Option<String>,
}

fn lock(tree: &Mutex<Tree>) -> MutexGuard<'_, Tree> {
    tree.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tree {
    /// Writes a group into the tree; it is visible from then on.
    fn write(&mut self, batch: Batch) -> Result<(), StoreError> {
        // What is read of a store that only reads is durable: opening synced it, and nothing was written since.
        // One that became full is read on in the same way: what was acknowledged was synced before.
        if (self.closed.is_some() || self.filled) && batch.is_empty() {
            return Ok(());
        }
        if let Some(error) = self.refuses() {
            return Err(error);
        }
        let result = guarded(|| self.write_now(batch));
        self.note(&result);
        result
    }

    fn refuses(&self) -> Option<StoreError> {
        if let Some(closed) = &self.closed {
            return Some(closed.clone());
        }
        self.stopped.as_ref().map(|cause| StoreError::Stopped { cause: cause.clone() })
    }

    /// Stops all writing after a failure.
    fn note(&mut self, result: &Result<(), StoreError>) {
        if let Err(error) = result {
            self.filled |= matches!(error, StoreError::Full { .. });
            self.stopped.get_or_insert_with(|| error.to_string());
        }
    }

    fn write_now(&mut self, batch: Batch) -> Result<(), StoreError> {
        let mut writes = sled::Batch::default();
        for ((space, key), value) in batch {
            let head_key = values::head_key(space, &key);
            values::write(&self.db, &mut writes, &mut self.next_piece, head_key, value.as_deref())
                .map_err(|error| failed("reading the database", &error))?;
        }
        self.groups += 1;
        values::write_groups(&mut writes, self.groups);
        self.db.apply_batch(writes).map_err(|error| failed("writing the database", &error))
    }
}

struct Thread {
    tree: Arc<Mutex<Tree>>,
    db: Db,
    file: File,
    mark: Mark,
}

impl Thread {
    fn run(mut self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut bytes = first.batch.bytes();
            let mut answers = vec![first.done];
            let mut all = first.batch;
            while answers.len() < GROUP_MAX_BATCHES && bytes < GROUP_MAX_BYTES {
                let Ok(job) = queue.try_recv() else { break };
                bytes += job.batch.bytes();
                answers.push(job.done);
                all.extend(job.batch);
            }
            let result = self.write(all);
            for answer in answers {
                // Who asked may have gone.
                let _ = answer.send(result.clone());
            }
        }
        if lock(&self.tree).staged > 0 {
            // Nobody is left to tell of a failure; what was staged can be made again.
            let _ = self.write(Batch::new());
        }
    }

    fn write(&mut self, batch: Batch) -> Result<(), StoreError> {
        let groups = {
            let mut tree = lock(&self.tree);
            tree.write(batch)?;
            if tree.closed.is_some() {
                return Ok(());
            }
            tree.staged = 0;
            tree.groups
        };
        let result = guarded(|| self.sync());
        lock(&self.tree).note(&result);
        if result.is_ok() {
            self.mark.write(groups);
        }
        result
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(|error| failed("flushing the database", &error))?;
        // On Linux sled only asks the kernel to write the pages out (sync_file_range): neither the file's length nor
        // the drive's cache is covered.
        self.file.sync_data().map_err(|error| StoreError::io("syncing the database", &error))
    }
}
