//! A relay in a folder: its key lasts, its store is durable, and it says what is wrong with either.

use std::fs;
use std::sync::Arc;

use azalai_envelope::{DeviceKeys, Lane};
use azalai_relay::{Relay, RelayError, relay_key};
use azalai_store::StoreError;
use azalai_sync::Exchange;
use azalai_sync::limits::DEFAULT_QUOTA_BYTES;
use azalai_sync::responder::AdmitError;
use futures_lite::future::block_on;

use crate::client::Server;
use crate::support::{TODAY, World, held, put};

/// Guards against a relay whose key changes, so that its certificates and receipts are worth nothing, or is readable
/// by everybody on its machine.
#[test]
fn a_relays_key_is_made_once_for_its_owner_alone_and_a_damaged_one_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let key = block_on(relay_key(folder.path())).unwrap();
    assert_eq!(block_on(relay_key(folder.path())).unwrap(), key);
    let file = folder.path().join("relay.key");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
    let bytes = fs::read(&file).unwrap();
    assert_eq!((bytes.len(), bytes[0]), (65, 1));
    assert_eq!(DeviceKeys::from_bytes(&bytes[1..]).unwrap().public(), key);
    for damaged in [&bytes[..64], &[], &[2; 65], &[1; 66]] {
        fs::write(&file, damaged).unwrap();
        assert!(matches!(block_on(relay_key(folder.path())), Err(RelayError::Key(_))));
        assert_eq!(fs::read(&file).unwrap(), damaged);
    }
}

/// Guards against a relay that forgets, when it is started again, what it signed for.
#[test]
fn what_a_relay_acknowledged_over_http_is_there_when_its_folder_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(1);
    fs::write(folder.path().join("relay.key"), [[1].as_slice(), &world.relay.to_bytes()].concat()).unwrap();
    let mine = world.carrier();
    let envelopes = world.envelopes(20, Lane::Text, TODAY);
    put(&mine, envelopes);
    {
        let relay = block_on(Relay::open(folder.path(), DEFAULT_QUOTA_BYTES)).unwrap();
        assert_eq!(relay.public(), world.relay.public());
        let again = block_on(Relay::open(folder.path(), DEFAULT_QUOTA_BYTES));
        assert!(matches!(again, Err(RelayError::Store(StoreError::InUse { .. }))));
        assert_eq!(block_on(relay_key(folder.path())).unwrap(), relay.public(), "beside a running relay");
        block_on(relay.admit(&world.certificate(1, &world.posting))).unwrap();
        let server = Server::start(relay.responder());
        let config = world.config();
        let summary = server.connect().exchange(Exchange::new(config), &mine, &mut world);
        assert_eq!((summary.sent, summary.settled), (20, true));
    }
    let relay = block_on(Relay::open(folder.path(), DEFAULT_QUOTA_BYTES)).unwrap();
    assert!(relay.recovery().is_none());
    let server = Server::start(relay.responder());
    let other = world.carrier();
    let config = world.config();
    let summary = server.connect().exchange(Exchange::new(config), &other, &mut world);
    assert_eq!((summary.received, held(&other)), (20, held(&mine)));
}

/// Guards against a keeper who starts a relay with the certificate of another and wonders why nobody comes.
#[test]
fn a_certificate_for_another_relay_is_refused_with_both_keys_named() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(2);
    let relay = Arc::new(block_on(Relay::open(folder.path(), DEFAULT_QUOTA_BYTES)).unwrap());
    let error = block_on(relay.admit(&world.certificate(1, &world.posting))).unwrap_err();
    assert!(matches!(error, AdmitError::OtherRelay { .. }));
    let said = error.to_string();
    assert!(said.contains(&relay.public().to_string()) && said.contains(&world.relay.public().to_string()), "{said}");
    let garbage = block_on(relay.admit(b"no certificate")).unwrap_err();
    assert!(matches!(garbage, AdmitError::Certificate(_)));
}
