"""Which watches an article may meet once the rest of it is known. Pure.

What is there of an article that is cut is matched as it will be later. Beyond that nobody knows what the rest will say,
and this module owns the guess. A watch that asks for a place may be met by what names it, something within it, or
something around it («ريف درعا» goes on to its villages); or by an event that names no place yet. A watch that asks for
words alone may be met by anything that names a place or tells an event: words are not announced in a title, and what
has neither place nor event is seldom news of Syria. The request that a wrong guess costs is one of few in its poll.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from bot.domain.attributes import attributes_of
from bot.domain.expressions import Both, Either, Expression, Filter, Node, Term, Without
from bot.domain.matching import WatchIndex
from bot.domain.model import Article

READ = 2_000  # code points of a text; what is cut is shorter, and what only lacks a date is known by its beginning


class Prospects:
    """All watches. `codes_named`: which places a name may mean; `containing`: which ones a place lies in; by codes."""

    def __init__(
        self, codes_named: Callable[[str], Collection[str]], containing: Callable[[str], Iterable[str]]
    ) -> None:
        self._codes_named, self._containing = codes_named, containing
        self._index = WatchIndex(codes_named)
        self._at: defaultdict[str, list[int]] = defaultdict(list)  # watches by the places that they ask for,
        self._around: defaultdict[str, list[int]] = defaultdict(list)  # and by what those lie in
        self._placed: list[int] = []
        self._wordy: list[int] = []

    def add(self, watch_id: int, expression: Expression) -> None:
        """File a watch, each id once."""
        self._index.add(watch_id, expression)
        codes = self._places_asked(expression.root)
        if codes is None:
            self._wordy.append(watch_id)
            return
        self._placed.append(watch_id)
        for code in codes:
            self._at[code].append(watch_id)
        for around in {around for code in codes for around in self._containing(code)}:
            self._around[around].append(watch_id)

    def of(self, article: Article, source_names: Iterable[str]) -> Iterator[Sequence[int]]:
        """The ids of those that it meets or may meet, the surest first; some may come twice."""
        attributes = attributes_of(article.language, source_names, article.events)
        text = article.text[:READ]
        yield [m.watch_id for m in self._index.match(article.title, text, attributes=attributes, places=article.places)]
        for hit in article.places:
            yield from (self._at[code] for code in hit.codes if code in self._at)
            yield self._around.get(hit.codes[0], ())
        placed, eventful = any(hit.sure for hit in article.places), bool(attributes["category"])
        if placed or eventful:
            yield self._wordy
        if eventful and not placed:
            yield self._placed

    def _places_asked(self, node: Node) -> frozenset[str] | None:
        """Places one of which stands in whatever meets the node; None where it can be met without any."""
        match node:
            case Term(family=False):
                return frozenset(self._codes_named(node.phrase)) or None
            case Both(parts=parts):
                return next(filter(None, map(self._places_asked, parts)), None)
            case Either(parts=parts):
                asked = [codes for part in parts if (codes := self._places_asked(part))]
                return frozenset().union(*asked) if len(asked) == len(parts) else None
            case Term() | Filter() | Without():
                return None
