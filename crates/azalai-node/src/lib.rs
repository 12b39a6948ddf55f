//! A member's device: what it keeps, what it says, what it takes in, and what it can tell the person who holds it.
//!
//! Everything that comes from outside passes `door.rs`; everything that leaves passes `outbox.rs`. This crate must
//! never say that something is saved before it is durable, and never show what the member may not read. It has no
//! socket, file or clock of its own, and compiles for wasm32.

mod acts;
pub mod asides;
mod beginning;
pub mod bundle;
pub mod catalog;
pub mod caution;
mod chains;
pub mod desk;
pub mod doctor;
pub mod documents;
pub mod door;
pub mod error;
pub mod evidence;
pub mod evidence_check;
pub mod exchange;
pub mod exchange_steps;
mod find;
pub mod founding;
pub mod history;
pub mod inbox;
pub mod incidents;
mod index;
pub mod invite_file;
mod letters;
mod likely;
pub mod limits;
pub mod membership;
pub mod node;
pub mod notices;
mod outbox;
mod outcome;
pub mod people;
pub mod places;
pub mod placing;
pub mod removal;
pub mod reports;
mod restored;
pub mod rows;
mod secrets;
mod spaces;
pub mod spots;
pub mod staff;
pub mod status;
mod stored;
pub mod waiting;
pub mod who;
pub mod words;

pub use doctor::Check;
pub use documents::Fate;
pub use error::NodeError;
pub use evidence::Evidence;
pub use exchange::{Exchanged, Transport, TransportError};
pub use exchange_steps::{Ask, Exchanging};
pub use founding::{NewArea, NewHome, check_areas};
pub use incidents::{ConflictValueView, ConflictView, IncidentLine, IncidentView, LinkView};
pub use node::{Home, Node, OpenReport};
pub use notices::{NoticeFor, NoticeTo, NoticeView};
pub use people::Since;
pub use places::{Imported, Places};
pub use removal::{Removal, SetAside, TakenAt};
pub use reports::{ReportState, ReportView};
pub use rows::ReportRow;
pub use spots::{Spot, Wanted};
pub use staff::Past;
pub use status::{Progress, Status};
pub use waiting::{Amount, Waiting};
pub use who::{ReadBy, Reader, Readers, Unknowable};
