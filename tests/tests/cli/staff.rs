//! What stewards and coordinators do after the founding, with the real program: removing a taken device, taking back
//! in, new keys, grants, areas, invites that end.

use crate::Place;
use serde_json::Value;

fn pseudonyms(place: &Place, home: &str, state: &str) -> Vec<String> {
    let members = place.json(home, &["members"]).objects();
    let of = members.iter().filter(|member| member["state"] == state);
    of.map(|member| member["pseudonym"].as_str().unwrap().to_owned()).collect()
}

/// Guards against a taken phone that goes on counting, against a removal that does more or less than it showed, and
/// against a neighbour's honest report that is lost with the old key.
#[test]
fn a_taken_phone_is_removed_with_a_preview_and_what_it_says_later_is_set_aside() {
    let place = Place::new();
    place.found();
    place.certify_relay();
    let relay = place.relay();
    let sync = |home: &str| place.json(home, &["sync", "--relay", &relay.url]);
    place.join("coordinator", "gao", "dune");
    place.join("monitor", "gao", "acacia");
    place.join("monitor", "gao", "heron");
    for home in ["dune", "acacia", "heron", "steward"] {
        sync(home).object();
    }
    assert_eq!(place.json("steward", &["admit"]).objects().len(), 3);
    for home in ["steward", "dune", "acacia", "heron"] {
        sync(home).object();
    }
    let before = place.report("acacia", "Before the road block");
    sync("acacia").object();
    sync("dune").object();

    // Who may not is told who could; a preview changes nothing.
    place.json("acacia", &["remove", "heron", "--now", "--yes"]).fails(1, &[]);
    place.json("steward", &["remove", "steward", "--now", "--yes"]).fails(1, &["another steward"]);
    place.json("dune", &["remove", "steward", "--now"]).fails(1, &["a steward"]);
    place.json("dune", &["remove", "nobody", "--now"]).fails(1, &["nobody"]);
    assert_eq!(place.json("dune", &["remove", "acacia"]).status, 2, "when it was taken has to be said");
    let plan = place.json("dune", &["remove", "acacia", "--now"]).object();
    assert_eq!((&plan["done"], &plan["counts"], &plan["pseudonym"]), (&false.into(), &1.into(), &"acacia".into()));
    assert_eq!(plan["new_keys_needed"][0], "everyone");
    assert!(pseudonyms(&place, "dune", "removed").is_empty());
    let human = place.run(&["remove", "acacia", "--now", "--home", "dune"]);
    assert!(human.out.contains("will be removed") && human.out.contains("--yes"), "{}", human.out);

    let done = place.json("dune", &["remove", "acacia", "--now", "--yes"]).object();
    assert_eq!((&done["done"], &done["counts"]), (&true.into(), &plan["counts"]));
    assert_eq!(pseudonyms(&place, "dune", "removed"), ["acacia"]);
    for home in ["dune", "steward", "dune"] {
        sync(home).object();
    }
    // The relay knows the new key; the taken phone still speaks, under the old one; so does heron, who was away.
    place.report("acacia", "There is nobody at the ford");
    place.report("heron", "Armed men at the ford");
    sync("acacia");
    sync("heron").object();
    for home in ["dune", "steward", "heron", "dune"] {
        sync(home).object();
    }
    let reports = place.json("dune", &["reports"]).objects();
    let mut texts: Vec<&str> = reports.iter().map(|report| report["text"].as_str().unwrap()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["Armed men at the ford", "Before the road block"]);
    assert!(reports.iter().any(|report| report["id"] == before.as_str()));
    let status = |home: &str| place.json(home, &["status"]).object()["epoch"].clone();
    assert_eq!(status("heron"), status("dune"));
    assert_ne!(status("dune"), 1, "the posting epoch of the founding is still the newest");

    let aside = place.json("dune", &["quarantine"]).object();
    assert_eq!((&aside["pseudonym"], &aside["kind"]), (&"acacia".into(), &"report".into()));
    let statement = aside["statement"].as_str().unwrap();
    place.json("dune", &["adopt", "000000"]).fails(1, &["000000"]);
    place.json("dune", &["adopt", &statement[..8]]).object();
    assert_eq!(place.json("dune", &["reports"]).objects().len(), 3);
    assert!(place.json("dune", &["quarantine"]).objects().is_empty());
    for home in ["steward", "dune"] {
        let doctor = place.json(home, &["doctor"]).objects();
        assert!(doctor.iter().all(|check| check["wrong"].as_array().unwrap().is_empty()), "{doctor:?}");
    }
}

