import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Document, Entry, ProblemKind, Reading
from tests.watchers.golden import fixture, golden, names, reading
from watchers.parsers.hints import Links
from watchers.parsers.jsonfeed import is_json, json_hints, read_json_feed

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
VERSION = "https://jsonfeed.org/version/1.1"


def document(source: str | bytes) -> Document:
    body = source.encode() if isinstance(source, str) else source
    return Document(body, "application/feed+json", None, "https://x.example/feed.json")


def read(source: str | bytes) -> Reading:
    return read_json_feed(document(source), NOW)


def feed(*items: Any, **more: Any) -> str:
    return json.dumps({"version": VERSION, "title": "م", "items": items, **more}, ensure_ascii=False)


def only(**fields: Any) -> Entry:
    (entry,) = read(feed({"id": "1", "title": "خبر"} | fields)).entries
    return entry


@pytest.mark.parametrize("name", names("jsonfeed"))
def test_a_fixture_reads_as_its_golden_file_says(name: str) -> None:
    assert reading(name, "jsonfeed") == json.loads(golden(name, "jsonfeed").read_text("utf-8"))


def test_the_encoding_makes_no_difference_to_what_is_read() -> None:
    found = (read_json_feed(fixture(name, "jsonfeed"), NOW) for name in ("windows-1256-undeclared", "v1-1"))
    assert next(found) == next(found)


def test_the_fullest_text_is_taken() -> None:
    assert only(summary="قصير", content_text="نص أطول منه", content_html="<p>نص</p>").text == "نص أطول منه"


def test_a_feed_may_name_a_hub_and_what_the_hub_knows_it_as() -> None:
    cloud, hub = {"type": "rssCloud", "url": "https://cloud.example/"}, {"type": "WebSub", "url": "/hub"}
    hints = json_hints(document(feed(hubs=[cloud, hub], feed_url="https://x.example/self.json")))
    assert hints is not None
    assert hints.links == Links("https://x.example/hub", "https://x.example/self.json")


@pytest.mark.parametrize(
    "hubs", [None, [], "https://hub.example/", {"type": "WebSub"}, ["x", 1, None], [{"type": "rssCloud", "url": "/"}]]
)
def test_what_names_no_hub_of_ours_gives_no_hint(hubs: Any) -> None:
    assert json_hints(document(feed(hubs=hubs))) is None


@pytest.mark.parametrize(
    "hub", [{"type": "WebSub"}, {"type": "WebSub", "url": "ftp://x"}, {"type": "websub", "url": 1}]
)
def test_a_hub_without_an_address_is_none(hub: Any) -> None:
    hints = json_hints(document(feed(hubs=[hub])))
    assert hints is not None
    assert hints.links.hub is None


def test_only_json_is_looked_at() -> None:
    assert json_hints(document('<rss><channel>"hubs"</channel></rss>')) is None
    assert json_hints(document('{"hubs": [{"type": "WebSub", "url": "https://hub.example/"')) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
    )
)
def test_no_hub_breaks_it(hubs: Any) -> None:
    json_hints(document(feed(hubs=hubs, feed_url=hubs)))


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"url": "/1"}, "https://x.example/1"),
        ({"url": "javascript:x", "external_url": "https://o.example/"}, "https://o.example/"),
        ({"url": ["/1"]}, None),
        ({}, None),
    ],
)
def test_an_address_is_one_of_the_web(fields: dict[str, Any], url: str | None) -> None:
    assert only(**fields).url == url


@pytest.mark.parametrize(("identity", "guid"), [(7, "7"), (" a ", "a"), ("", None), (None, None), ([1], None)])
def test_an_id_may_be_a_number(identity: Any, guid: str | None) -> None:
    assert only(id=identity).guid == guid


@pytest.mark.parametrize(
    "source",
    ["[]", "7", '"x"', "{}", '{"items": []}', '{"items": [{"name": "x"}]}', '{"version": "2", "items": {}}', "نص",
     "<rss/>", '{"status": "ok", "items": [1, 2]}'],
)  # fmt: skip
def test_what_is_no_feed_is_a_problem(source: str) -> None:
    found = read(source)
    assert [problem.kind for problem in found.problems] == [ProblemKind.NOT_A_FEED]
    assert found.entries == ()


@pytest.mark.parametrize("source", ["", " \n", feed()])
def test_a_feed_without_entries_is_a_problem(source: str) -> None:
    assert [problem.kind for problem in read(source).problems] == [ProblemKind.EMPTY]


def test_a_feed_that_forgets_its_version_is_one_all_the_same() -> None:
    assert read('{"items": [{"id": "1", "content_text": "خبر"}]}').entries[0].text == "خبر"


def test_a_feed_with_escaped_slashes_is_one() -> None:
    assert read(feed({"id": "1", "title": "خبر"}).replace("/", "\\/")).entries[0].title == "خبر"


@pytest.mark.parametrize("size", range(60, 260, 7))
def test_no_cut_makes_up_an_entry(size: int) -> None:
    body = feed(*({"id": str(n), "title": f"خبر {n}"} for n in (1, 2, 3))).encode()
    entries = read(body).entries
    found = read(body[:size])
    assert found.entries == entries[: len(found.entries)]
    assert not found.whole or found.problems or size >= len(body)


def test_a_feed_cut_in_the_middle_keeps_what_is_complete() -> None:
    source = feed({"id": "1", "title": "خبر"}, {"id": "2", "title": "مقطوع"})
    found = read(source[: source.index("مقطوع")])
    assert [entry.guid for entry in found.entries] == ["1"]
    assert [problem.kind for problem in found.problems] == [ProblemKind.CUT]
    assert not found.whole


@pytest.mark.parametrize(
    "item", ["[" * 100_000, '{"a":' * 100_000, "1" * 5_000, '"' + "\\u0000" * 1_000, "1e999", "NaN", "-", "nul"]
)
def test_no_value_breaks_the_reader(item: str) -> None:
    source = feed({"id": "1", "title": "خبر"}, "MARK").replace('"MARK"', item)
    assert [entry.guid for entry in read(source).entries] == ["1"]


def test_a_feed_of_thousands_is_read_within_bounds() -> None:
    assert len(read(feed(*({"id": str(n), "title": "خبر"} for n in range(3_000)))).entries) == 1_000


def test_json_is_told_from_other_documents() -> None:
    assert is_json(document(b"\xef\xbb\xbf\n {"))
    assert not is_json(document("<rss/>"))
    assert not is_json(document(""))


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["id", "url", "title", "content_html", "date_published", "tags", "language"]), values
    )
)
def test_any_values_are_survived(item: dict[str, Any]) -> None:
    found = read(feed(item, {"id": "ok", "title": "خبر"}))
    assert found.entries[-1].guid == "ok"


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(body: bytes) -> None:
    assert read(body).entries == ()
