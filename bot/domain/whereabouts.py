"""Whether an event of a text is in Syria or abroad.

Weighs the names in a clause, its sentence, the opening and the whole article: places that Syria has (as `places` found
them), countries, cities and adjectives of abroad. A name behind a preposition of place tells where; a country or an
adjective without one may be only who acts («غارة إسرائيلية»), and where a thing goes («إلى سوريا») is not where it is.
The weights are small whole judgements, set by reading 125 texts, not fitted.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.place_roles import Role
from bot.domain.places import Mention
from bot.domain.wording import Passage, Phrasebook

_NEAR = 16  # words within which a name behind a preposition of place settles it
_LONG = 50  # words of an article that would name something Syrian if it were about Syria
_DATELINE = 14  # words of a text within which «(CNN) --» ends a dateline
_QUALIFIES = 3  # words between a town and the country that follows it
# Countries whose forces act in Syria, and capitals that stand for governments: alone they say little.
_ACTORS = (
    "إسرائيل تركيا روسيا إيران أمريكا أميركا فرنسا بريطانيا العراق الأردن لبنان ألمانيا السعودية قطر الإمارات الصين مصر"
)
_OFTEN = "إسرائيلي تركي روسي أمريكي أميركي"  # who so often acts in Syria that the word says next to nothing
_FIGHTING = "إسرائيل تركيا روسيا أمريكا أميركا"  # whose forces arrest and patrol in Syria too
_TOWNS = "بلدة مدينة قرية محافظة ولاية"
_CAPITALS = "واشنطن موسكو أنقرة طهران باريس لندن برلين بروكسل جنيف الرياض أبيب القاهرة بغداد الدوحة"
_ACTING = "إسرائيلي تركي روسي إيراني أمريكي أميركي فرنسي بريطاني عراقي لبناني أردني ألماني سعودي إماراتي قطري"


class _Marker(NamedTuple):
    at: int  # token
    weight: float  # above 0 for Syria, below for abroad
    placed: bool  # behind a preposition of place
    other: float  # the weight for what foreign forces do not do in Syria
    towards: bool = False  # where something goes


@dataclass(frozen=True)
class Atlas:
    """The slots of the vocabulary's lists of places."""

    countries: int
    cities: int
    adjectives: int
    syria: int
    actors: int
    locative: int
    towards: int
    acting_countries: int
    capitals: int
    acting_adjectives: int
    fighting: int
    often: int
    roads: int
    towns: int

    @classmethod
    def of(cls, book: Phrasebook, lists: Mapping[str, str]) -> "Atlas":
        def slot(words: str) -> int:
            return book.slot("|".join(words.split()))

        def nisba(words: str) -> int:
            stems = words.split()
            return book.slot("|".join(stem + end for stem in stems for end in ("", "ة", "ين", "ون", "ان", "ات", "تين")))

        return cls(
            slot(lists["countries"]),
            slot(lists["cities"]),
            nisba(lists["adjectives"]),
            slot(lists["syria"]),
            slot(lists["syrian_actors"]),
            slot(lists["locative"]),
            slot(lists["towards"]),
            slot(_ACTORS),
            slot(_CAPITALS),
            nisba(_ACTING),
            slot(_FIGHTING),
            nisba(_OFTEN),
            book.slot("$road"),
            slot(_TOWNS),
        )

    def markers(self, passage: Passage, mentions: Sequence[Mention]) -> list[_Marker]:
        named = {passage.token_at(m.start): m for m in mentions if m.field == passage.field and m.believed}
        found: list[_Marker] = []
        skipped = _dateline(passage) if passage.field == "text" else 0
        telling = {self.countries, self.cities, self.adjectives, self.syria, self.actors}
        for at, meaning in enumerate(passage.meanings):
            if at < skipped or (telling.isdisjoint(meaning.slots) and at not in named):
                continue
            weight = self._syrian(passage, at, named.get(at)) or self._foreign(passage, at)
            if self.cities in passage.meanings[at].slots and weight < 0:
                weight = self._city(passage, at, weight, at + 1 in named)
            if weight:
                placed, towards = self._placed(passage, at), self._towards(passage, at)
                if self._town_of(passage, at) or (placed and abs(weight) >= 1):
                    _qualify(found, at, weight)
                    found.append(_Marker(at, math.copysign(3.0, weight), True, math.copysign(3.0, weight)))
                else:
                    share = 0.3 if towards else 1.0
                    other = {-0.4: -1.0, 0.7: 0.3}.get(weight, weight)
                    other = -0.8 if self.fighting in passage.meanings[at].slots else other
                    found.append(_Marker(at, weight * share, False, other * share, towards))
        return found

    def _town_of(self, passage: Passage, at: int) -> bool:
        """«في عدة مدن أوروبية», «العاصمة الفرنسية», «بلدة كفركلا اللبنانية»."""
        if self.adjectives not in passage.meanings[at].slots or at == 0:
            return False
        named = at > 1 and passage.meanings[at].definite and not passage.tokens[at - 1].form.startswith("ال")
        behind = passage.meanings[at - 2].slots if named else frozenset()
        return self.locative in passage.meanings[at - 1].slots or self.towns in behind

    def _city(self, passage: Passage, at: int, weight: float, followed: bool) -> float:
        """«صيدا الجولان» is not the Sidon abroad, and where «طريق دمشق بيروت» leads is not where it lies."""
        roads = passage.meanings[max(0, at - 2) : at]
        ours = at + 1 < len(passage.tokens) and self.syria in passage.meanings[at + 1].slots  # «سهل عكار السوري»
        if followed or ours:
            return 0.0
        return -0.3 if any(self.roads in meaning.slots for meaning in roads) else weight

    def _syrian(self, passage: Passage, at: int, mention: Mention | None) -> float:
        slots = passage.meanings[at].slots
        if mention is not None and self.countries not in slots:  # لبنان is no ل + بنان
            return 0.3 if mention.role is Role.ORIGIN else 2.0
        if self.syria in slots:
            return 2.0 if _the_country(passage, at) else 0.7
        theirs = at + 1 < len(passage.tokens) and self.adjectives in passage.meanings[at + 1].slots
        return 1.0 if self.actors in slots and not theirs else 0.0  # «النظام الإيراني» is not ours

    def _foreign(self, passage: Passage, at: int) -> float:
        slots = passage.meanings[at].slots
        if self.countries in slots:
            return -1.0 if self._placed(passage, at) or self.acting_countries not in slots else -0.4
        if self.cities in slots:
            return -0.9 if self.capitals in slots and not self._placed(passage, at) else -2.0
        if self.adjectives in slots:
            return -0.2 if self.often in slots else -0.4 if self.acting_adjectives in slots else -0.9
        return 0.0

    def _placed(self, passage: Passage, at: int) -> bool:
        form = passage.tokens[at].form.lstrip("وف")
        if form.startswith("ب") and passage.tokens[at].form not in _OWN_B:
            return True
        start = passage.bounds(passage.sentences[at])[0]
        if at == 0 and passage.heading and len(passage.tokens) > 1 and passage.tokens[1].before[:1] in _OPENS:
            return True  # «لبنان.. غارة على …», «حماة | …»
        if at == 0 and passage.heading and len(passage.tokens) > 1 and passage.tokens[1].before[:1] == ":":
            return self.acting_countries not in passage.meanings[at].slots  # «السويد: مقتل …», not «إسرائيل: …»
        for back in range(at - 1, max(start - 1, at - 4), -1):
            slots = passage.meanings[back].slots
            if self.towards in slots or passage.tokens[back].clause != passage.tokens[at].clause:
                return False
            if self.locative in slots:
                return True
            if self.adjectives not in slots:
                return False
        return False

    def _towards(self, passage: Passage, at: int) -> bool:
        form = passage.tokens[at].form
        if form.startswith(("لل", "ولل")) or (form.startswith("ل") and not form.startswith(("لبنان", "ليبيا", "لندن"))):
            return True
        return at > 0 and self.towards in passage.meanings[at - 1].slots


