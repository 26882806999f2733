"""Which event, place, number and source a message is about; and the law that holds for every message."""

import re
import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerting import AlertKind
from bot.domain.card import DETAINING, HARM, MOST_PEOPLE, conflicting, independent, subject, tolls_by_source
from bot.domain.events import Event, Severity
from bot.domain.i18n import Messages
from bot.domain.modality import Modality
from bot.domain.model import Message, PlaceHit
from bot.domain.rendering import Card, render_alert
from bot.domain.retelling import Report
from bot.domain.summary import Summary
from bot.domain.tolls import Claim, Tolls
from bot.events import event_reader
from bot.simulator.markup import parse_html, units
from tests.domain.cards import (
    AR,
    DARAA,
    EN,
    JASIM,
    NAWA,
    STEERING,
    assert_harmless,
    claim,
    event,
    hit,
    place_name,
    report,
)

CATEGORIES = event_reader().categories


@pytest.mark.parametrize("messages", [AR, EN])
def test_every_category_and_modality_of_an_event_has_a_name(messages: Messages) -> None:
    assert [name for name in CATEGORIES if not messages.has(f"category-{name}")] == []
    named = set(Modality) - {Modality.REPORTED, Modality.NONE, Modality.WISHED}
    assert [m for m in named if not messages.has(f"modality-{m.value}")] == []


def test_what_harms_are_categories() -> None:
    assert set(CATEGORIES) >= HARM >= DETAINING


# --- the subject


def test_the_main_event_of_the_first_report_heads_a_story_with_the_gravest_of_its_severities() -> None:
    first = report("أ", "", "نص", event(severity=Severity.MEDIUM))
    later = report("ب", "", "نص", event("clashes"), event(severity=Severity.CRITICAL, main=False))
    about = subject([first, later], {"C1"})
    assert about is not None
    assert (about.event.category, about.event.severity) == ("shelling", Severity.CRITICAL)
    assert about.codes == JASIM
    assert about.governorate == "SY12"


def test_an_event_without_a_place_is_put_where_the_title_or_the_first_sentence_is() -> None:
    text = "وقع القصف على جاسم صباحاً. ونقل الجرحى إلى نوى."
    places = (hit(JASIM, 14), hit(NAWA, text.index("نوى")))
    about = subject([report("أ", "", text, event(codes=()), places=places)])
    assert about is not None
    assert about.codes == JASIM
    nawa = subject([report("أ", "", text, event(codes=()), places=places)], {"C2"})
    assert nawa is not None
    assert nawa.codes == JASIM  # that the wounded were brought to Nawa makes it no event of Nawa
    titled = subject([report("أ", "", text, event(codes=()), places=(*places, hit(DARAA, 0, "title")))])
    assert titled is not None
    assert titled.codes == DARAA
    assert titled.governorate is None


def test_doubtful_places_are_no_place() -> None:
    doubtful = PlaceHit(JASIM, "text", 0, 3, sure=False)
    about = subject([report("أ", "", "نص", event(codes=()), places=(doubtful,))])
    assert about is not None
    assert about.codes == ()


# --- the sources


def test_a_source_counts_once_by_its_id_its_name_and_its_text() -> None:
    reports = [
        report("أ", fingerprint="f1"),
        report("أ", fingerprint="f2"),
        report("ب", fingerprint="f1"),
        report("ج", fingerprint=None),
        report("ج", fingerprint=None, source_id="another feed of the same outlet"),
        report("د", fingerprint="f2"),
        report("ه", fingerprint=None),
    ]
    assert [r.source for r in independent(reports)] == ["أ", "ج", "ه"]


# --- the tolls


def told(*reports: Report) -> list[tuple[str, dict[str, int]]]:
    return [(s, dict(t)) for s, t in tolls_by_source(reports, independent(reports), subject(reports, {"C1"}))]


def test_the_latest_number_of_a_source_counts() -> None:
    assert told(report("أ", dead=2, injured=1), report("ب"), report("أ", dead=3)) == [
        ("أ", {"dead": 3, "injured": 1}),
        ("ب", {}),
    ]
    assert not conflicting(told(report("أ", dead=2), report("أ", dead=3)))
    assert conflicting(told(report("أ", dead=2), report("ب", dead=3)))


@pytest.mark.parametrize("modality", [m for m in Modality if m not in (Modality.REPORTED, Modality.ALLEGED)])
def test_what_did_not_happen_has_no_toll(modality: Modality) -> None:
    assert told(report("أ", "", "نص", event(modality=modality), dead=3)) == [("أ", {})]


