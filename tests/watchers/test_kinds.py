"""What becomes of a poll of each kind of source, beyond its first document."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.model import (
    Article,
    DueSource,
    Poll,
    PollOutcome,
    ProblemKind,
    Selectors,
    Source,
    SourceKind,
    Validators,
)
from bot.domain.source_health import Condition
from tests.press import MORE, PAGE_OF_A_CHANNEL, REST, TEXT, Press, printing
from tests.watchers.conftest import NOW
from watchers import backfill, completing
from watchers.fetch import Fetcher
from watchers.memory import MOVES, Memory
from watchers.poll import Poller
from watchers.reading import Readers
from watchers.robots import Robots

HOUR = timedelta(hours=1)


@dataclass
class Polls:
    """One source of each kind, polled when the test says so; what is filed is handed to the next poll."""

    press: Press
    poller: Poller
    now: datetime = NOW
    filed: list[Poll] = field(default_factory=list)
    reported: list[tuple[str, set[str]]] = field(default_factory=list)
    _rows: dict[str, DueSource] = field(default_factory=dict)

    def source(self, name: str, **more: Any) -> Source:
        given = {key: value for key, value in MORE.get(name, {}).items() if key == "syria_only"}
        kind = SourceKind(MORE.get(name, {}).get("kind", "feed"))
        selectors = Selectors("li.card") if kind is SourceKind.PAGE else None
        made = Source(name, name, name, self.press.url(name), kind=kind, selectors=selectors, **given)
        return replace(made, **more)

    async def look(self, name: str, **more: Any) -> Poll:
        """Poll a source five minutes later."""
        self.now += timedelta(minutes=5)
        due = self._rows.get(name) or DueSource(self.source(name, **more), Validators(), 0)
        await self.poller.poll(due)
        poll = self.filed[-1]
        self._rows[name] = replace(
            due,
            validators=poll.validators or due.validators,
            rhythm=poll.findings.rhythm or due.rhythm,
            failures=due.failures + 1 if poll.outcome is PollOutcome.FAILED else 0,
        )
        return poll

    def memory(self, name: str) -> Memory:
        return Memory.from_json(self._rows[name].rhythm)

    def clock(self) -> datetime:
        return self.now

    async def file(self, poll: Poll) -> None:
        self.filed.append(poll)

    async def known_keys(self, source_id: str, keys: Mapping[str, int | None]) -> Collection[str]:
        return {article.key for poll in self.filed for article in poll.articles if article.source_id == source_id}

    async def report(self, source: Source, found: Mapping[Condition, str], among: Collection[Condition]) -> None:
        self.reported.append((source.id, {str(condition) for condition in found}))

    def restart(self) -> None:
        """As after a kill: all that is not in the database is forgotten."""
        self.poller = replace(self.poller, _filed={})


@pytest.fixture
async def polls() -> AsyncIterator[Polls]:
    async with AsyncExitStack() as stack:
        made = Polls.__new__(Polls)
        press = await stack.enter_async_context(printing(lambda: made.now))
        fetcher = await stack.enter_async_context(Fetcher("Rasid/1", lambda: made.now, allow_private_addresses=True))
        readers = Readers(children=1, time_limit=timedelta(seconds=20))
        stack.push_async_callback(readers.close)
        poller = Poller(
            fetcher,
            readers,
            lambda poll: made.file(poll),
            lambda: made.now,
            robots=Robots(fetcher, "Rasid", lambda: made.now),
            known_keys=lambda source_id, keys: made.known_keys(source_id, keys),
            report=lambda source, found, among: made.report(source, found, among),
        )
        made.__init__(press, poller)  # type: ignore[misc]
        yield made


def titles(poll: Poll) -> list[str]:
    return [article.title for article in poll.articles]


def talk(press: Press, first: int, last: int, at: datetime) -> None:
    """The channel's posts by these numbers."""
    for number in range(first, last + 1):
        item = press.publish("channel", f"متابعة حركة السير على الطرق رقم {number}", at=at)
        press.items["channel"][-1] = replace(item, number=number)


# --- channels


async def test_a_channel_is_read_back_to_the_last_post_that_was_seen(polls: Polls) -> None:
    talk(polls.press, 1, 10, NOW)
    await polls.look("channel")
    talk(polls.press, 11, 55, NOW)
    poll = await polls.look("channel")
    assert [int(article.key.split("/")[1]) for article in poll.articles] == list(range(55, 10, -1))
    assert polls.press.asked["/s/Horan"] == 1 + 3
    assert polls.memory("channel").highest == 55


async def test_reading_back_begins_where_it_was_after_a_restart_too(polls: Polls) -> None:
    talk(polls.press, 1, 30, NOW)
    await polls.look("channel")
    polls.restart()
    talk(polls.press, 31, 32, NOW)
    await polls.look("channel")
    assert polls.press.asked["/s/Horan"] == 2
    talk(polls.press, 33, 60, NOW)
    poll = await polls.look("channel")
    assert {int(article.key.split("/")[1]) for article in poll.articles} == set(range(33, 61))


