//! Packs that stewards bring: who brings them, which is in use, and what becomes of what was written with another.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use azalai_model::{Pack, ReportFields, Tlp};
use azalai_node::{NodeError, TakenAt, catalog};
use azalai_roster::Role;
use azalai_testkit::Community;
use azalai_testkit::member::Member;
use futures_lite::future::block_on;

/// A pack with these categories, all of one theme.
fn pack(version: u32, codes: &[&str]) -> Pack {
    let category = |code: &&str| {
        serde_json::json!({ "code": code, "theme": "water", "icon": "displacement", "urgency": "days",
            "names": { "en": format!("{code} of {version}") },
            "questions": [{ "key": "deep", "type": "yes-no", "labels": { "en": "Is it deep?" } }] })
    };
    let categories: Vec<_> = codes.iter().map(category).collect();
    let json = serde_json::json!({ "id": "own", "version": version, "languages": ["en"],
        "themes": { "water": { "en": "Water" } }, "categories": categories });
    catalog::read_pack(json.to_string().as_bytes()).unwrap()
}

fn bring(c: &mut Community, by: &str, pack: &Pack) -> Result<(), NodeError> {
    c.now_ms += 1;
    let now_ms = c.now_ms;
    block_on(c.who(by).node.bring_pack(pack, now_ms)).map(drop)
}

fn in_use(c: &mut Community, who: &str) -> String {
    c.who(who).node.packs().now().reference().to_string()
}

fn report(c: &mut Community, by: &str, category: &str) -> Result<azalai_envelope::DocumentId, NodeError> {
    let fields = ReportFields {
        category: Some(category.to_owned()),
        narrative: "Seen from the dune".to_owned(),
        tlp: Some(Tlp::Amber),
        ..ReportFields::default()
    };
    let now_ms = c.now_ms;
    block_on(c.who(by).node.report(fields, None, now_ms))
}

fn with_a_second_steward() -> Community {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    let now_ms = c.now_ms;
    let second = Member::join(c.who("acacia"), 88, Role::Steward, "north", "baobab", now_ms);
    c.people.push(second);
    c.settle();
    c.settle();
    c
}

/// Guards against a pack that only its steward uses, is gone after a restart, or takes the category from a report that
/// was written before it.
#[test]
fn a_pack_that_a_steward_brought_is_used_by_everybody_and_old_reports_keep_their_category() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    let old = report(&mut c, "swift", "road-ambush").unwrap();
    assert!(matches!(report(&mut c, "swift", "flood"), Err(NodeError::NotFound(_))));
    bring(&mut c, "acacia", &pack(1, &["flood", "drought"])).unwrap();
    c.settle();
    for who in ["acacia", "stork", "swift"] {
        assert_eq!(in_use(&mut c, who), "own@1", "{who}");
        c.who(who).crash();
        assert_eq!(in_use(&mut c, who), "own@1", "{who} after a restart");
    }
    let new = report(&mut c, "swift", "flood").unwrap();
    c.settle();
    let node = &c.who("stork").node;
    let views = [old, new].map(|id| block_on(node.report_view(id)).unwrap().unwrap().row.fields);
    let packs = node.packs();
    let named =
        |fields: &ReportFields| packs.category(fields.category.as_ref().unwrap()).unwrap().name("en").to_owned();
    assert_eq!((named(&views[0]).as_str(), named(&views[1]).as_str()), ("Ambush or robbery on the road", "flood of 1"));
    assert_eq!(views[0].pack.as_ref().unwrap().to_string(), format!("{}", catalog::pack().unwrap().reference()));
    assert_eq!(views[1].pack.as_ref().unwrap().to_string(), "own@1");
    assert!(packs.now().category("road-ambush").is_none() && packs.now().category("flood").is_some());
}

/// Guards against a pack as large as the one that ships, which no single statement holds.
#[test]
fn a_pack_that_needs_several_statements_arrives_whole() {
    let mut c = Community::of(&["swift"]);
    c.settle();
    let mut large = catalog::pack().unwrap().clone();
    large.version += 1;
    assert!(large.written().len() > 64 * 1024);
    bring(&mut c, "acacia", &large).unwrap();
    c.settle();
    assert_eq!(*c.who("swift").node.packs().now(), large);
}

