//! The bytes of acts, entries, key letters, receipts and invites: fixed, read back, of known length, and damage
//! never does more than an error.

use azalai_envelope::codec::DecodeError;
use azalai_envelope::{
    CarrierCertificate, ChainId, Day, DevicePublic, PostingKey, PostingPublic, ReceivingPublic, ReceivingSecret,
    Signature, SigningPublic, SigningSecret, StatementId,
};
use azalai_roster::{
    Act, Admission, Circle, ClaimNotice, Cut, HeldUp, InvitePackage, KeyLetter, LogEntry, Receipt, Role, What,
    introduced_key, limits, prove_claim,
};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::support::{Device, Project, area, bodies, claim, generation};

fn device() -> DevicePublic {
    DevicePublic { signing: SigningPublic([1; 32]), receiving: ReceivingPublic([2; 32]) }
}

/// The root's word for carrier key 9; Ed25519 signatures are deterministic.
fn carrier() -> CarrierCertificate {
    CarrierCertificate::issue(&SigningSecret::from_seed(&[7; 32]), &SigningPublic([9; 32]))
}

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Every act with its payload, written out by hand from the specification.
fn all() -> Vec<(Act, u8, Vec<u8>)> {
    let keys = join(&[&[1; 32], &[2; 32]]);
    let member = |role: u8, area: &[u8]| join(&[&keys, b"\x03Ali", &[role], area, &[3; 16]]);
    let carrier = carrier();
    let certified = join(&[&carrier.root.0, &[9; 32], &carrier.signature.0]);
    let posting = PostingPublic { epoch: 5, key: SigningPublic([6; 32]) };
    let cut = Cut { chain: ChainId([4; 8]), seq: 300, id: StatementId([5; 32]) };
    let certificate = crate::support::certificate(&SigningSecret::from_seed(&[7; 32]), &device(), 3);
    let (pseudonym, name) = ("Ali".to_owned(), "Gao".to_owned());
    vec![
        (
            Act::Found { name: name.clone(), carrier, founder: device(), pseudonym: pseudonym.clone() },
            1,
            join(&[b"\x03Gao", &certified, &keys, b"\x03Ali"]),
        ),
        (
            Act::Area { code: area("gao"), name: name.clone(), parent: Some(area("north")) },
            2,
            b"\x03gao\x03Gao\x01\x05north".to_vec(),
        ),
        (Act::Area { code: area("gao"), name: name.clone(), parent: None }, 2, b"\x03gao\x03Gao\x00".to_vec()),
        (
            Act::Grant {
                device: device(),
                pseudonym: pseudonym.clone(),
                role: Role::Coordinator,
                area: Some(area("gao")),
                person: [3; 16],
            },
            3,
            member(2, b"\x01\x03gao"),
        ),
        (Act::Relay { public: device(), label: name }, 4, join(&[&keys, b"\x03Gao"])),
        (
            Act::NewGeneration {
                circle: Circle::Everyone,
                key: ReceivingPublic([8; 32]),
                number: 7,
                posting: Some(posting),
            },
            5,
            join(&[b"\x08everyone", &[8; 32], &[0, 0, 0, 7, 1, 0, 0, 0, 5], &[6; 32]]),
        ),
        (
            Act::NewGeneration {
                circle: Circle::AreaAndAbove(area("gao")),
                key: ReceivingPublic([8; 32]),
                number: 7,
                posting: None,
            },
            5,
            join(&[b"\x0barea/gao/up", &[8; 32], &[0, 0, 0, 7, 0]]),
        ),
        (Act::Admission { how: Admission::ByHand }, 6, vec![1]),
        (Act::Admission { how: Admission::AtExchange }, 6, vec![2]),
        (
            Act::Bodies { device: SigningPublic([6; 32]), bodies: bodies(&["police", "army"]) },
            8,
            join(&[&[6; 32], b"\x02\x04army\x06police"]),
        ),
        (Act::Bodies { device: SigningPublic([6; 32]), bodies: bodies(&[]) }, 8, join(&[&[6; 32], &[0]])),
        (Act::Certificate { bytes: certificate.clone() }, 7, certificate),
        (
            Act::Invite {
                id: [4; 16],
                role: Role::Monitor,
                area: Some(area("gao")),
                one_time: SigningPublic([6; 32]),
                expires: Day(0x5208),
                person: Some([3; 16]),
            },
            17,
            join(&[&[4; 16], b"\x01\x01\x03gao", &[6; 32], &[0x52, 0x08, 1], &[3; 16]]),
        ),
        (
            Act::Claim { invite: [4; 16], device: device(), pseudonym: pseudonym.clone(), proof: Signature([5; 64]) },
            18,
            join(&[&[4; 16], &keys, b"\x03Ali", &[5; 64]]),
        ),
        (
            Act::Admit {
                device: device(),
                pseudonym,
                role: Role::Steward,
                area: None,
                person: [3; 16],
                invite: [4; 16],
            },
            19,
            join(&[&member(3, b"\x00"), &[4; 16]]),
        ),
        (Act::Revoke { invite: [4; 16] }, 20, vec![4; 16]),
        (
            Act::Remove { device: SigningPublic([1; 32]), cuts: vec![cut] },
            32,
            join(&[&[1; 32], &[1], &[4; 8], &[0xac, 0x02], &[5; 32]]),
        ),
        (Act::Adopt { statements: vec![StatementId([5; 32])] }, 33, join(&[&[1], &[5; 32]])),
        (Act::Unknown { tag: 200, bytes: vec![1, 2, 3] }, 200, vec![1, 2, 3]),
    ]
}

