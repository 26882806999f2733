"""Writes bot/data/places.tsv: the core table of Syrian places.

    python -m benchmarks.build_places ../shared/data/gazetteer

Reads what people know (bot/data/places.yaml) beside the lists of UN OCHA (administrative tree, codes, coordinates)
and Who's On First (spellings in Latin letters), and takes from the lists only what places.yaml selects: the
administrative tree, the seats of sub-districts, and the towns, villages and quarters that it names. Prints what it
could not find.
"""

import csv
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.domain.arabic import normalise
from bot.domain.gazetteer import HEADER, kilometres

DATA = Path(__file__).parent.parent / "bot" / "data"
Row = dict[str, str]


@dataclass
class Node:
    code: str
    parent: str
    level: str
    lat: float
    lon: float
    names: list[str]
    english: str = ""
    also: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)

    def line(self) -> str:
        seen = {self.names[0]}
        others = [n for n in [*self.names[1:], *self.also] if not (n in seen or seen.add(n))]  # type: ignore[func-returns-value]
        cells = (self.code, self.parent, self.level, f"{self.lat:.4f}", f"{self.lon:.4f}", self.names[0], self.english)
        return "\t".join((*cells, "|".join(others), *(("|".join(self.members),) if self.members else ())))


def key(name: str) -> str:
    """A name with the spellings that lists disagree on taken out: articles, spaces, the final ا or ه."""
    words = [w[2:] if w.startswith("ال") and len(w) > 4 else w for w in normalise(name).split()]
    joined = "".join(words).replace("ء", "").replace("-", "")
    return joined[:-1] if len(joined) > 3 and joined[-1] in "اه" else joined


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def middle(rows: list[Row]) -> tuple[float, float]:
    return sum(float(r["lat"]) for r in rows) / len(rows), sum(float(r["lng"]) for r in rows) / len(rows)


def tree(towns: list[Row]) -> dict[str, Node]:
    """The governorates, districts and sub-districts, where their seats are or in the middle of their towns."""
    nodes: dict[str, Node] = {}
    for level, digit, above in (("governorate", 1, 0), ("district", 2, 1), ("subdistrict", 3, 2)):
        groups = defaultdict(list)
        for row in towns:
            groups[row[f"admin{digit}_pcode"]].append(row)
        for code, rows in groups.items():
            name = rows[0][f"admin{digit}_ar"].removeprefix("مركز").strip()
            name = name if name != "ريف دمشق" or level == "governorate" else "مركز ريف دمشق"
            seats = [r for r in rows if key(r["name_ar"]) == key(name)]
            lat, lon = middle(seats[:1] or rows)
            parent = rows[0][f"admin{above}_pcode"] if above else ""
            nodes[code] = Node(code, parent, level, lat, lon, [name])
    return nodes


def latin_names(places: list[Row]) -> dict[str, list[tuple[float, float, str]]]:
    found = defaultdict(list)
    for row in places:
        if row["placetype"] == "locality" and row["en"]:
            for name in (row["ar_preferred"], *row["ar_variants"].split("|")):
                found[key(name)].append((float(row["lat"]), float(row["lon"]), row["en"].split("|")[0]))
    return found


def select(known: dict[str, Any], towns: list[Row], nodes: dict[str, Node]) -> None:
    by_key = defaultdict(list)
    for row in towns:
        by_key[row["admin1_pcode"], key(row["name_ar"])].append(row)
    wanted = {(g, key(n)): n for g, names in known["news"].items() for n in names.split(", ")}
    wanted |= other_spellings(known)
    seats = {(n.parent[:4], key(n.names[0])) for n in nodes.values() if n.level == "subdistrict"}
    for governorate, name in sorted({*wanted, *seats}):
        for row in by_key.get((governorate, name), ()):
            code = row["pcode"]
            if (governorate, name) not in wanted and key(row["admin3_ar"].removeprefix("مركز")) != name:
                continue
            shown = row["name_ar"].replace("_", " ")
            ours = wanted.get((governorate, name), shown)
            names = [shown] if key(ours) == key(shown) else [ours, shown]
            nodes[code] = Node(
                code, row["admin3_pcode"], "town", float(row["lat"]), float(row["lng"]), names, row["name_en"]
            )


def other_spellings(known: dict[str, Any]) -> dict[tuple[str, str], str]:
    """How we write the names that the lists spell otherwise, by governorate and the lists' spelling."""
    return {(g, key(theirs)): ours for g, pairs in known["spelt"].items() for ours, theirs in pairs.items()}


