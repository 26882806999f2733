"""Our transport: what left and what did not, whose answer it is, and a token that never shows."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.botapi import AiohttpRequest, NotSent
from bot.domain.outcomes import Gone, Halted, Outcome, Rejected, Retry, Sent
from bot.notifier import Notifier
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from tests.wire import AGAIN, TOKEN, UNCERTAIN, answering, message, notifying


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    simulator = Simulator(TOKEN)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def notifier(simulator: Simulator) -> AsyncIterator[Notifier]:
    async with notifying(simulator.api_base) as notifier:
        yield notifier


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


async def test_a_404_is_a_refused_token_only_when_get_me_says_so_too(notifier: Notifier, simulator: Simulator) -> None:
    simulator.faults.add(Fault(FaultKind.NO_SUCH_BOT))
    assert await notifier.send(message()) == Rejected("Not Found")
    simulator.faults.add(Fault(FaultKind.NO_SUCH_BOT), Fault(FaultKind.NO_SUCH_BOT, method="getMe"))
    assert await notifier.send(message()) == Halted("Not Found")


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 502])
async def test_a_page_from_somebody_in_between_is_not_telegrams_word(status: int) -> None:
    """A proxy or a hotel's gateway answers for Telegram: no chat is gone, no alert and no token refused for that."""

    async def gateway(request: web.Request) -> web.Response:
        return web.Response(text=f"<html>{request.path}: please log in", content_type="text/html", status=status)

    async with answering(gateway) as api_base, notifying(api_base) as notifier:
        outcome = await notifier.send(message())
    assert outcome == UNCERTAIN


async def test_a_message_goes_out_in_few_bytes() -> None:
    """A letter of Arabic is two bytes, not six as in a form or in escapes: our users are not the only ones on slow
    links. What is nested is no string within a string."""
    bodies: list[bytes] = []

    async def telegram(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        assert request.content_type == "application/json"
        sent = {"message_id": 7, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
        return web.json_response({"ok": True, "result": sent})

    alert = message(html="خبر " * 300)
    async with answering(telegram) as api_base, notifying(api_base) as notifier:
        assert await notifier.send(alert) == Sent(7)
    (body,) = bodies
    assert len(body) < len(alert.html.encode()) + 400
    said = json.loads(body)
    assert said["text"] == alert.html
    assert said["reply_markup"]["inline_keyboard"][0][0]["url"] == "https://news.example/1"


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


async def test_a_connection_that_cannot_be_made_secret_has_sent_nothing(simulator: Simulator) -> None:
    """The other side speaks no TLS: there was no handshake, and so no request."""
    async with notifying(simulator.api_base.replace("http://", "https://")) as notifier:
        assert await notifier.send(message()) == AGAIN


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"ok": False, "error_code": 403, "description": "Forbidden: user is deactivated"}, Gone),
        ({"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 3"}, Retry),
        ({"ok": False, "description": "Not Found"}, Retry),
        ({"ok": True}, Retry),
        ({"detail": "Not Found"}, Retry),
        ([], Retry),
    ],
)
async def test_an_answer_is_read_by_what_it_says_and_not_by_its_status(body: object, outcome: type[Outcome]) -> None:
    async def gateway(request: web.Request) -> web.Response:
        return web.json_response(body)

    async with answering(gateway) as api_base, notifying(api_base) as notifier:
        assert type(await notifier.send(message())) is outcome


async def test_a_redirection_is_not_followed(simulator: Simulator) -> None:
    """A gateway that leads elsewhere would be given the token, and its page be taken for an answer."""

    async def gateway(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"{simulator.api_base}{TOKEN}/sendMessage")

    async with answering(gateway) as api_base, notifying(api_base) as notifier:
        assert await notifier.send(message()) == UNCERTAIN
    assert len(simulator.calls) == 0


async def test_an_unknown_token_is_telegrams_refusal(simulator: Simulator) -> None:
    async with AiohttpRequest() as request:
        with pytest.raises(InvalidToken, match=r"^Unauthorized$"):
            await Bot("1:another", base_url=simulator.api_base, request=request).get_me()