fn varint(value: usize) -> Vec<u8> {
    if value < 128 { vec![value as u8] } else { vec![(value & 127) as u8 | 128, (value >> 7) as u8] }
}

/// Guards against a change of the bytes that existing logs are written in.
#[test]
fn every_act_has_the_bytes_of_the_specification() {
    for (act, tag, payload) in all() {
        let after = vec![StatementId([1; 32]), StatementId([2; 32])];
        let expected = join(&[&[1, 2], &[1; 32], &[2; 32], &[1, tag], &varint(payload.len()), &payload]);
        let entry = LogEntry { after, acts: vec![act] };
        assert_eq!(entry.encode().unwrap(), expected, "{entry:?}");
        assert_eq!(LogEntry::decode(&expected).unwrap(), entry);
    }
}

/// Guards against acts that are lost or change places when several stand in one statement.
#[test]
fn an_entry_of_all_acts_is_read_back_and_an_unknown_one_is_kept() {
    let acts: Vec<Act> = all().into_iter().map(|(act, ..)| act).collect();
    let entry = LogEntry { after: vec![], acts };
    let bytes = entry.encode().unwrap();
    assert_eq!(LogEntry::decode(&bytes).unwrap(), entry);
    assert_eq!(bytes.len(), 3 + all().iter().map(|(_, _, p)| 1 + varint(p.len()).len() + p.len()).sum::<usize>());
}

/// Guards against two encodings of one entry: lists are put in order when written and refused out of order.
#[test]
fn lists_have_one_order() {
    let ids = [StatementId([2; 32]), StatementId([1; 32]), StatementId([2; 32])];
    let cut = |chain| Cut { chain: ChainId([chain; 8]), seq: 0, id: StatementId([0; 32]) };
    let remove = |cuts| Act::Remove { device: SigningPublic([1; 32]), cuts };
    let entry = LogEntry { after: ids.to_vec(), acts: vec![remove(vec![cut(2), cut(1)])] };
    let read = LogEntry::decode(&entry.encode().unwrap()).unwrap();
    assert_eq!(read.after, [ids[1], ids[0]]);
    assert_eq!(read.acts, [remove(vec![cut(1), cut(2)])]);
    let swapped = join(&[&[1, 2], &[2; 32], &[1; 32], &[1, 200, 0]]);
    assert!(matches!(LogEntry::decode(&swapped), Err(DecodeError::Invalid { field: "after", .. })));
    let twice = LogEntry { after: vec![], acts: vec![remove(vec![cut(1), cut(1)])] };
    assert!(matches!(twice.encode(), Err(DecodeError::Invalid { field: "cuts", .. })));
}

