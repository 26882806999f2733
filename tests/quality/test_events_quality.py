"""How well events, modalities and tolls are read, with floors: our own texts, and the development set when here."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.events import Happenings
from bot.events import event_reader
from bot.places import load_reader

HERE = Path(__file__).parent
EVAL = Path(__file__).parents[3] / "shared" / "eval" / "events.dev.jsonl"
PLACES = load_reader()
KINDS = ("dead", "injured", "missing", "detained")
with_eval = pytest.mark.skipif(not EVAL.exists(), reason="the evaluation sets are not here")


def rows(name: str) -> Iterator[list[str]]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            yield line.split("\t")


def read(title: str, text: str = "") -> Happenings:
    return event_reader().read(title, text, PLACES.recognise(title, text))


def f1(right: int, false: int, missed: int) -> float:
    return 2 * right / (2 * right + false + missed)


def test_the_modality_of_our_clauses() -> None:
    clauses = list(rows("events_modality.tsv"))
    assert len(clauses) >= 330
    right = 0
    for modality, category, text in clauses:
        told = {event.category: event.modality.value for event in read(text).told}
        right += told.get(category, "wished") == modality  # what is only wished for is left out
    assert right / len(clauses) >= 0.97


def test_what_would_ring_in_our_headlines() -> None:
    right = false = missed = silent = kept = exact = total = 0
    for categories, dead, injured, text in rows("events_headlines.tsv"):
        wanted = set() if categories == "-" else set(categories.split(","))
        happenings = read(text, text)
        rings = {event.category for event in happenings.told if event.rings}
        right, false, missed = right + len(rings & wanted), false + len(rings - wanted), missed + len(wanted - rings)
        silent, kept = silent + (not wanted), kept + (not wanted and not rings)
        total += 1
        exact += (dead, injured) == tuple(_written(getattr(happenings.tolls, kind)) for kind in KINDS[:2])
    assert total >= 1150
    assert f1(right, false, missed) >= 0.96
    assert kept / silent >= 0.97
    assert exact / total >= 0.97


def test_tolls_of_our_sentences() -> None:
    sentences = list(rows("events_tolls.tsv"))
    exact = sum(row[:4] == [_written(getattr(read(row[4]).tolls, kind)) for kind in KINDS] for row in sentences)
    assert len(sentences) >= 110
    assert exact / len(sentences) >= 0.97


def _written(number: int | None) -> str:
    return "-" if number is None else str(number)


@with_eval
def test_the_development_set_reaches_the_figures_of_the_issue() -> None:
    right = false = missed = silent = kept = mains = found = 0
    for line in EVAL.read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        if gold.get("doubt"):
            continue
        told = {e.category: e.modality.value for e in read(gold["title"], gold["text"] or gold["title"]).told}
        wanted = {e["category"] for e in gold["events"] if e["modality"] == "reported"}
        rings = {category for category, modality in told.items() if modality == "reported"}
        right, false, missed = right + len(rings & wanted), false + len(rings - wanted), missed + len(wanted - rings)
        silent, kept = silent + (not wanted), kept + (not wanted and not rings)
        main = [e for e in gold["events"] if e.get("main")]
        mains, found = mains + len(main), found + sum(e["category"] in told for e in main)
    assert f1(right, false, missed) >= 0.89
    assert kept / silent >= 0.96
    assert found / mains >= 0.92
