from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UserError
from bot.domain.model import SourceKind
from bot.domain.opml import MAX_BYTES, MOST_OUTLINES, Outline, read_opml, write_opml

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
OF_A_READER = """<?xml version="1.0" encoding="utf-8"?>
<opml version="1.0"><head><title>قائمتي</title></head><body>
  <outline text="أخبار الجنوب">
    <outline type="rss" text="شبكة السهل" title="شبكة السهل" xmlUrl="https://sahl.example/feed/" htmlUrl="https://sahl.example/"/>
    <outline TYPE="RSS" text="بلا عنوان &amp; بلا اسم" xmlURL=" https://sahl.example/ar?x=1&amp;y=2 "/>
    <outline text="مجلد فارغ"/>
  </outline>
  <outline type="rss" text="مكرر" xmlUrl="https://sahl.example/feed/"/>
  <outline type="telegram" text="قناة" xmlUrl="https://t.me/s/sahl_news" language="AR" category="sy12"/>
</body></opml>"""  # fmt: skip

clean = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60).map(lambda text: " ".join(text.split()))
outlines = st.builds(
    Outline,
    url=st.integers(0, 10**6).map(lambda n: f"https://example.org/{n}?a=1&b=«{n}»"),
    title=clean,
    kind=st.sampled_from((None, *SourceKind)),
    language=st.sampled_from((None, "ar", "ckb")),
    area=st.sampled_from((None, "SY", "SY1203")),
)


def refusal(content: bytes | str) -> str:
    with pytest.raises(UserError) as caught:
        read_opml(content.encode() if isinstance(content, str) else content)
    return caught.value.code


def test_a_readers_list_gives_its_subscriptions_once_whatever_folder_they_are_in() -> None:
    assert read_opml(OF_A_READER.encode()) == (
        Outline("https://sahl.example/feed/", "شبكة السهل", SourceKind.FEED),
        Outline("https://sahl.example/ar?x=1&y=2", "بلا عنوان & بلا اسم", SourceKind.FEED),
        Outline("https://t.me/s/sahl_news", "قناة", SourceKind.TELEGRAM, "ar", "SY12"),
    )


def test_a_list_in_an_old_arabic_encoding_is_read_if_it_says_so() -> None:
    text = '<?xml version="1.0" encoding="windows-1256"?><opml><outline text="درعا" xmlUrl="http://a.example/"/></opml>'
    (outline,) = read_opml(text.encode("cp1256"))
    assert outline.title == "درعا"


@given(st.lists(outlines, min_size=1, max_size=20, unique_by=lambda outline: outline.url))
def test_what_is_written_is_read_again(written: list[Outline]) -> None:
    assert read_opml(write_opml(written, "<&>", NOW)) == tuple(written)


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_in_a_title_breaks_the_file(title: str, heading: str) -> None:
    (read,) = read_opml(write_opml([Outline("https://example.org/", title)], heading, NOW))
    assert read.url == "https://example.org/"


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda t: f"<opml>{t}</opml>".encode(errors="replace")))
def test_whatever_comes_is_read_or_refused_in_words(content: bytes) -> None:
    codes = []
    try:
        read_opml(content)
    except UserError as error:
        codes.append(error.code)
    assert set(codes) <= {"opml-broken", "opml-empty", "opml-unsafe"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "opml-broken"),
        ("<opml><outline xmlUrl='http://a.example/'", "opml-broken"),
        ("<rss><outline xmlUrl='http://a.example/'/></rss>", "opml-broken"),
        ("<?xml version='1.0' encoding='no-such'?><opml/>", "opml-broken"),
        ("<opml><body/></opml>", "opml-empty"),
        (f"<opml><outline xmlUrl='http://a.example/{'a' * 2_000}'/></opml>", "opml-empty"),
        ("<!DOCTYPE opml SYSTEM 'http://evil.example/x.dtd'><opml/>", "opml-unsafe"),
        ("<!DOCTYPE opml [<!ENTITY a SYSTEM 'file:///etc/x'>]><opml><outline xmlUrl='&a;'/></opml>", "opml-unsafe"),
        (
            "<!DOCTYPE o [<!ENTITY a 'aaaaaaaaaa'>"
            + "".join(f"<!ENTITY {n} '{f'&{p};' * 10}'>" for p, n in zip("abcdefgh", "bcdefghi", strict=True))
            + "]><opml><outline xmlUrl='&i;'/></opml>",
            "opml-unsafe",
        ),
        (" " * (MAX_BYTES + 1), "opml-too-large"),
    ],
)  # fmt: skip
def test_what_is_no_list_or_a_hostile_one_is_refused(content: str, code: str) -> None:
    assert refusal(content) == code


def test_a_list_of_thousands_is_refused_and_deep_folders_cost_nothing() -> None:
    many = "".join(f"<outline xmlUrl='http://a.example/{n}'/>" for n in range(MOST_OUTLINES + 1))
    assert refusal(f"<opml>{many}</opml>") == "opml-too-many"
    deep = "<outline>" * 40_000 + "<outline xmlUrl='http://a.example/'/>" + "</outline>" * 40_000
    assert len(read_opml(f"<opml>{deep}</opml>".encode())) == 1