async def test_the_first_poll_of_a_channel_reads_one_page(polls: Polls) -> None:
    talk(polls.press, 1, 100, NOW)
    assert len((await polls.look("channel")).articles) == PAGE_OF_A_CHANNEL
    assert polls.press.asked["/s/Horan"] == 1


async def test_what_is_too_far_back_is_given_up_and_said(polls: Polls) -> None:
    talk(polls.press, 1, 20, NOW)
    await polls.look("channel")
    talk(polls.press, 21, 300, NOW)
    poll = await polls.look("channel")
    assert polls.press.asked["/s/Horan"] == 2 + backfill.MOST_PAGES
    assert [problem.kind for problem in poll.problems] == [ProblemKind.GAP]
    assert polls.memory("channel").highest == 300


async def test_a_page_that_cannot_be_had_is_asked_for_again(polls: Polls) -> None:
    talk(polls.press, 1, 20, NOW)
    await polls.look("channel")
    talk(polls.press, 21, 70, NOW)
    broken = {"before": "31"}
    polls.press.refuse = lambda request: dict(request.query) == broken
    poll = await polls.look("channel")
    assert {int(article.key.split("/")[1]) for article in poll.articles} == set(range(31, 71))
    assert (poll.validators, polls.memory("channel").highest) == (None, 20)
    polls.press.refuse = lambda request: False
    poll = await polls.look("channel")
    assert {int(article.key.split("/")[1]) for article in poll.articles} >= set(range(21, 31))
    assert polls.memory("channel").highest == 70


async def test_a_channel_that_is_missing_is_a_problem(polls: Polls) -> None:
    poll = await polls.look("nobody")
    assert (poll.outcome, [p.kind for p in poll.problems]) == (PollOutcome.FAILED, [ProblemKind.NOT_A_FEED])


# --- sitemaps and pages


async def test_the_sitemaps_of_an_index_are_read_and_their_pages_too(polls: Polls) -> None:
    for number in range(9):
        polls.press.publish("index", f"حريق في مستودع في درعا {number}", at=NOW - HOUR)
    poll = await polls.look("index")
    assert len(poll.articles) == 9
    assert all(REST[:30] in article.text and article.published_at == NOW - HOUR for article in poll.articles)
    assert (await polls.look("index")).articles == ()
    assert (polls.press.asked["/index.xml"], polls.press.asked["/map-new.xml"]) == (2, 2)
    polls.press.publish("index", "حريق في مستودع في حمص", at=NOW)
    assert titles(await polls.look("index")) == ["حريق في مستودع في حمص"]


async def test_pages_that_were_filed_are_not_asked_for_again_after_a_restart(polls: Polls) -> None:
    polls.press.publish("index", "حريق في مستودع في درعا", at=NOW - HOUR)
    await polls.look("index")
    stories = sum(times for path, times in polls.press.asked.items() if path.startswith("/story/"))
    polls.restart()
    assert (await polls.look("index")).articles == ()
    assert stories == sum(times for path, times in polls.press.asked.items() if path.startswith("/story/")) == 1


async def test_a_page_that_robots_txt_forbids_is_not_asked_for(polls: Polls) -> None:
    polls.press.publish("closed", "خبر", at=NOW)
    poll = await polls.look("closed")
    assert (poll.outcome, [p.kind for p in poll.problems]) == (PollOutcome.FAILED, [ProblemKind.ROBOTS])
    assert polls.press.asked["/closed/news"] == 0


async def test_a_feed_is_read_whatever_robots_txt_says(polls: Polls) -> None:
    polls.press.rules = "User-agent: *\nDisallow: /\n"
    polls.press.publish("plain", "خبر", at=NOW)
    assert titles(await polls.look("plain")) == ["خبر"]
    polls.press.publish("plain", "انفجار في درعا", at=NOW)
    poll = await polls.look("plain")
    assert (poll.outcome, [p.kind for p in poll.problems]) == (PollOutcome.READ, [ProblemKind.ROBOTS])
    assert [article.text for article in poll.articles] == [TEXT]


# --- completion


async def completed(polls: Polls, name: str, title: str, text: str) -> Article:
    polls.press.publish(name, "خبر أول", at=NOW - HOUR)
    await polls.look(name)
    polls.press.publish(name, title, text, NOW)
    (article,) = (await polls.look(name)).articles
    return article


async def test_a_cut_entry_is_completed_from_its_page(polls: Polls) -> None:
    article = await completed(polls, "teaser", "انفجار في مدينة درعا", "وقع انفجار […]")
    assert REST[:30] in article.text
    assert article.key.startswith("teaser-")


