//! The binary codec: one encoding for each value, every read bounded.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use common::{assert_hex, each_damaged, noise};

const VARINTS: [u64; 10] = [0, 1, 127, 128, 300, 16_383, 16_384, 1 << 32, u64::MAX >> 1, u64::MAX];

fn sample() -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(1).u16(0x0203).u32(0x0405_0607).u64(0x0809_0a0b_0c0d_0e0f).varint(300).bytes(b"ab").text("é");
    writer.finish()
}

/// Guards against a change of byte order or of the integer coding.
#[test]
fn every_field_has_its_fixed_bytes() {
    assert_hex(&sample(), "01 0203 04050607 08090a0b0c0d0e0f ac02 026162 02c3a9");
}

/// Guards against a writer and a reader that disagree.
#[test]
fn what_is_written_is_read_back() {
    let bytes = sample();
    let mut reader = Reader::new(&bytes);
    assert_eq!(reader.u8("a").unwrap(), 1);
    assert_eq!(reader.u16("b").unwrap(), 0x0203);
    assert_eq!(reader.u32("c").unwrap(), 0x0405_0607);
    assert_eq!(reader.u64("d").unwrap(), 0x0809_0a0b_0c0d_0e0f);
    assert_eq!(reader.varint("e").unwrap(), 300);
    assert_eq!(reader.bytes("f", 2).unwrap(), b"ab");
    assert_eq!(reader.text("g", 2).unwrap(), "é");
    reader.end("all").unwrap();
}

/// Guards against a varint that takes more bytes than seven bits each need.
#[test]
fn a_varint_takes_one_byte_for_each_seven_bits() {
    for value in VARINTS {
        let mut writer = Writer::new();
        writer.varint(value);
        assert_eq!(writer.len(), (64 - value.max(1).leading_zeros()).div_ceil(7) as usize, "{value}");
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.varint("v").unwrap(), value);
        reader.end("v").unwrap();
    }
}

/// Guards against two encodings of one integer: two ids for one statement.
#[test]
fn a_varint_longer_than_needed_is_refused() {
    for bytes in [&[0x80, 0x00][..], &[0xff, 0x00], &[0x81, 0x80, 0x00]] {
        assert!(matches!(Reader::new(bytes).varint("v"), Err(DecodeError::Invalid { field: "v", .. })));
    }
}

/// Guards against wrapping around at 64 bits.
#[test]
fn a_varint_of_more_than_64_bits_is_refused() {
    let mut just_over = [0xff; 10];
    just_over[9] = 0x02;
    assert!(matches!(Reader::new(&just_over).varint("v"), Err(DecodeError::Invalid { .. })));
    assert!(matches!(Reader::new(&[0xff; 20]).varint("v"), Err(DecodeError::Invalid { .. })));
    assert!(matches!(Reader::new(&[0x80; 9]).varint("v"), Err(DecodeError::Short { .. })));
}

/// Guards against reserving what an attacker announces.
#[test]
fn a_length_over_the_limit_is_refused_before_anything_is_taken() {
    let mut writer = Writer::new();
    writer.varint(u64::MAX);
    let bytes = writer.finish();
    let error = Reader::new(&bytes).bytes("blob", 10).unwrap_err();
    assert_eq!(error, DecodeError::TooLarge { field: "blob", got: u64::MAX, limit: 10 });
}

/// Guards against an error that does not say where and how much.
#[test]
fn a_short_read_says_what_it_needed_and_had_and_takes_nothing() {
    let mut reader = Reader::new(&[1, 2, 3]);
    reader.u8("first").unwrap();
    let error = reader.u32("second").unwrap_err();
    assert_eq!(error, DecodeError::Short { field: "second", offset: 1, needed: 4, had: 2 });
    assert_eq!((reader.offset(), reader.left()), (1, 2));
    assert_eq!(error.to_string(), "second: needs 4 bytes at offset 1, only 2 are there");
}

/// Guards against bytes that nobody reads and that a signature yet covers.
#[test]
fn what_is_left_over_is_an_error() {
    let error = Reader::new(&[0, 0]).end("thing").unwrap_err();
    assert_eq!(error, DecodeError::Trailing { field: "thing", extra: 2 });
}

/// Guards against text that is none.
#[test]
fn text_that_is_not_utf8_is_refused() {
    assert!(matches!(Reader::new(&[2, 0xc3, 0x28]).text("name", 9), Err(DecodeError::Invalid { field: "name", .. })));
}

/// Guards against a panic on any bytes.
#[test]
fn no_bytes_make_the_reader_panic() {
    let read = |bytes: Vec<u8>| {
        let mut reader = Reader::new(&bytes);
        let _ = reader.varint("a");
        let _ = reader.text("b", 40);
        let _ = reader.u64("c");
        let _ = reader.array::<32>("d");
        let _ = reader.bytes("e", usize::MAX);
        assert!(reader.offset() + reader.left() == bytes.len());
    };
    each_damaged(&sample(), 500, read);
    for seed in 0..500 {
        read(noise(seed, seed as usize % 90));
    }
}
