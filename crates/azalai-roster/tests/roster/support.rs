//! A project in memory: devices that write acts on their own chains, and a set of what they wrote.
//! It must never read a clock or real randomness: everything follows from small numbers.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::certificate::project_id;
use azalai_envelope::ids::derive8;
use azalai_envelope::{
    AudienceId, CarrierCertificate, Certificate, ChainId, Clock, Day, DeviceKeys, DevicePublic, DocumentId, Draft,
    Kind, PostingPublic, ProjectId, ReceivingPublic, ReceivingSecret, SigningPublic, SigningSecret, Statement,
    StatementId, Verified,
};
use azalai_roster::{Act, AreaCode, BodyCode, Circle, Cut, InviteId, Log, LogEntry, Role, Roster, prove_claim};

/// Where a device stands in a chain.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) id: ChainId,
    pub(crate) seq: u64,
    pub(crate) prev: Option<StatementId>,
}

#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) keys: DeviceKeys,
    pub(crate) chains: BTreeMap<Log, Chain>,
}

impl Device {
    pub(crate) fn new(number: u8) -> Self {
        let keys = DeviceKeys {
            signing: SigningSecret::from_seed(&[number; 32]),
            receiving: ReceivingSecret::from_bytes([number; 32]),
        };
        let mut device = Self { keys, chains: BTreeMap::new() };
        device.restart(0);
        device
    }

    /// New chains, as after a restore.
    pub(crate) fn restart(&mut self, salt: u8) {
        for log in [Log::Authority, Log::Registry] {
            let id = ChainId(derive8("azalai 1 test chain", &[&self.key().0, &[salt, log.kind().0]]));
            self.chains.insert(log, Chain { id, seq: 0, prev: None });
        }
    }

    pub(crate) fn key(&self) -> SigningPublic {
        self.keys.signing.public()
    }

    pub(crate) fn public(&self) -> DevicePublic {
        self.keys.public()
    }

    /// Cuts at the last statements that the device wrote.
    pub(crate) fn cuts(&self) -> Vec<Cut> {
        let cut = |chain: &Chain| chain.prev.map(|id| Cut { chain: chain.id, seq: chain.seq - 1, id });
        self.chains.values().filter_map(cut).collect()
    }
}

pub(crate) struct Project {
    pub(crate) root: Device,
    pub(crate) id: ProjectId,
    pub(crate) set: Vec<Verified<Statement>>,
}

pub(crate) fn area(code: &str) -> AreaCode {
    AreaCode::try_new(code).unwrap()
}

pub(crate) fn person(device: &Device) -> [u8; 16] {
    core::array::from_fn(|i| device.key().0[i])
}

pub(crate) fn grant(device: &Device, role: Role, code: Option<&str>) -> Act {
    Act::Grant {
        device: device.public(),
        pseudonym: "Aïcha".into(),
        role,
        area: code.map(area),
        person: person(device),
    }
}

pub(crate) fn bodies(codes: &[&str]) -> BTreeSet<BodyCode> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

pub(crate) fn marked(device: &Device, codes: &[&str]) -> Act {
    Act::Bodies { device: device.key(), bodies: bodies(codes) }
}

pub(crate) fn new_area(code: &str, parent: Option<&str>) -> Act {
    Act::Area { code: area(code), name: code.to_uppercase(), parent: parent.map(area) }
}

pub(crate) fn remove(device: &Device, cuts: Vec<Cut>) -> Act {
    Act::Remove { device: device.key(), cuts }
}

/// A certificate of a project with this root for a relay, by carrier key 9.
pub(crate) fn certificate(root: &SigningSecret, relay: &DevicePublic, number: u32) -> Vec<u8> {
    let posting = PostingPublic { epoch: 0, key: SigningSecret::from_seed(&[100; 32]).public() };
    certificate_of(posting, root, relay, number)
}

/// The same for another posting key than the founding's.
pub(crate) fn certificate_of(
    posting: PostingPublic,
    root: &SigningSecret,
    relay: &DevicePublic,
    number: u32,
) -> Vec<u8> {
    let carrier = SigningSecret::from_seed(&[9; 32]);
    let certified = CarrierCertificate::issue(root, &carrier.public());
    Certificate { carrier: certified, number, day: Day(21000), posting, relay: *relay }.issue(&carrier)
}

pub(crate) fn generation(circle: Circle, number: u32, salt: u8, posting: bool) -> Act {
    let key = SigningSecret::from_seed(&[salt; 32]).public();
    Act::NewGeneration {
        circle,
        key: ReceivingPublic([salt; 32]),
        number,
        posting: posting.then_some(PostingPublic { epoch: number, key }),
    }
}

