//! Ids, keys, time and size classes: how things are named and counted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::ids::{derive, derive8, derive16, from_hex, to_hex};
use azalai_envelope::limits::{MAX_CLOCK_AHEAD_MS, MAX_DAYS_AHEAD, MAX_ENVELOPE_BYTES};
use azalai_envelope::pad::{CLASSES, class_of, is_class};
use azalai_envelope::{AudienceId, Clock, Day, DeviceKeys, DevicePublic, DocumentId, ProjectId};
use common::{assert_hex, author, each_damaged, noise, project, relay, rng};

/// Guards against a change of a derivation: every id in every store would change.
#[test]
fn derivations_have_their_fixed_bytes() {
    assert_hex(&project().0, "18b99c5316e45e06957260f7004fe6f6a08a43f0c554e7925c5273567b89f8be");
    assert_hex(&author().public().author_id().0, "bdf20458b83dbaf2");
    assert_hex(&author().public().audience().0, "5d8e7aa87d4640a959e328dd8db08b55");
    let key = relay().receiving.public();
    assert_hex(&key.generation(&AudienceId([0x11; 16])).0, "3622c3cb5b4ac15c4cef5f29541a7c66");
}

/// Guards against ("ab", "c") and ("a", "bc") having one id.
#[test]
fn parts_of_a_derivation_do_not_run_into_each_other() {
    let lists: [&[&[u8]]; 5] = [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"abc", b""], &[]];
    let ids: std::collections::BTreeSet<_> = lists.iter().map(|parts| derive("azalai 1 test", parts)).collect();
    assert_eq!(ids.len(), lists.len());
    assert_ne!(derive("azalai 1 test", &[b"abc"]), derive("azalai 1 other", &[b"abc"]));
}

/// Guards against short ids that are not the front of the long one, as the specification says.
#[test]
fn short_derivations_are_the_first_bytes_of_the_long_one() {
    let long = derive("azalai 1 test", &[b"x"]);
    assert_eq!(derive16("azalai 1 test", &[b"x"]), long[..16]);
    assert_eq!(derive8("azalai 1 test", &[b"x"]), long[..8]);
}

/// Guards against an id that cannot be typed back in.
#[test]
fn an_id_is_read_back_from_its_digits_and_from_nothing_else() {
    let id = DocumentId(*b"0123456789abcdef");
    assert_eq!(id.to_string().parse::<DocumentId>().unwrap(), id);
    assert_eq!(id.to_string().len(), DocumentId::LEN * 2);
    for wrong in ["", "00", &"0".repeat(31), &"0".repeat(33), &"0".repeat(34), &"A".repeat(32), &"é".repeat(16)] {
        let error = wrong.parse::<DocumentId>().unwrap_err();
        assert_eq!((error.kind, error.expected, error.got), ("document id", 32, wrong.chars().count()), "{wrong}");
    }
    assert!(ProjectId::from_slice(&[0; 31]).is_none());
}

/// Guards against an asymmetry of the hexadecimal form.
#[test]
fn hexadecimal_digits_are_read_back() {
    let bytes = noise(1, 257);
    assert_eq!(from_hex(&to_hex(&bytes)).unwrap(), bytes);
    assert_eq!(from_hex("0g"), None);
    assert_eq!(from_hex("0"), None);
}

/// Guards against a change of the keys' stored forms.
#[test]
fn keys_have_their_fixed_bytes_and_lengths() {
    let keys = relay();
    assert_hex(&keys.to_bytes(), &("08".repeat(32) + &"09".repeat(32)));
    let mut writer = Writer::new();
    keys.public().write(&mut writer);
    let bytes = writer.finish();
    assert_eq!(bytes.len(), 64);
    assert_hex(
        &bytes,
        "1398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93ca57db4b359f23ae5e146e4e2512056704 \
         722506348c150c14753d0c933d04d421",
    );
}

/// Guards against a key that is lost on the way to disk or to paper.
#[test]
fn keys_are_read_back() {
    let keys = DeviceKeys::generate(&mut rng(9));
    let again = DeviceKeys::from_bytes(&keys.to_bytes()).unwrap();
    assert_eq!(again.public(), keys.public());
    let public = keys.public();
    assert_eq!(public.to_string().parse::<DevicePublic>().unwrap(), public);
    let mut writer = Writer::new();
    public.write(&mut writer);
    assert_eq!(DevicePublic::read(&mut Reader::new(&writer.finish())).unwrap(), public);
}

