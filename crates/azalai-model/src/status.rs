//! Where an incident stands, and the moves that are allowed.

use crate::scalar::coded;

coded! {
    /// Where an incident stands. The order is the one in which, of two set apart, the lower counts.
    Status, "status", {
        /// Nobody has looked at it.
        New = 1, "new";
        /// Somebody is looking at it.
        Reviewing = 2, "reviewing";
        /// It did not happen.
        Refuted = 3, "refuted";
        /// Other sources say the same.
        Corroborated = 4, "corroborated";
        /// It happened.
        Confirmed = 5, "confirmed";
        /// Nothing more is to be done.
        Closed = 6, "closed";
    }
}

impl Status {
    /// Whether this table allows the move: one step at a time from new to closed; refuted from any but closed; closed
    /// and refuted reopen to reviewing. To stay is no move and always allowed.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::New, Self::Reviewing)
                | (Self::Reviewing, Self::Corroborated)
                | (Self::Corroborated, Self::Confirmed)
                | (Self::Confirmed, Self::Closed)
                | (Self::New | Self::Reviewing | Self::Corroborated | Self::Confirmed, Self::Refuted)
                | (Self::Closed | Self::Refuted, Self::Reviewing)
        ) || self == next
    }

    /// The statuses that this one may become, itself not among them.
    #[must_use]
    pub fn next(self) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|next| *next != self && self.may_become(*next)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a shortcut in the table: "confirmed" without a review, or a closed incident refuted in silence.
    #[test]
    fn only_the_moves_of_the_table_are_allowed() {
        use Status::{Closed, Confirmed, Corroborated, New, Refuted, Reviewing};
        assert_eq!(New.next(), [Reviewing, Refuted]);
        assert_eq!(Reviewing.next(), [Refuted, Corroborated]);
        assert_eq!(Corroborated.next(), [Refuted, Confirmed]);
        assert_eq!(Confirmed.next(), [Refuted, Closed]);
        assert_eq!(Refuted.next(), [Reviewing]);
        assert_eq!(Closed.next(), [Reviewing]);
    }

    /// Guards against an order in which a bold status would win over a cautious one.
    #[test]
    fn of_two_statuses_the_one_nearer_to_the_start_is_the_lower() {
        assert!(Status::ALL.is_sorted());
        assert!(Status::Refuted < Status::Corroborated && Status::New < Status::Reviewing);
    }
}