pub(crate) fn invite(id: u8, role: Role, code: Option<&str>) -> Act {
    Act::Invite {
        id: [id; 16],
        role,
        area: code.map(area),
        one_time: one_time(id).public(),
        expires: Day(21000),
        person: None,
    }
}

pub(crate) fn one_time(id: u8) -> SigningSecret {
    SigningSecret::from_seed(&[id ^ 0xff; 32])
}

pub(crate) fn claim(project: &ProjectId, id: u8, device: &Device) -> Act {
    Act::Claim {
        invite: [id; 16],
        device: device.public(),
        pseudonym: "Moussa".into(),
        proof: prove_claim(&one_time(id), project, &device.public()),
    }
}

pub(crate) fn admit(device: &Device, role: Role, code: Option<&str>, id: InviteId) -> Act {
    Act::Admit {
        device: device.public(),
        pseudonym: "Moussa".into(),
        role,
        area: code.map(area),
        person: person(device),
        invite: id,
    }
}

impl Project {
    /// A project that nobody founded yet; its root is device 1.
    pub(crate) fn bare() -> Self {
        let root = Device::new(1);
        Self { id: project_id(&root.key()), root, set: Vec::new() }
    }

    /// Founded: areas north, north/gao and south; first keys of everyone and staff; posting epoch 0.
    pub(crate) fn founded() -> Self {
        let mut project = Self::bare();
        let acts = vec![
            project.found("Vigilance"),
            new_area("north", None),
            new_area("gao", Some("north")),
            new_area("south", None),
            generation(Circle::Everyone, 0, 100, true),
            generation(Circle::Staff, 0, 101, false),
            generation(Circle::AreaAndAbove(area("gao")), 0, 102, false),
        ];
        project.by_root(acts);
        project
    }

    pub(crate) fn found(&self, name: &str) -> Act {
        Act::Found {
            name: name.into(),
            carrier: CarrierCertificate::issue(&self.root.keys.signing, &SigningSecret::from_seed(&[99; 32]).public()),
            founder: self.root.public(),
            pseudonym: "Founder".into(),
        }
    }

    pub(crate) fn by_root(&mut self, acts: Vec<Act>) -> StatementId {
        let mut root = self.root.clone();
        let id = self.says(&mut root, Log::Authority, acts);
        self.root = root;
        id
    }

    /// Writes acts knowing everything.
    pub(crate) fn says(&mut self, device: &mut Device, log: Log, acts: Vec<Act>) -> StatementId {
        let after = self.roster().heads();
        self.says_after(device, log, acts, after)
    }

    /// Writes acts knowing what is said.
    pub(crate) fn says_after(
        &mut self,
        device: &mut Device,
        log: Log,
        acts: Vec<Act>,
        after: Vec<StatementId>,
    ) -> StatementId {
        let statement = self.statement(device, log, acts, after);
        let chain = device.chains.get_mut(&log).unwrap();
        chain.seq += 1;
        chain.prev = Some(statement.id());
        self.set.push(statement.clone());
        statement.id()
    }

    /// A statement at the device's place in its chain, not kept.
    pub(crate) fn statement(
        &self,
        device: &Device,
        log: Log,
        acts: Vec<Act>,
        after: Vec<StatementId>,
    ) -> Verified<Statement> {
        let body = LogEntry { after, acts }.encode().unwrap();
        let chain = &device.chains[&log];
        let document = log.document(&self.id, &self.root.key());
        sign(device, self.id, log.kind(), document, log.audience(&self.id), chain, &body)
    }

    /// Any other statement of a device.
    pub(crate) fn other(
        &self,
        device: &Device,
        kind: Kind,
        circle: &Circle,
        place: (u8, u64, Option<StatementId>),
    ) -> Verified<Statement> {
        let chain = Chain { id: ChainId([place.0; 8]), seq: place.1, prev: place.2 };
        sign(device, self.id, kind, DocumentId([5; 16]), circle.audience(&self.id), &chain, b"words")
    }

    pub(crate) fn roster(&self) -> Roster {
        Roster::from_statements(self.root.key(), &self.set)
    }
}

fn sign(
    device: &Device,
    project: ProjectId,
    kind: Kind,
    document: DocumentId,
    audience: AudienceId,
    chain: &Chain,
    body: &[u8],
) -> Verified<Statement> {
    let draft = Draft {
        kind,
        document,
        opens: None,
        chain: chain.id,
        seq: chain.seq,
        prev: chain.prev,
        authority: [0; 8],
        clock: Clock::at_ms(1),
        body,
    };
    draft.sign(&project, &audience, &device.keys.signing).unwrap()
}
