"""Each chat is told once of an article, with everything that concerns it, or it is known why it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerting import EVIDENCE_KEPT, Concerned, Watcher, priority_of, whom_to_tell
from bot.domain.events import Event, Severity
from bot.domain.matching import Found
from bot.domain.modality import Modality
from bot.domain.model import Evidence

SALMA, KHALED, GROUP = 1, 2, -5
JASIM, DARAA = 10, 11


def evidence(word: str, start: int = 0, where: str = "text") -> Evidence:
    return Evidence(where, start, start + len(word), word)


def found(expression: int, *spots: Evidence, sure: bool = True) -> Found:
    return Found(expression, spots, sure=sure)


def watcher(chat_id: int, expression: int = JASIM, shown: str = "جاسم", active: bool = True) -> Watcher:
    return Watcher(chat_id, expression, shown, active)


def test_a_chat_with_two_matching_watches_is_told_once_with_the_evidence_of_both() -> None:
    matches = [found(JASIM, evidence("جاسم")), found(DARAA, evidence("درعا", 20, "title"))]
    concerned = whom_to_tell(matches, [watcher(SALMA), watcher(SALMA, DARAA, "محافظة درعا")])
    (told,) = concerned.told
    assert told.chat_id == SALMA
    assert told.evidence == (
        {"watch": "جاسم", "field": "text", "start": 0, "end": 4, "surface": "جاسم"},
        {"watch": "محافظة درعا", "field": "title", "start": 20, "end": 24, "surface": "درعا"},
    )


def test_each_chat_is_shown_its_own_wording() -> None:
    watchers = [watcher(SALMA, shown="إزرع"), watcher(KHALED, shown="ازرع")]
    told = whom_to_tell([found(JASIM, evidence("إزرع"))], watchers).told
    assert [(t.chat_id, t.evidence[0]["watch"]) for t in told] == [(SALMA, "إزرع"), (KHALED, "ازرع")]


def test_nobody_is_told_of_what_nobody_watches() -> None:
    assert whom_to_tell([found(JASIM, evidence("جاسم"))], []) == Concerned()
    assert whom_to_tell([], []) == Concerned()


def test_a_match_without_evidence_is_still_told() -> None:
    (told,) = whom_to_tell([found(JASIM)], [watcher(GROUP)]).told
    assert (told.chat_id, told.evidence) == (GROUP, ())


def test_of_a_word_that_stands_everywhere_only_some_evidence_is_kept() -> None:
    everywhere = [evidence("حلب", n * 5) for n in range(1000)]
    (told,) = whom_to_tell([found(JASIM, *everywhere)], [watcher(SALMA)]).told
    assert [row["start"] for row in told.evidence] == [n * 5 for n in range(EVIDENCE_KEPT)]


def test_a_chat_that_cannot_be_written_to_is_known_and_not_told() -> None:
    matches = [found(JASIM, evidence("جاسم"))]
    concerned = whom_to_tell(matches, [watcher(SALMA, active=False), watcher(KHALED)])
    assert [told.chat_id for told in concerned.told] == [KHALED]
    assert concerned.paused == {SALMA}
    assert not concerned.doubtful


def test_a_match_in_doubt_tells_nobody_by_itself() -> None:
    doubt = found(JASIM, evidence("جاسم"), sure=False)
    assert whom_to_tell([doubt], [watcher(SALMA)]) == Concerned(doubtful=frozenset({SALMA}))


def test_a_match_in_doubt_adds_nothing_to_a_sure_one() -> None:
    matches = [found(JASIM, evidence("جاسم"), sure=False), found(DARAA, evidence("درعا"))]
    concerned = whom_to_tell(matches, [watcher(SALMA), watcher(SALMA, DARAA, "درعا")])
    (told,) = concerned.told
    assert [row["watch"] for row in told.evidence] == ["درعا"]
    assert concerned.doubtful == frozenset()


numbers = st.integers(1, 6)
matches = st.lists(st.builds(found, numbers, sure=st.booleans()), unique_by=lambda match: match.watch_id, max_size=6)


@given(matches=matches, data=st.data())
def test_whoever_watches_what_matched_is_told_once_or_it_is_known_why_not(
    matches: list[Found], data: st.DataObject
) -> None:
    known = [match.watch_id for match in matches]
    active = data.draw(st.dictionaries(st.integers(-3, 3).filter(bool), st.booleans()))
    pairs = (
        data.draw(st.lists(st.tuples(st.sampled_from(sorted(active)), st.sampled_from(known)), unique=True))
        if (active and known)
        else []
    )
    concerned = whom_to_tell(matches, [watcher(chat, number, active=active[chat]) for chat, number in pairs])
    sure = {match.watch_id for match in matches if match.sure}
    told = [t.chat_id for t in concerned.told]
    assert len(told) == len(set(told))
    assert set(told) == {chat for chat, number in pairs if active[chat] and number in sure}
    assert set(told) | concerned.paused | concerned.doubtful == {chat for chat, _ in pairs}
    assert not set(told) & (concerned.paused | concerned.doubtful)


@pytest.mark.parametrize(
    ("events", "priority"),
    [
        ([], 2),
        ([Event("fire", Modality.REPORTED, Severity.MEDIUM, "text", 0, 1)], 2),
        ([Event("raid", Modality.REPORTED, Severity.HIGH, "text", 0, 1)], 1),
        ([Event("raid", Modality.THREATENED, Severity.CRITICAL, "text", 0, 1)], 2),
        (
            [
                Event("fire", Modality.REPORTED, Severity.LOW, "text", 0, 1),
                Event("airstrike", Modality.REPORTED, Severity.CRITICAL, "text", 2, 3),
            ],
            0,
        ),
    ],
)
def test_what_is_reported_as_critical_goes_first(events: list[Event], priority: int) -> None:
    assert priority_of(events) == priority
