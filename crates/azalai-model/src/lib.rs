//! placeholder

pub mod limits;
pub mod lint;
