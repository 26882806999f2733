"""What polls bring: articles that are new, and those that their publishers have edited since they were filed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from bot.domain.editing import Edit, edit, is_another
from bot.domain.model import Article, Poll
from bot.store import articles
from bot.store.articles import Item, Stored


@dataclass(frozen=True, slots=True)
class Edited:
    """An article as it is stored, and what is to become of it."""

    stored: Stored
    edit: Edit


@dataclass(frozen=True, slots=True)
class Arrived:
    """What one poll brought, each key once, oldest first."""

    new: tuple[Article, ...] = ()
    edited: tuple[Edited, ...] = ()


def arrived(connection: Connection, polls: Sequence[Poll]) -> list[Arrived]:
    """What each poll brought.

    Feeds list the newest first; filed in the order in which things happened, a story opens with its first report.
    """
    by_item = [{(poll.source_id, a.key): a for a in reversed(poll.articles)} for poll in polls]
    known = articles.editions_among(connection, [item for some in by_item for item in some])
    changed = {
        item: article
        for some in by_item
        for item, article in some.items()
        if (edition := known.get(item)) is not None and article.edition not in (None, edition)
    }
    edited, others = _sorted(connection, changed) if changed else ({}, {})
    return [
        Arrived(
            tuple(found for item, a in some.items() if (found := a if item not in known else others.get(item))),
            tuple(edited[item] for item in some if item in edited),
        )
        for some in by_item
    ]


def _sorted(connection: Connection, changed: dict[Item, Article]) -> tuple[dict[Item, Edited], dict[Item, Article]]:
    """What has been edited, and what is another item under the name of an earlier one: as a new article."""
    stored = articles.as_filed(connection, list(changed))
    others = {
        item: replace(article, key=f"{article.key}#{article.edition:x}")
        for item, article in changed.items()
        if item in stored and is_another(stored[item].article, article)
    }
    known = articles.editions_among(connection, [(item[0], article.key) for item, article in others.items()])
    same = {item: article for item, article in changed.items() if item in stored and item not in others}
    reports = articles.of_stories(connection, {stored[item].placed.story_id for item in same})
    edited = dict[Item, Edited]()
    for item, article in same.items():
        before = stored[item]
        beside = [told.article for told in reports.get(before.placed.story_id, ()) if told.id != before.id]
        edited[item] = Edited(before, edit(before.article, article, beside))
    return edited, {item: a for item, a in others.items() if (item[0], a.key) not in known}
