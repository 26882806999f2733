"""What goes wrong when it is told to, as the bot's side sees it."""

import asyncio
import time

import aiohttp
import pytest
import telegram
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.simulator import Fault, FaultKind, Limits, Simulator
from bot.simulator.calls import Refusal
from bot.simulator.faults import RateLimiter
from tests.simulator.conftest import TOKEN


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        (FaultKind.BLOCKED, Forbidden, "bot was blocked by the user"),
        (FaultKind.KICKED, Forbidden, "bot was kicked from the supergroup chat"),
        (FaultKind.NO_RIGHTS, BadRequest, "Not enough rights to send text messages"),
        (FaultKind.SLOW_MODE, BadRequest, "Slowmode_wait_7"),
        (FaultKind.TOPIC_CLOSED, BadRequest, "Topic_closed"),
        (FaultKind.TOO_LONG, BadRequest, "Message is too long"),
        (FaultKind.CONFLICT, Conflict, "terminated by other getUpdates"),
        (FaultKind.NO_SUCH_BOT, InvalidToken, "Not Found"),
        (FaultKind.CUT_CALL, NetworkError, "httpx"),
        (FaultKind.DEACTIVATED, Forbidden, "user is deactivated"),
        (FaultKind.TOO_MANY, RetryAfter, "Retry in 0:00:07"),
        (FaultKind.SERVER_ERROR, NetworkError, "Internal Server Error"),
        (FaultKind.BAD_GATEWAY, NetworkError, "Bad Gateway"),
        (FaultKind.UNAUTHORIZED, InvalidToken, "Unauthorized"),
    ],
)
async def test_a_fault_strikes_once_and_nothing_is_delivered(
    bot: telegram.Bot, simulator: Simulator, kind: FaultKind, error: type[Exception], words: str
) -> None:
    simulator.faults.add(Fault(kind, seconds=7))
    with pytest.raises(error, match=words):
        await bot.send_message(1001, "خبر")
    assert simulator.messages(1001) == []
    await bot.send_message(1001, "خبر")


async def test_a_fault_strikes_its_chat_alone_and_as_often_as_it_says(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.BLOCKED, chat_id=1001, times=2))
    await bot.send_message(1002, "خبر")
    for _ in range(2):
        with pytest.raises(Forbidden):
            await bot.send_message(1001, "خبر")
    await bot.send_message(1001, "خبر")


async def test_a_fault_for_good_ends_when_it_is_cleared(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.DEACTIVATED, times=None))
    for _ in range(3):
        with pytest.raises(Forbidden):
            await bot.send_message(1001, "خبر")
    simulator.faults.clear()
    await bot.send_message(1001, "خبر")


async def test_a_fault_may_be_meant_for_one_method(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.BAD_GATEWAY, method="getUpdates"))
    await bot.send_message(1001, "خبر")
    with pytest.raises(NetworkError):
        await bot.get_updates()


async def test_an_upgraded_group_is_answered_with_its_new_id(bot: telegram.Bot, simulator: Simulator) -> None:
    new_id = simulator.upgrade(-2001)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(-2001, "خبر")
    assert caught.value.new_chat_id == new_id == -1002001
    await bot.send_message(new_id, "خبر")
    assert (await bot.get_chat(new_id)).type == "supergroup"
    assert [admin.user.id for admin in await bot.get_chat_administrators(new_id)] == [1001]


async def test_a_lost_answer_is_a_message_that_arrived(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.LOST_ANSWER))
    with pytest.raises(NetworkError):
        await bot.send_message(1001, "خبر")
    assert [message.text for message in simulator.messages(1001)] == ["خبر"]


@pytest.mark.parametrize("kind", [FaultKind.CUT_ANSWER, FaultKind.GARBLED_ANSWER])
async def test_half_an_answer_is_a_message_that_arrived(
    bot: telegram.Bot, simulator: Simulator, kind: FaultKind
) -> None:
    simulator.faults.add(Fault(kind))
    with pytest.raises(TelegramError):
        await bot.send_message(1001, "خبر")
    assert [message.text for message in simulator.messages(1001)] == ["خبر"]
    await bot.send_message(1001, "خبر")


