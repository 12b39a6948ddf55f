//! The simulation: a community of devices and relays under one seed, with everything that goes wrong for such people,
//! and what must hold at the end.
//!
//! The same seed gives the same run: there is no clock, no thread and no randomness but the seed's. A step that the
//! design forbids to fail panics; [`run_seed`] turns that into an [`Outcome`] that names the seed.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use azalai_envelope::DocumentId;
use azalai_model::Tlp;
use azalai_node::NodeError;
use azalai_roster::{AreaCode, Role};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::community::Community;
use crate::member::{Asleep, Member};
use crate::relay::TestRelay;
use crate::trust::Trust;

/// 2026-11-20, in milliseconds since 1970: when every world begins.
pub const BEGIN_MS: u64 = 1_795_000_000_000;
/// A day in milliseconds.
pub(crate) const DAY_MS: u64 = 86_400_000;
/// A minute in milliseconds.
pub const MINUTE_MS: u64 = 60_000;
/// Steps of one run.
const STEPS: u32 = 50;
/// Steps of a run with enemies: each of its devices has more to do, and hundreds of runs are worth more than long ones.
const TRUST_STEPS: u32 = 40;

/// Who is there: role, area, pseudonym. The steward, who founded the project, is the first device.
const PEOPLE: [(Role, &str, &str); 7] = [
    (Role::Coordinator, "north", "heron"),
    (Role::Coordinator, "valley", "stork"),
    (Role::Coordinator, "valley", "ibis"),
    (Role::Coordinator, "hills", "egret"),
    (Role::Monitor, "valley", "swift"),
    (Role::Monitor, "valley", "dove"),
    (Role::Monitor, "hills", "lark"),
];

/// Index of the steward's device.
pub(crate) const STEWARD: usize = 0;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything held. What the run came to, for comparing two runs of one seed.
    Held(Tally),
    /// Something did not; in words.
    Broke(String),
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Reports that their authors were told are saved.
    pub reports: usize,
    /// Incidents likewise.
    pub incidents: usize,
    /// Links of reports to incidents likewise.
    pub links: usize,
    /// Incidents that ended with fields which people had set apart.
    pub conflicts: usize,
    /// Exchanges, finished or not.
    pub exchanges: usize,
    /// Devices that were killed and started again.
    pub restarts: usize,
    /// Planned failures of a device's storage that struck.
    pub failures: usize,
    /// Devices that were destroyed.
    pub lost: usize,
    /// What people who mean ill did, and what was done about it.
    pub trust: TrustTally,
    /// Over every device's documents, in order.
    pub digest: [u8; 32],
}

/// What a run came to in which some mean ill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustTally {
    /// Devices that were taken.
    pub taken: usize,
    /// Removals that people were told are said.
    pub removals: usize,
    /// Reports that taken devices wrote on.
    pub after: usize,
    /// Of these, those that are kept at the end and count for nobody.
    pub aside: usize,
    /// Statements that were adopted.
    pub adopted: usize,
    /// New keys under suspicion.
    pub rotations: usize,
    /// Letters of other programs.
    pub forged: usize,
    /// Visits to a relay that lied.
    pub lies: usize,
    /// Times that a relay showed another past.
    pub twins: usize,
    /// Reports of those who were taken that had to count, and did.
    pub heard: usize,
}

/// A project that was founded and joined, and never exchanged: made once for each process, since every join costs
/// several runs of Argon2.
pub(crate) struct Ready {
    /// Their pseudonyms, the steward's first.
    pub(crate) names: Vec<&'static str>,
    /// Their devices, in the same order.
    pub(crate) people: Vec<Asleep>,
    /// Two relays; the invites name the first.
    pub(crate) relays: Vec<TestRelay>,
}

