"""The composition root: the one file that knows every concrete class, and the order of starting and stopping.

watchers -> newsdesk -> outbox -> courier -> notifier -> Telegram
Telegram -> inbox -> handlers -> watchlists
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog
from telegram import Bot, BotCommand
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ApplicationBuilder, ContextTypes

from bot.analysis import Analyst
from bot.botapi import AiohttpRequest
from bot.bulletin import Bulletin
from bot.cards import Cards
from bot.data import read_text
from bot.delivery import Courier
from bot.domain.i18n import LANGUAGES, Translations
from bot.domain.model import Message, Source
from bot.domain.outcomes import Outcome, Retry
from bot.domain.pacing import Rates, Spacing
from bot.engines.embedded import EmbeddedEngine
from bot.inbox import Inbox, LongPolling, Receiver
from bot.keeping import Housekeeper
from bot.newsdesk import Newsdesk
from bot.notifier import Notifier
from bot.places import Places
from bot.scribe import Scribe
from bot.settings import Settings
from bot.simulator.newsstand import Newsstand
from bot.simulator.server import Simulator
from bot.sourcing import Sourcing
from bot.store import Store, sources
from bot.store.opening import open_when_there
from bot.summarisers import Endpoint, Writer
from bot.turns import NotNow, Turns
from bot.understanding import Understanding
from bot.watching import watching
from bot.watchlists import Watchlists
from bot.webhook import Webhook
from handlers import COMMANDS, Context, Services, excuse, register
from handlers.context import App
from watchers.sweep import Sweep

log = structlog.get_logger()

LOCAL_TOKEN = "1:local"
REVIEW, BULLETIN = timedelta(minutes=5), timedelta(minutes=1)
HOUSEKEEPING, FOLDING = timedelta(hours=1), timedelta(minutes=10)
DRAIN = timedelta(seconds=4)  # twice this, for messages and then for polls, is the longest that stopping takes
UNREACHABLE_PAUSE_SECONDS = 5.0


class TokenRefused(Exception):
    """Telegram does not know the token."""


class PortTaken(Exception):
    """The port of local mode's page is in use."""


class PlacesUnreadable(Exception):
    """The table that `places.file` names cannot be read."""


class _StoppedEarly(Exception):
    """We were told to stop before Telegram could be reached."""


def now() -> datetime:
    """The one clock; everything below is told the time."""
    return datetime.now(UTC)


def translations() -> Translations:
    """The message files that ship with Rasid."""
    return Translations((language, read_text(f"messages/{language}.ftl")) for language in LANGUAGES)


@dataclass(frozen=True, slots=True)
class FarEnd:
    """What is at the other end of the wires: Telegram and the publishers, or our local stand-ins for both."""

    token: str
    api_base: str
    sources: tuple[Source, ...]
    trusted: frozenset[tuple[str, int]] = frozenset()  # loopback addresses of our own sample sources


