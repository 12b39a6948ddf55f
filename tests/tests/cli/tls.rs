//! Exchanging over TLS and pages over TLS, with certificates made here and real sockets.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};

use crate::Place;

/// A certificate and its key, in PEM.
struct Shown {
    certificate: String,
    key: String,
}

/// An authority of the test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn certifies(&self, name: &str, years: (i32, i32)) -> Shown {
        let key = KeyPair::generate().unwrap();
        let certificate = params(name, years).signed_by(&key, &self.0).unwrap();
        Shown { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

fn params(name: &str, (from, to): (i32, i32)) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    params
}

/// Long enough for any clock that runs this test.
const VALID: (i32, i32) = (2020, 2200);

/// Ends TLS in front of a plain port, and counts the connections on which it began: on others nothing can be sent.
struct Terminator {
    url: String,
    begun: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
}

impl Terminator {
    fn before(plain: &str, shown: &Shown) -> Self {
        let plain = plain.strip_prefix("http://").unwrap().to_owned();
        let chain = CertificateDer::pem_slice_iter(shown.certificate.as_bytes()).map(Result::unwrap).collect();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_slice(shown.key.as_bytes()).unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&begun);
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, plain, counted) = (acceptor.clone(), plain.clone(), Arc::clone(&counted));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    counted.fetch_add(1, Ordering::Relaxed);
                    let mut inner = tokio::net::TcpStream::connect(plain).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut inner).await;
                });
            }
        });
        Self { url, begun, _runtime: runtime }
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }
}

/// A project with a monitor who has written a report, and a relay.
fn community() -> (Place, String) {
    let place = Place::new();
    place.found();
    place.certify_relay();
    place.join("monitor", "gao", "swallow");
    let id = place.report("swallow", "Five motorbikes at the ford");
    (place, id)
}

/// Nothing was sent, and the report is there.
fn still_unsent(place: &Place, id: &str) {
    let report = place.json("swallow", &["reports"]).object();
    assert_eq!((&report["id"], &report["state"]), (&id.into(), &"local".into()));
    assert_eq!(place.json("swallow", &["status"]).object()["own_report_statements"]["only_here"], 1);
}

/// Guards against TLS that works with one kind of trust only, and against a report that gets stuck behind it.
#[test]
fn a_report_travels_over_https_to_a_relay_that_an_own_authority_or_itself_vouches_for() {
    let (place, _) = community();
    let relay = place.relay();
    let authority = Authority::new("project");
    fs::write(place.path("ca.pem"), authority.pem()).unwrap();
    let front = Terminator::before(&relay.url, &authority.certifies("127.0.0.1", VALID));
    let sync = |home: &str, url: &str, ca: &str| {
        place.json(home, &["sync", "--relay", url, "--tls-ca", ca]).object();
    };
    sync("steward", &front.url, "ca.pem");
    let key = KeyPair::generate().unwrap();
    let own = params("127.0.0.1", VALID).self_signed(&key).unwrap();
    fs::write(place.path("own.pem"), own.pem()).unwrap();
    let front = Terminator::before(&relay.url, &Shown { certificate: own.pem(), key: key.serialize_pem() });
    sync("swallow", &front.url, "own.pem");
    assert_eq!(place.json("swallow", &["reports"]).object()["state"], "relay");
    sync("steward", &front.url, "own.pem");
    assert_eq!(place.json("steward", &["admit"]).object()["pseudonym"], "swallow");
    assert!(front.begun() > 0, "nothing went through TLS");
}

/// Guards against a letter that is given to whoever answers, against causes that nobody understands, and against a
/// report that is lost with a connection.
#[test]
fn a_relay_that_cannot_prove_its_name_gets_nothing_and_the_cause_is_named() {
    let (place, id) = community();
    let relay = place.relay();
    let (authority, stranger) = (Authority::new("project"), Authority::new("stranger"));
    let namesake = Authority::new("project");
    fs::write(place.path("ca.pem"), authority.pem()).unwrap();
    let cases: [(Shown, &[&str]); 5] = [
        (authority.certifies("relay.example", VALID), &["wrong name"]),
        (authority.certifies("127.0.0.1", (2020, 2021)), &["expired", "check the clock"]),
        (authority.certifies("127.0.0.1", (2190, 2200)), &["not yet valid", "check the clock"]),
        (stranger.certifies("127.0.0.1", VALID), &["unknown issuer", "--tls-ca"]),
        (namesake.certifies("127.0.0.1", VALID), &["unknown issuer", "another key"]),
    ];
    for (shown, words) in &cases {
        let front = Terminator::before(&relay.url, shown);
        for who in ["--relay", "--peer"] {
            place.json("swallow", &["sync", who, &front.url, "--tls-ca", "ca.pem"]).fails(1, words);
        }
        assert_eq!(front.begun(), 0, "TLS began with {words:?}");
    }
    let front = Terminator::before(&relay.url, &authority.certifies("127.0.0.1", VALID));
    place.json("swallow", &["sync", "--relay", &front.url]).fails(1, &["unknown issuer"]);
    still_unsent(&place, &id);
    for home in ["steward", "swallow"] {
        place.json(home, &["sync", "--relay", &front.url, "--tls-ca", "ca.pem"]).object();
    }
    assert_eq!(place.json("swallow", &["reports"]).object()["state"], "relay");
}

