//! The page of a relay's keeper, over real sockets: where it is, where it is not, and what it does not say.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::Place;

/// What a browser that names `host` gets at an address, head and all.
fn fetch(address: &str, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Guards against a keeper's page on the open network, and against one from which whoever takes the box learns who
/// came, from where, when, or what they carried.
#[test]
fn the_keepers_page_counts_letters_and_visits_and_names_nobody() {
    let place = Place::new();
    place.found();
    place.certify_relay();
    place.join("monitor", "ansongo", "acacia");
    place.report("acacia", "Five at the ford");
    let relay = ["relay", "--home", "relay", "--listen", "127.0.0.1:0", "--admit", "town.cert"];
    let mut relay = place.listens(&[&relay[..], &["--keeper", "127.0.0.1:0"]].concat());
    let said = relay.line();
    let address = said.strip_prefix("the keeper's page is on http://").unwrap_or_else(|| panic!("it said {said:?}"));
    let before = fetch(address, "/?lang=en", address);
    assert!(before.contains("Nobody has come yet") && before.contains("no letter yet"), "{before}");
    for home in ["steward", "acacia", "acacia"] {
        place.json(home, &["sync", "--relay", &relay.url]).object();
    }
    let page = fetch(address, "/?lang=en", address);
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("content-security-policy: default-src 'none'"), "{page}");
    assert!(page.contains("<td>3</td>"), "three visits: {page}");
    assert!(!page.contains("no letter yet") && page.contains("sealed letters"), "{page}");
    // Nothing of anybody: no key or id, not even a part of one, no address, no pseudonym, no hour.
    let body = page.split_once("\r\n\r\n").unwrap().1;
    let key = place.json("relay", &["relay-key"]).object()["key"].as_str().unwrap().to_owned();
    let project = place.json("acacia", &["members"]).objects();
    let keys: Vec<String> = project.iter().map(|member| member["key"].as_str().unwrap().to_owned()).collect();
    for secret in keys.iter().chain([&key]) {
        assert!(!body.contains(&secret[..12]), "{body}");
    }
    for word in ["acacia", "River road", "ansongo", "127.0.0.1", "town", &relay.url] {
        assert!(!body.contains(word), "{word}: {body}");
    }
    // Its own address alone, and never the open one.
    assert!(fetch(address, "/", "evil.example").starts_with("HTTP/1.1 403"));
    let open = relay.url.strip_prefix("http://").unwrap().to_owned();
    assert!(fetch(&open, "/", &open).starts_with("HTTP/1.1 404"));
    assert!(relay.stop("-TERM").success());
}

/// Guards against a relay that deletes and says so nowhere, and against a typing error that deletes what was written last
/// week.
#[test]
fn a_relay_says_for_how_long_it_keeps_letters() {
    let place = Place::new();
    place.found();
    place.certify_relay();
    let relay = ["relay", "--home", "relay", "--listen", "127.0.0.1:0", "--admit", "town.cert"];
    for days in ["0", "29", "70000", "many"] {
        place.run(&[&relay[..], &["--keep-days", days]].concat()).fails(2, &["--keep-days"]);
    }
    for (options, health, said) in [
        (&[][..], r#"{"status":"ok"}"#, "No letter is deleted for its age"),
        (&["--keep-days", "400"][..], r#"{"status":"ok","keeps_days":400}"#, "Letters are deleted after"),
    ] {
        let mut relay = place.listens(&[&relay[..], &["--keeper", "127.0.0.1:0"], options].concat());
        let line = relay.line();
        let address =
            line.strip_prefix("the keeper's page is on http://").unwrap_or_else(|| panic!("it said {line:?}"));
        let page = fetch(address, "/?lang=en", address);
        assert!(page.contains(said) && page.contains("400") != options.is_empty(), "{said}: {page}");
        let open = relay.url.strip_prefix("http://").unwrap().to_owned();
        assert!(fetch(&open, "/health", &open).ends_with(health), "{health}");
        place.json("steward", &["sync", "--relay", &relay.url]).object();
        assert!(relay.stop("-TERM").success());
    }
}

/// Guards against a page that others on the network read.
#[test]
fn the_keepers_page_is_refused_an_address_that_others_reach() {
    let place = Place::new();
    let relay = ["relay", "--home", "relay", "--listen", "127.0.0.1:0", "--keeper"];
    for address in ["0.0.0.0:0", "192.0.2.1:7651", "[::]:0"] {
        place.run(&[&relay[..], &[address]].concat()).fails(2, &["--keeper", "127.0.0.1"]);
    }
    assert!(!place.path("relay").exists(), "nothing was made");
}
