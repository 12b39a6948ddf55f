//! Sharing labels on the way out: what of a label may go to which ring (Traffic Light Protocol 2.0).

use std::collections::BTreeMap;

use azalai_model::Tlp;

/// For whom an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ring {
    /// Members of the project.
    Project,
    /// The community that the project works with.
    Partners,
    /// Everybody.
    Public,
}

/// As what something leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passage {
    /// With its words, its place no more exact than a village, its time no more exact than a day.
    Coarse,
    /// Coarse, and without words, which may name somebody.
    CoarseWithoutWords,
    /// As it is.
    AsItIs,
    /// As one of a number.
    Counted,
    /// Not at all.
    Nothing,
}

/// As what something of this label leaves to a ring.
#[must_use]
pub const fn passage(label: Tlp, ring: Ring) -> Passage {
    match (ring, label) {
        // Every member may come to see what is exported for the project: what was for one area's coordinators leaves
        // its words behind, what was for named persons does not leave at all.
        (Ring::Project, Tlp::AmberStrict) => Passage::CoarseWithoutWords,
        (_, Tlp::Red) | (Ring::Partners | Ring::Public, Tlp::AmberStrict) => Passage::Nothing,
        (Ring::Project, _) => Passage::Coarse,
        (Ring::Partners | Ring::Public, Tlp::Clear) => Passage::AsItIs,
        (Ring::Partners, Tlp::Green) => Passage::CoarseWithoutWords,
        (Ring::Public, Tlp::Green) | (Ring::Partners | Ring::Public, Tlp::Amber) => Passage::Counted,
    }
}

/// What an export leaves out, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut(BTreeMap<&'static str, usize>);

impl LeftOut {
    /// Notes one more.
    pub fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    /// All that was noted, with how often.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.0.iter().map(|(what, count)| (*what, *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards the promise that matters most on export: what is not to leave has no way out.
    #[test]
    fn what_was_sealed_to_few_leaves_without_words_or_not_at_all() {
        for ring in [Ring::Partners, Ring::Public] {
            assert_eq!(passage(Tlp::Red, ring), Passage::Nothing);
            assert_eq!(passage(Tlp::AmberStrict, ring), Passage::Nothing);
            assert_eq!(passage(Tlp::Amber, ring), Passage::Counted);
        }
        assert_eq!(passage(Tlp::Red, Ring::Project), Passage::Nothing);
        assert_eq!(passage(Tlp::AmberStrict, Ring::Project), Passage::CoarseWithoutWords);
        assert_eq!(passage(Tlp::Amber, Ring::Project), Passage::Coarse);
        assert_eq!(passage(Tlp::Green, Ring::Public), Passage::Counted);
        assert_eq!(passage(Tlp::Green, Ring::Partners), Passage::CoarseWithoutWords);
    }
}
