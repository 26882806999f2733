"""The alerts of one article: whom it concerns, what they know of its story, and a row in the outbox for each.

A few chats for each of some articles are told together, with as many statements as one article takes. A hot story
concerns a hundred thousand chats. They are told in steps of `STEP`, each a unit of work of its own, so that nothing
else waits for long; what is left to do is a row in the database, and survives a kill.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from bot.domain.alerting import (
    RINGS_WITHIN,
    AlertKind,
    Arrival,
    Concerned,
    Known,
    Told,
    Watcher,
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

STEP = 500  # chats told in one unit of work at most: 27 ms on SQLite (benchmarks.fan_out: 100,000 in 5.4 s)
STEP_SECONDS = 0.045  # where one takes longer, on a slow database or machine, the next is smaller: others wait for it
FEWEST = 50


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
    revision: int = 0  # of the article
    after: int | None = None


def arrival_at(connection: Connection, article: Article, article_id: int, placed: Placed) -> Arrival:
    """How a new article comes to its story."""
    came = arrival(placed.relation or "new", placed.reason, article, [])
    if came.denial:  # read the story only then: most of what joins one denies nothing
        earlier = articles.of_stories(connection, [placed.story_id]).get(placed.story_id, [])
        reports = [told.article for told in earlier if told.id < article_id]
        came = arrival(placed.relation or "new", placed.reason, article, reports)
    return came


def telling(
    article: Article,
    article_id: int,
    story_id: int,
    revision: int,
    came: Arrival,
    matches: list[Found],
    settle: timedelta,
) -> Telling | None:
    """What an article has to tell; None where it concerns nobody."""
    if not matches and not came.spreads:
        return None
    urgency = urgency_of(article.events)
    return Telling(
        article_id,
        story_id,
        tuple(matches),
        frozenset(match.watch_id for match in matches if _is_background(match, article)),
        came,
        urgency,
        due_at(urgency, article.seen_at, settle),
        revision,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many alerts of an article were queued, and what is left to do."""

    alerts: int = 0
    left: Telling | None = None


def tell_all(connection: Connection, tasks: Sequence[Telling], now: datetime) -> list[Outcome]:
    """Queue the alerts of articles, in their order; of each, for the next `STEP` chats."""
    outcomes = list[Outcome]()
    for spreads, some in groupby(tasks, lambda task: task.came.spreads):
        together = [] if spreads else list(some)
        watchers = _few_watchers(connection, together)
        if together and watchers is not None:
            outcomes += _tell_few(connection, together, watchers, now)
        else:
            outcomes += [tell(connection, task, now) for task in together or some]
    return outcomes


def _few_watchers(connection: Connection, tasks: Sequence[Telling]) -> list[Watcher] | None:
    """All who watch what these articles say; None where they are too many to be told at once."""
    expressions = {match.watch_id for task in tasks for match in task.matches}
    found = watchlists.watchers(connection, expressions, most=STEP + 1) if expressions else []
    return found if len(found) <= STEP else None


def _tell_few(
    connection: Connection, tasks: Sequence[Telling], watchers: Sequence[Watcher], now: datetime
) -> list[Outcome]:
    by_expression: defaultdict[int, list[tuple[int, Watcher]]] = defaultdict(list)
    for number, watcher in enumerate(watchers):
        by_expression[watcher.expression_id].append((number, watcher))
    joined = {task.story_id for task in tasks if task.came.joins}
    chats = {watcher.chat_id for watcher in watchers}
    known = outbox.known_among(connection, joined, chats, now - RINGS_WITHIN)
    decided = list[Concerned]()
    for task in tasks:
        theirs = sorted(pair for match in task.matches for pair in by_expression[match.watch_id])
        decided.append(_decided(task, [watcher for _, watcher in theirs], known))
    queued = _record(connection, list(zip(tasks, decided, strict=True)), now)
    return [Outcome(queued[task.article_id]) for task in tasks]


def _decided(task: Telling, watchers: Sequence[Watcher], known: dict[tuple[int, int], Known]) -> Concerned:
    """Whom one article rings for; they know of its story from then on."""
    concerned = whom_to_tell(task.matches, watchers, task.background)
    heard = {
        one.chat_id: before for one in concerned.told if (before := known.get((task.story_id, one.chat_id))) is not None
    }
    decided = rings(concerned, heard, task.came)
    for told in decided.told:
        before = heard.get(told.chat_id, Known(False, 0))
        known[task.story_id, told.chat_id] = Known(True, before.rings + (told.kind is not AlertKind.FIRST))
    return decided


def tell(connection: Connection, task: Telling, now: datetime, step: int = STEP) -> Outcome:
    """Queue the alerts of an article for the next chats."""
    expressions = [match.watch_id for match in task.matches]
    story = task.story_id if task.came.spreads else None
    chats = watchlists.concerned(connection, expressions, story, task.after, step)
    if not chats:
        return Outcome()
    watchers = watchlists.watchers(connection, expressions, (chats[0], chats[-1]))
    concerned = whom_to_tell(task.matches, watchers, task.background)
    decided = rings(concerned, _known(connection, task, chats, now), task.came)
    queued = _record(connection, [(task, decided)], now)
    return Outcome(queued[task.article_id], replace(task, after=chats[-1]) if len(chats) == step else None)


def _record(connection: Connection, decided: Sequence[tuple[Telling, Concerned]], now: datetime) -> Counter[int]:
    """Queue alerts, note silences; returns how many alerts of each article are new."""
    new = [_alert(task, told) for task, concerned in decided for told in concerned.told]
    already = outbox.add(connection, new, now)
    silent: list[tuple[int, int | None, Silence]] = [
        (task.article_id, chat, why) for task, concerned in decided for chat, why in concerned.silent
    ]
    silent += [(article_id, chat, Silence.ALREADY_TOLD) for chat, article_id in sorted(already)]
    articles.record_silences(connection, silent, now)
    return Counter(alert.article_id for alert in new if (alert.chat_id, alert.article_id) not in already)


def _alert(task: Telling, told: Told) -> NewAlert:
    return NewAlert(
        told.chat_id,
        task.story_id,
        task.article_id,
        told.evidence,
        priority_of(task.urgency, told.near),
        task.due_at,
        told.kind,
        task.revision,
    )


def go_on(connection: Connection, now: datetime, step: int = STEP) -> int | None:
    """Tell the next `step` chats of the oldest unfinished fan-out; None when there is none."""
    kept = fanouts.oldest(connection)
    if kept is None:
        return None
    fanout_id, task = kept[0], _unpacked(kept[1])
    told = tell(connection, task, now, step)
    fanouts.keep(connection, fanout_id, packed(told.left) if told.left else None)
    return told.alerts


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
        "revision": task.revision,
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
        row.get("revision", 0),
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
