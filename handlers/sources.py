"""/sources: where the news comes from, by area, page by page; and /health, for operators.

What is shown of an outlet is put together here; what it is and how it is doing is told by `bot/domain`.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from urllib.parse import urlsplit

from telegram import Update

from bot.domain.i18n import Messages
from bot.domain.markup import Html, bold, escape, isolate, lines, link
from bot.domain.model import Button, SourceKind
from bot.domain.source_health import Condition, Health, health_of, worst
from bot.domain.source_words import ago, condition_told, in_direction, kind_told, languages_told
from bot.sourcing import Overview
from bot.store.sources import SourceHealth
from handlers.context import Context, Rows, chat_id

PAGE = "sources:"
REMOVE = "unsource:"
ON_A_PAGE = 8  # outlets
WORST = 5
LABEL_LETTERS = 40
CALLBACK_BYTES = 64  # Bot API, InlineKeyboardButton.callback_data

Outlet = list[SourceHealth]  # those of its sources that mostly write about one area
PlaceName = Callable[[str, str], str | None]


def is_operator(update: Update, context: Context) -> bool:
    sourcing = context.services.sourcing
    return sourcing is not None and chat_id(update) in sourcing.operators


async def require_operator(update: Update, context: Context) -> None:
    """Raises: UserError("operators-only"): this chat is none of theirs; or, in a group, "admins-only"."""
    context.sourcing.require_operator(chat_id(update))
    await context.require_admin(update)


async def show(update: Update, context: Context) -> None:
    await context.reply(update, *await _page(update, context, 0))


async def turn(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    await context.answer_press(query)
    await context.replace(update, *await _page(update, context, int(str(query.data).removeprefix(PAGE))))


async def remove(update: Update, context: Context) -> None:
    """The button's data names the source, and the page on which it stood."""
    query = update.callback_query
    assert query is not None
    await require_operator(update, context)
    source_id, _, number = str(query.data).removeprefix(REMOVE).rpartition(":")
    removed = await context.sourcing.remove(source_id)
    messages = await context.messages(update)
    name = removed.name_ar if removed else ""
    await context.answer_press(query, messages.text("source-removed", name=name) if removed else "")
    await context.replace(update, *await _page(update, context, int(number)))


async def health(update: Update, context: Context) -> None:
    await require_operator(update, context)
    await context.reply(update, told(await context.sourcing.overview(), await context.messages(update)))


async def _page(update: Update, context: Context, number: int) -> tuple[Html, Rows]:
    sourcing, messages = context.sourcing, await context.messages(update)
    listed, now, may_remove = await sourcing.listed(), sourcing.now(), is_operator(update, context)
    return page(listed, number, messages, sourcing.place_name, now, may_remove=may_remove)


# --- the list


