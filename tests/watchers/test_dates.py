from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.parsers.dates import DAMASCUS, read_date

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "damascus"),
    [
        ("2016/6/29 15:07:41", "2016-06-29 15:07:41"),
        ("2026-11-25T10:00:00", "2026-11-25 10:00"),
        ("2026-11-25T10:00:00Z", "2026-11-25 13:00"),
        ("2026-11-25T10:00:00.123+02:00", "2026-11-25 11:00"),
        ("2026-11-25 10:00 +0300", "2026-11-25 10:00"),
        ("2026-11-25", "2026-11-25 00:00"),
        ("25/11/2026 10:00", "2026-11-25 10:00"),
        ("25-11-2026", "2026-11-25 00:00"),
        ("Wed, 25 Nov 2026 07:00:00 GMT", "2026-11-25 10:00"),
        ("Wed, 25 Nov 26 07:00:00 +0000", "2026-11-25 10:00"),
        ("Wed, 25 November 2026 10:00", "2026-11-25 10:00"),
        ("Wed Nov 25 10:00:00 2026", "2026-11-25 10:00"),
        ("November 25, 2026 9:30 pm", "2026-11-25 21:30"),
        ("25 Nov 2026 12:05 AM", "2026-11-25 00:05"),
        ("Wed, 25 Nov 2026 02:00:00 EST", "2026-11-25 10:00"),
        ("25 تشرين الثاني 2026", "2026-11-25 00:00"),
        ("الأربعاء، 25 تشرين الثاني 2026 - 10:00", "2026-11-25 10:00"),
        ("الأربعاء ٢٥ تشرين الثاني ٢٠٢٦ ٠٩:٣٠ مساءً", "2026-11-25 21:30"),
        ("8 آب 2026", "2026-08-08 00:00"),
        ("8 آذار، 2026 09:30 ص", "2026-03-08 09:30"),
        ("1 كانون الثاني 2026 12:30 م", "2026-01-01 12:30"),
        ("31 كانون الأول 2025", "2025-12-31 00:00"),
        ("الثلاثاء, 24 نوفمبر 2026 05:00:00 +0000", "2026-11-24 08:00"),
        ("6 أغسطس 2026", "2026-08-06 00:00"),
        ("25 Kasım 2026 10:00", "2026-11-25 10:00"),
        ("25 Mayıs 2026 10:00", "2026-05-25 10:00"),
        ("3 Şubat 2026", "2026-02-03 00:00"),
    ],
)
def test_a_date_is_read_in_the_form_it_is_written_in(text: str, damascus: str) -> None:
    assert read_date(text, None, NOW) == datetime.fromisoformat(damascus).replace(tzinfo=DAMASCUS)


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "31 حزيران 2026", "2026-13-45", "0000-00-00 00:00:00", "25:99", "10 2026", "آب"]
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert read_date(text, None, NOW) is None


@pytest.mark.parametrize(
    "text", ["Thu, 01 Jan 1970 00:00:00 GMT", "1999-12-31", "2026-11-28", "2226-01-01", "9999-12-31"]
)
def test_a_date_that_cannot_be_true_is_none(text: str) -> None:
    assert read_date(text, None, NOW) is None


def test_the_next_day_is_possible() -> None:
    assert read_date("2026-11-26 12:00 UTC", None, NOW) == NOW + timedelta(days=1)


def test_the_second_opinion_counts_where_we_cannot_read() -> None:
    opinion = datetime(2026, 11, 25, tzinfo=UTC)
    assert read_date("Σαβ", opinion, NOW) == opinion
    assert read_date("Σαβ", opinion.replace(year=1970), NOW) is None


@given(st.text() | st.text(alphabet="0123456789-/:., +TZamp"))
def test_any_text_has_an_answer(text: str) -> None:
    moment = read_date(text, None, NOW)
    assert moment is None or moment.year >= 2000


@given(st.datetimes(datetime(2000, 1, 2), datetime(2026, 11, 25), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_is_written_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    for form in (
        "%Y-%m-%dT%H:%M:%S%z",
        "%a, %d %b %Y %H:%M:%S %z",
        "%Y/%m/%d %H:%M:%S GMT",
        "%d.%m.%Y %I:%M:%S %p UTC",
    ):
        assert read_date(moment.strftime(form), None, NOW) == moment
