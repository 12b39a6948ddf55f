//! What was made to be handed over: an invite with its words, a relay's certificate. In memory only, for the browser
//! that asked for it, and only for a while.
//!
//! Words stay until their person says that they have them, and not only for one look: a browser that sends a form twice
//! throws the first answer away, and a page of words that nobody read would leave an invite that nobody can open. What
//! was forgotten stays as a mark, so that a form which is sent again makes nothing a second time.

use std::collections::VecDeque;

use crate::limits::{HANDOUT_MS, MAX_HANDOUTS};
use crate::sessions::CookieId;

/// The name of one form as it was shown: what it makes is made once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FormId([u8; 16]);

impl FormId {
    /// A new one, of half of these random bytes.
    pub(crate) fn new(random: [u8; 32]) -> Self {
        Self(azalai_envelope::ids::derive16("azalai 1 form id", &[&random]))
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        azalai_envelope::ids::from_hex(text).and_then(|bytes| bytes.try_into().ok()).map(Self)
    }
}

impl core::fmt::Display for FormId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&azalai_envelope::ids::to_hex(&self.0))
    }
}

/// What is handed over.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) file: Vec<u8>,
    /// How the downloaded file is called: ASCII letters, digits, `-` and `.` only.
    pub(crate) file_name: String,
    /// An invite's six words; empty for what is sealed under none.
    pub(crate) words: String,
    /// Labels and values that say what it is.
    pub(crate) said: Vec<(String, String)>,
}

impl core::fmt::Debug for Content {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Content").field("file_name", &self.file_name).finish_non_exhaustive()
    }
}

/// What one form made.
#[derive(Debug, Clone)]
pub(crate) struct Handout {
    cookie: CookieId,
    form: FormId,
    since_ms: u64,
    /// None once it was forgotten.
    pub(crate) content: Option<Content>,
}

/// Everything that was made, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Handouts(VecDeque<Handout>);

impl Handouts {
    pub(crate) fn find(&self, cookie: &CookieId, form: FormId) -> Option<&Handout> {
        self.0.iter().find(|handout| handout.cookie == *cookie && handout.form == form)
    }

    pub(crate) fn add(&mut self, cookie: CookieId, form: FormId, content: Content, now_ms: u64) {
        if self.0.len() >= MAX_HANDOUTS {
            self.0.pop_front();
        }
        self.0.push_back(Handout { cookie, form, since_ms: now_ms, content: Some(content) });
    }

    pub(crate) fn forget(&mut self, cookie: &CookieId, form: FormId) {
        let mine = self.0.iter_mut().filter(|handout| handout.cookie == *cookie && handout.form == form);
        mine.for_each(|handout| handout.content = None);
    }

    pub(crate) fn sweep(&mut self, now_ms: u64) {
        let old = self.0.iter_mut().filter(|handout| now_ms.saturating_sub(handout.since_ms) > HANDOUT_MS);
        old.for_each(|handout| handout.content = None);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against words that another browser reads, or that stay in memory for as long as the program runs.
    #[test]
    fn what_was_made_is_its_browsers_alone_and_only_for_a_while() {
        let (mine, other) = (CookieId::new([1; 32]), CookieId::new([2; 32]));
        let form = FormId::new([3; 32]);
        assert_eq!(FormId::read(&form.to_string()), Some(form));
        let content =
            Content { file: vec![1], file_name: "x".to_owned(), words: "abandon".to_owned(), said: Vec::new() };
        let mut handouts = Handouts::default();
        handouts.add(mine.clone(), form, content.clone(), 1_000);
        assert!(handouts.find(&other, form).is_none());
        assert!(!format!("{handouts:?}").contains("abandon"));
        handouts.sweep(1_000 + HANDOUT_MS);
        assert!(handouts.find(&mine, form).unwrap().content.is_some());
        handouts.sweep(1_001 + HANDOUT_MS);
        assert!(handouts.find(&mine, form).unwrap().content.is_none());
        for number in 0..MAX_HANDOUTS {
            handouts.add(mine.clone(), FormId::new([u8::try_from(number).unwrap() + 4; 32]), content.clone(), 2_000);
        }
        assert!(handouts.find(&mine, form).is_none());
    }
}
