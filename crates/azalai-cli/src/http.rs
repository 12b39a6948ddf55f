//! How requests get to a relay or a neighbour: HTTP, since what is inside is encapsulated, or
//! the same over TLS. An address that says https is never asked in another way.

use std::path::Path;

use azalai_envelope::codec::is_unseen;
use azalai_node::{Transport, TransportError};
use ureq::Agent;

use crate::limits::{CONNECT_TIMEOUT, MAX_PROBLEM_CHARS, MAX_REPLY_BYTES, REQUEST_TIMEOUT};
use crate::output::{Failure, why};
use crate::tls;

/// A link to one responder; its connection is kept between requests.
pub(crate) struct Link {
    agent: Agent,
    base: String,
}

impl Link {
    /// A link to `http://HOST:PORT`, or to `https://HOST`, where `ca` may name all that is trusted.
    pub(crate) fn new(url: &str, ca: Option<&Path>) -> Result<Self, Failure> {
        let base = url.trim_end_matches('/').to_owned();
        let secret = base.starts_with("https://");
        if !secret && !base.starts_with("http://") {
            return Err(Failure::usage(format!(
                "{url:?} is no address of a relay or neighbour: it looks like http://192.168.1.20:7700 or https://relay.example"
            )));
        }
        if ca.is_some() && !secret {
            return Err(Failure::usage(format!("--tls-ca is for an address with https://, not for {url}")));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(secret)
            .tls_config(tls::trust(ca)?)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(REQUEST_TIMEOUT))
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .build();
        Ok(Self { agent: config.into(), base })
    }

    fn call(&self, path: &str, body: Option<&[u8]>) -> Result<Vec<u8>, TransportError> {
        let url = format!("{}{path}", self.base);
        let connection = |error: ureq::Error| {
            let why = self.base.starts_with("https://").then(|| tls::why(&error)).flatten();
            match why {
                Some(why) => TransportError::Untrusted(format!("{url}: {why}")),
                None => TransportError::Connection(in_words(&self.base, &error)),
            }
        };
        let mut response = match body {
            Some(body) => self.agent.post(&url).content_type("application/octet-stream").send(body),
            None => self.agent.get(&url).call(),
        }
        .map_err(connection)?;
        let status = response.status().as_u16();
        let bytes = response.body_mut().with_config().limit(MAX_REPLY_BYTES).read_to_vec().map_err(connection)?;
        if status == 200 { Ok(bytes) } else { Err(refused(status, &bytes)) }
    }
}

/// Why there was no answer, as people say it.
fn in_words(base: &str, error: &ureq::Error) -> String {
    use std::io::ErrorKind;
    const LOST: &str = "Nothing was lost: what waits here goes on waiting";
    let cause = match error {
        ureq::Error::Io(error) => why(error),
        ureq::Error::HostNotFound => "there is nobody of that name".to_owned(),
        other => other.to_string(),
    };
    let never = match error {
        ureq::Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::ConnectionRefused
                | ErrorKind::HostUnreachable
                | ErrorKind::NetworkUnreachable
                | ErrorKind::NetworkDown
                | ErrorKind::AddrNotAvailable
        ),
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => true,
        _ => false,
    };
    if never {
        return format!("nobody answers at {base} ({cause}). {LOST}; look at the address, and whether it is in reach");
    }
    format!("{base} gave no whole answer ({cause}). {LOST}; try again")
}

/// What a problem document says, as far as it is one.
fn refused(status: u16, body: &[u8]) -> TransportError {
    let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| {
        let text = problem.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        text.chars().filter(|c| !is_unseen(*c)).take(MAX_PROBLEM_CHARS).collect::<String>()
    };
    let kind = text("type");
    let kind = kind.strip_prefix("urn:azalai:problem:").unwrap_or(&kind).to_owned();
    TransportError::Refused { status, kind, detail: text("detail") }
}

impl Transport for Link {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        self.call("/azalai/1/key", None)
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.call("/azalai/1/exchange", Some(&request))
    }
}
