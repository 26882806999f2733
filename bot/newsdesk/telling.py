"""The alerts of one article: whom it concerns, what they know of its story, and a row in the outbox for each.

A hot story concerns a hundred thousand chats. They are told in steps of `STEP`, each a unit of work of its own, so
that nothing else waits for long; what is left to do is a row in the database, and survives a kill.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.domain.alerting import (
    RINGS_WITHIN,
    Arrival,
    Known,
    arrival,
    due_at,
    is_only_background,
    priority_of,
    rings,
    urgency_of,
    whom_to_tell,
)
from bot.domain.matching import Found
from bot.domain.model import Article, Evidence, Silence
from bot.domain.summary import digest
from bot.store import articles, fanouts, outbox, watchlists
from bot.store.articles import Placed
from bot.store.outbox import NewAlert

STEP = 1_000  # chats told in one unit of work: about 50 ms on SQLite


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be told of one article, and how far it has come: chats up to `after` have been told."""

    article_id: int
    story_id: int
    matches: tuple[Found, ...]
    background: frozenset[int]  # the matches that are no news of what is watched
    came: Arrival
    urgency: int
    due_at: datetime
    after: int | None = None


def telling(
    connection: Connection, article: Article, article_id: int, placed: Placed, matches: list[Found], settle: timedelta
) -> Telling | None:
    """What an article has to tell; None where it concerns nobody."""
    came = arrival(placed.relation or "new", placed.reason, article, [])
    if came.denial:  # read the story only then: most of what joins one denies nothing
        earlier = articles.of_stories(connection, [placed.story_id]).get(placed.story_id, [])
        reports = [told.article for told in earlier if told.id != article_id]
        came = arrival(placed.relation or "new", placed.reason, article, reports)
    if not matches and not came.spreads:
        return None
    urgency = urgency_of(article.events)
    return Telling(
        article_id,
        placed.story_id,
        tuple(matches),
        frozenset(match.watch_id for match in matches if _is_background(match, article)),
        came,
        urgency,
        due_at(urgency, article.seen_at, settle),
    )


def tell(connection: Connection, task: Telling, now: datetime, step: int = STEP) -> tuple[int, Telling | None]:
    """Queue the alerts of the next chats; returns how many, and what is left to do."""
    expressions = [match.watch_id for match in task.matches]
    story = task.story_id if task.came.spreads else None
    chats = watchlists.concerned(connection, expressions, story, task.after, step)
    if not chats:
        return 0, None
    concerned = whom_to_tell(task.matches, watchlists.watchers(connection, expressions, chats), task.background)
    known = _known(connection, task, chats, now)
    decided = rings(concerned, known, task.came)
    new = [
        NewAlert(
            told.chat_id,
            task.story_id,
            task.article_id,
            told.evidence,
            priority_of(task.urgency, told.near),
            task.due_at,
            told.kind,
        )
        for told in decided.told
    ]
    already = outbox.add(connection, new, now)
    silent: list[tuple[int, int | None, Silence]] = [(task.article_id, chat, why) for chat, why in decided.silent]
    silent += [(task.article_id, chat, Silence.ALREADY_TOLD) for chat in already]
    articles.record_silences(connection, silent, now)
    left = replace(task, after=chats[-1]) if len(chats) == step else None
    return len(new) - len(already), left


def go_on(connection: Connection, now: datetime) -> int | None:
    """Tell the next chats of the oldest unfinished fan-out; None when there is none."""
    kept = fanouts.oldest(connection)
    if kept is None:
        return None
    fanout_id, task = kept[0], _unpacked(kept[1])
    count, left = tell(connection, task, now)
    fanouts.keep(connection, fanout_id, packed(left) if left else None)
    return count


def packed(task: Telling) -> dict[str, Any]:
    """As JSON, for the row that survives a kill."""
    return {
        "article": task.article_id,
        "story": task.story_id,
        "matches": [
            [m.watch_id, [[e.field, e.start, e.end, e.surface] for e in m.evidence], m.sure, m.near]
            for m in task.matches
        ],
        "background": sorted(task.background),
        "came": [task.came.joins, task.came.development, task.came.denial, task.came.spreads],
        "urgency": task.urgency,
        "due_at": task.due_at.isoformat(),
        "after": task.after,
    }


def _unpacked(row: dict[str, Any]) -> Telling:
    return Telling(
        row["article"],
        row["story"],
        tuple(Found(w, tuple(Evidence(*e) for e in evidence), *rest) for w, evidence, *rest in row["matches"]),
        frozenset(row["background"]),
        Arrival(*row["came"]),
        row["urgency"],
        datetime.fromisoformat(row["due_at"]),
        row["after"],
    )


def _known(connection: Connection, task: Telling, chats: list[int], now: datetime) -> dict[int, Known]:
    """What these chats know of the story; a story that has just been opened is known to nobody."""
    if not task.came.joins:
        return {}
    return outbox.known(connection, task.story_id, chats[0], chats[-1], now - RINGS_WITHIN)


def _is_background(match: Found, article: Article) -> bool:
    if not is_only_background(match, article, told_as_past=True):
        return False  # nothing to summarise: the words alone say so
    return digest(article, match.evidence).background
