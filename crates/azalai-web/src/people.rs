//! Members, newcomers and invites as the pages show them: what the device knows, in the person's language, and no more
//! than can be said truthfully of each.

use std::collections::BTreeSet;

use azalai_envelope::{Day, SigningPublic};
use azalai_node::node::short_name;
use azalai_roster::{AreaCode, InviteInfo, InviteState, MemberState, Role, Roster, Waiting};

use crate::app::Device;
use crate::host::Host;
use crate::limits::{MAX_INVITES, MAX_WAITING};
use crate::texts::Texts;
use crate::times;

/// The roles, as lists show them.
const IN_ORDER: [Role; 3] = [Role::Steward, Role::Coordinator, Role::Monitor];

/// A member.
pub(crate) struct Person {
    /// Their device's key: the last part of the address of their page.
    pub(crate) key: String,
    pub(crate) name: String,
    /// Tells two of one pseudonym apart.
    pub(crate) short: String,
    pub(crate) areas: String,
    /// Since when, and by whom admitted, as far as it is known.
    pub(crate) since: String,
    /// Empty for a member like any other.
    pub(crate) standing: String,
    pub(crate) me: bool,
}

/// Members of one role.
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) people: Vec<Person>,
}

/// Somebody who waits to be admitted.
pub(crate) struct Newcomer {
    /// What the form sends: see [`read_token`].
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) short: String,
    pub(crate) part: String,
    pub(crate) claimed: String,
    /// Empty where nothing speaks against the newcomer.
    pub(crate) caution: String,
    /// Whether this device may admit them.
    pub(crate) may: bool,
}

/// An invite that was made.
pub(crate) struct Made {
    pub(crate) part: String,
    pub(crate) until: String,
    pub(crate) by: String,
    /// `open`, `past`, `claimed`, `admitted` or `revoked`.
    pub(crate) state: &'static str,
    pub(crate) state_text: String,
    /// Its id, where this device may end it.
    pub(crate) may_end: Option<String>,
}

/// The name of an area, its code if it has none.
pub(crate) fn area_name(roster: &Roster, code: &AreaCode) -> String {
    roster.area(code).map_or_else(|| code.to_string(), |area| area.name.clone())
}

/// Whether somebody was removed or is suspended: then something may be set aside.
pub(crate) fn anybody_removed(roster: &Roster) -> bool {
    roster.members().any(|member| matches!(member.state, MemberState::Removed | MemberState::Suspended))
}

/// A role, and the area it is for.
pub(crate) fn part(texts: &Texts, roster: &Roster, role: Role, area: Option<&AreaCode>) -> String {
    let role = texts.of("role", &role.to_string());
    match area {
        Some(code) => texts.say2("people-part", ("role", &role), ("area", &area_name(roster, code))),
        None => role,
    }
}

/// How somebody is called, as far as this device knows.
pub(crate) fn name_of(texts: &Texts, roster: &Roster, key: &SigningPublic) -> String {
    roster.member(key).map_or_else(|| texts.say("people-unknown"), |member| member.pseudonym.clone())
}

/// The digits that tell two of one pseudonym apart.
pub(crate) fn short(key: &SigningPublic) -> String {
    short_name(key).chars().take(6).collect()
}

/// Everybody who belongs or belonged, by roles: `take` of them after the first `skip`. Also whether there are more.
pub(crate) fn groups<H: Host>(
    texts: &Texts,
    device: &Device<H>,
    offset_min: i16,
    (skip, take): (usize, usize),
) -> (Vec<Group>, bool) {
    let (roster, me, since) = (device.roster(), device.device().signing, device.since());
    let mut all: Vec<_> = roster.members().filter(|member| member.state != MemberState::Unconfirmed).collect();
    all.sort_by_key(|member| {
        let rank = IN_ORDER.iter().position(|role| *role == member.role);
        (rank, member.state, member.pseudonym.to_lowercase(), member.device.signing)
    });
    let more = all.len() > skip.saturating_add(take);
    let mut groups: Vec<(Role, Group)> = Vec::new();
    for member in all.into_iter().skip(skip).take(take) {
        let key = member.device.signing;
        let mut areas: BTreeSet<&AreaCode> = member.areas.iter().collect();
        areas.extend(member.area.as_ref());
        let areas: Vec<String> = areas.into_iter().map(|code| area_name(roster, code)).collect();
        let admitted_ms = since.get(&key).and_then(|since| since.admitted_ms);
        let day = admitted_ms.map(|at_ms| times::day(texts, at_ms, offset_min));
        let by = member.admitted_by.filter(|by| *by != key);
        let by = by.map(|by| match by == roster.root() {
            true => texts.say("people-founded"),
            false => texts.say1("people-by", "name", name_of(texts, roster, &by)),
        });
        let known = [day.map(|day| texts.say1("people-since", "day", day)), by];
        let person = Person {
            key: key.to_string(),
            name: member.pseudonym.clone(),
            short: short(&key),
            areas: areas.join(&texts.say("said-separator")),
            since: known.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            standing: match member.state {
                MemberState::Suspended => texts.say("people-suspended"),
                MemberState::Removed => texts.say("people-removed"),
                MemberState::Confirmed | MemberState::Unconfirmed => String::new(),
            },
            me: key == me,
        };
        match groups.last_mut() {
            Some((role, group)) if *role == member.role => group.people.push(person),
            _ => {
                let title = texts.of("people", &format!("{}s", member.role));
                groups.push((member.role, Group { title, people: vec![person] }));
            }
        }
    }
    (groups.into_iter().map(|(_, group)| group).collect(), more)
}

