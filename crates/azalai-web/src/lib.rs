//! The pages of a device, rendered on the device: what a person sees and taps.
//!
//! The pages ask the node and show what it says; the machine around them (clock, randomness, storage)
//! is a [`Host`], so that the same pages run in a program and in a phone's browser. They must never show what stands
//! in a home before its passphrase was given, name anything inside an error, or make a browser ask another origin.

mod app;
mod areas;
mod assets;
mod draft;
mod forms;
mod frame;
mod gate;
mod host;
pub mod limits;
mod pages;
mod problem;
mod report_form;
mod routes;
mod sessions;
mod settings;
mod strength;
#[cfg(test)]
mod testing;
mod texts;
mod times;

pub use app::App;
pub use host::Host;
pub use routes::router;
