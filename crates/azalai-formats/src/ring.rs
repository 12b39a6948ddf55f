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
        (Ring::Project, _) => Passage::Coarse,
        (Ring::Partners | Ring::Public, Tlp::Red | Tlp::AmberStrict) => Passage::Nothing,
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
    fn red_and_strict_leave_the_project_as_nothing_and_amber_as_a_number() {
        for ring in [Ring::Partners, Ring::Public] {
            assert_eq!(passage(Tlp::Red, ring), Passage::Nothing);
            assert_eq!(passage(Tlp::AmberStrict, ring), Passage::Nothing);
            assert_eq!(passage(Tlp::Amber, ring), Passage::Counted);
        }
        assert_eq!(passage(Tlp::Green, Ring::Public), Passage::Counted);
        assert_eq!(passage(Tlp::Green, Ring::Partners), Passage::CoarseWithoutWords);
    }
}
