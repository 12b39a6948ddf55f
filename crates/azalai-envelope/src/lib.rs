//! Keys, statements and envelopes: what a device says, how it is signed, how it is sealed.
//!
//! Pure: no clock, no randomness of its own, no file, no socket. The bytes are fixed in `docs/spec/envelope.md`.
//! This crate must never hand out the content of a statement whose signature was not checked, and it holds the
//! only call of `verify_strict` in the program.

pub mod certificate;
pub mod codec;
pub mod compress;
pub mod envelope;
pub mod hpke;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod pad;
pub mod receipt;
pub mod sign;
pub mod statement;
pub mod time;

pub use certificate::{CarrierCertificate, Certificate, CertificateError};
pub use envelope::{Envelope, EnvelopeError, Lane, OpeningKey, PostingKey, PostingPublic, Recipient};
pub use ids::{AudienceId, AuthorId, ChainId, DocumentId, EnvelopeId, GenerationId, ProjectId, StatementId};
pub use keys::{DeviceKeys, DevicePublic, ReceivingPublic, ReceivingSecret, RelayPublic, SigningPublic, SigningSecret};
pub use receipt::RelayReceipt;
pub use sign::{Signature, SignatureError, Verified};
pub use statement::{Draft, Kind, Statement, StatementError, UnverifiedStatement};
pub use time::{Clock, Day};
