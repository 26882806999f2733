"""What the operators are told of sources: once, each of them, and whatever is killed in between. On every database."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.app import translations
from bot.bulletin import IN_A_MESSAGE, Bulletin
from bot.domain.model import Message, Poll, PollOutcome, Problem, ProblemKind, Source
from bot.domain.outcomes import Gone, Moved, Outcome, Retry, Sent
from bot.domain.source_health import IN_A_POLL, ON_RECORD, Condition
from bot.sourcing import Sourcing
from bot.store import Store, notices, sources, watchlists
from bot.store.notices import Queues
from bot.store.tables import alerts, articles, chats, stories
from tests.conftest import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AHMAD, HALA = 501, 502


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


class Wire:
    """The far end: remembers what it was given, and answers what it was told to."""

    def __init__(self, *answers: Outcome) -> None:
        self.got: list[Message] = []
        self.answers = list(answers)

    async def __call__(self, message: Message) -> Outcome:
        self.got.append(message)
        return self.answers.pop(0) if self.answers else Sent(len(self.got))


async def enlist(store: Store, *names: str) -> None:
    new = [Source(name, f"المصدر {name}", f"Source {name}", f"https://{name}.example/") for name in names]
    await store.write(lambda c: sources.enlist(c, new, NOON))


async def tell(store: Store, name: str, found: dict[Condition, str], at: datetime = NOON) -> list[Condition]:
    return await store.write(lambda c: notices.tell(c, name, found, IN_A_POLL, at))


def bulletin(store: Store, wire: Wire, *operators: int) -> Bulletin:
    return Bulletin(store, wire, translations(), operators, Clock())


async def test_a_condition_is_told_once_while_it_holds(store: Store) -> None:
    await enlist(store, "a")
    found = {Condition.PROVEN: "", Condition.SILENT: "since Friday"}
    assert await tell(store, "a", found) == [Condition.SILENT, Condition.PROVEN]
    assert await tell(store, "a", found) == []
    assert await tell(store, "a", {Condition.SILENT: "since Friday"}) == []
    assert [n.condition for n in await store.read(notices.waiting)] == [Condition.SILENT, Condition.PROVEN]


async def test_one_that_has_ended_is_told_again_but_not_on_the_same_day(store: Store) -> None:
    await enlist(store, "a")
    for at, told in ((NOON, True), (NOON + HOUR, False), (NOON + DAY + HOUR, True)):
        assert bool(await tell(store, "a", {Condition.TITLE: "x"}, at)) is told
        assert await tell(store, "a", {}, at) == []


async def test_a_poll_does_not_end_what_shows_in_the_record_alone(store: Store) -> None:
    await enlist(store, "a")
    await store.write(lambda c: notices.tell(c, "a", {Condition.FAILING: "timeout"}, ON_RECORD, NOON))
    await tell(store, "a", {})
    (health,) = await store.read(lambda c: sources.health(c, NOON))
    assert health.reported == {Condition.FAILING}


async def test_a_source_that_is_not_there_is_told_of_nowhere(store: Store) -> None:
    assert await tell(store, "nobody", {Condition.FLOOD: ""}) == []


async def test_every_operator_is_told_in_his_language_in_one_message(store: Store) -> None:
    await enlist(store, "a", "b")
    await store.write(lambda c: watchlists.meet(c, HALA, "en", NOON))
    await tell(store, "a", {Condition.MOVED: "https://new.example/<b>"})
    await tell(store, "b", {Condition.LANGUAGE: "12 of 12 in tr"})
    wire = Wire()
    await bulletin(store, wire, AHMAD, HALA).deliver()
    arabic, english = wire.got
    assert (arabic.chat_id, english.chat_id) == (AHMAD, HALA)
    assert "المصدر a" in arabic.html
    assert "https://new.example/&lt;b&gt;" in arabic.html
    assert "Source b" in english.html
    assert "publishes in a language" in english.html
    await bulletin(store, wire, AHMAD, HALA).deliver()
    assert len(wire.got) == 2
    assert await store.read(notices.waiting) == []


async def test_whoever_could_not_be_told_is_told_later_and_nobody_twice(store: Store) -> None:
    await enlist(store, "a")
    await tell(store, "a", {Condition.FLOOD: ""})
    wire = Wire(Sent(1), Retry(timedelta(seconds=9)))
    await bulletin(store, wire, AHMAD, HALA).deliver()
    await bulletin(store, wire, AHMAD, HALA).deliver()
    assert [message.chat_id for message in wire.got] == [AHMAD, HALA, HALA]
    assert await store.read(notices.waiting) == []


async def test_an_operator_who_blocked_the_bot_holds_up_nobody_and_one_who_moved_is_found(store: Store) -> None:
    await enlist(store, "a")
    await tell(store, "a", {Condition.FLOOD: ""})
    wire = Wire(Gone("blocked"), Moved(-1007), Sent(3))
    await bulletin(store, wire, AHMAD, -7).deliver()
    assert [message.chat_id for message in wire.got] == [AHMAD, -7, -1007]
    assert await store.read(notices.waiting) == []


async def test_a_day_on_which_everything_fails_is_told_in_messages_that_fit(store: Store) -> None:
    names = [f"s{n:02}" for n in range(IN_A_MESSAGE + 5)]
    await enlist(store, *names)
    for name in names:
        await tell(store, name, {Condition.TITLE: "ب" * 500})
    wire = Wire()
    await bulletin(store, wire, AHMAD).deliver()
    assert [message.html.count("•") for message in wire.got] == [IN_A_MESSAGE, 5]
    assert all(len(message.html) < 4096 for message in wire.got)


async def test_without_operators_nothing_piles_up(store: Store) -> None:
    await enlist(store, "a")
    await tell(store, "a", {Condition.FLOOD: ""})
    await bulletin(store, Wire()).deliver()
    assert await store.read(notices.waiting) == []


async def test_a_source_that_fails_for_long_is_found_by_the_review_and_told_with_its_reason(store: Store) -> None:
    await enlist(store, "good", "bad")
    clock = Clock()
    sourcing = Sourcing(store, clock, lambda _code, _language: None)
    for _ in range(5):
        poll = Poll("bad", NOON, NOON, PollOutcome.FAILED, problems=(Problem(ProblemKind.TIMEOUT),))
        await store.write(lambda c, poll=poll: sources.record_poll(c, poll))  # type: ignore[misc]
    await sourcing.review()
    await sourcing.review()
    wire = Wire()
    await bulletin(store, wire, AHMAD).deliver()
    (message,) = wire.got
    assert "المصدر bad" in message.html
    assert "لم يُجب في الوقت المتاح" in message.html
    assert "good" not in message.html
    poll = Poll("bad", NOON, NOON, PollOutcome.NOT_MODIFIED)
    await store.write(lambda c: sources.record_poll(c, poll))
    await sourcing.review()
    health = {h.source.id: h for h in await sourcing.listed()}
    assert health["bad"].reported == frozenset()


async def test_one_condition_can_be_reported_by_itself(store: Store) -> None:
    await enlist(store, "a")
    sourcing = Sourcing(store, Clock(), lambda _code, _language: None)
    await sourcing.report(Condition.SILENT, "a")
    await sourcing.report(Condition.FLOOD, "a", "40 new items")
    await sourcing.report(Condition.FLOOD, "a", "50 new items")
    told = [(n.condition, n.detail) for n in await store.read(notices.waiting)]
    assert told == [(Condition.SILENT, ""), (Condition.FLOOD, "40 new items")]


async def test_the_queues_are_counted(store: Store) -> None:
    assert await store.read(lambda c: notices.queues(c, NOON)) == Queues(0, None, 0, None, 0, 0)
    await enlist(store, "a")

    def fill(c: Connection) -> None:
        c.execute(chats.insert().values(id=1, language="ar", created_at=NOON))
        c.execute(stories.insert().values(id=1, opened_at=NOON))
        for number, (state, ago) in enumerate(
            (("ready", 2), ("sending", 1), ("sent", 5), ("sent", 100), ("dead", 3), ("dead", 100)), start=1
        ):
            article = {"title": "", "text": "", "language": "ar", "seen_at": NOON, "story_id": 1, "source_id": "a"}
            c.execute(articles.insert().values(id=number, key=str(number), **article))
            at = NOON - timedelta(minutes=ago)
            row = {"chat_id": 1, "story_id": 1, "article_id": number, "evidence": [], "priority": 1, "state": state}
            c.execute(alerts.insert().values(id=number, due_at=at, created_at=at, **row))
            if state == "sent":
                c.execute(alerts.update().where(alerts.c.id == number).values(sent_at=at))

    await store.write(fill)
    queues = await store.read(lambda c: notices.queues(c, NOON))
    assert (queues.waiting, queues.sent, queues.dead, queues.asked) == (2, 1, 1, 0)
    assert queues.due_at == NOON - timedelta(minutes=2)
    assert queues.sent_at == NOON - timedelta(minutes=100)  # by the row that came last
