"""Each chat is told once of an article, with everything that concerns it, or it is known why it is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerting import (
    EVIDENCE_KEPT,
    RINGS,
    Arrival,
    Concerned,
    Known,
    Told,
    Watcher,
    arrival,
    denies,
    due_at,
    is_only_background,
    priority_of,
    rings,
    urgency_of,
    whom_to_tell,
)
from bot.domain.events import Event, Severity
from bot.domain.matching import Found
from bot.domain.modality import Modality
from bot.domain.model import Article, Evidence, PlaceHit, Silence
from tests.conftest import NOON

ARTICLE = Article("s", "k", None, "جاسم", "نص", "ar", NOON, NOON, None)
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
    assert concerned.silent == ((SALMA, Silence.CHAT_PAUSED),)


def test_a_match_in_doubt_tells_nobody_by_itself() -> None:
    doubt = found(JASIM, evidence("جاسم"), sure=False)
    assert whom_to_tell([doubt], [watcher(SALMA)]) == Concerned(silent=((SALMA, Silence.DOUBTFUL),))


def test_a_match_in_doubt_adds_nothing_to_a_sure_one() -> None:
    matches = [found(JASIM, evidence("جاسم"), sure=False), found(DARAA, evidence("درعا"))]
    concerned = whom_to_tell(matches, [watcher(SALMA), watcher(SALMA, DARAA, "درعا")])
    (told,) = concerned.told
    assert [row["watch"] for row in told.evidence] == ["درعا"]
    assert concerned.silent == ()


def test_what_is_only_background_tells_nobody_by_itself() -> None:
    matches = [found(JASIM, evidence("جاسم")), found(DARAA, evidence("درعا"))]
    watchers = [watcher(SALMA), watcher(KHALED), watcher(KHALED, DARAA, "درعا")]
    concerned = whom_to_tell(matches, watchers, background={JASIM})
    assert [told.chat_id for told in concerned.told] == [KHALED]
    assert concerned.silent == ((SALMA, Silence.BACKGROUND),)


def test_a_place_is_near_to_whoever_watches_it_and_not_to_the_watchers_of_its_governorate() -> None:
    far = Found(DARAA, (evidence("جاسم"),), near=False)
    told = whom_to_tell([found(JASIM, evidence("جاسم")), far], [watcher(SALMA), watcher(KHALED, DARAA, "درعا")]).told
    assert {t.chat_id: t.near for t in told} == {SALMA: True, KHALED: False}


HEARD, WAITS, TIRED = Known(False, 0), Known(True, 0), Known(False, RINGS)
SAME = Arrival(joins=True)
DEVELOPMENT = Arrival(joins=True, development=True)
TOLL = Arrival(joins=True, development=True, spreads=True)
DENIED = Arrival(joins=True, development=True, denial=True, spreads=True)


@pytest.mark.parametrize(
    ("came", "before", "kind"),
    [
        (Arrival(), None, "first"),
        (SAME, None, "first"),
        (DENIED, None, "first"),
        (SAME, HEARD, None),
        (SAME, WAITS, None),
        (DEVELOPMENT, HEARD, "development"),
        (DEVELOPMENT, WAITS, None),
        (DEVELOPMENT, TIRED, None),
        (TOLL, HEARD, "development"),
        (DENIED, HEARD, "denial"),
        (DENIED, TIRED, "denial"),
        (DENIED, WAITS, None),
    ],
)
def test_a_story_rings_once_and_again_only_for_what_changes_it(
    came: Arrival, before: Known | None, kind: str | None
) -> None:
    known = {SALMA: before} if before else {}
    decided = rings(Concerned((Told(SALMA),)), known, came)
    assert [(told.chat_id, told.kind) for told in decided.told] == ([(SALMA, kind)] if kind else [])
    assert decided.silent == (() if kind else ((SALMA, Silence.ALREADY_TOLD),))


@pytest.mark.parametrize(("came", "hears"), [(DEVELOPMENT, False), (TOLL, True), (DENIED, True)])
def test_a_denial_and_a_higher_toll_reach_all_who_were_told(came: Arrival, hears: bool) -> None:
    doubtful = Concerned(silent=((SALMA, Silence.DOUBTFUL),))
    decided = rings(doubtful, {SALMA: HEARD, KHALED: HEARD}, came)
    assert {told.chat_id for told in decided.told} == ({SALMA, KHALED} if hears else set())
    assert decided.silent == (() if hears else doubtful.silent)


def told_as(modality: Modality, *, main: bool = True) -> Article:
    return replace(ARTICLE, events=(Event("raid", modality, Severity.HIGH, "text", 0, 1, main=main),))


def test_only_the_first_denial_of_a_story_is_one() -> None:
    denial, report = told_as(Modality.DENIED), told_as(Modality.REPORTED)
    assert arrival("same", None, denial, [report]) == DENIED
    assert arrival("same", None, denial, [report, denial]) == SAME
    assert arrival("new", None, denial, []) == Arrival()
    assert arrival("development", "toll_up", report, []) == TOLL
    assert arrival("development", "now_arrested", report, []) == DEVELOPMENT
    assert not denies(told_as(Modality.REPORTED))
    assert denies(told_as(Modality.DENIED, main=False))


def test_names_of_places_in_what_happened_earlier_are_background_and_words_and_titles_are_not() -> None:
    hit = PlaceHit(("C1",), "text", 5, 9)
    item = replace(ARTICLE, places=(hit, PlaceHit(("C1",), "title", 0, 4)))
    place, word, title = evidence("جاسم", 5), evidence("قصف", 20), evidence("جاسم", 0, "title")
    assert is_only_background(found(JASIM, place), item, told_as_past=True)
    assert not is_only_background(found(JASIM, place), item, told_as_past=False)
    assert not is_only_background(found(JASIM, place, word), item, told_as_past=True)
    assert not is_only_background(found(JASIM, place, title), item, told_as_past=True)
    assert not is_only_background(found(JASIM), item, told_as_past=True)


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
    silent = [chat for chat, _ in concerned.silent]
    assert len(silent) == len(set(silent))
    assert set(told) | set(silent) == {chat for chat, _ in pairs}
    assert not set(told) & set(silent)


@pytest.mark.parametrize(
    ("events", "urgency"),
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
def test_what_is_reported_as_critical_goes_first(events: list[Event], urgency: int) -> None:
    assert urgency_of(events) == urgency


def test_urgency_comes_before_nearness() -> None:
    order = sorted((priority_of(urgency, near), urgency, not near) for urgency in range(3) for near in (True, False))
    assert [(urgency, far) for _, urgency, far in order] == [(u, f) for u in range(3) for f in (False, True)]


def test_only_what_is_critical_goes_at_once() -> None:
    settle = timedelta(seconds=60)
    assert [due_at(urgency, NOON, settle) - NOON for urgency in range(3)] == [timedelta(0), settle, settle]
