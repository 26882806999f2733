"""Sources that are made due before their time, on every database."""

from datetime import timedelta

from bot.domain.model import Poll, PollOutcome, Problem, ProblemKind, Source
from bot.store import Store, sources
from tests.conftest import NOON

LATER, HOUR = NOON + timedelta(minutes=1), timedelta(hours=1)
NAMES = ("well", "late", "ill", "other", "off")


def outcome(name: str) -> PollOutcome:
    return PollOutcome.FAILED if name == "ill" else PollOutcome.NOT_MODIFIED


async def test_a_source_is_due_at_once_unless_it_is_in_trouble_or_off(store: Store) -> None:
    every = [Source(name, name, name, f"http://127.0.0.1:1/{name}") for name in NAMES]
    await store.write(lambda c: sources.enlist(c, every, NOON))
    for name in NAMES:
        due_at = LATER - timedelta(seconds=5) if name == "late" else LATER + HOUR
        problems = (Problem(ProblemKind.TIMEOUT),) if name == "ill" else ()
        done = Poll(name, NOON, due_at, outcome(name), None, (), problems)
        await store.write(lambda c, done=done: sources.record_poll(c, done))
    await store.write(lambda c: sources.remove(c, "off"))

    at_once = ["well", "late", "ill", "off", "never-heard-of"]
    polled = await store.write(lambda c: sources.poll_at_once(c, at_once, LATER))
    assert polled == {"well", "late", "ill"}
    due = await store.read(lambda c: sources.due(c, LATER, 10))
    assert [one.source.id for one in due] == ["late", "well"], "what waits longer comes first all the same"
