//! Compression of statement bodies: brotli with a dictionary that ships with the program.
//!
//! The dictionary is made by `cargo xtask dictionary` from `seeds/` and never changes under one number: a better one
//! gets the next number, and the old one stays for reading.

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use brotli::enc::{BrotliEncoderParams, StandardAlloc};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};

use crate::limits::MAX_BODY_BYTES;

/// Dictionary number 1.
static DICTIONARY_1: &[u8] = include_bytes!("dictionary-1.bin");

/// The window: the dictionary and the longest body fit behind each other.
const WINDOW_BITS: i32 = 18;

/// How hard the encoder tries. With this dictionary 6 takes well under a millisecond for a report; 7 to 9 come within
/// four bytes of it, and 9 takes 20 ms, most of it for clearing its tables; 10 and 11 save a few bytes of Latin
/// writing, lose more than ten of Arabic, and take 10 ms.
const QUALITY: i32 = 6;

/// How a stream announces that window (RFC 7932, section 9.1): the low four bits of its first byte.
const WINDOW_MARK: u8 = 0x03;

/// Room for the longest body and one byte more, which shows that there is more.
const ROOM: usize = MAX_BODY_BYTES + 1;

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
    /// Not exactly one brotli stream with this window and dictionary.
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

/// The encoder is a large thing of others': what it makes counts only if it reads back as it was, and should it panic,
/// the body goes as it is.
fn brotli_1(body: &[u8]) -> Option<Vec<u8>> {
    let dictionary = dictionary_before(body)?;
    let coded = catch_unwind(AssertUnwindSafe(|| encode(body, &dictionary))).ok().flatten()?;
    let reads_back = match unbrotli_1(&coded) {
        Ok(read) => read == body,
        // Too much for a statement, which whoever makes one is told.
        Err(CompressError::TooLarge) => body.len() > MAX_BODY_BYTES,
        Err(CompressError::Damaged) => false,
    };
    reads_back.then_some(coded)
}

/// Dictionary 1 as the encoder is shown it: with another last byte, one that no copy can begin or end with.
///
/// brotli 9.1.1 cuts a copy that would reach from the dictionary into the body at the border, to a length of 1 if it
/// begins with the dictionary's last byte; the format has no such copy, and the encoder panics (`fix_unbroken_len`, then
/// `GetCopyLengthCode`). So the last byte is one that the body has not; or, in a body that has all, one that never stands
/// before the body's first: should it be copied then, the body does not read back. `None` if there is none.
fn dictionary_before(body: &[u8]) -> Option<Vec<u8>> {
    let mut before = [false; 256];
    let mut there = [false; 256];
    let first = body.first()?;
    for (at, byte) in body.iter().enumerate() {
        *there.get_mut(usize::from(*byte))? = true;
        if body.get(at + 1) == Some(first) {
            *before.get_mut(usize::from(*byte))? = true;
        }
    }
    let free = |taken: &[bool; 256]| taken.iter().position(|taken| !taken);
    let last = u8::try_from(free(&there).or_else(|| free(&before))?).ok()?;
    let (_, rest) = DICTIONARY_1.split_last()?;
    Some([rest, &[last]].concat())
}

fn encode(body: &[u8], dictionary: &[u8]) -> Option<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: QUALITY,
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
        dictionary,
        std::io::Error::from(std::io::ErrorKind::UnexpectedEof),
    )
    .ok()?;
    Some(out)
}

/// Undoes [`compress`] in bounded memory.
///
/// # Errors
/// [`CompressError::Damaged`] if the stream announces another window than [`compress`] writes (a decoder has to
/// reserve what is announced), is broken or cut off, or has bytes after its end; [`CompressError::TooLarge`].
pub fn decompress(coding: Coding, body: &[u8]) -> Result<Cow<'_, [u8]>, CompressError> {
    match coding {
        Coding::Raw if body.len() > MAX_BODY_BYTES => Err(CompressError::TooLarge),
        Coding::Raw => Ok(Cow::Borrowed(body)),
        Coding::Brotli1 => unbrotli_1(body).map(Cow::Owned),
    }
}

fn unbrotli_1(body: &[u8]) -> Result<Vec<u8>, CompressError> {
    if body.first().is_none_or(|first| first & 0x0f != WINDOW_MARK) {
        return Err(CompressError::Damaged);
    }
    let alloc = StandardAlloc::default;
    // Strict: without the large windows that RFC 7932 does not have. The stream is read in one piece rather than
    // through a reader, which would not show bytes after the end.
    let mut state = BrotliState::new_strict(alloc(), alloc(), alloc());
    if !state.attach_dictionary_borrowed(DICTIONARY_1) {
        return Err(CompressError::Damaged);
    }
    let mut out = vec![0; body.len().saturating_mul(4).clamp(256, ROOM)];
    let (mut unread, mut read, mut written, mut total) = (body.len(), 0, 0, 0);
    loop {
        let mut room = out.len() - written;
        let state = &mut state;
        match BrotliDecompressStream(&mut unread, &mut read, body, &mut room, &mut written, &mut out, &mut total, state)
        {
            BrotliResult::ResultSuccess if unread == 0 => break,
            BrotliResult::NeedsMoreOutput if out.len() < ROOM => {
                let larger = out.len().saturating_mul(2).min(ROOM);
                out.resize(larger, 0);
            }
            BrotliResult::NeedsMoreOutput => return Err(CompressError::TooLarge),
            _ => return Err(CompressError::Damaged),
        }
    }
    out.truncate(written);
    if out.len() > MAX_BODY_BYTES { Err(CompressError::TooLarge) } else { Ok(out) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ids::from_hex;

    /// Guards against a device that stops because the encoder panics on a body: each of these did that to brotli 9.1.1.
    #[test]
    fn a_body_that_the_encoder_stumbled_over_is_compressed_or_goes_as_it_is() {
        for body in [
            "01010200018c7ab60ae55aebb52b33739aaf1c1bc54811abc510fff58fe20644bb294f22ed880eed38a293b8de377e7ec569300c3bdbbeee2024729f1eaa6fdab0c510",
            "01000801d9011156650300010281818181818181818181818181696c6c65206475204c8181",
        ] {
            let body = from_hex(body).unwrap();
            let dictionary = dictionary_before(&body).unwrap();
            // Not behind `catch_unwind`: where a panic ends the program, as in a browser, there is nothing to catch.
            let coded = encode(&body, &dictionary).unwrap();
            assert_eq!(unbrotli_1(&coded).unwrap(), body);
        }
    }

    /// Guards against a body of all byte values, for which no byte is left, going wrong instead of going as it is.
    #[test]
    fn bodies_that_have_all_bytes_come_back() {
        let all: Vec<u8> = (0..=255).collect();
        let everywhere: Vec<u8> = (0..=255).flat_map(|byte| [byte, 0]).collect();
        assert!(dictionary_before(&all).unwrap().last().is_some_and(|last| *last != 0xff), "0 follows nothing here");
        assert_eq!(dictionary_before(&[&[0], everywhere.as_slice()].concat()), None);
        for body in [all.clone(), everywhere, [all.as_slice(), &all].concat(), Vec::new()] {
            let (coding, coded) = compress(&body);
            assert_eq!(decompress(coding, &coded).unwrap(), body);
        }
    }
}
