//! Who may do what: the two logs of signed acts, and what follows from them.
//!
//! Pure: the state is a function of the set of verified log statements, whatever order they came in. The bytes and
//! the rules are in `docs/spec/roster.md`. This crate must never let an act count beyond the right of its author,
//! nor drop one without a reason that can be shown.

pub mod act;
pub mod body;
pub mod circle;
pub mod claim_notice;
pub mod entry;
pub mod evidence;
pub mod info;
pub mod letter;
pub mod limits;
pub mod package;
pub mod reason;
pub mod receipt;
pub mod roster;

mod act_bytes;
mod build;
mod cuts;
mod graph;
mod numbers;
mod registry;
mod removal;
mod rights;
mod standing;
mod weight;

pub use act::{Act, Admission, Cut, InviteId, PersonId};
pub use body::{BodyCode, BodyError};
pub use circle::{AreaCode, Circle, NameError, Role};
pub use claim_notice::{ClaimNotice, HeldUp};
pub use entry::{LogEntry, introduced_key, prove_claim};
pub use evidence::{Carried, EvidenceError, EvidencePackage, Vouched};
pub use graph::Log;
pub use info::{AreaInfo, ClaimInfo, InviteInfo, InviteState, Member, MemberState, PostingInfo, RelayInfo, Waiting};
pub use letter::KeyLetter;
pub use package::InvitePackage;
pub use reason::{Denied, NoKey, Reason, Standing};
pub use receipt::{Receipt, What};
pub use roster::Roster;
pub use weight::Touched;
