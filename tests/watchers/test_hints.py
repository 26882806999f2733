"""What a feed says of how often it should be asked."""

from datetime import timedelta

import pytest

from watchers.parsers.hints import feed_hints

HOURS = "<skipHours><hour>0</hour><hour> 5 </hour><hour>24</hour></skipHours>"


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
    assert feed_hints(f"<rss><channel>{head}<item></item>".encode())[0] == ttl


def test_hours_without_news_are_read() -> None:
    assert feed_hints(f"<rss><channel>{HOURS}<item>".encode())[1] == {0, 5}
    assert feed_hints(b"<rss><channel><skipHours></skipHours>")[1] == frozenset()
    assert feed_hints(b"") == (None, frozenset())
