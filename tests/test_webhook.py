"""Webhook mode over real HTTP: committed before it is answered, and an answer for whatever else is sent there."""

import asyncio
import io
import json
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Connection, select
from structlog.testing import capture_logs
from telegram import Bot, Update

from bot import inbox as receiving
from bot import webhook
from bot.botapi import AiohttpRequest
from bot.inbox import KINDS, Inbox
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from bot.store import Store
from bot.store.tables import inbox as table
from bot.webhook import HEADER, MAX_BODY_BYTES, AddressTaken, Webhook
from tests.settings_files import load, refused

PUBLIC = "https://bot.example.org/rasid"
SALMA = 1001


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.02)


def update(number: int, text: str = "قائمتي") -> dict[str, Any]:
    chat = {"id": SALMA, "type": "private", "first_name": "سلمى"}
    return {"update_id": number, "message": {"message_id": 1, "date": 1_700_000_000, "chat": chat, "text": text}}


@dataclass
class Gate:
    """An inbox in webhook mode, and Telegram as the one who knocks."""

    store: Store
    simulator: Simulator
    bot: Bot
    session: aiohttp.ClientSession
    port: int = field(default_factory=free_port)
    handled: list[str] = field(default_factory=list)
    running: asyncio.Task[None] | None = None

    async def process(self, update: Update) -> None:
        assert update.effective_message is not None
        self.handled.append(update.effective_message.text or "")

    async def excuse(self, chat_id: int, key: str) -> None: ...

    async def open(self) -> Inbox:
        """Until it listens, which it does before it calls Telegram."""
        before = len(self.simulator.calls)
        receiver = Webhook(self.bot, PUBLIC, f"127.0.0.1:{self.port}")
        inbox = Inbox(self.store, receiver, self.process, lambda: datetime.now(UTC), self.bot, self.excuse)
        self.running = asyncio.create_task(inbox.run())
        await until(lambda: any(call.method == "setwebhook" for call in list(self.simulator.calls)[before:]))
        return inbox

    @property
    def set_calls(self) -> Sequence[Any]:
        return [call for call in self.simulator.calls if call.method == "setwebhook"]

    @property
    def secret(self) -> str:
        return str(self.set_calls[-1].text("secret_token"))

    @property
    def path(self) -> str:
        return self.simulator.world.webhook_url.removeprefix("https://bot.example.org")

    async def knock(
        self, body: object, *, path: str | None = None, secret: str | None = None, method: str = "POST"
    ) -> int:
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        headers = {HEADER: self.secret if secret is None else secret, "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}{path or self.path}"
        async with self.session.request(method, url, data=data, headers=headers) as answer:
            text = await answer.text()
            assert "Traceback" not in text
            return answer.status

    async def rows(self) -> list[int]:
        query = select(table.c.update_id).order_by(table.c.update_id)
        return await self.store.read(lambda c: list(c.execute(query).scalars()))


@pytest.fixture
async def gate(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    monkeypatch.setattr(receiving, "PAUSE_SECONDS", 0.1)
    simulator = Simulator("7:secret-of-the-test")
    await simulator.start()
    async with AiohttpRequest() as request, aiohttp.ClientSession() as session:
        bot = Bot(simulator.token, base_url=simulator.api_base, request=request)
        await bot.initialize()
        made = Gate(store, simulator, bot, session)
        yield made
        if made.running is not None:
            made.running.cancel()
            await asyncio.gather(made.running, return_exceptions=True)
    await simulator.stop()


async def test_telegram_is_told_where_to_deliver_and_to_drop_nothing(gate: Gate) -> None:
    gate.simulator.world.updates.append(update(1))
    await gate.open()
    (call,) = gate.set_calls
    assert call.text("url").startswith(f"{PUBLIC}/")
    assert call.nested("allowed_updates") == list(KINDS)
    assert call.integer("max_connections") == webhook.CONNECTIONS
    assert len(gate.simulator.world.updates) == 1
    assert len(gate.secret) >= 32
    assert len(gate.path) >= 32
    assert gate.secret not in gate.path
    assert "secret-of-the-test" not in gate.path + gate.secret


async def test_what_is_delivered_is_handled_once_and_under_either_path_of_a_proxy(gate: Gate) -> None:
    await gate.open()
    assert await gate.knock(update(1, "أول")) == 200
    assert await gate.knock(update(1, "أول")) == 200  # its answer was lost on the way
    bare = "/" + gate.path.rpartition("/")[2]
    assert await gate.knock(update(2, "ثان"), path=bare) == 200
    await until(lambda: len(gate.handled) == 2)
    assert gate.handled == ["أول", "ثان"]


async def test_200_is_answered_only_after_the_commit(gate: Gate) -> None:
    await gate.open()
    may_commit, busy = threading.Event(), threading.Event()

    def hold_the_writer(_: Connection) -> None:
        busy.set()
        may_commit.wait(20)

    holding = asyncio.create_task(gate.store.write(hold_the_writer))
    await asyncio.to_thread(busy.wait, 5)
    knocking = asyncio.create_task(gate.knock(update(1)))
    done, _ = await asyncio.wait([knocking], timeout=0.3)  # time enough to answer too early
    assert not done
    may_commit.set()
    await holding
    assert await knocking == 200
    assert await gate.rows() == [1]


async def test_a_database_that_refuses_has_telegram_come_again(gate: Gate) -> None:
    await gate.open()
    await gate.store.write(lambda c: c.exec_driver_sql("ALTER TABLE inbox RENAME TO away"))
    assert await gate.knock(update(1)) == 503
    await gate.store.write(lambda c: c.exec_driver_sql("ALTER TABLE away RENAME TO inbox"))
    assert await gate.knock(update(1)) == 200
    assert await gate.rows() == [1]


STRANGE: dict[str, tuple[dict[str, Any], int]] = {
    "another path": ({"path": "/"}, 404),
    "the path with something behind it": ({"path": "{path}x"}, 404),
    "a path in Arabic": ({"path": "/%D8%B1%D8%A7%D8%B5%D8%AF"}, 404),
    "a path of no encoding": ({"path": "/%ff%fe"}, 404),
    "another method": ({"method": "GET"}, 405),
    "no secret": ({"secret": ""}, 403),
    "another secret": ({"secret": "x" * 64}, 403),
    "a secret in Arabic": ({"secret": "راصد"}, 403),
    "no body": ({"body": b""}, 400),
    "half a body": ({"body": b'{"update_id": 1, "mess'}, 400),
    "no text": ({"body": b"\xff\xfe\x00"}, 400),
    "a list": ({"body": [update(1)]}, 400),
    "no number": ({"body": {"message": {}}}, 400),
    "a number beyond the database": ({"body": {"update_id": 2**64}}, 400),
    "a number of many digits": ({"body": b'{"update_id": ' + b"9" * 5000 + b"}"}, 400),
    "what is no number": ({"body": b'{"update_id": 1, "x": NaN}'}, 400),
    "very deep": ({"body": b'{"update_id":' + b"[" * 100_000}, 400),
    "too long": ({"body": b'{"update_id": 1, "x": "' + b"x" * MAX_BODY_BYTES + b'"}'}, 413),
}


@pytest.mark.parametrize("name", STRANGE)
async def test_whatever_is_no_update_of_telegram_has_its_answer_and_leaves_nothing(
    gate: Gate, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await gate.open()
    asked, status = STRANGE[name]
    asked = {"body": update(1)} | asked
    body = asked.pop("body")
    asked = {key: value.replace("{path}", gate.path) for key, value in asked.items()}
    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        assert await gate.knock(body, **asked) == status
        assert await gate.knock(update(2)) == 200
    assert await gate.rows() == [2]
    assert "Traceback" not in caplog.text + str(logs)
    assert gate.secret not in str(logs)


async def test_what_is_not_even_http_is_survived(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    await gate.open()
    for start in (b"\x16\x03\x01\x02\x00\x01\x00", b"POST\r\n\r\n", b"GET / HTTP/1.1\r\nHost: \x00\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(start + b"\r\n\r\n")
        writer.write_eof()
        answer = await reader.read()
        assert answer == b"" or b" 400 " in answer.splitlines()[0]
        assert b"Traceback" not in answer
        writer.close()
    assert await gate.knock(update(1)) == 200
    assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.ERROR]


async def test_a_body_that_never_ends_is_given_up(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.1)
    await gate.open()
    head = f"POST {gate.path} HTTP/1.1\r\nHost: x\r\n{HEADER}: {gate.secret}\r\nContent-Length: 100\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    writer.write(head.encode() + b"{")
    assert b" 408 " in await reader.readline()
    writer.close()


async def test_a_chat_that_no_number_holds_is_kept_without_it(gate: Gate) -> None:
    await gate.open()
    strange = update(1)
    strange["message"]["chat"]["id"] = 2**80
    strange["message"]["text"] = "a \u0000 b \ud800"
    assert await gate.knock(strange) == 200
    assert await gate.knock(update(2, "نعم")) == 200
    await until(lambda: "نعم" in gate.handled)


async def test_a_restart_keeps_address_and_secret(gate: Gate) -> None:
    inbox = await gate.open()
    first = gate.path, gate.secret
    inbox.stop()
    assert gate.running is not None
    await gate.running
    gate.simulator.world.webhook_url = ""
    await gate.open()
    assert (gate.path, gate.secret) == first


async def test_before_telegram_could_be_told_what_it_delivers_is_taken(gate: Gate) -> None:
    """After a kill: Telegram knows the address, and cannot be asked anything."""
    inbox = await gate.open()
    path, secret = gate.path, gate.secret
    inbox.stop()
    assert gate.running is not None
    await gate.running
    gate.simulator.faults.add(Fault(FaultKind.BAD_GATEWAY, method="setWebhook", times=None))
    with capture_logs() as logs:
        await gate.open()
        assert await gate.knock(update(1, "نعم"), path=path, secret=secret) == 200
        await until(lambda: gate.handled == ["نعم"])
        await until(lambda: any(entry["event"] == "telegram.unreachable" for entry in logs))


async def test_a_webhook_that_another_program_took_is_taken_back(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "LOOK_AGAIN", webhook.LOOK_AGAIN / 3000)
    with capture_logs() as logs:
        await gate.open()
        ours = gate.simulator.world.webhook_url
        gate.simulator.world.webhook_url = ""
        await until(lambda: gate.simulator.world.webhook_url == ours)
    assert "telegram.webhook_taken" in [entry["event"] for entry in logs]


async def test_an_address_in_use_is_named(gate: Gate) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", gate.port))
        other.listen()
        with pytest.raises(AddressTaken):
            await asyncio.wait_for(Webhook(gate.bot, PUBLIC, f"127.0.0.1:{gate.port}").run(_refuse), 5)


async def _refuse(_: object) -> None:
    raise AssertionError


async def test_stopping_lets_the_delivery_in_hand_be_committed_and_answered(gate: Gate) -> None:
    inbox = await gate.open()
    path, secret = gate.path, gate.secret
    may_commit, busy = threading.Event(), threading.Event()

    def hold_the_writer(_: Connection) -> None:
        busy.set()
        may_commit.wait(20)

    holding = asyncio.create_task(gate.store.write(hold_the_writer))
    await asyncio.to_thread(busy.wait, 5)
    knocking = asyncio.create_task(gate.knock(update(1), path=path, secret=secret))
    await asyncio.wait([knocking], timeout=0.2)  # it is inside
    inbox.stop()
    await asyncio.wait([knocking], timeout=0.1)
    may_commit.set()
    await holding
    assert await knocking == 200
    assert gate.running is not None
    await asyncio.wait_for(gate.running, 5)
    assert await gate.rows() == [1]
    assert gate.simulator.world.webhook_url  # what comes now, Telegram keeps for the next start


@pytest.mark.parametrize(
    "url", ["http://bot.example.org", "bot.example.org", "https://bot.example.org:8080", "https://bot.example.org/?a=1"]
)
def test_an_address_that_telegram_would_not_deliver_to_is_a_mistake(tmp_path: Path, url: str) -> None:
    mistakes = refused(tmp_path, f"telegram: {{webhook_url: '{url}', webhook_listen: '8443'}}")
    assert set(mistakes) == {"telegram.webhook_url", "telegram.webhook_listen"}


@pytest.mark.parametrize("listen", ["127.0.0.1:8443", "[::1]:8443", "0.0.0.0:80", "localhost:8443"])
def test_an_address_that_telegram_delivers_to_is_taken(tmp_path: Path, listen: str) -> None:
    text = f"telegram: {{webhook_url: 'https://bot.example.org:8443/rasid', webhook_listen: '{listen}'}}"
    assert load(tmp_path, text).telegram.webhook_listen == listen
    assert load(tmp_path, "telegram: {webhook_url: ''}").telegram.webhook_url is None
