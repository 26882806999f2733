"""Mutated fixtures through every parser, for as long as wanted; and any folder of files, as they are and mutated.

    python -m tests.watchers.fuzz --minutes 10 [--seed 7] [--only telegram] [FOLDER ...]

A case is told by its number alone, so that it can be run again: `--case 123456` with the same seed and folders. The
cases run in a child; one that takes ten seconds of its time, or kills it, is a finding like an exception.
"""

import argparse
import multiprocessing
import random
import resource
import signal
import sys
import time
import traceback
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from bot.domain.model import Document, Entry, Reading
from tests.watchers.golden import NOW, READERS, fixture, names
from watchers.parsers.discover import Found, kind_of
from watchers.parsers.page import ArticlePage

LIMIT = 10.0  # seconds of processor time for one case; a reading child has as much by the clock
SLOW = 1.0  # seconds; told, but no finding
MOST_BYTES = 2_000_000  # of one document, as `FetchLimits`
MOST_OF_FOLDER = 5_000
MARKS = frozenset("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
TOKENS: tuple[bytes, ...] = (
    b"<", b">", b"&", b'"', b"'", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"</", b"/>", b"<div>", b"</div>", b"<p>",
    b"<br/>", b"<a href=", b"<script>", b"</script>", b"<svg>", b"<table>", b"<template>", b"<select>",
    b"<base href='//'>", b"<b>", b"<item>", b"</item>", b"<entry>", b"<url>", b"</url>", b"<loc>", b"<urlset>",
    b"<rss>", b"<feed>", b"<rdf:RDF>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<?xml version='1.0' encoding='utf-16'?>",
    b"<?php ?>", b" class='tgme_widget_message_text'", b" data-post='a/1'", b"?single", b"data-before='9'",
    b"javascript:", b"http://[::1", b"//", b"{", b"}", b"[", b"]", b",", b'"items":', b'"id":', b"\\u0000",
    b"\\ud800", b"1e999", b"9" * 40, b"null", b"&#0;", b"&#x110000;", b"&amp;amp;", b"&nbsp;", b"&#8235;", b"\0",
    b"\x0b", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xd8", b"\r\n", "‮".encode(),
    "٠".encode(), "كانون الثاني".encode(), b"2026-13-45T99:99:99Z", b"0000-00-00", b"Thu, 99 Foo 20266",
)  # fmt: skip


def main() -> None:
    options = _options()
    seeds = [*_seeds(options.only), *_foreign(options.folders, options.only)]
    print(f"seed {options.seed}, {len(seeds)} documents to start from", flush=True)
    if options.case is not None:
        _run_case(seeds, options.seed, options.case)
        return
    _finish(*_supervise(seeds, options.seed, options.minutes * 60))


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description="Fuzz the parsers.")
    options.add_argument("folders", nargs="*", type=Path)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--case", type=int)
    options.add_argument("--only", choices=[kind for kind in READERS if kind] + ["feed"])
    return options.parse_args()


# --- cases ----------------------------------------------------------------------------------------------------------

Seed = tuple[str, Document]  # a kind, and what its parser reads


def _seeds(only: str | None) -> Iterator[Seed]:
    for kind in READERS:
        if only in (None, kind or "feed"):
            yield from ((kind, fixture(name, kind)) for name in names(kind))


def _foreign(folders: Sequence[Path], only: str | None) -> Iterator[Seed]:
    """Files of others, each for every kind; the first cases are these files as they are."""
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    for path in files[:MOST_OF_FOLDER]:
        body = path.read_bytes()[:MOST_BYTES]
        for kind in READERS:
            if only in (None, kind or "feed"):
                yield kind, Document(body, "application/xml", None, "https://foreign.example/x")


def _case(seeds: Sequence[Seed], seed: int, case: int) -> Seed:
    """The first cases are the seeds themselves, the others mutations of them."""
    if case < len(seeds):
        return seeds[case]
    chance = random.Random(f"{seed} {case}")
    kind, document = chance.choice(seeds)
    body = bytearray(document.body)
    for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
        _mutate(body, chance, seeds)
    charset = chance.choice((None, None, None, "utf-8", "windows-1256", "iso-8859-1", "utf-16", "x", "punycode"))
    return kind, Document(bytes(body[:MOST_BYTES]), document.media_type, charset, document.url)


def _mutate(body: bytearray, chance: random.Random, seeds: Sequence[Seed]) -> None:
    at = chance.randrange(len(body) + 1)
    to = min(len(body), at + int(chance.expovariate(1 / 40)))
    match chance.randrange(8):
        case 0:
            del body[at:to]
        case 1:
            body[at:at] = chance.choice(TOKENS)
        case 2:
            body[at:to] = chance.choice(TOKENS)
        case 3:
            body[at:at] = bytes(body[at:to]) * _times(chance, body)
        case 4:
            body[at:at] = chance.choice(TOKENS) * _times(chance, body)
        case 5 if body and at < len(body):
            body[at] = chance.randrange(256)
        case 6:
            other = chance.choice(seeds)[1].body
            start = chance.randrange(len(other) + 1)
            body[at:to] = other[start : start + chance.randrange(2_000)]
        case _:
            if chance.random() < 0.1:
                del body[at:]
            else:
                body[at:at] = bytes(body[at:to][::-1])


