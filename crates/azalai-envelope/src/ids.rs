//! Names of things: fixed-size newtypes, each derived by BLAKE3 under a context string of its own.
//!
//! Nothing here is secret. A derivation never mixes two kinds of thing: the context string is the domain.

use core::fmt;

/// A hexadecimal text that is no id of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: expected {expected} lowercase hexadecimal digits, got {got} characters{problem}")]
pub struct IdParseError {
    /// Which kind of id was wanted.
    pub kind: &'static str,
    /// How many digits it has.
    pub expected: usize,
    /// How many characters were given.
    pub got: usize,
    /// What else was wrong, or nothing.
    pub problem: &'static str,
}

/// Writes bytes as lowercase hexadecimal digits.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(DIGITS.get(usize::from(nibble)));
        }
    }
    text
}

/// Reads lowercase hexadecimal digits; `None` for anything else.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    fn digit(byte: u8) -> Option<u8> {
        match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        }
    }
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Reads the id from exactly its length in bytes.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl core::str::FromStr for $name {
            type Err = IdParseError;

            fn from_str(text: &str) -> Result<Self, IdParseError> {
                let wrong = |problem| IdParseError { kind: $kind, expected: $len * 2, got: text.chars().count(), problem };
                let bytes = from_hex(text).ok_or_else(|| wrong(", not all of them such digits"))?;
                Self::from_slice(&bytes).ok_or_else(|| wrong(""))
            }
        }
    };
}

id!(
    /// A project: BLAKE3 of its root public key.
    ProjectId, 32, "project id"
);
id!(
    /// A document or a signed record, 16 bytes: see [`crate::statement::document_id`].
    DocumentId, 16, "document id"
);
id!(
    /// A chain of statements that one device writes to one audience; random.
    ChainId, 8, "chain id"
);
id!(
    /// The first bytes of BLAKE3 of a device's public signing key: how a statement names its author.
    AuthorId, 8, "author id"
);
id!(
    /// A statement: BLAKE3-256 of everything that its signature covers.
    StatementId, 32, "statement id"
);
id!(
    /// An envelope: BLAKE3-256 of all its bytes but the posting signature.
    EnvelopeId, 32, "envelope id"
);
id!(
    /// Who may open a statement: one circle, or one named member.
    AudienceId, 16, "audience id"
);
id!(
    /// One generation of a circle's key pair (or a member's receiving key): BLAKE3 of audience and public key.
    GenerationId, 16, "generation id"
);

/// BLAKE3 in key-derivation mode over length-prefixed parts, so that no two lists of parts collide.
#[must_use]
pub fn derive(context: &'static str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// The first 16 bytes of [`derive()`].
#[must_use]
pub fn derive16(context: &'static str, parts: &[&[u8]]) -> [u8; 16] {
    let full = derive(context, parts);
    core::array::from_fn(|i| full.get(i).copied().unwrap_or_default())
}

/// The first 8 bytes of [`derive()`].
#[must_use]
pub fn derive8(context: &'static str, parts: &[&[u8]]) -> [u8; 8] {
    let full = derive(context, parts);
    core::array::from_fn(|i| full.get(i).copied().unwrap_or_default())
}
