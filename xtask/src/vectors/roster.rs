//! Vectors of `docs/spec/roster.md`: each act of the two logs, key letters, members' receipts, invites.

use azalai_envelope::codec::Writer;
use azalai_envelope::{
    ChainId, Day, Draft, PostingKey, ReceivingSecret, SigningPublic, Statement, StatementId, Verified,
};
use azalai_roster::{
    Act, Admission, AreaCode, Carried, Circle, Cut, EvidencePackage, InvitePackage, KeyLetter, Log, LogEntry,
    MemberState, Receipt, Role, Vouched, What, prove_claim,
};
use serde_json::{Value, json};

use super::keys::*;
use super::{File, Set, cut, flipped, frame, with_byte};

const INVITE: [u8; 16] = [0x61; 16];
const PERSON: [u8; 16] = [0x62; 16];

/// The key that the invite carries.
fn one_time() -> azalai_envelope::SigningSecret {
    signing(12)
}

fn area() -> Result<AreaCode, String> {
    AreaCode::try_new("ml-gao").map_err(|error| error.to_string())
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

pub(super) fn files() -> Result<Vec<File>, String> {
    [entries()?, claims()?, letters()?, receipts()?, invites()?, evidence()?].into_iter().map(Set::file).collect()
}

/// One of each act, with its name.
fn bodies(codes: &[&str]) -> Result<std::collections::BTreeSet<azalai_roster::BodyCode>, String> {
    codes.iter().map(|code| code.parse().map_err(text)).collect()
}

fn acts() -> Result<Vec<(&'static str, Act)>, String> {
    let device = device().public();
    let (pseudonym, code) = ("heron".to_owned(), Some(area()?));
    let key = ReceivingSecret::from_bytes([13; 32]).public();
    Ok(vec![
        (
            "found",
            Act::Found {
                name: "Veille du Liptako".to_owned(),
                carrier: carrier_certificate(),
                founder: device,
                pseudonym: "baobab".to_owned(),
            },
        ),
        ("area without parent", Act::Area { code: area()?, name: "Région de Gao".to_owned(), parent: None }),
        (
            "area with parent",
            Act::Area {
                code: AreaCode::try_new("ml-gao-ans").map_err(text)?,
                name: "Cercle d'Ansongo".to_owned(),
                parent: code.clone(),
            },
        ),
        (
            "grant to a coordinator",
            Act::Grant {
                device,
                pseudonym: pseudonym.clone(),
                role: Role::Coordinator,
                area: code.clone(),
                person: PERSON,
            },
        ),
        (
            "grant to a steward",
            Act::Grant { device, pseudonym: pseudonym.clone(), role: Role::Steward, area: None, person: PERSON },
        ),
        ("relay", Act::Relay { public: relay().public(), label: "town hall".to_owned() }),
        (
            "new generation of everyone with a posting key",
            Act::NewGeneration { circle: Circle::Everyone, key, number: 2, posting: Some(posting().public()) },
        ),
        ("new generation of the staff", Act::NewGeneration { circle: Circle::Staff, key, number: 1, posting: None }),
        (
            "new generation of an area",
            Act::NewGeneration { circle: Circle::Area(area()?), key, number: 1, posting: None },
        ),
        (
            "new generation of an area and above",
            Act::NewGeneration { circle: Circle::AreaAndAbove(area()?), key, number: 1, posting: None },
        ),
        ("admission by hand", Act::Admission { how: Admission::ByHand }),
        ("admission at an exchange", Act::Admission { how: Admission::AtExchange }),
        ("bodies of a member", Act::Bodies { device: device.signing, bodies: bodies(&["army", "police"])? }),
        ("no body any more", Act::Bodies { device: device.signing, bodies: bodies(&[])? }),
        ("a relay's certificate", Act::Certificate { bytes: certificate().issue(&carrier()) }),
        (
            "invite of a monitor",
            Act::Invite {
                id: INVITE,
                role: Role::Monitor,
                area: code.clone(),
                one_time: one_time().public(),
                expires: Day(DAY.0 + 30),
                person: None,
            },
        ),
        (
            "invite for another device of a person",
            Act::Invite {
                id: INVITE,
                role: Role::Steward,
                area: None,
                one_time: one_time().public(),
                expires: DAY,
                person: Some(PERSON),
            },
        ),
        ("claim", claim()),
        ("admit", Act::Admit { device, pseudonym, role: Role::Monitor, area: code, person: PERSON, invite: INVITE }),
        ("revoke", Act::Revoke { invite: INVITE }),
        (
            "remove with two cuts",
            Act::Remove {
                device: device.signing,
                cuts: vec![
                    Cut { chain: CHAIN, seq: 300, id: StatementId([0x71; 32]) },
                    Cut { chain: ChainId([0x32; 8]), seq: 0, id: StatementId([0x72; 32]) },
                ],
            },
        ),
        ("remove without cuts", Act::Remove { device: device.signing, cuts: Vec::new() }),
        ("adopt", Act::Adopt { statements: vec![StatementId([0x71; 32]), StatementId([0x72; 32])] }),
        ("an act of tomorrow, kept as it is", Act::Unknown { tag: 200, bytes: vec![1, 2, 3] }),
    ])
}

fn claim() -> Act {
    let device = device().public();
    let proof = prove_claim(&one_time(), &project(), &device);
    Act::Claim { invite: INVITE, device, pseudonym: "acacia".to_owned(), proof }
}

fn entry(after: &[StatementId], acts: Vec<Act>) -> Result<Vec<u8>, String> {
    LogEntry { after: after.to_vec(), acts }.encode().map_err(text)
}

/// An entry of one act laid out by hand.
fn by_hand(tag: u8, act: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(1).varint(0).varint(1).u8(tag).bytes(act);
    writer.finish()
}

fn entries() -> Result<Set, String> {
    let mut set = Set::new(
        "roster/log-entries",
        "Bodies of log statements: one of each act, several, and what no reader takes. Keys as in envelope/; one-time \
         key 0c, next generation 0d.",
    );
    let with = json!({});
    let heads = [StatementId([0x81; 32]), StatementId([0x82; 32])];
    let all = acts()?;
    for (name, act) in &all {
        set.good(name, "log entry", &with, &entry(&heads, vec![act.clone()])?);
    }
    let first: Vec<Act> = all.iter().take(8).map(|(_, act)| act.clone()).collect();
    let good = entry(&[], first)?;
    set.good("a founding statement of eight acts, after nothing", "log entry", &with, &good);

    frame(&mut set, "log entry", &with, &good);
    set.good("no act: it brings heads together", "log entry", &with, &[1, 0, 0]);
    set.bad("65 acts", "log entry", &with, &[1, 0, 65]);
    let two = |a: u8, b: u8| [&[1, 2][..], &[a; 32], &[b; 32], &[1, 20, 16], &INVITE].concat();
    set.good("after two, in order", "log entry", &with, &two(1, 2));
    set.bad("after two, not in order", "log entry", &with, &two(2, 1));
    set.bad("after one twice", "log entry", &with, &two(1, 1));
    set.bad("an act with a byte too many", "log entry", &with, &by_hand(20, &[0x61; 17]));
    set.bad("an act cut short", "log entry", &with, &by_hand(20, &[0x61; 15]));
    set.bad("an empty area name", "log entry", &with, &by_hand(2, b"\x06ml-gao\x00\x00"));
    set.bad("a control character in a name", "log entry", &with, &by_hand(2, b"\x06ml-gao\x02a\x1b\x00"));
    set.bad("an area code in capitals", "log entry", &with, &by_hand(2, b"\x06ML-GAO\x01a\x00"));
    set.bad("an empty area code", "log entry", &with, &by_hand(2, b"\x00\x01a\x00"));
    set.bad("a flag that is neither 0 nor 1", "log entry", &with, &by_hand(2, b"\x06ml-gao\x01a\x02"));
    let device = device().public().signing.0;
    let cuts = |chains: [u8; 2]| {
        let cut = |chain: u8| [&[chain; 8][..], &[0], &[0x71; 32]].concat();
        let [first, second] = chains;
        by_hand(32, &[&device[..], &[2], &cut(first), &cut(second)].concat())
    };
    set.good("cuts in order of chains", "log entry", &with, &cuts([1, 2]));
    set.bad("cuts not in order of chains", "log entry", &with, &cuts([2, 1]));
    set.bad("a chain that is cut twice", "log entry", &with, &cuts([1, 1]));
    set.bad("admission in a way that is none", "log entry", &with, &by_hand(6, &[0]));
    set.bad("admission in a third way", "log entry", &with, &by_hand(6, &[3]));
    set.bad("nothing adopted", "log entry", &with, &by_hand(33, &[0]));
    let monitor = Act::Admit {
        device: super::keys::device().public(),
        pseudonym: "acacia".to_owned(),
        role: Role::Monitor,
        area: None,
        person: PERSON,
        invite: INVITE,
    };
    let admitted = entry(&[], vec![monitor])?;
    // version, nothing before, one act, then its tag and length; the invite is what a grant does not have.
    let member = admitted.get(5..admitted.len().saturating_sub(16)).unwrap_or_default();
    set.bad("a monitor granted in the authority log", "log entry", &with, &by_hand(3, member));
    let carrier = entry(&[], vec![all.first().ok_or("no act")?.1.clone()])?;
    let root_signature = isize::try_from(carrier.len()).unwrap_or_default() - 64 - 7 - 1;
    set.bad("a carrier that the root did not certify", "log entry", &with, &flipped(&carrier, root_signature));
    let generation = |circle: &str, posting: u8| {
        let mut writer = Writer::new();
        writer.text(circle).raw(&[0x0d; 32]).u32(1).u8(posting);
        if posting == 1 {
            writer.u32(8).raw(&signing(5).public().0);
        }
        by_hand(5, &writer.finish())
    };
    set.bad("a posting key with the staff's generation", "log entry", &with, &generation("staff", 1));
    set.bad("a circle that is none", "log entry", &with, &generation("stewards", 0));
    Ok(set)
}

/// A log statement of the device that claims.
fn introduced(acts: Vec<Act>, log: Log) -> Result<Verified<Statement>, String> {
    let body = entry(&[], acts)?;
    let draft = Draft {
        kind: log.kind(),
        document: log.document(&project(), &root().public()),
        opens: None,
        chain: CHAIN,
        seq: 0,
        prev: None,
        authority: AUTHORITY,
        clock: CLOCK,
        body: &body,
    };
    draft.sign(&project(), &log.audience(&project()), &device().signing).map_err(text)
}

fn claims() -> Result<Set, String> {
    let mut set = Set::new(
        "roster/introductions",
        "Statements that introduce their author: the key is read from the claim inside, then used for the check.",
    );
    let audience = Log::Registry.audience(&project()).to_string();
    let with = json!({ "project": project().to_string(), "audience": audience });
    let good = introduced(vec![claim()], Log::Registry)?;
    set.good("a claim", "introduction", &with, good.bytes());
    set.bad("a claim with another signature", "introduction", &with, &flipped(good.bytes(), -64));
    let elsewhere = but(with.clone(), "project", foreign_project().to_string());
    set.bad("a claim in another project", "introduction", &elsewhere, good.bytes());
    let none = introduced(vec![Act::Revoke { invite: INVITE }], Log::Registry)?;
    set.bad("no claim inside", "introduction", &with, none.bytes());
    let proof = prove_claim(&one_time(), &project(), &relay().public());
    let other = Act::Claim { invite: INVITE, device: relay().public(), pseudonym: "ibis".to_owned(), proof };
    let other_alone = introduced(vec![other.clone()], Log::Registry)?;
    set.bad("a claim for another device than the author", "introduction", &with, other_alone.bytes());
    let both = introduced(vec![claim(), other], Log::Registry)?;
    set.bad("claims for two devices", "introduction", &with, both.bytes());
    Ok(set)
}

fn letters() -> Result<Set, String> {
    let mut set = Set::new("roster/key-letters", "Secret keys for one member. Keys as in envelope/.");
    let with = json!({});
    let letter = KeyLetter {
        circles: vec![
            (Circle::Everyone, circle()),
            (Circle::AreaAndAbove(area()?), ReceivingSecret::from_bytes([13; 32])),
        ],
        posting: vec![posting(), PostingKey { epoch: 8, secret: signing(14) }],
        carrier: Some(carrier()),
    };
    let good = letter.encode().map_err(text)?;
    set.good("two circles, two posting keys, the carrier", "key letter", &with, &good);
    set.good("nothing", "key letter", &with, &KeyLetter::default().encode().map_err(text)?);
    frame(&mut set, "key letter", &with, &good);
    set.bad("a carrier flag that is neither 0 nor 1", "key letter", &with, &[1, 0, 0, 2]);
    set.bad("1025 circle keys announced", "key letter", &with, &[1, 0x81, 0x08]);
    set.bad("257 posting keys announced", "key letter", &with, &[1, 0, 0x81, 0x02]);
    set.bad("a circle that is none", "key letter", &with, &[&[1, 1, 3][..], b"all", &[13; 32], &[0, 0]].concat());
    Ok(set)
}

fn receipts() -> Result<Set, String> {
    let mut set = Set::new("roster/receipts", "Members' receipts: not to be taken for a relay's.");
    let with = json!({});
    let statements = vec![StatementId([0x71; 32]), StatementId([0x72; 32])];
    let receipt = |what| Receipt { what, statements: statements.clone() }.encode().map_err(text);
    let good = receipt(What::Opened)?;
    set.good("two opened", "receipt", &with, &good);
    set.good("two acted on", "receipt", &with, &receipt(What::ActedOn)?);
    frame(&mut set, "receipt", &with, &good);
    set.bad("neither opened nor acted on", "receipt", &with, &with_byte(&good, 1, |_| 3));
    set.bad("for nothing", "receipt", &with, &[1, 1, 0]);
    set.bad("257 announced", "receipt", &with, &[1, 1, 0x81, 0x02]);
    let ids = |a: u8, b: u8| [&[1, 1, 2][..], &[a; 32], &[b; 32]].concat();
    set.bad("not in order", "receipt", &with, &ids(2, 1));
    set.bad("one twice", "receipt", &with, &ids(1, 1));
    Ok(set)
}

fn invites() -> Result<Set, String> {
    let mut set = Set::new("roster/invites", "What an invite brings, before it is sealed under words.");
    let with: Value = json!({});
    let found = acts()?.into_iter().take(1).map(|(_, act)| act).collect();
    let author: SigningPublic = device().signing.public();
    let package = InvitePackage {
        root: root().public(),
        statements: vec![(author, introduced(found, Log::Authority)?.bytes().to_vec())],
        posting: posting(),
        invite: INVITE,
        one_time: one_time(),
        role: Role::Monitor,
        area: Some(area()?),
        expires: Day(DAY.0 + 30),
    };
    let good = package.encode().map_err(text)?;
    set.good("for a monitor", "invite", &with, &good);
    let steward = InvitePackage { role: Role::Steward, area: None, statements: Vec::new(), ..package };
    set.good("for a steward, without a log", "invite", &with, &steward.encode().map_err(text)?);
    frame(&mut set, "invite", &with, &good);
    let short = steward.encode().map_err(text)?;
    set.bad("a role that is none", "invite", &with, &with_byte(&short, -4, |_| 4));
    set.bad("an area flag that is neither 0 nor 1", "invite", &with, &with_byte(&short, -3, |_| 2));
    set.bad("4097 statements announced", "invite", &with, &[&[1; 33][..], &[0x81, 0x20]].concat());
    set.bad("nothing", "invite", &with, &cut(&[1]));
    Ok(set)
}

/// Packages of evidence. What is in them is checked by another reader: here it is any bytes.
fn evidence() -> Result<Set, String> {
    let mut set = Set::new("roster/evidence", "Packages of evidence: their form and the signature of who made them.");
    let carried = |n: u8| Carried {
        author: signing(n).public(),
        audience: azalai_envelope::AudienceId([n; 16]),
        bytes: vec![n; 5],
    };
    let package = EvidencePackage {
        root: root().public(),
        maker: author().public(),
        made_ms: 1_795_000_000_000,
        kind: azalai_envelope::Kind::INCIDENT,
        document: azalai_envelope::DocumentId([0x42; 16]),
        statements: vec![carried(21), carried(22)],
        vouched: vec![
            Vouched { author: signing(21).public(), state: Some(MemberState::Confirmed), role: Some(Role::Monitor) },
            Vouched { author: signing(22).public(), state: None, role: None },
        ],
    };
    let good = package.clone().sign(&author()).map_err(text)?;
    set.good("an incident with two statements", "evidence", &json!({}), &good);
    let one = EvidencePackage { statements: vec![carried(21)], vouched: Vec::new(), ..package };
    let one = one.sign(&author()).map_err(text)?;
    set.good("one statement, nobody vouched", "evidence", &json!({}), &one);
    set.bad("another beginning", "evidence", &json!({}), &flipped(&good, 0));
    set.bad("version 2", "evidence", &json!({}), &with_byte(&good, 16, |_| 2));
    set.bad("cut short", "evidence", &json!({}), &cut(&good));
    set.bad("a byte too many", "evidence", &json!({}), &super::longer(&good));
    set.bad("another root key", "evidence", &json!({}), &flipped(&good, 17));
    set.bad("another time", "evidence", &json!({}), &flipped(&good, 88));
    set.bad("a kind that it is never about", "evidence", &json!({}), &with_byte(&good, 89, |_| 7));
    set.bad("no statement", "evidence", &json!({}), &with_byte(&one, 106, |_| 0));
    set.bad("a changed statement", "evidence", &json!({}), &flipped(&one, 156));
    set.bad("a state that there is not", "evidence", &json!({}), &with_byte(&good, -66, |_| 6));
    set.bad("a role that there is not", "evidence", &json!({}), &with_byte(&good, -65, |_| 4));
    set.bad("another signature", "evidence", &json!({}), &flipped(&good, -1));
    Ok(set)
}
