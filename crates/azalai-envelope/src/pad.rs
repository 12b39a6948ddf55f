//! Size classes: what an envelope's length may tell.
//!
//! 640 bytes, 1, 2 and 4 KiB, then Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
//! Communication with PURBs", 2019): at most 12 % over, and only O(log log n) bits told.

/// The fixed classes in bytes of the whole envelope.
pub const CLASSES: [usize; 4] = [640, 1024, 2048, 4096];

/// The smallest class of at least `len` bytes.
#[must_use]
pub fn class_of(len: usize) -> usize {
    CLASSES.into_iter().find(|class| *class >= len).unwrap_or_else(|| padme(len))
}

/// Whether a whole envelope may have this length.
#[must_use]
pub fn is_class(len: usize) -> bool {
    class_of(len) == len
}

/// Padmé: clears all but the highest bits, rounding up; for lengths over the fixed classes.
fn padme(len: usize) -> usize {
    let exponent = len.max(2).ilog2();
    let significant = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - significant)) - 1;
    len.saturating_add(mask) & !mask
}
