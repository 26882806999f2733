"""kill -9 again and again while news comes, alerts leave, messages are edited and people ask; then the reckoning.

    ordeal = Ordeal(folder, database_url, seed)
    reckoning = await ordeal.run(kills=10)
    assert not reckoning.lost and not reckoning.unanswered

The bot is a process of its own, at Telegram's pace and with a far end that takes 50 ms a send. It is killed in turn
at each of `MOMENTS`: so long after a request of the publisher, a call of the Bot API or a line of its log. Owns what
was published and said, and what arrived; whether that is good enough, the caller decides. A seed draws the order of
the moments, the delays, the news and the commands; when the bot does what is its own affair.
"""

import asyncio
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, cycle, islice, takewhile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, create_engine, func, select, update

from bot.simulator.calls import Call
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from bot.simulator.world import Change
from bot.store import Store, outbox, watchlists
from bot.store.tables import alerts, articles, expressions, fanouts, inbox, watches
from bot.store.watchlists import Wanted
from bot.watchlists import expression_of
from tests.house import TOKEN, House, settings
from tests.publisher import Publisher, publishing

FEEDS = ("north", "south", "east")
HOT = "hot"  # the feed of the stories that concern the crowd
HOT_WORD = "قلعتمران"
VILLAGES = ("كفرلونا", "عينزهرا", "تلوردان", "ديرسمرا", "خربتقيس", "بيتشهلا")  # on no map: met as words
WATCHERS_OF_EACH = 2
FIRST_WATCHER, FIRST_ASKER, FIRST_OF_THE_CROWD = 1_000, 2_000, 10_000
ASKERS = range(FIRST_ASKER, FIRST_ASKER + 24)  # so many that nobody asks more than is served (domain/asking.py)
LATENCY = 0.05  # seconds; of one send or edit at the far end
NEWS_EVERY, ASK_EVERY = 0.4, 0.5  # seconds
LATER = 8  # events: so long after the first report comes the second, when the first has been sent
LISTED = 20  # items that a feed goes on listing when they have been filed
PATIENCE = 15.0  # seconds that a moment is waited for; then the bot is killed all the same
DRAIN = 300  # seconds until what has not arrived is lost
SOON = 0.002  # seconds between two looks

HAPPENED = "حريق كبير|انفجار قوي|سيل جارف|حادث سير|انهيار سقف|مشاجرة مسلحة|مداهمة ليلية|انقطاع الكهرباء".split("|")
LETTERS = "بتجخدرزسشصطعفقكلمنهوي"
ITEM = re.compile(r"/a/([\w-]+)")


@dataclass(frozen=True, slots=True)
class Since:
    """How things stood when a moment began to be waited for."""

    polls: int
    lines: int
    call: Call | None
    told: int


@dataclass(frozen=True, slots=True)
class Moment:
    """The bot is killed at most `within` seconds after `sign`."""

    name: str
    within: float
    sign: Callable[["Ordeal", Since], bool]


def _said(*signs: str) -> Callable[["Ordeal", Since], bool]:
    return lambda ordeal, since: any(all(s in line for s in signs) for line in ordeal.house.said[since.lines :])


def _called(method: str, first: int = 0) -> Callable[["Ordeal", Since], bool]:
    return lambda ordeal, since: any(
        call.method == method and first <= (call.chat_id or 0) < first + 1_000 for call in ordeal.calls_since(since)
    )