/// Guards against a list of bodies with two forms, whose statements would differ and say the same.
#[test]
fn bodies_stand_in_order_each_once_under_codes_alone() {
    let entry = |list: &[u8]| {
        let payload = join(&[&[6; 32], list]);
        LogEntry::decode(&join(&[&[1, 0, 1, 8, payload.len() as u8], &payload]))
    };
    let good = entry(b"\x02\x04army\x06police").unwrap().acts;
    assert_eq!(good, [Act::Bodies { device: SigningPublic([6; 32]), bodies: bodies(&["police", "army"]) }]);
    for wrong in [
        &b"\x02\x06police\x04army"[..],
        b"\x02\x04army\x04army",
        b"\x01\x04Army",
        b"\x01\x00",
        b"\x01",
        b"\x11",
        b"\x00\x00",
    ] {
        assert!(entry(wrong).is_err(), "{wrong:?}");
    }
}

/// Guards against a third way of admitting that one program takes for one of the two and another for none.
#[test]
fn admission_is_by_hand_or_at_an_exchange_and_nothing_else() {
    let entry = |payload: &[u8]| LogEntry::decode(&join(&[&[1, 0, 1, 6, payload.len() as u8], payload]));
    let how = |payload| entry(payload).unwrap().acts;
    assert_eq!(how(&[1]), [Act::Admission { how: Admission::ByHand }]);
    assert_eq!(how(&[2]), [Act::Admission { how: Admission::AtExchange }]);
    for wrong in [&[0][..], &[3], &[255], &[], &[2, 0]] {
        assert!(entry(wrong).is_err(), "{wrong:?}");
    }
}

/// Guards against signing what others refuse to read.
#[test]
fn nothing_over_a_limit_is_written() {
    let one = Act::Revoke { invite: [0; 16] };
    let entry = |after: usize, acts: usize| LogEntry {
        after: (0..after).map(|i| StatementId([i as u8; 32])).collect(),
        acts: vec![one.clone(); acts],
    };
    assert!(entry(limits::MAX_AFTER, limits::MAX_ACTS).encode().is_ok());
    assert!(matches!(entry(limits::MAX_AFTER + 1, 1).encode(), Err(DecodeError::TooLarge { field: "after", .. })));
    assert!(matches!(entry(0, limits::MAX_ACTS + 1).encode(), Err(DecodeError::TooLarge { field: "acts", .. })));
    assert_eq!(LogEntry::decode(&entry(3, 0).encode().unwrap()).unwrap(), entry(3, 0), "it only brings heads together");
    let act = |act| LogEntry { after: vec![], acts: vec![act] }.encode();
    for name in ["", "  ", "two\nlines", &"x".repeat(limits::MAX_NAME_BYTES + 1)] {
        assert!(act(Act::Area { code: area("a"), name: name.into(), parent: None }).is_err(), "{name:?}");
    }
    let grant = |role| act(Act::Grant { device: device(), pseudonym: "A".into(), role, area: None, person: [0; 16] });
    assert!(grant(Role::Steward).is_ok() && grant(Role::Monitor).is_err());
    assert!(act(generation(Circle::Staff, 0, 1, true)).is_err(), "a posting key with another circle");
}

/// Guards against damage that is read as something else without an error, and against panics.
#[test]
fn a_perturbed_entry_is_an_error_or_is_written_back_as_it_is() {
    let entry = LogEntry { after: vec![StatementId([1; 32])], acts: all().into_iter().map(|(act, ..)| act).collect() };
    let bytes = entry.encode().unwrap();
    perturb(&bytes, |damaged| LogEntry::decode(damaged).map(|entry| entry.encode().unwrap()));
    let mut newer = bytes;
    newer[0] = 2;
    assert!(matches!(LogEntry::decode(&newer), Err(DecodeError::UnknownVersion { got: 2, .. })));
}