@pytest.mark.parametrize(("title", "text"), [("مباراة اليوم في كرة القدم", "خبر قصير"), ("انفجار في درعا", "ن" * 300)])
async def test_what_is_whole_or_concerns_nobody_is_left_as_it_is(polls: Polls, title: str, text: str) -> None:
    assert (await completed(polls, "teaser", title, text)).text == text
    assert not any(path.startswith("/story/") for path in polls.press.asked)


async def test_a_page_that_cannot_be_had_costs_nothing(polls: Polls) -> None:
    polls.press.refuse = lambda request: request.path.startswith("/story/")
    article = await completed(polls, "teaser", "انفجار في مدينة درعا", "وقع انفجار […]")
    assert article.text.startswith("وقع انفجار")


async def test_a_host_that_does_not_answer_is_asked_for_one_page_and_delays_one_poll(polls: Polls) -> None:
    polls.press.publish("teaser", "خبر أول", at=NOW - HOUR)
    await polls.look("teaser")
    polls.press.hang = lambda request: request.path.startswith("/story/")
    began = asyncio.get_running_loop().time()
    for number in range(4):
        polls.press.publish("teaser", f"انفجار في درعا {number}", "وقع انفجار […]", NOW)
        assert len((await polls.look("teaser")).articles) == 1
    assert asyncio.get_running_loop().time() - began < 2 * completing.PATIENCE.total_seconds()
    assert sum(times for path, times in polls.press.asked.items() if path.startswith("/story/")) == 1


async def test_one_poll_asks_for_few_pages(polls: Polls) -> None:
    polls.press.publish("teaser", "خبر أول", at=NOW - HOUR)
    await polls.look("teaser")
    for number in range(12):
        polls.press.publish("teaser", f"انفجار في درعا {number}", "وقع انفجار […]", NOW)
    assert len((await polls.look("teaser")).articles) == 12
    asked = sum(times for path, times in polls.press.asked.items() if path.startswith("/story/"))
    assert asked == completing.MOST_PAGES


# --- the world


async def test_what_a_source_of_the_world_says_of_other_countries_is_not_kept(polls: Polls) -> None:
    for title in ("حريق في القاهرة", "حريق في درعا", "وزير سوري في الدوحة"):
        polls.press.publish("world", title, "نص الخبر", NOW)
    assert set(titles(await polls.look("world"))) == {"حريق في درعا", "وزير سوري في الدوحة"}
    polls.press.publish("world", "حريق في بيروت", "نص الخبر", NOW)
    assert (await polls.look("world")).articles == ()


# --- addresses that move, refusals, and what is told of them


async def test_an_address_that_has_moved_for_good_is_asked_directly_after_three_polls(polls: Polls) -> None:
    polls.press.publish("json", "خبر", at=NOW)
    polls.press.moved = {"/plain.xml": "/feed.json"}
    for _ in range(MOVES):
        await polls.look("plain")
    assert polls.reported == [("plain", {Condition.MOVED})]
    await polls.look("plain")
    assert (polls.press.asked["/plain.xml"], polls.press.asked["/feed.json"]) == (MOVES, MOVES + 1)


async def test_a_source_that_refuses_is_paused_and_told_once(polls: Polls) -> None:
    polls.press.refuse = lambda request: True
    found = [await polls.look("plain") for _ in range(5)]
    assert [poll.findings.paused_why is not None for poll in found] == [False, False, True, True, True]
    assert found[-1].next_poll_at - polls.now > timedelta(hours=20)
    assert polls.reported == [("plain", {Condition.PAUSED})]
    polls.press.refuse = lambda request: False
    polls.press.publish("plain", "خبر", at=NOW)
    poll = await polls.look("plain")
    assert poll.next_poll_at - polls.now < timedelta(hours=1)
    assert polls.reported[1:] == [("plain", set())]


async def test_dates_that_cannot_be_true_are_told_once(polls: Polls) -> None:
    for number in range(3):
        polls.press.publish("tomorrow", f"خبر {number}", at=NOW)
    await polls.look("tomorrow")
    await polls.look("tomorrow")
    assert polls.reported == [("tomorrow", {Condition.DATES})]


async def test_a_source_keeps_its_own_rhythm_unless_somebody_has_set_one(polls: Polls) -> None:
    for number in range(15):
        polls.press.publish("plain", f"خبر {number}", at=NOW - timedelta(minutes=number))
        polls.press.publish("torn", f"خبر {number}", at=NOW - timedelta(hours=5 * number))
    busy, quiet = await polls.look("plain"), await polls.look("torn")
    assert timedelta(seconds=54) <= busy.next_poll_at - busy.polled_at <= timedelta(seconds=90)
    assert quiet.next_poll_at - quiet.polled_at >= timedelta(minutes=13)
    polls.press.publish("json", "خبر", at=NOW)
    fixed = await polls.look("json", interval=timedelta(seconds=20))
    assert timedelta(seconds=18) <= fixed.next_poll_at - fixed.polled_at <= timedelta(seconds=22)
