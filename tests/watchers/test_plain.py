import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.parsers.plain import _LINE_END, _MARKS, plain_line, plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>سطر</p><p>سطر آخر</p>", "سطر\nسطر آخر"),
        ("كلمة<b>ـة</b> <i>مائلة</i><br/>سطر", "كلمةـة مائلة\nسطر"),
        ('<a href="x" title="1 > 2">رابط</a> <img alt=\'>\' src=y>', "رابط"),
        ("قبل<script>var a = '<p>';</script><STYLE type=x>p{}</style>بعد", "قبل بعد"),
        ("قبل<!-- تعليق <p> -->بعد", "قبل بعد"),
        ("<![CDATA[نص]]>", "نص"),
        ("&amp;amp;quot;نص&amp;amp;quot;", '"نص"'),
        ("&lt;p&gt;نص &amp;lt;b&amp;gt;غامق&amp;lt;/b&amp;gt;&lt;/p&gt;", "نص غامق"),
        ("5 < 6 و 7 > 6", "5 < 6 و 7 > 6"),
        ("السعر <10 آلاف", "السعر <10 آلاف"),
        ("نص <a href='http://x.example/مقطوع", "نص"),
        ("&#0;&#x202E;مقلوب&#8207;\u200b\ufeff\u2066", "مقلوب"),
        ("می\u200cرود", "می\u200cرود"),
        ("سطر\u2028سطر\r\nسطر\x0bسطر\x85سطر", "سطر\nسطر\nسطر\nسطر\nسطر"),
        ("فراغ\u00a0\t\u3000طويل", "فراغ طويل"),
        ('صورة [caption id="a" width=3]وصف[/caption] [gallery] [vc_row]', "صورة وصف"),
        ("خبر [رويترز] [AFP] [afp] [1] (عاجل)", "خبر [رويترز] [AFP] [afp] [1] (عاجل)"),
        ("ويعمل حتى المساء [&hellip;]", "ويعمل حتى المساء …"),
        ("", ""),
    ],
)
def test_a_reader_sees(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("cut", "kept"),
    [
        ("وصلت القافلة للحفاظ علÙ", "وصلت القافلة للحفاظ"),
        ("بتسجيل هدف وصنØ", "بتسجيل هدف"),
        ("عاد الأهالي ÙØ...", "عاد الأهالي..."),
        ("عاد الأهالي إلى القر\ufffd", "عاد الأهالي إلى"),
        ("عاد الأهالي \ufffd…", "عاد الأهالي…"),
        ("عاد الأهالي إلى القرية Ø", "عاد الأهالي إلى القرية"),
    ],
)
def test_half_a_letter_at_the_end_takes_its_word_along(cut: str, kept: str) -> None:
    assert plain_text(cut) == kept


@pytest.mark.parametrize("whole", ["LI QAMIŞLO ÇI BÛ", "Daxuyaniya nû", "Malmö og ØØ-avisen", "انتهى"])
def test_letters_that_belong_there_stay(whole: str) -> None:
    assert plain_text(whole) == whole


def test_a_title_is_one_line() -> None:
    assert plain_line("خبر<br>عاجل\n الآن ") == "خبر عاجل الآن"


@given(st.text())
def test_nothing_that_steers_text_is_left(markup: str) -> None:
    text = plain_text(markup)
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"]
    assert not set(text) & set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def test_no_mark_and_no_line_end_is_printable() -> None:
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))
    assert not _MARKS.search(printable)
    assert not _LINE_END.search(printable)


@given(st.lists(st.sampled_from(["<p>", "</p>", "نص", " ", "\n", "<b x='y'>", "[a b=c]", "\u200f"])).map("".join))
def test_plain_text_is_already_plain(markup: str) -> None:
    assert plain_text(plain_text(markup)) == plain_text(markup)


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<a '", '<a "', "<p>", "<!--", "<script>", "<script><!--", "[a ", "[a b=", "[", "&amp;", "&#", "Ù ",
     "\n ", "</", "<![CDATA[", "<a x='<", "<div", "<svg ", " "],
)  # fmt: skip
def test_half_a_megabyte_of_any_piece_is_quick(piece: str) -> None:
    started = time.process_time()
    plain_text(piece * (500_000 // len(piece)))
    assert time.process_time() - started < 10
