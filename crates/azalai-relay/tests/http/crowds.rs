//! More connections than there are places, all of which want nothing but to be in the way.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use azalai_envelope::Lane;
use azalai_relay::Limits;
use azalai_sync::Exchange;

use crate::client::{Client, Server, head};
use crate::support::{TODAY, World, put};

const PLACES: usize = 8;
const HOSTILE: usize = 40;
const NEVER: Duration = Duration::from_secs(3600);

/// Few places, and no limit but the one that a test is about.
fn limits() -> Limits {
    let linger_timeout = Duration::from_millis(40);
    let never = Limits { stale_after: NEVER, header_timeout: NEVER, pace_window: NEVER, ..Limits::default() };
    Limits { connections: PLACES, linger_timeout, ..never }
}

/// Opens [`HOSTILE`] connections that write `opening` and then nothing, and keeps them while an honest device
/// exchanges.
fn served_among(limits: Limits, opening: &[u8]) {
    let mut world = World::new(1);
    let (relay, _) = world.relay();
    let server = Server::start_within(limits, Arc::new(relay));
    let hostile: Vec<Client> = (0..HOSTILE)
        .map(|_| {
            let mut client = server.connect();
            // It may have lost its place already.
            let _ = client.try_write(opening);
            client
        })
        .collect();
    let mine = world.carrier();
    put(&mine, world.envelopes(20, Lane::Text, TODAY));
    let config = world.config();
    let summary = server.connect().exchange(Exchange::new(config), &mine, &mut world);
    assert_eq!((summary.sent, summary.settled), (20, true));
    drop(hostile);
}

/// Guards against hundreds of connections that ask for nothing and keep everybody else out.
#[test]
fn an_honest_device_is_served_while_idle_connections_hold_all_places() {
    served_among(Limits { stale_after: Duration::from_millis(40), ..limits() }, b"");
}

/// Guards against heads that never end.
#[test]
fn an_honest_device_is_served_while_unfinished_heads_hold_all_places() {
    served_among(Limits { stale_after: Duration::from_millis(40), ..limits() }, b"GET /health HTTP/1.1\r\nX-");
}

/// Guards against uploads that stand still and have a request under way, so that they do not count as idle.
#[test]
fn an_honest_device_is_served_while_unfinished_bodies_hold_all_places() {
    let opening = [head(100_000), vec![1; 5000]].concat();
    served_among(Limits { stale_after: Duration::from_millis(40), ..limits() }, &opening);
}

/// Guards against unfinished heads for which no time counts, when nobody takes their places from them.
#[test]
fn unfinished_heads_and_idle_connections_end_by_themselves() {
    let limits = Limits { header_timeout: Duration::from_millis(500), ..limits() };
    served_among(limits.clone(), b"");
    served_among(limits, b"GET /health HTTP/1.1\r\nX-");
}

/// Guards against unfinished bodies for which no time counts, when nobody takes their places from them.
#[test]
fn unfinished_bodies_end_by_themselves() {
    let opening = [head(100_000), vec![1; 5000]].concat();
    served_among(Limits { pace_window: Duration::from_millis(40), ..limits() }, &opening);
}

/// Guards against an honest connection that stands still, as all do between two requests, and is taken for the worst
/// because it has been there longest.
#[test]
#[cfg(target_os = "linux")]
fn the_address_that_has_most_connections_gives_up_the_first_place() {
    let world = World::new(2);
    let (relay, _) = world.relay();
    let limits = Limits { connections: 64, stale_after: Duration::from_millis(100), ..limits() };
    let server = Server::start_within(limits, Arc::new(relay));
    let mut honest = connect_from(Ipv4Addr::new(127, 0, 0, 2), server.address);
    assert_eq!(honest.get("/health").status, 200);
    let hostile: Vec<Client> = (0..128).map(|_| server.connect()).collect();
    // Connections are taken in their order: when this one is answered, all the others had their turn.
    assert_eq!(server.connect().get("/health").status, 200);
    assert_eq!(honest.get("/health").status, 200);
    drop(hostile);
}

#[cfg(target_os = "linux")]
fn connect_from(own: Ipv4Addr, server: SocketAddr) -> Client {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((own, 0)).into()).unwrap();
    socket.connect(&server.into()).unwrap();
    Client(TcpStream::from(socket))
}

/// Guards against places that are taken from people who use them: nobody who sends or reads gives way to newcomers.
#[test]
fn requests_that_come_on_keep_their_places() {
    let world = World::new(3);
    let (relay, _) = world.relay();
    let limits = Limits { stale_after: Duration::from_millis(500), ..limits() };
    let server = Server::start_within(limits, Arc::new(relay));
    let mut busy: Vec<Client> = (0..PLACES).map(|_| server.connect()).collect();
    for client in &mut busy {
        client.write(&head(64 * 1024));
    }
    std::thread::scope(|scope| {
        for client in &mut busy {
            scope.spawn(move || {
                for _ in 0..64 {
                    client.write(&[1; 1024]);
                    std::thread::sleep(Duration::from_millis(10));
                }
            });
        }
        let newcomers: Vec<Client> = (0..PLACES).map(|_| server.connect()).collect();
        drop(newcomers);
    });
    for client in &mut busy {
        assert_eq!(client.read().unwrap().status, 400, "read to its end, and no capsule");
    }
}
