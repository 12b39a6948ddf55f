//! The keys of a report in its document. Short, because each is sent with every value; `docs/spec/documents.md` says
//! what each holds. A key is never given another meaning.

/// Pack and version: text `id@version`.
pub const PACK: &str = "p";
/// Category code: text.
pub const CATEGORY: &str = "c";
/// When: packed.
pub const OCCURRED: &str = "o";
/// Where: packed place.
pub const PLACE: &str = "l";
/// Where a flow comes from: packed place.
pub const ORIGIN: &str = "lo";
/// Where a flow goes: packed place.
pub const DESTINATION: &str = "ld";
/// What happened, in words: the Text that the base change makes.
pub const NARRATIVE: &str = "n";
/// Language of the narrative (BCP 47): text.
pub const LANGUAGE: &str = "g";
/// How the reporter knows: number.
pub const BASIS: &str = "b";
/// People harmed: packed.
pub const AFFECTED: &str = "a";
/// Who took part: packed list.
pub const ACTORS: &str = "w";
/// What was traded, taken or found: packed list.
pub const ITEMS: &str = "i";
/// Answers: one packed value under `q/<question>` each.
pub const ANSWER: &str = "q/";
/// Photographs, recordings and files: packed list.
pub const MEDIA: &str = "m";
/// How soon somebody should act: number.
pub const URGENCY: &str = "u";
/// Whether the reporter is in danger: yes or no.
pub const DANGER: &str = "d";
/// Whether the reporter wants an answer: yes or no.
pub const WANTS_REPLY: &str = "r";
/// Sharing label: number.
pub const TLP: &str = "t";
/// The earlier report of the same device that it takes the place of: packed.
pub const CORRECTS: &str = "k";
/// When and why it was taken back: packed.
pub const RETRACTED: &str = "x";

/// All keys but answers, with the names that people and machines see.
pub const NAMES: &[(&str, &str)] = &[
    (crate::base::SCHEMA_KEY, "schema"),
    (PACK, "pack"),
    (CATEGORY, "category"),
    (OCCURRED, "occurred"),
    (PLACE, "place"),
    (ORIGIN, "origin"),
    (DESTINATION, "destination"),
    (NARRATIVE, "narrative"),
    (LANGUAGE, "language"),
    (BASIS, "basis"),
    (AFFECTED, "affected"),
    (ACTORS, "actors"),
    (ITEMS, "items"),
    (MEDIA, "media"),
    (URGENCY, "urgency"),
    (DANGER, "danger_to_me"),
    (WANTS_REPLY, "wants_reply"),
    (TLP, "tlp"),
    (CORRECTS, "corrects"),
    (RETRACTED, "retracted"),
];
