//! What stands around every page: the language, the way about, the way out.
//!
//! Pages for coordinators and keepers come by more entries in [`ways`]; nothing else here has to know of them.

use askama::Template;
use axum::response::Html;
use azalai_model::Pack;
use azalai_model::pack::text_in;
use azalai_roster::Role;

use crate::assets;
use crate::gate::Visitor;
use crate::problem::Problem;
use crate::texts::{Arg, Texts};

/// A way to another page, shown at the bottom of a phone and at the side of a desk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// Where it leads.
    pub(crate) href: &'static str,
    /// Its message is `way-NAME`, its picture `NAME` of `static/ways.svg`.
    pub(crate) name: &'static str,
}

const fn way(href: &'static str, name: &'static str) -> Way {
    Way { href, name }
}

/// The ways of each role, in order.
pub(crate) fn ways(role: Role) -> &'static [Way] {
    const MONITOR: &[Way] = &[
        way("/report", "report"),
        way("/reports", "reports"),
        way("/notices", "notices"),
        way("/exchange", "exchange"),
        way("/settings", "settings"),
    ];
    const STAFF: &[Way] = &[
        way("/inbox", "inbox"),
        way("/incidents", "incidents"),
        way("/map", "map"),
        way("/notices", "notices"),
        way("/report", "report"),
        way("/reports", "reports"),
        way("/exchange", "exchange"),
        way("/members", "members"),
        way("/settings", "settings"),
    ];
    match role {
        Role::Monitor => MONITOR,
        Role::Coordinator | Role::Steward => STAFF,
    }
}

/// The frame of one page for one visitor.
pub(crate) struct Frame {
    texts: &'static Texts,
    pub(crate) token: String,
    pub(crate) ways: &'static [Way],
    /// The name of the way that this page belongs to.
    pub(crate) here: &'static str,
    pub(crate) unlocked: bool,
    /// Milliseconds of rest after which the page leaves by itself; 0: never.
    pub(crate) idle_ms: u64,
    /// Notices that were not shown yet.
    pub(crate) unread: usize,
}

impl Frame {
    /// `here`: the name of the way that the page belongs to.
    pub(crate) fn new(visitor: &Visitor, here: &'static str) -> Self {
        Self {
            texts: visitor.texts,
            token: visitor.token.clone(),
            ways: visitor.role.map(ways).unwrap_or_default(),
            here,
            unlocked: visitor.role.is_some(),
            idle_ms: if visitor.role.is_some() { visitor.idle_ms } else { 0 },
            unread: visitor.unread,
        }
    }

    /// Of a page that nobody unlocks, with no ways to others.
    pub(crate) fn bare(texts: &'static Texts) -> Self {
        Self { texts, token: String::new(), ways: &[], here: "", unlocked: false, idle_ms: 0, unread: 0 }
    }

    pub(crate) fn code(&self) -> &'static str {
        self.texts.code
    }

    pub(crate) fn direction(&self) -> String {
        self.texts.direction()
    }

    pub(crate) fn say(&self, key: &str) -> String {
        self.texts.say(key)
    }

    pub(crate) fn say1(&self, key: &str, name: &str, value: impl Arg) -> String {
        self.texts.say1(key, name, value)
    }

    pub(crate) fn say2(&self, key: &str, one: (&str, &dyn Arg), two: (&str, &dyn Arg)) -> String {
        self.texts.say2(key, one, two)
    }

    pub(crate) fn of(&self, family: &str, member: &str) -> String {
        self.texts.of(family, member)
    }

    pub(crate) fn of1(&self, family: &str, member: &str, name: &str, value: impl Arg) -> String {
        self.texts.of1(family, member, name, value)
    }

    /// A number in the digits of the language; see [`Texts::number`].
    pub(crate) fn number(&self, value: impl core::fmt::Display) -> String {
        self.texts.number(value)
    }

    /// How scripts write digits.
    pub(crate) fn numbering(&self) -> &'static str {
        self.texts.numbering()
    }

    pub(crate) fn css(&self) -> String {
        assets::path("app.css")
    }

    pub(crate) fn script(&self) -> String {
        assets::path("app.js")
    }

    /// The picture of a category, small enough for a map.
    pub(crate) fn map_icon(&self, category: &str) -> String {
        format!("{}#{category}", assets::path("categories.svg"))
    }

    /// The style of the pages of coordinators: no other page carries its weight.
    pub(crate) fn desk(&self) -> String {
        assets::path("desk.css")
    }

    /// The script of the pages that are worked through by keys.
    pub(crate) fn keys(&self) -> String {
        assets::path("keys.js")
    }

    pub(crate) fn picture(&self, name: &str) -> String {
        format!("{}#{name}", assets::path("ways.svg"))
    }

    /// The pictures of the categories; `#CODE` is one.
    pub(crate) fn categories(&self) -> String {
        assets::path("categories.svg")
    }
}

/// What a theme is called: as a pack that was brought names it, else by the pages' own texts.
pub(crate) fn theme_name(texts: &Texts, pack: &Pack, theme: &str) -> String {
    let own = pack.themes.get(theme).and_then(|names| text_in(names, texts.code));
    own.map_or_else(|| texts.of("theme", theme), str::to_owned)
}

/// A page.
pub(crate) type Page = Html<String>;

/// Renders a template.
pub(crate) fn render(template: &impl Template) -> Result<Page, Problem> {
    Ok(Html(template.render()?))
}
