//! Packages of evidence between people: what one shows on a machine that knows nothing, and what it does not tell.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::{DocumentId, Kind, SigningPublic};
use azalai_model::Tlp;
use azalai_node::Evidence;
use azalai_node::evidence_check::{CheckError, Content, Verdict, check};
use azalai_roster::{Carried, EvidenceError, EvidencePackage, MemberState, Role, What};
use azalai_testkit::Community;
use futures_lite::future::block_on;

const TEXT: &str = "Hommes armés à motos près du puits";

/// A report of `swift` that coordinators opened, corrected since, linked to an incident beside one of `dove`.
fn project() -> (Community, DocumentId, DocumentId) {
    let mut c = Community::whole();
    c.settle();
    let report = c.report("swift", TEXT, Tlp::Amber).unwrap();
    let other = c.report("dove", "Cinq motos", Tlp::Amber).unwrap();
    c.settle();
    let now_ms = c.now_ms;
    let change = |fields: &mut azalai_model::ReportFields| {
        fields.narrative.push_str(", six en tout");
        Ok(())
    };
    block_on(c.who("swift").node.amend(report, change, now_ms)).unwrap();
    let heron = &mut c.who("heron").node;
    let valley = Some("valley".parse().unwrap());
    let incident = block_on(heron.incident_new("Embuscade", valley, Tlp::Amber, None, now_ms)).unwrap();
    for id in [report, other] {
        block_on(heron.incident_link(incident, id, None, now_ms)).unwrap();
    }
    c.settle();
    (c, report, incident)
}

fn package(c: &mut Community, by: &str, id: &DocumentId, name_authors: bool) -> Evidence {
    let now_ms = c.now_ms;
    block_on(c.who(by).node.evidence(id, name_authors, now_ms)).unwrap()
}

