"""The catalogue: what it holds, how an operator changes it, and that its table and its evidence agree with it."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from benchmarks import list_sources
from bot.catalogue import Evidence, ListedSource, Outlet, Role, Slant, SourceEntry, catalogue, listings
from bot.domain.model import Selectors, Source, SourceKind, SourceState
from bot.places import load_reader
from bot.settings import Settings
from tests.settings_files import ROOT, load

RESEARCH = ROOT.parent / "shared" / "data" / "news" / "sources.yaml"


def listed() -> list[tuple[Outlet, ListedSource]]:
    return [(listing.outlet, source) for listing in listings().values() for source in listing.sources]


def only(tmp_path: Path, text: str, id_: str) -> Source:
    (found,) = [source for source in load(tmp_path, text).all_sources if source.id == id_]
    return found


def test_no_id_and_no_address_stands_twice() -> None:
    raw = yaml.safe_load((ROOT / "bot" / "data" / "sources.yaml").read_text(encoding="utf-8"))
    assert len(raw) == len(listings())
    assert [id_ for id_, times in Counter(source.id for _, source in listed()).items() if times > 1] == []
    addresses = Counter((source.address or "").lower() for _, source in listed())  # Telegram knows no capitals
    assert [address for address, times in addresses.items() if times > 1] == []


def test_every_source_says_what_it_is_and_the_first_of_an_outlet_has_its_id() -> None:
    for entry in catalogue().values():
        assert None not in (entry.address, entry.name_ar, entry.name_en, entry.enabled, entry.role, entry.slant), (
            entry.id
        )
    for listing in listings().values():
        assert [source.id for source in listing.sources[:1]] in ([], [listing.outlet.id])
        assert {source.id.split("_")[0] for source in listing.sources} <= {listing.outlet.id.split("_")[0]}
        assert listing.sources or listing.outlet.site, listing.outlet.id


def test_every_area_is_a_place_that_we_know() -> None:
    gazetteer = load_reader().gazetteer
    areas = {entry.area for entry in catalogue().values()} - {None, "SY"}
    assert len(areas) > 10
    assert [area for area in areas if area not in gazetteer] == []


def test_only_what_has_live_evidence_is_on_and_only_what_has_none_is_to_be_checked() -> None:
    for listing in listings().values():
        live = [source for source in listing.sources if source.evidence == "live"]
        for source in listing.sources:
            if source.enabled is SourceState.ON:
                assert source in live, source.id
            if source.enabled is SourceState.CHECK:
                assert not live, source.id
                assert source.evidence != "dead", source.id


def test_a_channel_of_which_nobody_knows_whose_it_is_is_never_tried_by_itself() -> None:
    guessed = [s for _, s in listed() if s.handle and s.evidence not in ("live", "polled")]
    assert guessed
    assert {source.enabled for source in guessed} == {SourceState.OFF}


@pytest.mark.skipif(not RESEARCH.exists(), reason="the research data is not here")
def test_the_catalogue_agrees_with_the_evidence() -> None:
    research: dict[str, Any] = {
        source["id"]: source for source in yaml.safe_load(RESEARCH.read_text(encoding="utf-8"))["sources"]
    }
    assert set(research) == set(listings())
    ours = {source.url or source.handle: (outlet, source) for outlet, source in listed()}
    for known in research.values():
        outlet = listings()[known["id"]].outlet
        assert list(outlet.languages) == known["languages"], outlet.id
        for address in known["feeds"] + known["telegram"]:
            given = address.get("url") or address["handle"]
            if "<" not in given:  # a pattern, of which we have the instances
                owner, source = ours.pop(given)
                assert (owner.id, source.evidence) == (known["id"], address["status"]), given
        on = {s.enabled for s in listings()[known["id"]].sources}
        wanted = known["default_enabled"] and not known["check_first"]
        assert (SourceState.ON in on) is wanted, known["id"]
    patterns = ("https://sana.sy/governorates/", "https://reliefweb.int/")
    assert {source.id for _, source in ours.values() if not str(source.url).startswith(patterns)} == {"horan_free_page"}


def test_the_table_in_the_documents_is_the_catalogues() -> None:
    written = list_sources.TARGET.read_text(encoding="utf-8")
    assert written == list_sources.document(), "python -m benchmarks.list_sources"


def test_every_grade_role_and_slant_is_one_that_some_outlet_has() -> None:
    assert {source.evidence for _, source in listed()} == set(get_args(Evidence))
    assert {listing.outlet.role for listing in listings().values()} == set(get_args(Role))
    assert {listing.outlet.slant for listing in listings().values()} == set(get_args(Slant))


def test_a_source_takes_from_its_outlet_what_it_does_not_say() -> None:
    found = {source.id: source for source in Settings().all_sources}
    english, arabic, step = found["sana_tg_en"], found["sana"], found["step_tg"]
    assert (english.outlet, english.role, english.slant, english.area) == ("sana", "official", "state", "SY")
    assert (english.language, english.languages, english.name_en) == ("en", ("en",), "SANA (English)")
    assert (arabic.language, arabic.languages, arabic.name_en) == ("ar", ("ar", "en"), "SANA")
    assert (step.syria_only, step.area, arabic.syria_only) == (False, None, True)


def test_a_channel_is_polled_at_its_web_page(tmp_path: Path) -> None:
    text = "sources: [{id: a, handle: '@A_Town'}, {id: b, kind: telegram, url: 'http://127.0.0.1:8/s/b'}]"
    a, b = only(tmp_path, text, "a"), only(tmp_path, text, "b")
    assert (a.kind, a.url) == (SourceKind.TELEGRAM, "https://t.me/s/A_Town")
    assert (b.kind, b.url) == (SourceKind.TELEGRAM, "http://127.0.0.1:8/s/b")


def test_a_page_is_read_with_selectors(tmp_path: Path) -> None:
    text = "sources: [{id: a, kind: page, url: 'https://a.example/', selectors: {item: li, time: b}}]"
    page = only(tmp_path, text, "a")
    assert (page.kind, page.selectors) == (SourceKind.PAGE, Selectors("li", time="b"))


@pytest.mark.parametrize(
    ("written", "state"),
    [("true", SourceState.ON), ("on", SourceState.ON), ("false", SourceState.OFF), ("check", SourceState.CHECK)],
)
def test_a_source_is_on_off_or_to_be_checked(tmp_path: Path, written: str, state: SourceState) -> None:
    text = f"sources: [{{id: a, url: 'https://a.example/', enabled: {written}}}]"
    assert only(tmp_path, text, "a").state is state
    enabled = [source.id for source in load(tmp_path, text).enabled_sources]
    assert ("a" in enabled) is (state is not SourceState.OFF)


def test_any_field_of_a_source_of_the_catalogue_can_be_changed(tmp_path: Path) -> None:
    text = """
    sources:
      - id: anha_tg
        url: http://127.0.0.1:8/s/anha
        language: kmr
        area: SY08
        slant: kurdish
        role: local
        syria_only: false
        strip: ["… end"]
        interval_seconds: 60
        max_alerts: 3
        enabled: check
        outlet: other
        name_ar: اسم
        name_en: Name
    """
    assert only(tmp_path, text, "anha_tg") == Source(
        id="anha_tg",
        name_ar="اسم",
        name_en="Name",
        url="http://127.0.0.1:8/s/anha",
        language="kmr",
        interval=timedelta(seconds=60),
        area="SY08",
        kind=SourceKind.TELEGRAM,
        state=SourceState.CHECK,
        outlet="other",
        role="local",
        slant="kurdish",
        languages=("kmr", "ar", "en"),
        syria_only=False,
        strip=("… end",),
        max_alerts=3,
    )


def test_a_feed_can_be_replaced_by_a_channel_and_a_channel_by_a_feed(tmp_path: Path) -> None:
    text = "sources: [{id: sana, handle: abcd}, {id: shaam, kind: feed, url: 'https://a.example/'}]"
    sana, shaam = only(tmp_path, text, "sana"), only(tmp_path, text, "shaam")
    assert (sana.kind, sana.url) == (SourceKind.TELEGRAM, "https://t.me/s/abcd")
    assert (shaam.kind, shaam.url) == (SourceKind.FEED, "https://a.example/")


def test_an_own_source_of_an_outlet_that_is_known_needs_an_address_only(tmp_path: Path) -> None:
    source = only(tmp_path, "sources: [{id: a, outlet: horan_free, handle: abcd}]", "a")
    known = next(s for s in Settings().all_sources if s.id == "horan_free")
    for field in ("name_ar", "name_en", "area", "role", "slant", "outlet", "languages"):
        assert getattr(source, field) == getattr(known, field), field
    assert source.state is SourceState.ON


def test_the_form_of_the_catalogue_is_that_of_the_settings_and_a_grade() -> None:
    assert set(ListedSource.model_fields) - set(SourceEntry.model_fields) == {"evidence"}
