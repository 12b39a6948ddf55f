//! A report as a coordinator reads it, in the inbox and in an incident: its author's words, and what is known about it.

use azalai_model::ReportFields;
use azalai_node::reports::ReportView;

use super::check::{Said, said};
use super::staff::area_name;
use crate::app::{App, Device};
use crate::host::Host;
use crate::problem::Problem;
use crate::texts::Texts;
use crate::times;

/// A report as a coordinator reads it.
pub(crate) struct Letter {
    pub(crate) id: String,
    pub(crate) category: String,
    pub(crate) by: String,
    pub(crate) own: bool,
    pub(crate) unconfirmed: bool,
    pub(crate) text: String,
    pub(crate) said: Said,
    pub(crate) tlp: String,
    pub(crate) area: String,
    pub(crate) written: String,
    /// How urgent its author says it is; empty if they say nothing, or took it back.
    pub(crate) urgency: String,
    /// Its author is in danger, and has not taken the report back.
    pub(crate) danger: bool,
    /// Why its author took it back; empty if not.
    pub(crate) retracted: String,
    /// Later reports that take its place, and what each says; the earlier one whose place it takes.
    pub(crate) later: Vec<(String, String)>,
    pub(crate) corrects: Option<String>,
}

impl Letter {
    pub(crate) fn new<H: Host>(
        app: &App<H>,
        device: &Device<H>,
        texts: &Texts,
        view: &ReportView,
    ) -> Result<Self, Problem> {
        let fields = &view.row.fields;
        let packs = device.packs();
        let category = fields.category.as_deref().and_then(|code| packs.category(code));
        let holds = view.row.retracted.is_none();
        // The words stand by themselves, and what makes it urgent stands beside the title.
        let rest = ReportFields { narrative: String::new(), urgency: None, danger_to_me: false, ..fields.clone() };
        Ok(Self {
            id: view.id.to_string(),
            category: category.map_or("", |category| category.name(texts.code)).to_owned(),
            by: view.pseudonym.clone().unwrap_or_else(|| azalai_node::node::short_name(&view.author)),
            own: view.own,
            unconfirmed: view.unconfirmed,
            text: fields.narrative.clone(),
            said: category.map(|category| said(texts, category, &rest)).unwrap_or_default(),
            tlp: view.tlp.to_string(),
            area: area_name::<H>(device, view.area.as_ref()),
            urgency: fields.urgency.filter(|_| holds).map(|urgency| urgency.to_string()).unwrap_or_default(),
            danger: fields.danger_to_me && holds,
            written: times::minute(texts, view.written_ms, app.settings().offset_min),
            later: view.later.iter().map(ToString::to_string).zip(view.later_texts.clone()).collect(),
            corrects: fields.corrects.map(|corrects| corrects.0.to_string()),
            retracted: view.row.retracted.as_ref().map(|retraction| retraction.why.clone()).unwrap_or_default(),
        })
    }
}
