//! The composite values of a report: people affected, actors, items, media, answers, retraction.
//!
//! Each list is one scalar. Nothing here holds a name of a person: descriptions and roles only.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::ids::{StatementId, from_hex, to_hex};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::limits::{MAX_CODE_BYTES, MAX_LIST, MAX_MEDIA_CHUNKS, MAX_NAME_BYTES, MAX_SHOWN_CHARS, MAX_TEXT_BYTES};
use crate::occurred::Occurred;
use crate::place::Place;
use crate::scalar::{Packed, pack_option, unpack_option};

/// How many people, and how many of them women and children, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// All of them.
    pub total: u32,
    /// Women among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub women: Option<u32>,
    /// Children among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<u32>,
}

impl Count {
    /// Whether women and children together are at most all.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        u64::from(self.women.unwrap_or(0)) + u64::from(self.children.unwrap_or(0)) <= u64::from(self.total)
    }
}

/// People harmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an object with killed, injured, abducted or displaced")]
pub struct Affected {
    /// Killed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub killed: Option<Count>,
    /// Injured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub injured: Option<Count>,
    /// Abducted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abducted: Option<Count>,
    /// Displaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub displaced: Option<Count>,
}

impl Affected {
    /// The four counts with their names.
    #[must_use]
    pub fn counts(&self) -> [(&'static str, Option<Count>); 4] {
        [("killed", self.killed), ("injured", self.injured), ("abducted", self.abducted), ("displaced", self.displaced)]
    }
}

impl Packed for Affected {
    const FIELD: &'static str = "affected";

    fn pack(&self, out: &mut Writer) {
        for (_, count) in self.counts() {
            pack_option(out, count.as_ref(), |out, count| {
                out.varint(u64::from(count.total));
                for part in [count.women, count.children] {
                    pack_option(out, part.as_ref(), |out, part| {
                        out.varint(u64::from(*part));
                    });
                }
            });
        }
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut count = |field| {
            unpack_option(input, field, |input| {
                let total = number(input, field)?;
                let women = unpack_option(input, field, |input| number(input, field))?;
                let children = unpack_option(input, field, |input| number(input, field))?;
                let count = Count { total, women, children };
                if count.adds_up() {
                    Ok(count)
                } else {
                    Err(input.invalid(field, "more women and children than people"))
                }
            })
        };
        Ok(Self {
            killed: count("killed")?,
            injured: count("injured")?,
            abducted: count("abducted")?,
            displaced: count("displaced")?,
        })
    }
}

fn number(input: &mut Reader<'_>, field: &'static str) -> Result<u32, DecodeError> {
    let value = input.varint(field)?;
    u32::try_from(value).map_err(|_| input.invalid(field, "more than 32 bits"))
}

/// Somebody who took part, described and never named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorMention {
    /// What the reporter saw of them.
    pub description: String,
    /// What they did in it (perpetrator, victim, witness, …), as the pack words it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
}

impl Packed for Vec<ActorMention> {
    const FIELD: &'static str = "actors";

    fn pack(&self, out: &mut Writer) {
        pack_list(out, self, |out, actor| {
            out.text(&actor.description).text(&actor.role);
        });
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        unpack_list(input, Self::FIELD, |input| {
            let description = input.text("actor description", MAX_NAME_BYTES)?;
            Ok(ActorMention { description, role: input.text("actor role", MAX_CODE_BYTES)? })
        })
    }
}

/// A quantity or price: a finite number that is not negative, written in its shortest decimal form.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Number(f64);

impl Number {
    /// The number, if it is finite and not negative.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        // Adding zero turns the negative zero into the ordinary one.
        (value.is_finite() && value >= 0.0).then_some(Self(value + 0.0))
    }

    /// Its value.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    fn pack(&self, out: &mut Writer) {
        out.text(&self.0.to_string());
    }

    fn unpack(input: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
        let text = input.text(field, MAX_NAME_BYTES)?;
        let value = text.parse().ok().and_then(Self::new);
        value.ok_or_else(|| input.invalid(field, "no decimal number of zero or more"))
    }
}

impl Serialize for Number {
    /// Whole numbers without a fraction, as people write them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = self.0 as u64;
        if whole as f64 == self.0 && self.0 < 9e15 {
            serializer.serialize_u64(whole)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        Self::new(value).ok_or_else(|| D::Error::custom(format!("number {value} must be zero or more")))
    }
}

/// Something traded, taken or found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What it is.
    pub kind: String,
    /// How much of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Number>,
    /// In which unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// What one unit costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Number>,
    /// In which currency (ISO 4217).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub currency: String,
}

impl Packed for Vec<Item> {
    const FIELD: &'static str = "items";

    fn pack(&self, out: &mut Writer) {
        pack_list(out, self, |out, item| {
            out.text(&item.kind);
            pack_option(out, item.quantity.as_ref(), |out, number| number.pack(out));
            out.text(&item.unit);
            pack_option(out, item.unit_price.as_ref(), |out, number| number.pack(out));
            out.text(&item.currency);
        });
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        unpack_list(input, Self::FIELD, |input| {
            Ok(Item {
                kind: input.text("item kind", MAX_NAME_BYTES)?,
                quantity: unpack_option(input, "item quantity", |input| Number::unpack(input, "item quantity"))?,
                unit: input.text("item unit", MAX_CODE_BYTES)?,
                unit_price: unpack_option(input, "item price", |input| Number::unpack(input, "item price"))?,
                currency: input.text("item currency", MAX_CODE_BYTES)?,
            })
        })
    }
}

