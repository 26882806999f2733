"""Reposts join, two villages stay two, and our own pairs are told apart. All texts are invented; floors for the
evaluation sets where they are present."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.clustering import Teller
from bot.domain.story_features import Report
from bot.domain.story_pairs import Judgement
from bot.places import Places
from bot.stories import Storyteller, load_teller

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
EVAL = Path(__file__).parents[3] / "shared" / "eval"
with_eval = pytest.mark.skipif(not EVAL.exists(), reason="the evaluation sets are not here")
PAIRS = Path(__file__).with_name("story_pairs.tsv")
STORYTELLER = Storyteller(load_teller(), Places())

TEXTS = [
    (title, text)
    for title, _, text in (
        line.partition("\t")
        for line in Path(__file__).with_name("story_texts.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )
]
Edit = Callable[[str, str], tuple[str, str]]
EDITS: dict[str, Edit] = {
    "tail": lambda title, text: (title, f"{text}\nلمتابعة آخر الأخبار على قناتنا في تلغرام: @qanat_akhbar #سوريا"),
    "head": lambda title, text: ("", f"#شبكة_بلدنا || عاجل | {title}\n{text}"),
    "edited title": lambda title, text: (f"تفاصيل جديدة.. {' '.join(title.split()[1:])}", text),
    "other title": lambda _title, text: ("الأهالي يتحدثون عن يوم عصيب", text),
    "cut end": lambda title, text: (title, text[:150].rsplit(" ", 1)[0] + " …"),
    "other letters": lambda title, text: (
        title.replace("أ", "ا").replace("ة", "ه"), text.replace("ي", "ی").replace("ك", "ک").replace("ا", "اـ", 9)
    ),
}  # fmt: skip


def report(name: str, title: str, text: str, at: datetime, source: str = "") -> Report:
    told = {"title": title, "text": text, "source": source or name, "published_at": at.isoformat()}
    return STORYTELLER.report(told, name)


def own_pairs() -> Iterator[tuple[str, Report, Report]]:
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        label, hours, one, other = line.split("\t")
        first, later = (side.partition("||") for side in (one, other))
        yield (
            label,
            report("one", first[0], first[2], NOON),
            report("other", later[0], later[2], NOON + timedelta(hours=float(hours))),
        )


@pytest.fixture(scope="module")
def teller() -> Teller:
    return load_teller()


@pytest.mark.parametrize("edit", EDITS)
def test_every_repost_joins_whatever_was_put_on_or_cut_off(teller: Teller, edit: str) -> None:
    for title, text in TEXTS:
        original = report("original", title, text, NOON)
        copy = report("copy", *EDITS[edit](title, text), NOON + timedelta(hours=5))
        judgement = teller.compare(original, copy)
        assert (judgement.relation, judgement.reason) == ("same", "repost"), (title, judgement)


def test_reposts_find_their_story_among_all_others(teller: Teller) -> None:
    stories = teller.stories()
    opened = [stories.assign(report(title, title, text, NOON, "first")).story for title, text in TEXTS]
    assert len(set(opened)) == len(TEXTS)
    for number, edit in enumerate(EDITS.values(), start=1):
        for story, (title, text) in zip(opened, TEXTS, strict=True):
            copy = report(f"{number} {title}", *edit(title, text), NOON + timedelta(hours=number), f"outlet {number}")
            assert stories.assign(copy).story == story, title


@pytest.mark.parametrize(("one", "other"), [("جملة", "معرية"), ("كويا", "عابدين"), ("بيت ياشوط", "عين الشرقية")])
def test_two_villages_in_the_same_words_are_two_stories(teller: Teller, one: str, other: str) -> None:
    words = "توغلت دورية من خمس آليات فجر اليوم في قرية {0} وفتشت منازل ثم انسحبت. وقال سكان من {0} إن أحداً لم يعتقل."
    there, here = (
        report(name, f"توغل إسرائيلي في قرية {name}", words.format(name), NOON + timedelta(minutes=minutes))
        for name, minutes in ((one, 0), (other, 40))
    )
    assert teller.compare(there, here).relation == "different"
    stories = teller.stories()
    assert stories.assign(there).story != stories.assign(here).story


@pytest.mark.parametrize("later", [timedelta(days=365), timedelta(days=40), timedelta(days=10)])
def test_the_same_words_long_after_are_another_story(teller: Teller, later: timedelta) -> None:
    for title, text in TEXTS:
        first, again = report("first", title, text, NOON), report("again", title, text, NOON + later)
        assert teller.compare(first, again).relation == "different"
        stories = teller.stories()
        assert stories.assign(first).story != stories.assign(again).story


def judged(teller: Teller) -> list[tuple[str, Judgement]]:
    return [(label, teller.compare(one, other)) for label, one, other in own_pairs()]


def test_our_own_pairs_are_told_apart(teller: Teller) -> None:
    pairs = judged(teller)
    true = [judgement for label, judgement in pairs if label != "different"]
    false = [judgement for label, judgement in pairs if label == "different"]
    assert sum(j.relation != "different" for j in true) >= 0.95 * len(true)
    assert sum(j.relation == "different" for j in false) >= 0.66 * len(false)  # nearly all are chosen to mislead


def test_a_stated_change_is_a_development_and_not_a_repeat(teller: Teller) -> None:
    pairs = [pair for pair in judged(teller) if pair[0] != "different"]
    hits = sum(label == judgement.relation for label, judgement in pairs)
    assert hits >= 0.8 * len(pairs)


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (EVAL / name).read_text(encoding="utf-8").splitlines()]


@with_eval
def test_pairs_of_real_reports_are_ranked_and_told_apart(teller: Teller) -> None:
    scored = []
    for row in rows("stories_pairs.dev.jsonl"):
        one, other = (
            report(side, row[f"{side}_title"], row[f"{side}_text"], datetime.fromisoformat(row[f"{side}_time"]))
            for side in "ab"
        )
        scored.append((teller.compare(one, other), row["label"] != "different"))
    ranked = [true for _, true in sorted(scored, key=lambda pair: -pair[0].score)]
    precisions = [sum(ranked[: n + 1]) / (n + 1) for n, true in enumerate(ranked) if true]
    assert sum(precisions) / len(precisions) >= 0.93
    found = [judgement.relation != "different" for judgement, _ in scored]
    hits = sum(f and true for f, (_, true) in zip(found, scored, strict=True))
    assert 2 * hits / (sum(found) + sum(ranked)) >= 0.84


@with_eval
def test_streams_of_real_reports_fall_into_their_stories(teller: Teller) -> None:
    windows = defaultdict(list)
    for row in rows("stories_clusters.dev.jsonl"):
        windows[row["window"]].append(row)
    precision = recall = reports = 0.0
    for window in windows.values():
        stories = teller.stories()
        mine, theirs = defaultdict(set), defaultdict(set)
        for row in sorted(window, key=lambda r: r["time"]):
            at = datetime.fromisoformat(row["time"])
            story = stories.assign(report(row["id"], row["title"], row["text"], at, row["source"])).story
            mine[story].add(row["id"])
            theirs[row["cluster"]].add(row["id"])
        for found in mine.values():
            for true in theirs.values():
                shared = len(found & true)
                precision += shared * shared / len(found)
                recall += shared * shared / len(true)
        reports += len(window)
    precision, recall = precision / reports, recall / reports
    assert precision >= 0.94
    assert 2 * precision * recall / (precision + recall) >= 0.87