/// Cuts short, flips, inserts and overwrites; whatever is read must be written as the same bytes.
fn perturb(bytes: &[u8], read: impl Fn(&[u8]) -> Result<Vec<u8>, DecodeError>) {
    assert_eq!(read(bytes).unwrap(), bytes);
    for length in 0..bytes.len() {
        assert!(read(&bytes[..length]).is_err(), "cut to {length}");
    }
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..3000 {
        let mut damaged = bytes.to_vec();
        for _ in 0..=rng.next_u32() % 3 {
            let at = rng.next_u32() as usize % damaged.len();
            match rng.next_u32() % 3 {
                0 => damaged[at] ^= 1 << (rng.next_u32() % 8),
                1 => damaged.insert(at, rng.next_u32() as u8),
                _ => damaged[at] = [0, 127, 128, 255][rng.next_u32() as usize % 4],
            }
        }
        if let Ok(again) = read(&damaged) {
            assert_eq!(again, damaged);
        }
    }
    let mut long = bytes.to_vec();
    long.push(0);
    assert!(matches!(read(&long), Err(DecodeError::Trailing { extra: 1, .. })));
}

/// Guards against a claim that introduces two devices, of which the verifier would choose one.
#[test]
fn a_claim_introduces_exactly_one_key() {
    let (one, two, project) = (Device::new(1), Device::new(2), Project::bare());
    let body = |acts| LogEntry { after: vec![], acts }.encode().unwrap();
    let claims = |device| claim(&project.id, 1, device);
    assert_eq!(introduced_key(&body(vec![claims(&one)])), Some(one.key()));
    assert_eq!(introduced_key(&body(vec![claims(&one), claims(&two)])), None);
    assert_eq!(introduced_key(&body(vec![Act::Revoke { invite: [0; 16] }])), None);
    assert_eq!(introduced_key(b"not an entry"), None);
}

/// Guards against a proof that a claim of another project or device could use again.
#[test]
fn a_proof_is_for_one_project_and_device() {
    let (one, two, key) = (Device::new(1), Device::new(2), SigningSecret::from_seed(&[3; 32]));
    let (here, there) = (Project::bare().id, azalai_envelope::ProjectId([0; 32]));
    let proof = prove_claim(&key, &here, &one.public());
    assert_ne!(proof, prove_claim(&key, &there, &one.public()));
    assert_ne!(proof, prove_claim(&key, &here, &two.public()));
}

fn letter() -> KeyLetter {
    KeyLetter {
        circles: vec![(Circle::Staff, ReceivingSecret::from_bytes([4; 32]))],
        posting: vec![PostingKey { epoch: 3, secret: SigningSecret::from_seed(&[5; 32]) }],
        carrier: Some(SigningSecret::from_seed(&[6; 32])),
    }
}

/// Guards against keys that a member cannot read any more.
#[test]
fn a_key_letter_has_fixed_bytes_and_damage_is_an_error() {
    let expected = join(&[&[1, 1], b"\x05staff", &[4; 32], &[1, 0, 0, 0, 3], &[5; 32], &[1], &[6; 32]]);
    let bytes = letter().encode().unwrap();
    assert_eq!(*bytes, expected);
    perturb(&bytes, |damaged| KeyLetter::decode(damaged).map(|letter| letter.encode().unwrap().to_vec()));
    let key = (Circle::Staff, ReceivingSecret::from_bytes([4; 32]));
    let big = KeyLetter { circles: vec![key; limits::MAX_LETTER_KEYS + 1], ..KeyLetter::default() };
    assert!(matches!(big.encode(), Err(DecodeError::TooLarge { field: "circle keys", .. })));
}