/// Guards against an area without readers, a promotion without keys, and a past that is read by whom it was kept from.
#[test]
fn an_area_is_added_a_member_promoted_and_the_past_stays_closed_where_it_was_said_so() {
    let place = Place::new();
    place.found();
    place.join("coordinator", "gao", "dune");
    place.join("monitor", "gao", "acacia");
    place.hand_over("dune", "steward");
    place.hand_over("acacia", "steward");
    place.json("steward", &["admit"]).objects();
    place.json("steward", &["area", "add", "bourem:Bourem:gao"]).object();
    place.json("steward", &["area", "add", "bourem:Bourem"]).fails(1, &["bourem"]);
    place.json("steward", &["area", "add", "x:X:nowhere"]).fails(1, &["nowhere"]);
    place.json("dune", &["area", "add", "x:X"]).fails(1, &["steward"]);
    place.hand_over("steward", "acacia");
    place.hand_over("steward", "dune");
    let early = ["report", "--category", "other", "--area", "bourem", "--text", "Early"];
    place.json("acacia", &early).object();
    place.hand_over("acacia", "dune");
    let seen = |home: &str| {
        let reports = place.json(home, &["reports"]).objects();
        reports.iter().map(|report| report["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(seen("dune"), ["Early"], "the coordinator of the area above was sent the new area's key");

    place.join("monitor", "gao", "ibis");
    place.hand_over("ibis", "steward");
    place.json("steward", &["grant", "ibis", "--role", "coordinator", "--area", "bourem"]).fails(1, &["not admitted"]);
    place.json("steward", &["admit"]).object();
    place.json("steward", &["grant", "ibis", "--role", "coordinator"]).fails(1, &["area"]);
    // The area gets a new key first, so that there is a past to be kept closed.
    let renewed = place.json("steward", &["rotate", "--circle", "area/bourem/up"]).object();
    assert_eq!(renewed["circles"][0], "area/bourem/up");
    let granted = ["grant", "ibis", "--role", "coordinator", "--area", "bourem", "--past", "none"];
    assert_eq!(place.json("steward", &granted).object()["role"], "coordinator");
    place.hand_over("steward", "ibis");
    place.hand_over("steward", "acacia");
    place.hand_over("acacia", "ibis");
    assert!(seen("ibis").is_empty(), "the past was to stay closed");
    let late = ["report", "--category", "other", "--area", "bourem", "--text", "Late"];
    place.json("acacia", &late).object();
    place.hand_over("acacia", "ibis");
    assert_eq!(seen("ibis"), ["Late"]);
}

/// Guards against an invite that fell into wrong hands and cannot be stopped.
#[test]
fn an_invite_that_was_ended_admits_nobody() {
    let place = Place::new();
    place.found();
    place.join("monitor", "gao", "acacia");
    let invite = place.json("steward", &["invite", "list"]).object();
    assert_eq!((&invite["state"], &invite["role"]), (&"open".into(), &"monitor".into()));
    let id = invite["invite"].as_str().unwrap().to_owned();
    place.json("steward", &["invite", "revoke", "ffffff"]).fails(1, &["no invite"]);
    place.json("steward", &["invite", "revoke", &id[..6]]).object();
    place.json("steward", &["invite", "revoke", &id]).fails(1, &["revoked already"]);
    assert_eq!(place.json("steward", &["invite", "list"]).object()["state"], "revoked");
    place.report("acacia", "I am still heard");
    place.hand_over("acacia", "steward");
    place.json("steward", &["project", "admission", "at-exchange"]).object();
    let again = place.json("steward", &["bundle", "import", "acacia.bundle"]).object();
    assert_eq!(again["admitted"], Value::Array(Vec::new()), "nobody is let in unseen by an invite that has ended");
    assert!(pseudonyms(&place, "steward", "confirmed").iter().all(|name| name != "acacia"));
    place.json("steward", &["invite"]).fails(2, &["--role"]);
}

/// Guards against a newcomer who waits for ever, not knowing that somebody else used the same invite; and against a
/// device that is told of it after it was admitted, or that learns who the other is.
#[test]
fn an_invite_claimed_twice_is_told_to_both_devices_until_one_is_admitted() {
    let place = Place::new();
    place.found();
    place.certify_relay();
    place.join("monitor", "gao", "acacia");
    let invite = ["invite", "--role", "monitor", "--area", "gao", "--out", "twice", "--argon2-memory", "19"];
    let invite = place.json("steward", &invite).object();
    let words = invite["words"].as_str().unwrap();
    for name in ["heron", "stranger"] {
        let join = ["join", "twice", "--words", words, "--pseudonym", name, "--argon2-memory", "19"];
        place.json(name, &join).object();
        place.report(name, "from a newcomer");
    }
    let relay = place.relay();
    let sync = |who: &str| place.json(who, &["sync", "--relay", &relay.url]).object()["held_up"].clone();
    for who in ["acacia", "heron", "stranger"] {
        assert!(sync(who).is_null(), "{who}");
    }
    assert!(sync("steward").is_null());
    assert_eq!((sync("heron"), sync("stranger")), ("claimed-twice".into(), "claimed-twice".into()));
    assert!(sync("acacia").is_null(), "alone with its invite");
    let told = place.run(&["sync", "--home", "heron", "--relay", &relay.url]);
    assert!(told.out.contains("another device claimed the same invite"), "{}", told.out);
    let told = place.run(&["status", "--home", "heron"]);
    assert!(told.out.contains("in person") && !told.out.contains("stranger"), "{}", told.out);

    // Told once, and not at every exchange.
    let before = place.json("steward", &["status"]).object()["other_statements"].clone();
    assert!(sync("steward").is_null());
    let after = place.json("steward", &["status"]).object()["other_statements"].clone();
    assert_eq!(before, after);

    let key = place.json("heron", &["status"]).object()["key"].as_str().unwrap().to_owned();
    place.json("steward", &["admit", &key]).object();
    assert!(sync("steward").is_null());
    assert!(sync("heron").is_null(), "admitted");
    assert!(!place.run(&["status", "--home", "heron"]).out.contains("in person"));
    // The other's invite has ended by it. Its report stays, as unconfirmed.
    assert_eq!(sync("stranger"), "invite-ended");
    let status = place.json("stranger", &["status"]).object();
    assert_eq!((&status["held_up"], &status["admitted"]), (&"invite-ended".into(), &false.into()));
}

/// Guards against a newcomer with a revoked invite who never hears of it, by card alone.
#[test]
fn a_revoked_invite_is_told_to_whoever_claims_it_also_in_a_file() {
    let place = Place::new();
    place.found();
    place.join("monitor", "gao", "swallow");
    let invites = place.json("steward", &["invite", "list"]).objects();
    place.json("steward", &["invite", "revoke", &invites[0]["invite"].as_str().unwrap()[..12]]).object();
    place.hand_over("swallow", "steward");
    place.json("steward", &["bundle", "export", "--out", "back"]).object();
    let taken = place.json("swallow", &["bundle", "import", "back"]).object();
    assert_eq!(taken["held_up"], "invite-ended");
}
