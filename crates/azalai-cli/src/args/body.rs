//! The arguments of `azalai body`.

use clap::Args;

/// Who belongs to which bodies.
#[derive(Debug, Args)]
pub(crate) struct Body {
    /// The member: its pseudonym, or the beginning of its key.
    pub(crate) member: String,
    /// All that it belongs to from now on, by the codes of the pack.
    #[arg(required_unless_present = "none", conflicts_with = "none", value_name = "BODY")]
    pub(crate) bodies: Vec<String>,
    /// It belongs to none any more.
    #[arg(long)]
    pub(crate) none: bool,
}
