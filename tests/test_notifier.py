"""What becomes of one message, against a Telegram on loopback: every outcome, and a token that never shows."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.botapi import AiohttpRequest, NotSent
from bot.domain.model import Button, Gone, Halted, Message, Moved, Outcome, Rejected, Retry, Sent
from bot.notifier import SOON, Notifier
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator

TOKEN = "1:secret-of-the-test"
SALMA, GROUP, NOBODY = 1001, -2001, 4040
READ_SECONDS = 0.3
AGAIN = Retry(SOON)
UNCERTAIN = Retry(SOON, uncertain=True)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    simulator = Simulator(TOKEN)
    await simulator.start()
    yield simulator
    await simulator.stop()


@asynccontextmanager
async def notifying(api_base: str) -> AsyncIterator[Notifier]:
    """A notifier over our own transport, and a python-telegram-bot that has not asked who it is."""
    async with AiohttpRequest(read_seconds=READ_SECONDS) as request:
        yield Notifier(Bot(TOKEN, base_url=api_base, request=request))


@pytest.fixture
async def notifier(simulator: Simulator) -> AsyncIterator[Notifier]:
    async with notifying(simulator.api_base) as notifier:
        yield notifier


def message(chat_id: int = SALMA, html: str = "<b>خبر</b>", **more: bool) -> Message:
    return Message(chat_id, html, ((Button("الخبر", url="https://news.example/1"),),), **more)


async def test_a_message_arrives_as_it_was_made(notifier: Notifier, simulator: Simulator) -> None:
    outcome = await notifier.send(message(silent=True))
    (arrived,) = simulator.messages(SALMA)
    assert outcome == Sent(arrived.id)
    assert (arrived.text, arrived.silent) == ("خبر", True)
    assert arrived.keyboard == (({"text": "الخبر", "url": "https://news.example/1"},),)
    assert "is_disabled" in str(simulator.calls[-1].values["link_preview_options"])


FAULTS: list[tuple[Fault, int, Outcome, int]] = [
    (Fault(FaultKind.BLOCKED), SALMA, Gone("Forbidden: bot was blocked by the user"), 0),
    (Fault(FaultKind.DEACTIVATED), SALMA, Gone("Forbidden: user is deactivated"), 0),
    (Fault(FaultKind.TOO_MANY, seconds=3), SALMA, Retry(timedelta(seconds=3), whole_bot=True), 0),
    (Fault(FaultKind.TOO_MANY, seconds=60), SALMA, Retry(timedelta(seconds=60)), 0),
    (Fault(FaultKind.TOO_MANY, seconds=3), GROUP, Retry(timedelta(seconds=3)), 0),
    (Fault(FaultKind.MIGRATED, migrate_to=-1002001), GROUP, Moved(-1002001), 0),
    (Fault(FaultKind.SERVER_ERROR), SALMA, UNCERTAIN, 0),
    (Fault(FaultKind.BAD_GATEWAY), SALMA, UNCERTAIN, 0),
    (Fault(FaultKind.LOST_ANSWER), SALMA, UNCERTAIN, 1),
    (Fault(FaultKind.NO_ANSWER), SALMA, UNCERTAIN, 0),
    (Fault(FaultKind.LATENCY, seconds=READ_SECONDS / 3), SALMA, Sent(1), 1),
]


@pytest.mark.parametrize(
    ("fault", "chat_id", "outcome", "arrived"), FAULTS, ids=[f"{f.kind}-{c}-{f.seconds:g}" for f, c, _, _ in FAULTS]
)
async def test_each_of_telegrams_troubles_has_its_outcome(
    notifier: Notifier, simulator: Simulator, fault: Fault, chat_id: int, outcome: Outcome, arrived: int
) -> None:
    simulator.faults.add(fault)
    assert await notifier.send(message(chat_id)) == outcome
    assert len(simulator.messages(chat_id)) == arrived


async def test_a_chat_that_is_not_there_is_gone(notifier: Notifier) -> None:
    assert await notifier.send(message(NOBODY)) == Gone("Chat not found")


async def test_a_group_that_threw_the_bot_out_is_gone(notifier: Notifier, simulator: Simulator) -> None:
    simulator.block(GROUP)
    assert isinstance(await notifier.send(message(GROUP)), Gone)


@pytest.mark.parametrize("html", ["<b>خبر", "خبر</i>", "<h1>خبر</h1>", "", " ", "خ" * 4097])
async def test_what_telegram_will_never_take_is_rejected(notifier: Notifier, simulator: Simulator, html: str) -> None:
    assert isinstance(await notifier.send(message(html=html)), Rejected)
    assert simulator.messages(SALMA) == []


@pytest.mark.parametrize("url", ["http://nowhere/1", "http://", "gopher://news.example/1"])
async def test_an_address_that_telegram_refuses_costs_the_button_and_not_the_news(
    notifier: Notifier, simulator: Simulator, url: str
) -> None:
    outcome = await notifier.send(Message(SALMA, f'<a href="{url}">خبر</a>', ((Button("الخبر", url=url),),)))
    (arrived,) = simulator.messages(SALMA)
    assert outcome == Sent(arrived.id)
    assert (arrived.text, arrived.keyboard) == ("خبر", ())


async def test_a_refused_connection_has_sent_nothing(notifier: Notifier, simulator: Simulator) -> None:
    """There was a connection before, and none can be made now: both ways of finding out are certain."""
    await notifier.send(message())
    await simulator.stop()
    await asyncio.sleep(0)  # the end of the old connection is noticed
    assert await notifier.send(message()) == AGAIN
    assert await notifier.send(message()) == AGAIN


async def test_a_token_is_refused_only_when_get_me_says_so_too(notifier: Notifier, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.UNAUTHORIZED, method="sendMessage"))
    assert await notifier.send(message()) == Rejected("Unauthorized")
    simulator.faults.add(
        Fault(FaultKind.UNAUTHORIZED, method="sendMessage"), Fault(FaultKind.BAD_GATEWAY, method="getMe")
    )
    assert await notifier.send(message()) == AGAIN
    simulator.faults.add(
        Fault(FaultKind.UNAUTHORIZED, method="sendMessage"), Fault(FaultKind.UNAUTHORIZED, method="getMe")
    )
    halted = await notifier.send(message())
    assert isinstance(halted, Halted)
    assert halted.delay >= timedelta(seconds=30)
    assert isinstance(await notifier.send(message()), Sent)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 502])
async def test_a_page_from_somebody_in_between_is_not_telegrams_word(status: int) -> None:
    """A proxy or a hotel's gateway answers for Telegram: no chat is gone, no alert and no token refused for that."""

    async def gateway(request: web.Request) -> web.Response:
        return web.Response(text=f"<html>{request.path}: please log in", content_type="text/html", status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", gateway)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with notifying(f"http://127.0.0.1:{runner.addresses[0][1]}/bot") as notifier:
        outcome = await notifier.send(message())
    await runner.cleanup()
    assert outcome == UNCERTAIN


async def test_the_token_shows_in_no_outcome_no_error_and_no_log(
    notifier: Notifier, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)  # as `bot.logs` has it for libraries
    said = []
    for kind in FaultKind:
        simulator.faults.add(Fault(kind, method="sendMessage", seconds=0), Fault(kind, method="getMe", seconds=0))
        said.append(repr(await notifier.send(message())))
        said.append(await _error_of(notifier))
        simulator.faults.clear()
    await simulator.stop()
    said.append(repr(await notifier.send(message())))
    said.append(await _error_of(notifier))
    assert len(said) == 2 * len(FaultKind) + 2
    assert "secret-of-the-test" not in "\n".join([*said, caplog.text])


async def _error_of(notifier: Notifier) -> str:
    """The error under an outcome with all that led to it, as a traceback would print it."""
    told: list[str] = []
    try:
        await notifier._bot.get_me()
    except TelegramError as error:
        link: BaseException | None = error
        while link is not None:
            told.append(repr(link))
            link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(told)


async def test_the_request_says_whether_it_ever_left() -> None:
    async with AiohttpRequest() as request:
        with pytest.raises(NotSent):
            await request.do_request("http://127.0.0.1:1/bot1:x/getMe", "POST")
        with pytest.raises(NotSent):
            await request.do_request("http://name.invalid/bot1:x/getMe", "POST")


async def test_an_unknown_token_is_telegrams_refusal(simulator: Simulator) -> None:
    async with AiohttpRequest() as request:
        with pytest.raises(InvalidToken, match=r"^Unauthorized$"):
            await Bot("1:another", base_url=simulator.api_base, request=request).get_me()