MOMENTS = (
    Moment("filing", 0.3, lambda ordeal, since: ordeal.polls() > since.polls),  # or fetching, or reading
    Moment("claiming", 0.04, _said("poll.filed", "alerts=")),
    Moment("sending", LATENCY, _called("sendmessage", FIRST_WATCHER)),
    Moment("recording", 0.02, lambda ordeal, since: len(ordeal.told) > since.told),
    Moment("editing", LATENCY + 0.02, _called("editmessagetext", FIRST_WATCHER)),
    Moment("receiving", 0.03, _called("getupdates")),
    Moment("handling", LATENCY + 0.02, _called("sendmessage", FIRST_ASKER)),
    Moment("telling", 0.15, _said("poll.filed", f"source={HOT}")),
    Moment("any", 2.0, lambda ordeal, since: True),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that told an item; `kills` came before it."""

    chat_id: int
    item: str  # the first that it names
    silent: bool
    kills: int


@dataclass(frozen=True, slots=True)
class Death:
    """What a kill found under way, in the database."""

    moment: str
    sending: int
    editing: int
    telling: int  # fan-outs
    unhandled: int  # commands


@dataclass(frozen=True, slots=True)
class Reckoning:
    seed: int
    deaths: tuple[Death, ...]
    due: int  # alerts that had to arrive, or to be told of in an edit: one for each item and chat that watches it
    commands: int
    lost: tuple[tuple[int, str], ...]  # chat, item
    unanswered: tuple[str, ...]  # watched words
    forgotten: frozenset[tuple[int, str]]  # what a chat asked to watch and does not, or the other way round
    repeats: tuple[int, ...]  # messages that came again because of each kill; the last: without one
    loud_repeats: int
    answers_repeated: int
    edits: int


class Ordeal:
    """One bot, its readers and its publisher, for one `run`."""

    def __init__(self, folder: Path, database_url: str, seed: int, crowd: int = 1_200) -> None:
        """`crowd`: chats that watch one word; more than one unit of work tells (1,000)."""
        self._folder, self._url, self._seed, self._crowd = folder, database_url, seed, crowd
        self._random = random.Random(seed)
        self._simulator = Simulator(TOKEN)
        self._published: dict[str, str] = {}  # item -> the watched word in its title
        self._words: dict[str, int] = {}  # asked for -> by whom
        self._dropped: set[str] = set()
        self._deaths: list[Death] = []
        self._edits = 0
        self._news = asyncio.Event()  # cleared: none is published
        self._news.set()
        self._seen: defaultdict[int, set[str]] = defaultdict(set)  # chat -> items that a message has ever named
        self.told: list[Arrival] = []
        self.house = House(folder, {})
        self.publisher = Publisher()

    async def run(self, kills: int) -> Reckoning:
        await self._populate()
        await self._simulator.start()
        async with publishing() as self.publisher:
            made = settings((*FEEDS, HOT), self.publisher.url, database_url=self._url)
            made |= {"limits": {"watches_per_chat": 10_000}}
            for source in made["sources"]:
                source["max_alerts"] = 1_000  # what came while the bot was dead rings, and is in no digest
            self.house = House(self._folder, made, self._simulator.api_base)
            try:
                await self._begin()
                busy = [asyncio.create_task(work()) for work in (self._publish_for_ever, self._ask_for_ever)]
                for moment in self._order(kills):
                    await self._die(moment)
                for task in busy:
                    task.cancel()
                await self._drain()
            finally:
                await self.house.kill()
                await self._simulator.stop()
        return self._reckon()

    def polls(self) -> int:
        return sum(self.publisher.asked.values())

    def calls_since(self, since: Since) -> Iterator[Call]:
        return takewhile(lambda call: call is not since.call, reversed(self._simulator.calls))

    # --- before the first kill

    def _order(self, kills: int) -> list[Moment]:
        """Every moment in turn; what has to be told to the crowd comes last, as edits wait for it."""
        moments = self._random.sample(MOMENTS, len(MOMENTS))
        return sorted(islice(cycle(moments), kills), key=lambda moment: moment.name == "telling")

    def _watching(self) -> dict[str, range]:
        """Watched word -> the chats."""
        first = range(FIRST_WATCHER, FIRST_ASKER, WATCHERS_OF_EACH)
        chats = {word: range(at, at + WATCHERS_OF_EACH) for word, at in zip(VILLAGES, first, strict=False)}
        return chats | {HOT_WORD: range(FIRST_OF_THE_CROWD, FIRST_OF_THE_CROWD + self._crowd)}

    async def _populate(self) -> None:
        wanted = list[Wanted]()
        for word, chats in self._watching().items():
            expression = expression_of(word)
            for chat in chats:
                self._simulator.add_person("قارئ", chat)
                wanted.append(Wanted(chat, expression.key, expression.canonical, expression.shown))
        for chat in ASKERS:
            self._simulator.add_person("سائل", chat)
        store = Store.open(self._url)
        await store.write(lambda c: watchlists.add_many(c, wanted, "ar", datetime.now(UTC)))
        store.close()

    async def _begin(self) -> None:
        """What is there at the first poll tells nobody."""
        for feed in (*FEEDS, HOT):
            self.publisher.publish(feed, "خبر قديم", "كان هنا من قبل.")
        for method in ("sendMessage", "editMessageText"):
            self._simulator.faults.add(Fault(FaultKind.LATENCY, method=method, times=None, seconds=LATENCY))
        self._simulator.world.listen(self._note)
        await self.house.start()
        for feed in (*FEEDS, HOT):
            await self.house.hear(f"new=1 source={feed}")

    # --- what goes on meanwhile

    async def _publish_for_ever(self) -> None:
        """Reports of events; every third is a second one, of what another feed told a while ago."""
        told = list[tuple[str, str, str, str]]()
        for number in count():
            if number % 3 or len(told) < LATER:
                word, feed = self._random.choice(VILLAGES), self._random.choice(FEEDS)
                told.append((feed, word, self._title(word), self._words_of(12)))
                self._publish(f"n{number}", *told[-1])
            else:
                feed, word, title, body = told[-LATER]
                other = self._random.choice([name for name in FEEDS if name != feed])
                self._publish(f"n{number}", other, word, title, f"{body} {self._words_of(4)}")
            await asyncio.sleep(NEWS_EVERY)
            await self._news.wait()

    def _title(self, word: str) -> str:
        return f"{self._random.choice(HAPPENED)} في {word}: {self._words_of(3)}"

    def _words_of(self, how_many: int) -> str:
        """Words that nothing else has, so that no two events are taken for one."""
        return " ".join("".join(self._random.sample(LETTERS, 6)) for _ in range(how_many))

    def _publish(self, item: str, feed: str, word: str, title: str, text: str) -> None:
        self._published[item] = word
        self.publisher.publish(feed, title, f"{text}.", guid=item)

    async def _ask_for_ever(self) -> None:
        """People watch words of their own, and give some of them up again."""
        while True:
            asker = self._random.choice(ASKERS)
            theirs = [word for word, who in self._words.items() if who == asker and word not in self._dropped]
            if theirs and self._random.random() < 0.25:
                word = self._random.choice(theirs)
                self._dropped.add(word)
                self._simulator.say(asker, f"ألغِ {word}")
            else:
                word = self._words_of(1)
                self._words[word] = asker
                self._simulator.say(asker, f"تابع {word}")
            await asyncio.sleep(ASK_EVERY)

    def _note(self, change: Change) -> None:
        """A message has arrived, or was edited."""
        if change.kind not in ("message", "edited") or not change.detail["from"]["is_bot"]:
            return
        chat_id, items = change.detail["chat_id"], ITEM.findall(change.detail["html"])
        self._seen[chat_id].update(items)
        if change.kind == "edited":
            self._edits += 1
        elif items:
            self.told.append(Arrival(chat_id, items[0], change.detail["silent"], len(self._deaths)))

    # --- a kill

    async def _die(self, moment: Moment) -> None:
        if moment.name == "telling":
            self._publish(f"hot-after-{len(self._deaths)}", HOT, HOT_WORD, self._title(HOT_WORD), self._words_of(12))
        if moment.name == "editing":
            self._news.clear()  # edits go when nothing waits to be sent
        calls = self._simulator.calls
        since = Since(self.polls(), len(self.house.said), calls[-1] if calls else None, len(self.told))
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not moment.sign(self, since):
                    await asyncio.sleep(SOON)
        await asyncio.sleep(self._random.uniform(0, moment.within))
        await self.house.kill()
        self._news.set()
        with _opened(self._url) as connection:
            self._deaths.append(_death(connection, moment.name))
            self._unlist(set(connection.execute(select(articles.c.key)).scalars()))
            _let_a_minute_pass(connection, datetime.now(UTC))
        await self.house.start()

    def _unlist(self, filed: set[str]) -> None:
        """Feeds grow no longer than they must: what a feed drops before it could be read is nobody's loss but ours."""
        for items in self.publisher.items.values():
            items[LISTED:] = [item for item in items[LISTED:] if not filed.intersection(ITEM.findall(item))]

    # --- the end

    async def _drain(self) -> None:
        """Until all that was published and asked has been dealt with; as fast as it goes, for nothing is killed."""
        await self.house.stop()
        self._simulator.faults.clear()
        self.house.settings["telegram"] = {
            "messages_per_second": 1_000,
            "messages_per_second_in_chat": 1_000,
        }
        await self.house.start()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                while not self._is_quiet():
                    await asyncio.sleep(1)

    def _is_quiet(self) -> bool:
        """Whether everything has been dealt with; what is to be edited, is at once."""
        waiting = alerts.c.state.in_(("ready", "sending")) | alerts.c.edit_due_at.is_not(None)
        with _opened(self._url) as connection:
            filed = _count(connection, select(articles.c.id)) - len(FEEDS) - 1
            left = _count(connection, select(alerts.c.id).where(waiting)) + _count(connection, select(fanouts.c.id))
            unhandled = _count(connection, select(inbox.c.update_id).where(inbox.c.handled_at.is_(None)))
            _let_a_minute_pass(connection, datetime.now(UTC))
        return not left + unhandled + len(self._simulator.world.updates) and filed == len(self._published)

    def _reckon(self) -> Reckoning:
        watching = self._watching()
        due = [(chat, item) for item, word in self._published.items() for chat in watching[word]]
        again = list(self._again())
        cut = Counter(before.kills for before, _ in again)
        answers = Counter(word for chat in ASKERS for word in self._answered(chat))
        asked = {word: 1 + (word in self._dropped) for word in self._words}
        wanted = {(who, expression_of(w).canonical) for w, who in self._words.items() if w not in self._dropped}
        return Reckoning(
            seed=self._seed,
            deaths=tuple(self._deaths),
            due=len(due),
            commands=sum(asked.values()),
            lost=tuple((chat, item) for chat, item in due if item not in self._seen[chat]),
            unanswered=tuple(word for word, times in asked.items() if answers[word] < times),
            forgotten=frozenset(wanted ^ self._watched()),
            repeats=tuple(cut[n] for n in range(len(self._deaths) + 1)),
            loud_repeats=sum(not arrival.silent for _, arrival in again),
            answers_repeated=answers.total() - sum(asked.values()),
            edits=self._edits,
        )

    def _again(self) -> Iterator[tuple[Arrival, Arrival]]:
        """Messages that tell a chat what another had told it before, each with that other."""
        came = dict[tuple[int, str], Arrival]()
        for arrival in self.told:
            if before := came.get((arrival.chat_id, arrival.item)):
                yield before, arrival
            came[arrival.chat_id, arrival.item] = arrival

    def _watched(self) -> set[tuple[int, str]]:
        query = select(watches.c.chat_id, expressions.c.canonical).join(expressions)
        with _opened(self._url) as connection:
            rows = connection.execute(query.where(watches.c.chat_id.in_(ASKERS)))
            return {(row.chat_id, row.canonical) for row in rows}

    def _answered(self, chat_id: int) -> Iterator[str]:
        """The words that the bot's answers in a chat name."""
        for message in self._simulator.messages(chat_id):
            if message.sender.is_bot:
                yield from (word for word in self._words if word in message.text)


@contextmanager
def _opened(url: str) -> Iterator[Connection]:
    """The bot's database, from outside."""
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _death(connection: Connection, moment: str) -> Death:
    edits = connection.execute(
        select(alerts.c.edited_at, alerts.c.edit_due_at).where(alerts.c.edit_due_at.is_not(None))
    )
    return Death(
        moment,
        sending=_count(connection, select(alerts.c.id).where(alerts.c.state == "sending")),
        editing=sum(due_at - (began_at or due_at) == outbox.EDIT_LEASE for began_at, due_at in edits),
        telling=_count(connection, select(fanouts.c.id)),
        unhandled=_count(connection, select(inbox.c.update_id).where(inbox.c.handled_at.is_(None))),
    )


def _count(connection: Connection, rows: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()


def _let_a_minute_pass(connection: Connection, now: datetime) -> None:
    """A message is edited a minute after it was sent, and an edit that a kill cut off two minutes after it began:
    nobody wants to wait for that here."""
    connection.execute(update(alerts).where(alerts.c.edit_due_at > now).values(edit_due_at=now))
