"""Merges complete lists of places into one table that `--places-file` reads.

Owns the rules of merging: OCHA's rows are known by their P-code; rows of other lists belong to a known place only when
they lie near it, in its governorate, under a name that is nearly the same, and give it no name that is not. Nothing
is guessed: what does not fit is refused and reported with its row.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz import fuzz

from bot.domain.arabic import normalise
from bot.domain.gazetteer import HEADER, Gazetteer, Place, cycles, kilometres
from bot.places.tables import Complaint, Listed, read_list

SAME_PLACE_KM = 5.0
SAME_NAME = 85.0  # of 100, rapidfuzz's ratio of the folded names
ALIAS = 75.0  # a further name must be this near to one of the place's names
SYRIA = (32.2, 37.5, 35.4, 42.5)  # south, north, west, east


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, for people: counts, and the complaints by file and row."""

    counts: dict[str, int]
    complaints: tuple[Complaint, ...]
    written: bool = False

    @property
    def blocked(self) -> bool:
        return any(complaint.blocks for complaint in self.complaints)


def import_places(files: Sequence[Path], core: Gazetteer, out: Path, force: bool = False) -> Report:
    """Merges the files over the core and writes the table to `out`; the file there stays as it is when a complaint
    blocks and `force` is not given. Raises OSError when a file cannot be opened or written."""
    places, report = merge(files, core)
    if report.blocked and not force:
        return report
    lines = [f"# Imported from {', '.join(path.name for path in files)} by `python -m bot places import`.", HEADER]
    temporary = out.with_name(out.name + ".part")
    temporary.write_text("\n".join([*lines, *(place.line() for place in places)]) + "\n", encoding="utf-8")
    temporary.replace(out)
    return replace(report, written=True)


def merge(files: Sequence[Path], core: Gazetteer) -> tuple[list[Place], Report]:
    """The places that are new or have new names, and the report. A pure function of the files' contents."""
    rows: list[Listed] = []
    complaints: list[Complaint] = []
    for path in files:
        found, wrong = read_list(path)
        rows += found
        complaints += wrong
    counts: Counter[str] = Counter(rows=len(rows))
    merging = _Merging(core, complaints, counts)
    for row in rows:
        if row.code:
            merging.take_coded(row)
    merging.index()
    merging.learn_regions(row for row in rows if not row.code)
    for row in rows:
        if not row.code:
            merging.take_uncoded(row)
    looped = cycles([*core, *merging.places.values()])
    for code in sorted(looped):
        complaints.append(Complaint("", 0, f"{code} lies inside itself"))
    places = [
        p for code, p in sorted(merging.places.items()) if code not in looped and (code not in core or core[code] != p)
    ]
    return places, Report(dict(counts), tuple(complaints))