/// Guards against a monitor or coordinator who changes what everybody is asked, and against a pack that says something
/// else under a name that reports bear.
#[test]
fn only_stewards_bring_a_pack_and_a_name_stands_for_one_pack_alone() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    for who in ["stork", "swift"] {
        let error = bring(&mut c, who, &pack(1, &["flood"])).unwrap_err();
        assert!(matches!(&error, NodeError::Denied(why) if why.contains("only stewards")), "{error}");
    }
    bring(&mut c, "acacia", &pack(1, &["flood"])).unwrap();
    assert!(matches!(bring(&mut c, "acacia", &pack(1, &["flood"])), Err(NodeError::Unchanged(_))));
    assert!(matches!(bring(&mut c, "acacia", &pack(1, &["storm"])), Err(NodeError::Invalid(_))));
    bring(&mut c, "acacia", &pack(2, &["storm"])).unwrap();
    // The way back is open, also to the one that ships.
    bring(&mut c, "acacia", &pack(1, &["flood"])).unwrap();
    bring(&mut c, "acacia", catalog::pack().unwrap()).unwrap();
    let mut other = catalog::pack().unwrap().clone();
    other.categories.truncate(1);
    other.routing.clear();
    assert!(matches!(bring(&mut c, "acacia", &other), Err(NodeError::Invalid(_))));
    c.settle();
    let shipped = catalog::pack().unwrap().reference().to_string();
    assert_eq!(in_use(&mut c, "swift"), shipped);
    assert!(c.who("swift").node.packs().category("storm").is_some());
}

/// Guards against devices that ask different questions because two stewards brought packs while apart.
#[test]
fn packs_that_two_stewards_brought_apart_settle_alike_everywhere() {
    let mut c = with_a_second_steward();
    bring(&mut c, "baobab", &pack(3, &["flood"])).unwrap();
    bring(&mut c, "acacia", &pack(2, &["storm"])).unwrap();
    c.settle();
    for who in ["acacia", "baobab", "stork", "swift"] {
        assert_eq!(in_use(&mut c, who), "own@3", "{who}");
        let packs = c.who(who).node.packs();
        assert_eq!(packs.brought().len(), 2, "{who} shows both");
        assert!(packs.category("storm").is_some());
    }
    // Whoever brings one again ends that, whatever its version.
    bring(&mut c, "acacia", &pack(2, &["storm"])).unwrap();
    c.settle();
    for who in ["acacia", "baobab", "stork", "swift"] {
        assert_eq!(in_use(&mut c, who), "own@2", "{who}");
        assert_eq!(c.who(who).node.packs().brought().len(), 1, "{who}");
    }
}

/// Guards against a steward's phone that was taken and changes what everybody is asked.
#[test]
fn a_pack_of_a_removed_steward_past_the_cut_is_not_used() {
    let mut c = with_a_second_steward();
    bring(&mut c, "baobab", &pack(1, &["flood"])).unwrap();
    c.settle();
    let (now_ms, device) = (c.now_ms, c.who("baobab").node.device().signing);
    block_on(c.who("acacia").node.remove(&device, TakenAt::Now, now_ms)).unwrap();
    bring(&mut c, "baobab", &pack(2, &["storm"])).unwrap();
    for who in ["baobab", "acacia", "swift", "acacia", "swift"] {
        c.visit(who).unwrap();
    }
    for who in ["acacia", "swift"] {
        assert_eq!(in_use(&mut c, who), "own@1", "{who}");
    }
}

/// Guards against a page for those who write packs whose example the program refuses.
#[test]
fn the_pack_that_the_guide_shows_is_one() {
    let guide = include_str!("../../docs/packs.md");
    let example = guide.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let pack = catalog::read_pack(example.as_bytes()).unwrap();
    assert_eq!((pack.reference().to_string().as_str(), pack.categories[0].questions.len()), ("ours@1", 2));
    assert_eq!(catalog::icon(&pack.categories[0]), "displacement");
}
