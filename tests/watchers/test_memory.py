"""What is kept of a source between two polls."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.source_health import Condition
from tests.watchers.conftest import NOW
from watchers.memory import MOVES, Memory
from watchers.schedule import Rhythm

OLD, NEW, NEWER = "https://old.example/feed", "https://new.example/feed", "https://newer.example/feed"
FULL = Memory(Rhythm((NOW,), (1,) * 24, 2), "أخبار", 17, NEW, 2, frozenset({Condition.DATES, Condition.TITLE}))


@pytest.mark.parametrize("memory", [Memory(), FULL, Memory(highest=3)])
def test_what_is_written_is_read_again(memory: Memory) -> None:
    assert Memory.from_json(memory.to_json()) == memory


@given(st.one_of(st.none(), st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str)))
def test_anything_else_is_a_memory_of_nothing(text: str | None) -> None:
    assert Memory.from_json(text) == Memory()


def test_what_another_version_wrote_is_used_as_far_as_it_can_be() -> None:
    assert Memory.from_json('{"title": 3, "highest": 7, "conditions": ["dates", "odd"], "more": 1}') == Memory(
        highest=7, conditions=frozenset({Condition.DATES})
    )


def led(*answers: str | None) -> Memory:
    memory = Memory()
    for moved_to in answers:
        memory = memory.led(moved_to, from_new=memory.address(OLD, 0) != OLD)
    return memory


def test_an_address_that_moved_is_taken_when_it_was_said_often_enough_in_a_row() -> None:
    assert led(NEW, NEW).address(OLD, 0) == OLD
    assert led(NEW, NEW, None, NEW, NEW).address(OLD, 0) == OLD
    assert led(NEW, NEWER, NEW, NEW).address(OLD, 0) == OLD
    assert led(*[NEW] * MOVES).address(OLD, 0) == NEW
    assert led(*[NEW] * MOVES, None, None).address(OLD, 0) == NEW


def test_a_new_address_that_cannot_be_read_is_left_for_the_old_one() -> None:
    moved = led(*[NEW] * MOVES)
    assert (moved.address(OLD, 2), moved.address(OLD, 3)) == (NEW, OLD)
    assert moved.led(None, from_new=False).address(OLD, 0) == OLD


def test_a_new_address_that_moves_again_is_learnt_anew() -> None:
    memory = led(*[NEW] * MOVES, NEWER)
    assert (memory.address(OLD, 0), memory.moved_to) == (OLD, NEWER)


def test_the_first_title_and_the_highest_post_are_kept() -> None:
    memory = Memory().read("أخبار", 5).read("أخبار أخرى", None).read("", 3)
    assert memory == replace(Memory(), title="أخبار", highest=5)
