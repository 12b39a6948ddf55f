//! TLS around a connection: whom a client trusts, what a server shows, and in words why it failed.
//!
//! Letters are sealed inside by Azalai's own formats; this is a cover over them (`docs/decisions/0013-tls.md`). Nothing
//! here may switch a check off, trust more than it was told to, or let a connection go on in plain HTTP.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{CertificateError, Error, InvalidMessage, RootCertStore, ServerConfig};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::commands::read_file;
use crate::limits::MAX_PEM_BYTES;
use crate::output::Failure;

/// Whom a client trusts: the public authorities, or only what stands in a file.
///
/// # Errors
/// The file cannot be read, holds no certificate, or holds one that could never be trusted. It is named.
pub(crate) fn trust(file: Option<&Path>) -> Result<TlsConfig, Failure> {
    let roots = match file {
        None => RootCerts::WebPki,
        Some(file) => {
            let certificates = certificates(file)?;
            let mut store = RootCertStore::empty();
            // The client would leave out what it cannot read, and then blame the relay.
            for certificate in &certificates {
                let added = store.add(certificate.clone());
                added
                    .map_err(|error| Failure::failed(format!("{}: no usable certificate: {error}", file.display())))?;
            }
            RootCerts::Specific(Arc::new(
                certificates.iter().map(|der| Certificate::from_der(der).to_owned()).collect(),
            ))
        }
    };
    Ok(TlsConfig::builder().root_certs(roots).build())
}

/// What a server shows.
///
/// # Errors
/// A file cannot be read, holds nothing of its kind, or the key is another certificate's.
pub(crate) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, Failure> {
    let chain = certificates(certificate)?;
    let secret = PrivateKeyDer::from_pem_slice(&read_file(key, MAX_PEM_BYTES)?)
        .map_err(|_| Failure::failed(format!("{}: no private key in PEM in it", key.display())))?;
    let both = |error: Error| {
        Failure::failed(format!("{} and {} do not serve together: {error}", certificate.display(), key.display()))
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(both)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(both)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// All certificates of a file, at least one.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let bytes = read_file(file, MAX_PEM_BYTES)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(Failure::failed(format!("{}: no certificate in PEM in it", file.display()))),
        Err(error) => Err(Failure::failed(format!("{}: damaged PEM: {error}", file.display()))),
    }
}

/// Why a request over TLS failed, in words for who has to mend it; `None` if TLS is not the cause.
pub(crate) fn why(error: &ureq::Error) -> Option<String> {
    match error {
        ureq::Error::Rustls(error) => Some(cause(error)),
        ureq::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(error) => Some(cause(error)),
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                Some("the connection ended in the middle; perhaps no TLS is spoken there".to_owned())
            }
            None => None,
        },
        ureq::Error::Tls(_) => Some("no certificate can be for such a name".to_owned()),
        _ => None,
    }
}

fn cause(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => certificate(why),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "no TLS is spoken there; if it is a relay on a hotspot of your own, its address begins with http://"
                .to_owned()
        }
        Error::AlertReceived(alert) => format!("the other side broke TLS off ({alert:?})"),
        Error::PeerIncompatible(_) => "the other side speaks no TLS that is still safe".to_owned(),
        other => format!("TLS failed: {other}"),
    }
}

fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => "unknown issuer: nobody who is trusted here vouches for its certificate. \
             If it is the relay's own, get it by a safe way and name it with --tls-ca"
            .to_owned(),
        // The issuer's name is known and its key is another: most often a certificate of one's own that was made anew.
        CertificateError::BadSignature => "unknown issuer: it bears a name that is trusted here, but another key. The \
             certificate was made anew, or somebody stands in the relay's place: ask the keeper"
            .to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired by the clock of this device: check the clock, then ask the keeper".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not yet valid by the clock of this device: check the clock".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "wrong name: its certificate is for another name than the address says".to_owned()
        }
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is made for an authority, not for a server: the keeper makes one with CA:FALSE".to_owned()
        }
        other => format!("its certificate is no good: {other}"),
    }
}