/// Guards against falling back to plain HTTP where TLS was asked for.
#[test]
fn a_plain_port_that_is_asked_over_https_gets_no_request() {
    let (place, id) = community();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let plain = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").unwrap();
        (bytes[0], bytes[..read].windows(6).any(|six| six == b"azalai"))
    });
    place.json("swallow", &["sync", "--relay", &url]).fails(1, &["no TLS is spoken there"]);
    // 22 begins a handshake of TLS.
    assert_eq!(plain.join().unwrap(), (22, false));
    let relay = place.relay();
    let url = relay.url.replace("http://", "https://");
    place.json("swallow", &["sync", "--relay", &url]).fails(1, &["no TLS is spoken there"]);
    still_unsent(&place, &id);
}

/// Guards against a file that is taken for trust and means nothing, so that the relay is blamed.
#[test]
fn a_file_of_trust_that_is_none_is_named_before_anything_is_sent() {
    let (place, id) = community();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    fs::write(place.path("empty.pem"), "").unwrap();
    fs::write(place.path("junk.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    for file in ["empty.pem", "junk.pem", "missing.pem"] {
        place.json("swallow", &["sync", "--relay", &url, "--tls-ca", file]).fails(1, &[file]);
    }
    let http = url.replace("https://", "http://");
    place.json("swallow", &["sync", "--relay", &http, "--tls-ca", "empty.pem"]).fails(2, &["--tls-ca", "https://"]);
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "a connection was made");
    still_unsent(&place, &id);
}

/// Guards against pages on the network that anybody on the way can read or change.
#[test]
fn pages_leave_this_machine_only_over_tls() {
    let place = Place::new();
    let authority = Authority::new("project");
    let shown = authority.certifies("veille.example", VALID);
    let other = authority.certifies("veille.example", VALID);
    fs::write(place.path("cert.pem"), &shown.certificate).unwrap();
    fs::write(place.path("key.pem"), &shown.key).unwrap();
    fs::write(place.path("other.pem"), &other.key).unwrap();
    let serve = |more: &[&str]| place.run(&[&["serve", "--home", "x", "--listen", "0.0.0.0:0"], more].concat());
    serve(&[]).fails(2, &["TLS", "--tls-certificate"]);
    serve(&["--tls-certificate", "cert.pem"]).fails(2, &["--tls-key"]);
    let both = ["--tls-certificate", "cert.pem", "--tls-key", "key.pem"];
    serve(&both).fails(2, &["--name"]);
    serve(&[&both[..], &["--name", "no name"]].concat()).fails(2, &["--name", "no name"]);
    let name = ["--name", "veille.example"];
    serve(&[&["--tls-certificate", "cert.pem", "--tls-key", "other.pem"], &name[..]].concat())
        .fails(1, &["cert.pem", "other.pem"]);
    serve(&[&["--tls-certificate", "key.pem", "--tls-key", "key.pem"], &name[..]].concat()).fails(1, &["key.pem"]);
    assert!(!place.path("x").exists(), "a mistake made a home");
}

/// A running `azalai serve`, killed when dropped.
struct Pages(Child);

impl Drop for Pages {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Guards against a session that travels in the clear, and against a device that answers to any name.
#[test]
fn pages_over_tls_keep_their_cookie_to_tls_and_answer_to_their_name_alone() {
    let place = Place::new();
    let authority = Authority::new("project");
    let shown = authority.certifies("veille.example", VALID);
    fs::write(place.path("cert.pem"), &shown.certificate).unwrap();
    fs::write(place.path("key.pem"), &shown.key).unwrap();
    let arguments = ["serve", "--home", "x", "--listen", "0.0.0.0:0", "--name", "Veille.example"];
    let tls = ["--tls-certificate", "cert.pem", "--tls-key", "key.pem"];
    let mut command: Command = place.command(&[&arguments[..], &tls].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pages = Pages(child);
    let mut line = String::new();
    BufReader::new(pages.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port: u16 = line.trim().strip_prefix("listening on https://veille.example:").unwrap().parse().unwrap();
    let mut warning = String::new();
    BufReader::new(pages.0.stderr.take().unwrap()).read_line(&mut warning).unwrap();
    assert!(warning.contains("from the network"), "{warning}");

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    let ask = |host: &str, head: &str| {
        let name = ServerName::try_from("veille.example").unwrap();
        let connection = ClientConnection::new(Arc::clone(&config), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", port)).unwrap());
        write!(stream, "{head} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    };
    let good = ask(&format!("veille.example:{port}"), "GET /start");
    assert!(good.starts_with("HTTP/1.1 200"), "{good}");
    let cookie = good.lines().find(|line| line.starts_with("set-cookie:")).unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.ends_with("; Secure"), "{cookie}");
    let bad = ask(&format!("evil.example:{port}"), "GET /start");
    assert!(bad.starts_with("HTTP/1.1 403"), "{bad}");

    let mut plain = TcpStream::connect(("127.0.0.1", port)).unwrap();
    // It may be hung up on before all of it is written.
    let _ = plain.write_all(format!("GET /start HTTP/1.1\r\nhost: veille.example:{port}\r\n\r\n").as_bytes());
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "a page was given without TLS");
}
