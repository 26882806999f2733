"""Fits the weights of bot/data/place_model.tsv: a logistic regression over the named cues of a place's mention.

    python -m benchmarks.fit_places fit --labels ../shared/eval/places_mentions.train.jsonl --places-file FILE
    python -m benchmarks.fit_places cv  ...     (cross-validation by name: no name is in both halves)

Learns from labelled mentions: JSON lines as in the evaluation sets, and our own sentences of tests/quality.
"""

import argparse
import json
import math
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.arabic import normalise
from bot.domain.place_company import add_company
from bot.domain.place_cues import Cues, Sighting
from bot.domain.places import Model, PlaceReader, chance
from bot.places import load_reader

ROOT = Path(__file__).parent.parent
OWN = ROOT / "tests" / "quality" / "place_sentences.tsv"
MODEL = ROOT / "bot" / "data" / "place_model.tsv"


@dataclass
class Example:
    """A labelled sighting among all those of its text."""

    name: str
    label: bool
    weight: float
    target: Sighting | None  # None: nothing was spotted there
    company: Sequence[Sighting]
    ambiguous: bool = True
    shown: str = ""


def from_jsonl(path: Path, reader: PlaceReader, weight: float = 1.0) -> Iterator[Example]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["label"] == "unclear":
            continue
        sightings = reader.sight(row.get("title"), row["text"])
        target = next(
            (
                s
                for s in sightings
                if s.passage.field == "text" and official(s) and overlaps(s, row["start"], row["end"])
            ),
            None,
        )
        doubt = 0.5 if "doubt" in row["flags"] else 1.0
        text, start, end = row["text"], row["start"], row["end"]
        shown = f"{text[max(0, start - 40) : start]}[{text[start:end]}]{text[end : end + 40]}"
        yield Example(
            _name(target, row["name"]),
            row["label"] == "yes",
            weight * doubt,
            target,
            sightings,
            row["ambiguous"],
            shown,
        )


def from_sentences(path: Path, reader: PlaceReader, weight: float = 1.0) -> Iterator[Example]:
    """Our own texts: `yes|no|mixed TAB text`, the names in brackets, a title before `||` where there is one.

    In a mixed text each name says itself what it is: [+نوى] is the place, [-نوى] is not.
    """
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        label, sentence = line.split("\t")
        title, bars, marked = sentence.rpartition("||")
        plain, names = "", []
        for piece in re.split(r"(\[[^\]]+\])", marked):
            name = piece.strip("[]+-") if piece.startswith("[") else piece
            if piece.startswith("["):
                names.append((len(plain), len(plain) + len(name), label == "yes" or piece[1] == "+"))
            plain += name
        sightings = reader.sight(title.strip() if bars else None, plain)
        for start, end, is_place in names:
            target = next((s for s in sightings if s.passage.field == "text" and overlaps(s, start, end)), None)
            shown = f"{plain[max(0, start - 40) : start]}[{plain[start:end]}]{plain[end : end + 40]}"
            yield Example(_name(target, plain[start:end]), is_place, weight, target, sightings, True, shown)


def _name(target: Sighting | None, written: str) -> str:
    """The name without clitics, so that all its examples fall into one part of a cross-validation."""
    return target.spot.name if target else normalise(written)


def official(sighting: Sighting) -> bool:
    """Regions and places without a code are reported apart and count for nothing here."""
    return any(place.official for place in sighting.places)


def overlaps(sighting: Sighting, start: int, end: int) -> bool:
    tokens = sighting.passage.tokens
    return tokens[sighting.spot.first].start < end and start < tokens[sighting.spot.last - 1].end


