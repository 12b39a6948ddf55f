//! Failures on demand, for the simulation and the crash tests: the n-th write fails, before or after it is durable.
//!
//! Only the memory implementations know them.

use crate::error::StoreError;

/// At which point the write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultWhen {
    /// Nothing of it is durable.
    Before,
    /// All of it is durable, and the caller is told that it failed.
    After,
    /// Only its first `keep` bytes are durable. An atomic write that is torn leaves nothing, as [`FaultWhen::Before`].
    Torn {
        /// How many bytes reach the disk.
        keep: usize,
    },
    /// Nothing is durable, because no space is left.
    Full,
}

/// A failure to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// How many writes succeed before it.
    pub after_writes: u64,
    /// At which point that write fails.
    pub when: FaultWhen,
}

/// Counts writes down to the planned failure.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    planned: Option<Fault>,
}

impl Faults {
    pub(crate) fn plan(&mut self, fault: Fault) {
        self.planned = Some(fault);
    }

    /// Called once for each write: whether this is the one that fails.
    pub(crate) fn next(&mut self) -> Option<FaultWhen> {
        let fault = self.planned.as_mut()?;
        match fault.after_writes.checked_sub(1) {
            Some(left) => {
                fault.after_writes = left;
                None
            }
            None => self.planned.take().map(|fault| fault.when),
        }
    }
}

/// What a caller is told by a planned failure.
pub(crate) fn failure(when: FaultWhen, doing: &str) -> StoreError {
    match when {
        FaultWhen::Full => StoreError::Full { doing: doing.to_owned() },
        FaultWhen::Before | FaultWhen::After | FaultWhen::Torn { .. } => {
            StoreError::Io { doing: doing.to_owned(), problem: "a planned failure".to_owned() }
        }
    }
}