def page(
    listed: Sequence[SourceHealth],
    number: int,
    messages: Messages,
    place_name: PlaceName,
    now: datetime,
    *,
    may_remove: bool = False,
) -> tuple[Html, Rows]:
    """One page of the list, the last one when there are not so many. `may_remove`: with a button for each source that
    was added in the chat."""
    outlets = by_area(listed, messages.language, place_name)
    pages = max((len(outlets) - 1) // ON_A_PAGE + 1, 1)
    number = max(0, min(number, pages - 1))
    part = outlets[number * ON_A_PAGE : (number + 1) * ON_A_PAGE]
    head = [messages.html("sources-head", count=len(listed)), messages.html("sources-note") if not number else None]
    shown = lines(
        *head,
        messages.html("list-page", page=number + 1, pages=pages) if pages > 1 else None,
        *_areas(part, messages, place_name, now),
    )
    added = [record for outlet in part for record in outlet if record.added_by_operator]
    buttons = [_remove_button(record, number, messages) for record in added if may_remove]
    return in_direction(shown, messages), (
        *((button,) for button in buttons if button),
        *_turns(number, pages, messages),
    )


def by_area(listed: Sequence[SourceHealth], language: str, place_name: PlaceName) -> list[Outlet]:
    """The outlets: those of the whole country first, then by governorate, then those of the world."""
    keys = {id(r): (_area(r), r.source.outlet or r.source.id) for r in listed}
    ordered = sorted(listed, key=lambda r: keys[id(r)])
    outlets = [list(group) for _, group in groupby(ordered, key=lambda r: keys[id(r)])]

    def rank(outlet: Outlet) -> tuple[int, str, str]:
        area = _area(outlet[0])
        place = (place_name(area, language) or area) if len(area) > 2 else ""
        return 2 if not area else 1 if place else 0, place, _name(outlet, language)

    return sorted(outlets, key=rank)


def _area(record: SourceHealth) -> str:
    """The governorate, "SY" for the whole country, or "" for the world."""
    source = record.source
    return (source.area or ("SY" if source.syria_only else ""))[:4]


def _name(outlet: Outlet, language: str) -> str:
    source = outlet[0].source
    return source.name_ar if language == "ar" else source.name_en


def _areas(outlets: Sequence[Outlet], messages: Messages, place_name: PlaceName, now: datetime) -> Iterator[Html]:
    for area, group in groupby(outlets, key=lambda outlet: _area(outlet[0])):
        yield Html("")
        yield bold(_area_told(area, messages, place_name))
        for outlet in group:
            yield from _told(outlet, messages, now)


def _area_told(area: str, messages: Messages, place_name: PlaceName) -> Html:
    if not area:
        return messages.html("area-world")
    if area == "SY":
        return messages.html("area-country")
    return escape(place_name(area, messages.language) or area)


def _told(outlet: Outlet, messages: Messages, now: datetime) -> Iterator[Html]:
    source = outlet[0].source
    what = kind_told(source.role, source.slant, messages)
    sources = [record.source for record in outlet]
    writes = languages_told((one for s in sources for one in s.languages or (s.language,)), messages)
    names = " · ".join(part for part in (_linked(outlet, messages), escape(what)) if part)
    yield Html(f"• {names}")
    health = health_of(outlet)
    good_at = max((record.good_at for record in outlet if record.good_at), default=None)
    when = ago(good_at, now, messages) if good_at else ""
    yield Html(" · ".join(part for part in (escape(writes), messages.html(f"source-{health}", when=when)) if part))


def _linked(outlet: Outlet, messages: Messages) -> Html:
    """The outlet's name with its public address behind it: a channel's own, or the site of a feed."""
    source = outlet[0].source
    parts = urlsplit(source.url)
    channel = source.kind is SourceKind.TELEGRAM
    address = source.url.replace("/s/", "/", 1) if channel else f"{parts.scheme}://{parts.netloc}/"
    return isolate(link(address, escape(_name(outlet, messages.language))))


def _remove_button(record: SourceHealth, number: int, messages: Messages) -> Button | None:
    data = f"{REMOVE}{record.source.id}:{number}"
    name = record.source.name_ar if messages.language == "ar" else record.source.name_en
    label = messages.text("button-source-remove", name=name[:LABEL_LETTERS])
    return Button(label, data=data) if len(data.encode()) <= CALLBACK_BYTES else None


def _turns(number: int, pages: int, messages: Messages) -> Rows:
    turns = []
    if number > 0:
        turns.append(Button(messages.text("button-previous"), data=f"{PAGE}{number - 1}"))
    if number < pages - 1:
        turns.append(Button(messages.text("button-next"), data=f"{PAGE}{number + 1}"))
    return (tuple(turns),) if turns else ()


# --- how all stands


def told(overview: Overview, messages: Messages) -> Html:
    counts = dict.fromkeys(Health, 0)
    for record in overview.sources:
        counts[health_of((record,))] += 1
    ailing = worst(overview.sources)[:WORST]
    html = lines(
        messages.html("health-head"),
        messages.html("health-sources", **{health.value: count for health, count in counts.items()}),
        messages.html("health-worst") if ailing else None,
        *(_ailing(record, messages, overview.now) for record in ailing),
        Html(""),
        *_queues(overview, messages),
    )
    return in_direction(html, messages)


def _ailing(record: SourceHealth, messages: Messages, now: datetime) -> Html:
    name = record.source.name_ar if messages.language == "ar" else record.source.name_en
    condition = Condition.PAUSED if record.paused_why is not None else Condition.FAILING
    what = condition_told(condition, "", messages, now, problem=record.problem, good_at=record.good_at)
    return Html(f"• {bold(isolate(escape(name)))}: {what}")


def _queues(overview: Overview, messages: Messages) -> Iterator[Html]:
    queues, now = overview.queues, overview.now
    yield messages.html("health-waiting", count=queues.waiting)
    if queues.due_at and queues.due_at < now:
        yield messages.html("health-late", when=ago(queues.due_at, now, messages))
    yield messages.html("health-sent", count=queues.sent)
    if queues.sent_at:
        yield messages.html("health-last", when=ago(queues.sent_at, now, messages))
    if queues.dead:
        yield messages.html("health-dead", count=queues.dead)
    if queues.asked > 1:  # one of them is the command that asks for this
        yield messages.html("health-asked", count=queues.asked - 1)
