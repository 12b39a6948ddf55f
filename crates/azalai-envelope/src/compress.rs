//! Compression of statement bodies: brotli with a dictionary that ships with the program.
//!
//! The dictionary is made by `cargo xtask dictionary` from `seeds/dictionary/` and never changes under one
//! number: a better one gets the next number, and the old one stays for reading.

use std::borrow::Cow;
use std::io::{Cursor, Read as _};

use brotli::enc::BrotliEncoderParams;
use brotli::enc::StandardAlloc;
use brotli::{Allocator, SliceWrapperMut};

use crate::limits::MAX_BODY_BYTES;

/// Dictionary number 1.
static DICTIONARY_1: &[u8] = include_bytes!("dictionary-1.bin");

/// The window: the dictionary and the longest body fit behind each other.
const WINDOW_BITS: i32 = 18;

/// How a statement's body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Raw,
    /// Brotli with dictionary 1.
    Brotli1,
}

/// A body that cannot be decompressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompressError {
    /// Not a brotli stream, or one for another dictionary.
    #[error("the compressed body is damaged")]
    Damaged,
    /// Longer than [`MAX_BODY_BYTES`] when decompressed.
    #[error("the body is over {MAX_BODY_BYTES} bytes when decompressed")]
    TooLarge,
}

/// Compresses `body` if that makes it shorter.
#[must_use]
pub fn compress(body: &[u8]) -> (Coding, Cow<'_, [u8]>) {
    match brotli_1(body) {
        Some(shorter) if shorter.len() < body.len() => (Coding::Brotli1, Cow::Owned(shorter)),
        _ => (Coding::Raw, Cow::Borrowed(body)),
    }
}

fn brotli_1(body: &[u8]) -> Option<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: 9,
        lgwin: WINDOW_BITS,
        size_hint: body.len(),
        use_dictionary: false,
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::with_capacity(body.len());
    brotli::BrotliCompressCustomIoCustomDict(
        &mut brotli::IoReaderWrapper(&mut Cursor::new(body)),
        &mut brotli::IoWriterWrapper(&mut out),
        &mut [0; 4096],
        &mut [0; 4096],
        &params,
        StandardAlloc::default(),
        &mut |_, _, _, _| (),
        DICTIONARY_1,
        std::io::Error::from(std::io::ErrorKind::UnexpectedEof),
    )
    .ok()?;
    Some(out)
}

/// Undoes [`compress`] in bounded memory.
///
/// # Errors
/// [`CompressError`] if the stream is damaged, has bytes after its end, or is too long.
pub fn decompress(coding: Coding, body: &[u8]) -> Result<Cow<'_, [u8]>, CompressError> {
    match coding {
        Coding::Raw if body.len() > MAX_BODY_BYTES => Err(CompressError::TooLarge),
        Coding::Raw => Ok(Cow::Borrowed(body)),
        Coding::Brotli1 => {
            let mut dictionary = StandardAlloc::default().alloc_cell(DICTIONARY_1.len());
            dictionary.slice_mut().copy_from_slice(DICTIONARY_1);
            let mut out = Vec::with_capacity(body.len().saturating_mul(4).min(MAX_BODY_BYTES));
            let mut source = Cursor::new(body);
            let decoder = brotli::Decompressor::new_with_custom_dict(&mut source, 4096, dictionary);
            let limit = MAX_BODY_BYTES as u64 + 1;
            decoder.take(limit).read_to_end(&mut out).map_err(|_| CompressError::Damaged)?;
            if out.len() > MAX_BODY_BYTES {
                return Err(CompressError::TooLarge);
            }
            Ok(Cow::Owned(out))
        }
    }
}
