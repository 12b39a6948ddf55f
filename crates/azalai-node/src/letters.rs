//! Letters with keys: what is in each, and how they are split. They must never hold a key that nobody said is due.

use azalai_envelope::codec::Reader;
use azalai_envelope::{PostingKey, ReceivingSecret, SigningPublic, SigningSecret};
use azalai_roster::limits::{MAX_LETTER_KEYS, MAX_LETTER_POSTING};
use azalai_roster::{Circle, KeyLetter};

/// The body of a key letter: the author's key (its reader may not know it yet), then the letter.
pub(crate) fn letter_author(body: &[u8]) -> Option<SigningPublic> {
    Reader::new(body).array("author").ok().map(SigningPublic)
}

/// As many letters as it takes, at least one: a project grows, and the limits of one letter stay. The newest posting
/// keys first: with them a reader takes the rest for a member's letters.
pub(crate) fn letters(
    circles: &[(Circle, ReceivingSecret)],
    mut posting: Vec<PostingKey>,
    mut carrier: Option<SigningSecret>,
) -> Vec<KeyLetter> {
    posting.reverse();
    let (mut circles, mut posting) = (circles.chunks(MAX_LETTER_KEYS), posting.chunks(MAX_LETTER_POSTING));
    let mut letters = Vec::new();
    let mut next = (circles.next(), posting.next());
    while letters.is_empty() || next.0.is_some() || next.1.is_some() {
        letters.push(KeyLetter {
            circles: next.0.unwrap_or_default().to_vec(),
            posting: next.1.unwrap_or_default().to_vec(),
            carrier: carrier.take(),
        });
        next = (circles.next(), posting.next());
    }
    letters
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Guards against a project that grows beyond what one letter holds, and then gives nobody any key.
    #[test]
    fn more_keys_than_one_letter_holds_go_in_several() {
        let circles: Vec<_> = (0..MAX_LETTER_KEYS + 1)
            .map(|n| (Circle::Everyone, ReceivingSecret::from_bytes([u8::try_from(n % 250).unwrap() | 1; 32])))
            .collect();
        let key = |n: usize| PostingKey {
            epoch: u32::try_from(n).unwrap(),
            secret: SigningSecret::from_seed(&[u8::try_from(n % 250).unwrap(); 32]),
        };
        let posting: Vec<PostingKey> = (0..2 * MAX_LETTER_POSTING + 1).map(key).collect();
        let all = letters(&circles, posting, Some(SigningSecret::from_seed(&[1; 32])));
        let whole: Vec<_> = all.iter().map(|it| KeyLetter::decode(&it.encode().unwrap()).unwrap()).collect();
        assert_eq!(whole.iter().map(|it| it.circles.len()).collect::<Vec<_>>(), [MAX_LETTER_KEYS, 1, 0]);
        assert_eq!(whole.iter().map(|it| it.posting.len()).sum::<usize>(), 2 * MAX_LETTER_POSTING + 1);
        assert!(whole.first().is_some_and(|it| it.posting.iter().any(|key| key.epoch == 512) && it.carrier.is_some()));
        assert_eq!(letters(&[], Vec::new(), None).len(), 1);
    }
}
