"""A conversation: people on the simulator, and the inbox with all handlers in this process, on a real database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.analysis import Analyst
from bot.app import FarEnd, application, now, translations
from bot.domain.pacing import Rates
from bot.inbox import Inbox, LongPolling
from bot.simulator.faults import Limits
from bot.simulator.server import Simulator
from bot.simulator.shapes import Message
from bot.store import Store
from bot.turns import Turns
from bot.understanding import Understanding
from bot.watchlists import Watchlists
from handlers import Services, excuse
from handlers.context import App

SALMA, KHALED = 1001, 1002
IN_A_HURRY = Rates(*[timedelta(milliseconds=1)] * 3)


@dataclass
class Conversation:
    simulator: Simulator
    store: Store
    lists: Watchlists
    app: App

    def from_bot(self, chat_id: int) -> list[Message]:
        return [message for message in self.simulator.messages(chat_id) if message.sender.is_bot]

    async def ask(self, chat_id: int, text: str, as_user: int | None = None) -> Message:
        """Say something, and wait for the bot's next message."""
        before = len(self.from_bot(chat_id))
        self.simulator.say(chat_id, text, as_user)
        return await self.simulator.wait_for(lambda: next(iter(self.from_bot(chat_id)[before:]), None))

    async def press(self, message: Message, data: str, as_user: int | None = None) -> str:
        """Press the button with this data, and wait for the answer to the press (its text may be empty)."""
        query_id = self.simulator.press(message.chat.id, message.id, data, as_user)
        call = await self.simulator.wait_for(
            lambda: next(
                (
                    c
                    for c in self.simulator.calls
                    if c.method == "answercallbackquery" and c.values.get("callback_query_id") == query_id
                ),
                None,
            )
        )
        return call.text("text")

    async def until_edited(self, message: Message) -> Message:
        """The message as it stands once the bot has changed it."""

        def edited() -> Message | None:
            now_stands = next(m for m in self.simulator.messages(message.chat.id) if m.id == message.id)
            return now_stands if now_stands.edited_at and now_stands.text != message.text else None

        return await self.simulator.wait_for(edited)

    async def shown(self, chat_id: int) -> list[str]:
        return [watch.shown for watch in await self.lists.watches(chat_id)]


@asynccontextmanager
async def talking(folder: Path, rates: Rates, limits: Limits | None = None) -> AsyncIterator[Conversation]:
    store = await asyncio.to_thread(Store.open, f"sqlite:///{folder}/rasid.sqlite3")
    simulator = Simulator(limits=limits)
    await simulator.start()
    lists = Watchlists(store, now, watches_per_chat=30, language="ar")
    far_end = FarEnd(simulator.token, simulator.api_base, ())
    services = Services(lists, translations(), Analyst(Understanding()), Turns(store, lambda: rates, now))
    async with application(far_end, services, asyncio.Event()) as app:
        receiver = LongPolling(app.bot, timedelta(seconds=5))
        inbox = Inbox(store, receiver, app.process_update, now, app.bot, partial(excuse, app))
        running = asyncio.create_task(inbox.run())
        yield Conversation(simulator, store, lists, app)
        inbox.stop()
        await running
    await simulator.stop()
    store.close()


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with talking(tmp_path, IN_A_HURRY) as conversation:
        yield conversation
