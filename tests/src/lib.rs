//! The tests across crates are in `tests/`; there is no library to speak of, and nothing may depend on this package.
