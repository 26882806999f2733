from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import translations
from bot.domain.markup import plain
from bot.domain.model import ProblemKind, Source, SourceState
from bot.domain.source_health import (
    IN_A_POLL,
    MANY_FAILURES,
    ON_RECORD,
    Condition,
    Health,
    gravest_first,
    health_of,
    on_record,
    worst,
)
from bot.domain.source_words import ago, condition_told, kind_told, languages_told, problem_told

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
AR, EN = translations()["ar"], translations()["en"]
SOURCE = Source("s", "س", "S", "https://s.example/")


@dataclass(frozen=True)
class Kept:
    """A record, with what matters here."""

    source: Source = SOURCE
    failures: int = 0
    good_at: datetime | None = NOW
    problem: str | None = None
    paused_why: str | None = None


FINE = Kept()
FAILING = Kept(failures=MANY_FAILURES, problem="timeout", good_at=NOW - timedelta(hours=3))
PAUSED = Kept(failures=3, paused_why="refused")
UNTRIED = Kept(good_at=None)
CHECKED = Kept(replace(SOURCE, state=SourceState.CHECK), failures=40, good_at=None, problem="status")


@pytest.mark.parametrize(
    ("record", "health", "conditions"),
    [
        (FINE, Health.FINE, {}),
        (replace(FINE, failures=MANY_FAILURES - 1), Health.FINE, {}),
        (FAILING, Health.FAILING, {Condition.FAILING: "timeout"}),
        (PAUSED, Health.PAUSED, {}),
        (replace(FAILING, paused_why="refused"), Health.PAUSED, {}),
        (UNTRIED, Health.UNTRIED, {}),
        (replace(UNTRIED, failures=MANY_FAILURES), Health.UNTRIED, {Condition.FAILING: ""}),
        (CHECKED, Health.UNTRIED, {}),
    ],
)
def test_the_record_of_a_source_shows_how_it_is(record: Kept, health: Health, conditions: dict[Condition, str]) -> None:
    assert health_of([record]) is health
    assert on_record(record) == conditions


def test_an_outlet_is_as_well_as_the_best_of_its_sources() -> None:
    assert health_of([UNTRIED, PAUSED, FAILING]) is Health.FAILING
    assert health_of([PAUSED, FINE]) is Health.FINE


def test_the_worst_are_those_that_could_not_be_read_for_longest() -> None:
    never = replace(UNTRIED, failures=7)
    later = replace(FAILING, good_at=NOW - timedelta(hours=2))
    assert worst([FINE, UNTRIED, later, CHECKED, FAILING, PAUSED, never]) == [never, FAILING, later, PAUSED]


def test_every_condition_shows_either_in_a_poll_or_on_record() -> None:
    assert set(Condition) == IN_A_POLL | ON_RECORD
    assert not IN_A_POLL & ON_RECORD
    assert gravest_first([Condition.PROVEN, Condition.FAILING]) == [Condition.FAILING, Condition.PROVEN]


# --- in words


@pytest.mark.parametrize("messages", [AR, EN], ids=("ar", "en"))
def test_every_condition_and_every_problem_has_its_words(messages) -> None:  # type: ignore[no-untyped-def]
    other = problem_told("no such problem", messages)
    assert all(problem_told(kind, messages) != other for kind in ProblemKind)
    for condition in Condition:
        bare = condition_told(condition, "", messages, NOW)
        told = condition_told(
            condition, "<b>x", messages, NOW, problem="timeout", good_at=NOW - timedelta(days=2), last_item_at=NOW
        )
        assert plain(bare)
        assert "<b>" not in told


def test_what_failed_is_told_with_its_reason_and_since_when() -> None:
    told = condition_told(Condition.FAILING, "", AR, NOW, problem="timeout", good_at=NOW - timedelta(hours=2))
    bare = plain(told).replace("\u2068", "").replace("\u2069", "")
    assert bare == "لا يُقرأ: لم يُجب في الوقت المتاح. آخر فحص ناجح قبل ساعتين."


@pytest.mark.parametrize(
    ("folded", "said"), [("1", "تنبيه واحد"), ("2", "تنبيهان"), ("5", "5 تنبيهات"), ("30", "30 تنبيهاً")]
)
def test_of_a_flood_the_number_of_alerts_that_did_not_ring_is_told(folded: str, said: str) -> None:
    told = plain(condition_told(Condition.FLOOD, folded, AR, NOW))
    assert said in told.replace("\u2068", "").replace("\u2069", "")


def test_a_long_detail_is_cut() -> None:
    assert len(plain(condition_told(Condition.TITLE, "كازينو " * 100, AR, NOW))) < 200


@pytest.mark.parametrize(
    ("passed", "arabic", "english"),
    [
        (timedelta(seconds=5), "قبل دقيقة واحدة", "1 minute ago"),
        (timedelta(minutes=3), "قبل 3 دقائق", "3 minutes ago"),
        (timedelta(hours=2), "قبل ساعتين", "2 hours ago"),
        (timedelta(days=1, hours=2), "قبل يوم واحد", "1 day ago"),
        (timedelta(seconds=-30), "قبل دقيقة واحدة", "1 minute ago"),
    ],
)
def test_how_long_ago_is_said_as_people_say_it(passed: timedelta, arabic: str, english: str) -> None:
    assert ago(NOW - passed, NOW, AR) == arabic
    assert ago(NOW - passed, NOW, EN) == english


def test_what_somebody_is_and_writes_is_said_once() -> None:
    assert kind_told("press", "independent", AR) == "وسيلة إعلام، مستقل"
    assert kind_told("local", "local", AR) == "محلي"
    assert kind_told("monitor", None, EN) == "monitor"
    assert kind_told(None, "not yet known", AR) == ""
    assert languages_told(("ar", "en", "ar", "he", "ru"), AR) == "بالعربية، بالإنكليزية، بلغة أخرى"
