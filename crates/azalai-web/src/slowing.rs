//! Wrong passphrases, one after another, on a device that is open: each after the first few makes the next one wait
//! longer. In memory: whoever ends the program has to open the home again, which costs as much.

/// Wrong ones that are free: a finger slips.
const FREE: u32 = 3;

/// Milliseconds of the first wait; each is twice the one before.
const FIRST_MS: u64 = 15_000;

/// The longest wait: an honest person who remembers it later does not lose an afternoon.
const LONGEST_MS: u64 = 15 * 60_000;

/// What was tried.
#[derive(Debug, Default)]
pub(crate) struct Slowing {
    wrong: u32,
    last_ms: u64,
}

impl Slowing {
    /// Milliseconds until the next one may be tried; 0: now. A clock that was set back does not shorten it.
    pub(crate) fn wait_ms(&self, now_ms: u64) -> u64 {
        if self.wrong < FREE {
            return 0;
        }
        let wait = FIRST_MS.saturating_mul(1 << (self.wrong - FREE).min(20)).min(LONGEST_MS);
        wait.saturating_sub(now_ms.saturating_sub(self.last_ms))
    }

    /// A wrong one was tried.
    pub(crate) fn wrong(&mut self, now_ms: u64) {
        self.wrong = self.wrong.saturating_add(1);
        self.last_ms = now_ms;
    }

    /// The right one was.
    pub(crate) fn right(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against guessing on a device that somebody left open, and against one who waits in vain.
    #[test]
    fn each_wrong_one_after_three_waits_twice_as_long_up_to_a_limit_and_the_right_one_ends_it() {
        let mut slowing = Slowing::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            slowing.wrong(1_000);
            waits.push(slowing.wait_ms(1_000) / 1_000);
        }
        assert_eq!(waits, [0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900, 900]);
        assert_eq!((slowing.wait_ms(0), slowing.wait_ms(901_000)), (900_000, 0));
        slowing.right();
        assert_eq!(slowing.wait_ms(1_000), 0);
    }
}
