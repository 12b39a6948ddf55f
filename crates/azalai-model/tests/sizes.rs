//! How many bytes a report takes in its document: what has to fit the smallest envelope starts here.

#![allow(clippy::unwrap_used)]

use std::io::Write as _;

use azalai_model::{
    ActorId, Basis, Document, DocumentKind, Occurred, PackRef, Place, PlacePrecision, Point, ReportFields, Urgency,
};

const ENGLISH: &str = "Four armed men on two motorbikes stopped the market lorry at the dry riverbed an hour before \
    sunset. They took the phones, two sacks of millet and the driver's money, asked who had spoken with the patrol \
    last week, and let everybody go on foot. Nobody is hurt, but the women will not use that road tomorrow.";
const FRENCH: &str = "Quatre hommes armés sur deux motos ont arrêté le camion du marché près de l'oued une heure avant \
    le coucher du soleil. Ils ont pris les téléphones, deux sacs de mil et l'argent du chauffeur, et ont demandé qui \
    avait parlé à la patrouille. Personne n'est blessé, mais les femmes évitent désormais cette route.";
const ARABIC: &str = "أوقف أربعة مسلحين على دراجتين ناريتين شاحنة السوق قرب الوادي الجاف قبل ساعة من غروب الشمس. أخذوا \
    الهواتف وكيسين من الدخن ومال السائق، وسألوا من تكلم مع الدورية الأسبوع الماضي، ثم تركوا الجميع يمضون سيرا على \
    الأقدام. لم يصب أحد بأذى، لكن النساء لن يسلكن هذا الطريق غدا خوفا من عودتهم.";

fn report(narrative: &str, language: &str) -> ReportFields {
    let point = Point::try_new(16.2716, -0.0447).unwrap();
    let place =
        Place::try_new(Some(point), Some(20), Some(PlacePrecision::Exact), Some("Gao".into()), Some("gao".into()));
    ReportFields {
        pack: Some(PackRef { id: "sahel".into(), version: 1 }),
        category: Some("roadblock-robbery".into()),
        occurred: Some(Occurred::parse("2026-11-20T17:30", 0, 0).unwrap()),
        place: Some(place.unwrap()),
        narrative: narrative.into(),
        language: Some(language.into()),
        basis: Some(Basis::HeardFirstHand),
        urgency: Some(Urgency::Days),
        ..ReportFields::default()
    }
}

fn brotli(bytes: &[u8]) -> usize {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 4_096, 11, 22);
    writer.write_all(bytes).unwrap();
    drop(writer);
    out.len()
}

/// Guards against a schema that outgrows the smallest envelope (640 bytes with about 300 of frame): the first change
/// of a report with 280 characters, compressed without the dictionary that will help it further, and how much of it
/// is not the words themselves.
#[test]
fn a_typical_report_is_little_more_than_its_words() {
    for (narrative, language, most, overhead) in
        [(ENGLISH, "en", 385, 215), (FRENCH, "fr", 435, 225), (ARABIC, "ar", 495, 270)]
    {
        let mut document = Document::new(DocumentKind::Report);
        let change = document.write_report(&ActorId::from([7; 16]), &report(narrative, language)).unwrap();
        let (compressed, words) = (brotli(&change), brotli(narrative.as_bytes()));
        let said = format!(
            "{language}: {} characters, {} bytes; change {} bytes, compressed {compressed}, words alone {words}",
            narrative.chars().count(),
            narrative.len(),
            change.len()
        );
        assert!(compressed <= most && compressed - words <= overhead, "{said}");
    }
}
