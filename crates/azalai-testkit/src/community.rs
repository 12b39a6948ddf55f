//! A small community that was founded and joined before, for tests that need people and no story of how they came.

use azalai_envelope::DocumentId;
use azalai_model::{ReportFields, Tlp};
use azalai_node::{Exchanged, NodeError};
use azalai_roster::{AreaCode, Role};
use futures_lite::future::block_on;

use crate::member::Member;
use crate::relay::{DirectLink, TestRelay};
use crate::world::{BEGIN_MS, MINUTE_MS, ready};

/// Rounds within which everybody must have everything.
const ROUNDS: usize = 10;

/// People by their pseudonyms, and a relay that all of them know. Nobody has exchanged or is admitted.
///
/// `acacia` is the steward; `heron` coordinates north, `stork` and `ibis` valley, `egret` hills; `swift` and `dove`
/// are monitors in valley, `lark` in hills. Valley and hills lie in north.
pub struct Community {
    /// Those who are there.
    pub people: Vec<Member>,
    /// The relay.
    pub relay: TestRelay,
    /// Everybody's clock, in milliseconds since 1970.
    pub now_ms: u64,
}

impl Community {
    /// The steward and these others.
    ///
    /// # Panics
    /// If nobody has such a pseudonym.
    #[must_use]
    pub fn of(names: &[&str]) -> Self {
        let ready = ready();
        let wake = |name: &str| {
            let index = ready.names.iter().position(|known| *known == name);
            let index = index.unwrap_or_else(|| panic!("nobody is called {name}"));
            Member::wake(&ready.people[index], 1000 + index as u64)
        };
        let people = ["acacia"].iter().chain(names).map(|name| wake(name)).collect();
        Self { people, relay: ready.relays[0].copy(), now_ms: BEGIN_MS + MINUTE_MS }
    }

    /// The steward and all others.
    #[must_use]
    pub fn whole() -> Self {
        Self::of(&ready().names[1..])
    }

    /// One of them.
    ///
    /// # Panics
    /// If nobody there has such a pseudonym.
    pub fn who(&mut self, name: &str) -> &mut Member {
        let found = self.people.iter_mut().find(|member| member.node.pseudonym() == name);
        found.unwrap_or_else(|| panic!("{name} is not there"))
    }

    /// One of them exchanges with the relay, a minute later.
    ///
    /// # Errors
    /// As [`azalai_node::Node::exchange_with`].
    pub fn visit(&mut self, name: &str) -> Result<Exchanged, NodeError> {
        self.now_ms += MINUTE_MS;
        let mut link = DirectLink::new(self.relay.responder(), self.now_ms, self.now_ms);
        let now_ms = self.now_ms;
        self.who(name).exchange(&mut link, now_ms)
    }

    /// Everybody exchanges with the relay, and the steward admits whoever waits, until nothing moves.
    ///
    /// # Panics
    /// If something still moves after ten rounds.
    pub fn settle(&mut self) {
        let names: Vec<String> = self.people.iter().map(|member| member.node.pseudonym().to_owned()).collect();
        for _ in 0..ROUNDS {
            let mut moved = 0;
            for name in &names {
                let summary = self.visit(name).unwrap().summary;
                moved += summary.sent + summary.received;
            }
            let now_ms = self.now_ms;
            moved += self.who("acacia").admit_all(now_ms) as u64;
            if moved == 0 {
                return;
            }
        }
        panic!("not quiet after {ROUNDS} rounds");
    }

    /// One of them writes a report for the coordinators of its own area.
    ///
    /// # Errors
    /// As [`azalai_node::Node::report`].
    pub fn report(&mut self, name: &str, text: &str, tlp: Tlp) -> Result<DocumentId, NodeError> {
        let fields = ReportFields {
            category: Some("other".to_owned()),
            narrative: text.to_owned(),
            tlp: Some(tlp),
            ..ReportFields::default()
        };
        let now_ms = self.now_ms;
        block_on(self.who(name).node.report(fields, None, now_ms))
    }

    /// An invite of the steward, as whoever gets hold of it reads it.
    ///
    /// # Panics
    /// If the steward cannot make one.
    pub fn invite(&mut self, role: Role, area: &str) -> azalai_roster::InvitePackage {
        let area: AreaCode = area.parse().unwrap();
        let now_ms = self.now_ms;
        let invite =
            block_on(self.who("acacia").node.invite(role, Some(area), crate::member::cheap(), now_ms)).unwrap();
        azalai_node::invite_file::open(&invite.file, &invite.words).unwrap()
    }
}
