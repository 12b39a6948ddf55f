//! What can go wrong on a device, in words for the person who uses it. An error always means that nothing that was
//! saved before is lost.

use azalai_envelope::codec::DecodeError;
use azalai_envelope::{EnvelopeError, StatementError};
use azalai_store::{SlotsError, StoreError};

use crate::invite_file::InviteError;
use crate::recovery::SheetError;

/// Why a device could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// There is already a project in this home.
    #[error("this home already holds a project: one home holds one project")]
    HomeInUse,
    /// There is no project in this home.
    #[error("this home holds no project yet: found one or join one first")]
    NoHome,
    /// The passphrase does not open this home.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The passphrase opens neither copy of the passphrase file, and these differ: one of them at least is damaged.
    #[error(
        "this passphrase opens nothing here, and the two copies of the passphrase file differ: at least one is damaged. \
         Nothing was changed. If you are sure of the passphrase, put `slots` back from a backup, or use a recovery sheet"
    )]
    SlotsDiffer,
    /// After several wrong passphrases the next has to wait.
    #[error("too many wrong passphrases: wait {seconds} seconds and try again; nothing was changed")]
    TooSoon {
        /// How long.
        seconds: u64,
    },
    /// Recovery sheets that lead nowhere.
    #[error("the sheets: {0}; nothing was changed")]
    Sheets(#[from] SheetError),
    /// Recovery sheets that fit each other and open nothing here.
    #[error(
        "these sheets belong together and open nothing in this home: they are another home's, or newer ones were made, or \
         the passphrase file is damaged; nothing was changed"
    )]
    SheetsOpenNothing,
    /// The passphrase slots are damaged or from a newer program.
    #[error("the passphrase file: {0}")]
    Slots(SlotsError),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What this device kept cannot be read.
    #[error("kept data: {0}")]
    Kept(#[from] DecodeError),
    /// A statement could not be made or read.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// An envelope could not be made.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The invite cannot be used.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// The member's role does not allow it.
    #[error("not allowed: {0}")]
    Denied(String),
    /// A removal that would undo the grant which its own author's right comes from: it would count nowhere.
    #[error(
        "this removal would set aside the grant that your own right comes from, so it would count nowhere; nothing was \
         changed. Remove the device as of now or of a later time, or let another steward do it"
    )]
    CutsOwnRight,
    /// It complains of a body, and would be read by somebody of that body.
    #[error("not allowed: {0}")]
    OfBody(String),
    /// Something that was named does not exist, or not uniquely.
    #[error("{0}")]
    NotFound(String),
    /// What was given cannot be.
    #[error("{0}")]
    Invalid(String),
    /// A document says so already, or can say no more.
    #[error("{0}")]
    Unchanged(String),
    /// A key that is needed is not on this device.
    #[error("{0}")]
    NoKey(String),
    /// The other side of an exchange.
    #[error("the exchange: {0}")]
    Exchange(String),
}

impl From<SlotsError> for NodeError {
    fn from(error: SlotsError) -> Self {
        match error {
            SlotsError::WrongPassphrase => Self::WrongPassphrase,
            other => Self::Slots(other),
        }
    }
}
