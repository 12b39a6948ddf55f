//! The exchange: how two devices, or a device and a relay, come to carry the same envelopes.
//!
//! Pure: no socket, no clock, no randomness of its own; bytes go in and come out. This crate must never open an
//! envelope, and never acknowledge one before it is durable. The bytes are fixed in `docs/spec/exchange.md`.

mod answer;
pub mod budget;
pub mod capsule;
pub mod carrier;
pub mod exchange;
pub mod index;
pub mod key;
pub mod lanes;
pub mod limits;
pub mod message;
pub mod proof;
pub mod responder;
pub mod set;
mod tree;
mod work;

pub use budget::Budget;
pub use capsule::CapsuleError;
pub use carrier::{Carrier, Found, PutOutcome, Refusal};
pub use exchange::{Config, Event, Exchange, ExchangeError, Step, Summary, Told};

pub use index::{Entry, Index, State, Why};
pub use key::{KeyDocument, KeyError, Role};
pub use lanes::PerLane;
pub use responder::{RespondError, Responder};
pub use set::{DayRange, IdSet, View};
