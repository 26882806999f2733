"""One event, one message: what joins a story, what rings again and what does not; on every database."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.domain.errors import StoreError
from bot.domain.model import Article, Source
from bot.newsdesk import Newsdesk, telling
from bot.places import Places
from bot.store import Store, articles, outbox, sources, watchlists
from bot.store.tables import alerts, silences
from bot.store.tables import articles as articles_table
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.news import article, poll

MINUTE = timedelta(minutes=1)
SOURCES = [Source(f"s{n}", f"مصدر {n}", f"Source {n}", f"http://127.0.0.1:1/{n}.xml") for n in range(6)]
SETTLE = timedelta(seconds=60)

FIRST = (
    "مقتل شخصين بانفجار عبوة ناسفة في مدينة نوى",
    "قُتل شخصان وأصيب ثلاثة آخرون بانفجار عبوة ناسفة بسيارة قرب دوار المدينة في نوى بريف درعا الغربي.",
)
SECOND = (
    "قتيلان في انفجار عبوة ناسفة بسيارة في نوى غربي درعا",
    "انفجرت عبوة ناسفة بسيارة قرب دوار مدينة نوى بريف درعا الغربي ما أدى إلى مقتل شخصين وإصابة ثلاثة.",
)
TOLL_UP = (
    "ارتفاع حصيلة انفجار العبوة الناسفة في نوى إلى أربعة قتلى",
    "ارتفعت حصيلة انفجار العبوة الناسفة بسيارة قرب دوار مدينة نوى بريف درعا الغربي إلى أربعة قتلى وثلاثة جرحى.",
)
RUMOUR = (
    "اختطاف طالبة من أمام مدرستها في حي الوعر بحمص",
    "أفادت شبكات محلية باختطاف طالبة من أمام مدرستها في حي الوعر بمدينة حمص صباح اليوم على يد مسلحين مجهولين.",
)
DENIAL = (
    "قيادة الأمن في حمص تنفي اختطاف طالبة في حي الوعر",
    "نفت قيادة الأمن الداخلي في حمص صحة الأنباء عن اختطاف طالبة من أمام مدرستها في حي الوعر بمدينة حمص صباح اليوم.",
)


def report(words: tuple[str, str], source: int, after: timedelta = timedelta(0)) -> Article:
    at = NOON + after
    return article(*words, source=SOURCES[source], guid=f"{words[0]}{source}", seen_at=at, published_at=at)


@pytest.fixture
async def desk(store: Store) -> Newsdesk:
    """A desk whose sources have been polled before."""
    return await opened(store)


async def opened(store: Store, settle: timedelta = SETTLE) -> Newsdesk:
    await store.write(lambda c: sources.enlist(c, SOURCES, NOON))
    made = Newsdesk(store, lambda: None, Places().codes_named, settle)
    await made.open(NOON)
    for source in SOURCES:
        if not (await store.read(lambda c, s=source: sources.standing(c, s.id))).filed:
            await made.file(poll(article("خبر أول", "نص أول", source=source), source=source))
    return made


@pytest.fixture
def lists(store: Store) -> Watchlists:
    return Watchlists(store, lambda: NOON, watches_per_chat=50, language="ar")


async def tell(desk: Newsdesk, *reports: Article) -> None:
    for one in reports:
        source = next(s for s in SOURCES if s.id == one.source_id)
        await desk.file(poll(one, source=source, at=one.seen_at))


async def sent(store: Store, at: datetime = NOON) -> None:
    """What waits has been sent, each as the message of its own number."""
    ready = alerts.c.state == "ready"
    changes = {"state": "sent", "sent_at": at, "message_id": alerts.c.id}
    await store.write(lambda c: c.execute(alerts.update().where(ready).values(**changes)))


def all_watch(connection: Connection, chats: Iterable[int]) -> None:
    for chat in chats:
        watchlists.meet(connection, chat, "ar", NOON)
        watchlists.add(connection, chat, "نوى", "نوى", "نوى", NOON)


async def told(store: Store) -> list[tuple[int, str]]:
    query = select(alerts.c.chat_id, alerts.c.kind).order_by(alerts.c.id)
    return [(row.chat_id, row.kind) for row in await store.read(lambda c: c.execute(query).all())]


async def reasons(store: Store, chat_id: int) -> list[str]:
    query = select(silences.c.reason).where(silences.c.chat_id == chat_id).order_by(silences.c.id)
    return list(await store.read(lambda c: c.execute(query).scalars().all()))


async def behind(store: Store) -> list[int]:
    """The chats whose message is to be edited."""
    query = select(alerts.c.chat_id).where(alerts.c.edit_due_at.is_not(None)).order_by(alerts.c.id)
    return list(await store.read(lambda c: c.execute(query).scalars().all()))


async def test_a_second_source_rings_nobody_twice_and_is_shown_in_the_message(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "نوى")
    await tell(desk, report(FIRST, 0))
    await sent(store)
    await tell(desk, report(SECOND, 1, 5 * MINUTE))
    assert await told(store) == [(1, "first")]
    assert await reasons(store, 1) == ["already_told"]
    assert await behind(store) == [1]


async def test_whoever_watches_what_only_the_second_report_names_is_told_by_it(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "نوى")
    await lists.watch(2, "دوار مدينة نوى")
    await tell(desk, report(FIRST, 0), report(SECOND, 1, MINUTE))
    assert await told(store) == [(1, "first"), (2, "first")]


async def test_a_higher_toll_rings_for_all_who_were_told(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "نوى")
    await lists.watch(2, "شخصين")
    await tell(desk, report(FIRST, 0))
    await sent(store)
    await tell(desk, report(TOLL_UP, 1, 30 * MINUTE))
    assert await told(store) == [(1, "first"), (2, "first"), (1, "development"), (2, "development")]


async def test_a_development_that_comes_before_the_message_has_left_does_not_ring_twice(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "نوى")
    await tell(desk, report(FIRST, 0), report(TOLL_UP, 1, MINUTE))
    assert await told(store) == [(1, "first")]


async def test_a_denial_reaches_whoever_was_alarmed_and_the_second_denial_nobody(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "الوعر")
    await lists.watch(2, "شبكات محلية")
    await tell(desk, report(RUMOUR, 0))
    await sent(store)
    await tell(desk, report(DENIAL, 1, 15 * MINUTE))
    assert await told(store) == [(1, "first"), (2, "first"), (1, "denial"), (2, "denial")]
    assert await behind(store) == [1, 2]  # and the first message is marked
    await sent(store)
    await tell(desk, report((DENIAL[0], DENIAL[1] + " وأكدت أن المدينة هادئة."), 2, 30 * MINUTE))
    assert len(await told(store)) == 4


async def test_a_denial_that_is_the_first_word_of_a_story_is_told_once(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "الوعر")
    await tell(desk, report(DENIAL, 0))
    await sent(store)
    await tell(desk, report(("نفي رسمي لاختطاف طالبة في حي الوعر بحمص", DENIAL[1]), 1, 15 * MINUTE))
    assert await told(store) == [(1, "first")]


async def test_what_is_critical_goes_at_once_and_all_else_waits_for_other_sources(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "حمص")
    await lists.watch(2, "إدلب")
    await tell(
        desk,
        report(("غارة جوية على مدينة إدلب تقتل خمسة مدنيين", "قُتل خمسة مدنيين بغارة جوية على مدينة إدلب."), 0),
        report(("انقطاع المياه عن أحياء في حمص", "انقطعت المياه عن أحياء في مدينة حمص بسبب عطل."), 1),
    )
    query = select(alerts.c.chat_id, alerts.c.due_at)
    due = dict(await store.read(lambda c: c.execute(query).all()))  # type: ignore[arg-type]
    assert due == {2: NOON, 1: NOON + SETTLE}


async def test_different_news_of_one_town_is_not_one_story(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "جاسم")
    news = [
        ("حريق في جاسم", "اندلع حريق في جاسم."),
        ("أمطار غزيرة في جاسم", "هطلت أمطار غزيرة في جاسم."),
        ("اجتماع في بلدية جاسم", "اجتمع وجهاء في بلدية جاسم."),
        ("انقطاع الكهرباء عن جاسم", "انقطعت الكهرباء عن جاسم."),
        ("احتجاج في جاسم", "خرج أهالٍ في احتجاج في جاسم."),
    ]
    await tell(desk, *(report(words, n % 5, n * MINUTE) for n, words in enumerate(news)))
    assert await told(store) == [(1, "first")] * len(news)


async def test_two_villages_raided_the_same_day_are_two_stories(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "درعا")
    text = "توغلت قوة إسرائيلية مؤلفة من أربع آليات في قرية {} بريف درعا الغربي وفتشت منازل ثم انسحبت."
    await tell(
        desk,
        report(("توغل إسرائيلي في قرية جملة غربي درعا", text.format("جملة")), 0),
        report(("توغل إسرائيلي في قرية معرية غربي درعا", text.format("معرية")), 1, 40 * MINUTE),
    )
    assert await told(store) == [(1, "first"), (1, "first")]


async def test_a_town_that_is_only_named_in_what_happened_earlier_disturbs_nobody(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "الصنمين")
    await lists.watch(2, "نوى")
    text = FIRST[1] + " وكانت مدينة الصنمين قد شهدت العام الماضي انفجاراً مماثلاً أودى بحياة طفل."
    await tell(desk, report((FIRST[0], text), 0))
    assert await told(store) == [(2, "first")]
    assert await reasons(store, 1) == ["background"]


async def test_stories_are_remembered_over_a_restart(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "نوى")
    await tell(desk, report(FIRST, 0))
    await tell(await opened(store), report(SECOND, 1, 5 * MINUTE))
    assert await told(store) == [(1, "first")]


async def test_a_story_of_a_commit_that_failed_is_not_remembered(
    store: Store, desk: Newsdesk, lists: Watchlists, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lists.watch(1, "نوى")

    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(sources, "record_polls", broken)
        with pytest.raises(StoreError):
            await tell(desk, report(FIRST, 0))
    await tell(desk, report(SECOND, 1, MINUTE))
    assert await told(store) == [(1, "first")]


async def test_an_article_that_was_merged_wrongly_is_split_and_told(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "نوى")
    await tell(desk, report(FIRST, 0), report(SECOND, 1, MINUTE))
    query = select(articles_table.c.id, articles_table.c.story_id).order_by(articles_table.c.id.desc()).limit(1)
    ((second, before),) = await store.read(lambda c: c.execute(query).all())
    other = await opened(store)  # the operator's command is another process than the bot
    story = await other.split(second, NOON + 2 * MINUTE)
    assert story != before
    assert await told(store) == [(1, "first"), (1, "first")]
    with pytest.raises(LookupError):
        await other.split(10**9, NOON)
    # The bot learns of it: what is like the second report joins the second story.
    await tell(desk, report((SECOND[0], SECOND[1] + " بحسب مصدر طبي."), 2, 5 * MINUTE))
    ((_, joined),) = await store.read(lambda c: c.execute(query).all())
    assert joined == story


async def test_many_chats_are_told_in_steps_and_a_kill_between_them_loses_none(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    chats = range(1, telling.STEP * 2 + 11)
    await store.write(lambda c: all_watch(c, chats))

    async def nothing(_: datetime) -> None:
        """The process is killed right after the commit."""

    desk._tell_the_rest = nothing  # type: ignore[method-assign]
    await tell(desk, report(FIRST, 0))
    assert len(await told(store)) == telling.STEP
    await opened(store)
    assert [chat for chat, _ in await told(store)] == list(chats)
    assert await store.write(lambda c: telling.go_on(c, NOON)) is None


async def test_the_steps_are_as_small_as_the_database_is_slow(
    store: Store, desk: Newsdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = range(1, telling.STEP * 2 + 191)
    await store.write(lambda c: all_watch(c, chats))
    steps: list[int] = []
    plain = telling.tell

    def tell_some(*arguments: Any) -> telling.Outcome:
        steps.append(arguments[3] if len(arguments) > 3 else telling.STEP)
        return plain(*arguments)

    monkeypatch.setattr(telling, "tell", tell_some)
    monkeypatch.setattr("bot.newsdesk.desk.STEP_SECONDS", 1e-9)
    await tell(desk, report(FIRST, 0))
    assert [chat for chat, _ in await told(store)] == list(chats)
    assert steps == [telling.STEP, telling.STEP, telling.STEP // 4, telling.FEWEST, telling.FEWEST]


async def test_only_a_bounded_number_of_developments_rings_in_an_hour(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "نوى")
    await tell(desk, report(FIRST, 0))
    await sent(store)
    for dead in range(4, 12):
        words = (
            f"ارتفاع حصيلة انفجار العبوة الناسفة في نوى إلى {dead} قتلى",
            f"ارتفعت حصيلة انفجار العبوة الناسفة بسيارة قرب دوار مدينة نوى بريف درعا الغربي إلى {dead} قتلى.",
        )
        await tell(desk, report(words, dead % 6, dead * MINUTE))
        await sent(store)
    kinds = [kind for _, kind in await told(store)]
    assert kinds.count("development") == 3


def stories_of(rows: Sequence[articles.Told]) -> list[str]:
    return [told.name_ar for told in rows]


async def test_the_reports_of_a_story_are_known_in_their_order(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "نوى")
    await tell(desk, report(FIRST, 0), report(SECOND, 1, MINUTE))
    (claimed,) = await store.write(lambda c: outbox.claim(c, outbox.Rates(), 5, NOON + SETTLE))
    assert stories_of(claimed.reports) == ["مصدر 0", "مصدر 1"]
    assert claimed.rang.article.tolls.dead == 2
    assert [e.category for e in claimed.rang.article.events if e.main] == ["explosion"]
