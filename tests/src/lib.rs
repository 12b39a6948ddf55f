//! What several of the tests in `tests/` share; nothing else may depend on this package.

pub mod program;
