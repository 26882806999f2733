"""Complete lists of places merged into one table, and what is wrong with them reported by row."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from bot.domain.gazetteer import Gazetteer, Place
from bot.places import load_reader
from bot.places.importing import Report, import_places
from bot.places.loading import load_gazetteer

HEADER = "name_ar,name_en,lat,lng,pcode,admin1_pcode,admin1_ar,admin2_pcode,admin2_ar,admin3_pcode,admin3_ar,is_capital"
ROW = "{name},{english},{lat},{lon},{code},SY12,درعا,SY1200,درعا,SY120000,مركز درعا,False"
CORE = Gazetteer(
    [
        Place("SY12", "", "governorate", 32.62, 36.1, "درعا"),
        Place("SY1200", "SY12", "district", 32.62, 36.1, "درعا"),
        Place("SY120000", "SY1200", "subdistrict", 32.62, 36.1, "درعا"),
        Place("C5993", "SY120000", "town", 32.62, 36.1, "درعا", "Daraa"),
        Place("R-plain", "SY12", "region", 32.7, 36.1, "السهل"),
    ]
)


def row(code: str, name: str, english: str = "", lat: object = 32.7, lon: object = 36.2) -> str:
    return ROW.format(code=code, name=name, english=english, lat=lat, lon=lon)


def ocha(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "towns.csv"
    path.write_bytes("\n".join([header, *rows]).encode(encoding))
    return path


def run(folder: Path, *files: Path, force: bool = False) -> tuple[Report, str]:
    out = folder / "places.tsv"
    out.write_text("as it was", encoding="utf-8")
    report = import_places(files, CORE, out, force)
    return report, out.read_text(encoding="utf-8")


def complaints(report: Report) -> list[tuple[int, str]]:
    return [(c.row, c.what) for c in report.complaints if c.blocks]


def test_a_new_town_hangs_below_its_sub_district_and_is_found(tmp_path: Path) -> None:
    report, table = run(tmp_path, ocha(tmp_path, row("C6001", "تل الزهور", "Tell Zuhur")))
    assert report.written
    assert report.counts["added"] == 1
    merged = Gazetteer.load("\n".join(p.line() for p in CORE), table)
    assert [p.code for p in merged.ancestors("C6001")] == ["SY120000", "SY1200", "SY12"]
    assert merged.find("تل الزهور")[0].code == "C6001"


def test_a_known_town_gains_the_spelling_of_the_list(tmp_path: Path) -> None:
    _, table = run(tmp_path, ocha(tmp_path, row("C5993", "درعا المحطة")))
    merged = Gazetteer.load("\n".join(p.line() for p in CORE), table)
    assert merged["C5993"].name == "درعا"
    assert merged["C5993"].others == ("درعا المحطة",)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (row("C6002", ""), "no Arabic name"),
        (row("6002", "قرية"), "no P-code"),
        (row("C6002", "قرية", lat="شمال"), "the latitude is no number"),
        (row("C6002", "قرية", lat=51.5, lon=0.1), "outside Syria"),
        ("قرية,Village,32.7", "cut short"),
    ],
)
def test_a_broken_row_is_reported_by_its_number_and_the_table_stays_as_it_was(
    tmp_path: Path, bad: str, why: str
) -> None:
    report, table = run(tmp_path, ocha(tmp_path, row("C6001", "تل الزهور"), bad))
    assert [number for number, _ in complaints(report)] == [3]
    assert why in complaints(report)[0][1]
    assert table == "as it was"
    assert not report.written


def test_force_writes_what_is_good_and_still_reports_what_is_not(tmp_path: Path) -> None:
    report, table = run(tmp_path, ocha(tmp_path, row("C6001", "تل الزهور"), "قرية,Village,32.7"), force=True)
    assert report.written
    assert report.blocked
    assert "C6001" in table


def test_a_code_that_two_towns_claim_is_reported_and_the_first_keeps_it(tmp_path: Path) -> None:
    report, table = run(tmp_path, ocha(tmp_path, row("C6001", "تل الزهور"), row("C6001", "تل آخر")), force=True)
    assert complaints(report) == [(3, "C6001 is already تل الزهور (row 2)")]
    assert "تل آخر" not in table


def test_a_row_that_is_there_twice_is_no_complaint(tmp_path: Path) -> None:
    report, _ = run(tmp_path, ocha(tmp_path, row("C6001", "تل الزهور"), row("C6001", "تل الزهور")))
    assert report.written


def test_missing_columns_are_named(tmp_path: Path) -> None:
    report, table = run(tmp_path, ocha(tmp_path, "C6001,Tell", header="pcode,name_en"))
    assert complaints(report) == [(1, "columns are missing: lat, lon, name_ar")]
    assert table == "as it was"


def test_a_table_that_is_no_list_is_refused(tmp_path: Path) -> None:
    report, _ = run(tmp_path, ocha(tmp_path, "1,2", header="شيء,آخر"))
    assert "no list that is known" in complaints(report)[0][1]


def test_another_encoding_is_read_and_reported(tmp_path: Path) -> None:
    report, table = run(tmp_path, ocha(tmp_path, row("C6001", "تل الزهور"), encoding="cp1256"), force=True)
    assert "windows-1256" in complaints(report)[0][1]
    assert "تل الزهور" in table


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut", b"\xff\xfe\x00\xd8", b"\x00" * 100])
def test_a_file_that_is_no_table_is_a_complaint_and_no_crash(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "towns.csv"
    path.write_bytes(data)
    report, table = run(tmp_path, path)
    assert report.blocked
    assert table == "as it was"


def test_a_circle_of_parents_is_reported_and_left_out(tmp_path: Path) -> None:
    quarters = tmp_path / "quarters.csv"
    head = "PCODE,NAME_EN,NAME_AR,AREA_AR,ADM4_PCODE,ADM1_PCODE,LATITUDE,LONGITUDE"
    quarters.write_text(f"{head}\nN0001,A,حي أول,,N0002,SY12,32.62,36.1\n", encoding="utf-8")
    circle = Gazetteer([*CORE, Place("N0002", "N0001", "quarter", 32.6, 36.1, "حي ثان")])
    out = tmp_path / "places.tsv"
    report = import_places([quarters], circle, out)
    assert {c.what for c in report.complaints if c.blocks} == {
        "N0001 lies inside itself",
        "N0002 lies inside itself",
    } or not report.blocked


GEONAMES = (
    "{id}\t{name}\t{name}\t{others}\t{lat}\t{lon}\tP\tPPL\tSY\t\t{region}\t\t\t\t0\t\t700\tAsia/Damascus\t2020-01-01"
)


def geonames(folder: Path, *rows: tuple[int, str, str, float, float]) -> Path:
    lines = [GEONAMES.format(id=i, name=n, others=o, lat=a, lon=b, region="06") for i, n, o, a, b in rows]
    path = folder / "SY.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_geonames_row_near_by_under_nearly_the_same_name_gives_its_spellings(tmp_path: Path) -> None:
    towns = ocha(tmp_path, row("C6001", "تل الزهور", "Tell Zuhur"))
    report, table = run(tmp_path, towns, geonames(tmp_path, (1, "Tall az Zuhur", "تل الزهورة,تل زهور", 32.701, 36.201)))
    assert report.counts["matched"] == 1
    assert "تل الزهورة" in table


def test_a_name_that_is_not_alike_or_far_away_is_refused_and_told(tmp_path: Path) -> None:
    towns = ocha(tmp_path, row("C6001", "تل الزهور", "Tell Zuhur"))
    far = (2, "Tall az Zuhur", "تل الزهور البعيدة", 33.4, 36.9)
    report, table = run(
        tmp_path, towns, geonames(tmp_path, (1, "Tall az Zuhur", "تل الزهور,خربة غريبة", 32.701, 36.201), far)
    )
    assert "خربة غريبة" not in table
    assert "البعيدة" not in table
    assert any("خربة غريبة is no name of تل الزهور" in c.what for c in report.complaints)
    assert report.counts["unknown"] == 1


def test_a_zip_around_a_dump_is_opened(tmp_path: Path) -> None:
    dump = geonames(tmp_path, (1, "Daraa", "درعا,درعه", 32.621, 36.101))
    with zipfile.ZipFile(tmp_path / "SY.zip", "w") as archive:
        archive.write(dump, "SY.txt")
    report, table = run(tmp_path, tmp_path / "SY.zip")
    assert report.written
    assert "درعه" in table


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    rows = [
        ["PCode", "Name_AR", "Name_EN", "Latitude", "Longitude", "admin3Pcode"],
        ["C6001", "تل الزهور", "Tell", "32.7", "36.2", "SY120000"],
    ]
    report, table = run(tmp_path, workbook(tmp_path / "towns.xlsx", rows))
    assert report.written, report.complaints
    assert "C6001\tSY120000\ttown\t32.7000\t36.2000\tتل الزهور" in table


def workbook(path: Path, rows: list[list[str]]) -> Path:
    def cell(at: int, text: str) -> str:
        return f'<c r="{chr(65 + at)}1" t="inlineStr"><is><t>{escape(text)}</t></is></c>'

    body = "".join(f"<row>{''.join(cell(at, text) for at, text in enumerate(cells))}</row>" for cells in rows)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{space}"/>')
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'
        )
    return path


LISTS = Path(__file__).parents[3] / "shared" / "data" / "gazetteer"


@pytest.mark.skipif(not LISTS.exists(), reason="the complete lists are not here")
def test_the_complete_lists_are_merged_without_a_complaint_that_blocks(tmp_path: Path) -> None:
    files = [LISTS / name for name in ("ocha_populated_places.csv", "ocha_neighbourhoods.csv", "wof_sy.csv")]
    out = tmp_path / "all.tsv"
    report = import_places(files, load_gazetteer(), out)
    assert report.written
    assert report.counts["added"] > 5_000
    reader = load_reader(out)
    found = reader.recognise(None, "مقتل راع بانفجار لغم في قرية الحجف بريف السويداء الغربي")
    assert all(place.code in reader.gazetteer for mention in found for place in mention.candidates)
    assert len(reader.gazetteer) > 7_000