EXPECTED = {
    "name_rare": 1.0,
    "next_noun": -1.5,
    "level_subdistrict": 0.7,
    "lies_abroad": -2.5,
    "lies_in_syria": 1.0,
    "next_nisba_bare": -2.0,
    "tanween_placed": -0.5,
    "next_foreign_adjective": -2.0,
    "tanween": -6,
    "prev_kin": -2.0,
    "prev_title": -1.0,
    "prev_given_name": -1.0,
    "next_given_name": -0.7,
    "next_kin": -1.5,
    "prev_settlement": 1.5,
    "prev_settlements": 1.0,
    "prev_crossing": 0.8,
    "prev_people_of": 0.7,
    "next_after_direction": 1.0,
    "next_after_place": 0.5,
    "before_of_places": 1.0,
    "before_of_words": -1.0,
    "after_of_places": 0.7,
    "after_of_words": -0.7,
    "company_list": 1.0,
    "company_governorate": 1.5,
    "hashtag": 0.4,
    "hashtag_longer": -0.5,
    "prev_outlet_head": -0.7,
    "abroad_named": -2.5,
    "prev_club": -1.0,
    "name_headline_word": -6.0,
    "name_kunya": -4,
    "person_pair": -1.5,
    "source_syrian": 0.7,
    "source_area": 1.0,
    "outlet_name": -5,
    "name_date": -5,
    "name_noun": 2.0,
    "name_after_noun": 1.0,
    "placed_home": 1.0,
    "name_obscure": -0.5,
    "name_syrian_word": -1.0,
    "next_syrian_nisba": 1.0,
    "name_person": -0.5,
    "dateline": 0.5,
    "clitic_doubt": -1.0,
    "prev_article_verb": -1.0,
    "next_nisba": -0.5,
}  # what a reader of Arabic expects of a cue; the ridge pulls towards it, so it decides only where labels are few


def fit(examples: Sequence[tuple[Cues, bool, float]], ridge: float, rounds: int = 120) -> dict[str, float]:
    """Ridge logistic regression by Adam on whole batches; sparse, no dependencies."""
    names = sorted({cue for cues, _, _ in examples for cue in cues} | {"always"} | EXPECTED.keys())
    index = {name: i for i, name in enumerate(names)}
    rows = [
        ([(index[c], v) for c, v in cues.items() if v] + [(index["always"], 1.0)], float(label), w)
        for cues, label, w in examples
    ]
    total = sum(w for _, _, w in rows)
    mean = [EXPECTED.get(name, 0.0) for name in names]
    weights, moment, spread = list(mean), [0.0] * len(names), [0.0] * len(names)
    for step in range(1, rounds + 1):
        gradient = [ridge * (w - m) / total for w, m in zip(weights, mean, strict=True)]
        gradient[index["always"]] = 0.0
        for row, label, weight in rows:
            z = sum(weights[i] * v for i, v in row)
            error = weight * (1 / (1 + math.exp(-max(-30, min(30, z)))) - label) / total
            for i, v in row:
                gradient[i] += error * v
        rate = 0.25 if step < rounds * 0.6 else 0.08
        for i, g in enumerate(gradient):
            moment[i] = 0.9 * moment[i] + 0.1 * g
            spread[i] = 0.99 * spread[i] + 0.01 * g * g
            weights[i] -= rate * moment[i] / (1 - 0.9**step) / (math.sqrt(spread[i] / (1 - 0.99**step)) + 1e-8)
    return dict(zip(names, weights, strict=True))


COMPANY = (
    "company_clause",
    "company_list",
    "company_near",
    "company_governorate",
    "company_article",
    "company_same",
    "company_elsewhere",
)


def fit_both(examples: Sequence[Example], reader: PlaceReader, ridge: float) -> Model:
    """The weights of the first reading, then those of the second on what the first makes of the company."""
    usable = [e for e in examples if e.target]
    for example in usable:
        for sighting in example.company:
            for cue in COMPANY:
                sighting.cues.pop(cue, None)
    first = fit([(e.target.cues, e.label, e.weight) for e in usable if e.target], ridge)
    read_company(usable, reader, first)
    second = fit([(e.target.cues, e.label, e.weight) for e in usable if e.target], ridge)
    return Model(first, second, 0.5)


def read_company(examples: Iterable[Example], reader: PlaceReader, first: dict[str, float]) -> None:
    for example in examples:
        for sighting in example.company:
            sighting.chance = chance(first, sighting.cues)
        add_company(example.company, reader.gazetteer)


