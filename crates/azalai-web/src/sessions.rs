//! Who has unlocked this device: sessions in memory, known by a random cookie; and the token that each form carries.
//!
//! Cookies of 127.0.0.1 are shared between ports, so the names carry the port: two devices on one machine must not
//! log each other out. A cookie's value is never used for a session that it did not get at unlocking.

use std::collections::BTreeMap;

use azalai_envelope::ids::{from_hex, to_hex};
use azalai_roster::Role;

use crate::limits::MAX_SESSIONS;

/// Hexadecimal digits of a cookie's value: 256 bits.
const DIGITS: usize = 64;

/// The value of a cookie: 256 random bits in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CookieId(String);

impl CookieId {
    pub(crate) fn new(random: [u8; 32]) -> Self {
        Self(to_hex(&random))
    }

    /// Only what this program could have made is taken from a browser.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let good = text.len() == DIGITS && from_hex(text).is_some();
        good.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The token that forms carry which are shown to the holder of this cookie. Derived, so that forms work before
    /// there is a session and nothing has to be kept for them.
    pub(crate) fn token(&self, process_key: &[u8; 32]) -> String {
        to_hex(&azalai_envelope::ids::derive16("azalai 1 form token", &[process_key, self.0.as_bytes()]))
    }
}

/// What is known of an unlocked browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    /// When it last asked for a page: milliseconds since 1970.
    pub(crate) seen_ms: u64,
    /// As what this device's person takes part.
    pub(crate) role: Role,
}

/// All sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: BTreeMap<CookieId, Session>,
}

impl Sessions {
    /// Begins one, in the place of the longest idle if there are too many.
    pub(crate) fn begin(&mut self, id: CookieId, session: Session) {
        if self.open.len() >= MAX_SESSIONS
            && let Some(oldest) = self.open.iter().min_by_key(|(_, session)| session.seen_ms).map(|(id, _)| id.clone())
        {
            self.open.remove(&oldest);
        }
        self.open.insert(id, session);
    }

    /// The session of a cookie, which is seen now unless `quiet` (the page asks by itself, nobody touched it).
    pub(crate) fn touch(&mut self, id: &CookieId, now_ms: u64, idle_ms: u64, quiet: bool) -> Option<Session> {
        self.sweep(now_ms, idle_ms);
        let session = self.open.get_mut(id)?;
        if !quiet {
            session.seen_ms = now_ms;
        }
        Some(*session)
    }

    /// Ends those that were idle too long. A clock that went back ends none early.
    pub(crate) fn sweep(&mut self, now_ms: u64, idle_ms: u64) {
        self.open.retain(|_, session| now_ms.saturating_sub(session.seen_ms) < idle_ms);
    }

    pub(crate) fn end(&mut self, id: &CookieId) {
        self.open.remove(id);
    }

    pub(crate) fn end_all(&mut self) {
        self.open.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> CookieId {
        CookieId::new([byte; 32])
    }

    /// Guards against a session that outlives its person's attention, and one that a page's own polling keeps alive.
    #[test]
    fn a_session_ends_when_nobody_touches_it() {
        let mut sessions = Sessions::default();
        sessions.begin(id(1), Session { seen_ms: 0, role: Role::Monitor });
        assert!(sessions.touch(&id(1), 900, 1000, true).is_some());
        assert!(sessions.touch(&id(1), 1000, 1000, false).is_none());
        sessions.begin(id(1), Session { seen_ms: 0, role: Role::Monitor });
        assert!(sessions.touch(&id(1), 900, 1000, false).is_some());
        assert!(sessions.touch(&id(1), 1800, 1000, false).is_some());
        assert!(sessions.touch(&id(2), 1800, 1000, false).is_none());
    }

    /// Guards against memory that grows with every browser that was ever opened.
    #[test]
    fn the_longest_idle_makes_room() {
        let mut sessions = Sessions::default();
        for n in 0..=MAX_SESSIONS {
            sessions.begin(id(u8::try_from(n).unwrap()), Session { seen_ms: n as u64, role: Role::Monitor });
        }
        assert!(sessions.touch(&id(0), 40, 1000, true).is_none());
        assert!(sessions.touch(&id(1), 40, 1000, true).is_some());
    }

    /// Guards against cookies that somebody else chose getting further than this.
    #[test]
    fn only_64_digits_are_a_cookie() {
        assert!(CookieId::read(&"a".repeat(64)).is_some());
        for bad in ["", "zz", &"g".repeat(64), &"a".repeat(63), &"a".repeat(66)] {
            assert!(CookieId::read(bad).is_none(), "{bad}");
        }
        assert_ne!(id(1).token(&[0; 32]), id(1).token(&[1; 32]));
        assert_ne!(id(1).token(&[0; 32]), id(2).token(&[0; 32]));
    }
}
