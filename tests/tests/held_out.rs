//! How large a report is on the wire: those of `seeds/dictionary/heldout/`, which the dictionary was not made from,
//! from their words to the sealed envelope. For judging the dictionary, never for making it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::PathBuf;

use azalai_envelope::envelope::OVERHEAD_LEN;
use azalai_envelope::ids::{derive, derive16};
use azalai_envelope::statement::document_id;
use azalai_envelope::{
    AudienceId, ChainId, Clock, Day, Draft, Envelope, Kind, Lane, PostingKey, ReceivingSecret, Recipient,
    SigningSecret, StatementId, certificate,
};
use azalai_model::{Basis, Document, DocumentKind, Gazetteer, Occurred, Pack, ReportFields, Tlp, Urgency, actor_id};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

fn seed(path: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../seeds");
    std::fs::read_to_string(folder.join(path)).unwrap()
}

/// How much a report says besides its text, and where in its author's chain it stands.
#[derive(Debug, Clone, Copy)]
struct Case {
    /// Language, basis and urgency as well.
    more: bool,
    /// Not the first statement that its author writes to this audience: most are not.
    later: bool,
}

/// Bytes of each report's envelope: before it is filled up, and as it is posted.
fn sizes(language: &str, case: Case) -> Vec<(usize, usize)> {
    let pack = Pack::parse(seed("packs/sahel/pack.json").as_bytes()).unwrap();
    let places = Gazetteer::parse(&seed("places/places.csv")).unwrap();
    let places: Vec<_> = places.iter().collect();
    let author = SigningSecret::from_seed(&[3; 32]);
    let project = certificate::project_id(&SigningSecret::from_seed(&[1; 32]).public());
    let (audience, chain) = (AudienceId([0x11; 16]), ChainId([0x31; 8]));
    let recipient = Recipient { audience, key: ReceivingSecret::from_bytes([6; 32]).public() };
    let posting = PostingKey { epoch: 1, secret: SigningSecret::from_seed(&[5; 32]) };
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let mut sizes = Vec::new();
    for (number, narrative) in seed(&format!("dictionary/heldout/{language}.txt")).lines().enumerate() {
        let fields = ReportFields {
            pack: Some(pack.reference()),
            category: Some(pack.categories[number * 3 + 1].code.clone()),
            occurred: Some(Occurred::parse(&format!("2027-03-1{number}T1{number}:37"), 0, 0).unwrap()),
            place: Some(places[number * 31 + 5].place(Some("ml-gao".into())).unwrap()),
            narrative: narrative.to_owned(),
            tlp: Some(Tlp::Amber),
            language: case.more.then(|| language.to_owned()),
            basis: case.more.then(|| Basis::ALL[number % Basis::ALL.len()]),
            urgency: case.more.then(|| Urgency::ALL[number % Urgency::ALL.len()]),
            ..ReportFields::default()
        };
        let nonce = derive16("azalai 1 test nonce", &[narrative.as_bytes()]);
        let document = document_id(&project, Kind::REPORT, &audience, &author.public(), &nonce);
        let actor = actor_id(&project, &author.public().0, &document, &chain);
        let body = Document::new(DocumentKind::Report).write_report(&actor, &fields).unwrap();
        let draft = Draft {
            kind: Kind::REPORT,
            document,
            opens: Some(nonce),
            chain,
            seq: if case.later { 100 } else { 0 },
            prev: case.later.then(|| StatementId(derive("azalai 1 test prev", &[narrative.as_bytes()]))),
            authority: [0x41; 8],
            clock: Clock::at_ms(1_795_392_000_000),
            body: &body,
        };
        let statement = draft.sign(&project, &audience, &author).unwrap();
        let sealed =
            Envelope::seal(&statement, &project, &recipient, &posting, Lane::Text, Day(20_780), &mut rng).unwrap();
        sizes.push((OVERHEAD_LEN + statement.bytes().len() + 2, sealed.bytes().len()));
    }
    sizes
}

/// Guards against a schema, a frame or a dictionary that makes ordinary reports outgrow the smallest envelope: then
/// their size would tell languages apart, and each would cost a second one's bytes.
#[test]
fn every_held_out_report_fits_the_first_size_class() {
    for (more, later) in [(false, false), (false, true), (true, true)] {
        let case = Case { more, later };
        for language in ["en", "fr", "ar"] {
            let sizes = sizes(language, case);
            assert_eq!(sizes.len(), 10);
            let mut bytes: Vec<usize> = sizes.iter().map(|(bytes, _)| *bytes).collect();
            bytes.sort_unstable();
            assert!(sizes.iter().all(|(_, posted)| *posted == 640), "{case:?} {language}: {bytes:?}");
        }
    }
}
