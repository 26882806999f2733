"""The courier between a real outbox, on both databases, and a Telegram on loopback that misbehaves on purpose."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select
from telegram import Bot

from bot.app import translations
from bot.botapi import AiohttpRequest
from bot.cards import Cards
from bot.delivery import FAILURES_OF_OUR_OWN, Courier, back_off
from bot.domain.alerting import AlertKind
from bot.domain.model import Message as Sending
from bot.domain.outcomes import Outcome, Sent
from bot.domain.pacing import Rates
from bot.notifier import Notifier
from bot.places import Places
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from bot.simulator.shapes import Message
from bot.store import Store, articles, outbox, sources, watchlists
from bot.store.articles import Placed
from bot.store.outbox import NewAlert
from bot.store.tables import alerts, chats
from tests.news import JASIM_TEXT, OTHER, SOURCE, article

SALMA, KHALED, GROUP = 1001, 1002, -2001
SECOND = timedelta(seconds=1)
FAST = Rates(bot=SECOND / 100, chat=SECOND / 5, group=SECOND / 5)
EVIDENCE = ({"watch": "جاسم", "field": "title", "start": 16, "end": 20, "surface": "جاسم"},)
READ_SECONDS = 4.0


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Post:
    """An outbox, its courier, and the chats at the other end."""

    store: Store
    simulator: Simulator
    courier: Courier
    stories: int = 0
    queued: list[int] = field(default_factory=list)

    async def queue(
        self, *chat_ids: int, title: str = "دوي انفجار في مدينة جاسم", due_at: datetime | None = None, **changes: Any
    ) -> int:
        """One alert of a new story for each of these chats; returns the story."""
        self.stories += 1
        guid = f"g{self.stories}"

        def unit(connection: Connection) -> int:
            sources.enlist(connection, [SOURCE, OTHER], now())
            item = article(title, guid=guid, seen_at=now(), published_at=now())
            (story,) = articles.open_stories(connection, [item])
            (filed,) = articles.add(connection, [(item, Placed(story, "new"))])
            for chat_id in chat_ids:
                watchlists.meet(connection, chat_id, "ar", now())
            new = [NewAlert(chat, story, filed, EVIDENCE, 2, due_at or now()) for chat in chat_ids]
            outbox.add(connection, new, now())
            if changes:
                connection.execute(alerts.update().where(alerts.c.story_id == story).values(**changes))
            return story

        story = await self.store.write(unit)
        self.courier.wake()
        return story

    async def grow(
        self, story: int, title: str, text: str = JASIM_TEXT, *, rings: Sequence[int] = (), kind: str = "development"
    ) -> None:
        """Another source's report joins a story, at once; it rings for some."""

        def unit(connection: Connection) -> None:
            item = article(title, text, source=OTHER, seen_at=now(), published_at=now())
            (filed,) = articles.add(connection, [(item, Placed(story, "same"))])
            outbox.outdate(connection, {story: 2}, now())
            new = [NewAlert(chat, story, filed, EVIDENCE, 2, now(), AlertKind(kind)) for chat in rings]
            outbox.add(connection, new, now())
            soon = alerts.update().where(alerts.c.edit_due_at.is_not(None))
            connection.execute(soon.values(edit_due_at=now()))  # the minute between two edits is asked of the outbox

        await self.store.write(unit)
        self.courier.wake()

    def arrived(self, chat_id: int) -> list[Message]:
        return [m for m in self.simulator.messages(chat_id) if m.sender.is_bot]

    async def until_arrived(self, chat_id: int, count: int = 1) -> list[Message]:
        return await self.simulator.wait_for(
            lambda: self.arrived(chat_id) if len(self.arrived(chat_id)) >= count else [], 15
        )

    async def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        query = select(*(alerts.c[c] for c in columns)).order_by(alerts.c.id)
        return [tuple(row) for row in await self.store.read(lambda c: c.execute(query).all())]

    async def states(self) -> list[str]:
        return [state for (state,) in await self.rows("state")]

    async def until_states(self, *wanted: str) -> None:
        await until(self.states, list(wanted))


