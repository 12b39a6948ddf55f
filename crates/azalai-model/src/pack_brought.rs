//! A pack that a steward brought: how statements carry it, which of several is in use, and what earlier ones still name.
//!
//! Pure functions of the set of packs: no clock and no order of arrival decides. The bytes are fixed in
//! `docs/spec/packs.md`. What is not a whole pack that keeps every rule is none.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::DocumentId;
use azalai_envelope::codec::{DecodeError, Reader, Writer};

use crate::limits::{MAX_PACK_BYTES, MAX_PACK_FOLLOWS, MAX_PACK_PARTS, MAX_PACKS_KNOWN, PACK_PART_BYTES};
use crate::pack::{Pack, PackError};

/// The version of a part that this program writes and reads.
pub const VERSION: u8 = 1;

/// What one statement carries of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which part it is, from 0.
    pub number: u8,
    /// How many there are.
    pub of: u8,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A pack with what it was brought in the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The packs that were in use, or brought apart, where it was brought.
    pub follows: BTreeSet<DocumentId>,
    /// The pack.
    pub pack: Pack,
}

/// Why parts are no pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BroughtError {
    /// Some are not there, or do not say of how many they are.
    #[error("parts of the pack are missing")]
    Missing,
    /// What the parts begin with cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The pack breaks a rule.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// It follows more packs than a pack does.
    #[error("a pack follows {0} others; {MAX_PACK_FOLLOWS} at most")]
    Follows(usize),
}

impl Part {
    /// The body of a statement.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(self.number).u8(self.of).raw(&self.bytes);
        writer.finish()
    }

    /// Reads the body of a statement.
    ///
    /// # Errors
    /// [`DecodeError`]; an unknown version means that the program is older than the pack.
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        match reader.u8("pack")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "pack", got }),
        }
        let (number, of) = (reader.u8("part")?, reader.u8("parts")?);
        if number >= of || of > MAX_PACK_PARTS {
            return Err(reader.invalid("part", "not one of as many as a pack has"));
        }
        if !(1..=PACK_PART_BYTES).contains(&reader.left()) {
            return Err(reader.invalid("part", "empty or too long"));
        }
        let bytes = reader.take("part", reader.left())?.to_vec();
        Ok(Self { number, of, bytes })
    }
}

impl Brought {
    /// The parts that statements carry, in order.
    ///
    /// # Errors
    /// [`BroughtError::Follows`], or [`PackError::TooLong`] where the pack is longer when written anew.
    pub fn parts(&self) -> Result<Vec<Part>, BroughtError> {
        if self.follows.len() > MAX_PACK_FOLLOWS {
            return Err(BroughtError::Follows(self.follows.len()));
        }
        let json = self.pack.written();
        if json.len() > MAX_PACK_BYTES {
            return Err(PackError::TooLong(json.len()).into());
        }
        let mut whole = Writer::new();
        whole.varint(self.follows.len() as u64);
        for id in &self.follows {
            whole.raw(&id.0);
        }
        whole.raw(&json);
        let whole = whole.finish();
        let chunks: Vec<&[u8]> = whole.chunks(PACK_PART_BYTES).collect();
        let of = u8::try_from(chunks.len()).map_err(|_| BroughtError::Missing)?;
        Ok((0..of).zip(chunks).map(|(number, bytes)| Part { number, of, bytes: bytes.to_vec() }).collect())
    }

    /// Puts parts together again and checks the pack whole.
    ///
    /// # Errors
    /// [`BroughtError`], one variant for each rule.
    pub fn whole(parts: &BTreeMap<u8, Part>) -> Result<Self, BroughtError> {
        let of = parts.values().next().map_or(0, |part| usize::from(part.of));
        if of == 0 || parts.len() != of || parts.values().any(|part| usize::from(part.of) != of) {
            return Err(BroughtError::Missing);
        }
        let bytes = parts.values().map(|part| part.bytes.as_slice()).collect::<Vec<_>>().concat();
        let mut reader = Reader::new(&bytes);
        let count = reader.length("packs before", MAX_PACK_FOLLOWS)?;
        let mut follows = BTreeSet::new();
        for _ in 0..count {
            let id = DocumentId(reader.array("pack before")?);
            if follows.last().is_some_and(|last| *last >= id) {
                return Err(reader.invalid("packs before", "not ascending").into());
            }
            follows.insert(id);
        }
        let json = reader.take("pack", reader.left())?;
        Ok(Self { follows, pack: Pack::parse(json)? })
    }
}

/// The packs that no other was brought in the place of, the one in use first: of several that were brought apart the
/// one with the highest version, then the one with the lowest document id.
#[must_use]
pub fn heads(packs: &BTreeMap<DocumentId, Brought>) -> Vec<DocumentId> {
    let followed: BTreeSet<&DocumentId> =
        packs.iter().flat_map(|(id, brought)| brought.follows.iter().filter(move |other| *other != id)).collect();
    let mut heads: Vec<(&DocumentId, &Brought)> = packs.iter().filter(|(id, _)| !followed.contains(id)).collect();
    if heads.is_empty() {
        // Only by forging can packs follow each other in a circle: then none of them is before another.
        heads = packs.iter().collect();
    }
    heads.sort_by_key(|(id, brought)| (core::cmp::Reverse(brought.pack.version), **id));
    heads.into_iter().map(|(id, _)| *id).collect()
}

