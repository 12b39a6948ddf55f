//! How the person at this device likes things. Kept on the device's desk: nobody reads them without the passphrase.
//!
//! Version 1, idle minutes (one byte, 0: never chosen), minutes that local time is ahead of UTC in quarters of an hour
//! plus 56 (one byte).

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_node::{Node, NodeError};
use azalai_store::{Disk, Store};

const VERSION: u8 = 1;
const KEY: &str = "settings";

/// The settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Minutes of rest after which the device locks; `None`: never chosen.
    pub(crate) idle_minutes: Option<u64>,
    /// Minutes that local time is ahead of UTC, in whole quarters of an hour.
    pub(crate) offset_min: i16,
}

impl Settings {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let idle = self.idle_minutes.and_then(|minutes| u8::try_from(minutes).ok()).unwrap_or(0);
        let quarters = (self.offset_min / 15 + 56).clamp(0, 112);
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(idle).u8(u8::try_from(quarters).unwrap_or(56));
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("settings")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "settings", got }),
        }
        let idle = reader.u8("idle minutes")?;
        let quarters = reader.u8("offset")?;
        if quarters > 112 {
            return Err(reader.invalid("offset", "no clock is so far ahead"));
        }
        reader.end("settings")?;
        let idle_minutes = (idle > 0).then_some(u64::from(idle));
        Ok(Self { idle_minutes, offset_min: (i16::from(quarters) - 56) * 15 })
    }

    /// The kept settings; the usual ones where there are none, or none that this program can read.
    pub(crate) async fn load<S: Store, D: Disk + Clone>(device: &Node<S, D>) -> Result<Self, NodeError> {
        let kept = device.desk_get(KEY).await?;
        Ok(kept.and_then(|bytes| Self::decode(&bytes).ok()).unwrap_or_default())
    }

    pub(crate) async fn save<S: Store, D: Disk + Clone>(&self, device: &mut Node<S, D>) -> Result<(), NodeError> {
        device.desk_put(KEY, self.encode()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against settings of an older program that a newer one reads otherwise.
    #[test]
    fn settings_have_fixed_bytes_and_survive_the_trip() {
        let settings = Settings { idle_minutes: Some(5), offset_min: 60 };
        let bytes = settings.encode();
        assert_eq!(bytes, [1, 5, 60]);
        assert_eq!(Settings::decode(&bytes).unwrap(), settings);
        assert_eq!(Settings::decode(&Settings::default().encode()).unwrap(), Settings::default());
    }

    /// Guards against damaged bytes that end the program, or are taken for settings.
    #[test]
    fn damaged_settings_are_an_error() {
        let bytes = Settings::default().encode();
        for cut in 0..bytes.len() {
            assert!(Settings::decode(&bytes[..cut]).is_err());
        }
        for at in 0..bytes.len() {
            for value in 0..=255 {
                let mut other = bytes.clone();
                other[at] = value;
                let _ = Settings::decode(&other);
            }
        }
        assert!(Settings::decode(&[2, 0, 56]).is_err());
        assert!(Settings::decode(&[1, 0, 113]).is_err());
    }
}