_OPENS = frozenset(".…|-–")
_OWN_B = frozenset(
    ("بيروت", "بغداد", "بريطانيا", "برلين", "بلجيكا", "باريس", "باكستان", "بلغاريا", "بولندا", "بيرو", "بنغازي")
)


def _the_country(passage: Passage, at: int) -> bool:
    """«سوريا», not «السورية» and not «سورياً»."""
    token = passage.tokens[at]
    named = token.form.endswith(("سوريا", "سوريه", "syria")) and not token.tanween
    return named and not passage.meanings[at].definite


def _qualify(found: list[_Marker], at: int, weight: float) -> None:
    """«الخيام جنوبي لبنان»: the country settles whose town is meant."""
    if weight < 0 and found and found[-1].weight > 0 and at - found[-1].at <= _QUALIFIES:
        found.pop()


class Whereabouts:
    """The names of one article, asked whether a clause speaks of abroad."""

    def __init__(self, atlas: Atlas, passages: Sequence[Passage], mentions: Sequence[Mention]) -> None:
        self._markers = {passage.field: atlas.markers(passage, mentions) for passage in passages}
        self._all = self._lead = 0.0
        words = sum(len(passage.tokens) for passage in passages)
        self._elsewhere = words >= _LONG and all(m.weight < 0 for ms in self._markers.values() for m in ms)
        for passage in passages:
            if passage.tokens and not (passage.field == "title" and _alike(*passages)):
                self._all += sum(m.weight for m in self._markers[passage.field])
                last = len(passage.tokens) if passage.field == "title" else passage.bounds(0)[1]
                self._lead += sum(m.weight for m in self._markers[passage.field] if m.at < last)

    def abroad(self, passage: Passage, first: int, foreign_hands: bool, arrives: bool = False) -> bool:
        """Whether what stands at a token is abroad. `foreign_hands`: forces of other countries do such things in
        Syria, so that the name of one of their countries says little; `arrives`: such a thing is where it goes."""
        start, end = passage.bounds(passage.sentences[first])
        markers = self._markers[passage.field]
        low, high = bisect_left(markers, start, key=_at), bisect_left(markers, end, key=_at)
        near = [m for m in markers[low:high] if -_NEAR <= m.at - first <= _NEAR]
        if arrives and any(m.towards and m.weight > 0 for m in near):
            return False
        opening = _opening(near, foreign_hands) if passage.heading else None
        if opening is not None:
            return opening
        if not foreign_hands and any(0 < abs(first - m.at) <= 2 and m.other <= -0.9 for m in near):
            return True  # «ألمانيا تفرج عن …»: it is done where its doer governs
        placed = [m for m in near if m.placed]
        if placed:
            closest = min(placed, key=lambda m: (abs(m.at - first) if m.at >= first else 2 * abs(m.at - first), m.at))
            return closest.weight < 0
        return self._outweighed(sum(m.weight if foreign_hands else m.other for m in near))

    def _outweighed(self, here: float) -> bool:
        """Where no name settles it: what those of the sentence weigh, then the opening, then the article."""
        if here >= 0.5:
            return False
        if here <= -0.8 and self._all < 3:
            return True
        if self._lead <= -0.8 and self._all < 1:
            return True
        return self._all <= (-0.1 if self._elsewhere else -1.0)


