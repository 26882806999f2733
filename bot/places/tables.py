"""Reads lists of places as their publishers write them into one kind of row.

Owns the formats: UN OCHA's populated places and neighbourhoods (CSV or XLSX), a GeoNames country dump (the text file
or the zip around it) and Who's On First as CSV. Judges nothing: a row that cannot be read is a `Complaint` with its
number, and the caller decides.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

_LARGEST_MEMBER = 64_000_000  # bytes of an unpacked member; the largest real list is 10 MB
_GEONAMES_COLUMNS = 19  # of a dump's line, https://download.geonames.org/export/dump/readme.txt
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1256")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a row (0: with the whole file). `blocks`: the import is not written unless forced."""

    file: str
    row: int
    what: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """A place of a list. `code` is an OCHA P-code or "" for lists that have none; `parents` the nearest first."""

    file: str
    row: int
    code: str
    level: str
    name_ar: str
    name_en: str
    latitude: float
    longitude: float
    parents: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    own_id: str = ""
    region: str = ""  # what the list calls its governorate, in its own words


# What the columns are called in the editions seen, without case and punctuation.
_COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "towns": {
        "code": ("pcode", "admin4pcode", "adm4pcode", "placecode", "pplpcode"),
        "name_ar": ("namear", "admin4namear", "adm4ar", "admin4ar", "placenamear", "featurenamear"),
        "name_en": ("nameen", "admin4nameen", "adm4en", "admin4en", "placenameen", "featurenameen"),
        "lat": ("lat", "latitude", "y", "latitudey"),
        "lon": ("lng", "lon", "long", "longitude", "x", "longitudex"),
        "parent3": ("admin3pcode", "adm3pcode"),
        "parent2": ("admin2pcode", "adm2pcode"),
        "parent1": ("admin1pcode", "adm1pcode"),
    },
    "quarters": {
        "code": ("pcode", "neighbourhoodpcode"),
        "name_ar": ("namear",),
        "name_en": ("nameen",),
        "lat": ("latitude", "lat"),
        "lon": ("longitude", "lng", "lon"),
        "parent4": ("adm4pcode", "admin4pcode"),
        "parent1": ("adm1pcode", "admin1pcode"),
    },
    "wof": {
        "own_id": ("wofid",), "placetype": ("placetype",), "name": ("name",), "name_ar": ("arpreferred",),
        "others": ("arvariants",), "region": ("region",), "name_en": ("en",), "lat": ("lat",), "lon": ("lon",),
    },
}  # fmt: skip
_REQUIRED = ("lat", "lon", "name_ar")


def read_list(path: Path) -> tuple[list[Listed], list[Complaint]]:
    """The rows of one file and what is wrong with the others. Raises OSError when it cannot be opened."""
    complaints: list[Complaint] = []
    try:
        rows = list(_rows(path, complaints))
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, csv.Error) as error:
        return [], [Complaint(path.name, 0, f"cannot be read: {error}")]
    if not rows:
        return [], [*complaints, Complaint(path.name, 0, "no rows")]
    if _is_geonames(rows[0]):
        return _read_geonames(path.name, rows, complaints), complaints
    return _read_table(path.name, rows, complaints), complaints


def _rows(path: Path, complaints: list[Complaint]) -> Iterator[Sequence[str]]:
    data = path.read_bytes()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "xl/workbook.xml" in archive.namelist():
                yield from _read_xlsx(archive)
                return
            texts = [
                m for m in archive.infolist() if m.filename.endswith(".txt") and "readme" not in m.filename.lower()
            ]
            data = _member(archive, texts[0].filename) if texts else b""
    text = _decode(path.name, data, complaints)
    head = text[: text.find("\n")] if "\n" in text else text
    if head.count("\t") == _GEONAMES_COLUMNS - 1:
        yield from (line.split("\t") for line in text.splitlines())
        return
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")


def _decode(name: str, data: bytes, complaints: list[Complaint]) -> str:
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1256":
            complaints.append(Complaint(name, 0, "not UTF-8; read as windows-1256"))
        return text
    complaints.append(Complaint(name, 0, "not UTF-8, nor windows-1256; unreadable letters are lost"))
    return data.decode("utf-8", errors="replace")


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST_MEMBER:
        raise zipfile.BadZipFile(f"{name} is larger than {_LARGEST_MEMBER} bytes")
    return archive.read(name)


_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _read_xlsx(archive: zipfile.ZipFile) -> Iterator[Sequence[str]]:
    """The rows of every sheet that has the columns of a list; the first such sheet wins."""
    shared: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        strings = ElementTree.fromstring(_member(archive, "xl/sharedStrings.xml")).iter(f"{_SHEET}si")
        shared = ["".join(text.text or "" for text in item.iter(f"{_SHEET}t")) for item in strings]
    sheets = sorted(n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n))
    tables = ([*_sheet_rows(ElementTree.fromstring(_member(archive, sheet)), shared)] for sheet in sheets)
    first: list[Sequence[str]] | None = None
    for table in tables:
        first = first if first is not None else table
        if table and _kind(table[0]):
            yield from table
            return
    yield from first or ()


