//! The body of a log statement: what its author knew, and the acts.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::sign::{self, Domain};
use azalai_envelope::{DevicePublic, ProjectId, Signature, SigningPublic, SigningSecret, StatementId};

use crate::act::Act;
use crate::act_bytes::{read_ids, write_ids};
use crate::limits::{MAX_ACT_BYTES, MAX_ACTS, MAX_AFTER};

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// The body of a log statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Heads of both logs that the author knew, in order: this makes the logs a graph.
    pub after: Vec<StatementId>,
    /// What the author does, in order. A statement without acts only names what its author knew: so a graph with more
    /// heads than one statement names is brought together.
    pub acts: Vec<Act>,
}

impl LogEntry {
    /// Writes the body; `after`, cuts and adopted statements are put in order.
    ///
    /// # Errors
    /// [`DecodeError`] as [`LogEntry::decode`] would give for what was written: something is over its limit, a
    /// text is empty, a chain is cut twice. So nothing is ever signed that others refuse to read.
    pub fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        let mut writer = Writer::new();
        writer.u8(VERSION);
        write_ids(&mut writer, &self.after);
        writer.varint(self.acts.len() as u64);
        for act in &self.acts {
            writer.u8(act.tag()).bytes(&act.payload());
        }
        let bytes = writer.finish();
        Self::decode(&bytes)?;
        Ok(bytes)
    }

    /// Reads the body: version, `after` in order and at most 64, at most 64 acts, nothing left over.
    ///
    /// # Errors
    /// [`DecodeError`]; an unknown version as [`DecodeError::UnknownVersion`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "log entry", got: version });
        }
        let after = read_ids(&mut reader, "after", 0, MAX_AFTER)?;
        let count = reader.length("acts", MAX_ACTS)?;
        let mut acts = Vec::with_capacity(count);
        for _ in 0..count {
            let tag = reader.u8("act tag")?;
            acts.push(Act::read(tag, reader.bytes("act", MAX_ACT_BYTES)?)?);
        }
        reader.end("log entry")?;
        Ok(Self { after, acts })
    }
}

/// The key of the device that a claim introduces; for `UnverifiedStatement::verify_introduced`. None if the body
/// claims nothing, or for several devices.
#[must_use]
pub fn introduced_key(body: &[u8]) -> Option<SigningPublic> {
    let mut found = None;
    for act in LogEntry::decode(body).ok()?.acts {
        if let Act::Claim { device, .. } = act {
            if found.is_some_and(|key| key != device.signing) {
                return None;
            }
            found = Some(device.signing);
        }
    }
    found
}

/// The bytes that a claim's proof covers, after its domain: project, signing key, receiving key.
fn proof_parts<'a>(project: &'a ProjectId, device: &'a DevicePublic) -> [&'a [u8]; 3] {
    [&project.0, &device.signing.0, &device.receiving.0]
}

/// Shows with an invite's one-time key that `device` holds the invite.
#[must_use]
pub fn prove_claim(one_time: &SigningSecret, project: &ProjectId, device: &DevicePublic) -> Signature {
    sign::sign(one_time, Domain::Claim, &proof_parts(project, device))
}

/// Whether `proof` is the one-time key's over this project and device.
pub(crate) fn proof_holds(
    one_time: &SigningPublic,
    project: &ProjectId,
    device: &DevicePublic,
    proof: &Signature,
) -> bool {
    sign::check(one_time, Domain::Claim, &proof_parts(project, device), proof).is_ok()
}