async def until(state: Callable[[], Awaitable[Any]], wanted: Any, seconds: float = 15) -> None:
    found = None
    try:
        async with asyncio.timeout(seconds):
            while (found := await state()) != wanted:
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{found} never became {wanted}") from None


@asynccontextmanager
async def posting(store: Store, rates: Rates = FAST) -> AsyncIterator[Post]:
    """Everything but the courier's run."""
    simulator = Simulator()
    await simulator.start()
    async with AiohttpRequest(read_seconds=READ_SECONDS) as request:
        bot = Bot(simulator.token, base_url=simulator.api_base, request=request)
        cards = Cards(translations(), Places().name_of)
        yield Post(store, simulator, Courier(store, Notifier(bot), cards.write, rates, now))
    await simulator.stop()


@asynccontextmanager
async def running(post: Post) -> AsyncIterator[Post]:
    work = asyncio.create_task(post.courier.run())
    yield post
    post.courier.stop()
    await asyncio.wait_for(work, 10)


@pytest.fixture
async def idle(store: Store) -> AsyncIterator[Post]:
    """The courier has not started yet."""
    async with posting(store) as post:
        yield post


@pytest.fixture
async def post(idle: Post) -> AsyncIterator[Post]:
    async with running(idle):
        yield idle


async def test_an_alert_arrives_and_is_recorded_with_its_number(post: Post) -> None:
    await post.queue(SALMA)
    (alert,) = await post.until_arrived(SALMA)
    assert "دوي انفجار في مدينة جاسم" in alert.text
    assert "صوت حوران" in alert.text
    assert not alert.silent
    await post.until_states("sent")
    assert await post.rows("message_id", "attempts", "uncertain") == [(alert.id, 0, False)]


async def test_after_a_429_it_waits_as_long_as_asked_and_arrives_once(post: Post) -> None:
    post.simulator.faults.add(Fault(FaultKind.TOO_MANY, SALMA, seconds=1))
    began = now()
    await post.queue(SALMA)
    await post.until_states("sent")
    (alert,) = post.arrived(SALMA)
    assert alert.sent_at - began >= SECOND
    assert not alert.silent


async def test_a_429_of_the_whole_bot_holds_everybody_and_counts_against_nobody(post: Post) -> None:
    post.simulator.faults.add(Fault(FaultKind.TOO_MANY, SALMA, seconds=1))
    await post.queue(SALMA)
    await post.simulator.wait_for(lambda: any(call.method == "sendmessage" for call in post.simulator.calls))
    await until(lambda: post.rows("state", "attempts"), [("ready", 0)])  # the refusal has been recorded
    refused = now()
    await post.queue(KHALED)
    await post.until_states("sent", "sent")
    assert post.arrived(KHALED)[0].sent_at - refused >= SECOND * 0.8
    assert await post.rows("attempts") == [(0,), (0,)]


@pytest.mark.parametrize("kind", [FaultKind.BLOCKED, FaultKind.NO_ANSWER, FaultKind.SERVER_ERROR])
async def test_one_bad_chat_delays_no_other(post: Post, kind: FaultKind) -> None:
    others = [post.simulator.add_person(f"جار {n}").id for n in range(12)]
    post.simulator.faults.add(Fault(kind, SALMA, times=None))
    began = now()
    await post.queue(SALMA, *others)
    last = max([(await post.until_arrived(other))[0].sent_at for other in others])
    assert last - began < READ_SECONDS * SECOND
    assert not post.arrived(SALMA)


async def test_a_migrated_group_gets_its_alert_once_under_its_new_number(post: Post) -> None:
    await post.store.write(lambda c: watchlists.meet(c, GROUP, "ar", now()))
    await post.store.write(lambda c: watchlists.add(c, GROUP, "جاسم", "جاسم", "جاسم", now()))
    new_id = post.simulator.upgrade(GROUP)
    await post.queue(GROUP)
    await post.until_states("sent")
    assert len(post.arrived(new_id)) == 1
    assert post.arrived(GROUP) == []
    assert await post.rows("chat_id", "attempts") == [(new_id, 0)]
    assert [w.shown for w in await post.store.read(lambda c: watchlists.of_chat(c, new_id))] == ["جاسم"]
    assert await post.store.read(lambda c: watchlists.of_chat(c, GROUP)) == []


