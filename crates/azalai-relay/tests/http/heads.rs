//! Requests that are not quite HTTP, or HTTP of another kind: each gets its problem, and the next client its answer.

use std::sync::Arc;

use azalai_sync::capsule::EXCHANGE_ROUTE;

use crate::client::Server;
use crate::problems::detail;
use crate::support::World;

/// Guards against answers without a word of why, and against anything of this that would end the service.
#[test]
fn what_cannot_be_read_as_a_request_gets_a_problem_and_is_the_last_of_its_connection() {
    let world = World::new(1);
    let (relay, _) = world.relay();
    let server = Server::start(Arc::new(relay));
    let long = format!("GET /{} HTTP/1.1\r\nHost: r\r\n\r\n", "a".repeat(66_000));
    let wide = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", "a".repeat(30_000));
    let post = format!("POST {EXCHANGE_ROUTE} HTTP/1.1\r\nHost: r\r\n");
    let cases: Vec<(Vec<u8>, u16)> = vec![
        (b"nonsense\r\n\r\n".to_vec(), 400),
        (vec![0; 64], 400),
        (vec![0xff; 20_000], 400),
        (b"GET / HTTP/1.1\r\nHost : r\r\n\r\n".to_vec(), 400),
        (b"GET / HTTP/9.9\r\nHost: r\r\n\r\n".to_vec(), 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00".to_vec(), 505),
        (long.into_bytes(), 431),
        (wide.into_bytes(), 431),
        (format!("{post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef").into_bytes(), 400),
        (format!("{post}Content-Length: -1\r\n\r\n").into_bytes(), 400),
        (format!("{post}Content-Length: 99999999999999999999999\r\n\r\n").into_bytes(), 400),
        (format!("{post}Transfer-Encoding: chunked, gzip\r\n\r\n").into_bytes(), 400),
    ];
    for (bytes, status) in cases {
        let mut client = server.connect();
        let _ = client.try_write(&bytes);
        let said = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        let response = client.read().unwrap_or_else(|| panic!("no answer to {said:?}"));
        assert!(!detail(&response, status, "head").is_empty(), "{said:?}");
        assert!(client.read().is_none(), "{said:?}: closed");
        assert_eq!(server.connect().get("/health").status, 200);
    }
}

/// Guards against a body that goes past its length and is taken for the next request, or spoils the answer to its own.
#[test]
fn what_goes_past_a_body_is_no_part_of_it() {
    let world = World::new(2);
    let (relay, _) = world.relay();
    let server = Server::start(Arc::new(relay));
    let mut client = server.connect();
    client.write(
        format!("POST {EXCHANGE_ROUTE} HTTP/1.1\r\nHost: r\r\nContent-Length: 3\r\n\r\nabcdefgh\r\n\r\n").as_bytes(),
    );
    detail(&client.read().unwrap(), 400, "capsule");
    detail(&client.read().unwrap(), 400, "head");
    assert!(client.read().is_none(), "closed");
}

/// Guards against a body that ends early and leaves its sender without a word.
#[test]
fn a_body_that_ends_early_is_said_to_be_not_whole() {
    let world = World::new(3);
    let (relay, _) = world.relay();
    let server = Server::start(Arc::new(relay));
    let mut client = server.connect();
    client.write(format!("POST {EXCHANGE_ROUTE} HTTP/1.1\r\nHost: r\r\nContent-Length: 3000\r\n\r\nabc").as_bytes());
    client.0.shutdown(std::net::Shutdown::Write).unwrap();
    if let Some(response) = client.read() {
        detail(&response, 400, "body");
    }
    assert_eq!(server.connect().get("/health").status, 200);
}

/// Guards against answers that get lost because the sender of a body that nobody wanted was still writing.
#[test]
fn bodies_for_routes_that_take_none_are_passed_over() {
    let world = World::new(4);
    let (relay, _) = world.relay();
    let server = Server::start(Arc::new(relay));
    let large = "x".repeat(1 << 20);
    let chunks = format!("100000\r\n{large}\r\n0\r\n\r\n");
    let (fixed, chunked) = ("Content-Length: 1048576\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n");
    for (first, status, kind) in [
        ("GET /health", 200, ""),
        ("GET /azalai/1/key", 200, ""),
        ("POST /health", 405, "method"),
        ("PUT /nothing", 404, "not-found"),
        ("PATCH /azalai/1/exchange", 405, "method"),
    ] {
        for (length, body) in [(fixed, &large), (chunked, &chunks)] {
            let mut client = server.connect();
            client.write(format!("{first} HTTP/1.1\r\nHost: r\r\n{length}").as_bytes());
            client.write(body.as_bytes());
            let response = client.read().unwrap();
            assert_eq!(response.status, status, "{first}");
            if status != 200 {
                detail(&response, status, kind);
            }
        }
        // Small ones do not even cost the connection, and whoever asks whether to send is not made to.
        let mut client = server.connect();
        client.write(format!("{first} HTTP/1.1\r\nHost: r\r\nContent-Length: 3\r\n\r\nabc").as_bytes());
        assert_eq!(client.read().unwrap().status, status);
        assert_eq!(client.get("/health").status, 200, "{first}");
        let mut client = server.connect();
        client.write(format!("{first} HTTP/1.1\r\nHost: r\r\nExpect: 100-continue\r\n{fixed}").as_bytes());
        assert_eq!(client.read().unwrap().status, status, "{first}");
    }
    let mut client = server.connect();
    client.write(format!("POST {EXCHANGE_ROUTE} HTTP/1.1\r\nHost: r\r\n{chunked}{chunks}").as_bytes());
    detail(&client.read().unwrap(), 411, "length");
}

/// Guards against requests that are sent without waiting for answers and get each other's, or none.
#[test]
fn requests_sent_in_one_go_are_answered_in_their_order() {
    let world = World::new(5);
    let (relay, _) = world.relay();
    let server = Server::start(Arc::new(relay));
    let mut client = server.connect();
    let post = format!("POST {EXCHANGE_ROUTE} HTTP/1.1\r\nHost: r\r\nContent-Length: 3\r\n\r\nabc");
    let all = format!(
        "GET /health HTTP/1.1\r\nHost: r\r\n\r\n{post}GET /nothing HTTP/1.1\r\nHost: r\r\n\r\n{post}\
         GET /health HTTP/1.1\r\nHost: r\r\n\r\n"
    );
    client.write(all.as_bytes());
    let answers: Vec<u16> = (0..5).map(|_| client.read().unwrap().status).collect();
    assert_eq!(answers, [200, 400, 404, 400, 200]);
}