/// Guards against a letter that slips a member keys which nobody else uses.
#[test]
fn a_letter_brings_only_keys_that_the_roster_names() {
    let mut project = Project::founded();
    let secret = ReceivingSecret::from_bytes([4; 32]);
    let posting = PostingKey { epoch: 3, secret: SigningSecret::from_seed(&[5; 32]) };
    let everyone = Act::NewGeneration {
        circle: Circle::Everyone,
        key: secret.public(),
        number: 3,
        posting: Some(posting.public()),
    };
    project.by_root(vec![everyone]);
    let roster = project.roster();
    let mut letter = letter();
    letter.circles.push((Circle::Everyone, secret));
    letter.posting.push(PostingKey { epoch: 4, secret: SigningSecret::from_seed(&[5; 32]) });
    let kept = letter.accept(&roster);
    let circles: Vec<&Circle> = kept.circles.iter().map(|(circle, _)| circle).collect();
    assert_eq!(circles, [&Circle::Everyone], "the same key, but of another circle, is none");
    assert_eq!(kept.posting.iter().map(|key| key.epoch).collect::<Vec<_>>(), [3]);
    assert!(kept.carrier.is_none());
    let good = KeyLetter { carrier: Some(SigningSecret::from_seed(&[99; 32])), ..KeyLetter::default() };
    assert!(good.accept(&roster).carrier.is_some());
}

/// Guards against a newcomer who is told another thing than what was written, or of anybody else.
#[test]
fn a_claim_notice_has_fixed_bytes_and_damage_is_an_error() {
    for (why, byte) in [(HeldUp::ClaimedTwice, 1), (HeldUp::InviteEnded, 2)] {
        let notice = ClaimNotice { invite: [7; 16], why };
        let bytes = notice.encode();
        assert_eq!(bytes, [&[1][..], &[7; 16], &[byte]].concat());
        assert_eq!(ClaimNotice::decode(&bytes).unwrap(), notice);
        perturb(&bytes, |damaged| ClaimNotice::decode(damaged).map(|notice| notice.encode()));
    }
    assert!(ClaimNotice::decode(&[&[1][..], &[7; 16], &[3]].concat()).is_err());
}

/// Guards against receipts that a shedding device misreads.
#[test]
fn a_receipt_has_fixed_bytes_and_damage_is_an_error() {
    let receipt = Receipt { what: What::ActedOn, statements: vec![StatementId([2; 32]), StatementId([1; 32])] };
    let bytes = receipt.encode().unwrap();
    assert_eq!(bytes, join(&[&[1, 2, 2], &[1; 32], &[2; 32]]));
    perturb(&bytes, |damaged| Receipt::decode(damaged).map(|receipt| receipt.encode().unwrap()));
    let opened = Receipt { what: What::Opened, statements: vec![StatementId([1; 32])] };
    assert_eq!(Receipt::decode(&opened.encode().unwrap()).unwrap(), opened);
    let many = (0..=limits::MAX_RECEIPT_IDS as u16).map(|i| {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&i.to_be_bytes());
        StatementId(id)
    });
    let many = Receipt { what: What::Opened, statements: many.collect() };
    assert!(matches!(many.encode(), Err(DecodeError::TooLarge { .. })));
    assert!(Receipt { what: What::Opened, statements: vec![] }.encode().is_err());
}

/// Guards against invites that a newer device cannot read, or that grow past a file's limit.
#[test]
fn an_invite_package_has_fixed_bytes_and_a_limit() {
    let package = InvitePackage {
        root: SigningPublic([1; 32]),
        statements: vec![(SigningPublic([2; 32]), vec![7, 8, 9])],
        posting: PostingKey { epoch: 3, secret: SigningSecret::from_seed(&[5; 32]) },
        invite: [4; 16],
        one_time: SigningSecret::from_seed(&[6; 32]),
        role: Role::Monitor,
        area: Some(area("gao")),
        expires: Day(0x5208),
    };
    let head = join(&[&[1], &[1; 32], &[1], &[2; 32], &[3, 7, 8, 9], &[0, 0, 0, 3], &[5; 32]]);
    let expected = join(&[&head, &[4; 16], &[6; 32], b"\x01\x01\x03gao", &[0x52, 0x08]]);
    let bytes = package.encode().unwrap();
    assert_eq!(*bytes, expected);
    perturb(&bytes, |damaged| InvitePackage::decode(damaged).map(|package| package.encode().unwrap().to_vec()));
    let statements = vec![(SigningPublic([2; 32]), vec![0; 60_000]); 5];
    let big = InvitePackage { statements, ..package };
    assert!(matches!(big.encode(), Err(DecodeError::TooLarge { field: "invite", .. })));
}