class _Merging:
    def __init__(self, core: Gazetteer, complaints: list[Complaint], counts: Counter[str]) -> None:
        self.core = core
        self.places: dict[str, Place] = {place.code: place for place in core}
        self._complaints = complaints
        self._counts = counts
        self._seen: dict[str, Listed] = {}
        self._regions: dict[tuple[str, str], str] = {}
        self._near: dict[tuple[int, int], list[str]] = defaultdict(list)
        self._region_names = {normalise(n) for p in core if p.level == "region" for n in p.names}

    def _refuse(self, row: Listed, what: str, blocks: bool = True) -> None:
        self._complaints.append(Complaint(row.file, row.row, what, blocks))
        self._counts["refused"] += 1

    def _inside_syria(self, row: Listed) -> bool:
        south, north, west, east = SYRIA
        return south <= row.latitude <= north and west <= row.longitude <= east

    def take_coded(self, row: Listed) -> None:
        """A row of OCHA: a new place, or the Arabic and English spelling of a known one."""
        before = self._seen.get(row.code)
        if before is not None:
            if (before.name_ar, before.parents) != (row.name_ar, row.parents):
                self._refuse(row, f"{row.code} is already {before.name_ar} (row {before.row})")
            return
        self._seen[row.code] = row
        if not self._inside_syria(row):
            self._refuse(row, f"{row.name_ar} lies outside Syria: {row.latitude}, {row.longitude}")
        elif row.code in self.core:
            self._add_names(row.code, [row.name_ar])
            self._counts["known"] += 1
        elif row.level == "quarter" and normalise(row.name_ar) in self._region_names:
            self._refuse(row, f"{row.name_ar} is the name of a region", blocks=False)
        else:
            parent = next(
                (p for p in row.parents if p in self.core or p.startswith("C")), row.parents[0] if row.parents else ""
            )
            self.places[row.code] = Place(
                row.code, parent, row.level, row.latitude, row.longitude, _clean(row.name_ar), _clean(row.name_en)
            )
            self._counts["added"] += 1

    def index(self) -> None:
        for place in self.places.values():
            if place.level == "town":
                self._near[_cell(place.latitude, place.longitude)].append(place.code)

    def learn_regions(self, rows: Iterable[Listed]) -> None:
        """Which governorate a list means by its own word for it: the one of most of its rows' nearest places."""
        votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for row in rows:
            near = min(self._around(row), key=lambda found: found[0], default=None)
            if near is not None and row.region:
                votes[row.file, row.region][self._governorate(near[1])] += 1
        self._regions = {label: found.most_common(1)[0][0] for label, found in votes.items()}

    def _governorate(self, code: str) -> str:
        while code in self.places and self.places[code].level != "governorate":
            code = self.places[code].parent
        return code

    def _around(self, row: Listed) -> Iterator[tuple[float, str]]:
        """The places within 5 km, each with its distance."""
        y, x = _cell(row.latitude, row.longitude)
        for code in (c for dy in (-1, 0, 1) for dx in (-1, 0, 1) for c in self._near.get((y + dy, x + dx), ())):
            place = self.places[code]
            distance = kilometres(row.latitude, row.longitude, place.latitude, place.longitude)
            if distance <= SAME_PLACE_KM:
                yield distance, code

    def take_uncoded(self, row: Listed) -> None:
        """A row of another list: further names of a known place, or nothing."""
        code = self._place_of(row)
        if code is None:
            self._counts["unknown"] += 1
            return
        names = [name for name in (row.name_ar, *row.others, row.name_en) if name]
        known = self.places[code].names
        fitting = [name for name in names if _likeness(name, known) >= ALIAS]
        for name in names:
            if name not in fitting:
                self._refuse(row, f"{name} is no name of {self.places[code].name} ({code})", blocks=False)
        if self._add_names(code, fitting):
            self._counts["named"] += 1
        self._counts["matched"] += 1

    def _place_of(self, row: Listed) -> str | None:
        """The nearest place within 5 km, in the governorate that the row names, that has nearly the same name."""
        names = [name for name in (row.name_ar, *row.others, row.name_en) if name]
        governorate = self._regions.get((row.file, row.region))
        for _, code in sorted(self._around(row)):
            if governorate in (None, self._governorate(code)) and any(
                _likeness(name, self.places[code].names) >= SAME_NAME for name in names
            ):
                return code
        return None

    def _add_names(self, code: str, names: Iterable[str]) -> bool:
        place = self.places[code]
        known = {normalise(name) for name in place.names}
        new = [_clean(n) for n in dict.fromkeys(names) if normalise(n) not in known and len(normalise(n)) > 2]
        if new:
            self.places[code] = replace(place, others=(*place.others, *new))
        return bool(new)


def _clean(name: str) -> str:
    """A name fit for a cell of the table."""
    return " ".join(name.replace("|", " ").split())


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return round(latitude / 0.1), round(longitude / 0.1)


def _likeness(name: str, known: Iterable[str]) -> float:
    folded = _bare(name)
    return max((fuzz.ratio(folded, _bare(other)) for other in known), default=0.0)


def _bare(name: str) -> str:
    """A name without articles and spaces, which lists write as they like."""
    return "".join(
        word.removeprefix("ال")
        for word in normalise(name.replace("-", " ")).split()
        if word not in ("al", "el", "as", "ash", "ad", "an", "ar", "at", "az")
    )
