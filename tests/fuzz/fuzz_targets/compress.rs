//! See `azalai_fuzz::TARGETS`.
#![cfg_attr(fuzzing, no_main)]

azalai_fuzz::target!("compress");
