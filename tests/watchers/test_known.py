"""Reading what is new in a feed must yield what reading the whole of it yields."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.articles import key_of
from bot.domain.model import Document, Entry
from watchers.parsers.feed import read_feed, read_news
from watchers.parsers.known import MOST, SIZE, Known, News, digest, entry_digest

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NOTHING = Known()
SPACES = (
    " xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    " xmlns:media='http://search.yahoo.com/mrss/' xmlns:o='urn:other'"
)
RSS = f"<?xml version='1.0'?><rss version='2.0'{SPACES}><channel>{{head}}{{items}}{{tail}}</channel></rss>"
OLD_RSS = "<rss version='0.91'><channel>{head}{items}{tail}</channel></rss>"
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
    f"{SPACES}><channel rdf:about='https://a.example/'>{{head}}</channel>{{items}}{{tail}}</rdf:RDF>"
)
ATOM = f"<feed xmlns='http://www.w3.org/2005/Atom'{SPACES}>{{head}}{{items}}{{tail}}</feed>"
PREFIXED = "<a:feed xmlns:a='http://www.w3.org/2005/Atom'>{head}{items}{tail}</a:feed>"
FORMATS = {"rss": RSS, "old rss": OLD_RSS, "rdf": RDF, "atom": ATOM, "prefixed": PREFIXED}

ITEM = "<item><guid>g{0}</guid><title>خبر {0}</title><link>/a/{0}</link><description>نص {0}</description></item>"
ENTRY = "<entry><id>g{0}</id><title>خبر {0}</title><link href='/a/{0}'/><summary>نص {0}</summary></entry>"
A_ENTRY = "<a:entry><a:id>g{0}</a:id><a:title>خبر {0}</a:title><a:summary>نص {0}</a:summary></a:entry>"
ITEMS = {"rss": ITEM, "old rss": ITEM, "rdf": ITEM, "atom": ENTRY, "prefixed": A_ENTRY}


def document(text: str) -> Document:
    return Document(text.encode(), "application/xml", "utf-8", "https://a.example/feed")


def read(text: str, known: Known = NOTHING) -> News:
    return read_news(document(text), NOW, known)


def known_after(news: News, known: Known = NOTHING) -> Known:
    return news.remembered([entry_digest(key_of(entry), entry) for entry in news.reading.entries], known)


def feed(kind: str, *items: str, head: str = "<title>م</title>", tail: str = "") -> str:
    return FORMATS[kind].format(head=head, items="\n".join(items), tail=tail)


@pytest.mark.parametrize("kind", FORMATS)
def test_only_what_is_new_is_read(kind: str) -> None:
    one, two, three = (ITEMS[kind].format(n) for n in (1, 2, 3))
    known = known_after(read(feed(kind, one, two)))
    news = read(feed(kind, three, one, two), known)
    assert [entry.guid for entry in news.reading.entries] == ["g3"]
    assert (len(news.cut), news.count, news.reading.title) == (2, 3, "م")
    nothing_new = read(feed(kind, three, one, two), known_after(news, known))
    assert (nothing_new.reading.entries, nothing_new.reading.problems, nothing_new.count) == ((), (), 3)


def test_what_is_known_is_remembered_for_as_long_as_the_feed_holds_it() -> None:
    one, two, three = (ITEM.format(n) for n in (1, 2, 3))
    known = known_after(read(feed("rss", one, two)))
    known = known_after(read(feed("rss", three, two), known), known)
    assert [entry.guid for entry in read(feed("rss", three, two, one), known).reading.entries] == ["g1"]
    assert len(known.entries) == 2


def test_an_edited_item_is_read_again() -> None:
    known = known_after(read(feed("rss", ITEM.format(1), ITEM.format(2))))
    edited = ITEM.format(1).replace("نص", "تصحيح")
    assert [entry.text for entry in read(feed("rss", edited, ITEM.format(2)), known).reading.entries] == ["تصحيح 1"]


@pytest.mark.parametrize(
    "changed",
    [
        feed("rss", ITEM.format(1), head="<title>م</title><link>https://b.example/</link>"),
        feed("rss", ITEM.format(1)).replace("<channel>", "<channel xml:base='https://b.example/'>"),
        feed("rss", ITEM.format(1)).replace("version='2.0'", "version='2.0' xml:base='https://b.example/'"),
        feed("rss", ITEM.format(1), head="<title>م</title><link>https://b.example/").replace(
            "</channel>", "</link></channel>"
        ),
    ],
)
def test_what_the_items_owe_to_the_feed_is_part_of_what_is_known(changed: str) -> None:
    known = known_after(read(feed("rss", ITEM.format(1))))
    assert read(feed("rss", ITEM.format(1), head="<title>اسم آخر</title>"), known).cut
    assert not read(changed, known).cut


@pytest.mark.parametrize(
    "disguised",
    [
        "<!-- {} -->",
        "<item><guid>g9</guid><title>خبر</title><description><![CDATA[<p>{}</p>]]></description></item>",
        "<item><guid>g9</guid><title>خبر</title><description>{}</description></item>",
        "<o:group>{}</o:group>",
        "<item><guid>g9</guid><title>خبر</title><o:x>{}</o:x></item>",
        "<image><title>ص</title>{}</image>",
    ],
)
def test_a_known_item_where_none_may_stand_is_not_cut(disguised: str) -> None:
    known = known_after(read(feed("rss", ITEM.format(1), ITEM.format(2))))
    text = feed("rss", disguised.format(ITEM.format(1)), ITEM.format(3), ITEM.format(2))
    assert read(text, known).reading == read_feed(document(text), NOW)


@pytest.mark.parametrize(
    "spoiled",
    [
        "<item><guid>g9</guid><title>مقطوع</item>",
        "<item><guid>g9</guid><title>أ < ب</title></item>",
        "<item><guid>g9</guid><title>م</title><description><p>غير مغلق</description></item>",
        "<item><guid>g9</guid><title>م</title><link href=https://a.example/9></link></item>",
        "<o:unclosed>",
        "<undeclared:x/>",
    ],
)
def test_a_feed_that_is_not_well_formed_is_read_whole(spoiled: str) -> None:
    known = known_after(read(feed("rss", ITEM.format(1))))
    text = feed("rss", spoiled, ITEM.format(2), ITEM.format(1))
    news = read(text, known)
    assert news.reading == read_feed(document(text), NOW)
    assert not known_after(news).items
    assert len(known_after(news).entries) == news.count


@pytest.mark.parametrize("illegal", ["\x0b", "\ufffe"])
def test_what_xml_does_not_allow_makes_no_difference(illegal: str) -> None:
    one, two, three = (ITEM.format(n) for n in (1, 2, 3))
    known = known_after(read(feed("rss", one.replace("نص", f"ن{illegal}ص"), two)))
    assert len(read(feed("rss", three, one, two), known).cut) == 2
    assert len(read(feed("rss", three, one.replace("خبر", f"خ{illegal}بر"), two), known).cut) == 2


def test_a_bad_entry_is_a_problem_of_every_poll_with_its_number_in_the_whole_feed() -> None:
    bad = "<item><link>https://a.example/</link></item>"
    known = known_after(read(feed("rss", ITEM.format(1), bad)))
    news = read(feed("rss", ITEM.format(2), ITEM.format(1), bad), known)
    assert [problem.detail for problem in news.reading.problems] == ["entry 3 has neither title nor text"]
    assert len(news.cut) == 1


def test_no_more_is_remembered_than_so_many_items() -> None:
    news = read(feed("rss", *(ITEM.format(n) for n in range(MOST + 5))))
    assert len(known_after(news).records) == MOST * 2 * SIZE
    again = read(feed("rss", *(ITEM.format(n) for n in range(MOST + 5))), known_after(news))
    assert (len(again.reading.entries), again.count) == (5, MOST + 5)


@pytest.mark.parametrize("inside", ["</entry>", "</o:item>", "</ item>"])
def test_an_item_in_which_another_seems_to_end_is_cut(inside: str) -> None:
    items = [ITEM.format(1), ITEM.format(2).replace("نص", f"<![CDATA[{inside}]]>")]
    known = known_after(read(feed("rss", *items)))
    assert len(read(feed("rss", *items), known).cut) == 2


def test_a_known_item_is_cut_wherever_it_is_repeated() -> None:
    items = [ITEM.format(1)] * 50
    known = known_after(read(feed("rss", items[0])))
    assert len(read(feed("rss", *items), known).cut) == 50


@given(st.binary(max_size=SIZE * 2), st.lists(st.text(max_size=5), max_size=3))
def test_whatever_is_remembered_a_feed_is_read(noise: bytes, parts: list[str]) -> None:
    known = Known(digest(*parts), noise * 3)
    assert read(feed("rss", ITEM.format(1)), known).count == 1


# What publishers do, and what they hardly do, in pieces that are put together at random.
PLAIN = (
    "<title>عنوان {0}</title>",
    "<title type='html'>&lt;b&gt;عنوان&lt;/b&gt; &amp;amp; {0}</title>",
    "<title>أول {0} &nbsp;& ثان &#x202e;</title>",
    "<guid isPermaLink='false'>g{0}</guid>",
    "<guid>https://a.example/g{0}</guid>",
    "<id>tag:{0}</id>",
    "<link>/a/{0}?x=1&y=2</link>",
    "<link rel='alternate' href='b/{0}'/>",
    "<link href='c/{0}' title='a > b'/>",
    "<description>نص {0}</description>",
    "<description>&lt;item&gt;{0}&lt;/item&gt;</description>",
    "<content type='html'>&lt;p&gt;{0}&lt;/p&gt;</content>",
    "<content:encoded><![CDATA[{0}</item><item>]]></content:encoded>",
    "<summary>موجز {0}</summary>",
    "<pubDate>Wed, 25 Nov 2026 10:00:0{0} GMT</pubDate>",
    "<updated>2026-11-25T10:00:0{0}Z</updated>",
    "<dc:date>2026-11-24T10:00:0{0}Z</dc:date>",
    "<media:group><media:title>م {0}</media:title></media:group>",
    "<media:content url='x'><media:title>ن</media:title></media:content>",
    "<source url='https://o.example/'>مصدر {0}</source>",
    "<source><id>s</id><title>مصدر {0}</title><link href='https://o.example/'/></source>",
    "<author><name>كاتب</name></author>",
    "<image><title>صورة</title><url>x</url></image>",
    "<enclosure url='x{0}' type='image/jpeg' length='1'/>",
    "<!-- <item> --> <!-- </item> {0} -->",
    "<?pi <item> {0}?>",
    "<o:item>{0}</o:item>",
    "<o:x xml:lang='en'><o:y>{0}</o:y></o:x>",
    "نص سائب {0}",
    "<description><![CDATA[<p>نص {0} <item>ليس مادة</item> ]] > </p>]]></description>",
)
STEERING = (
    "<o:x xml:base='https://x.example/' xml:lang='en'><o:y>{0}</o:y></o:x>",
    "<description><p>نص <b>{0}</b></p></description>",
    "<description><p><title>{0}</title></p></description>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>{0}<summary>خ</summary></div></content>",
    "<media:thumbnail xmlns:media='http://search.yahoo.com/mrss/' url='x{0}'/>",
    "<n:date xmlns:n='http://purl.org/dc/elements/1.1/'>2026-11-23T10:00:00Z</n:date>",
    "<n:date xmlns:n='urn:x'>2026-11-22</n:date>",
    "<item><title>داخل {0}</title></item>",
    "<xhtml:body xmlns:xhtml='http://www.w3.org/1999/xhtml'>{0}</xhtml:body>",
    "<body>{0}<p>فقرة</p></body>",
)
BROKEN = (
    "<b>",
    "</b>",
    "<",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "</item>",
    "<item>",
    "\x0b",
    "'",
    '"',
    "<x a='",
    "<u:x/>",
)
WRAPS = (
    ("<item>", "</item>"),
    ("<entry>", "</entry>"),
    ("<item rdf:about='https://a.example/i'>", "</item >"),
    ("<item xml:base='https://y.example/'>", "</item>"),
    ("<o:item>", "</o:item>"),
    ("<ITEM>", "</ITEM>"),
    ("<product>", "</product>"),
)
HEADS = (
    "<title>م</title><link>https://a.example/</link>",
    "<title>م</title><link>https://b.example/</link><lastBuildDate>Wed, 25 Nov 2026 10:00:00 GMT</lastBuildDate>",
    "<title>م</title><description>عن <b>الموقع</b><title>ت</title></description><image><title>ص</title></image>",
    "<title>م</title><!-- <item> -->",
)
TAILS = (
    "",
    "<title>متأخر</title>",
    "<link>https://c.example/</link>",
    "<textInput><title>ب</title></textInput>",
    "<!-- </item> -->",
)


@st.composite
def an_item(draw: st.DrawFn) -> str:
    start, end = draw(st.sampled_from(WRAPS if draw(st.integers(0, 19)) == 0 else WRAPS[:2]))
    parts = draw(st.lists(st.sampled_from(PLAIN), max_size=5))
    if draw(st.integers(0, 19)) == 0:
        parts.append(draw(st.sampled_from(STEERING)))
    number = draw(st.integers(1, 6))
    return start + "".join(part.format(number) for part in parts) + end


@st.composite
def two_polls(draw: st.DrawFn) -> tuple[str, str]:
    """A feed, and the same feed later."""
    shape = FORMATS[draw(st.sampled_from(["rss", "rdf", "atom"]))]
    old = draw(st.lists(an_item(), min_size=1, max_size=4))
    late = draw(st.lists(st.sampled_from(old) | an_item(), min_size=1, max_size=6))
    head, tail = draw(st.sampled_from(HEADS)), draw(st.sampled_from(TAILS))
    other = head if draw(st.integers(0, 4)) else draw(st.sampled_from(HEADS))
    before = shape.format(head=head, items="".join(old), tail=tail)
    after = shape.format(head=other, items=draw(st.sampled_from(["", "\n "])).join(late), tail=tail)
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(after)))
        after = after[:at] + draw(st.sampled_from((*BROKEN, *old))) + after[at:]
    return before, after


def new(entries: tuple[Entry, ...], old: tuple[Entry, ...]) -> list[Entry]:
    return [entry for entry in entries if entry not in old]


@given(two_polls())
def test_what_is_new_reads_as_it_does_in_the_whole_feed(polls: tuple[str, str]) -> None:
    before, after = polls
    old = read(before)
    news, whole = read(after, known_after(old)), read(after)
    assert new(news.reading.entries, old.reading.entries) == new(whole.reading.entries, old.reading.entries)
    assert news.count == whole.count
    assert (news.reading.title, news.reading.problems) == (whole.reading.title, whole.reading.problems)
    third, again = read(before, known_after(news, known_after(old))), whole.reading.entries + old.reading.entries
    assert new(third.reading.entries, again) == []
