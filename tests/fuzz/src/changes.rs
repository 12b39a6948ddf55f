//! Changes of a document as statements carry them, from the linter through to Automerge.

use azalai_envelope::AuthorId;
use azalai_model::base::base_ground;
use azalai_model::lint::{self, Expect};
use azalai_model::{
    ActorId, ApplyError, Document, DocumentKind, Incident, IncidentEdit, Report, ReportFields, Status, Strangers,
    carried,
};

/// Two authors take turns.
const AUTHORS: [[u8; 16]; 2] = [[0x50; 16], [0x51; 16]];

fn kind(byte: u8) -> DocumentKind {
    if byte & 1 == 0 { DocumentKind::Report } else { DocumentKind::Incident }
}

/// Of an input the first byte says which kind of document it is; then come the changes.
///
/// What the linter lets through, Automerge must take, and the document must come back from its own bytes.
pub(crate) fn check(bytes: &[u8]) -> Result<(), String> {
    let Some((first, bytes)) = bytes.split_first() else { return Ok(()) };
    let mut document = Document::new(kind(*first));
    let mut ground = base_ground(document.kind());
    for (number, part) in crate::parts(bytes).into_iter().enumerate() {
        let actor = AUTHORS[number % 2];
        let Ok(chunk) = carried::whole(part, &actor) else { continue };
        let known = |other: &[u8]| ground.has_actor(other);
        let expect = Expect { actor: &actor, seq: None, known_actors: &known };
        let Ok(linted) = lint::lint(&chunk, &expect) else { continue };
        if ground.check(&linted).is_err() {
            continue;
        }
        match document.apply(&linted) {
            Ok(_) => ground.add(&linted).map_err(|error| format!("checked, applied, and not added: {error}"))?,
            Err(ApplyError::NoBase | ApplyError::Missing(_)) => {}
            Err(error) => return Err(format!("the linter let it through, and: {error}")),
        }
    }
    drop(Report::read(&document));
    drop(Incident::read(&document, &Strangers));
    let again = Document::load(document.kind(), &document.save()).map_err(|error| error.to_string())?;
    if again.canonical_bytes() != document.canonical_bytes() || again.heads() != document.heads() {
        return Err("the document comes back differently".to_owned());
    }
    Ok(())
}

/// Chains of changes as the program itself makes them.
pub(crate) fn examples() -> Vec<Vec<u8>> {
    let [first, second] = AUTHORS.map(|actor| ActorId::from(actor.as_slice()));
    let mut report = Document::new(DocumentKind::Report);
    let fields = |words: &str| ReportFields {
        category: Some("other".to_owned()),
        narrative: words.to_owned(),
        ..ReportFields::default()
    };
    let said = report.write_report(&first, &fields("Three men at the well")).unwrap();
    let amended = report.write_report(&second, &fields("Two men at the well, three camels"));
    let incident = incident(&first, &second);
    let with_kind =
        |kind: u8, changes: &[Vec<u8>]| [vec![kind], crate::whole(changes.iter().map(Vec::as_slice))].concat();
    let both: Vec<Vec<u8>> = [Ok(said.clone()), amended].into_iter().flatten().collect();
    vec![with_kind(0, &[said]), with_kind(0, &both), with_kind(1, &incident)]
}

fn incident(first: &ActorId, second: &ActorId) -> Vec<Vec<u8>> {
    let mut document = Document::new(DocumentKind::Incident);
    let author = AuthorId([7; 8]);
    let steps = [
        vec![IncidentEdit::SetTitle("At the well".to_owned()), IncidentEdit::SetArea("valley".to_owned())],
        vec![IncidentEdit::SetCategory("other".to_owned()), IncidentEdit::Assign(Some(author))],
        vec![
            IncidentEdit::SetStatus(Status::Reviewing),
            IncidentEdit::AddCode { list: "iccs".into(), code: "0401".into() },
        ],
        vec![IncidentEdit::SetTitle("At the old well".to_owned())],
    ];
    let mut changes = Vec::new();
    for (number, edits) in steps.iter().enumerate() {
        let actor = if number % 2 == 0 { first } else { second };
        changes.push(document.edit_incident(actor, author, &Strangers, edits).unwrap());
    }
    changes
}
