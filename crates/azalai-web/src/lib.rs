//! The pages of a device, rendered on the device: what a person sees and taps.
//!
//! The pages ask the node and show what it says; the machine around them (clock, randomness, storage)
//! is a [`Host`], so that the same pages run in a program and in a phone's browser. They must never show what stands
//! in a home before its passphrase was given, name anything inside an error, or make a browser ask another origin.

mod app;
mod area_tree;
mod areas;
mod assets;
mod draft;
mod fingerprint;
mod forms;
mod frame;
mod gate;
mod handouts;
mod host;
mod hyphens;
mod keeper;
pub mod limits;
mod map_points;
mod map_query;
mod notice_draft;
mod numbers;
mod pages;
mod passage;
mod people;
mod problem;
mod relay_address;
mod report_form;
mod routes;
mod sessions;
mod settings;
mod sizes;
#[cfg(test)]
mod testing;
mod texts;
mod times;
mod unread;

pub use app::App;
pub use host::{Host, Piece};
pub use keeper::{Carried, Figures, Keeper, keeper_router};
pub use routes::{Pages, router};
