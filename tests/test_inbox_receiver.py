"""Receiving: committed before confirmed, in order within a chat, and nothing that Telegram sends blocks the rest."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select
from structlog.testing import capture_logs
from telegram import Bot, Update

from bot import inbox as receiver
from bot.botapi import AiohttpRequest
from bot.domain import asking
from bot.domain.asking import BURST, MOST_WAITING
from bot.inbox import (
    GIVEN_UP,
    TOO_MANY,
    Inbox,
    LongPolling,
    ask_again,
    chat_of,
    is_request,
    is_talk,
    is_update,
    kind_of,
)
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from bot.store import Store
from bot.store.tables import inbox as table

SALMA, KHALED = 1001, 1002
FIRST = 7000  # below the numbers that the simulator gives


@dataclass
class Desk:
    """An inbox whose handler notes what it is given; `slow` chats wait for their event."""

    store: Store
    simulator: Simulator
    handled: list[tuple[int | None, str]] = field(default_factory=list)
    slow: dict[int, asyncio.Event] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)  # text -> how often it is given up for later
    excused: list[tuple[int, str]] = field(default_factory=list)
    bot: Bot = field(init=False)

    async def process(self, update: Update) -> None:
        message = update.effective_message
        chat_id = message.chat_id if message else None
        text = (message.text if message else None) or ""
        if chat_id in self.slow:
            await self.slow[chat_id].wait()
        if text == "bug":
            raise ZeroDivisionError
        if self.failing.get(text):
            self.failing[text] -= 1
            ask_again(timedelta(milliseconds=50))
        self.handled.append((chat_id, text))

    async def excuse(self, chat_id: int, key: str) -> None:
        self.excused.append((chat_id, key))

    def send(self, *bodies: dict[str, Any]) -> None:
        """Updates of any form, before the inbox has said what it wants."""
        for number, body in enumerate(bodies, FIRST + len(self.simulator.world.updates)):
            self.simulator.world.updates.append({"update_id": number, **body})

    async def until_handled(self, *wanted: str) -> None:
        await until(lambda: _now([text for _, text in self.handled]), list(wanted))

    async def waiting(self) -> int:
        query = select(table.c.update_id).where(table.c.handled_at.is_(None))
        return len(await self.store.read(lambda c: c.execute(query).all()))

    async def until_all_settled(self, kept: int) -> None:
        query = select(table.c.handled_at, table.c.payload)

        async def rows() -> tuple[int, int]:
            found = await self.store.read(lambda c: c.execute(query).all())
            return len(found), sum(row.handled_at is not None and row.payload is None for row in found)

        await until(rows, (kept, kept))

    def offsets(self) -> list[int]:
        return [call.integer("offset") for call in self.simulator.calls if call.method == "getupdates"]


def reader(simulator: Simulator, request: AiohttpRequest) -> Bot:
    return Bot(simulator.token, base_url=simulator.api_base, request=request, get_updates_request=request)


async def _now(value: Any) -> Any:
    return value


async def until(state: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    found = None
    try:
        async with asyncio.timeout(10):
            while (found := await state()) != wanted:
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{found} never became {wanted}") from None


@pytest.fixture
async def desk(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(receiver, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(receiver, "BACK_OFF", timedelta(milliseconds=1))
    simulator = Simulator()
    await simulator.start()
    async with AiohttpRequest(connections=1) as request:
        made = Desk(store, simulator)
        made.bot = reader(simulator, request)
        await made.bot.initialize()
        yield made
    await simulator.stop()


@asynccontextmanager
async def receiving(desk: Desk) -> AsyncIterator[Inbox]:
    polling = LongPolling(desk.bot, timedelta(seconds=2))
    inbox = Inbox(desk.store, polling, desk.process, lambda: datetime.now(UTC), desk.bot, desk.excuse)
    running = asyncio.create_task(inbox.run())
    yield inbox
    inbox.stop()
    for event in desk.slow.values():
        event.set()
    await asyncio.wait_for(running, 5)


def message(text: str, chat_id: int = SALMA) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private", "first_name": "سلمى"}
    return {"message": {"message_id": 1, "date": 1_700_000_000, "chat": chat, "text": text}}


UNKNOWN = {
    "a kind of the future": {"thought": {"text": "تابع جاسم", "chat": {"id": SALMA, "type": "private"}}},
    "a kind that was not asked for": {"poll_answer": {"poll_id": "1", "option_ids": [0], "option_persistent_ids": []}},
    "nothing at all": {},
}


@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN)
async def test_an_update_of_an_unknown_kind_is_settled_and_logged_by_its_kind_alone(
    desk: Desk, body: dict[str, Any]
) -> None:
    desk.send(body, message("نعم"))
    with capture_logs() as logs:
        async with receiving(desk):
            await desk.until_all_settled(2)
    (ignored,) = [entry for entry in logs if entry["event"] == "update.ignored"]
    assert ignored["kind"] == kind_of(body)
    assert "جاسم" not in str(logs)
    assert (SALMA, "نعم") in desk.handled


MALFORMED = {
    "a message without a chat": {"message": {"message_id": 1, "date": 1_700_000_000, "text": "تابع جاسم"}},
    "a chat without a number": {"message": {"message_id": 1, "date": 1, "chat": {"type": "private"}}},
    "a chat that is a word": {"message": {"message_id": 1, "date": 1, "chat": "سلمى", "text": "تابع جاسم"}},
    "a message that is a word": {"message": "تابع جاسم"},
    "a date that is a word": {"message": message("تابع جاسم")["message"] | {"date": "أمس"}},
    "a press without its user": {"callback_query": {"id": "1", "data": "x", "message": message("x")["message"]}},
    "a message that breaks its handler": message("bug"),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_an_update_that_cannot_be_read_blocks_nothing_behind_it(desk: Desk, body: dict[str, Any]) -> None:
    desk.send(body, message("نعم"), message("وأنا", KHALED))
    with capture_logs() as logs:
        async with receiving(desk):
            await desk.until_all_settled(3)
    assert {(SALMA, "نعم"), (KHALED, "وأنا")} <= set(desk.handled)
    assert [entry["event"] for entry in logs] == ["update.failed"]
    assert "جاسم" not in str(logs)


async def test_updates_of_a_chat_are_handled_in_order_while_another_chat_is_slow(desk: Desk) -> None:
    desk.slow[SALMA] = asyncio.Event()
    async with receiving(desk):
        for number in range(5):
            desk.simulator.say(SALMA, f"س{number}")
            desk.simulator.say(KHALED, f"خ{number}")
        await desk.until_handled(*(f"خ{n}" for n in range(5)))
        desk.simulator.say(KHALED, "وبعد")
        await desk.until_handled(*(f"خ{n}" for n in range(5)), "وبعد")
        desk.slow.pop(SALMA).set()
        await desk.until_handled(*(f"خ{n}" for n in range(5)), "وبعد", *(f"س{n}" for n in range(5)))


async def test_what_is_put_off_comes_before_what_was_written_after_it(desk: Desk) -> None:
    desk.failing = {"أولاً": 2}
    desk.send(message("أولاً"), message("ثانياً"))
    async with receiving(desk):
        await desk.until_handled("أولاً", "أولاً", "أولاً", "ثانياً")
        await desk.until_all_settled(2)


async def test_what_cannot_be_handled_at_all_is_given_up(desk: Desk) -> None:
    desk.failing = {"أولاً": 1000}
    desk.send(message("أولاً"), message("ثانياً"))
    async with receiving(desk):
        await desk.until_all_settled(2)
    assert [text for _, text in desk.handled].count("أولاً") == receiver.ATTEMPTS
    assert desk.excused == [(SALMA, GIVEN_UP)]


async def test_a_flood_of_one_chat_is_cut_told_once_and_nobody_else_s_wait(desk: Desk) -> None:
    desk.slow[SALMA] = asyncio.Event()  # not one of hers is done before all have come
    desk.send(*(message(f"س{n}") for n in range(1000)), message("وأنا", KHALED))
    async with receiving(desk):
        await desk.until_handled("وأنا")
        await until(desk.waiting, MOST_WAITING)
        desk.slow[SALMA].set()
        await desk.until_handled("وأنا", *(f"س{n}" for n in range(BURST)))
        await until(desk.waiting, MOST_WAITING - BURST)
    assert desk.excused == [(SALMA, TOO_MANY)]


async def test_what_is_left_of_a_flood_is_handled_later_and_in_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "EVERY", timedelta(milliseconds=50))
    texts = [f"س{n}" for n in range(BURST + 5)]
    desk.send(*map(message, texts))
    async with receiving(desk):
        await desk.until_handled(*texts)
    assert desk.excused == []


async def test_a_hundred_busy_chats_do_not_keep_another_waiting(desk: Desk) -> None:
    chats = range(5000, 5000 + receiver.CHATS_AT_ONCE - 1)
    desk.slow = {chat: asyncio.Event() for chat in chats}
    desk.send(*(message(f"س{n}", chat) for n in range(3) for chat in chats), message("وأنا", KHALED))
    async with receiving(desk):
        await desk.until_handled("وأنا")


async def test_what_people_of_a_group_say_to_each_other_is_not_even_kept(desk: Desk) -> None:
    group = {"id": -2001, "type": "group", "title": "الحي"}
    desk.send(
        *({"message": message(f"حديث {n}")["message"] | {"chat": group}} for n in range(MOST_WAITING + 5)),
        {"message": message("/list")["message"] | {"chat": group}},
    )
    async with receiving(desk):
        await desk.until_handled("/list")
        await desk.until_all_settled(1)
    assert desk.excused == []


@pytest.mark.parametrize("payload", [{"update_id": "1"}, {"message": 1}, {"update_id": 2**63}, {"update_id": True}, []])
def test_an_update_has_a_number_that_can_be_kept(payload: object) -> None:
    assert not is_update(payload)
    assert is_update({"update_id": 7})


async def test_an_update_is_confirmed_to_telegram_only_after_its_commit(desk: Desk) -> None:
    may_commit, busy = threading.Event(), threading.Event()

    def hold_the_writer(_: Connection) -> None:
        busy.set()
        may_commit.wait(20)

    async with receiving(desk):
        await until(lambda: _now(len(desk.offsets())), 1)
        holding = asyncio.create_task(desk.store.write(hold_the_writer))
        await asyncio.to_thread(busy.wait, 5)
        desk.simulator.say(SALMA, "تابع جاسم")
        update_id = desk.simulator.world.updates[-1]["update_id"]
        await asyncio.sleep(0.5)  # time enough to confirm too early
        assert desk.offsets() == [0]
        assert await desk.waiting() == 0
        may_commit.set()
        await holding
        await until(lambda: _now(desk.offsets()[1:2]), [update_id + 1])
        await desk.until_all_settled(1)


async def test_what_the_database_did_not_take_is_fetched_again(desk: Desk) -> None:
    async def rename(old: str, new: str) -> None:
        await desk.store.write(lambda c: c.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}"))

    await rename("inbox", "away")
    desk.send(message("تابع جاسم"))
    with capture_logs() as logs:
        async with receiving(desk):
            await until(lambda: _now(len(desk.offsets()) >= 2), True)
            assert set(desk.offsets()) == {0}
            await rename("away", "inbox")
            await desk.until_handled("تابع جاسم")
            await desk.until_all_settled(1)
    assert "store.failed" in [entry["event"] for entry in logs]
    assert "جاسم" not in str(logs)


TROUBLES = {
    FaultKind.BAD_GATEWAY: "telegram.unreachable",
    FaultKind.LOST_ANSWER: "telegram.unreachable",
    FaultKind.UNAUTHORIZED: "telegram.refuses_the_token",
}


@pytest.mark.parametrize("kind", TROUBLES)
async def test_trouble_with_telegram_is_survived_and_named(desk: Desk, kind: FaultKind) -> None:
    desk.simulator.faults.add(Fault(kind, method="getUpdates", times=2))
    desk.send(message("نعم"))
    with capture_logs() as logs:
        async with receiving(desk):
            await desk.until_handled("نعم")
    assert [entry["event"] for entry in logs] == [TROUBLES[kind]] * 2


async def test_a_429_is_waited_out(desk: Desk) -> None:
    desk.simulator.faults.add(Fault(FaultKind.TOO_MANY, method="getUpdates", seconds=1))
    desk.send(message("نعم"))
    began = asyncio.get_running_loop().time()
    async with receiving(desk):
        await desk.until_handled("نعم")
    assert asyncio.get_running_loop().time() - began >= 1


async def test_another_reader_of_the_same_token_is_named_and_survived(desk: Desk) -> None:
    with capture_logs() as logs:
        async with receiving(desk):
            await until(lambda: _now(len(desk.offsets())), 1)
            async with AiohttpRequest() as request:
                other = reader(desk.simulator, request)
                await other.get_updates()
            await until(lambda: _now("telegram.another_reader" in [entry["event"] for entry in logs]), True)
            desk.simulator.say(SALMA, "نعم")
            await desk.until_handled("نعم")


async def test_a_webhook_of_another_program_is_dropped_and_no_update_with_it(desk: Desk) -> None:
    desk.simulator.world.webhook_url = "https://elsewhere.example/hook"
    desk.send(message("نعم"))
    with capture_logs() as logs:
        async with receiving(desk):
            await desk.until_handled("نعم")
    assert "telegram.webhook_dropped" in [entry["event"] for entry in logs]
    assert desk.simulator.world.webhook_url == ""


async def test_stopping_finishes_the_update_in_hand_and_keeps_the_next(desk: Desk) -> None:
    desk.slow[SALMA] = asyncio.Event()
    desk.send(message("الأول"), message("الثاني"))
    async with receiving(desk):
        await until(desk.waiting, 2)
        await asyncio.sleep(0.1)  # the first is in its handler
    assert [text for _, text in desk.handled] == ["الأول"]
    assert await desk.waiting() == 1


@pytest.mark.parametrize(
    ("payload", "kind", "chat_id"),
    [
        ({"update_id": 1}, "empty", None),
        ({"update_id": 1, **message("x")}, "message", SALMA),
        ({"update_id": 1, "callback_query": {"id": "1", "message": message("x")["message"]}}, "callback_query", SALMA),
        ({"callback_query": {"id": "1", "inline_message_id": "1"}, "update_id": 1}, "callback_query", None),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": -5}}}, "my_chat_member", -5),
        ({"update_id": 1, "message": ["x"]}, "message", None),
        ({"update_id": 1, "message": {"chat": {"id": 2**63}}}, "message", None),
    ],
)
def test_the_kind_and_the_chat_of_an_update(payload: dict[str, Any], kind: str, chat_id: int | None) -> None:
    assert (kind_of(payload), chat_of(payload)) == (kind, chat_id)


@pytest.mark.parametrize(
    ("payload", "request_", "talk"),
    [
        (message("/list"), True, False),
        (message("كيف الحال"), True, False),
        (message("/list", -5), True, False),
        (message("كيف الحال", -5), True, True),
        ({"message": {"chat": {"id": -5}, "migrate_to_chat_id": -1005}}, False, False),
        ({"message": {"chat": {"id": SALMA}, "photo": []}}, False, False),
        ({"callback_query": {"id": "1", "message": message("x", -5)["message"]}}, True, False),
        ({"my_chat_member": {"chat": {"id": SALMA}}}, False, False),
        ({"message": "x"}, False, False),
        ({}, False, False),
    ],
)
def test_what_is_asked_of_us_and_what_people_say_to_each_other(
    payload: dict[str, Any], request_: bool, talk: bool
) -> None:
    assert (is_request(payload), is_talk(payload)) == (request_, talk)
