//! Sizes as people say them. The words stand in the messages.

use crate::texts::Texts;

/// A number of bytes, in the largest unit that leaves it readable; rounded up, so that nothing looks like nothing.
pub(crate) fn size(texts: &Texts, bytes: u64) -> String {
    match bytes {
        0..1_000 => texts.say1("size-bytes", "count", bytes),
        1_000..10_000_000 => texts.say1("size-kb", "count", bytes.div_ceil(1_000)),
        _ => texts.say1("size-mb", "count", bytes.div_ceil(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::named;

    /// Guards against a size that nobody can read, or that says 0 of something.
    #[test]
    fn sizes_are_said_in_the_unit_that_fits() {
        let said = |bytes| size(named("en").unwrap(), bytes).replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!(said(640), "640 bytes");
        assert_eq!(said(1_001), "2 kB");
        assert_eq!(said(9_999_999), "10000 kB");
        assert_eq!(said(10_000_001), "11 MB");
    }
}
