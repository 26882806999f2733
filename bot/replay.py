"""A day again: captured documents with their times through the real pipeline, on a database of its own.

    folder/<source id>/<instant>.xml     what a source served then: 2026-10-03T14-05-00Z.xml
    folder/watches.txt                   one expression a line; more may be given

Every document is read, filed and told of at its own time, alerts wait and are sent as they would have been, and every
decision is given with its reason. Nothing is fetched and nothing is sent.
"""

import re
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.cards import Cards
from bot.delivery import settle
from bot.domain.expressions import parse_watch
from bot.domain.i18n import Translations
from bot.domain.model import Document, Poll, PollOutcome, Source
from bot.domain.outcomes import Sent
from bot.domain.pacing import Rates
from bot.newsdesk import Newsdesk
from bot.store import Store, decisions, outbox, sources, watchlists
from bot.store.claimed import Claimed
from bot.understanding import Understanding
from watchers.reading import understand

Json = dict[str, Any]
LARGEST = 2_000_000  # bytes of a document, as in polling
MOST_AT_ONCE = 1_000
FOREVER = timedelta(days=3)  # after the last document: all that waits has been sent by then

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)[-:](\d\d)[-:](\d\d)Z?")
_MEDIA = {".xml": "application/xml", ".rss": "application/rss+xml", ".html": "text/html", ".json": "application/json"}


@dataclass(frozen=True, slots=True)
class Captured:
    """What a source served at an instant."""

    source: Source
    at: datetime
    file: Path


def captured(folder: Path, known: Mapping[str, Source]) -> list[Captured]:
    """The documents of a folder in order of time. A source that nobody knows is what its folder's name says.

    Raises: ValueError: a file's name holds no instant. OSError.
    """
    found = []
    for file in folder.glob("*/*"):
        if file.is_file() and not file.name.startswith("."):
            name = file.parent.name
            source = known.get(name) or Source(name, name, name, f"http://{name}.invalid/")
            found.append(Captured(source, _instant(file), file))
    return sorted(found, key=lambda one: (one.at, one.source.id, one.file.name))


def watches_in(folder: Path) -> list[str]:
    """The expressions of `watches.txt`; none where there is no such file."""
    file = folder / "watches.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


async def replay(
    documents: Sequence[Captured],
    watches: Sequence[str],
    understanding: Understanding,
    translations: Translations,
    settle_for: timedelta,
) -> AsyncIterator[Json]:
    """Every decision, in order: about an article, then whose message left or was edited. Each watch is a chat.

    Raises: UserError: a watch cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/replay.sqlite3")
        try:
            run = _Run(store, watches, understanding, translations, settle_for)
            async for decision in run.through(documents):
                yield decision
        finally:
            store.close()


class _Run:
    """One pass over the documents."""

    def __init__(
        self,
        store: Store,
        watches: Sequence[str],
        understanding: Understanding,
        translations: Translations,
        settle_for: timedelta,
    ) -> None:
        self._store, self._watches, self._understanding = store, watches, understanding
        self._cards = Cards(translations, understanding.places.name_of)
        self._desk = Newsdesk(store, lambda: None, understanding.places.codes_named, settle_for)
        self._last_article, self._clock = 0, datetime(1970, 1, 1, tzinfo=UTC)

    async def through(self, documents: Sequence[Captured]) -> AsyncIterator[Json]:
        if not documents:
            return
        await self._begin(documents)
        for one in documents:
            async for message in self._sent_until(one.at):
                yield message
            async for decision in self._filed(one):
                yield decision
        async for message in self._sent_until(documents[-1].at + FOREVER):
            yield message

    async def _begin(self, documents: Sequence[Captured]) -> None:
        at = documents[0].at
        distinct = list({one.source.id: one.source for one in documents}.values())
        await self._store.write(lambda c: sources.enlist(c, distinct, at))
        await self._store.write(lambda c: self._watch(c, at))

    def _watch(self, connection: Connection, at: datetime) -> None:
        for chat, text in enumerate(self._watches, start=1):
            parsed = parse_watch(text)
            watchlists.meet(connection, chat, "ar", at)
            watchlists.add(connection, chat, parsed.key, parsed.canonical, text, at)

    async def _filed(self, one: Captured) -> AsyncIterator[Json]:
        body = one.file.read_bytes()[:LARGEST]
        document = Document(body, _MEDIA.get(one.file.suffix, ""), None, one.source.url)
        understood = understand(one.source, document, one.at, understanding=self._understanding)
        reading = understood.reading
        outcome = PollOutcome.READ if understood.count else PollOutcome.FAILED
        poll = Poll(one.source.id, one.at, one.at, outcome, None, understood.articles, reading.problems)
        await self._desk.file(poll)
        for problem in reading.problems:
            yield {"at": one.at.isoformat(), "source": one.source.id, "problem": problem.kind, "detail": problem.detail}
        for decision in await self._store.read(lambda c: decisions.after(c, self._last_article)):
            self._last_article = decision.article_id
            yield self._told(one, decision)

    def _told(self, one: Captured, decision: decisions.Decision) -> Json:
        answer: Json = {
            "at": one.at.isoformat(),
            "source": one.source.id,
            "article": decision.article_id,
            "title": decision.title,
            "story": decision.story_id,
            "relation": decision.relation,
            "score": decision.score,
            "reason": decision.reason,
        }
        if decision.silence is not None:
            answer["silence"] = decision.silence
        answer["told"] = [{"watch": self._watches[chat - 1], "as": kind} for chat, kind in decision.told]
        answer["not_told"] = [{"watch": self._watches[chat - 1], "why": why} for chat, why in decision.silent]
        return answer

    async def _sent_until(self, end: datetime) -> AsyncIterator[Json]:
        """What leaves before `end`, at the time at which it would have left."""
        while True:
            due = await self._store.read(lambda c: outbox.next_due_at(c, self._clock))
            if due is None or due > end:
                return
            # A second later each time: what a chat's pace holds back is asked for again.
            self._clock = max(self._clock + timedelta(seconds=1), due)
            for claimed in await self._store.write(lambda c: outbox.claim(c, Rates(), MOST_AT_ONCE, self._clock)):
                yield await self._sent(claimed)

    async def _sent(self, claimed: Claimed) -> Json:
        message, message_id = self._cards.write(claimed), claimed.message_id or claimed.id
        await self._store.write(lambda c: settle(c, claimed, Sent(message_id), self._clock))
        return {
            "at": self._clock.isoformat(),
            "watch": self._watches[claimed.chat_id - 1],
            "sends" if claimed.lease is None else "edits": message.html,
            "message": message_id,
            "answers": message.reply_to,
        }


def _instant(file: Path) -> datetime:
    found = _INSTANT.search(file.name)
    if found is None:
        raise ValueError(f"{file.name}: a name such as 2026-10-03T14-05-00Z{file.suffix} says when it was served")
    day, *clock = found.groups()
    return datetime.fromisoformat(f"{day}T{':'.join(clock)}+00:00")
