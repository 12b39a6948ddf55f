//! How one value becomes one Automerge scalar, and back.
//!
//! Values that belong together are packed into one byte string with a version byte, because of two nested maps made
//! apart only one would show. Reading is strict: what does not encode back to the same bytes is unreadable. It must
//! never panic and never guess.

use automerge::ScalarValue;
use azalai_envelope::codec::{DecodeError, Reader, Writer};

/// The version byte of every packed value that this program writes.
pub const PACKED_VERSION: u8 = 1;

/// A value that is stored as one Automerge scalar.
pub trait Scalar: Sized {
    /// The scalar that stands for this value.
    fn encode(&self) -> ScalarValue;

    /// Reads the value.
    ///
    /// # Errors
    /// A scalar of another type, an unknown version, or anything that [`Scalar::encode`] would not have written.
    fn decode(scalar: &ScalarValue) -> Result<Self, DecodeError>;
}

/// A value of several parts that is packed into one byte string.
pub trait Packed: Sized {
    /// What the value is called in errors.
    const FIELD: &'static str;

    /// Writes the parts, without the version byte.
    fn pack(&self, out: &mut Writer);

    /// Reads the parts.
    ///
    /// # Errors
    /// Whatever is not a value of this kind.
    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// The packed bytes: version byte, then the parts.
pub fn pack<T: Packed>(value: &T) -> Vec<u8> {
    let mut out = Writer::new();
    out.u8(PACKED_VERSION);
    value.pack(&mut out);
    out.finish()
}

/// Reads what [`pack`] writes.
///
/// # Errors
/// [`DecodeError::UnknownVersion`] for another version byte; otherwise whatever is not the one encoding of a value.
pub fn unpack<T: Packed>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut input = Reader::new(bytes);
    let version = input.u8(T::FIELD)?;
    if version != PACKED_VERSION {
        return Err(DecodeError::UnknownVersion { field: T::FIELD, got: version });
    }
    let value = T::unpack(&mut input)?;
    input.end(T::FIELD)?;
    if pack(&value) != bytes {
        return Err(input.invalid(T::FIELD, "not the encoding that this value has"));
    }
    Ok(value)
}

impl<T: Packed> Scalar for T {
    fn encode(&self) -> ScalarValue {
        ScalarValue::Bytes(pack(self))
    }

    fn decode(scalar: &ScalarValue) -> Result<Self, DecodeError> {
        match scalar {
            ScalarValue::Bytes(bytes) => unpack(bytes),
            _ => Err(wrong_type(T::FIELD, "not a byte string")),
        }
    }
}

impl Scalar for String {
    fn encode(&self) -> ScalarValue {
        ScalarValue::Str(self.as_str().into())
    }

    fn decode(scalar: &ScalarValue) -> Result<Self, DecodeError> {
        match scalar {
            ScalarValue::Str(text) => Ok(text.to_string()),
            _ => Err(wrong_type("text", "not a text")),
        }
    }
}

impl Scalar for bool {
    fn encode(&self) -> ScalarValue {
        ScalarValue::Boolean(*self)
    }

    fn decode(scalar: &ScalarValue) -> Result<Self, DecodeError> {
        match scalar {
            ScalarValue::Boolean(value) => Ok(*value),
            _ => Err(wrong_type("yes or no", "neither true nor false")),
        }
    }
}

/// The error about a scalar of the wrong type.
pub(crate) fn wrong_type(field: &'static str, problem: &'static str) -> DecodeError {
    DecodeError::Invalid { field, offset: 0, problem }
}

/// Writes a part that may be missing: 0, or 1 and the part.
pub(crate) fn pack_option<T>(out: &mut Writer, value: Option<&T>, write: impl FnOnce(&mut Writer, &T)) {
    match value {
        None => {
            out.u8(0);
        }
        Some(value) => {
            out.u8(1);
            write(out, value);
        }
    }
}

/// Reads what [`pack_option`] writes.
pub(crate) fn unpack_option<'a, T>(
    input: &mut Reader<'a>,
    field: &'static str,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    match input.u8(field)? {
        0 => Ok(None),
        1 => read(input).map(Some),
        _ => Err(input.invalid(field, "neither 0 (missing) nor 1 (present)")),
    }
}

/// Makes an enumeration whose values have a fixed number (in documents) and a fixed name (for people and machines).
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident, $what:literal, { $($(#[$vmeta:meta])* $variant:ident = $code:literal, $text:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The number that stands for it in documents.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The one with this number.
            #[must_use]
            pub const fn from_code(code: u64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// Its name, the same in every language and output.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::labels::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::labels::find_name($what, Self::ALL, Self::name, text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl $crate::scalar::Scalar for $name {
            fn encode(&self) -> automerge::ScalarValue {
                automerge::ScalarValue::Uint(u64::from(self.code()))
            }

            fn decode(scalar: &automerge::ScalarValue) -> Result<Self, azalai_envelope::codec::DecodeError> {
                let automerge::ScalarValue::Uint(code) = scalar else {
                    return Err($crate::scalar::wrong_type($what, "not an unsigned number"));
                };
                Self::from_code(*code).ok_or($crate::scalar::wrong_type($what, "a number that this list does not have"))
            }
        }
    };
}
pub(crate) use coded;
