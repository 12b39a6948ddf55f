//! The earlier report that a report takes the place of: the way in which a device that no longer holds a report's
//! words corrects it or takes it back. It only names; whether the name counts is for whoever knows both authors.

use azalai_envelope::DocumentId;
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::ids::from_hex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scalar::Packed;

/// The id of an earlier report. As JSON: its 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrects(pub DocumentId);

impl Packed for Corrects {
    const FIELD: &'static str = "corrects";

    fn pack(&self, out: &mut Writer) {
        out.raw(&self.0.0);
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(DocumentId(input.array("report")?)))
    }
}

impl Serialize for Corrects {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Corrects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let id = from_hex(&text).and_then(|bytes| DocumentId::from_slice(&bytes));
        id.map(Self).ok_or_else(|| serde::de::Error::custom("not the 32 hexadecimal digits of a report's id"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::scalar::{pack, unpack};

    /// Guards against a name that another program reads as another report's, or that damage makes one.
    #[test]
    fn the_bytes_are_fixed_survive_the_trip_and_damage_is_refused() {
        let value = Corrects(DocumentId([7; 16]));
        let bytes = pack(&value);
        assert_eq!(bytes, [&[1][..], &[7; 16]].concat());
        assert_eq!(unpack::<Corrects>(&bytes), Ok(value));
        for cut in 0..bytes.len() {
            assert!(unpack::<Corrects>(&bytes[..cut]).is_err());
        }
        assert!(matches!(unpack::<Corrects>(&[2; 17]), Err(DecodeError::UnknownVersion { got: 2, .. })));
        assert!(unpack::<Corrects>(&[&bytes[..], &[0]].concat()).is_err());
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(json, format!("\"{}\"", "07".repeat(16)));
        assert_eq!(serde_json::from_str::<Corrects>(&json).unwrap(), value);
        assert!(serde_json::from_str::<Corrects>("\"07\"").is_err());
    }
}