async def test_a_chat_that_blocked_the_bot_is_left_in_peace_and_keeps_its_watches(idle: Post) -> None:
    await idle.store.write(lambda c: watchlists.meet(c, SALMA, "ar", now()))
    await idle.store.write(lambda c: watchlists.add(c, SALMA, "جاسم", "جاسم", "جاسم", now()))
    idle.simulator.block(SALMA)
    for number in range(3):
        await idle.queue(SALMA, title=f"خبر رقم {number}")
    async with running(idle):
        await idle.until_states("paused", "paused", "paused")
    assert [call.method for call in idle.simulator.calls].count("sendmessage") <= 2  # the others were not even tried
    (chat,) = await idle.store.read(lambda c: c.execute(select(chats.c.state, chats.c.state_why)).all())
    assert (chat.state, chat.state_why) == ("gone", "blocked")
    assert await idle.rows("why") == [("Forbidden: bot was blocked by the user",)] * 3
    assert [w.shown for w in await idle.store.read(lambda c: watchlists.of_chat(c, SALMA))] == ["جاسم"]


POISON = {
    "a row without its keys": [{"watch": "جاسم"}],
    "not a row": ["جاسم"],
    "not a list": {"watch": "جاسم"},
}


@pytest.mark.parametrize("evidence", POISON.values(), ids=POISON)
async def test_an_alert_that_cannot_be_made_into_a_message_is_given_up_and_the_others_go_out(
    post: Post, evidence: Any
) -> None:
    await post.queue(SALMA, evidence=evidence)
    await post.queue(KHALED)
    await post.until_states("ready", "sent")
    await until(lambda: post.rows("attempts"), [(1,), (0,)])
    poisoned = alerts.c.chat_id == SALMA
    last_try = alerts.update().where(poisoned).values(attempts=FAILURES_OF_OUR_OWN - 1, due_at=now())
    await post.store.write(lambda c: c.execute(last_try))
    await post.until_states("dead", "sent")
    assert (await post.rows("why"))[0] == ("it could not be made into a message",)
    assert not post.arrived(SALMA)


async def test_stopping_finishes_what_is_in_flight(idle: Post) -> None:
    idle.simulator.faults.add(Fault(FaultKind.LATENCY, SALMA, seconds=0.5))
    async with running(idle):
        await idle.queue(SALMA)
        await idle.until_states("sending")
    assert await idle.states() == ["sent"]
    assert len(idle.arrived(SALMA)) == 1


async def test_what_was_being_sent_when_the_process_died_comes_once_more_and_silently(idle: Post) -> None:
    await idle.queue(SALMA, state="sending")
    await idle.queue(SALMA, title="خبر لم يكن قد أُرسل")
    async with running(idle):
        repeated, fresh = await idle.until_arrived(SALMA, 2)
    assert repeated.silent
    assert "قد يكون هذا التنبيه وصلك من قبل" in repeated.text
    assert not fresh.silent
    assert "من قبل" not in fresh.text


async def test_an_answer_that_was_lost_is_asked_for_again_silently(post: Post) -> None:
    post.simulator.faults.add(Fault(FaultKind.LOST_ANSWER, SALMA))
    await post.queue(SALMA)
    first, second = await post.until_arrived(SALMA, 2)
    assert (first.silent, second.silent) == (False, True)
    await post.until_states("sent")


async def test_a_token_that_is_refused_loses_nothing(post: Post) -> None:
    for method in ("sendMessage", "getMe"):
        post.simulator.faults.add(Fault(FaultKind.UNAUTHORIZED, method=method, times=None))
    await post.queue(SALMA, KHALED)
    await post.simulator.wait_for(lambda: any(call.method == "getme" for call in post.simulator.calls))
    await until(lambda: post.rows("attempts", "state"), [(0, "ready"), (0, "ready")])
    due = await post.store.read(lambda c: outbox.next_due_at(c, now()))
    assert due is not None
    assert post.arrived(SALMA) + post.arrived(KHALED) == []


