//! One of something for each lane.

use azalai_envelope::Lane;

/// One `T` for each lane, in the order in which lanes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerLane<T> {
    /// Of the urgent lane.
    pub urgent: T,
    /// Of the text lane.
    pub text: T,
    /// Of the preview lane.
    pub preview: T,
    /// Of the bulk lane.
    pub bulk: T,
}

impl<T> PerLane<T> {
    /// Makes one for each lane.
    pub fn from_fn(mut make: impl FnMut(Lane) -> T) -> Self {
        Self {
            urgent: make(Lane::Urgent),
            text: make(Lane::Text),
            preview: make(Lane::Preview),
            bulk: make(Lane::Bulk),
        }
    }

    /// The one of `lane`.
    #[must_use]
    pub const fn get(&self, lane: Lane) -> &T {
        match lane {
            Lane::Urgent => &self.urgent,
            Lane::Text => &self.text,
            Lane::Preview => &self.preview,
            Lane::Bulk => &self.bulk,
        }
    }

    /// The one of `lane`, to change.
    pub const fn get_mut(&mut self, lane: Lane) -> &mut T {
        match lane {
            Lane::Urgent => &mut self.urgent,
            Lane::Text => &mut self.text,
            Lane::Preview => &mut self.preview,
            Lane::Bulk => &mut self.bulk,
        }
    }

    /// All, in the order in which lanes travel.
    pub fn iter(&self) -> impl Iterator<Item = (Lane, &T)> {
        Lane::ALL.into_iter().map(|lane| (lane, self.get(lane)))
    }
}
