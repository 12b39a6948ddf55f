//! The one small binary codec of everything that is signed, sealed or sent.
//!
//! Strict by construction: every read is bounded, every integer has one encoding, and what is left over at the
//! end is an error. A failed read says what was wanted, where, how much it needed and how much there was.

/// Whether a sign shows nothing of itself and changes what stands beside it: controls, marks of direction, signs without
/// width, line separators. A name that holds one can pass for another, or forge a line on a screen.
#[must_use]
pub fn is_unseen(sign: char) -> bool {
    let hidden = ['\u{ad}', '\u{feff}'];
    sign.is_control()
        || hidden.contains(&sign)
        || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Why bytes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The input ended inside a field.
    #[error("{field}: needs {needed} bytes at offset {offset}, only {had} are there")]
    Short {
        /// The field that was being read.
        field: &'static str,
        /// Where it starts.
        offset: usize,
        /// How many bytes it needs.
        needed: usize,
        /// How many there were.
        had: usize,
    },
    /// A field holds a value that this format does not have.
    #[error("{field}: {problem} at offset {offset}")]
    Invalid {
        /// The field that was being read.
        field: &'static str,
        /// Where it starts.
        offset: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A length or count is above what this format allows.
    #[error("{field}: {got} is over the limit of {limit}")]
    TooLarge {
        /// The field that was being read.
        field: &'static str,
        /// What was announced.
        got: u64,
        /// What is allowed.
        limit: u64,
    },
    /// There are bytes after the end.
    #[error("{field}: {extra} bytes too many")]
    Trailing {
        /// What had been read.
        field: &'static str,
        /// How many bytes follow it.
        extra: usize,
    },
    /// A version that this program does not know: keep the bytes, an upgrade may read them.
    #[error("{field}: version {got} needs a newer Azalai")]
    UnknownVersion {
        /// What has the version.
        field: &'static str,
        /// The version met.
        got: u8,
    },
}

/// Reads from a slice, front to back.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    whole: usize,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { whole: bytes.len(), rest: bytes }
    }

    /// How many bytes have been read.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.whole - self.rest.len()
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// An error about the field that ends here.
    #[must_use]
    pub fn invalid(&self, field: &'static str, problem: &'static str) -> DecodeError {
        DecodeError::Invalid { field, offset: self.offset(), problem }
    }

    /// The next `len` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Short`] if there are fewer.
    pub fn take(&mut self, field: &'static str, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(DecodeError::Short {
            field,
            offset: self.offset(),
            needed: len,
            had: self.rest.len(),
        })?;
        self.rest = rest;
        Ok(head)
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// [`DecodeError::Short`] if there are fewer.
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let short = DecodeError::Short { field, offset: self.offset(), needed: N, had: self.rest.len() };
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(short)?;
        self.rest = rest;
        Ok(*head)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`DecodeError::Short`] at the end.
    pub fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(field).map(|[byte]| byte)
    }

    /// Two bytes, big endian.
    ///
    /// # Errors
    /// [`DecodeError::Short`] at the end.
    pub fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.array(field).map(u16::from_be_bytes)
    }

    /// Four bytes, big endian.
    ///
    /// # Errors
    /// [`DecodeError::Short`] at the end.
    pub fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// Eight bytes, big endian.
    ///
    /// # Errors
    /// [`DecodeError::Short`] at the end.
    pub fn u64(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        self.array(field).map(u64::from_be_bytes)
    }

    /// An unsigned LEB128 integer in its shortest form.
    ///
    /// # Errors
    /// [`DecodeError::Short`] at the end, [`DecodeError::Invalid`] if it is longer than needed or over 64 bits.
    pub fn varint(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        let mut value = 0_u64;
        let mut shift = 0_u32;
        loop {
            let byte = self.u8(field)?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(self.invalid(field, "an integer of more than 64 bits"));
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(self.invalid(field, "an integer longer than it needs to be"));
                }
                return Ok(value);
            }
            shift += 7;
            if shift > 63 {
                return Err(self.invalid(field, "an integer of more than 64 bits"));
            }
        }
    }

    /// A count or length: a varint of at most `limit`.
    ///
    /// # Errors
    /// As [`Reader::varint`], and [`DecodeError::TooLarge`] over the limit.
    pub fn length(&mut self, field: &'static str, limit: usize) -> Result<usize, DecodeError> {
        let got = self.varint(field)?;
        match usize::try_from(got) {
            Ok(length) if length <= limit => Ok(length),
            _ => Err(DecodeError::TooLarge { field, got, limit: limit as u64 }),
        }
    }

    /// A byte string with its length before it.
    ///
    /// # Errors
    /// As [`Reader::length`] and [`Reader::take`].
    pub fn bytes(&mut self, field: &'static str, limit: usize) -> Result<&'a [u8], DecodeError> {
        let length = self.length(field, limit)?;
        self.take(field, length)
    }

    /// A UTF-8 text with its length in bytes before it.
    ///
    /// # Errors
    /// As [`Reader::bytes`], and [`DecodeError::Invalid`] if it is not UTF-8.
    pub fn text(&mut self, field: &'static str, limit: usize) -> Result<String, DecodeError> {
        let bytes = self.bytes(field, limit)?;
        core::str::from_utf8(bytes).map(str::to_owned).map_err(|_| self.invalid(field, "not UTF-8"))
    }

    /// Says that nothing may be left.
    ///
    /// # Errors
    /// [`DecodeError::Trailing`] if something is.
    pub fn end(&self, field: &'static str) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing { field, extra: self.rest.len() }) }
    }
}

/// Writes what [`Reader`] reads.
#[derive(Debug, Clone, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.raw(&[value])
    }

    /// Two bytes, big endian.
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Four bytes, big endian.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Eight bytes, big endian.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// An unsigned LEB128 integer in its shortest form.
    pub fn varint(&mut self, mut value: u64) -> &mut Self {
        while value >= 0x80 {
            self.u8((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.u8(value as u8)
    }

    /// A byte string with its length before it.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.varint(bytes.len() as u64).raw(bytes)
    }

    /// A text with its length in bytes before it.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// How much has been written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing has been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}
