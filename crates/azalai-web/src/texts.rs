//! What the pages say, in the person's language. A language is a folder of `locales/`; no code knows which there are.
//!
//! A message that is missing shows its name; a test over templates and sources sees to it that none is.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::numbers::Numbering;

/// Code of each language, with the name and text of each of its files.
pub(crate) static LOCALES: &[(&str, &[(&str, &str)])] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));

/// The language where nobody chose one and the browser asks for none that is there.
const FALLBACK: &str = "en";

/// The texts of one language.
pub(crate) struct Texts {
    /// BCP 47.
    pub(crate) code: &'static str,
    numbering: Numbering,
    bundle: FluentBundle<FluentResource>,
}

/// What can stand in a message.
pub(crate) trait Arg {
    fn value(&self) -> FluentValue<'static>;
}

impl Arg for str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Arg for String {
    fn value(&self) -> FluentValue<'static> {
        self.as_str().value()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => { $(impl Arg for $number {
        fn value(&self) -> FluentValue<'static> {
            FluentValue::from(*self)
        }
    })* };
}
numbers!(u64, u32, u16, u8, i64, usize);

impl<T: Arg + ?Sized> Arg for &T {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

impl Texts {
    fn new(code: &'static str, files: &[(&str, &str)]) -> Self {
        let language: LanguageIdentifier = code.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        for (_, text) in files {
            // What does not parse is left out and a test names it; the rest of the file still speaks.
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        let mut texts = Self { code, numbering: Numbering::Latn, bundle };
        texts.numbering = Numbering::named(&texts.say("language-numbering"));
        // The formatter is a plain function: one for each way to write digits.
        match texts.numbering {
            Numbering::Latn => {}
            Numbering::Arab => texts.bundle.set_formatter(Some(|value, _| Numbering::Arab.in_message(value))),
            Numbering::Arabext => texts.bundle.set_formatter(Some(|value, _| Numbering::Arabext.in_message(value))),
        }
        texts
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, args, &mut errors).into_owned()
    }

    /// A message.
    pub(crate) fn say(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A message with one value in it.
    pub(crate) fn say1(&self, key: &str, name: &str, value: impl Arg) -> String {
        let mut args = FluentArgs::new();
        args.set(name.to_owned(), value.value());
        self.format(key, Some(&args))
    }

    /// A message with two values in it.
    pub(crate) fn say2(&self, key: &str, one: (&str, &dyn Arg), two: (&str, &dyn Arg)) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in [one, two] {
            args.set(name.to_owned(), value.value());
        }
        self.format(key, Some(&args))
    }

    /// The message of a family whose members follow from the program's own lists: `family-member`.
    pub(crate) fn of(&self, family: &str, member: &str) -> String {
        self.format(&format!("{family}-{member}"), None)
    }

    /// The message of a family, with one value in it.
    pub(crate) fn of1(&self, family: &str, member: &str, name: &str, value: impl Arg) -> String {
        self.say1(&format!("{family}-{member}"), name, value)
    }

    /// A number, date or clock, in the digits of the language. Numbers within messages are written so by themselves.
    pub(crate) fn number(&self, value: impl core::fmt::Display) -> String {
        self.numbering.show(value)
    }

    /// How digits are written, as a browser calls it.
    pub(crate) fn numbering(&self) -> &'static str {
        self.numbering.name()
    }

    /// `rtl` or `ltr`.
    pub(crate) fn direction(&self) -> String {
        self.say("language-direction")
    }
}

impl core::fmt::Debug for Texts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Texts").field("code", &self.code).finish_non_exhaustive()
    }
}

/// All languages, by code.
pub(crate) fn languages() -> &'static [Texts] {
    static CELL: OnceLock<Vec<Texts>> = OnceLock::new();
    CELL.get_or_init(|| LOCALES.iter().map(|(code, files)| Texts::new(code, files)).collect())
}

/// The texts of a code, if there is such a language.
pub(crate) fn named(code: &str) -> Option<&'static Texts> {
    languages().iter().find(|texts| texts.code == code)
}

