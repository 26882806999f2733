"""The sources in the database: who is polled, with what, and how each is doing. On every database."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text, update

from bot.domain.model import (
    Article,
    Findings,
    Poll,
    PollOutcome,
    Problem,
    ProblemKind,
    Selectors,
    Source,
    SourceKind,
    SourceState,
    Validators,
)
from bot.store import Store, sources
from bot.store.sources import SourceHealth
from bot.store.tables import sources as table
from tests.conftest import NOON

FEED = Source("feed", "الخلاصة", "Feed", "http://127.0.0.1:1/feed")
FULL = Source(
    id="page",
    name_ar="الصفحة",
    name_en="Page",
    url="http://127.0.0.1:1/news",
    language="kmr",
    interval=timedelta(seconds=90),
    area="SY12",
    kind=SourceKind.PAGE,
    state=SourceState.CHECK,
    outlet="paper",
    role="press",
    slant="private",
    languages=("kmr", "ar"),
    syria_only=False,
    strip=("… النهاية",),
    selectors=Selectors("li.post", title="h2", time="time"),
    max_alerts=4,
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def enlist(store: Store, *catalogue: Source, at: datetime = NOON) -> None:
    await store.write(lambda c: sources.enlist(c, catalogue, at))


async def polled(store: Store, at: datetime = NOON) -> dict[str, Source]:
    due = await store.read(lambda c: sources.due(c, at, 100))
    return {one.source.id: one.source for one in due}


async def test_those_that_wait_already_are_not_found_again_and_the_others_are_in_order(store: Store) -> None:
    await enlist(store, *(Source(f"s{n}", "م", "S", f"http://127.0.0.1:1/{n}") for n in range(1, 7)))
    for number in range(1, 7):
        change = update(table).where(table.c.id == f"s{number}")
        await store.write(lambda c, u=change, n=number: c.execute(u.values(enabled=True, next_poll_at=NOON - n * HOUR)))
    due = await store.read(lambda c: sources.due(c, NOON, 5, {"s6", "s3"}))
    assert [one.source.id for one in due] == ["s5", "s4", "s2"]


def poll(source: Source, at: datetime, outcome: PollOutcome = PollOutcome.READ, *problems: Problem) -> Poll:
    return Poll(source.id, at, at, outcome, Validators('"v"') if outcome is PollOutcome.READ else None, (), problems)


def article(source: Source, key: str, seen_at: datetime, delay: timedelta | None) -> Article:
    published_at = None if delay is None else seen_at - delay
    return Article(source.id, key, None, "عنوان", "نص", "ar", published_at, seen_at, None)


async def record(store: Store, poll: Poll, *new: Article, findings: Findings = Findings()) -> None:
    await store.write(lambda c: sources.record_poll(c, replace(poll, findings=findings), new))


async def health(store: Store, source: Source = FEED, at: datetime = NOON) -> SourceHealth:
    (found,) = [one for one in await store.read(lambda c: sources.health(c, at)) if one.source.id == source.id]
    return found


async def test_the_whole_definition_of_a_source_is_kept(store: Store) -> None:
    await enlist(store, FEED, FULL)
    assert await polled(store) == {"feed": FEED, "page": FULL}
    standing = await store.read(lambda c: sources.standing(c, "page"))
    assert (standing.filed, standing.names, standing.source) == (False, ("page", "الصفحة", "Page"), FULL)


async def test_a_definition_that_changes_is_taken_over_and_the_state_stays(store: Store) -> None:
    await enlist(store, FULL)
    await record(store, poll(FULL, NOON))
    changed = replace(FULL, area=None, selectors=None, strip=(), languages=(), name_ar="اسم آخر")
    await enlist(store, changed)
    (due,) = await store.read(lambda c: sources.due(c, NOON, 10))
    assert (due.source, due.validators) == (replace(changed, state=SourceState.ON), Validators('"v"'))


async def test_what_a_later_version_wrote_into_a_definition_does_no_harm(store: Store) -> None:
    await enlist(store, FEED, FULL)
    stored = {"interval_seconds": None, "colour": "red"}
    await store.write(lambda c: c.execute(update(table).where(table.c.id == "feed").values(definition=stored)))
    assert (await polled(store))["feed"] == FEED


async def test_what_is_off_or_no_longer_listed_is_not_polled(store: Store) -> None:
    await enlist(store, FEED, FULL)
    await enlist(store, replace(FEED, state=SourceState.OFF))
    assert await polled(store) == {}
    assert await store.read(lambda c: sources.health(c, NOON)) == []


async def test_a_source_to_be_checked_is_on_after_its_first_good_poll_until_it_moves(store: Store) -> None:
    await enlist(store, FULL)
    await record(store, poll(FULL, NOON, PollOutcome.FAILED, Problem(ProblemKind.NOT_A_FEED)))
    await record(store, poll(FULL, NOON, PollOutcome.NOT_MODIFIED))
    assert (await polled(store))["page"].state is SourceState.CHECK
    await record(store, poll(FULL, NOON))
    assert (await polled(store))["page"].state is SourceState.ON
    await enlist(store, FULL)
    assert (await health(store, FULL)).source.state is SourceState.ON
    await enlist(store, replace(FULL, url="http://127.0.0.1:1/other"))
    assert (await polled(store))["page"].state is SourceState.CHECK


async def test_what_the_operator_adds_stays_whatever_the_files_say_until_it_is_removed(store: Store) -> None:
    await enlist(store, FEED)
    await store.write(lambda c: sources.add(c, FULL, NOON))
    await store.write(lambda c: sources.add(c, FULL, NOON))
    await enlist(store, FEED)
    await enlist(store)
    assert list(await polled(store)) == ["page"]
    assert (await health(store, FULL)).added_by_operator
    assert await store.write(lambda c: sources.remove(c, "page"))
    assert not await store.write(lambda c: sources.remove(c, "nowhere"))
    assert await polled(store) == {}
    await enlist(store, FULL)
    assert not (await health(store, FULL)).added_by_operator


async def test_the_schedule_finds_what_it_kept_and_a_new_address_begins_without(store: Store) -> None:
    await enlist(store, FEED)
    await record(store, poll(FEED, NOON), findings=Findings(rhythm="{}", title="أخبار"))
    await record(store, poll(FEED, NOON, PollOutcome.NOT_MODIFIED))
    (due,) = await store.read(lambda c: sources.due(c, NOON, 10))
    assert (due.rhythm, (await health(store)).title) == ("{}", "أخبار")
    await enlist(store, replace(FEED, url="http://127.0.0.1:1/moved"))
    (due,) = await store.read(lambda c: sources.due(c, NOON, 10))
    assert (due.rhythm, (await health(store)).title) == (None, None)


async def test_the_first_poll_measures_nothing(store: Store) -> None:
    await enlist(store, FEED)
    await record(store, poll(FEED, NOON), *(article(FEED, str(n), NOON, HOUR) for n in range(20)))
    doing = await health(store, at=NOON + DAY)
    assert (doing.delay, doing.items_a_day, doing.last_item_at) == (None, 0, NOON)
    assert (doing.polled_at, doing.good_at, doing.filed_at) == (NOON, NOON, NOON)


async def test_items_bytes_and_the_delay_are_measured_from_what_is_new(store: Store) -> None:
    await enlist(store, FEED)
    await record(store, poll(FEED, NOON))
    for hour in range(1, 49):
        at = NOON + hour * HOUR
        minutes = (9, 10, 11) if hour % 2 else ()
        new = [article(FEED, f"{hour} {n}", at, timedelta(minutes=n)) for n in minutes]
        await record(store, poll(FEED, at), *new, findings=Findings(size=1000))
    doing = await health(store, at=NOON + 2 * DAY)
    assert doing.items_a_day == pytest.approx(36, rel=0.1)
    assert doing.bytes_a_day == pytest.approx(24_000, rel=0.1)
    assert doing.delay == timedelta(minutes=10)
    assert doing.last_item_at == NOON + 47 * HOUR
    later = await health(store, at=NOON + 9 * DAY)
    assert later.items_a_day is not None
    assert later.items_a_day < 6


async def test_dates_that_say_nothing_of_the_delay_are_left_out(store: Store) -> None:
    await enlist(store, FEED)
    await record(store, poll(FEED, NOON))
    at = NOON + HOUR
    odd = [article(FEED, str(n), at, delay) for n, delay in enumerate((None, timedelta(0), timedelta(days=3)))]
    await record(store, poll(FEED, at), *odd)
    assert (await health(store, at=at)).delay is None
    await record(store, poll(FEED, at), *odd, article(FEED, "x", at, timedelta(minutes=4)))
    assert (await health(store, at=at)).delay == timedelta(minutes=4)


async def test_a_pause_lasts_until_a_poll_goes_well(store: Store) -> None:
    await enlist(store, FEED)
    refused = Problem(ProblemKind.STATUS, "403")
    await record(store, poll(FEED, NOON, PollOutcome.FAILED, refused), findings=Findings(paused_why="403 three times"))
    await record(store, poll(FEED, NOON, PollOutcome.FAILED, Problem(ProblemKind.TIMEOUT)))
    doing = await health(store)
    assert (doing.paused_why, doing.failures, doing.problem) == ("403 three times", 2, "timeout")
    await record(store, poll(FEED, NOON, PollOutcome.NOT_MODIFIED))
    doing = await health(store)
    assert (doing.paused_why, doing.failures, doing.problem) == (None, 0, "timeout")


async def test_what_has_not_changed_is_recorded_for_many_at_once(store: Store) -> None:
    await enlist(store, FEED, FULL)
    await record(store, poll(FEED, NOON, PollOutcome.FAILED, Problem(ProblemKind.TIMEOUT)))
    at = NOON + HOUR
    unchanged = [replace(poll(source, at, PollOutcome.NOT_MODIFIED), next_poll_at=at + HOUR) for source in (FEED, FULL)]
    heard = replace(unchanged[0], findings=Findings(rhythm='{"x": 1}'))
    await store.write(lambda c: sources.record_unchanged(c, [heard, unchanged[1]]))
    doing = await health(store)
    assert (doing.failures, doing.good_at, doing.polled_at, doing.problem) == (0, at, at, "timeout")
    assert doing.next_poll_at == at + HOUR
    due = await store.read(lambda c: sources.due(c, at + HOUR, 10))
    assert {one.source.id: one.rhythm for one in due} == {"feed": '{"x": 1}', "page": None}
    assert doing.filed_at is None  # an answer without items is not the first poll


async def test_the_operator_is_told_of_a_state_once_and_again_when_it_comes_back(store: Store) -> None:
    async def told(*states: str) -> set[str]:
        return set(await store.write(lambda c: sources.to_report(c, "feed", states)))

    await enlist(store, FEED)
    assert await told() == set()
    assert await told("silent") == {"silent"}
    assert await told("silent") == set()
    assert await told("silent", "moved") == {"moved"}
    assert (await health(store)).reported == {"silent", "moved"}
    assert await told("moved") == set()
    assert await told("moved", "silent") == {"silent"}
    assert await store.write(lambda c: sources.to_report(c, "nowhere", ["silent"])) == set()


def test_sources_of_an_older_database_keep_what_was_known_of_them(bare_database_url: str) -> None:
    engine = create_engine(bare_database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(sources.__file__).parent / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            text(
                "INSERT INTO sources (id, url, name_ar, name_en, language, area, interval_seconds, enabled,"
                " next_poll_at, filed_at) VALUES ('old', 'http://127.0.0.1:1/', 'اسم', 'name', 'en', 'SY12', 60, true,"
                " '2026-03-14 09:00:00', '2026-03-14 09:00:00')"
            )
        )
        connection.commit()
        command.upgrade(config, "head")
        (due,) = sources.due(connection, NOON, 10)
        assert due.source == Source("old", "اسم", "name", "http://127.0.0.1:1/", "en", timedelta(minutes=1), "SY12")
        assert sources.standing(connection, "old").filed
    engine.dispose()