async def run(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run Rasid until it is told to stop (SIGINT, SIGTERM).

    Raises:
        StoreError: the database cannot be opened, and waiting for it does not help.
        TokenRefused: Telegram does not know the token.
        PortTaken: another program has the port of the chat page.
        PlacesUnreadable: the imported gazetteer is missing or broken.
    """
    understanding = await asyncio.to_thread(_understanding, settings)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    local = settings.telegram.token is None
    async with contextlib.AsyncExitStack() as stack:
        store = await open_when_there(settings.database_in_use, stopped)
        if store is None:
            return
        stack.callback(store.close)
        far_end = await stack.enter_async_context(_local(settings, announce) if local else _real(settings))
        with contextlib.suppress(_StoppedEarly):
            await _run_house(settings, store, far_end, understanding, stopped)


def _understanding(settings: Settings) -> Understanding:
    """Loads the places now: later, an unreadable table would break every filing."""
    understanding = Understanding(Places(settings.places.file))
    try:
        _ = understanding.places.gazetteer
    except (OSError, ValueError) as error:
        raise PlacesUnreadable(str(error)) from error
    return understanding


async def _run_house(
    settings: Settings, store: Store, far_end: FarEnd, understanding: Understanding, stopped: asyncio.Event
) -> None:
    words = translations()
    watchlists = Watchlists(store, now, settings.limits.watches_per_chat, settings.language)
    spacing = Spacing()
    turns = Turns(store, lambda: courier.rates, now, spacing)
    sourcing = Sourcing(store, now, understanding.places.name_of, settings.telegram.operators)
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(
            application(far_end, Services(watchlists, words, Analyst(understanding), turns, sourcing), stopped)
        )
        cards = Cards(words, understanding.places.name_of)
        notifier = Notifier(telegram.bot, paid=settings.telegram.paid_broadcast)
        courier = Courier(store, notifier, cards.write, _rates(settings), now, spacing)
        receiver = Inbox(
            store,
            _receiver(settings, telegram.bot),
            telegram.process_update,
            now,
            telegram.bot,
            partial(excuse, telegram),
        )
        await store.write(lambda connection: sources.enlist(connection, far_end.sources, now()))
        scribe = await stack.enter_async_context(_scribe(settings, store, understanding))
        desk = Newsdesk(store, courier.wake, understanding.places.codes_named, _settle(settings), scribe)
        await desk.open(now())
        bulletin = Bulletin(
            store, partial(_in_turn, turns, telegram.bot), words, settings.telegram.operators, now, settings.language
        )
        stack.enter_context(_keeping_house(settings, store, courier, sourcing, bulletin))
        sweep = await stack.enter_async_context(_news(settings, store, far_end, understanding, desk, sourcing))
        log.info("rasid.started", sources=len(far_end.sources))
        await _until_stopped(stopped, courier, receiver)
        await sweep.drain(DRAIN)
    log.info("rasid.stopped")


def _news(
    settings: Settings, store: Store, far_end: FarEnd, understanding: Understanding, desk: Newsdesk, sourcing: Sourcing
) -> contextlib.AbstractAsyncContextManager[Sweep]:
    """The news door. Local mode's token is no secret, so nothing that hubs must not guess is made from it."""
    return watching(
        settings.polling,
        store,
        desk.file,
        understanding,
        now,
        trusted=far_end.trusted,
        scouted=sourcing.employ,
        key=far_end.token if settings.telegram.token else None,
    )


async def _until_stopped(stopped: asyncio.Event, courier: Courier, receiver: Inbox) -> None:
    """Deliver and receive until told to stop, or until one of the two breaks: then the process must not limp on."""
    work = [asyncio.create_task(courier.run()), asyncio.create_task(receiver.run())]
    waiting = asyncio.ensure_future(stopped.wait())
    await asyncio.wait([waiting, *work], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    courier.stop()
    receiver.stop()
    _, late = await asyncio.wait(work, timeout=DRAIN.total_seconds())
    for task in late:  # Telegram does not answer; what is in flight is found in the database at the next start
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in work:
        if task not in late:
            task.result()


async def _in_turn(turns: Turns, bot: Bot, message: Message) -> Outcome:
    """Send a message when it is its chat's turn."""
    try:
        await turns.take(message.chat_id)
    except NotNow as error:
        return Retry(error.delay)
    return await Notifier(bot).send(message)


def _receiver(settings: Settings, bot: Bot) -> Receiver:
    telegram = settings.telegram
    if telegram.token is not None and telegram.webhook_url is not None:
        return Webhook(bot, telegram.webhook_url, telegram.webhook_listen)
    return LongPolling(bot, timedelta(seconds=telegram.poll_timeout_seconds))


@contextlib.asynccontextmanager
async def _real(settings: Settings) -> AsyncIterator[FarEnd]:
    assert settings.telegram.token is not None
    token = settings.telegram.token.get_secret_value()
    yield FarEnd(token, settings.telegram.api_base, settings.enabled_sources)


@contextlib.asynccontextmanager
async def _local(settings: Settings, announce: Callable[[str], None]) -> AsyncIterator[FarEnd]:
    """Local mode: the Bot API simulator with its chat page, and sample sources beside the real ones."""
    newsstand = Newsstand(now)
    simulator = Simulator(LOCAL_TOKEN, on_person=newsstand.cue if settings.local.samples else None)
    try:
        await simulator.start(settings.local.port)
    except OSError:
        await simulator.stop()
        raise PortTaken from None
    samples: Sequence[Source] = ()
    if settings.local.samples:
        await newsstand.start()
        samples = newsstand.sources
    announce(simulator.page_url)
    try:
        trusted = frozenset(_address(source.url) for source in samples)
        yield FarEnd(LOCAL_TOKEN, simulator.api_base, (*samples, *settings.enabled_sources), trusted)
    finally:
        await newsstand.stop()
        await simulator.stop()


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


@contextlib.asynccontextmanager
async def application(far_end: FarEnd, services: Services, stopped: asyncio.Event) -> AsyncIterator[App]:
    """python-telegram-bot without its updater and job queue: the inbox and the engine do their work."""
    requests = AiohttpRequest(), AiohttpRequest(connections=1)
    built: App = (
        ApplicationBuilder()
        .token(far_end.token)
        .base_url(far_end.api_base)
        .base_file_url(f"{far_end.api_base.removesuffix('/bot')}/file/bot")
        .request(requests[0])
        .get_updates_request(requests[1])
        .updater(None)
        .job_queue(None)
        .context_types(ContextTypes(context=Context))
        .build()
    )
    built.bot_data["services"] = services
    register(built)
    menu: asyncio.Task[None] | None = None
    try:
        await _until_either(_introduce(built), stopped)
        menu = asyncio.create_task(_set_menu(built, services.translations))  # nobody waits for it
        yield built
    finally:
        if menu is not None:
            menu.cancel()
        await built.shutdown()
        for request in requests:  # the library closes them only if it could introduce itself
            await request.shutdown()


async def _until_either(work: Coroutine[None, None, None], stopped: asyncio.Event) -> None:
    """Raises: _StoppedEarly: we were told to stop first, and the work is given up."""
    working, waiting = asyncio.create_task(work), asyncio.ensure_future(stopped.wait())
    await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait([working])
        raise _StoppedEarly
    working.result()


async def _introduce(telegram: App) -> None:
    """Ask Telegram who we are, for as long as it takes to reach it."""
    while True:
        try:
            await telegram.initialize()
            return
        except InvalidToken:
            raise TokenRefused from None
        except (NetworkError, RetryAfter) as error:
            log.warning("telegram.unreachable", error=type(error).__name__)
            await asyncio.sleep(UNREACHABLE_PAUSE_SECONDS)


async def _set_menu(telegram: App, words: Translations) -> None:
    """The command menu: Arabic for everyone, English where the phone speaks it. Rasid works without it."""
    for language, code in (("ar", None), ("en", "en")):
        messages = words[language]
        commands = [BotCommand(name, messages.text(f"command-{name}")) for name in COMMANDS]
        try:
            await telegram.bot.set_my_commands(commands, language_code=code)
        except TelegramError as error:
            log.warning("menu.not_set", error=type(error).__name__)


@contextlib.contextmanager
def _keeping_house(
    settings: Settings, store: Store, courier: Courier, sourcing: Sourcing, bulletin: Bulletin
) -> Iterator[None]:
    """What is old is erased once an hour; what has waited too long to be news is folded every ten minutes; and what
    ails the sources is looked for, and told."""
    days = settings.keeping
    house = Housekeeper(store, now, timedelta(days=days.articles_days), timedelta(days=days.gone_chats_days))
    engine = EmbeddedEngine()
    engine.every(HOUSEKEEPING, "housekeeping", house.keep)
    engine.every(FOLDING, "folding", courier.fold)
    engine.every(REVIEW, "review", sourcing.review)
    engine.every(BULLETIN, "bulletin", bulletin.deliver)
    engine.start()
    try:
        yield
    finally:
        engine.stop()


@contextlib.asynccontextmanager
async def _scribe(
    settings: Settings, store: Store, understanding: Understanding
) -> AsyncIterator[Callable[[Sequence[int]], None]]:
    """Has a language model write about stories, where the operator names one; what it yields is told of them."""
    chosen = settings.summaries
    if chosen.base_url is None:
        yield lambda stories: None
        return
    key = chosen.key.get_secret_value() if chosen.key else ""
    time_out = timedelta(seconds=chosen.timeout_seconds)
    endpoint = Endpoint(chosen.base_url, chosen.model, key, time_out, chosen.calls_a_day)

    def places(text: str) -> Sequence[str]:
        return [hit.codes[0] for hit in understanding.places.found_in("", text)]

    async with Scribe(store, Writer(endpoint, now, places)) as scribe:
        yield scribe.told


def _settle(settings: Settings) -> timedelta:
    local = settings.telegram.token is None
    return timedelta(seconds=settings.local.settle_seconds if local else settings.alerts.settle_seconds)


def _rates(settings: Settings) -> Rates:
    telegram = settings.telegram
    return Rates.within(
        telegram.messages_per_second, telegram.messages_per_second_in_chat, telegram.messages_per_minute_in_group
    )