def score(examples: Sequence[Example], model: Model, reader: PlaceReader) -> list[tuple[Example, float]]:
    for example in examples:
        for sighting in example.company:
            for cue in COMPANY:
                sighting.cues.pop(cue, None)
    read_company([e for e in examples if e.target], reader, dict(model.first))
    return [(e, chance(model.second, e.target.cues) if e.target else 0.0) for e in examples]


def precision_recall(scored: Sequence[tuple[Example, float]], threshold: float) -> tuple[float, float]:
    model = Model({}, {}, threshold)
    found = [(e.label, e.target is not None and model.believes(p, e.target.cues)) for e, p in scored]
    true = sum(label and hit for label, hit in found)
    false = sum(hit and not label for label, hit in found)
    missed = sum(label and not hit for label, hit in found)
    return true / max(1, true + false), true / max(1, true + missed)


def cross_validate(
    labelled: Sequence[Example], reader: PlaceReader, ridge: float, folds: int = 5
) -> list[tuple[Example, float]]:
    names = sorted({e.name for e in labelled})
    random.Random(7).shuffle(names)
    fold_of = {name: i % folds for i, name in enumerate(names)}
    scored: list[tuple[Example, float]] = []
    for fold in range(folds):
        held = [e for e in labelled if fold_of[e.name] == fold]
        model = fit_both([e for e in labelled if fold_of[e.name] != fold], reader, ridge)
        scored += score(held, model, reader)
    return scored


def report(title: str, scored: Sequence[tuple[Example, float]]) -> None:
    for threshold in (0.35, 0.5, 0.65) if scored else ():
        hard = [(e, p) for e, p in scored if e.ambiguous]
        figures = [precision_recall(found, threshold) for found in (scored, hard)]
        shown = "; ".join(f"{n} P {p:.3f} R {r:.3f}" for n, (p, r) in zip(("all", "ambiguous"), figures, strict=True))
        print(f"{title:<10} at {threshold}: {shown} ({len(scored)}, {len(hard)})")


def write(model: Model, path: Path) -> None:
    cues = sorted({*model.first, *model.second})
    lines = [f"{c}\t{model.first.get(c, 0.0):.3f}\t{model.second.get(c, 0.0):.3f}" for c in cues]
    head = "# Written by benchmarks/fit_places.py: a cue, its weight in the first reading and in the second (log-odds)."
    path.write_text(
        "\n".join([head, f"threshold\t{model.threshold}\t{model.threshold}", *lines]) + "\n", encoding="utf-8"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=["fit", "cv"])
    options.add_argument("--labels", type=Path, action="append", default=[])
    options.add_argument("--measure", type=Path, action="append", default=[])
    options.add_argument("--places-file", type=Path)
    options.add_argument("--ridge", type=float, default=1.0)
    options.add_argument("--own-weight", type=float, default=1.0)
    options.add_argument("--threshold", type=float, default=0.48)
    options.add_argument("--errors", type=int, default=0)
    args = options.parse_args()
    reader = load_reader(args.places_file)
    labelled = [e for path in args.labels for e in from_jsonl(path, reader)]
    own = list(from_sentences(OWN, reader, args.own_weight)) if OWN.exists() else []
    if args.what == "cv":
        scored = cross_validate([*labelled, *own], reader, args.ridge)
        report("labelled", [(e, p) for e, p in scored if e in labelled])
        report("own", [(e, p) for e, p in scored if e in own])
        wrong = sorted(
            (x for x in scored if x[0].label != (x[1] >= args.threshold)), key=lambda x: abs(x[1] - x[0].label)
        )
        for example, p in wrong[-args.errors :] if args.errors else ():
            print(f"  {'missed' if example.label else 'false'} {p:.2f} {example.shown}".replace("\n", " "))
        return
    model = fit_both([*labelled, *own], reader, args.ridge)
    write(Model(model.first, model.second, args.threshold), MODEL)
    for path in args.measure:
        report(path.stem[-10:], score(list(from_jsonl(path, reader)), model, reader))


if __name__ == "__main__":
    main()
