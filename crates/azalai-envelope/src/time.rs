//! Time as it stands in statements and envelopes: for display and buckets, never for authority.

use crate::limits::{MAX_CLOCK_AHEAD_MS, MAX_DAYS_AHEAD};

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// A day in UTC, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub u16);

impl Day {
    /// The day of a time in milliseconds since 1970; the last day that fits for any later one.
    #[must_use]
    pub fn of_ms(ms: u64) -> Self {
        Self(u16::try_from(ms / DAY_MS).unwrap_or(u16::MAX))
    }

    /// The first millisecond of the day.
    #[must_use]
    pub fn start_ms(self) -> u64 {
        u64::from(self.0) * DAY_MS
    }

    /// The day to write on an envelope: the clock's, held between the newest certificate's day and
    /// [`MAX_DAYS_AHEAD`] days after it, so that a device without a clock still posts where others look.
    #[must_use]
    pub fn clamped(self, certificate: Self) -> Self {
        Self(self.0.clamp(certificate.0, certificate.0.saturating_add(MAX_DAYS_AHEAD)))
    }
}

/// A hybrid logical clock: 48 bits of milliseconds since 1970, 16 bits of counter. It never runs backwards on one
/// device, and moves past what was read from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Clock(pub u64);

impl Clock {
    /// The milliseconds since 1970.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0 >> 16
    }

    /// The earliest reading at `ms`; the last millisecond that fits for any later one.
    #[must_use]
    pub const fn at_ms(ms: u64) -> Self {
        const LAST: u64 = u64::MAX >> 16;
        Self(if ms > LAST { LAST } else { ms } << 16)
    }

    /// The next reading, at `now_ms` or after the last one.
    #[must_use]
    pub fn tick(self, now_ms: u64) -> Self {
        Self(Self::at_ms(now_ms).0.max(self.0.saturating_add(1)))
    }

    /// Moves past a reading met in another's statement, but not past one that is more than
    /// [`MAX_CLOCK_AHEAD_MS`] ahead of `now_ms`: otherwise one statement dated at the end of time would pin every
    /// reader's clock there.
    #[must_use]
    pub fn heard(self, other: Self, now_ms: u64) -> Self {
        if other.ms() > now_ms.saturating_add(MAX_CLOCK_AHEAD_MS) { self } else { self.max(other) }
    }
}