fn key(c: &mut Community, name: &str) -> SigningPublic {
    c.who(name).node.device().signing
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn text(verdict: &Verdict) -> &str {
    match &verdict.documents[0].content {
        Content::Report(report) => &report.fields.narrative,
        Content::Incident(incident) => incident.title.value.as_deref().unwrap(),
    }
}

/// Guards against a package that needs what only the project has, or shows less than was signed.
#[test]
fn a_report_is_shown_and_proved_from_the_file_alone() {
    let (mut c, report, _) = project();
    let made = package(&mut c, "heron", &report, false);
    assert_eq!((made.documents, made.statements, made.missing, made.label), (1, 2, 0, Tlp::Amber));
    let verdict = check(&made.bytes).unwrap();
    assert_eq!(text(&verdict), format!("{TEXT}, six en tout"));
    assert_eq!((verdict.subject, verdict.root), (report, c.who("heron").node.roster().root()));
    assert_eq!(verdict.name.as_deref(), Some("Test project"));
    let shown = &verdict.documents[0];
    assert_eq!(shown.creator, key(&mut c, "swift"));
    assert_eq!(shown.readers.as_deref(), Some("area/valley/up"));
    assert!(shown.statements.iter().all(|said| said.aside.is_none()));
    // Who made it is shown to be a coordinator by grants down from the root; the monitor's standing is only said.
    let maker = &verdict.speakers[&key(&mut c, "heron")];
    assert_eq!(maker.proved, Some((MemberState::Confirmed, Role::Coordinator)));
    let swift = &verdict.speakers[&key(&mut c, "swift")];
    assert_eq!(swift.proved, None);
    assert_eq!(swift.vouched.unwrap().state, Some(MemberState::Confirmed));
    let heron = key(&mut c, "heron");
    assert!(verdict.receipts.iter().any(|one| one.by == heron && one.what == What::Opened));
}

/// Guards against evidence of an incident without what it rests on.
#[test]
fn an_incident_brings_its_reports_and_its_authors_rights() {
    let (mut c, report, incident) = project();
    let made = package(&mut c, "stork", &incident, false);
    assert_eq!((made.documents, made.missing), (3, 0));
    let verdict = check(&made.bytes).unwrap();
    assert_eq!(text(&verdict), "Embuscade");
    let Content::Incident(shown) = &verdict.documents[0].content else { panic!("the incident is not first") };
    assert_eq!(shown.links.len(), 2);
    assert!(verdict.documents.iter().any(|document| document.id == report));
    assert!(verdict.documents.iter().flat_map(|document| &document.statements).all(|said| said.aside.is_none()));
}

/// Guards against a package that names a monitor whom nobody asked it to name, or tells who else there is.
#[test]
fn without_being_asked_a_package_names_no_monitor_and_no_other_member() {
    let (mut c, report, incident) = project();
    for id in [report, incident] {
        let bytes = package(&mut c, "heron", &id, false).bytes;
        for name in ["swift", "dove", "lark", "egret", "ibis"] {
            assert!(!holds(&bytes, name.as_bytes()), "{name} is named");
        }
        for name in ["lark", "egret", "ibis"] {
            assert!(!holds(&bytes, &key(&mut c, name).0), "the key of {name}");
        }
        let verdict = check(&bytes).unwrap();
        let swift = key(&mut c, "swift");
        assert_eq!(verdict.speakers[&swift].pseudonym, None);
    }
    // The report alone has nothing of the other monitor.
    let bytes = package(&mut c, "heron", &report, false).bytes;
    assert!(!holds(&bytes, &key(&mut c, "dove").0));
    let named = package(&mut c, "heron", &report, true).bytes;
    let swift = key(&mut c, "swift");
    let verdict = check(&named).unwrap();
    assert_eq!(verdict.speakers[&swift].pseudonym.as_deref(), Some("swift"));
    assert_eq!(verdict.speakers[&swift].proved, Some((MemberState::Confirmed, Role::Monitor)));
    assert!(!holds(&named, b"dove"));
}

/// Guards against an author who cannot show their own words without a coordinator.
#[test]
fn a_monitor_makes_evidence_of_its_own_report_with_the_receipts_that_it_got() {
    let (mut c, report, _) = project();
    let verdict = check(&package(&mut c, "swift", &report, false).bytes).unwrap();
    assert_eq!(verdict.maker, verdict.documents[0].creator);
    assert_eq!(verdict.speakers[&verdict.maker].proved, None);
    assert!(!verdict.receipts.is_empty() && verdict.foreign_receipts == 0);
    let another = c.report("dove", "Rien", Tlp::Amber).unwrap();
    let now_ms = c.now_ms;
    assert!(block_on(c.who("swift").node.evidence(&another, false, now_ms)).is_err());
}

/// Guards against a maker who alters, invents or moves statements and signs the package all the same.
#[test]
fn a_maker_cannot_put_words_in_another_s_mouth() {
    let (mut c, report, _) = project();
    let bytes = package(&mut c, "heron", &report, false).bytes;
    let liar = azalai_envelope::SigningSecret::from_seed(&[66; 32]);
    let again = |edit: &dyn Fn(&mut EvidencePackage)| {
        let mut package = EvidencePackage::open(&bytes).unwrap();
        edit(&mut package);
        check(&package.sign(&liar).unwrap())
    };
    // As it is under another maker: shown, and shown to be by nobody known.
    let verdict = again(&|_| {}).unwrap();
    assert_eq!(verdict.speakers[&liar.public()].proved, None);
    let of_report = |package: &EvidencePackage| {
        let swift = verdict.documents[0].creator;
        package.statements.iter().position(|carried| carried.author == swift).unwrap()
    };
    for at in [3, 20, 60, 90, 150] {
        let changed = again(&|package| {
            let place = of_report(package);
            package.statements[place].bytes[at] ^= 1;
        });
        assert!(matches!(changed, Err(CheckError::Statement { .. })), "byte {at}: {changed:?}");
    }
    let moved = again(&|package| {
        let place = of_report(package);
        package.statements[place].audience.0[0] ^= 1;
    });
    assert!(matches!(moved, Err(CheckError::Statement { .. })));
    let claimed = again(&|package| {
        let place = of_report(package);
        package.statements[place].author = liar.public();
    });
    assert!(matches!(claimed, Err(CheckError::Statement { .. })));
    let other_project = again(&|package| package.root = liar.public());
    assert!(matches!(other_project, Err(CheckError::Statement { .. })));
    let other_subject = again(&|package| package.document.0[0] ^= 1);
    assert!(matches!(other_subject, Err(CheckError::NoSubject(_))));
    let wrong_kind = again(&|package| package.kind = Kind::INCIDENT);
    assert!(matches!(wrong_kind, Err(CheckError::NoSubject(_))));
    // Left-out acts take the maker's proof away, and nothing else.
    let without = again(&|package| package.statements.retain(|kept: &Carried| kept.bytes[1] != Kind::AUTHORITY.0));
    let without = without.unwrap();
    assert!(without.speakers.values().all(|speaker| speaker.proved.is_none()));
    assert!(without.receipts.is_empty() && without.foreign_receipts > 0);
}

/// Guards against a checker that panics, or takes anything, on a file that somebody damaged on the way.
#[test]
fn a_damaged_package_is_refused_wherever_it_is_damaged() {
    let (mut c, report, _) = project();
    let bytes = package(&mut c, "heron", &report, true).bytes;
    for at in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        assert!(check(&damaged).is_err(), "byte {at}");
        assert!(check(&bytes[..at]).is_err(), "cut at {at}");
    }
    assert!(matches!(check(b""), Err(CheckError::Package(EvidenceError::Magic))));
}