/// The packs from the one in use back through those before it, the nearest first, at most [`MAX_PACKS_KNOWN`].
#[must_use]
pub fn lineage(packs: &BTreeMap<DocumentId, Brought>) -> Vec<&Pack> {
    let (mut order, mut seen) = (heads(packs), BTreeSet::new());
    let (mut known, mut at) = (Vec::new(), 0);
    while let Some(id) = order.get(at).copied().filter(|_| known.len() < MAX_PACKS_KNOWN) {
        at += 1;
        if let Some(brought) = packs.get(&id).filter(|_| seen.insert(id)) {
            known.push(&brought.pack);
            order.extend(brought.follows.iter().copied());
        }
    }
    known
}

/// A pack that names everything that any of these names: a category, question or option of a later one only where no
/// earlier one has it. Not one to write reports with: it keeps no limit.
#[must_use]
pub fn merged<'a>(packs: impl IntoIterator<Item = &'a Pack>) -> Option<Pack> {
    let mut packs = packs.into_iter();
    let mut all = packs.next()?.clone();
    for pack in packs {
        for (theme, names) in &pack.themes {
            all.themes.entry(theme.clone()).or_insert_with(|| names.clone());
        }
        for category in &pack.categories {
            let Some(known) = all.categories.iter_mut().find(|known| known.code == category.code) else {
                all.routing.extend(pack.routing.iter().filter(|route| route.category == category.code).cloned());
                all.categories.push(category.clone());
                continue;
            };
            for question in &category.questions {
                match known.questions.iter_mut().find(|known| known.key == question.key) {
                    None => known.questions.push(question.clone()),
                    Some(known) => {
                        let new = |offered: &&crate::pack::Choice| {
                            known.options.iter().all(|option| option.value != offered.value)
                        };
                        let more: Vec<_> = question.options.iter().filter(new).cloned().collect();
                        known.options.extend(more);
                    }
                }
            }
        }
    }
    Some(all)
}

/// What changes for those who report when a pack takes the place of another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Codes of categories that are new.
    pub added: Vec<String>,
    /// Codes of categories that are no longer offered.
    pub gone: Vec<String>,
    /// Codes of categories with other names, questions or defaults.
    pub changed: Vec<String>,
    /// Codes of categories whose reports may now go to more people than before.
    pub wider: Vec<String>,
}

