"""What the operator should know of a source, as one poll shows it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.model import Article, PollOutcome, Source, SourceState
from bot.domain.source_health import Condition
from tests.watchers.conftest import NOW
from watchers.conditions import Seen, judge
from watchers.memory import MOVES, Memory
from watchers.schedule import Plan, Reason, Rhythm

SOURCE = Source("s", "س", "S", "https://feeds.example/", languages=("ar", "en"))
HOUR = timedelta(hours=1)
PLAN = Plan(NOW, Reason.RHYTHM)
SEEN = Seen(PollOutcome.READ, PLAN, 200, NOW, title="أخبار")


def articles(count: int, published_at: datetime | None = NOW - HOUR, language: str = "ar") -> list[Article]:
    return [Article("s", str(n), None, "خبر", "نص", language, published_at, NOW, None) for n in range(count)]


def found(seen: Seen, before: Memory = Memory(), after: Memory | None = None, source: Source = SOURCE) -> set[str]:
    return set(judge(source, before, after or before, seen).found)


def with_new(new: list[Article], *, first: bool = False) -> Seen:
    return replace(SEEN, new=tuple(new), first=first)


def test_nothing_is_found_in_a_poll_that_is_as_always() -> None:
    assert found(with_new(articles(10))) == set()


@pytest.mark.parametrize(
    ("condition", "make"),
    [
        (Condition.DATES, lambda: with_new(articles(3, None))),
        (Condition.DATES, lambda: with_new(articles(2, None) + articles(2, NOW))),
        (Condition.LANGUAGE, lambda: with_new(articles(5, language="tr"))),
    ],
)
def test_what_new_items_show_is_found(condition: Condition, make: Callable[[], Seen]) -> None:
    assert found(make()) == {condition}


def test_a_few_items_show_nothing_of_dates_or_language() -> None:
    few = with_new(articles(2, None, "tr"))
    assert found(few) == set()
    among = judge(SOURCE, Memory(), Memory(), few).among
    assert not among & {Condition.DATES, Condition.LANGUAGE}


def test_one_good_item_among_bad_ones_is_enough() -> None:
    assert found(with_new(articles(4, None) + articles(1))) == set()
    assert found(with_new(articles(4, language="tr") + articles(1))) == set()
    assert found(with_new(articles(9, language="en"))) == set()


def test_a_title_is_compared_with_the_first_one() -> None:
    assert found(SEEN, Memory(title="أخبار")) == set()
    assert found(replace(SEEN, title="أخبار السهل"), Memory(title="أخبار")) == set()
    assert found(replace(SEEN, title="كازينو"), Memory(title="أخبار")) == {Condition.TITLE}


def test_silence_is_told_after_ten_times_the_usual_wait_but_not_before_a_day() -> None:
    def silent(every: timedelta, silence: timedelta, count: int = 10) -> bool:
        last = NOW - silence
        heard = tuple(last - every * back for back in range(count))[::-1]
        memory = Memory(Rhythm(heard))
        return found(replace(SEEN, outcome=PollOutcome.NOT_MODIFIED), memory) == {Condition.SILENT}

    assert silent(HOUR, timedelta(hours=25))
    assert not silent(HOUR, timedelta(hours=23))
    assert not silent(timedelta(hours=12), timedelta(days=4))
    assert silent(timedelta(hours=12), timedelta(days=6))
    assert not silent(HOUR, timedelta(days=9), count=9)


def test_a_refusal_a_move_and_a_first_proof_are_found() -> None:
    refused = replace(SEEN, outcome=PollOutcome.FAILED, plan=Plan(NOW, Reason.PAUSED), status=403)
    assert judge(SOURCE, Memory(), Memory(Rhythm(refusals=3)), refused).found == {
        Condition.PAUSED: "refused 3 times in a row, the last answer: 403"
    }
    gone = replace(refused, plan=Plan(NOW, Reason.GONE), status=410)
    assert found(gone) == {Condition.PAUSED}
    moved = Memory(moved_to="https://new.example/", moves=MOVES)
    assert judge(SOURCE, Memory(), moved, SEEN).found == {Condition.MOVED: "https://new.example/"}
    assert found(SEEN, source=replace(SOURCE, state=SourceState.CHECK)) == {Condition.PROVEN}


def test_what_a_poll_cannot_judge_stays_as_it_was() -> None:
    before = {Condition.DATES, Condition.MOVED, Condition.PROVEN}
    judgement = judge(SOURCE, Memory(), Memory(), replace(SEEN, outcome=PollOutcome.FAILED))
    assert judgement.after(before) == {Condition.DATES, Condition.PROVEN}
