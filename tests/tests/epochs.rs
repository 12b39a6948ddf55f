//! Posting keys and certificates as time goes by: relays that are behind, days that go on, and letters of members that
//! cannot be read and must stop nobody.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use azalai_envelope::{Certificate, Day, EnvelopeId, Kind};
use azalai_model::{ReportFields, Tlp};
use azalai_roster::{Circle, Role};
use azalai_sync::Found;
use azalai_testkit::attacker::{Attacker, bundle};
use azalai_testkit::member::TestNode;
use azalai_testkit::world::MINUTE_MS;
use azalai_testkit::{Community, DirectLink, Member, TestRelay};
use futures_lite::future::block_on;

const DAY_MS: u64 = 86_400_000;

fn carried(node: &TestNode) -> BTreeSet<EnvelopeId> {
    node.carrier().read(|index| index.iter().map(|(id, _)| *id).filter(|id| index.holds(id)).collect())
}

fn held(found: Found) -> Option<Vec<u8>> {
    if let Found::Held(bytes) = found { Some(bytes) } else { None }
}

/// The day of the newest certificate of the community's relay that a steward's device made known by itself.
fn certified(member: &Member) -> Option<Day> {
    let relay = member.node.roster().relays().first()?.certificate.clone()?;
    Some(Certificate::parse(&relay).unwrap().day)
}

/// Guards against a device that no relay lets in: a neighbour handed it the new posting key, and not the act with the
/// certificate that tells relays of it.
#[test]
fn a_new_posting_key_without_its_certificate_shuts_nobody_out_of_a_relay() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    c.report("heron", "For those of the valley", Tlp::Green).unwrap();
    c.visit("heron").unwrap();
    let now_ms = c.now_ms;
    let acacia = c.who("acacia");
    let before = carried(&acacia.node);
    block_on(acacia.node.rotate(&[Circle::Everyone], now_ms)).unwrap();
    block_on(acacia.node.get_ready(now_ms)).unwrap();
    let new: Vec<EnvelopeId> = carried(&acacia.node).difference(&before).copied().collect();
    let all = carried(&acacia.node);
    let letters: Vec<_> = block_on(acacia.node.carrier().get(&all.iter().copied().collect::<Vec<_>>())).unwrap();
    let letters: Vec<(EnvelopeId, Vec<u8>)> =
        all.into_iter().zip(letters).filter_map(|(id, found)| Some((id, held(found)?))).collect();
    let swift = c.who("swift").asleep();
    let mut cases = 0;
    for without in new {
        let mut swift = Member::wake(&swift, 6);
        let others = letters.iter().filter(|(id, _)| *id != without).map(|(_, bytes)| bytes.clone());
        block_on(swift.node.import_bundle(&bundle(&others.collect::<Vec<_>>()))).unwrap();
        let current = c.who("acacia").node.roster().posting();
        let certificate = swift.node.roster().relays()[0].certificate.clone();
        let told = certificate.and_then(|bytes| Certificate::parse(&bytes).ok()).map(|it| it.posting) == current;
        if swift.node.roster().posting() != current || told {
            continue;
        }
        cases += 1;
        let relay = c.relay.copy();
        let mut link = DirectLink::new(relay.responder(), 7, now_ms);
        swift.exchange(&mut link, now_ms).unwrap();
        let green = block_on(swift.node.reports()).unwrap();
        assert!(green.iter().any(|view| view.row.fields.narrative == "For those of the valley"), "it fetches");
    }
    assert!(cases > 0, "no letter without which swift knows the key and not the certificate");
}

/// Guards against a project that issues no certificate for two months, after which all letters would bear one day.
#[test]
fn a_stewards_device_renews_certificates_so_that_days_go_on() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    c.now_ms += 10 * DAY_MS;
    c.settle();
    assert_eq!(certified(c.who("acacia")), None, "not with every visit");
    for _ in 0..4 {
        c.now_ms += 40 * DAY_MS;
        c.settle();
    }
    let now_ms = c.now_ms;
    assert_eq!(certified(c.who("acacia")), Some(Day::of_ms(now_ms)));
    assert_eq!(certified(c.who("swift")), Some(Day::of_ms(now_ms)), "everybody knows of it");
    let before = carried(&c.who("swift").node);
    c.report("swift", "After half a year", Tlp::Amber).unwrap();
    let swift = &mut c.who("swift").node;
    block_on(swift.get_ready(now_ms)).unwrap();
    let new: Vec<EnvelopeId> = carried(swift).difference(&before).copied().collect();
    let days = swift.carrier().read(|index| new.iter().map(|id| index.entry(id).unwrap().day).collect::<BTreeSet<_>>());
    assert_eq!(days, BTreeSet::from([Day::of_ms(now_ms)]));
}

/// Guards against one wrong clock, a steward's or a relay's, that moves everybody's days.
#[test]
fn a_certificate_is_renewed_only_where_two_clocks_agree() {
    for (steward_ahead, relay_ahead) in [(400, 0), (0, 400)] {
        let mut c = Community::of(&["heron"]);
        c.settle();
        let now_ms = c.now_ms + 40 * DAY_MS;
        let relay = c.relay.responder();
        let mut link = DirectLink::new(relay, 9, now_ms + relay_ahead * DAY_MS);
        c.who("acacia").exchange(&mut link, now_ms + steward_ahead * DAY_MS).unwrap();
        assert_eq!(certified(c.who("acacia")), None, "{steward_ahead} {relay_ahead}");
    }
}

