//! A relay: the exchange's routes over HTTP, for a relay's own store and for a device that offers an exchange.
//!
//! It opens nothing, and keeps nothing but envelopes, certificates and its key: no order of arrival, no addresses.

mod figures;
pub mod limits;
mod problem;
mod relay;
mod routes;
mod server;

pub use figures::{Holding, Visits};
pub use problem::Problem;
pub use relay::{Relay, RelayError, relay_key};
pub use routes::{Host, router};
pub use server::serve;
