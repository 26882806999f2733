"""What a feed says of how often it should be asked, and of the hub that tells when it has changed."""

from datetime import timedelta

import pytest

from watchers.parsers.hints import NO_HINTS, NO_LINKS, Links, Offer, feed_hints, header_links, offer

HOURS = "<skipHours><hour>0</hour><hour> 5 </hour><hour>24</hour></skipHours>"
URL = "https://horan.example/feed/"
HUB, TOPIC = "https://hub.example/", "https://horan.example/feed"


@pytest.mark.parametrize(
    ("head", "ttl"),
    [
        ("<ttl> 45 </ttl>", timedelta(minutes=45)),
        ("<x:updatePeriod>\nhourly\n</x:updatePeriod><x:updateFrequency>2</x:updateFrequency>", timedelta(minutes=30)),
        ("<sy:updatePeriod>Daily</sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", timedelta(hours=1)),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        ("<ttl>soon</ttl>", None),
        ("<item><ttl>5</ttl></item>", None),
    ],
)  # fmt: skip
def test_a_time_is_read_from_the_head_of_a_feed(head: str, ttl: timedelta | None) -> None:
    assert feed_hints(f"<rss><channel>{head}<item></item>".encode()).ttl == ttl


def test_hours_without_news_are_read() -> None:
    assert feed_hints(f"<rss><channel>{HOURS}<item>".encode()).skip_hours == {0, 5}
    assert feed_hints(b"<rss><channel><skipHours></skipHours>").skip_hours == frozenset()
    assert feed_hints(b"") == NO_HINTS


@pytest.mark.parametrize(
    ("feed", "links"),
    [
        (f"<feed><link rel='hub' href='{HUB}'/><link rel='self' href='{TOPIC}'/><entry/>", Links(HUB, TOPIC)),
        (f'<rss><channel><link>x</link><a:link\n href="{TOPIC}" type="a" rel="self"/>'
         f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel = "HUB" href="{HUB}" /><item>', Links(HUB, TOPIC)),
        (f"<feed><link href='{HUB}' rel='hub self'/>", Links(HUB, HUB)),
        (f"<feed><link rel='hub' href='ftp://x/'/><link rel='hub' href='{HUB}'/><link rel='hub' href='{HUB}2'/>",
         Links(HUB)),
        ("<feed><link rel='self' href='?a=1&amp;b=2'/>", Links(None, f"{URL}?a=1&b=2")),
        ("<feed><link rel='self' href='/خبر'/>", Links(None, "https://horan.example/خبر")),
        (f"<feed><link data-rel='hub' href='{HUB}'/>", NO_LINKS),
        (f"<feed><entry><link rel='hub' href='{HUB}'/></entry>", NO_LINKS),
        ("<feed><link rel='hub'/><link rel='hub' href=''/><link rel='hub' href='http://['/>", NO_LINKS),
        ("<feed><link rel='hub' href='" + "x" * 9_000, NO_LINKS),
    ],
)  # fmt: skip
def test_the_hub_and_its_name_for_the_feed_are_read_from_the_head_of_a_feed(feed: str, links: Links) -> None:
    assert feed_hints(feed.encode(), URL).links == links


@pytest.mark.parametrize(
    ("header", "links"),
    [
        (f'<{HUB}>; rel="hub", <{TOPIC}>; rel="self"', Links(HUB, TOPIC)),
        (f"<{TOPIC}>;rel=self;type=x,<{HUB}> ; REL = hub", Links(HUB, TOPIC)),
        (f'<{HUB}?a=1,2;b>; title="a, b; c"; rel="preload hub"', Links(f"{HUB}?a=1,2;b")),
        ('</feed>; rel="self"', Links(None, TOPIC)),
        (f'<{HUB}>; rel="hub"; anchor="https://other.example/"', NO_LINKS),
        (f'<{HUB}>; rel="next"; rel="hub"', NO_LINKS),
        (f"{HUB}; rel=hub", NO_LINKS),
        (f"<{HUB}", NO_LINKS),
        ('<javascript:alert(1)>; rel="hub"', NO_LINKS),
        ("", NO_LINKS),
    ],
)  # fmt: skip
def test_links_are_read_from_a_header(header: str, links: Links) -> None:
    assert header_links(header, URL) == links


@pytest.mark.parametrize("filler", ["<", "; rel", ";rel= ", "<link ", "<link rel='", "; ", "<a>;rel=hub", 'rel="'])
def test_no_header_and_no_feed_is_read_slowly(filler: str) -> None:
    """Backtracking would take minutes where this takes milliseconds; the children's time limit is 10 seconds."""
    text = filler * (100_000 // len(filler))
    header_links(text, URL)
    feed_hints(text.encode(), URL)


def test_the_header_goes_before_the_feed_and_a_feed_without_a_name_is_known_by_its_address() -> None:
    assert offer(Links(HUB), Links("https://other.example/", TOPIC), URL) == Offer(HUB, TOPIC)
    assert offer(NO_LINKS, Links(HUB), URL) == Offer(HUB, URL)
    assert offer(Links(None, TOPIC), Links(HUB, URL), URL) == Offer(HUB, TOPIC)
    assert offer(Links(None, TOPIC), NO_LINKS, URL) is None