def test_a_toll_belongs_to_what_harms() -> None:
    assert told(report("أ", "", "نص", event("release"), dead=1, detained=12)) == [("أ", {})]
    assert told(report("أ", "", "نص", event("shelling"), detained=12)) == [("أ", {})]
    assert told(report("أ", "", "نص", event("arrest"), detained=12)) == [("أ", {"detained": 12})]


def test_a_number_that_counts_no_people_is_left_out() -> None:
    assert told(report("أ", dead=10**30, injured=0, missing=MOST_PEOPLE)) == [("أ", {"missing": MOST_PEOPLE})]


def test_the_toll_of_another_town_in_the_same_article_is_not_ours() -> None:
    claims = (claim("injured", 2, "C1"), claim("dead", 5, "C2"))
    assert told(report("أ", "", "نص", event(), dead=5, injured=2, claims=claims)) == [("أ", {"injured": 2})]
    mixed = report("أ", "", "نص", event(), dead=5, claims=(*claims, claim("dead", 4)))
    assert told(mixed) == [("أ", {"dead": 4})]  # a clause that names no place goes on about ours


def test_numbers_of_our_town_are_added_as_those_of_an_article_are() -> None:
    claims = (claim("dead", 3, "C1"), claim("dead", 5, "C2"), claim("dead", 1, "C1"))
    assert told(report("أ", "", "نص", event(), dead=9, claims=claims)) == [("أ", {"dead": 4})]


def test_a_number_of_the_whole_governorate_is_not_lost_on_its_town_nor_one_of_the_town_on_the_governorate() -> None:
    assert told(report("أ", "", "نص", event(), dead=5, claims=(claim("dead", 5, "SY12"),))) == [("أ", {"dead": 5})]
    wide = report("أ", "", "نص", event(codes=("SY12",)), places=(hit(DARAA), hit(NAWA)), dead=5,
                  claims=(claim("dead", 5, "C2"),))  # fmt: skip
    assert told(wide) == [("أ", {"dead": 5})]


def test_a_clause_that_names_a_town_and_its_governorate_is_of_the_town() -> None:
    places = (hit(JASIM), hit(NAWA), hit(DARAA))
    there = report("أ", "", "نص", event(), places=places, dead=5, claims=(claim("dead", 5, "SY12", "C2"),))
    assert told(there) == [("أ", {})]


def test_of_reports_that_an_older_version_filed_the_agreed_numbers_are_shown() -> None:
    assert told(report("أ", "", "نص", event(codes=("C1",)), dead=5)) == [("أ", {"dead": 5})]


# --- tolls that rise, and tolls that differ


def standing(*reports: Report) -> tuple[list[tuple[str, dict[str, int]]], bool]:
    tolls = told(*reports)
    return tolls, conflicting(tolls)


def test_a_later_higher_toll_is_no_conflict_and_takes_the_place_of_the_first() -> None:
    assert standing(report("أ", dead=5), report("ب", dead=7, minutes=70)) == ([("أ", {}), ("ب", {"dead": 7})], False)


def test_numbers_of_about_the_same_time_stand_against_each_other() -> None:
    assert standing(report("أ", dead=5), report("ب", dead=7, minutes=35)) == (
        [("أ", {"dead": 5}), ("ب", {"dead": 7})],
        True,
    )


def test_a_later_lower_toll_is_a_conflict() -> None:
    assert standing(report("أ", dead=7), report("ب", dead=5, minutes=300))[1]


def test_who_says_that_the_toll_has_risen_is_believed_however_soon() -> None:
    risen = Claim("dead", 7, "text", 0, 4, total=True)
    assert standing(report("أ", dead=5), report("ب", dead=7, minutes=5, claims=(risen,))) == (
        [("أ", {}), ("ب", {"dead": 7})],
        False,
    )


def test_a_rising_toll_takes_the_place_of_all_that_was_said_before_and_leaves_other_kinds() -> None:
    first, second = report("أ", dead=5, injured=9), report("ب", dead=6, minutes=10)
    assert standing(first, second)[1]
    assert standing(first, second, report("ج", dead=8, minutes=90)) == (
        [("أ", {"injured": 9}), ("ب", {}), ("ج", {"dead": 8})],
        False,
    )


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 300)), min_size=1, max_size=6))
def test_the_highest_number_is_never_overtaken(said: list[tuple[int, int]]) -> None:
    reports = [report(f"مصدر {n}", dead=dead, minutes=minutes) for n, (dead, minutes) in enumerate(said)]
    shown = {toll["dead"] for _, toll in told(*reports) if "dead" in toll}
    assert max(dead for dead, _ in said) in shown


# --- the law of every message

