import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.decoding import decode

TEXT = "<title>وصلت الحافلات إلى المدينة عند الظهر، وعاد الركاب إلى بيوتهم سالمين</title>"
TURKISH = "<title>Şehirde elektrik kesintisi sürüyor, halk çözüm bekliyor, ığdır yolu açıldı</title>"
ENGLISH = "<title>The mayor’s café was closed – again – on Monday</title>"


def xml(text: str, encoding: str | None) -> str:
    declaration = f' encoding="{encoding}"' if encoding else ""
    return f'<?xml version="1.0"{declaration}?>\n{text}'


@pytest.mark.parametrize("really", ["utf-8", "cp1256", "iso8859-6"])
@pytest.mark.parametrize("header", [None, "utf-8", "iso-8859-1", "windows-1252", "x-unknown", "zlib", "\0"])
@pytest.mark.parametrize("declared", [None, "utf-8", "ISO-8859-1", "nonsense"])
def test_arabic_is_read_whatever_wrong_encoding_is_declared(
    really: str, header: str | None, declared: str | None
) -> None:
    text = TEXT.replace("،", "")  # iso-8859-6 and windows-1256 have it, but at different places
    assert decode(xml(text, declared).encode(really), header).text.strip() == text


@pytest.mark.parametrize("header", ["windows-1256", "iso-8859-6", None])
@pytest.mark.parametrize("declared", ["windows-1256", "iso-8859-6", None])
def test_utf8_is_read_though_a_one_byte_encoding_is_declared(header: str | None, declared: str | None) -> None:
    assert decode(xml(TEXT, declared).encode(), header).text.strip() == TEXT


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(TEXT, "windows-1256"), (TEXT, "iso8859-6"), (TURKISH, "windows-1254"), (ENGLISH, "windows-1252")],
)
@pytest.mark.parametrize("in_header", [True, False])
def test_a_right_declaration_is_believed(text: str, encoding: str, in_header: bool) -> None:
    body = xml(text, None if in_header else encoding).encode(encoding)
    assert decode(body, encoding if in_header else None).text.strip() == text


def test_the_header_goes_before_the_declaration() -> None:
    assert decode(xml(TURKISH, "windows-1251").encode("windows-1254"), "windows-1254").text.strip() == TURKISH


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_goes_before_everything(encoding: str) -> None:
    body = ("\ufeff" + xml(TEXT, "windows-1256")).encode(encoding)
    assert decode(body, "iso-8859-1").text.strip() == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_declaration(encoding: str) -> None:
    assert decode(xml(TEXT, "utf-16").encode(encoding), None).text.strip() == TEXT


def test_one_broken_letter_does_not_make_utf8_something_else() -> None:
    body = xml(TEXT * 3, "utf-8").encode()
    broken = body.replace("عند".encode(), "عند".encode()[:-1], 1)
    decoded = decode(broken, None)
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") == 1
    assert "سالمين" in decoded.text


@pytest.mark.parametrize(("cut_off", "cut"), [(0, False), (1, True), (2, False)])
def test_utf8_that_ends_inside_a_letter_is_trimmed_and_marked(cut_off: int, cut: bool) -> None:
    body = "سوق الهال".encode()
    decoded = decode(body[: len(body) - cut_off], None)
    assert decoded.cut is cut
    assert decoded.text == "سوق الهال"[: 9 - (cut_off + 1) // 2]


def test_ascii_needs_no_guess() -> None:
    assert decode(b"<rss>no high bytes</rss>", None).text == "<rss>no high bytes</rss>"


def test_what_nothing_explains_is_still_text() -> None:
    assert "\ufffd" in decode(b"<rss>\x81\x8d \x8f\x90</rss>", None).text


@given(st.binary(), st.none() | st.sampled_from(["utf-8", "windows-1256", "utf-16", "utf-7", "idna"]) | st.text())
def test_any_bytes_become_text(body: bytes, declared: str | None) -> None:
    assert isinstance(decode(body, declared).text, str)


@given(st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقكلمنهوي ،.؟abc123\n", min_size=1).filter(str.strip))
def test_utf8_is_itself(text: str) -> None:
    assert decode(text.encode(), "iso-8859-1").text == text


@pytest.mark.parametrize(
    "body", [b"\xff" * 2_000_000, codecs.BOM_UTF16_LE * 1_000_000, b"\xd8" * 2_000_000, b"<?xml" * 400_000]
)
def test_two_megabytes_of_nonsense_cost_little(body: bytes) -> None:
    started = time.process_time()
    decode(body, None)
    assert time.process_time() - started < 10
