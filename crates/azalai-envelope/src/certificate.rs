//! Certificates: how a relay learns whom to admit without learning who anybody is.
//!
//! The project's root certifies a carrier key once; every member who may rotate holds it and signs numbered
//! certificates with it. A certificate is ended by no clock, only by one of a higher number.

use crate::codec::{DecodeError, Reader, Writer};
use crate::envelope::PostingPublic;
use crate::ids::{ProjectId, derive};
use crate::keys::{RelayPublic, SigningPublic, SigningSecret};
use crate::sign::{self, Domain, Signature, SignatureError, Verified};
use crate::time::Day;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// Bytes of a certificate.
pub const CERTIFICATE_LEN: usize = 1 + CarrierCertificate::LEN + 4 + 2 + 4 + 32 + 64 + Signature::LEN;

/// Why bytes are no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The bytes do not have the form.
    #[error("certificate: {0}")]
    Decode(#[from] DecodeError),
    /// The root did not certify the carrier key.
    #[error("certificate: the carrier key is not certified by the root: {0}")]
    Carrier(SignatureError),
    /// The carrier key did not sign the certificate.
    #[error("certificate: not signed by the carrier key: {0}")]
    Signature(SignatureError),
}

/// The id of the project with this root key.
#[must_use]
pub fn project_id(root: &SigningPublic) -> ProjectId {
    ProjectId(derive("azalai 1 project", &[&root.0]))
}

/// The root's word that a key may sign certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarrierCertificate {
    /// The project's root key.
    pub root: SigningPublic,
    /// The carrier key.
    pub carrier: SigningPublic,
    /// By the root, over project and carrier key.
    pub signature: Signature,
}

impl CarrierCertificate {
    /// Bytes of its form.
    pub const LEN: usize = 32 + 32 + Signature::LEN;

    /// Certifies `carrier` with the root's secret key.
    #[must_use]
    pub fn issue(root: &SigningSecret, carrier: &SigningPublic) -> Self {
        let project = project_id(&root.public());
        let signature = sign::sign(root, Domain::Carrier, &[&project.0, &carrier.0]);
        Self { root: root.public(), carrier: *carrier, signature }
    }

    /// Writes [`CarrierCertificate::LEN`] bytes.
    pub fn write(&self, writer: &mut Writer) {
        writer.raw(&self.root.0).raw(&self.carrier.0).raw(&self.signature.0);
    }

    /// Reads what [`CarrierCertificate::write`] wrote and checks the root's signature.
    ///
    /// # Errors
    /// [`CertificateError`] if the form or the signature is wrong.
    pub fn read(reader: &mut Reader<'_>) -> Result<Verified<Self>, CertificateError> {
        let root = SigningPublic(reader.array("root key")?);
        let carrier = SigningPublic(reader.array("carrier key")?);
        let signature = Signature(reader.array("root's signature")?);
        let project = project_id(&root);
        sign::check(&root, Domain::Carrier, &[&project.0, &carrier.0], &signature)
            .map_err(CertificateError::Carrier)?;
        Ok(Verified::new(Self { root, carrier, signature }))
    }
}

/// Tells one relay which posting key is the project's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    /// Who may sign it.
    pub carrier: CarrierCertificate,
    /// Replaces those of lower number.
    pub number: u32,
    /// The day it was made: the project's latest agreed date.
    pub day: Day,
    /// The current posting key.
    pub posting: PostingPublic,
    /// The relay it is for.
    pub relay: RelayPublic,
}

impl Certificate {
    /// The project it is for.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        project_id(&self.carrier.root)
    }

    fn unsigned(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION);
        self.carrier.write(&mut writer);
        writer.u32(self.number).u16(self.day.0).u32(self.posting.epoch).raw(&self.posting.key.0);
        self.relay.write(&mut writer);
        writer.finish()
    }

    /// Signs it with the carrier's secret key: [`CERTIFICATE_LEN`] bytes.
    #[must_use]
    pub fn issue(&self, carrier: &SigningSecret) -> Vec<u8> {
        let mut bytes = self.unsigned();
        let signature = sign::sign(carrier, Domain::Certificate, &[&bytes]);
        bytes.extend_from_slice(&signature.0);
        bytes
    }

    /// Reads and checks a certificate: its form, the root's word for the carrier, the carrier's signature.
    ///
    /// # Errors
    /// [`CertificateError`], one variant for each.
    pub fn parse(bytes: &[u8]) -> Result<Verified<Self>, CertificateError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "certificate", got: version }.into());
        }
        let carrier = CarrierCertificate::read(&mut reader)?.into_inner();
        let number = reader.u32("number")?;
        let day = Day(reader.u16("day")?);
        let epoch = reader.u32("posting epoch")?;
        let key = SigningPublic(reader.array("posting key")?);
        let relay = RelayPublic::read(&mut reader)?;
        let signature = Signature(reader.array("signature")?);
        reader.end("certificate")?;
        let certificate = Self { carrier, number, day, posting: PostingPublic { epoch, key }, relay };
        sign::check(&carrier.carrier, Domain::Certificate, &[sign::unsigned(bytes)], &signature)
            .map_err(CertificateError::Signature)?;
        Ok(Verified::new(certificate))
    }
}
