//! Compression of bodies: exact, bounded, and never a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use azalai_envelope::compress::{Coding, CompressError, compress, decompress};
use azalai_envelope::limits::MAX_BODY_BYTES;
use common::{assert_hex, each_damaged, each_flipped_bit, noise};

fn text(len: usize) -> Vec<u8> {
    "Trois camions ont franchi la frontière. Two men with rifles stopped the bus. أوقف مسلحون الحافلة قرب السوق. "
        .bytes()
        .cycle()
        .take(len)
        .collect()
}

/// Guards against a dictionary that changes under its number: whoever has the old one could not read new letters.
#[test]
fn dictionary_1_has_its_fixed_hash() {
    let dictionary = include_bytes!("../src/dictionary-1.bin");
    assert_eq!(dictionary.len(), 59_057);
    assert_hex(blake3::hash(dictionary).as_bytes(), "4c34e63f7afa26facedcf3f99ea7882f2c8e7853e7fc5d5685b26850070f3633");
}

/// Guards against a library that writes or reads the same dictionary in another way.
#[test]
fn a_compressed_body_has_its_fixed_bytes() {
    let body = "Yesterday evening armed men stopped the bus. حجز مسلحون الحافلة.".as_bytes();
    let (coding, coded) = compress(body);
    assert_eq!(coding, Coding::Brotli1);
    assert_hex(
        &coded,
        "134f00008cd4484d73bb76119bab53a7b28e71e0f0b4f004d7f4b031b6aed1296cc5234414180e20bf3dd449ded1c0f1fa2000",
    );
    assert_eq!(decompress(coding, &coded).unwrap(), body);
}

/// Guards against a body that comes back changed.
#[test]
fn a_body_of_any_length_comes_back_as_it_was() {
    for len in [0, 1, 2, 3, 10, 100, 280, 4095, 4096, 4097, 20_000, 65_535, MAX_BODY_BYTES] {
        for body in [text(len), noise(7, len), vec![0; len]] {
            let (coding, coded) = compress(&body);
            assert!(coded.len() <= body.len(), "{len}");
            assert_eq!(decompress(coding, &coded).unwrap(), body, "{len}");
        }
    }
}

/// Guards against bodies that grow: what does not get shorter is carried as it is.
#[test]
fn what_does_not_get_shorter_is_carried_raw() {
    for len in [0, 1, 6, 100, 5000] {
        let body = noise(8, len);
        let (coding, coded) = compress(&body);
        assert_eq!((coding, &coded[..]), (Coding::Raw, &body[..]));
    }
}

/// Guards against a small body that expands without end: what comes out is bounded, whatever is announced.
#[test]
fn a_decompression_bomb_is_refused_at_the_limit() {
    let zeros = vec![0; 16 << 20];
    let (coding, inside) = compress(&zeros[..MAX_BODY_BYTES]);
    assert_eq!(decompress(coding, &inside).unwrap().len(), MAX_BODY_BYTES);
    for len in [MAX_BODY_BYTES + 1, zeros.len()] {
        let (coding, bomb) = compress(&zeros[..len]);
        assert_eq!(coding, Coding::Brotli1);
        assert!(bomb.len() < 4096, "{}", bomb.len());
        assert_eq!(decompress(coding, &bomb).unwrap_err(), CompressError::TooLarge);
    }
    assert_eq!(decompress(Coding::Raw, &vec![0; MAX_BODY_BYTES + 1]).unwrap_err(), CompressError::TooLarge);
}

/// Guards against a stream that makes a reader reserve a large window before anything is known.
#[test]
fn a_stream_with_another_window_is_refused() {
    let body = text(300);
    let (coding, coded) = compress(&body);
    assert_eq!(coding, Coding::Brotli1);
    for first in 0..=255_u8 {
        let mut other = coded.to_vec();
        other[0] = first;
        let result = decompress(coding, &other);
        assert!(first & 0x0f == coded[0] & 0x0f || result == Err(CompressError::Damaged), "{first:#x}");
    }
}

/// Guards against bytes behind the stream that nobody reads, or a stream cut off that passes for whole.
#[test]
fn exactly_one_whole_stream_is_read() {
    let body = text(3000);
    let (coding, coded) = compress(&body);
    for len in 0..coded.len() {
        assert_eq!(decompress(coding, &coded[..len]).unwrap_err(), CompressError::Damaged, "{len}");
    }
    for extra in [1, 100, 5000] {
        let longer = [&coded[..], &noise(1, extra)].concat();
        assert_eq!(decompress(coding, &longer).unwrap_err(), CompressError::Damaged, "{extra}");
        let longer = [&coded[..], &vec![0; extra]].concat();
        assert_eq!(decompress(coding, &longer).unwrap_err(), CompressError::Damaged, "{extra}");
    }
}

/// Guards against a panic or unbounded output on any bytes.
#[test]
fn no_bytes_make_decompression_panic() {
    let check = |bytes: Vec<u8>| {
        if let Ok(body) = decompress(Coding::Brotli1, &bytes) {
            assert!(body.len() <= MAX_BODY_BYTES);
        }
    };
    for body in [text(280), text(5000), [text(200), noise(3, 200)].concat()] {
        let (_, coded) = compress(&body);
        each_flipped_bit(&coded, |bytes, _| check(bytes));
        each_damaged(&coded, 2000, |mut bytes| {
            check(bytes.clone());
            if let Some(first) = bytes.first_mut() {
                *first = *first & 0xf0 | 0x03;
            }
            check(bytes);
        });
    }
}