pub(crate) fn ready() -> &'static Ready {
    static CELL: OnceLock<Ready> = OnceLock::new();
    CELL.get_or_init(|| {
        let areas = [("north", None), ("valley", Some("north")), ("hills", Some("north"))];
        let mut steward = Member::found(1, &areas, BEGIN_MS);
        let relays: Vec<TestRelay> = [101, 102].map(TestRelay::new).into();
        let certify = |steward: &mut Member, relay: &TestRelay, label| {
            relay.admit(&block_on(steward.node.certify_relay(relay.public(), label, BEGIN_MS)).unwrap());
        };
        certify(&mut steward, &relays[0], "town");
        let mut people = Vec::new();
        for (seed, (role, area, name)) in (2..).zip(PEOPLE) {
            people.push(Member::join(&mut steward, seed, role, area, name, BEGIN_MS).asleep());
        }
        // After the invites: the others meet a relay that their logs do not name yet.
        certify(&mut steward, &relays[1], "market");
        people.insert(STEWARD, steward.asleep());
        let names = ["acacia"].into_iter().chain(PEOPLE.map(|(_, _, name)| name)).collect();
        Ready { names, people, relays }
    })
}

/// The same project some days later: all but a coordinator and a monitor have met at the first relay, are admitted
/// and have their keys.
fn gathered() -> &'static Ready {
    static CELL: OnceLock<Ready> = OnceLock::new();
    CELL.get_or_init(|| {
        let ready = ready();
        let mut c = Community::of(&["heron", "stork", "ibis", "swift", "dove"]);
        c.settle();
        let absent = |name: &str| ["egret", "lark"].contains(&name);
        let people = ready.names.iter().zip(&ready.people);
        let people = people.map(|(name, asleep)| if absent(name) { asleep.clone() } else { c.who(name).asleep() });
        let people = people.collect();
        Ready { names: ready.names.clone(), people, relays: vec![c.relay.copy(), ready.relays[1].copy()] }
    })
}

/// One device, and what the simulation knows of it.
pub(crate) struct Device {
    pub(crate) member: Member,
    pub(crate) role: Role,
    /// The area that it was invited for; none for the steward.
    pub(crate) area: Option<AreaCode>,
    /// Its clock, against the world's, in milliseconds.
    pub(crate) skew_ms: i64,
    /// It meets nobody until the partitions heal.
    pub(crate) cut_off: bool,
    /// Failures of its storage are planned.
    pub(crate) faulty: bool,
    /// It is destroyed and never seen again.
    pub(crate) lost: bool,
}

/// A report whose author was told that it is saved.
pub(crate) struct Said {
    pub(crate) author: usize,
    pub(crate) tlp: Tlp,
    pub(crate) area: AreaCode,
    /// What it may say now: one text, unless an amendment failed half way.
    pub(crate) words: BTreeSet<String>,
    /// Whether it may be retracted, and whether it must be.
    pub(crate) may_be_retracted: bool,
    pub(crate) retracted: bool,
    /// Its author's device is gone, and it had not reached a relay.
    pub(crate) may_be_gone: bool,
    /// A coordinator linked it and was told so.
    pub(crate) linked: bool,
}

