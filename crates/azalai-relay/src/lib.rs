//! A relay: the exchange's routes over HTTP, for a relay's own store and for a device that offers an exchange.
//!
//! It opens nothing, and keeps nothing but envelopes, certificates and its key: no order of arrival, no addresses.

mod bodies;
mod figures;
pub mod limits;
mod pace;
mod problem;
mod relay;
mod room;
mod routes;
mod seats;
mod server;

pub use figures::{Holding, Visits};
pub use limits::Limits;
pub use problem::Problem;
pub use relay::{Relay, RelayError, relay_key};
pub use routes::{Host, router, router_within};
pub use server::{serve, serve_within};
