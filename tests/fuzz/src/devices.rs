//! Whole devices and a relay, in memory, that are told what somebody inside says: a steward's key in wrong hands, a
//! relay that lies, a file that a stranger made.
//!
//! They are woken from what is durable of a small community. Unlocking costs more than an input, so a device serves
//! many inputs before it is woken anew: an input that breaks one is tried again on a fresh one, and both are said.

use std::cell::RefCell;
use std::sync::LazyLock;

use azalai_envelope::{DocumentId, Kind, PostingKey, PostingPublic, ProjectId};
use azalai_model::Tlp;
use azalai_node::{Past, Transport, TransportError};
use azalai_roster::{Circle, Log, Role};
use azalai_sync::Budget;
use azalai_sync::capsule::seal_request;
use azalai_sync::message::Reply;
use azalai_testkit::attacker::bundle as write_bundle;
use azalai_testkit::{Asleep, Attacker, Community, Member, TestRelay};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

/// Inputs that one device serves.
const SERVES: u32 = 500;

/// What a body is said as: the first byte of an input of `door`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Saying {
    Report,
    Incident,
    Notice,
    Authority,
    Registry,
    Keys,
    Receipt,
    ClaimNotice,
    Mark,
    Pack,
    Place,
    Unknown,
}

const SAYINGS: [Saying; 12] = [
    Saying::Report,
    Saying::Incident,
    Saying::Notice,
    Saying::Authority,
    Saying::Registry,
    Saying::Keys,
    Saying::Receipt,
    Saying::ClaimNotice,
    Saying::Mark,
    Saying::Pack,
    Saying::Place,
    Saying::Unknown,
];

impl Saying {
    fn kind(self) -> Kind {
        match self {
            Self::Report => Kind::REPORT,
            Self::Incident => Kind::INCIDENT,
            Self::Notice => Kind::NOTICE,
            Self::Authority => Kind::AUTHORITY,
            Self::Registry => Kind::REGISTRY,
            Self::Keys => Kind::KEYS,
            Self::Receipt => Kind::RECEIPT,
            Self::ClaimNotice => Kind::CLAIM_NOTICE,
            Self::Mark => Kind::MARK,
            Self::Pack => Kind::PACK,
            Self::Place => Kind::PLACE,
            Self::Unknown => Kind(200),
        }
    }
}

/// An input of `door`.
pub(crate) fn said(saying: Saying, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![saying as u8, 0];
    bytes.extend_from_slice(body);
    bytes
}

/// A community with a steward called viper, whose key is in other hands.
struct Scene {
    relay: TestRelay,
    heron: Asleep,
    now_ms: u64,
}

/// Only one is made: two would differ in what they draw.
static SCENE: LazyLock<std::sync::Mutex<Scene>> = LazyLock::new(|| {
    let (mut community, _) = people();
    let relay = community.relay.copy();
    let now_ms = community.now_ms;
    let heron = community.who("heron").asleep();
    std::sync::Mutex::new(Scene { relay, heron, now_ms })
});

/// The same people each time.
fn people() -> (Community, Attacker) {
    let mut c = Community::of(&["heron", "swift"]);
    let mut viper = Attacker::invited(&mut c, 666);
    let claim = viper.claim("viper");
    block_on(c.who("acacia").node.import_bundle(&write_bundle(&[claim]))).unwrap();
    c.report("swift", "Three men at the well", Tlp::Amber).unwrap();
    c.settle();
    let (key, now_ms) = (viper.keys.public().signing, c.now_ms);
    block_on(c.who("acacia").node.grant(&key, Role::Steward, None, Past::All, now_ms)).unwrap();
    c.report("swift", "Two of them came back", Tlp::Amber).unwrap();
    c.settle();
    (c, viper)
}

/// A device that serves inputs.
struct Device {
    member: Member,
    viper: Attacker,
    served: u32,
}

impl Device {
    fn fresh() -> Self {
        let scene = SCENE.lock().unwrap();
        let (_, viper) = people();
        Self { member: Member::wake(&scene.heron, 9), viper, served: 0 }
    }

    /// Whether everything that people look at can still be shown.
    fn still_serves(&self) -> Result<(), String> {
        let node = &self.member.node;
        let shown = || -> Result<(), azalai_node::NodeError> {
            block_on(node.reports())?;
            block_on(node.incidents())?;
            block_on(node.notices())?;
            block_on(node.status())?;
            Ok(())
        };
        shown().map_err(|error| format!("the device does not serve any more: {error}"))
    }
}

thread_local! {
    static DEVICE: RefCell<Option<Device>> = const { RefCell::new(None) };
}

fn with_device(run: impl FnOnce(&mut Device) -> Result<(), String>) -> Result<(), String> {
    DEVICE.with_borrow_mut(|slot| {
        let device = slot.get_or_insert_with(Device::fresh);
        device.served += 1;
        let outcome = run(device).and_then(|()| device.still_serves());
        if outcome.is_err() || device.served >= SERVES {
            *slot = None;
        }
        outcome
    })
}