def _times(chance: random.Random, body: bytearray) -> int:
    """Often few, seldom very many, and never that in what is large already."""
    return chance.choice((1, 2, 2, 10, 10, 100)) if chance.random() < 0.9 or len(body) > 200_000 else 10_000


# --- what must hold -------------------------------------------------------------------------------------------------


def check(kind: str, document: Document) -> None:
    """Reads the document; raises where the reading is not what a parser promises."""
    kind_of(document)
    match READERS[kind](document, NOW):
        case Reading() as reading:
            _check_reading(kind, reading)
        case ArticlePage() as page:
            _check_texts(page.title, page.text)
            assert page.text or page.problem
            _check_address(page.url)
        case Found() as found:
            _check_texts(found.title, *(feed.title for feed in found.feeds))
            for url in chain(found.hubs, found.sitemaps, (feed.url for feed in found.feeds)):
                _check_address(url)


def _check_reading(kind: str, reading: Reading) -> None:
    assert not kind or len(reading.entries) <= 1_000, "more entries than are kept"
    assert reading.entries or reading.problems or reading.children or reading.highest, "nothing, and nobody told"
    assert all(len(problem.detail) <= 500 for problem in reading.problems)
    _check_texts(reading.title)
    for url in (*reading.children, *filter(None, [reading.older])):
        _check_address(url)
    for entry in reading.entries:
        _check_entry(kind, entry)


def _check_entry(kind: str, entry: Entry) -> None:
    assert entry.title or entry.text or kind == "sitemap", "an entry that says nothing"
    assert "\n" not in entry.title
    _check_texts(entry.title, entry.text, *entry.keywords, entry.forwarded_from or "", entry.language or "")
    for url in filter(None, (entry.url, entry.original_url)):
        _check_address(url)
    for moment in filter(None, (entry.published_at, entry.modified_at)):
        assert datetime(1999, 12, 31, tzinfo=UTC) < moment <= NOW + timedelta(hours=48), "a date that cannot be true"


def _check_texts(*texts: str) -> None:
    for text in texts:
        assert MARKS.isdisjoint(text), "a mark that steers text"
        assert text.isascii() or not any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in set(text))


def _check_address(url: str) -> None:
    assert url.startswith(("http://", "https://")), "an address that is none"
    assert url.isprintable()
    assert not set(url) & set(' "<>')


# --- running them ---------------------------------------------------------------------------------------------------


def _run_case(seeds: Sequence[Seed], seed: int, case: int) -> bool:
    kind, document = _case(seeds, seed, case)
    try:
        check(kind, document)
    except Exception:  # noqa: BLE001  this is what is looked for
        print(f"FINDING in {kind or 'feed'}: --seed {seed} --case {case}\n{traceback.format_exc()}", flush=True)
        return False
    return True


def _work(
    seeds: Sequence[Seed], seed: int, start: int, at: "Synchronized[int]", slowest: "Synchronized[float]"
) -> None:
    """Runs case after case until it is killed; `at` tells which. Leaves with the case that failed."""
    case = start
    while True:
        at.value = case
        started = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, LIMIT)  # its signal ends the process, whatever the process is in
        if not _run_case(seeds, seed, case):
            sys.exit(1)
        signal.setitimer(signal.ITIMER_PROF, 0)
        took = time.process_time() - started
        slowest.value = max(slowest.value, took)
        if took > SLOW:
            kind = _case(seeds, seed, case)[0] or "feed"
            print(f"slow: {took:.1f} s for a {kind}: --seed {seed} --case {case}", flush=True)
        case += 1


def _supervise(seeds: Sequence[Seed], seed: int, seconds: float) -> tuple[int, int, float]:
    """How many cases ran, how many findings there were, and the longest time of a case."""
    fork = multiprocessing.get_context("fork")
    at, slowest, findings, start = fork.Value("q", 0), fork.Value("d", 0.0), 0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        child = fork.Process(target=_work, args=(seeds, seed, start, at, slowest))
        child.start()
        child.join(max(0.0, end - time.monotonic()))
        if child.exitcode is None:
            child.kill()
        else:
            findings += 1
            why = f"more than {LIMIT} s" if child.exitcode == -signal.SIGPROF else f"ended with {child.exitcode}"
            print(f"FINDING: {why}: --seed {seed} --case {at.value}", flush=True)
        child.join()
        start = at.value + 1
    return at.value, findings, slowest.value


def _finish(cases: int, findings: int, slowest: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{cases} cases, {findings} findings, slowest {slowest:.1f} s, at most {peak} MB resident", flush=True)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