ANY = (
    st.text(max_size=100)
    | st.text('<>&"/ab=ا. 0٣9\n\x00\x85\u2028\ud800' + STEERING, max_size=300)
    | st.lists(
        st.sampled_from(["قصف", "جاسم", "5", "قتلى", "و12", "جريحاً", "نفي", ".", "،", "\n", "(", "»", "💥", "قُتل"]),
        max_size=40,
    ).map(" ".join)
)
OFFSET = st.integers(0, 500)
CODES = st.sampled_from([JASIM, NAWA, DARAA, ("X1", "SY99"), ("",)])
EVENTS = st.builds(
    Event,
    st.sampled_from((*CATEGORIES, "unheard_of")),
    st.sampled_from(Modality),
    st.sampled_from(Severity),
    st.sampled_from(["title", "text"]),
    OFFSET,
    OFFSET,
    st.lists(CODES.map(lambda c: c[0]), max_size=3).map(tuple),
    st.booleans(),
)
NUMBERS = st.none() | st.integers(0, 30) | st.just(10**30) | st.integers(1000, 10**7)
CLAIMS = st.builds(
    Claim, st.sampled_from(["dead", "injured", "missing", "detained"]), NUMBERS, st.sampled_from(["title", "text"]),
    OFFSET, OFFSET,
)  # fmt: skip
TOLLS = st.builds(Tolls, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.lists(CLAIMS, max_size=4).map(tuple))
HITS = st.builds(PlaceHit, CODES, st.sampled_from(["title", "text"]), OFFSET, OFFSET, st.booleans())


@st.composite
def reports(draw: st.DrawFn) -> Report:
    events = tuple(draw(st.lists(EVENTS, max_size=3)))
    return report(
        draw(ANY), draw(ANY), draw(ANY),
        places=tuple(draw(st.lists(HITS, max_size=5))),
        language=draw(st.sampled_from(["ar", "ar", "en", "ckb", "other"])),
        url=draw(st.none() | ANY | ANY.map("https://x.example/".__add__)),
        fingerprint=draw(st.sampled_from([None, "f1", "f2", ""])),
        minutes=draw(st.integers(0, 3000)),
        tolls=draw(TOLLS), events=events,
    )  # fmt: skip


CARDS = st.builds(
    Card,
    st.just(1),
    st.lists(ANY, max_size=7).map(tuple),
    st.lists(reports(), min_size=1, max_size=4).map(tuple),
    st.sampled_from(AlertKind),
    st.lists(ANY, max_size=4).map(tuple),
    st.booleans(),
    st.frozensets(CODES.map(lambda c: c[0])),
    st.none() | ANY.map(lambda text: Summary(text, text)),
)


@given(CARDS, st.sampled_from([AR, EN]), ANY)
def test_whatever_is_told_telegram_takes_it_and_no_number_is_ours(card: Card, messages: Messages, name: str) -> None:
    message = render_alert(card, messages, lambda code, language: place_name(code, language) or name)
    formatted = parse_html(message.html)
    assert formatted.text.strip()
    assert units(formatted.text) <= 4096
    assert {e["type"] for e in formatted.entities} <= {"bold", "text_link", "url", "hashtag", "bot_command"}
    message.html.encode()
    assert_harmless(message)
    assert invented(message, card, name) == set()


def numbers(texts: Iterable[str]) -> set[str]:
    """Every number of the texts, a mark that cannot be seen being nothing, or a break."""
    found: set[str] = set()
    for text in texts:
        bare = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
        found |= {*re.findall(r"\d+", text), *re.findall(r"\d+", bare)}
    return found


def invented(message: Message, card: Card, name: str) -> set[str]:
    """The numbers that stand neither in the reports nor in the card, and are no count of sources and no date."""
    given = [name, *card.watches, *card.denied, card.written.text if card.written else ""]
    tolls = [n for r in card.reports for n in (r.article.tolls.dead, r.article.tolls.injured, r.article.tolls.missing,
             r.article.tolls.detained, *(c.number for c in r.article.tolls.claims)) if n]  # fmt: skip
    given += [text for r in card.reports for text in (r.source, r.article.source_id, r.article.title, r.article.text)]
    given += [f"{number:,}" for number in tolls] + [str(n) for n in range(1, len(card.reports) + 1)]
    at = card.reports[0].article.published_at
    assert at is not None
    clock = {f"{at.hour + 3:02}" if at.hour < 21 else f"{at.hour - 21:02}", f"{at.minute:02}", *map(str, range(1, 32))}
    known = numbers(given) | clock
    visible = parse_html(message.html).text
    said = [(m[0], visible[m.end() : m.end() + 1]) for m in re.finditer(r"\d+", visible.replace("\u2069", ""))]
    return {n for n, after in said if n not in known and not (after == "…" and any(k.startswith(n) for k in known))}
