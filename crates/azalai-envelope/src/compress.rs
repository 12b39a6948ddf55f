//! Compression of statement bodies: brotli with a dictionary that ships with the program.
//!
//! The dictionary is made by `cargo xtask dictionary` from `seeds/` and never changes under one number: a better one
//! gets the next number, and the old one stays for reading.

use std::borrow::Cow;
use std::io::Cursor;

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

/// The encoder is a large thing of others': what it makes counts only if it reads back as it was.
fn brotli_1(body: &[u8]) -> Option<Vec<u8>> {
    let coded = encode(body, &dictionary_for(body)?)?;
    let reads_back = match unbrotli_1(&coded) {
        Ok(read) => read == body,
        // Too much for a statement, which whoever makes one is told.
        Err(CompressError::TooLarge) => body.len() > MAX_BODY_BYTES,
        Err(CompressError::Damaged) => false,
    };
    reads_back.then_some(coded)
}

/// The dictionary as the encoder is given it. brotli 9.1.1 cuts a copy off where the dictionary ends; one that begins at
/// the dictionary's last byte is cut to a length of 1, for which the format has no code, and the encoder panics. Such a
/// copy is possible where that byte stands in the body before the body's first one: its distance may be one of those that
/// a stream begins with (4 at the fourth byte). Then the last byte is another one here, which does not stand before the
/// body's first byte anywhere, so there is no such copy. A reader has the true dictionary: what would use the last byte
/// otherwise does not read back and is not used. `None` if every byte stands there: then the body goes as it is.
fn dictionary_for(body: &[u8]) -> Option<Cow<'static, [u8]>> {
    let (Some(first), Some((last, before))) = (body.first(), DICTIONARY_1.split_last()) else {
        return Some(Cow::Borrowed(DICTIONARY_1));
    };
    let (mut ahead, mut there) = ([false; 256], [false; 256]);
    let mark = |table: &mut [bool; 256], byte: u8| table.get_mut(usize::from(byte)).map_or((), |place| *place = true);
    for pair in body.windows(2) {
        if let [one, next] = pair
            && next == first
        {
            mark(&mut ahead, *one);
        }
    }
    body.iter().for_each(|byte| mark(&mut there, *byte));
    let is = |table: &[bool; 256], byte: u8| table.get(usize::from(byte)).copied().unwrap_or_default();
    if !is(&ahead, *last) {
        return Some(Cow::Borrowed(DICTIONARY_1));
    }
    // Best one that the body does not have at all: no copy can use it.
    let unused = (0..=u8::MAX).find(|byte| !is(&there, *byte));
    let other = unused.or_else(|| (0..=u8::MAX).find(|byte| !is(&ahead, *byte)))?;
    Some(Cow::Owned([before, &[other]].concat()))
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

    /// Guards against a device that stops (in a browser a panic ends the program) because the encoder overflows on a body:
    /// on six bytes, of which the fourth is the dictionary's last and the fifth is the first again; on an act's; and on
    /// whatever else has the dictionary's last byte before its first one.
    #[test]
    fn bodies_that_the_encoder_stumbled_over_come_back_as_they_were() {
        let act = "01010200018c7ab60ae55aebb52b33739aaf1c1bc54811abc510fff58fe20644bb294f22ed880eed38a293b8de377e7ec569300c3bdbbeee2024729f1eaa6fdab0c510";
        let mut bodies = vec![from_hex(act).unwrap(), vec![1, 0, 1, 0, 1, 1]];
        // The same far into a body whose words the dictionary has.
        let words = "Des hommes armés à motos ont arrêté le camion sur la route du marché. ".repeat(3);
        bodies.push([&[1, 2, 3, 0, 1, 2, 3][..], words.as_bytes(), &[0, 1, 2, 3]].concat());
        // And where each byte stands before the first one.
        bodies.push([&[7, 0][..], &(0..=255).flat_map(|byte| [byte, 7]).collect::<Vec<u8>>()].concat());
        for body in bodies {
            let (coding, coded) = compress(&body);
            assert_eq!(decompress(coding, &coded).unwrap(), body);
        }
        let long = [&[1, 2, 3, 0, 1][..], words.as_bytes()].concat();
        let (coding, coded) = compress(&long);
        assert!(coding == Coding::Brotli1 && coded.len() < 100, "it is still compressed: {}", coded.len());
    }

    /// Guards against other bodies that end the program: of few different bytes, so that they repeat themselves and the
    /// dictionary's end in every way, and of pieces of the dictionary's end.
    #[test]
    fn no_body_of_many_ends_the_encoder() {
        let mut rng = <rand_chacha::ChaCha20Rng as rand_core::SeedableRng>::seed_from_u64(6);
        let mut below = |n: usize| rand_core::Rng::next_u32(&mut rng) as usize % n;
        let tail = DICTIONARY_1.get(DICTIONARY_1.len() - 40..).unwrap();
        for round in 0..3000 {
            let letters = [2, 3, 5, 256][round % 4];
            let mut body = Vec::new();
            for _ in 0..below(60) + 1 {
                match below(6) {
                    0 => body.extend(tail.iter().skip(below(40)).take(1 + below(12))),
                    1 if !body.is_empty() => {
                        let (from, len) = (below(body.len()), 1 + below(9));
                        let again: Vec<u8> = body.iter().skip(from).take(len).copied().collect();
                        body.extend(again);
                    }
                    2 => body.push(0),
                    _ => body.push(u8::try_from(below(letters)).unwrap()),
                }
            }
            let (coding, coded) = compress(&body);
            assert_eq!(decompress(coding, &coded).unwrap(), body, "{round}");
        }
    }
}
