//! The address of the relay that was asked last, so that nobody types it twice. On the device's desk, under `relay`:
//! version 1, then the address as text. It must never be shown before the device is unlocked.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_node::{Node, NodeError};
use azalai_store::{Disk, Store};

use crate::limits::MAX_ADDRESS_BYTES;

const VERSION: u8 = 1;
const KEY: &str = "relay";

/// An address that may be asked: printable, of bounded length, with a scheme. Whether somebody is there is another
/// matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelayAddress(String);

impl RelayAddress {
    /// What a person typed. Without a scheme it is plain HTTP: what travels is sealed.
    pub(crate) fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let whole = if typed.contains("://") { typed.to_owned() } else { format!("http://{typed}") };
        let (scheme, rest) = whole.split_once("://")?;
        let (scheme, rest) = (scheme.to_ascii_lowercase(), rest.trim_end_matches('/'));
        let plain = rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'@' | b'\\' | b'#' | b'?'));
        let good = matches!(scheme.as_str(), "http" | "https") && plain && !rest.is_empty() && !rest.starts_with('/');
        (good && whole.len() <= MAX_ADDRESS_BYTES).then(|| Self(format!("{scheme}://{rest}")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).text(&self.0);
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("relay address")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "relay address", got }),
        }
        let text = reader.text("relay address", MAX_ADDRESS_BYTES)?;
        let address = Self::read(&text).filter(|address| address.0 == text);
        let address = address.ok_or_else(|| reader.invalid("relay address", "no address"))?;
        reader.end("relay address")?;
        Ok(address)
    }

    /// The one that is remembered; none if there is none that this program can read.
    pub(crate) async fn load<S: Store, D: Disk + Clone>(device: &Node<S, D>) -> Result<Option<Self>, NodeError> {
        Ok(device.desk_get(KEY).await?.and_then(|bytes| Self::decode(&bytes).ok()))
    }

    pub(crate) async fn save<S: Store, D: Disk + Clone>(&self, device: &mut Node<S, D>) -> Result<(), NodeError> {
        device.desk_put(KEY, self.encode()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against an address that names somebody else than it shows, or that leads out of HTTP.
    #[test]
    fn what_is_typed_becomes_an_address_or_nothing() {
        let read = |typed: &str| RelayAddress::read(typed).map(|address| address.0);
        assert_eq!(read(" 192.168.1.20:7700/ ").unwrap(), "http://192.168.1.20:7700");
        assert_eq!(read("HTTPS://relay.example").unwrap(), "https://relay.example");
        for bad in [
            "",
            "http://",
            "ftp://a",
            "file:///etc/passwd",
            "http://a@b",
            "http://a b",
            "http://a\\b",
            "http:///a",
            "http://\u{202e}a",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(&"a".repeat(MAX_ADDRESS_BYTES)), None);
    }

    /// Guards against an address of an older program that a newer one reads otherwise, and damage that ends it.
    #[test]
    fn an_address_has_fixed_bytes_and_damage_is_an_error() {
        let address = RelayAddress::read("http://a:1").unwrap();
        let bytes = address.encode();
        assert_eq!(bytes, b"\x01\x0ahttp://a:1");
        assert_eq!(RelayAddress::decode(&bytes).unwrap(), address);
        for cut in 0..bytes.len() {
            assert!(RelayAddress::decode(&bytes[..cut]).is_err());
        }
        for at in 0..bytes.len() {
            for value in 0..=255 {
                let mut other = bytes.clone();
                other[at] = value;
                let _ = RelayAddress::decode(&other);
            }
        }
        assert!(RelayAddress::decode(b"\x02\x0ahttp://a:1").is_err());
    }
}