/// Guards against keys of another length being cut or filled up.
#[test]
fn keys_of_another_length_are_refused() {
    assert!(matches!(DeviceKeys::from_bytes(&[0; 63]), Err(DecodeError::Short { .. })));
    assert!(matches!(DeviceKeys::from_bytes(&[0; 65]), Err(DecodeError::Trailing { extra: 1, .. })));
    assert!("00".repeat(63).parse::<DevicePublic>().is_err());
    assert!("00".repeat(65).parse::<DevicePublic>().is_err());
    assert!("zz".repeat(64).parse::<DevicePublic>().is_err());
}

/// Guards against a panic on any bytes.
#[test]
fn no_bytes_make_reading_keys_panic() {
    each_damaged(&relay().to_bytes(), 300, |bytes| {
        let _ = DeviceKeys::from_bytes(&bytes).map(|keys| keys.public());
        let _ = DevicePublic::read(&mut Reader::new(&bytes));
        let _ = String::from_utf8_lossy(&bytes).parse::<DevicePublic>();
    });
}

/// Guards against a log that shows a secret.
#[test]
fn debug_shows_no_secret() {
    let keys = relay();
    let shown = format!("{keys:?} {:?}", common::posting());
    for secret in ["08".repeat(4), "09".repeat(4), "05".repeat(4)] {
        assert!(!shown.contains(&secret), "{shown}");
    }
}

/// Guards against an overflow at the end of time, and against a day that is off by one.
#[test]
fn days_and_clocks_hold_at_both_ends() {
    assert_eq!(Day::of_ms(86_399_999), Day(0));
    assert_eq!(Day::of_ms(86_400_000), Day(1));
    assert_eq!(Day::of_ms(u64::MAX), Day(u16::MAX));
    assert_eq!(Day(1).start_ms(), 86_400_000);
    assert_eq!(Clock::at_ms(5).ms(), 5);
    assert_eq!(Clock::at_ms(u64::MAX).ms(), u64::MAX >> 16);
    assert_eq!(Clock(u64::MAX).tick(0), Clock(u64::MAX));
}

/// Guards against letters that a wrong clock puts where nobody looks.
#[test]
fn a_day_is_held_between_the_certificate_and_sixty_days_after() {
    let certificate = Day(20_000);
    assert_eq!(Day(0).clamped(certificate), certificate);
    assert_eq!(Day(20_010).clamped(certificate), Day(20_010));
    assert_eq!(Day(u16::MAX).clamped(certificate), Day(20_000 + MAX_DAYS_AHEAD));
    assert_eq!(Day(0).clamped(Day(u16::MAX)), Day(u16::MAX));
}

/// Guards against a clock that runs backwards on one device.
#[test]
fn a_clock_never_runs_backwards() {
    let first = Clock::default().tick(1000);
    let second = first.tick(1000);
    let third = second.tick(10);
    assert!(first < second && second < third);
    assert_eq!(third.ms(), 1000);
    assert_eq!(third.tick(2000), Clock::at_ms(2000));
}

/// Guards against one member's statement, dated at the end of time, pinning everybody's clock there.
#[test]
fn a_clock_follows_others_but_not_into_the_far_future() {
    let now = 1_000_000;
    let own = Clock::at_ms(now);
    assert_eq!(own.heard(Clock::at_ms(now - 5), now), own);
    assert_eq!(own.heard(Clock::at_ms(now + 5), now), Clock::at_ms(now + 5));
    let last = Clock::at_ms(now + MAX_CLOCK_AHEAD_MS);
    assert_eq!(own.heard(last, now), last);
    assert_eq!(own.heard(Clock::at_ms(last.ms() + 1), now), own);
    assert_eq!(own.heard(Clock(u64::MAX), u64::MAX), Clock(u64::MAX));
}

/// Guards against a change of the classes, which would split old and new devices.
#[test]
fn size_classes_have_their_fixed_bounds() {
    for (len, class) in [
        (0, 640),
        (640, 640),
        (641, 1024),
        (1025, 2048),
        (2049, 4096),
        (4097, 4352),
        (4352, 4352),
        (65_536, 65_536),
        (65_537, 67_584),
        (MAX_ENVELOPE_BYTES, MAX_ENVELOPE_BYTES),
    ] {
        assert_eq!(class_of(len), class, "{len}");
    }
}

/// Guards against a class that is no class of itself, and against waste over what Padmé promises.
#[test]
fn every_length_has_a_class_that_is_its_own_and_wastes_little() {
    for len in 0..=MAX_ENVELOPE_BYTES {
        let class = class_of(len);
        assert!(class >= len && is_class(class), "{len}");
        assert!(len <= CLASSES[3] || (class - len) * 100 <= len * 12, "{len} becomes {class}");
    }
    assert!(!is_class(0) && !is_class(639) && !is_class(641) && !is_class(4097));
    assert!(class_of(usize::MAX) > MAX_ENVELOPE_BYTES);
}