/// A photograph, recording or file that travels in chunks of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaRef {
    /// Its media type.
    pub mime: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The key that opens the chunks. Not to be shown: [`core::fmt::Debug`] of a report is for tests only.
    #[serde(serialize_with = "hex_out", deserialize_with = "hex_in")]
    pub key: [u8; 32],
    /// The statements that carry the chunks, in order.
    #[serde(serialize_with = "ids_out", deserialize_with = "ids_in")]
    pub chunks: Vec<StatementId>,
    /// What it shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caption: String,
}

fn hex_out<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_hex(bytes))
}

fn hex_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = from_hex(&text).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| D::Error::custom("a key must be 64 lowercase hexadecimal digits"))
}

fn ids_out<S: Serializer>(ids: &[StatementId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}

fn ids_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<StatementId>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
}

impl Packed for Vec<MediaRef> {
    const FIELD: &'static str = "media";

    fn pack(&self, out: &mut Writer) {
        pack_list(out, self, |out, media| {
            out.text(&media.mime).varint(media.bytes).raw(&media.key).varint(media.chunks.len() as u64);
            for chunk in &media.chunks {
                out.raw(chunk.as_bytes());
            }
            out.text(&media.caption);
        });
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        unpack_list(input, Self::FIELD, |input| {
            let mime = input.text("media type", MAX_CODE_BYTES)?;
            let (bytes, key) = (input.varint("media length")?, input.array("media key")?);
            let count = input.length("media chunks", MAX_MEDIA_CHUNKS)?;
            let chunks = (0..count).map(|_| input.array("media chunk").map(StatementId)).collect::<Result<_, _>>()?;
            Ok(MediaRef { mime, bytes, key, chunks, caption: input.text("media caption", MAX_NAME_BYTES)? })
        })
    }
}

/// Answers by their questions; an error names the question, and shows what was given.
///
/// # Errors
/// Those of the deserializer.
pub(crate) fn answers_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Answer>, D::Error> {
    let given = BTreeMap::<String, serde_json::Value>::deserialize(deserializer)?;
    let read = given.into_iter().map(|(question, value)| {
        let shown: String = value.to_string().chars().take(MAX_SHOWN_CHARS).collect();
        let answer = Answer::deserialize(value).map_err(|_| {
            D::Error::custom(format!(
                "the answer to question {question:?} is {shown}: an answer is true or false, a number of zero or more, a \
                 text, a list of different texts, a time, or a place (an object)"
            ))
        })?;
        Ok((question, answer))
    });
    read.collect()
}

/// What was answered to one of the pack's questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// Yes or no.
    YesNo(bool),
    /// A number or a count.
    Number(Number),
    /// A text, or one of the options.
    Text(String),
    /// Some of the options.
    Many(BTreeSet<String>),
    /// A time, written as an object.
    When(Occurred),
    /// A place, written as an object.
    Where(Place),
}

impl Packed for Answer {
    const FIELD: &'static str = "answer";

    fn pack(&self, out: &mut Writer) {
        match self {
            Self::YesNo(value) => {
                out.u8(1).u8(u8::from(*value));
            }
            Self::Number(value) => value.pack(out.u8(2)),
            Self::Text(text) => {
                out.u8(3).text(text);
            }
            Self::Many(options) => {
                out.u8(4).varint(options.len() as u64);
                for option in options {
                    out.text(option);
                }
            }
            Self::When(occurred) => occurred.pack(out.u8(5)),
            Self::Where(place) => place.pack(out.u8(6)),
        }
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.u8("answer type")? {
            1 => match input.u8("yes or no")? {
                0 => Ok(Self::YesNo(false)),
                1 => Ok(Self::YesNo(true)),
                _ => Err(input.invalid("yes or no", "neither 0 nor 1")),
            },
            2 => Number::unpack(input, "number").map(Self::Number),
            3 => input.text("answer", MAX_TEXT_BYTES).map(Self::Text),
            4 => {
                let count = input.length("options", MAX_LIST)?;
                (0..count).map(|_| input.text("option", MAX_CODE_BYTES)).collect::<Result<_, _>>().map(Self::Many)
            }
            5 => Occurred::unpack(input).map(Self::When),
            6 => Place::unpack(input).map(Self::Where),
            _ => Err(input.invalid("answer type", "a number that this list does not have")),
        }
    }
}

/// The reporter takes the report back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retraction {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// Why.
    pub why: String,
}

impl Packed for Retraction {
    const FIELD: &'static str = "retracted";

    fn pack(&self, out: &mut Writer) {
        out.varint(self.at).text(&self.why);
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { at: input.varint("retraction time")?, why: input.text("retraction reason", MAX_TEXT_BYTES)? })
    }
}

fn pack_list<T>(out: &mut Writer, list: &[T], write: impl Fn(&mut Writer, &T)) {
    out.varint(list.len() as u64);
    for entry in list {
        write(out, entry);
    }
}

fn unpack_list<'a, T>(
    input: &mut Reader<'a>,
    field: &'static str,
    read: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = input.length(field, MAX_LIST)?;
    (0..count).map(|_| read(input)).collect()
}