async def test_never_more_than_the_rate_arrives_in_any_second(store: Store) -> None:
    """200 chats at 100 a second: Telegram's 30 would take seven seconds and show the same."""
    async with posting(store, Rates(bot=SECOND / 100)) as post:
        people = [post.simulator.add_person(f"جار {n}").id for n in range(200)]
        await post.queue(*people)
        async with running(post):
            await post.until_states(*["sent"] * 200)
        times = sorted(m.sent_at for person in people for m in post.arrived(person))
    assert len(times) == 200
    busiest = max(sum(t <= other < t + SECOND for other in times) for t in times)
    assert busiest <= 110, busiest  # this machine may be busy, and both ends are in one process
    assert times[-1] - times[0] < 10 * SECOND


class SlowTelegram:
    """Takes its time for every call, and counts those that are under way."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.calls = self.under_way = self.most = 0

    async def send(self, message: Sending) -> Outcome:
        self.calls, self.under_way = self.calls + 1, self.under_way + 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(self.seconds)
        self.under_way -= 1
        return Sent(self.calls)

    async def edit(self, message_id: int, message: Sending) -> Outcome:
        raise NotImplementedError


async def test_under_way_is_only_what_the_rate_times_the_latency_needs(idle: Post) -> None:
    """At 10 a second and 0.32 s a call: three, which a kill could repeat, and one that waits for its moment."""
    slow, rates, most = SlowTelegram(0.32), Rates(bot=SECOND / 10, chat=SECOND / 5), 0
    await idle.queue(*range(1, 16))
    courier = Courier(idle.store, slow, Cards(translations(), Places().name_of).write, rates, now)
    run = asyncio.create_task(courier.run())
    while (states := await idle.states()).count("sent") < 15:
        most = max(most, states.count("sending"))
        await asyncio.sleep(0.01)
    courier.stop()
    await run
    assert slow.calls == 15
    assert 1 <= slow.most <= 3
    assert most <= 4


async def test_calls_that_hang_hold_up_nobody_else(idle: Post) -> None:
    slow = SlowTelegram(6)
    await idle.queue(*range(1, 8))
    courier = Courier(idle.store, slow, Cards(translations(), Places().name_of).write, Rates(bot=SECOND / 10), now)
    run = asyncio.create_task(courier.run())
    async with asyncio.timeout(15):
        while slow.under_way < 6:
            await asyncio.sleep(0.02)
        courier.stop()
        await run
    assert slow.calls >= 6


async def test_a_later_report_is_shown_in_the_message_that_is_there_without_a_sound(post: Post) -> None:
    story = await post.queue(SALMA)
    await post.until_states("sent")
    assert "صوت الغوطة" not in post.arrived(SALMA)[0].text
    await post.grow(story, "انفجار يهز مدينة جاسم")
    await until(lambda: post.rows("edit_due_at"), [(None,)])
    (message,) = post.arrived(SALMA)
    assert "صوت الغوطة" in message.text
    assert message.edited_at is not None


async def test_what_came_in_before_the_message_left_is_in_it(post: Post) -> None:
    story = await post.queue(SALMA, due_at=now() + 0.5 * SECOND)
    await post.grow(story, "انفجار يهز مدينة جاسم")
    (message,) = await post.until_arrived(SALMA)
    assert "صوت الغوطة" in message.text
    assert message.edited_at is None


async def test_a_development_answers_the_first_message_and_rings(post: Post) -> None:
    story = await post.queue(SALMA)
    await post.until_states("sent")
    await post.grow(story, "ارتفاع حصيلة انفجار جاسم إلى ثلاثة قتلى", rings=[SALMA])
    first, second = await post.until_arrived(SALMA, 2)
    assert second.reply_to is not None
    assert second.reply_to.id == first.id
    assert not second.silent


async def test_a_denial_answers_the_first_message_and_marks_it(post: Post) -> None:
    story = await post.queue(SALMA)
    await post.until_states("sent")
    denial = "الدفاع المدني ينفي وقوع انفجار في مدينة جاسم"
    await post.grow(
        story, denial, "نفى الدفاع المدني الأنباء عن وقوع انفجار في مدينة جاسم.", rings=[SALMA], kind="denial"
    )
    await until(lambda: post.rows("state", "edit_due_at"), [("sent", None), ("sent", None)])
    first, second = post.arrived(SALMA)
    assert second.reply_to is not None
    assert second.reply_to.id == first.id
    assert "نفي" in second.text
    assert "صوت الغوطة" in first.text.splitlines()[0]


async def test_a_message_that_was_deleted_is_left_alone(post: Post) -> None:
    story = await post.queue(SALMA)
    await post.until_states("sent")
    post.simulator.faults.add(Fault(FaultKind.EDIT_NOT_FOUND, SALMA))
    await post.grow(story, "انفجار يهز مدينة جاسم")
    await until(lambda: post.rows("edit_due_at", "state"), [(None, "sent")])


async def test_an_edit_waits_a_minute_after_the_last_one_and_a_day_old_message_is_not_edited(idle: Post) -> None:
    story = await idle.queue(SALMA, state="sent", message_id=7, sent_at=now())
    await idle.store.write(lambda c: outbox.outdate(c, {story: 2}, now()))
    ((due,),) = await idle.rows("edit_due_at")
    assert outbox.EDIT_EVERY - SECOND < due - now() <= outbox.EDIT_EVERY
    assert await idle.store.read(lambda c: outbox.next_due_at(c, now())) == due
    later = now() + outbox.EDITED_FOR + SECOND
    assert await idle.store.read(lambda c: outbox.next_due_at(c, later)) is None
    assert await idle.store.write(lambda c: outbox.claim(c, FAST, 5, later)) == []


async def test_an_edit_that_was_under_way_when_the_process_died_is_tried_again(idle: Post) -> None:
    story = await idle.queue(SALMA, state="sent", message_id=7, sent_at=now())
    await idle.store.write(lambda c: outbox.outdate(c, {story: 2}, now()))
    at = now() + outbox.EDIT_EVERY
    (first,) = await idle.store.write(lambda c: outbox.claim(c, FAST, 5, at))
    assert await idle.store.write(lambda c: outbox.claim(c, FAST, 5, at + SECOND)) == []
    (again,) = await idle.store.write(lambda c: outbox.claim(c, FAST, 5, at + outbox.EDIT_LEASE))
    await idle.store.write(lambda c: outbox.edited(c, first))  # the first has lost its lease
    assert await idle.rows("edit_due_at") == [(again.lease,)]
    await idle.store.write(lambda c: outbox.edited(c, again))
    assert await idle.rows("edit_due_at") == [(None,)]


async def test_a_report_that_comes_while_the_message_is_edited_is_not_forgotten(idle: Post) -> None:
    story = await idle.queue(SALMA, state="sent", message_id=7, sent_at=now())
    await idle.store.write(lambda c: outbox.outdate(c, {story: 2}, now()))
    at = now() + outbox.EDIT_EVERY
    (claimed,) = await idle.store.write(lambda c: outbox.claim(c, FAST, 5, at))
    await idle.store.write(lambda c: outbox.outdate(c, {story: 2}, at + SECOND))
    await idle.store.write(lambda c: outbox.edited(c, claimed))
    assert await idle.rows("edit_due_at") == [(at + outbox.EDIT_EVERY,)]


async def test_urgent_news_of_a_story_hurries_what_still_waits(idle: Post) -> None:
    story = await idle.queue(SALMA, due_at=now() + 60 * SECOND)
    await idle.store.write(lambda c: outbox.outdate(c, {story: 0}, now()))
    ((due, priority),) = await idle.rows("due_at", "priority")
    assert due <= now()
    assert priority == 0


def test_the_back_off_doubles_up_to_five_minutes() -> None:
    assert [back_off(n).total_seconds() for n in (0, 1, 2, 3)] == [1, 2, 4, 8]
    assert back_off(8) == timedelta(seconds=256)
    assert back_off(9) == back_off(10**9) == timedelta(minutes=5)