/// The world.
pub(crate) struct World {
    pub(crate) rng: ChaCha20Rng,
    pub(crate) now_ms: u64,
    pub(crate) devices: Vec<Device>,
    pub(crate) relays: Vec<TestRelay>,
    pub(crate) relay_faulty: Vec<bool>,
    pub(crate) said: BTreeMap<DocumentId, Said>,
    /// Incidents that a coordinator was told are saved.
    pub(crate) incidents: BTreeSet<DocumentId>,
    pub(crate) tally: Tally,
    /// What happened, for who has to find out why a seed fails.
    pub(crate) trace: Vec<String>,
    /// Who means ill, in worlds where somebody does.
    pub(crate) trust: Option<Trust>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let ready = if rng.next_u32() % 4 == 0 { ready() } else { gathered() };
        Self::of(ready, rng)
    }

    /// A world of this project; its first relay, or with some luck both.
    pub(crate) fn of(ready: &Ready, mut rng: ChaCha20Rng) -> Self {
        let mut devices = Vec::new();
        for (index, asleep) in ready.people.iter().enumerate() {
            let person = PEOPLE.iter().find(|(_, _, name)| *name == ready.names[index]);
            let (role, area) = match person {
                Some((role, area, _)) => (*role, Some(area.parse().unwrap())),
                None => (Role::Steward, None),
            };
            let member = Member::wake(asleep, rng.next_u64());
            devices.push(Device { member, role, area, skew_ms: 0, cut_off: false, faulty: false, lost: false });
        }
        let count = 1 + usize::from(rng.next_u32().is_multiple_of(3));
        let relays: Vec<TestRelay> = ready.relays.iter().take(count).map(TestRelay::copy).collect();
        Self {
            rng,
            now_ms: BEGIN_MS + DAY_MS,
            devices,
            relay_faulty: vec![false; relays.len()],
            relays,
            said: BTreeMap::new(),
            incidents: BTreeSet::new(),
            tally: Tally::default(),
            trace: Vec::new(),
            trust: None,
        }
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.rng.next_u32() as usize % bound
    }

    /// True `percent` times of 100.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of a list; `None` of an empty one.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.below(of.len())]) }
    }

    /// What a device's clock shows.
    pub(crate) fn clock(&self, who: usize) -> u64 {
        self.now_ms.saturating_add_signed(self.devices[who].skew_ms)
    }

    pub(crate) fn name(&self, who: usize) -> String {
        self.devices[who].member.node.pseudonym().to_owned()
    }

    /// Those who are there and of whom `which` holds.
    pub(crate) fn who(&self, which: impl Fn(&Device) -> bool) -> Vec<usize> {
        (0..self.devices.len()).filter(|who| !self.devices[*who].lost && which(&self.devices[*who])).collect()
    }

    /// A device's storage failed as planned: whoever holds it starts it again, or goes on as if nothing had been.
    ///
    /// A failure that nobody planned, or of any other kind than the storage's, is a defect.
    pub(crate) fn storage_failed(&mut self, who: usize, error: &NodeError, doing: &str) {
        // Who was removed by a taken device, or waits for a key, is told so.
        if self.trust.is_some() && !matches!(error, NodeError::Store(_)) {
            return self.note(format!("{} cannot {doing}: {error}", self.name(who)));
        }
        let planned = self.devices[who].faulty && matches!(error, NodeError::Store(_));
        assert!(planned, "{} cannot {doing}: {error}", self.name(who));
        self.tally.failures += 1;
        self.note(format!("{} fails to {doing}: {error}", self.name(who)));
        if self.chance(60) {
            self.restart(who);
        }
    }

    /// Kills a device, starts it again, and holds it to what it had said is saved.
    pub(crate) fn restart(&mut self, who: usize) {
        self.tally.restarts += 1;
        self.note(format!("{} restarts", self.name(who)));
        self.devices[who].member.crash();
        self.devices[who].faulty = false;
        let reports = block_on(self.devices[who].member.node.reports()).unwrap();
        for (id, said) in self.said.iter().filter(|(_, said)| said.author == who) {
            let found = reports.iter().find(|view| view.id == *id);
            let found = found.unwrap_or_else(|| panic!("{} lost its report {id} in a crash", self.name(who)));
            let words = &found.row.fields.narrative;
            assert!(said.words.contains(words), "{} finds {words:?} in {id}, not {:?}", self.name(who), said.words);
            assert!(found.row.retracted.is_some() || !said.retracted, "a retraction of {id} is gone");
        }
    }

    /// Up to two hours go by.
    fn pass_time(&mut self) {
        self.now_ms += u64::from(self.rng.next_u32() % 120 + 1) * MINUTE_MS;
    }

    pub(crate) fn note(&mut self, what: String) {
        self.trace.push(what);
    }
}

/// Runs one seed to its end and checks what must hold there.
#[must_use]
pub fn run_seed(seed: u64) -> Outcome {
    run(World::new(seed), |world| {
        world.begin();
        for _ in 0..STEPS {
            world.pass_time();
            world.step();
        }
        world.heal();
        world.check();
    })
}

/// Runs one seed of a world in which devices are taken and some mean ill, likewise.
#[must_use]
pub fn run_trust_seed(seed: u64) -> Outcome {
    run(World::with_enemies(seed), |world| {
        world.begin();
        for _ in 0..TRUST_STEPS {
            world.pass_time();
            world.press();
        }
        world.heal_trust();
        world.check_trust();
    })
}

fn run(mut world: World, story: impl FnOnce(&mut World)) -> Outcome {
    let run = catch_unwind(AssertUnwindSafe(|| story(&mut world)));
    match run {
        Ok(()) => Outcome::Held(world.tally),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Outcome::Broke(format!("{}\n  {}", text.unwrap_or_default(), world.trace.join("\n  ")))
        }
    }
}
