"""An operator sends a list of subscriptions. Telegram's file server stands on loopback beside the simulator."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.domain.model import SourceState
from bot.simulator.markup import Formatted
from bot.simulator.methods import METHODS
from bot.simulator.shapes import Message
from handlers.discovering import IMPORT
from tests.handlers.conftest import KHALED, SALMA, Conversation
from tests.handlers.test_sources import STATES, added, bare, enlist, talk
from tests.publisher import publishing

__all__ = ["talk"]  # the fixture
OPML = (
    "<opml version='2.0'><body><outline text='شبكة السهل' xmlUrl='https://sahl.example/feed/'/>"
    "<outline text='قناة' type='telegram' xmlUrl='https://t.me/s/sahl_test'/>"
    f"<outline text='معروف' xmlUrl='{STATES.url}'/><outline text='؟' xmlUrl='no address'/></body></opml>"
)


class Files:
    """What Telegram keeps of a file: where it is, and its content."""

    def __init__(self) -> None:
        self.content = OPML.encode()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=self.content)

    def send(self, talk: Conversation, chat_id: int, size: int | None = None) -> Message:
        """Somebody sends the file."""
        document = {"file_id": "f1", "file_unique_id": "u1", "file_name": "list.opml"}
        document["file_size"] = size or len(self.content)  # type: ignore[assignment]
        world = talk.simulator.world
        sender, chat = world.people[chat_id], world.chat(chat_id)
        message = world._store(chat, sender, Formatted(""), attachment={"document": document})
        world._update("message", message.shape())
        return message


@pytest.fixture
async def files(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Files]:
    files = Files()
    told = {"file_id": "f1", "file_unique_id": "u1", "file_path": "list.xml"}
    monkeypatch.setitem(METHODS, "getfile", lambda _world, _call: told)
    async with publishing() as server:
        server.answers["list"] = files.answer
        monkeypatch.setattr(talk.app.bot, "_base_file_url", server.url("list").removesuffix("/list.xml"))
        yield files


async def answer_to(talk: Conversation, files: Files, size: int | None = None) -> Message:
    before = len(talk.from_bot(SALMA))
    files.send(talk, SALMA, size)
    return await talk.simulator.wait_for(lambda: next(iter(talk.from_bot(SALMA)[before:]), None))


async def test_a_list_is_counted_first_and_added_by_a_press_to_be_checked(talk: Conversation, files: Files) -> None:
    await enlist(talk, STATES)
    asked = await answer_to(talk, files)
    assert bare(asked.text).split("\n")[:3] == [
        "في الملف مصدران جديدان.",
        "نعرف من قبل: 1",
        "لا يصلح: 1 (عناوين ناقصة، أو صفحات بلا خلاصة)",
    ]
    assert await added(talk) == []
    await talk.press(asked, f"{IMPORT}yes")
    assert "أُضيف مصدران" in (await talk.until_edited(asked)).text
    assert {(h.source.url, h.source.state) for h in await added(talk)} == {
        ("https://sahl.example/feed/", SourceState.CHECK),
        ("https://t.me/s/sahl_test", SourceState.CHECK),
    }


async def test_a_list_that_is_refused_or_declined_adds_nothing(talk: Conversation, files: Files) -> None:
    asked = await answer_to(talk, files)
    await talk.press(asked, f"{IMPORT}no")
    assert "لم يُضف شيء" in (await talk.until_edited(asked)).text
    files.content = b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>"
    assert "DOCTYPE" in (await answer_to(talk, files)).text
    files.content = b"no list"
    assert "ليس ملف OPML" in (await answer_to(talk, files)).text
    assert "أكبر مما يُقبل" in (await answer_to(talk, files, size=30_000_000)).text
    assert await added(talk) == []


async def test_a_file_of_somebody_else_is_left_alone(talk: Conversation, files: Files) -> None:
    files.send(talk, KHALED)
    assert "كيف تستعمل" in (await talk.ask(KHALED, "/help")).text
    assert len(talk.from_bot(KHALED)) == 1
    assert await added(talk) == []
