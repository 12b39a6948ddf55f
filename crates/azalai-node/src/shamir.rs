//! Shamir's sharing of a secret: any `need` of the shares give it back, fewer say nothing of it. Pure.
//!
//! Each byte of the secret is the value at 0 of a random polynomial of degree `need` - 1 over GF(256) with the
//! polynomial x^8 + x^4 + x^3 + x^2 + 1, as the crates `sharks` and `blahaj` have it; a share holds the values at its own number. Why this is not a crate's:
//! `docs/decisions/0021-vault.md`.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// The product in GF(256), in the same time whatever the factors.
fn times(a: u8, b: u8) -> u8 {
    let (mut product, mut a, mut b) = (0, a, b);
    for _ in 0..8 {
        product ^= a & (b & 1).wrapping_neg();
        let carry = (a >> 7).wrapping_neg();
        a = (a << 1) ^ (0x1d & carry);
        b >>= 1;
    }
    product
}

/// The inverse in GF(256): a to the power of 254. 0 has none and gives 0.
fn inverse(a: u8) -> u8 {
    let mut power = a;
    for _ in 0..6 {
        power = times(times(power, power), a);
    }
    times(power, power)
}

/// Shares of a secret, numbered from 1 to `of`.
pub(crate) fn split(secret: &[u8; 16], need: u8, of: u8, rng: &mut impl CryptoRng) -> Vec<(u8, [u8; 16])> {
    let mut coefficients = Zeroizing::new(vec![[0; 16]; usize::from(need).saturating_sub(1)]);
    coefficients.iter_mut().for_each(|row| rng.fill_bytes(row));
    let share = |x: u8| {
        let mut y = [0; 16];
        for row in coefficients.iter().rev().chain([secret]) {
            y.iter_mut().zip(row).for_each(|(y, c)| *y = times(*y, x) ^ c);
        }
        (x, y)
    };
    (1..=of).map(share).collect()
}

/// The secret that shares of different numbers lead to: the one that was split if there are enough of them.
pub(crate) fn join(shares: &[(u8, [u8; 16])]) -> Zeroizing<[u8; 16]> {
    let mut secret = Zeroizing::new([0; 16]);
    for (x, y) in shares {
        let others = shares.iter().map(|(other, _)| *other).filter(|other| other != x);
        let weight = others.fold(1, |weight, other| times(weight, times(other, inverse(other ^ x))));
        secret.iter_mut().zip(y).for_each(|(byte, y)| *byte ^= times(weight, *y));
    }
    secret
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use azalai_envelope::ids::{from_hex, to_hex};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    /// Guards against a field that is none.
    #[test]
    fn every_number_but_0_has_an_inverse() {
        assert!((1..=u8::MAX).all(|a| times(a, inverse(a)) == 1) && inverse(0) == 0);
        assert_eq!((times(2, 0x80), times(0x57, 1), times(0x57, 0)), (0x1d, 0x57, 0));
    }

    /// Guards against sheets that only this code could read: these shares were made by another implementation.
    #[test]
    fn shares_of_another_implementation_are_joined() {
        let made = [
            "01a3a9ba06b86c45dbdf900dea41d5f41c",
            "02590400f522fa2ad894316a5f35ddde8d",
            "03fabc98c0dec30974c338cd0eb8d5c46e",
            "04bac65a28be45d6bb4206416bfc9d9e85",
            "05197ec21d427cf517150fe63a71958466",
        ];
        let shares: Vec<(u8, [u8; 16])> = made
            .iter()
            .map(|share| from_hex(share).unwrap())
            .map(|share| (share[0], <[u8; 16]>::try_from(&share[1..]).unwrap()))
            .collect();
        for chosen in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
            let joined = join(&chosen.map(|index| shares[index]));
            assert_eq!(to_hex(&*joined), "00112233445566778899aabbccddeeff", "{chosen:?}");
        }
    }

    /// Guards against any set of enough sheets that opens nothing, and against fewer that do.
    #[test]
    fn as_many_as_are_needed_give_the_secret_and_fewer_do_not() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let secret = *b"sixteen bytes ok";
        for (need, of) in [(2, 2), (2, 3), (3, 5), (5, 9), (16, 16)] {
            let shares = split(&secret, need, of, &mut rng);
            assert_eq!(shares.len(), usize::from(of));
            for first in 0..=usize::from(of - need) {
                let enough = &shares[first..first + usize::from(need)];
                assert_eq!(*join(enough), secret, "{need} of {of} from {first}");
                assert_ne!(*join(&enough[1..]), secret, "{need} of {of}, one fewer");
            }
        }
    }
}