/// Guards against two stewards who renew apart and leave a relay, or members, with different certificates.
#[test]
fn two_stewards_who_renew_apart_end_with_one_certificate() {
    let mut c = Community::of(&["heron"]);
    c.settle();
    let now_ms = c.now_ms;
    let second = Member::join(c.who("acacia"), 88, Role::Steward, "north", "baobab", now_ms);
    c.people.push(second);
    c.settle();
    c.settle();
    c.now_ms += 40 * DAY_MS;
    let now_ms = c.now_ms;
    let mut numbers = BTreeSet::new();
    for (seed, name) in [(1, "acacia"), (2, "baobab")] {
        // Each meets a copy of the relay that knows nothing of the other's visit.
        let relay = c.relay.copy();
        let mut link = DirectLink::new(relay.responder(), seed, now_ms);
        let member = c.who(name);
        member.exchange(&mut link, now_ms).unwrap();
        assert_eq!(certified(member), Some(Day::of_ms(now_ms)), "{name} renews");
        numbers.insert(member.node.roster().relays()[0].certificate.clone());
    }
    assert_eq!(numbers.len(), 2, "they are two");
    c.now_ms += MINUTE_MS;
    c.settle();
    let all: BTreeSet<_> =
        c.people.iter().map(|member| member.node.roster().relays()[0].certificate.clone().unwrap()).collect();
    assert_eq!(all.len(), 1, "everybody counts one");
    let brought = c.relay.copy();
    let mut link = DirectLink::new(brought.responder(), 3, c.now_ms);
    let now_ms = c.now_ms;
    let summary = c.who("heron").exchange(&mut link, now_ms).unwrap().summary;
    assert_eq!((summary.sent, summary.received), (0, 0), "all is quiet");
}

/// Guards against one member who stops a coordinator's exchanges for good by a letter whose body cannot be read.
#[test]
fn a_letter_with_a_body_that_cannot_be_read_is_refused_and_stops_nothing() {
    let mut c = Community::of(&["heron", "swift"]);
    let mut viper = Attacker::invited(&mut c, 667);
    let claim = viper.claim("viper");
    block_on(c.who("acacia").node.import_bundle(&bundle(&[claim]))).unwrap();
    c.settle();
    let heron = c.who("heron").node.device().signing.audience();
    for kind in [Kind::KEYS, Kind::RECEIPT, Kind::NOTICE] {
        let mut body = viper.keys.public().signing.0.to_vec();
        body.extend_from_slice(&[7; 600]);
        let (document, nonce) = viper.own_document(kind, heron);
        let place = viper.new_place();
        let statement = viper.say(kind, (document, Some(nonce)), heron, place, &body);
        let (broken, to) = (viper.with_broken_body(&statement), viper.recipient(heron));
        let letter = viper.seal_bytes(&broken, &to);
        c.report("swift", &format!("Beside {kind:?}"), Tlp::Amber).unwrap();
        c.visit("swift").unwrap();
        let heron = c.who("heron");
        let imported = block_on(heron.node.import_bundle(&bundle(&[letter]))).unwrap();
        assert_eq!(imported.taken.refused.len(), 1, "{kind:?}: {:?}", imported.taken);
        c.visit("heron").unwrap();
        let read = block_on(c.who("heron").node.reports()).unwrap();
        let words = format!("Beside {kind:?}");
        assert!(read.iter().any(|view| view.row.fields.narrative == words), "{kind:?}");
    }
}

/// Guards against members who miss letters for good: a box whose clock stands still gives them new keys in the very
/// millisecond in which its project was founded.
#[test]
fn keys_that_are_made_while_the_clock_stands_still_reach_everybody() {
    const NOW: u64 = 1_795_000_000_000;
    let mut steward = Member::found(1, &[("north", None)], NOW);
    let relay = TestRelay::new(2);
    let certificate = block_on(steward.node.certify_relay(relay.public(), "town", NOW)).unwrap();
    relay.admit(&certificate);
    let mut heron = Member::join(&mut steward, 3, Role::Coordinator, "north", "heron", NOW);
    let mut swift = Member::join(&mut steward, 4, Role::Monitor, "north", "swift", NOW);
    let settle = |steward: &mut Member, heron: &mut Member, swift: &mut Member| {
        for round in 0..3 {
            for who in [&mut *swift, heron, steward] {
                who.exchange(&mut DirectLink::new(relay.responder(), round, NOW), NOW).unwrap();
            }
            steward.admit_all(NOW);
            steward.exchange(&mut DirectLink::new(relay.responder(), round, NOW), NOW).unwrap();
        }
    };
    settle(&mut steward, &mut heron, &mut swift);
    let circles = [Circle::Everyone, Circle::AreaAndAbove("north".parse().unwrap())];
    block_on(steward.node.rotate(&circles, NOW)).unwrap();
    settle(&mut steward, &mut heron, &mut swift);
    let written = |tlp| ReportFields {
        category: Some("other".to_owned()),
        narrative: "After the new keys".to_owned(),
        tlp: Some(tlp),
        ..ReportFields::default()
    };
    block_on(swift.node.report(written(Tlp::Amber), None, NOW)).unwrap();
    block_on(heron.node.report(written(Tlp::Green), None, NOW)).unwrap();
    settle(&mut steward, &mut heron, &mut swift);
    assert_eq!(block_on(heron.node.reports()).unwrap().len(), 2, "the coordinator has the key of its area");
    assert_eq!(block_on(swift.node.reports()).unwrap().len(), 2, "the monitor has everyone's");
}