def _opening(near: Sequence[_Marker], foreign_hands: bool) -> bool | None:
    """What the first word of a headline says: «ألمانيا.. اعتقال …» and «تركيا تباغت … وتعتقل» are abroad, «الشرع يعين
    سفيراً في موسكو» is not; None for the others."""
    if not near or near[0].at > 0:
        return None
    if near[0].placed:
        return near[0].weight < 0
    if foreign_hands:
        return None
    if near[0].weight >= 1:
        return False
    return True if _foreign_headline(near) else None


def _foreign_headline(near: Sequence[_Marker]) -> bool:
    """Whether a headline begins with a country abroad, and names nothing here but whose citizens they are."""
    return near[0].other <= -0.8 and all(m.weight < 1 for m in near)


def _alike(title: Passage, text: Passage) -> bool:
    """Whether a text says nothing but its title."""
    if len(title.tokens) != len(text.tokens):
        return False
    return all(a.form == b.form for a, b in zip(title.tokens, text.tokens, strict=True))


def _at(marker: _Marker) -> int:
    return marker.at


def _dateline(passage: Passage) -> int:
    """The first token behind «دبي، الإمارات العربية المتحدة (CNN)--»."""
    for at, token in enumerate(passage.tokens[1:_DATELINE], start=1):
        if token.before and any(dash in token.before for dash in ("--", "—", "–")):
            return at
    return 0
