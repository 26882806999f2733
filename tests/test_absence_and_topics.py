"""The courier where a chat is away, where a forum's topic is, and where Telegram floods the whole bot."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.outcomes import GoneReason
from bot.domain.pacing import BOT, Rates
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from bot.store import Store, watchlists
from bot.store.tables import alerts, chats, pace
from tests.test_courier import GROUP, KHALED, SALMA, SECOND, Post, now, posting, running, until

MOVED_IN = "أُغلق الموضوع الذي كانت التنبيهات تصل إليه أو حُذف"


@pytest.fixture
async def idle(store: Store) -> AsyncIterator[Post]:
    async with posting(store) as post:
        yield post


async def chat(post: Post, chat_id: int) -> Any:
    return await post.store.read(lambda c: c.execute(select(chats).where(chats.c.id == chat_id)).one())


# --- a chat that is away


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (FaultKind.BLOCKED, GoneReason.BLOCKED),
        (FaultKind.KICKED, GoneReason.KICKED),
        (FaultKind.NO_RIGHTS, GoneReason.NO_RIGHTS),
    ],
)
async def test_a_chat_that_may_return_is_told_once_what_it_missed(
    idle: Post, kind: FaultKind, reason: GoneReason
) -> None:
    idle.simulator.faults.add(Fault(kind, SALMA))
    for number in range(3):
        await idle.queue(SALMA, title=f"خبر رقم {number}")
    async with running(idle):
        await idle.until_states("paused", "paused", "paused")
        assert (await chat(idle, SALMA)).state_why == reason
        assert idle.arrived(SALMA) == []
        await idle.store.write(lambda c: watchlists.meet(c, SALMA, "ar", now()))
        (message,) = await idle.until_arrived(SALMA)
        await idle.until_states("sent", "folded", "folded")
    assert "متوقفة منذ" in message.text
    assert all(f"خبر رقم {number}" in message.text for number in range(3))
    assert len(idle.arrived(SALMA)) == 1


@pytest.mark.parametrize("kind", [FaultKind.DEACTIVATED, FaultKind.CHAT_NOT_FOUND])
async def test_for_a_chat_that_is_no_more_everything_ends(idle: Post, kind: FaultKind) -> None:
    idle.simulator.faults.add(Fault(kind, SALMA))
    await idle.queue(SALMA)
    await idle.queue(SALMA, title="خبر آخر")
    async with running(idle):
        await idle.until_states("dead", "dead")
    assert (await chat(idle, SALMA)).state == "gone"


async def test_an_edit_that_meets_a_block_pauses_the_chat(idle: Post) -> None:
    async with running(idle):
        story = await idle.queue(SALMA)
        await idle.until_states("sent")
        idle.simulator.block(SALMA)
        await idle.grow(story, "انفجار يهز مدينة جاسم")
        await until(lambda: state(idle, SALMA), "gone")
    assert await idle.rows("state", "edit_due_at") == [("sent", None)]


async def state(post: Post, chat_id: int) -> str:
    return str((await chat(post, chat_id)).state)


# --- topics


async def forum(post: Post) -> int:
    """A group that wants its alerts in a topic, and has one waiting."""
    topic = post.simulator.add_topic(GROUP, "أخبار")
    await post.queue(GROUP)
    await post.store.write(lambda c: watchlists.set_topic(c, GROUP, topic))
    return topic


async def test_alerts_go_to_the_topic_of_the_chat(idle: Post) -> None:
    topic = await forum(idle)
    async with running(idle):
        (alert,) = await idle.until_arrived(GROUP)
    assert alert.thread_id == topic
    assert MOVED_IN not in alert.text


async def test_a_digest_goes_to_the_topic_too(idle: Post) -> None:
    topic = await forum(idle)
    await idle.store.write(lambda c: watchlists.set_gone(c, GROUP, GoneReason.KICKED, now()))
    await idle.store.write(lambda c: watchlists.meet(c, GROUP, "ar", now()))
    async with running(idle):
        (digest,) = await idle.until_arrived(GROUP)
    assert "متوقفة منذ" in digest.text
    assert digest.thread_id == topic


@pytest.mark.parametrize("close", [Simulator.close_topic, Simulator.delete_topic])
async def test_where_the_topic_is_not_open_any_more_the_alert_says_so_once(
    idle: Post, close: Callable[[Simulator, int, int], None]
) -> None:
    topic = await forum(idle)
    close(idle.simulator, GROUP, topic)
    async with running(idle):
        (first,) = await idle.until_arrived(GROUP)
        await idle.until_states("sent")
        assert (await chat(idle, GROUP)).thread_id is None
        await idle.queue(GROUP, title="خبر آخر")
        _, second = await idle.until_arrived(GROUP, 2)
        await idle.until_states("sent", "sent")
    assert (first.thread_id, second.thread_id) == (None, None)
    assert MOVED_IN in first.text
    assert "دوي انفجار" in first.text
    assert MOVED_IN not in second.text
    assert [call.method for call in idle.simulator.calls].count("sendmessage") == 3


async def test_the_line_is_in_the_language_of_the_chat(idle: Post) -> None:
    topic = await forum(idle)
    await idle.store.write(lambda c: watchlists.set_language(c, GROUP, "en"))
    idle.simulator.close_topic(GROUP, topic)
    async with running(idle):
        (alert,) = await idle.until_arrived(GROUP)
    assert "The topic that alerts came to was closed or deleted" in alert.text


async def test_a_topic_that_telegram_passes_over_in_silence_is_not_tried_again(idle: Post) -> None:
    await forum(idle)
    idle.simulator.faults.add(Fault(FaultKind.LOST_TOPIC, GROUP))
    async with running(idle):
        await idle.until_states("sent")
    assert (await chat(idle, GROUP)).thread_id is None


async def test_a_topic_that_was_chosen_meanwhile_is_kept(idle: Post) -> None:
    await forum(idle)
    await idle.store.write(lambda c: watchlists.set_topic(c, GROUP, 99))
    await idle.store.write(lambda c: watchlists.drop_topic(c, GROUP, 77))
    assert (await chat(idle, GROUP)).thread_id == 99


# --- the whole bot is refused

PEOPLE = 40
FLOOD = Fault(FaultKind.TOO_MANY, method="sendMessage", seconds=6, times=None)


def refusals(post: Post) -> int:
    sends = [call.method for call in post.simulator.calls].count("sendmessage")
    return sends - sum(len(post.arrived(chat)) for chat in post.simulator.world.chats)


async def blocked_until(post: Post, scope: str = BOT) -> Any:
    return await post.store.read(lambda c: c.execute(select(pace.c.next_at).where(pace.c.scope == scope)).scalar())


async def let_go(post: Post) -> None:
    """The wait that Telegram asked for is over."""
    post.simulator.faults.clear()
    await post.store.write(lambda c: c.execute(update(pace).values(next_at=now())))
    due = update(alerts).where(alerts.c.state == "ready").values(due_at=now())
    await post.store.write(lambda c: c.execute(due))
    post.courier.wake()


async def test_when_one_chat_after_the_other_is_refused_it_is_the_bot_that_is_quiet(store: Store) -> None:
    """Without that, each of the forty would be refused. Two teach it; one more may be on its way meanwhile."""
    async with posting(store, Rates(bot=SECOND / 10, chat=SECOND / 5, group=SECOND / 5)) as post:
        people = [post.simulator.add_person(f"جار {n}").id for n in range(PEOPLE)]
        post.simulator.faults.add(FLOOD)
        await post.queue(*people)
        async with running(post):

            async def quiet() -> bool:
                at = await blocked_until(post)
                return at is not None and at > now() + 3 * SECOND and "sending" not in await post.states()

            await until(quiet, True)
            assert 2 <= refusals(post) <= 4
            assert post.courier.rates.bot > SECOND / 10
            taught = refusals(post)
            await let_go(post)
            await post.until_states(*["sent"] * PEOPLE)
        assert refusals(post) == taught
        assert all(len(post.arrived(person)) == 1 for person in people)


async def test_one_chat_that_must_wait_long_holds_nobody_else(idle: Post) -> None:
    idle.simulator.faults.add(Fault(FaultKind.TOO_MANY, SALMA, seconds=60, times=None))
    await idle.queue(SALMA)
    await idle.queue(KHALED)
    async with running(idle):
        await idle.until_states("ready", "sent")
        assert await blocked_until(idle) < now() + 5 * SECOND
        assert await blocked_until(idle, f"chat:{SALMA}") > now() + 50 * SECOND