impl Difference {
    /// What changes from `before` to `after`.
    #[must_use]
    pub fn between(before: &Pack, after: &Pack) -> Self {
        let mut difference = Self::default();
        for category in &after.categories {
            match before.category(&category.code) {
                None => difference.added.push(category.code.clone()),
                Some(known) if known != category => difference.changed.push(category.code.clone()),
                Some(_) => {}
            }
        }
        for category in &before.categories {
            let code = &category.code;
            let Some(next) = after.category(code) else {
                difference.gone.push(code.clone());
                continue;
            };
            let widest = |pack: &Pack| (pack.label(code, Some(crate::Tlp::Clear)), pack.label(code, None));
            let (was, is) = (widest(before), widest(after));
            // Of a body that it complains of no more, the people are no longer gone round.
            let reaches = category.body.iter().any(|body| !next.body.contains(body));
            if is.0 < was.0 || is.1 < was.1 || reaches {
                difference.wider.push(code.clone());
            }
        }
        difference
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use azalai_envelope::ids::to_hex;

    use super::*;

    fn pack(version: u32, codes: &[&str]) -> Pack {
        let categories: Vec<String> = codes
            .iter()
            .map(|code| {
                format!(r#"{{"code":"{code}","theme":"other","names":{{"en":"{code} {version}"}},"urgency":"now"}}"#)
            })
            .collect();
        let json =
            format!(r#"{{"id":"own","version":{version},"languages":["en"],"categories":[{}]}}"#, categories.join(","));
        Pack::parse(json.as_bytes()).unwrap()
    }

    fn id(byte: u8) -> DocumentId {
        DocumentId([byte; 16])
    }

    fn brought(version: u32, follows: &[u8]) -> Brought {
        Brought { follows: follows.iter().map(|byte| id(*byte)).collect(), pack: pack(version, &["flood"]) }
    }

    fn by_number(parts: Vec<Part>) -> BTreeMap<u8, Part> {
        parts.into_iter().map(|part| (part.number, part)).collect()
    }

    /// Guards against a pack that another version of the program can no longer read.
    #[test]
    fn a_part_has_fixed_bytes_and_is_read_as_it_was_written() {
        let whole = brought(2, &[1]);
        let parts = whole.parts().unwrap();
        assert_eq!(parts.len(), 1);
        let json = r#"{"id":"own","version":2,"languages":["en"],"categories":[{"code":"flood","theme":"other","names":{"en":"flood 2"},"urgency":"now"}]}"#;
        assert_eq!(to_hex(&parts[0].encode()), format!("01000101{}{}", "01".repeat(16), to_hex(json.as_bytes())));
        assert_eq!(Part::decode(&parts[0].encode()).unwrap(), parts[0]);
        assert_eq!(Brought::whole(&by_number(parts)).unwrap(), whole);
    }

    /// Guards against damaged or hostile bytes that end the program, or half a pack that is taken for one.
    #[test]
    fn a_part_that_is_missing_cut_or_bent_makes_no_other_pack() {
        let mut whole = brought(2, &[]);
        let name = "n".repeat(300);
        whole.pack = pack(
            2,
            &(0..400).map(|at| format!("code-{at}")).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
        );
        whole
            .pack
            .categories
            .iter_mut()
            .for_each(|category| drop(category.names.insert("en".to_owned(), name.clone())));
        let parts = whole.parts().unwrap();
        assert!(parts.len() > 1);
        assert_eq!(Brought::whole(&by_number(parts.clone())).unwrap(), whole);
        for missing in 0..parts.len() {
            let mut rest = parts.clone();
            rest.remove(missing);
            assert_eq!(Brought::whole(&by_number(rest)), Err(BroughtError::Missing));
        }
        assert_eq!(Brought::whole(&BTreeMap::new()), Err(BroughtError::Missing));
        let bytes = brought(2, &[]).parts().unwrap()[0].encode();
        for length in 0..4 {
            assert!(Part::decode(&bytes[..length]).is_err());
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bent = bytes.clone();
                bent[at] ^= 1 << bit;
                let read = Part::decode(&bent).map(|part| Brought::whole(&BTreeMap::from([(part.number, part)])));
                if let Ok(Ok(other)) = read {
                    assert_eq!(Brought::whole(&by_number(other.parts().unwrap())).unwrap(), other);
                }
            }
        }
        assert!(matches!(Part::decode(&[2, 0, 1, 0]), Err(DecodeError::UnknownVersion { field: "pack", got: 2 })));
        assert!(Part::decode(&[1, 1, 1, 0]).is_err() && Part::decode(&[1, 0, 19, 0]).is_err());
    }

    /// Guards against devices that use different packs after two stewards brought one apart, and against a pack that
    /// stays although another was brought in its place.
    #[test]
    fn of_packs_that_were_brought_apart_one_is_in_use_whatever_came_first() {
        let mut packs = BTreeMap::from([(id(5), brought(3, &[])), (id(4), brought(2, &[])), (id(6), brought(3, &[]))]);
        assert_eq!(heads(&packs), [id(5), id(6), id(4)]);
        packs.insert(id(9), brought(1, &[4, 5, 6]));
        assert_eq!(heads(&packs), [id(9)]);
        let versions: Vec<u32> = lineage(&packs).iter().map(|pack| pack.version).collect();
        assert_eq!(versions, [1, 2, 3, 3]);
        let circle = BTreeMap::from([(id(1), brought(1, &[2])), (id(2), brought(2, &[1])), (id(3), brought(1, &[3]))]);
        assert_eq!(heads(&circle), [id(3)]);
        let circle = BTreeMap::from([(id(1), brought(1, &[2])), (id(2), brought(2, &[1]))]);
        assert_eq!(heads(&circle), [id(2), id(1)]);
    }

    /// Guards against a category of old reports that loses its name or its narrower audience.
    #[test]
    fn what_an_earlier_pack_named_keeps_its_name_and_routing() {
        let mut old = pack(1, &["flood", "fire"]);
        old.routing = vec![crate::pack::Routing { category: "fire".to_owned(), tlp: crate::Tlp::AmberStrict }];
        let new = pack(2, &["flood", "storm"]);
        let all = merged([&new, &old]).unwrap();
        assert_eq!(all.category("flood").unwrap().name("en"), "flood 2");
        assert_eq!(all.category("fire").unwrap().name("en"), "fire 1");
        assert_eq!(all.label("fire", None), crate::Tlp::AmberStrict);
        assert_eq!(merged([]), None);
        let difference = Difference::between(&old, &new);
        assert_eq!((difference.added, difference.gone), (vec!["storm".to_owned()], vec!["fire".to_owned()]));
        assert_eq!((difference.changed, difference.wider), (vec!["flood".to_owned()], Vec::new()));
        let open = pack(1, &["flood", "fire"]);
        assert_eq!(Difference::between(&old, &open).wider, ["fire"]);
        let mut round = open.clone();
        round.categories[0].body = vec!["police".to_owned(), "army".to_owned()];
        assert_eq!(Difference::between(&round, &open).wider, ["flood"]);
        assert_eq!(Difference::between(&open, &round).wider, [""; 0]);
    }
}
