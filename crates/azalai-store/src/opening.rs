//! What a slot says besides the key in it: where in a home the profile lies, and whether its passphrase is given under
//! duress. Nothing of it may show outside the seal.

use crate::limits::SLOTS;
use crate::secret::{ProfileKey, Secret};

/// Of a placed slot's first byte: the side.
pub(crate) const SIDE: u8 = 3;
/// The passphrase is given under duress.
pub(crate) const DURESS: u8 = 4;
/// Under duress the other profile's keys stay.
pub(crate) const KEEPS: u8 = 8;

/// Where in a home a profile lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The home has one profile and no sides.
    Whole,
    /// The first of two.
    One,
    /// The second of two.
    Two,
}

impl Side {
    /// The side that this is not; a whole home has none.
    #[must_use]
    pub const fn other(self) -> Option<Self> {
        match self {
            Self::Whole => None,
            Self::One => Some(Self::Two),
            Self::Two => Some(Self::One),
        }
    }

    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::One => 1,
            Self::Two => 2,
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Whole),
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }
}

/// What a passphrase asks for besides opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duress {
    /// Nothing.
    No,
    /// It is given under duress: the other profile's keys go.
    Drops,
    /// It is given under duress, and the other profile's keys stay.
    Keeps,
}

/// A slot that a passphrase opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What opens the profile's keyring.
    pub key: ProfileKey,
    /// Where the profile lies.
    pub side: Side,
    /// What else the passphrase asks for.
    pub duress: Duress,
    /// Which slot opened.
    pub slot: usize,
    /// The profile's other slot; this same one where a file gives a profile one alone.
    pub mate: usize,
    pub(crate) stretched: Secret,
}

impl Opening {
    /// The two slots of the other profile; none in a file of plain slots.
    pub fn others(&self) -> impl Iterator<Item = usize> + use<> {
        let (slot, mate, placed) = (self.slot, self.mate, self.slot != self.mate);
        (0..SLOTS).filter(move |index| placed && *index != slot && *index != mate)
    }
}