def select_quarters(known: dict[str, Any], rows: list[Row], nodes: dict[str, Node]) -> None:
    """The quarters that are named, and the areas of Damascus under the code of their most central quarter."""
    areas = defaultdict(list)
    wanted = {(g, key(n)) for g, names in known["news"].items() for n in names.split(", ")}
    for row in rows:
        if row["AREA_AR"] not in ("", "<Null>") and row["ADM4_PCODE"] == "C1001":
            areas[row["AREA_AR"]].append(row)
        name = row["NAME_AR"].split("\n")[0].split("/")[0].strip().replace("_", " ")
        if (row["ADM1_PCODE"], key(name)) in wanted:
            place = (float(row["LATITUDE"]), float(row["LONGITUDE"]))
            nodes[row["PCODE"]] = Node(row["PCODE"], row["ADM4_PCODE"], "quarter", *place, [name], row["NAME_EN"])
    for area, members in areas.items():
        if any(key(nodes[m["PCODE"]].names[0]) == key(area) for m in members if m["PCODE"] in nodes):
            continue
        lat = sum(float(m["LATITUDE"]) for m in members) / len(members)
        lon = sum(float(m["LONGITUDE"]) for m in members) / len(members)
        centre = min(
            members,
            key=lambda m: (
                not key(m["NAME_AR"]).startswith(key(area)),
                abs(float(m["LATITUDE"]) - lat) + abs(float(m["LONGITUDE"]) - lon),
            ),
        )
        node = Node(centre["PCODE"], "C1001", "quarter", lat, lon, [area], centre["AREA_EN"])
        if centre["PCODE"] in nodes or key(area) in key(centre["NAME_AR"]):
            node.names.append(centre["NAME_AR"])
        nodes[centre["PCODE"]] = node


def alias(known: dict[str, Any], nodes: dict[str, Node], governorate_of: dict[str, str]) -> None:
    for governorate, entries in known["names"].items():
        for listed, names in entries.items():
            keys = {key(listed), key(names[0])}
            found = [
                n
                for n in nodes.values()
                if governorate_of.get(n.code) == governorate and key(n.names[0]) in keys and n.level != "quarter"
            ]
            towns = [n for n in found if n.level == "town"]
            seats = [n for n in towns if key(nodes[n.parent].names[0]) in keys]
            for node in [n for n in found if n.level != "town"] + (seats or towns):
                node.names = [*names, *(n for n in node.names if n not in names)]
            if not found:
                print("no place for the names of", governorate, listed, file=sys.stderr)


def add_own(known: dict[str, Any], nodes: dict[str, Node], governorate_of: dict[str, str]) -> None:
    by_name = defaultdict(list)
    for node in list(nodes.values()):
        by_name[governorate_of.get(node.code, ""), key(node.names[0])].append(node)
    for name, entry in known["regions"].items():
        inside = [n for near in entry["near"] for n in by_name[entry["parent"], key(near)] if n.level == "town"]
        if not inside:
            print("no town inside", name, file=sys.stderr)
            inside = [nodes[entry["parent"]]]
        lat, lon = (sum(v) / len(inside) for v in zip(*((n.lat, n.lon) for n in inside), strict=True))
        members = [*entry.get("inside", ()), *(n.code for n in inside if n.level == "town")]
        names = (entry["ar"], entry["en"], entry["also"])
        nodes[f"R-{name}"] = Node(
            f"R-{name}", entry["parent"], "region", lat, lon, [names[0]], names[1], names[2], members
        )
    for entry in known["extra"]:
        code, place = f"X-{entry['id']}", (entry["lat"], entry["lon"])
        nodes[code] = Node(code, entry["parent"], entry["level"], *place, [entry["ar"]], entry["en"], entry["also"])


def build(lists: Path) -> list[Node]:
    known = yaml.safe_load((DATA / "places.yaml").read_text(encoding="utf-8"))
    towns, quarters = read(lists / "ocha_populated_places.csv"), read(lists / "ocha_neighbourhoods.csv")
    nodes = tree(towns)
    select(known, towns, nodes)
    select_quarters(known, quarters, nodes)
    governorate_of = {n.code: n.code[:4] for n in nodes.values() if n.code.startswith("SY")}
    governorate_of |= {r["pcode"]: r["admin1_pcode"] for r in towns} | {r["PCODE"]: r["ADM1_PCODE"] for r in quarters}
    alias(known, nodes, governorate_of)
    latin = latin_names(read(lists / "wof_sy.csv"))
    for node in nodes.values():
        if node.level == "town":
            near = [e for lat, lon, e in latin[key(node.names[0])] if kilometres(lat, lon, node.lat, node.lon) < 5]
            node.also += [e for e in near[:1] if e != node.english]
    have = {(governorate_of.get(c), key(name)) for c, n in nodes.items() for name in n.names}
    missing = {g: [n for n in names.split(", ") if (g, key(n)) not in have] for g, names in known["news"].items()}
    for governorate, names in missing.items():
        print("not in the lists:", governorate, "، ".join(names), file=sys.stderr)
    add_own(known, nodes, governorate_of)
    return sorted(
        nodes.values(),
        key=lambda n: (n.level != "governorate", n.level != "district", n.level != "subdistrict", n.code),
    )


def main(lists: str) -> None:
    nodes = build(Path(lists))
    head = (
        "# Written by benchmarks/build_places.py. UN OCHA (CC BY 3.0 IGO), Who's On First and GeoNames (CC BY 4.0).\n"
    )
    columns = HEADER + "\n"
    (DATA / "places.tsv").write_text(head + columns + "".join(n.line() + "\n" for n in nodes), encoding="utf-8")
    levels: dict[str, int] = defaultdict(int)
    for node in nodes:
        levels[node.level] += 1
    print(dict(levels))


if __name__ == "__main__":
    main(sys.argv[1])