async def test_a_late_answer_is_a_message_that_arrived(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.LATE_ANSWER))
    with pytest.raises(TimedOut):
        await bot.send_message(1001, "خبر", read_timeout=0.2)
    assert [message.text for message in simulator.messages(1001)] == ["خبر"]


async def test_anything_that_telegram_may_say_can_be_scripted(http: aiohttp.ClientSession) -> None:
    fault = {"kind": "refused", "code": 429, "says": "Too Many Requests", "parameters": {"retry_after": 2.5}}
    async with http.post("/local/faults", json=fault) as response:
        assert response.status == 200
    async with http.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 1001, "text": "خبر"}) as response:
        said = {"error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 2.5}}
        assert await response.json() == {"ok": False, **said}


async def test_no_answer_is_a_message_that_did_not_arrive(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.NO_ANSWER))
    with pytest.raises(TimedOut):
        await bot.send_message(1001, "خبر", read_timeout=0.2)
    assert simulator.messages(1001) == []


async def test_the_simulator_stops_while_it_does_not_answer(simulator: Simulator, http: aiohttp.ClientSession) -> None:
    simulator.faults.add(Fault(FaultKind.NO_ANSWER))
    call = asyncio.create_task(
        http.get(f"/bot{TOKEN}/sendMessage", params={"chat_id": 1001, "text": "خبر"}).__aenter__()
    )
    await simulator.wait_for(lambda: simulator.calls)
    async with asyncio.timeout(5):
        await simulator.stop()
    with pytest.raises(aiohttp.ClientError):
        await call


async def test_latency_delays_and_leaves_other_faults_their_turn(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.LATENCY, seconds=0.2, times=None), Fault(FaultKind.BLOCKED))
    before = time.monotonic()
    with pytest.raises(Forbidden):
        await bot.send_message(1001, "خبر")
    assert time.monotonic() - before >= 0.2


async def test_faults_are_ordered_and_cleared_over_http(
    bot: telegram.Bot, simulator: Simulator, http: aiohttp.ClientSession
) -> None:
    async with http.post("/local/faults", json={"kind": "blocked", "chat_id": 1001, "times": None}) as response:
        assert response.status == 200
    with pytest.raises(Forbidden):
        await bot.send_message(1001, "خبر")
    async with http.delete("/local/faults") as response:
        assert response.status == 200
    await bot.send_message(1001, "خبر")
    async with http.post("/local/faults", json=[{"kind": "hiccup"}]) as response:
        assert response.status == 400


async def test_a_refusal_for_its_form_uses_up_no_fault_of_another_chat(bot: telegram.Bot, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.BLOCKED, chat_id=1001))
    with pytest.raises(BadRequest):
        await bot.send_message(1002, "<b>", parse_mode="HTML")
    with pytest.raises(Forbidden):
        await bot.send_message(1001, "خبر")


async def test_sends_beyond_the_limits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    simulator = Simulator(TOKEN, limits=Limits(chat_per_second=1))
    await simulator.start()
    async with telegram.Bot(TOKEN, base_url=simulator.api_base) as bot:
        await bot.send_message(1001, "خبر")
        await bot.send_message(1002, "خبر")
        await bot.send_chat_action(1001, "typing")
        with pytest.raises(RetryAfter):
            await bot.edit_message_text("خبر آخر", 1001, 1)
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(1001, "خبر")
    await simulator.stop()
    assert caught.value.retry_after is not None
    assert len(simulator.messages(1001)) == 1


def test_the_limits_are_those_of_telegram() -> None:
    limiter = RateLimiter(Limits())
    for chat in range(1, 31):
        limiter.admit(chat, now=10.0)
    with pytest.raises(Refusal, match="retry after 1"):
        limiter.admit(31, now=10.5)
    for second in range(20):
        limiter.admit(-1, now=20.0 + second)
    with pytest.raises(Refusal, match="retry after 40") as caught:
        limiter.admit(-1, now=40.0)
    assert caught.value.body()["parameters"] == {"retry_after": 40}
    limiter.admit(-1, now=80.5)
