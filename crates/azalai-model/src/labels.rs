//! The short fixed lists: sharing labels, how a reporter knows, how urgent it is.
//!
//! Each value has a number in documents and a name everywhere else; neither may ever change its meaning.

use crate::scalar::coded;

/// A name that is not in a fixed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {got:?}: expected one of {allowed}")]
pub struct UnknownName {
    /// Which list.
    pub what: &'static str,
    /// What was given.
    pub got: String,
    /// What the list has.
    pub allowed: String,
}

/// Finds a name whatever its case, and with or without the `TLP:` that labels carry.
pub(crate) fn find_name<T: Copy>(
    what: &'static str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
    text: &str,
) -> Result<T, UnknownName> {
    let plain = |text: &str| {
        let lower = text.trim().to_ascii_lowercase();
        lower.strip_prefix("tlp:").map(str::to_owned).unwrap_or(lower)
    };
    let wanted = plain(text);
    let found = all.iter().copied().find(|value| plain(name(*value)) == wanted);
    found.ok_or_else(|| UnknownName {
        what,
        got: text.chars().take(60).collect(),
        allowed: all.iter().map(|value| name(*value)).collect::<Vec<_>>().join(", "),
    })
}

coded! {
    /// A sharing label of the Traffic Light Protocol 2.0, in order from the widest ring to the narrowest, so that the
    /// greater of two labels is the stricter one.
    Tlp, "sharing label", {
        /// Every member; leaves the project as it is.
        Clear = 1, "TLP:CLEAR";
        /// Every member; leaves as coarse place and day.
        Green = 2, "TLP:GREEN";
        /// Coordinators of the area and above; leaves as counts.
        Amber = 3, "TLP:AMBER";
        /// The area's coordinators; leaves as nothing.
        AmberStrict = 4, "TLP:AMBER+STRICT";
        /// The named members only; leaves as nothing.
        Red = 5, "TLP:RED";
    }
}

coded! {
    /// How the reporter knows.
    Basis, "basis", {
        /// Saw it.
        Seen = 1, "seen";
        /// Heard it from someone who was there.
        HeardFirstHand = 2, "heard-first-hand";
        /// Heard it from someone who heard it.
        HeardSecondHand = 3, "heard-second-hand";
        /// Read it in a document.
        Document = 4, "document";
        /// Had it from the media.
        Media = 5, "media";
    }
}

coded! {
    /// How soon somebody should act.
    Urgency, "urgency", {
        /// At once.
        Now = 1, "now";
        /// Within days.
        Days = 2, "days";
        /// For the record.
        Record = 3, "record";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Scalar as _;
    use automerge::ScalarValue;

    /// Guards against a label that a person may type and the program reads as another.
    #[test]
    fn a_label_is_read_with_or_without_its_prefix_in_any_case() {
        for (text, label) in [
            ("TLP:AMBER+STRICT", Tlp::AmberStrict),
            ("amber+strict", Tlp::AmberStrict),
            ("tlp:red", Tlp::Red),
            (" Clear ", Tlp::Clear),
        ] {
            assert_eq!(text.parse::<Tlp>().unwrap(), label);
        }
        let error = "purple".parse::<Tlp>().unwrap_err().to_string();
        assert!(error.contains("purple") && error.contains("TLP:AMBER+STRICT"), "{error}");
    }

    /// Guards against an order in which the strictest label of two would lose.
    #[test]
    fn the_stricter_label_is_the_greater_one() {
        assert!(Tlp::Red > Tlp::AmberStrict && Tlp::AmberStrict > Tlp::Amber);
        assert!(Tlp::Amber > Tlp::Green && Tlp::Green > Tlp::Clear);
    }

    /// Guards against numbers that move, and against a number of tomorrow's list being read as something else today.
    #[test]
    fn numbers_in_documents_are_fixed_and_unknown_ones_are_refused() {
        assert_eq!(Tlp::ALL.iter().map(|label| label.code()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(Basis::decode(&ScalarValue::Uint(4)).unwrap(), Basis::Document);
        assert_eq!(Urgency::Record.encode(), ScalarValue::Uint(3));
        assert!(Basis::decode(&ScalarValue::Uint(6)).is_err());
        assert!(Basis::decode(&ScalarValue::Int(1)).is_err());
    }
}
