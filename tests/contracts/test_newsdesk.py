"""News in: what is filed, who is told, who is not and why; on every database."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from bot.domain.errors import StoreError
from bot.domain.model import Poll, PollOutcome, Problem, ProblemKind, Source, Validators
from bot.domain.outcomes import GoneReason
from bot.newsdesk import Newsdesk
from bot.places import Places
from bot.store import Store, sources
from bot.store.tables import alerts, articles, silences
from bot.store.tables import sources as sources_table
from bot.watchlists import Watchlists
from tests.conftest import NOON
from tests.news import OTHER, SOURCE, article, poll

UNLISTED = Source("unlisted", "x", "x", "http://x/")  # its articles are refused: a foreign key misses it


class Woken:
    times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
async def desk(store: Store) -> Newsdesk:
    """A desk whose two sources have been polled before."""
    await store.write(lambda c: sources.enlist(c, [SOURCE, OTHER], NOON))
    made = Newsdesk(store, Woken(), Places().codes_named)
    for source in (SOURCE, OTHER):
        await made.file(poll(article("خبر أول", "نص أول", source=source), source=source))
    return made


@pytest.fixture
def lists(store: Store) -> Watchlists:
    return Watchlists(store, lambda: NOON, watches_per_chat=50, language="ar")


def told(connection: Connection) -> Counter[int]:
    return Counter(connection.execute(select(alerts.c.chat_id)).scalars())


def reasons(connection: Connection) -> Counter[str]:
    return Counter(connection.execute(select(silences.c.reason)).scalars())


async def test_each_chat_that_watches_is_told_once_with_all_its_evidence(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    for chat, word in ((1, "جاسم"), (1, "انفجار"), (2, "درعا"), (3, "حلب")):
        await lists.watch(chat, word)
    await desk.file(poll(article()))
    assert await store.read(told) == {1: 1, 2: 1}
    evidence = await store.read(lambda c: c.execute(select(alerts.c.evidence).where(alerts.c.chat_id == 1)).scalar())
    assert evidence is not None
    assert {row["watch"] for row in evidence} == {"جاسم", "انفجار"}
    item = article()
    for row in evidence:
        assert getattr(item, row["field"])[row["start"] : row["end"]] == row["surface"]


async def test_the_same_entries_again_tell_nobody_again(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "جاسم")
    for _ in range(3):
        await desk.file(poll(article(), article()))
    assert await store.read(told) == {1: 1}
    assert await store.read(lambda c: c.execute(select(func.count()).select_from(articles)).scalar()) == 3


async def test_a_repost_by_another_source_is_the_same_story(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "جاسم")
    await desk.file(poll(article()))
    await lists.watch(2, "جاسم")
    await desk.file(poll(article(source=OTHER, guid="copy"), source=OTHER))
    assert await store.read(told) == {1: 1, 2: 1}  # who was not told of the story yet, is
    assert (await store.read(reasons))["already_told"] == 1


async def test_the_same_words_days_later_are_another_story(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "جاسم")
    await desk.file(poll(article()))
    later = NOON + timedelta(days=3)
    await desk.file(poll(article(guid="again", seen_at=later, published_at=later), at=later))
    assert await store.read(told) == {1: 2}


async def test_the_first_poll_of_a_source_files_and_tells_nobody(store: Store, lists: Watchlists) -> None:
    await lists.watch(1, "جاسم")
    await store.write(lambda c: sources.enlist(c, [SOURCE], NOON))
    desk = Newsdesk(store, Woken(), Places().codes_named)
    await desk.file(poll(article()))
    assert await store.read(told) == {}
    assert (await store.read(reasons))["first_poll"] == 1
    await desk.file(poll(article(guid="new"), article()))
    assert await store.read(told) == {1: 1}


@pytest.mark.parametrize("outcome", [PollOutcome.FAILED, PollOutcome.NOT_MODIFIED])
async def test_a_poll_that_brought_nothing_is_not_the_first(
    store: Store, lists: Watchlists, outcome: PollOutcome
) -> None:
    await lists.watch(1, "جاسم")
    await store.write(lambda c: sources.enlist(c, [SOURCE], NOON))
    desk = Newsdesk(store, Woken(), Places().codes_named)
    await desk.file(poll(outcome=outcome))
    await desk.file(poll(article()))
    assert await store.read(told) == {}


@pytest.mark.parametrize(
    ("published_at", "reason"), [(None, "undated"), (NOON - timedelta(hours=49), "stale")], ids=["undated", "old"]
)
async def test_what_is_not_new_is_filed_and_tells_nobody(
    store: Store, desk: Newsdesk, lists: Watchlists, published_at: object, reason: str
) -> None:
    await lists.watch(1, "جاسم")
    await desk.file(poll(article(published_at=published_at)))  # type: ignore[arg-type]
    assert await store.read(told) == {}
    assert (await store.read(reasons))[reason] == 1


async def test_a_chat_that_has_gone_is_not_told_and_the_reason_is_kept(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "جاسم")
    await lists.leave(1, GoneReason.BLOCKED)
    await desk.file(poll(article()))
    assert await store.read(told) == {}
    assert (await store.read(reasons))["chat_paused"] == 1
    await lists.meet(1)
    assert await store.read(told) == {1: 1}  # of what it missed
    await desk.file(poll(article("اجتماع في بلدية جاسم", "نص آخر عن جاسم", guid="x")))
    assert await store.read(told) == {1: 2}


async def test_a_watch_added_or_removed_between_polls_counts_at_once(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await desk.file(poll(article()))
    await lists.watch(1, "جاسم")
    await desk.file(poll(article("حريق في جاسم", "اندلع حريق في جاسم.", guid="b")))
    await lists.unwatch(1, "جاسم")
    await desk.file(poll(article("هدوء في جاسم", "عاد الهدوء إلى جاسم.", guid="c")))
    assert await store.read(told) == {1: 1}
    await lists.watch(1, "جاسم")
    await desk.file(poll(article("أمطار في جاسم", "هطلت أمطار في جاسم.", guid="d")))
    assert await store.read(told) == {1: 2}


async def test_a_failure_is_recorded_and_the_validators_stay(store: Store, desk: Newsdesk) -> None:
    await desk.file(poll(article(), validators=Validators('"v1"', "yesterday")))
    problem = Problem(ProblemKind.TIMEOUT, "after 20 s")
    for _ in range(2):
        await desk.file(poll(outcome=PollOutcome.FAILED, problems=(problem,)))
    query = select(sources_table).where(sources_table.c.id == SOURCE.id)
    row = await store.read(lambda c: c.execute(query).one())
    assert (row.failures, row.problem, row.etag, row.good_at) == (2, "timeout", '"v1"', NOON)
    await desk.file(poll(outcome=PollOutcome.NOT_MODIFIED))
    row = await store.read(lambda c: c.execute(query).one())
    assert (row.failures, row.problem, row.etag) == (0, "timeout", '"v1"')


async def test_a_source_that_moves_to_another_address_begins_afresh(store: Store, desk: Newsdesk) -> None:
    await desk.file(poll(article(), validators=Validators('"v1"')))
    moved = type(SOURCE)(SOURCE.id, "اسم", "name", "http://127.0.0.1:1/other.xml")
    await store.write(lambda c: sources.enlist(c, [moved], NOON))
    (due,) = await store.read(lambda c: sources.due(c, NOON, 10))
    assert (due.source.url, due.validators) == (moved.url, Validators())
    assert not (await store.read(lambda c: sources.standing(c, SOURCE.id))).filed


async def test_delivery_is_woken_only_for_alerts(store: Store, lists: Watchlists) -> None:
    woken = Woken()
    await store.write(lambda c: sources.enlist(c, [SOURCE], NOON))
    desk = Newsdesk(store, woken, Places().codes_named)
    await desk.file(poll(article("أول", "نص")))
    await desk.file(poll(article()))
    assert woken.times == 0
    await lists.watch(1, "جاسم")
    await desk.file(poll(article("انفجار ثان في جاسم", "نص", guid="n")))
    assert woken.times == 1


async def test_nothing_of_a_poll_is_kept_when_its_transaction_fails(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "جاسم")
    before = await store.read(lambda c: c.execute(select(sources_table.c.etag)).all())
    with pytest.raises(StoreError):
        await desk.file(poll(article(source=UNLISTED), source=UNLISTED, validators=Validators('"v2"')))
    assert await store.read(told) == {}
    assert await store.read(lambda c: c.execute(select(sources_table.c.etag)).all()) == before
    await desk.file(poll(article()))  # and the desk goes on
    assert await store.read(told) == {1: 1}


@pytest.mark.parametrize(
    ("watch", "told_of"),
    [
        ("جاسم + فئة: انفجار", 1),
        ("جاسم + فئة: حريق", 0),
        ("فئة: انفجار", 1),
        ("درعا + خطورة: متوسطة", 1),
        ("درعا + مصدر: صوت حوران", 1),
        ("درعا + مصدر: صوت الغوطة", 0),
        ("انفجار + لغة: عربي", 1),
        ("انفجار + لغة: تركي", 0),
        ("جاسم - فئة: انفجار", 0),
        ("جاسم + صيغة: نفي", 0),
        ("محافظة درعا", 1),
        ("حوران", 1),
    ],
)
async def test_a_watch_may_ask_for_what_happens_and_who_says_so(
    store: Store, desk: Newsdesk, lists: Watchlists, watch: str, told_of: int
) -> None:
    await lists.watch(1, watch)
    await desk.file(poll(article("انفجار عبوة ناسفة في مدينة جاسم شمال درعا", "انفجرت عبوة ناسفة قرب السوق في جاسم.")))
    assert (await store.read(told))[1] == told_of


# --- polls that are filed together

FIRE = ("حريق في مستودع للأخشاب في جاسم", "اندلع حريق كبير في مستودع للأخشاب على أطراف جاسم، ولم تقع إصابات.")
RAIN = ("أمطار غزيرة تغرق شوارع جاسم", "أغرقت أمطار غزيرة شوارع في جاسم وتوقفت حركة السير فيها ساعات.")


async def filed_together(desk: Newsdesk, *polls: Poll) -> list[BaseException | None]:
    """All of them wait while another one is filed; what each of them came to."""
    first = poll(article("خبر", "نص خبر", guid="before them"))
    _, *rest = await asyncio.gather(*(desk.file(one) for one in (first, *polls)), return_exceptions=True)
    return rest


async def test_polls_that_wait_are_filed_in_one_unit_of_work_each_with_its_own_alerts(
    store: Store, desk: Newsdesk, lists: Watchlists, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = list[int]()
    write = store.write

    async def counted(unit: Callable[[Connection], object]) -> object:
        units.append(1)
        return await write(unit)

    for chat, word in ((1, "جاسم"), (2, "حريق")):
        await lists.watch(chat, word)
    monkeypatch.setattr(store, "write", counted)
    ours = poll(article(*FIRE), validators=Validators('"a"'))
    theirs = poll(article(*RAIN, source=OTHER), source=OTHER, validators=Validators('"b"'))
    assert await filed_together(desk, theirs, ours) == [None, None]
    assert len(units) <= 3  # the first, and the others in one or, where they met it late, in two
    assert await store.read(told) == {1: 2, 2: 1}
    tags = await store.read(lambda c: c.execute(select(sources_table.c.id, sources_table.c.etag)).all())
    assert dict(tags) == {SOURCE.id: '"a"', OTHER.id: '"b"'}


async def test_one_poll_that_cannot_be_stored_takes_no_other_along(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "جاسم")
    poisoned = poll(article(source=UNLISTED), source=UNLISTED)
    good = poll(article(*FIRE)), poll(article(*RAIN, source=OTHER), source=OTHER)
    error, *rest = await filed_together(desk, poisoned, *good)
    assert isinstance(error, StoreError)
    assert rest == [None, None]
    assert await store.read(told) == {1: 2}
    # What it would have said is not remembered: the same from a known source is news.
    await desk.file(poll(article(guid="the same")))
    assert await store.read(told) == {1: 3}


async def test_one_event_from_two_sources_at_once_rings_once(store: Store, desk: Newsdesk, lists: Watchlists) -> None:
    await lists.watch(1, "جاسم")
    await lists.watch(2, "المستودع")
    again = "نشب حريق كبير في مستودع أخشاب على أطراف مدينة جاسم. وقال الدفاع المدني إن المستودع احترق ولم تقع إصابات."
    one = poll(article(*FIRE))
    other = poll(article("حريق كبير في مستودع أخشاب على أطراف جاسم", again, source=OTHER), source=OTHER)
    assert await filed_together(desk, one, other) == [None, None]
    assert await store.read(told) == {1: 1, 2: 1}
    assert (await store.read(reasons))["already_told"] == 1


async def test_two_polls_of_one_source_that_wait_together_file_an_item_once(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "جاسم")
    problem = Problem(ProblemKind.TIMEOUT, "after 20 s")
    failed = poll(outcome=PollOutcome.FAILED, problems=(problem,))
    assert await filed_together(desk, poll(article(*FIRE)), poll(article(*FIRE)), failed, failed) == [None] * 4
    assert await store.read(told) == {1: 1}
    failures = select(sources_table.c.failures).where(sources_table.c.id == SOURCE.id)
    assert await store.read(lambda c: c.execute(failures).scalar()) == 2


async def test_whoever_is_cancelled_while_waiting_leaves_the_others_alone(
    store: Store, desk: Newsdesk, lists: Watchlists
) -> None:
    await lists.watch(1, "جاسم")
    kept = asyncio.create_task(desk.file(poll(article(*FIRE))))
    left = asyncio.create_task(desk.file(poll(article(*RAIN, source=OTHER), source=OTHER)))
    await asyncio.sleep(0)
    left.cancel()
    await kept
    with pytest.raises(asyncio.CancelledError):
        await left
    assert (await store.read(told))[1] >= 1
    await desk.file(poll(article("هدوء في جاسم", "عاد الهدوء إلى شوارع جاسم.", guid="after"), source=SOURCE))
    assert (await store.read(told))[1] >= 2