/// The first language of an `Accept-Language` that is there, else the fallback.
pub(crate) fn preferred(accepted: &str) -> &'static Texts {
    let wanted = accepted.split(',').filter_map(|part| part.split([';', '-']).next()).map(str::trim);
    let found = wanted.take(16).find_map(named).or_else(|| named(FALLBACK));
    // The build finds at least the fallback; without any, keys are shown.
    static NONE: OnceLock<Texts> = OnceLock::new();
    found.unwrap_or_else(|| NONE.get_or_init(|| Texts::new(FALLBACK, &[])))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    use azalai_model::{Basis, Urgency};
    use azalai_node::catalog;
    use azalai_roster::Role;
    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

    use super::*;

    fn values(pattern: &Pattern<&str>, into: &mut BTreeSet<String>) {
        for element in &pattern.elements {
            let PatternElement::Placeable { expression } = element else { continue };
            let mut inline = |expression: &InlineExpression<&str>| {
                if let InlineExpression::VariableReference { id } = expression {
                    into.insert(id.name.to_owned());
                }
            };
            match expression {
                Expression::Inline(expression) => inline(expression),
                Expression::Select { selector, variants } => {
                    inline(selector);
                    variants.iter().for_each(|variant| values(&variant.value, into));
                }
            }
        }
    }

    /// The messages of a language: each with the values that stand in it.
    fn messages(files: &[(&str, &str)]) -> BTreeMap<String, BTreeSet<String>> {
        let mut found = BTreeMap::new();
        for (name, text) in files {
            let resource =
                fluent_syntax::parser::parse(*text).unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"));
            for entry in &resource.body {
                let Entry::Message(message) = entry else { continue };
                let mut named = BTreeSet::new();
                values(message.value.as_ref().unwrap(), &mut named);
                let again = found.insert(message.id.name.to_owned(), named);
                assert!(again.is_none(), "{name}: {} is there twice", message.id.name);
            }
        }
        found
    }

    fn texts_below(folder: &Path, into: &mut Vec<String>) {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                texts_below(&path, into);
            } else {
                let text = std::fs::read_to_string(path).unwrap();
                into.push(text.split("\n#[cfg(test)]").next().unwrap().to_owned());
            }
        }
    }

    /// The keys that templates and sources name, and the families, each followed by its members from the lists that
    /// the program goes by.
    fn used() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        texts_below(&root.join("src"), &mut texts);
        texts_below(&root.join("templates"), &mut texts);
        let mut found: BTreeSet<String> = BTreeSet::new();
        for text in &texts {
            for call in ["say(\"", "say1(\"", "say2(\"", "counted(\"", "said(texts, \""] {
                found.extend(text.split(call).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
        let pack = catalog::pack().unwrap();
        let themes: BTreeSet<String> = pack.categories.iter().map(|category| category.theme.clone()).collect();
        let owned = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect::<Vec<_>>();
        let ways: BTreeSet<String> = [Role::Monitor, Role::Coordinator, Role::Steward]
            .iter()
            .flat_map(|role| crate::frame::ways(*role))
            .map(|w| w.name.to_owned())
            .collect();
        let states = owned(&["local", "relay", "opened", "acted", "retracted"]);
        let problems = crate::problem::Kind::ALL.iter();
        let problems = problems.flat_map(|kind| ["what", "lost", "do"].map(|part| format!("{}-{part}", kind.name())));
        let families: Vec<(&str, Vec<String>)> = vec![
            ("month", (1..=12).map(|month| month.to_string()).collect()),
            ("weekday", (1..=7).map(|day| day.to_string()).collect()),
            ("theme", themes.into_iter().collect()),
            ("way", ways.into_iter().collect()),
            ("when", crate::report_form::WHEN.iter().copied().chain(["keep"]).map(str::to_owned).collect()),
            ("readers", crate::report_form::READERS.iter().map(|(name, _)| (*name).to_owned()).collect()),
            ("basis", Basis::ALL.iter().map(ToString::to_string).collect()),
            ("urgency", Urgency::ALL.iter().map(ToString::to_string).collect()),
            ("state", states.clone()),
            ("means", states),
            ("shed-known", owned(&["only-here", "neighbour", "relay", "opened"])),
            ("answer", owned(&["yes", "no"])),
            ("role", owned(&["monitor", "coordinator", "steward"])),
            ("invited", owned(&["monitor", "coordinator", "steward"])),
            ("people", owned(&["monitors", "coordinators", "stewards"])),
            ("lane", owned(&["urgent", "text", "preview", "bulk"])),
            ("admission", owned(&["by-hand", "at-exchange"])),
            ("wrong", owned(&["when", "future", "place", "text", "answer", "area"])),
            ("areas", owned(&["none", "name", "depth", "many"])),
            ("passphrase", owned(&["weak", "differ", "pseudonym"])),
            ("new-passphrase", owned(&["same", "wrong", "wait"])),
            (
                "strength",
                azalai_node::strength::Strength::ALL.iter().map(|strength| strength.name().to_owned()).collect(),
            ),
            ("problem", problems.collect()),
            ("map-period", owned(&crate::map_query::PERIODS)),
            ("map-status", azalai_model::Status::ALL.iter().map(ToString::to_string).collect()),
            ("map-exactly", azalai_model::PlacePrecision::ALL.iter().map(ToString::to_string).collect()),
            ("exchange-note", owned(&["stay", "not-taken", "set-aside", "newer", "left", "foreign"])),
            ("exchange-note", owned(&["given-up", "given-up-full", "too-old"])),
            ("ended", crate::passage::End::ALL.iter().map(|end| end.name().to_owned()).collect()),
            ("then", crate::passage::End::ALL.iter().map(|end| end.name().to_owned()).collect()),
            ("age", crate::pages::inbox::AGES.iter().map(|(name, _)| (*name).to_owned()).collect()),
            ("inbox-done", owned(&["linked", "made", "aside", "back"])),
            ("inbox-wrong", owned(&["incident", "rumour", "title", "why"])),
            ("likely-how", owned(&["strong", "fair", "weak"])),
            ("status", azalai_model::Status::ALL.iter().map(ToString::to_string).collect()),
            ("reliability", azalai_model::Reliability::ALL.iter().map(ToString::to_string).collect()),
            ("credibility", azalai_model::Credibility::ALL.iter().map(ToString::to_string).collect()),
            ("response", azalai_model::ResponseKind::ALL.iter().map(ToString::to_string).collect()),
            ("field", owned(&crate::pages::incident::FIELDS)),
            ("fate", owned(&["applied", "waiting", "aside", "beneath", "refused"])),
            (
                "incident-wrong",
                owned(&["title", "status", "when", "place", "text", "form", "own", "sources", "rumour", "stale"]),
            ),
            ("held", owned(&["claimed-twice", "invite-ended"])),
            ("member-done", owned(&crate::pages::member::DONE)),
            ("member-wrong", owned(&["when", "future", "role", "area", "past", "no-key", "changed", "own-right"])),
            ("past", owned(&["all", "none"])),
            ("aside-kind", owned(&["report", "incident", "notice", "pack"])),
            ("aside-why", azalai_node::AsideWhy::ALL.iter().map(|why| why.name().to_owned()).collect()),
            ("aside-done", owned(&crate::pages::quarantine::DONE)),
            ("project-done", owned(&crate::pages::upkeep::DONE)),
            ("area-wrong", owned(&["name", "code", "taken", "parent"])),
            ("rotate-wrong", owned(&["none"])),
            ("unknowable", owned(&["monitors", "later-members", "custody", "taken-devices", "passed-on"])),
            ("notice-circle", owned(&crate::pages::notice_new::CIRCLES)),
            ("notice-means", owned(&crate::pages::notice_new::CIRCLES)),
            ("notice-wrong", owned(&["text", "long", "area", "nobody"])),
            (
                "uncounted",
                azalai_node::evidence_aside::Uncounted::NAMES.iter().map(|name| (*name).to_owned()).collect(),
            ),
            ("unanswered", owned(&["own", "removed", "unknown", "told"])),
            ("evidence-label", owned(&["red", "strict", "amber", "green", "clear"])),
            ("verify", owned(&["not-who", "not-when", "not-true", "not-all"])),
            ("verify-wrong", owned(&["file", "strange", "broken", "subject"])),
            ("verify-receipt", owned(&["opened", "acted"])),
            ("key-is", owned(&["confirmed", "unconfirmed", "suspended", "removed", "unknown"])),
            ("key", crate::pages::keys::KEYS.iter().map(|(_, name)| (*name).to_owned()).collect()),
        ];
        for text in &texts {
            for family in [".of(\"", ".of1(\""]
                .iter()
                .flat_map(|call| text.split(*call).skip(1))
                .filter_map(|rest| rest.split('"').next())
            {
                assert!(families.iter().any(|(known, _)| *known == family), "family {family} has no list here");
            }
        }
        for (family, members) in families {
            found.extend(members.iter().map(|member| format!("{family}-{member}")));
        }
        found.extend(["language-name", "language-direction"].map(str::to_owned));
        found
    }

    /// Guards against a page that shows the name of a message, and against messages that nobody reads.
    #[test]
    fn every_language_has_exactly_the_messages_that_the_pages_use() {
        let used = used();
        for (code, files) in LOCALES {
            let there: BTreeSet<String> = messages(files).into_keys().collect();
            let missing: Vec<_> = used.difference(&there).collect();
            let unused: Vec<_> = there.difference(&used).collect();
            assert!(missing.is_empty() && unused.is_empty(), "{code}: missing {missing:?}, unused {unused:?}");
        }
    }

    /// Guards against a translation that leaves a value out, or names one that the program does not give.
    #[test]
    fn every_language_uses_the_same_values() {
        let of = |wanted: &str| messages(LOCALES.iter().find(|(code, _)| *code == wanted).unwrap().1);
        let english = of(FALLBACK);
        for (code, files) in LOCALES {
            for (key, values) in messages(files) {
                assert_eq!(values, english[&key], "{code}: {key}");
            }
        }
        assert!(LOCALES.len() >= 3);
    }

    /// Guards against plurals that follow another language's rules.
    #[test]
    fn plurals_follow_the_rules_of_their_language() {
        let said = |code: &str, count: u64| named(code).unwrap().say1("settings-minutes", "count", count);
        assert!(said("en", 1).ends_with("minute") && said("en", 2).ends_with("minutes"));
        assert!(said("fr", 0).ends_with("minute"));
        let arabic: BTreeSet<String> = [1, 2, 5, 11, 100].map(|count| said("ar", count)).into_iter().collect();
        assert!(arabic.len() == 5 && arabic.contains("دقيقتان"));
    }

    /// Guards against two kinds of digits in one sentence. What is copied or compared keeps 0–9: an address, the digits
    /// of a key, a version, a name.
    #[test]
    fn texts_are_written_in_the_digits_of_their_language() {
        let copied =
            ["exchange-address-help", "exchange-address-wrong", "keeper-address", "relays-wrong-key", "map-base"];
        for (code, files) in LOCALES {
            let texts = named(code).unwrap();
            assert_eq!(Numbering::named(&texts.say("language-numbering")).name(), texts.say("language-numbering"));
            if texts.numbering == Numbering::Latn {
                continue;
            }
            for (key, _) in messages(files).into_iter().filter(|(key, _)| !copied.contains(&key.as_str())) {
                let said = texts.say(&key);
                assert!(!said.contains(|c: char| c.is_ascii_digit()), "{code}: {key}: {said}");
            }
        }
        let said = |count: u64| named("ar").unwrap().say1("settings-minutes", "count", count);
        assert!(said(15).contains("١٥") && !said(15).contains("15"), "{}", said(15));
        assert_eq!(named("ar").unwrap().number("1.5"), "١٫٥");
    }

    /// Guards against a header that decides more than a language, or one of a length that costs.
    #[test]
    fn the_browsers_language_is_taken_where_it_is_there() {
        assert_eq!(preferred("fr-FR,fr;q=0.9,en;q=0.8").code, "fr");
        assert_eq!(preferred("ff, ar-ML").code, "ar");
        assert_eq!(preferred("").code, "en");
        assert_eq!(preferred(&"x,".repeat(100_000)).code, "en");
    }
}