/// What a form says of whom it admits: the key, the invite and how many claimed it, so that a page from before another
/// claim admits nobody.
pub(crate) fn token(waiting: &Waiting) -> String {
    let invite = azalai_envelope::ids::to_hex(&waiting.invite);
    format!("{}.{invite}.{}", waiting.claim.device.signing, waiting.claims)
}

/// Whom the device would admit under each key: the first of several invites that one device claimed.
pub(crate) fn waiting(roster: &Roster) -> Vec<Waiting> {
    let mut seen = BTreeSet::new();
    roster.waiting().into_iter().filter(|waiting| seen.insert(waiting.claim.device.signing)).collect()
}

/// Those who wait, the first of them by their names.
pub(crate) fn newcomers<H: Host>(texts: &Texts, device: &Device<H>, now_ms: u64, offset_min: i16) -> Vec<Newcomer> {
    let (roster, me, since) = (device.roster(), device.device().signing, device.since());
    let newcomer = |waiting: Waiting| {
        let key = waiting.claim.device.signing;
        let invite = roster.invites().iter().find(|invite| invite.id == waiting.invite);
        let late = invite.is_some_and(|invite| invite.expires < Day::of_ms(now_ms));
        let caution = if waiting.claims > 1 {
            texts.say("caution-twice")
        } else if waiting.state != InviteState::Claimed {
            texts.say("caution-ended")
        } else if late {
            texts.say("caution-late")
        } else {
            String::new()
        };
        let claimed_ms = since.get(&key).and_then(|since| since.claimed_ms);
        let day = claimed_ms.map(|at_ms| times::day(texts, at_ms, offset_min));
        Newcomer {
            token: token(&waiting),
            short: short(&key),
            part: part(texts, roster, waiting.role, waiting.area.as_ref()),
            claimed: day.map(|day| texts.say1("people-claimed", "day", day)).unwrap_or_default(),
            caution,
            may: roster.may_admit(&me, waiting.role, waiting.area.as_ref()).is_ok(),
            name: waiting.claim.pseudonym,
        }
    };
    let mut all: Vec<Newcomer> = waiting(roster).into_iter().map(newcomer).collect();
    all.sort_by(|one, other| (one.name.to_lowercase(), &one.token).cmp(&(other.name.to_lowercase(), &other.token)));
    all.truncate(MAX_WAITING);
    all
}

/// The invites that were made: those that still wait first, then those that end last.
pub(crate) fn invites(texts: &Texts, roster: &Roster, me: &SigningPublic, now_ms: u64) -> Vec<Made> {
    let mut all: Vec<&InviteInfo> = roster.invites().iter().collect();
    all.sort_by_key(|invite| {
        let ended = matches!(invite.state, InviteState::Admitted | InviteState::Revoked);
        (ended, core::cmp::Reverse(invite.expires), invite.id)
    });
    let made = |invite: &InviteInfo| {
        let claimers: Vec<&str> = invite.claims.iter().map(|claim| claim.pseudonym.as_str()).collect();
        let names = claimers.join(&texts.say("said-separator"));
        let (state, state_text) = match invite.state {
            InviteState::Open if invite.expires < Day::of_ms(now_ms) => ("past", texts.say("invites-past")),
            InviteState::Open => ("open", texts.say("invites-open")),
            InviteState::Claimed => ("claimed", texts.say1("invites-claimed", "name", names)),
            InviteState::Admitted if names.is_empty() => ("admitted", texts.say("invites-admitted-unknown")),
            InviteState::Admitted => ("admitted", texts.say1("invites-admitted", "name", names)),
            InviteState::Revoked => ("revoked", texts.say("invites-revoked")),
        };
        let live = matches!(invite.state, InviteState::Open | InviteState::Claimed);
        let may = live && roster.may_invite(me, invite.role, invite.area.as_ref()).is_ok();
        Made {
            may_end: may.then(|| azalai_envelope::ids::to_hex(&invite.id)),
            part: part(texts, roster, invite.role, invite.area.as_ref()),
            until: texts.say1("invites-until", "day", times::day(texts, invite.expires.start_ms(), 0)),
            by: texts.say1("invites-by", "name", name_of(texts, roster, &invite.author)),
            state,
            state_text,
        }
    };
    all.into_iter().take(MAX_INVITES).map(made).collect()
}