/// Why statements of the subject do not count, by name; nothing for those that do.
fn reasons(verdict: &Verdict) -> Vec<&'static str> {
    let aside = verdict.documents[0].statements.iter().filter_map(|said| said.aside.as_ref());
    aside.map(azalai_node::evidence_aside::Uncounted::name).collect()
}

/// Guards against "does not count" with no word on why, which leaves a court to guess.
#[test]
fn what_does_not_count_comes_with_its_reason() {
    // Said after what a removal lets stand.
    let (mut c, report, _) = project();
    let (swift, now_ms) = (key(&mut c, "swift"), c.now_ms);
    let first = check(&package(&mut c, "heron", &report, true).bytes).unwrap().documents[0].statements[0].at_ms;
    let taken = azalai_node::TakenAt::Ms(first);
    block_on(c.who("heron").node.remove(&swift, taken, now_ms)).unwrap();
    let verdict = check(&package(&mut c, "heron", &report, true).bytes).unwrap();
    assert_eq!(reasons(&verdict), ["past-cut"]);
    assert_eq!(text(&verdict), TEXT);

    // By somebody whom nothing in the file admits.
    let (mut c, _, incident) = project();
    let bytes = package(&mut c, "heron", &incident, false).bytes;
    let liar = azalai_envelope::SigningSecret::from_seed(&[66; 32]);
    let mut without = EvidencePackage::open(&bytes).unwrap();
    without.statements.retain(|kept: &Carried| kept.bytes[1] != Kind::AUTHORITY.0);
    let verdict = check(&without.sign(&liar).unwrap()).unwrap();
    let why = reasons(&verdict);
    assert!(!why.is_empty() && why.iter().all(|name| *name == "not-admitted"), "{why:?}");

    // A copy of the phone that goes on writing makes a fork; what was said before it counts.
    let (mut c, report, _) = project();
    let mut copy = azalai_testkit::Member::wake(&c.who("swift").asleep(), 99);
    let now_ms = c.now_ms;
    let say = |text: &'static str| {
        move |fields: &mut azalai_model::ReportFields| {
            fields.narrative.push_str(text);
            Ok(())
        }
    };
    block_on(c.who("swift").node.amend(report, say(" (swift)"), now_ms)).unwrap();
    block_on(copy.node.amend(report, say(" (copy)"), now_ms)).unwrap();
    c.settle();
    copy.meet(c.who("heron"), now_ms).unwrap();
    let verdict = check(&package(&mut c, "heron", &report, false).bytes).unwrap();
    assert_eq!(reasons(&verdict), ["fork", "fork"]);
    assert_eq!(text(&verdict), format!("{TEXT}, six en tout"));
    let said = verdict.documents[0].statements.iter().filter_map(|said| said.aside.as_ref());
    assert!(said.map(ToString::to_string).all(|why| why.contains("fork")));
}