/// Of an input the first byte says what it is said as, the second to whom; the rest is the body.
pub(crate) fn door(bytes: &[u8]) -> Result<(), String> {
    let [saying, to, body @ ..] = bytes else { return Ok(()) };
    let saying = SAYINGS[usize::from(*saying) % SAYINGS.len()];
    with_device(|device| {
        let kind = saying.kind();
        let me = device.member.node.device().signing.audience();
        let viper = &mut device.viper;
        let everyone = viper.audience(&Circle::Everyone);
        let audience = match saying {
            Saying::Authority => everyone,
            Saying::Registry => Log::Registry.audience(&viper.project),
            Saying::Keys | Saying::Receipt | Saying::ClaimNotice => me,
            _ => match to % 4 {
                0 => viper.audience(&Circle::Staff),
                1 => everyone,
                2 => viper.audience(&Circle::AreaAndAbove("north".parse().unwrap())),
                _ => me,
            },
        };
        let place = viper.new_place();
        let (document, opens) = match saying {
            Saying::Authority => (Log::Authority.document(&viper.project, &viper.package.root), None),
            Saying::Registry => (Log::Registry.document(&viper.project, &viper.package.root), None),
            _ => {
                let (document, nonce) = viper.own_document(kind, audience);
                (document, Some(nonce))
            }
        };
        let statement = viper.say(kind, (document, opens), audience, place, body);
        let letter = viper.seal(&statement);
        let imported = block_on(device.member.node.import_bundle(&write_bundle(&[letter])));
        imported.map(drop).map_err(|error| format!("the door fails instead of refusing: {error}"))
    })
}

/// A file that a device imports.
pub(crate) fn bundle(bytes: &[u8]) -> Result<(), String> {
    with_device(|device| {
        // A file that is no bundle is an error; what must not happen is that the device is the worse for it.
        drop(block_on(device.member.node.import_bundle(bytes)));
        Ok(())
    })
}

/// A member's request, opened, at a relay.
pub(crate) fn relay(bytes: &[u8]) -> Result<(), String> {
    thread_local! {
        static RELAY: (TestRelay, ProjectId, PostingKey) = {
            let (community, viper) = people();
            (community.relay.copy(), viper.project, viper.posting)
        };
    }
    RELAY.with(|(relay, project, posting)| {
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        let Ok((request, key)) = seal_request(&relay.public(), project, posting, bytes, &mut rng) else {
            return Ok(());
        };
        let now_ms = SCENE.lock().unwrap().now_ms;
        let mut budget = Budget::of_connection();
        let Ok(reply) = block_on(relay.copy().responder().respond(&request, now_ms, &mut budget, &mut rng)) else {
            return Ok(());
        };
        let body = key.open(&reply).map_err(|error| format!("its reply does not open: {error}"))?;
        let read = Reply::decode(&body).map_err(|error| format!("its reply cannot be read: {error}"))?;
        if read.encode() == body { Ok(()) } else { Err("its reply is read in another form".to_owned()) }
    })
}

/// A relay that answers what the input says, part by part, and then no more.
struct Liar<'a> {
    relay: &'a TestRelay,
    posting: PostingPublic,
    replies: std::vec::IntoIter<&'a [u8]>,
    rng: ChaCha20Rng,
}

impl Transport for Liar<'_> {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        Ok(self.relay.responder().key_document().encode())
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let cut = || TransportError::Connection("the line is cut".to_owned());
        let body = self.replies.next().ok_or_else(cut)?;
        self.relay.answer(&request, &self.posting, body, &mut self.rng).ok_or_else(cut)
    }
}

/// The replies of a relay, each behind its length, in a device that exchanges with it.
pub(crate) fn answers(bytes: &[u8]) -> Result<(), String> {
    let (relay, now_ms) = {
        let scene = SCENE.lock().unwrap();
        (scene.relay.copy(), scene.now_ms)
    };
    with_device(|device| {
        let replies = crate::parts(bytes).into_iter();
        let mut liar = Liar {
            relay: &relay,
            posting: device.viper.posting.public(),
            replies,
            rng: ChaCha20Rng::seed_from_u64(12),
        };
        // That it fails is right; what must not happen is that the device is the worse for it.
        drop(device.member.exchange(&mut liar, now_ms));
        Ok(())
    })
}

/// Inputs as honest devices make them.
pub(crate) fn examples() -> Vec<(&'static str, Vec<u8>)> {
    let (mut community, viper) = people();
    let now_ms = community.now_ms;
    let swift = &mut community.who("swift").node;
    let actor = viper.actor(&DocumentId([1; 16]), (azalai_envelope::ChainId([1; 8]), 0, None));
    let mut all = vec![("door", said(Saying::Report, &viper.report_change(&actor, "Three men at the well")))];
    all.push(("bundle", block_on(swift.export_bundle(now_ms)).unwrap().0));
    all
}
