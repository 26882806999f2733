"""May we read this page? robots.txt, as RFC 9309 says.

Owns what each host's robots.txt allows us, remembered for a day. Asked for pages only: a feed is published to be
fetched by programs. Parsed here, in one pass over lines that are kept only if they are for us: the standard library's
parser knows no wildcards and lets the first rule win instead of the longest, and Protego 0.7 takes 9 s and 200 MB for
48 kB of 1,500 agents with 1,500 rules.
"""

import re
from asyncio import Lock
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from weakref import WeakValueDictionary

from bot.domain.model import Document, Problem, ProblemKind
from watchers.fetch import Answer, Fetcher

MAX_BYTES = 500 * 1024  # RFC 9309, section 2.5: what is behind that may be left unread
KNOWN_FOR = timedelta(days=1)  # section 2.4
_UNKNOWN_FOR = timedelta(hours=1)  # a host whose robots.txt cannot be had is asked again after that
_MANY = 500  # hosts remembered
_AGENT = re.compile(r"[A-Za-z_-]+|\*")  # section 2.2.1
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")  # RFC 3986, section 2.3: the same, escaped or not
_KEPT = "%/:?#[]@!&'()+,;=*$"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt allows one reader. Patterns are escaped, and the longest comes first."""

    patterns: tuple[tuple[str, bool], ...] = ()

    def allow(self, url: str) -> bool:
        """The longest pattern that fits decides; of two equally long ones, the one that allows."""
        address, mark, query = url.partition("#")[0].partition("?")
        path = (urlsplit(address).path or "/") + mark + query
        if path == "/robots.txt":
            return True
        escaped = _escaped(path).replace("*", "%2A").replace("$", "%24")
        return next((allowed for pattern, allowed in self.patterns if _fits(pattern, escaped)), True)


EVERYTHING = Rules()
NOTHING = Rules((("/", False),))


def read_rules(text: str, product: str) -> Rules:
    """The rules of `text` for the crawler that calls itself `product`: its own groups, or else those for everybody."""
    own, everybody = dict[str, bool](), dict[str, bool]()
    named = False
    for agents, pattern, allowed in _rules(text):
        for agent, found in ((product.lower(), own), ("*", everybody)):
            if agent in agents:
                named = named or found is own
                if pattern:
                    found[pattern] = found.get(pattern, False) or allowed
    chosen = own if named else everybody
    return Rules(tuple(sorted(chosen.items(), key=lambda rule: len(rule[0]), reverse=True)))


class Robots:
    """What the hosts allow us."""

    def __init__(self, fetcher: Fetcher, product: str, clock: Callable[[], datetime]) -> None:
        """`product`: our name in robots.txt, the first word of the User-Agent."""
        self._fetcher = fetcher
        self._product = product
        self._clock = clock
        self._known: OrderedDict[str, tuple[Rules, datetime]] = OrderedDict()
        self._asking: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    async def allows(self, url: str) -> bool:
        """Whether the page may be fetched. Asks the host at most once a day, in its turn."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        lock = self._asking.setdefault(origin, Lock())
        async with lock:
            rules, until = self._known.get(origin, (NOTHING, self._clock()))
            if until <= self._clock():
                rules = await self._ask(origin)
        return rules.allow(url)

    async def _ask(self, origin: str) -> Rules:
        rules, known_for = self._understood(await self._fetcher.ask(f"{origin}/robots.txt", first_bytes=MAX_BYTES))
        self._known[origin] = rules, self._clock() + known_for
        self._known.move_to_end(origin)
        if len(self._known) > _MANY:
            self._known.popitem(last=False)
        return rules

    def _understood(self, answer: Answer) -> tuple[Rules, timedelta]:
        match answer.brought:
            case Document(body=body):
                return read_rules(body.decode("utf-8-sig", "replace"), self._product), KNOWN_FOR
            case Problem(kind=ProblemKind.TOO_MANY_REDIRECTS):  # section 2.3.1.2: as if there were none
                return EVERYTHING, KNOWN_FOR
            case Problem(kind=ProblemKind.STATUS) if _none_there(answer.status):
                return EVERYTHING, KNOWN_FOR
        return NOTHING, _UNKNOWN_FOR  # section 2.3.1.4


def _none_there(status: int | None) -> bool:
    """Section 2.3.1.3; too many requests (429) is the one such answer that says "not now" and not "none"."""
    return status is not None and status < 500 and status != 429


def _rules(text: str) -> Iterator[tuple[set[str], str, bool]]:
    """Every rule with the agents that it is for, in small letters; a group without rules gives an empty one."""
    agents, opening = set[str](), False
    for line in text.splitlines():
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            agents = agents if opening else set()
            opening = True
            if agent := _AGENT.match(value):
                agents.add(agent[0].lower())
                yield agents, "", True
        elif key in ("allow", "disallow"):
            opening = False
            yield agents, _pattern(value), key == "allow"


def _pattern(value: str) -> str:
    """A rule's path, escaped; "$" is left only where it means the end. "" for a rule that says nothing."""
    if not value.startswith(("/", "*")):
        return ""
    end = "$" if value.endswith("$") else ""
    return _escaped(value.removesuffix("$")).replace("$", "%24") + end


def _escaped(path: str) -> str:
    """One spelling for all that mean the same octets (section 2.2.2)."""
    return quote(_ESCAPE.sub(_plain, path), safe=_KEPT, errors="replace")


def _plain(escape: re.Match[str]) -> str:
    letter = chr(int(escape[1], 16))
    return letter if _UNRESERVED.fullmatch(letter) else escape[0].upper()


def _fits(pattern: str, path: str) -> bool:
    """Whether `path` begins as `pattern` says; linear, since each piece is looked for once, as early as it can be."""
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = pieces.pop() if pieces and pattern.endswith("$") else None
    for piece in pieces:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if last is not None:
        return len(path) - len(last) >= at and path.endswith(last)
    return not pattern.endswith("$") or at == len(path)