def _sheet_rows(sheet: ElementTree.Element, shared: Sequence[str]) -> Iterator[Sequence[str]]:
    for row in sheet.iter(f"{_SHEET}row"):
        cells: list[str] = []
        for cell in row.iter(f"{_SHEET}c"):
            column = _column_number(cell.get("r") or "")
            cells.extend([""] * (column - len(cells)))
            cells.append(_cell_text(cell, shared))
        yield cells


def _column_number(reference: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", reference)[:3]:
        number = number * 26 + ord(letter) - 64
    return max(0, number - 1)


def _cell_text(cell: ElementTree.Element, shared: Sequence[str]) -> str:
    value = cell.find(f"{_SHEET}v")
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_SHEET}t"))
    text = value.text or "" if value is not None else ""
    if cell.get("t") == "s" and text.isdecimal() and int(text) < len(shared):
        return shared[int(text)]
    return text


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", header.casefold())


def _kind(header: Sequence[str]) -> str | None:
    """Which of the lists has such a header."""
    plain = {_plain(cell) for cell in header}
    if "wofid" in plain:
        return "wof"
    if (
        not plain.isdisjoint(("adm4pcode", "admin4pcode"))
        and "pcode" in plain
        and not plain.isdisjoint(("namear", "areaar"))
    ):
        return "quarters"
    return "towns" if not plain.isdisjoint(_COLUMNS["towns"]["code"]) else None


def _read_table(file: str, rows: Sequence[Sequence[str]], complaints: list[Complaint]) -> list[Listed]:
    kind = _kind(rows[0])
    if kind is None:
        complaints.append(Complaint(file, 1, "no list that is known has these columns: " + ", ".join(rows[0][:12])))
        return []
    header = [_plain(cell) for cell in rows[0]]
    where = {
        column: next((header.index(name) for name in names if name in header), -1)
        for column, names in _COLUMNS[kind].items()
    }
    missing = [c for c in (*_REQUIRED, *(("code",) if kind != "wof" else ())) if where.get(c, -1) < 0]
    if missing:
        complaints.append(Complaint(file, 1, "columns are missing: " + ", ".join(missing)))
        return []
    listed = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {c: row[at].strip() if 0 <= at < len(row) else "" for c, at in where.items()}
        try:
            found = _listed(file, number, kind, cells, len(row) >= max(where.values()))
        except ValueError as error:
            complaints.append(Complaint(file, number, str(error)))
            continue
        if found is not None:
            listed.append(found)
    return listed


def _listed(file: str, number: int, kind: str, cells: Mapping[str, str], whole: bool) -> Listed | None:
    """One row, or None for one that is no town. Raises ValueError, saying what is wrong."""
    if kind == "wof" and cells["placetype"] != "locality":
        return None
    if not whole:
        raise ValueError("the row is cut short")
    code = cells.get("code", "")
    if kind != "wof" and not re.fullmatch(r"(?:C|N)\d{3,6}", code):
        raise ValueError(f"no P-code: {code!r}")
    latitude, longitude = _number(cells["lat"], "latitude"), _number(cells["lon"], "longitude")
    name_ar = cells["name_ar"].split("\n")[0].strip().replace("_", " ")
    others = tuple(filter(None, re.split(r"[|]", cells.get("others", ""))))
    if not name_ar and kind != "wof":
        raise ValueError("no Arabic name")
    parents = tuple(cells[p] for p in ("parent4", "parent3", "parent2", "parent1") if cells.get(p))
    english = cells["name_en"].split("|")[0]
    level = "quarter" if kind == "quarters" else "town"
    return Listed(
        file,
        number,
        code,
        level,
        name_ar,
        english,
        latitude,
        longitude,
        parents,
        others,
        cells.get("own_id", ""),
        cells.get("region", ""),
    )


def _number(cell: str, what: str) -> float:
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        raise ValueError(f"the {what} is no number: {cell!r}") from None
    if not -180 <= number <= 180:
        raise ValueError(f"no such {what}: {cell}")
    return number


def _is_geonames(row: Sequence[str]) -> bool:
    return len(row) == _GEONAMES_COLUMNS and row[0].isdecimal()


def _read_geonames(file: str, rows: Iterable[Sequence[str]], complaints: list[Complaint]) -> list[Listed]:
    listed = []
    for number, row in enumerate(rows, start=1):
        if len(row) != _GEONAMES_COLUMNS:
            complaints.append(Complaint(file, number, f"{len(row)} columns instead of {_GEONAMES_COLUMNS}"))
            continue
        if row[6] != "P" or row[7] in ("PPLQ", "PPLH", "PPLX"):
            continue  # no populated place, or one that is abandoned or historical
        try:
            where = _number(row[4], "latitude"), _number(row[5], "longitude")
        except ValueError as error:
            complaints.append(Complaint(file, number, str(error)))
            continue
        names = [name for name in row[3].split(",") if name]
        arabic = [name for name in names if re.search("[\u0621-\u064a]", name)]
        latin = [name for name in names if name not in arabic and name.isascii()]
        first = arabic[0] if arabic else ""
        listed.append(
            Listed(
                file,
                number,
                "",
                "town",
                first,
                row[2] or row[1],
                *where,
                (),
                (*arabic[1:], *latin[:3]),
                row[0],
                row[10],
            )
        )
    return listed
