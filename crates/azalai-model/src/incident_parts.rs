//! The composite values of an incident: links to reports, responses, notes, who takes care of it.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::ids::{AuthorId, to_hex};
use serde::{Serialize, Serializer};

use crate::limits::{MAX_CODE_BYTES, MAX_LINK_HEADS, MAX_TEXT_BYTES};
use crate::scalar::{Packed, coded, pack_option, unpack_option};

/// A device, as a value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Device(pub AuthorId);

impl Serialize for Device {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Packed for Device {
    const FIELD: &'static str = "device";

    fn pack(&self, out: &mut Writer) {
        out.raw(self.0.as_bytes());
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        input.array("device").map(|bytes| Self(AuthorId(bytes)))
    }
}

/// A link to a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The report's heads when it was linked, ascending, so that what it said later shows as later.
    #[serde(serialize_with = "heads")]
    pub heads: Vec<[u8; 32]>,
    /// A name that reports of one rumour share.
    pub rumour: Option<String>,
}

fn heads<S: Serializer>(heads: &[[u8; 32]], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(heads.iter().map(|head| to_hex(head)))
}

impl Packed for Link {
    const FIELD: &'static str = "link";

    fn pack(&self, out: &mut Writer) {
        out.varint(self.heads.len() as u64);
        for head in &self.heads {
            out.raw(head);
        }
        pack_option(out, self.rumour.as_ref(), |out, rumour| {
            out.text(rumour);
        });
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = input.length("link heads", MAX_LINK_HEADS)?;
        let heads: Vec<[u8; 32]> = (0..count).map(|_| input.array("link head")).collect::<Result<_, _>>()?;
        if !heads.is_sorted_by(|a, b| a < b) {
            return Err(input.invalid("link heads", "not in ascending order"));
        }
        let rumour = unpack_option(input, "rumour", |input| input.text("rumour", MAX_CODE_BYTES))?;
        Ok(Self { heads, rumour })
    }
}

coded! {
    /// What kind of thing was done.
    ResponseKind, "response", {
        /// Somebody went to see.
        Verification = 1, "verification";
        /// Somebody mediated.
        Mediation = 2, "mediation";
        /// People were sent to those who can help.
        Referral = 3, "referral";
        /// People were protected.
        Protection = 4, "protection";
        /// Another income was offered.
        Livelihood = 5, "livelihood";
        /// The police acted.
        Police = 6, "police";
        /// Nothing was done.
        None = 7, "none";
    }
}

/// What was done about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Response {
    /// What kind of thing.
    pub kind: ResponseKind,
    /// Which body did it.
    pub body: String,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// What came of it; may be empty.
    pub outcome: String,
}

impl Packed for Response {
    const FIELD: &'static str = "response";

    fn pack(&self, out: &mut Writer) {
        out.u8(self.kind.code()).text(&self.body).varint(self.at).text(&self.outcome);
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = input.u8("response kind")?;
        let kind = ResponseKind::from_code(u64::from(code))
            .ok_or_else(|| input.invalid("response kind", "a number that this list does not have"))?;
        Ok(Self {
            kind,
            body: input.text("response body", MAX_TEXT_BYTES)?,
            at: input.varint("response time")?,
            outcome: input.text("response outcome", MAX_TEXT_BYTES)?,
        })
    }
}

/// A coordinator's note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Who says it; the change's author is what proves it.
    pub by: Device,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// What.
    pub text: String,
}

impl Packed for Note {
    const FIELD: &'static str = "note";

    fn pack(&self, out: &mut Writer) {
        self.by.pack(out);
        out.varint(self.at).text(&self.text);
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            by: Device::unpack(input)?,
            at: input.varint("note time")?,
            text: input.text("note text", MAX_TEXT_BYTES)?,
        })
    }
}
