"""The tree of Syrian places and the index of their names.

Owns what is known of places: governorate > district > sub-district > town > quarter, the regions people name, and
every name of each. A name of several places stays several places. Decides nothing about texts: `places.recognise`
does. Reads no file: `load` is given the text of one table (bot/data/places.tsv, or what an import wrote).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.domain.arabic import normalise
from bot.domain.remembering import Remembered

LEVELS = ("governorate", "district", "subdistrict", "town", "quarter", "region", "site")
WIDE = ("governorate", "district")  # places too wide for a distance to mean anything
_NEAR_KM = 30.0
_FEW = 8
_REMEMBERED = 50_000  # pairs of names whose kinship is kept
_AREAS = 16  # places of which all that lies below is kept: those that sources write about come with every item
_EARTH_RADIUS_KM = 6371.0
_CELL_DEGREES = 0.25  # about 25 km: the side of a cell of the index of neighbours


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the table. `code` is the OCHA P-code, or an id of our own that begins with `R-`, `X-` or `G-`.

    `others` are further names in any script; `parent` is the code of the place above, "" for a governorate;
    `members` are, for a region, the codes of what lies in it (the tree itself has no regions).
    """

    code: str
    parent: str
    level: str
    latitude: float
    longitude: float
    name: str
    english: str = ""
    others: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def official(self) -> bool:
        """Whether the code is one of UN OCHA's."""
        return not self.code.startswith(("R-", "X-", "G-"))

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *((self.english,) if self.english else ()), *self.others)

    def line(self) -> str:
        """The place as a line of the table."""
        where = f"{self.latitude:.4f}\t{self.longitude:.4f}"
        return (
            f"{self.code}\t{self.parent}\t{self.level}\t{where}\t{self.name}\t{self.english}\t{'|'.join(self.others)}"
        )


HEADER = "code\tparent\tlevel\tlat\tlon\tname\tenglish\tothers\tmembers"


def kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Distance between two points given in degrees; flat-earth formula, within 0.1 % inside Syria."""
    x = math.radians(lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
    return math.hypot(x, math.radians(lat2 - lat1)) * _EARTH_RADIUS_KM


def name_key(name: str) -> str:
    """A name as it is looked up: folded, the underscores and hyphens inside it read as spaces."""
    return normalise(name.replace("_", " ").replace("-", " "))


class Gazetteer:
    """An immutable table of places with its indexes. Building one of 1,700 places takes about 30 ms."""

    def __init__(self, places: Iterable[Place], core: Iterable[str] | None = None) -> None:
        """`core`: the codes of the places that are known without an import; all of them when it is left out."""
        self._by_code = {place.code: place for place in places}
        self.core = frozenset(self._by_code if core is None else core)
        self._above: dict[str, tuple[Place, ...]] = {}
        self._within = Remembered(self._below, _AREAS)
        self._kin: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = {}
        self._children: dict[str, list[str]] = defaultdict(list)  # the tree, and what lies in a region
        self._regions: dict[str, list[Place]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._cells: dict[tuple[int, int], list[Place]] = defaultdict(list)
        for place in self._by_code.values():
            self._children[place.parent].append(place.code)
            for member in place.members:
                self._children[place.code].append(member)
                self._regions[member].append(place)
            self._cells[_cell(place.latitude, place.longitude)].append(place)
            for key in {name_key(name) for name in place.names}:
                self._by_name[key].append(place.code)

    @classmethod
    def load(cls, *tables: str) -> "Gazetteer":
        """Reads tables of tab-separated lines under `HEADER`, the core one first; a later one wins for a code of both.

        Lines that begin with # are comments. Raises ValueError, with the line's number, for a line it cannot read.
        """
        core, *imported = ([*read_table(table)] for table in tables)
        places = (place for table in (core, *imported) for place in table)
        return cls(places, (place.code for place in core))

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_code.values())

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Place:
        return self._by_code[code]

    def find(self, name: str) -> tuple[Place, ...]:
        """Every place of that name in any of its spellings, the highest level first."""
        found = (self._by_code[code] for code in self._by_name.get(name_key(name), ()))
        return tuple(sorted(found, key=lambda place: LEVELS.index(place.level)))

    def core_find(self, name: str) -> bool:
        """Whether a place of the core has the name."""
        return not self.core.isdisjoint(self._by_name.get(name_key(name), ()))

    def names(self) -> Iterable[str]:
        """Every name, folded."""
        return self._by_name.keys()

    def ancestors(self, code: str) -> tuple[Place, ...]:
        """The places above, the nearest first; ends at the first parent that the table lacks."""
        known = self._above.get(code)
        if known is None:
            known = self._above[code] = self._climb(code)
        return known

    def _climb(self, code: str) -> tuple[Place, ...]:
        above: list[Place] = []
        place = self._by_code.get(code)
        while place and place.parent in self._by_code and len(above) < len(LEVELS):
            place = self._by_code[place.parent]
            above.append(place)
        return tuple(above)

    def containing(self, code: str) -> tuple[Place, ...]:
        """The places above and the regions that it or any of them belongs to: every watch that covers the place."""
        above = self.ancestors(code)
        found: dict[str, Place] = {place.code: place for place in above}
        waiting = [code, *found]
        while waiting:
            for region in self._regions.get(waiting.pop(), ()):
                if region.code not in found and region.code != code:
                    found[region.code] = region
                    waiting.append(region.code)
        return tuple(found.values())

    def governorate(self, code: str) -> Place | None:
        """The governorate that the place is, or lies in."""
        place = self._by_code.get(code)
        above = self.ancestors(code)
        if place is None or place.level == "governorate":
            return place
        return above[-1] if above and above[-1].level == "governorate" else None

    def kinship(self, codes: tuple[str, ...], others: tuple[str, ...]) -> float:
        """How near two names are, by their places: 1 when one lies in the other or within 30 km of it, 0.5 within
        one governorate, else 0. Only the first eight places of a name are looked at; remembered by name."""
        known = self._kin.get((codes, others))
        if known is None:
            if len(self._kin) > _REMEMBERED:
                self._kin.clear()
            pairs = ((self._by_code[a], self._by_code[b]) for a in codes[:_FEW] for b in others[:_FEW])
            known = self._kin[codes, others] = max((self._nearness(a, b) for a, b in pairs), default=0.0)
        return known

    def _nearness(self, one: Place, other: Place) -> float:
        if other in self.ancestors(one.code) or one in self.ancestors(other.code):
            return 1.0
        if one.level in WIDE and other.level in WIDE:
            return 0.0
        if kilometres(one.latitude, one.longitude, other.latitude, other.longitude) <= _NEAR_KM:
            return 1.0
        governorate = self.governorate(one.code)
        return 0.5 if governorate is not None and governorate is self.governorate(other.code) else 0.0

    def within(self, code: str) -> frozenset[str]:
        """The codes of the place and of everything below it: what a watch on the place covers."""
        return self._within[code]

    def _below(self, code: str) -> frozenset[str]:
        found, waiting = {code}, [code]
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return frozenset(found)

    def neighbours(self, code: str, radius_km: float = 15.0) -> tuple[Place, ...]:
        """Other towns and quarters within `radius_km` (at most 25), the nearest first."""
        place = self._by_code[code]
        return self.near(place.latitude, place.longitude, radius_km, skip=code)

    def near(self, latitude: float, longitude: float, radius_km: float = 15.0, skip: str = "") -> tuple[Place, ...]:
        """Towns and quarters within `radius_km` (at most 25) of a point, the nearest first."""
        row, column = _cell(latitude, longitude)
        around = (p for y in (-1, 0, 1) for x in (-1, 0, 1) for p in self._cells.get((row + y, column + x), ()))
        measured = (
            (kilometres(latitude, longitude, p.latitude, p.longitude), p)
            for p in around
            if p.level in ("town", "quarter") and p.code != skip
        )
        return tuple(p for d, p in sorted(measured, key=lambda pair: pair[0]) if d <= radius_km)


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return math.floor(latitude / _CELL_DEGREES), math.floor(longitude / _CELL_DEGREES)


def read_table(table: str) -> Iterator[Place]:
    """The places of one table. Raises ValueError, with the line's number, for a line it cannot read."""
    for number, line in enumerate(table.splitlines(), start=1):
        if not line or line.startswith(("#", "code\t")):
            continue
        try:
            code, parent, level, latitude, longitude, name, english, others, *rest = line.split("\t")
            where = float(latitude), float(longitude)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        if level not in LEVELS:
            raise ValueError(f"line {number}: no such level: {level}")
        members = tuple(rest[0].split("|")) if rest and rest[0] else ()
        yield Place(code, parent, level, *where, name, english, tuple(others.split("|")) if others else (), members)


def cycles(places: Iterable[Place]) -> frozenset[str]:
    """The codes of the places that lie, by their parents, inside themselves."""
    parents = {place.code: place.parent for place in places}
    bad: set[str] = set()
    for code in parents:
        path = [code]
        while (above := parents.get(path[-1], "")) and above not in path:
            path.append(above)
        if above:
            bad.update(path[path.index(above) :])
    return frozenset(bad)
