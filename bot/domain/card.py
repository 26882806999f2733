"""What an alert is about, before a word of it is chosen: which event, which place, whose numbers, how many sources.

    about = subject(reports, watched_codes)      # the event that heads the message, or None
    owners = independent(reports)                # first to say it first; reposts and second texts are no new source
    tolls = tolls_by_source(reports, owners, about)

Pure choices over what was understood of each report; writes nothing and reads no message file.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.events import Event, Severity
from bot.domain.modality import Modality
from bot.domain.model import Article
from bot.domain.retelling import Report
from bot.domain.sentences import sentences
from bot.domain.tolls import Claim, agreed

HARD = frozenset((Modality.REPORTED, Modality.ALLEGED))
NEWS = HARD | {Modality.DENIED, Modality.THREATENED, Modality.PLANNED}
_ANYWHERE = NEWS | {Modality.DRILL, Modality.RECYCLED}
_IF_MAIN = frozenset(
    (Modality.BACKGROUND, Modality.ANNIVERSARY, Modality.ABROAD)
)  # else the article is of other things
# Under «الإفراج عن 12 معتقلاً» or «تعويض أسر 5 قتلى» a toll would tell of a harm that was not done.
HARM = frozenset(
    """
    raid incursion arrest kidnapping assassination killing shelling airstrike drone projectile explosion mine_erw
    clashes attack_on_post communal_tension siege displacement protest fire earthquake flood_storm collapse
    road_accident disease chemical missing_graves
    """.split()
)
DETAINING = frozenset(("arrest", "raid", "incursion", "kidnapping"))
COUNTED_TOGETHER = timedelta(hours=1)  # numbers said within it are of one count: the dead are found for hours
MOST_PEOPLE = 10_000_000  # a larger number counts no people (as in numbers)
_GOVERNORATE = 4  # letters of its P-code: "SY12"


class Counted(NamedTuple):
    """A number of people and when a report said it; `risen`: as one that the toll has risen to."""

    number: int
    at: datetime
    risen: bool = False

    def overtakes(self, earlier: "Counted") -> bool:
        since = self.at - earlier.at
        return self.number > earlier.number and (since >= COUNTED_TOGETHER or (self.risen and since > timedelta(0)))


@dataclass(frozen=True, slots=True)
class Subject:
    """The event that heads a message. `codes`: the place to show and all that contain it; () where none is known."""

    event: Event
    article: Article
    codes: tuple[str, ...] = ()

    @property
    def governorate(self) -> str | None:
        """The code of the governorate above the place, if there is one and it is not the place itself."""
        return next(iter(_governorate(self.codes)), None)

    @property
    def happened(self) -> Event | None:
        """Beside what is only threatened or planned: the gravest event that is told as done in the same place."""
        if self.event.modality not in (Modality.THREATENED, Modality.PLANNED) or not self.codes:
            return None
        done = [e for e in self.article.events if e.modality is Modality.REPORTED and self.codes[0] in e.codes]
        return max(done, key=lambda event: event.severity, default=None)


def subject(reports: Sequence[Report], watched: Collection[str] = (), denial: bool = False) -> Subject | None:
    """The event to head the message: one at a watched place before others, of the first report that tells one, its
    main event before its gravest. `denial`: what is denied comes first.

    Severity is the gravest that any report gives to the same event.
    """
    found = [(n, about) for n, r in enumerate(reports) for about in _told(r.article, watched)]
    if not found:
        return None

    def order(one: tuple[int, Subject]) -> tuple[bool, int, int, bool, int]:
        number, about = one
        event = about.event
        other = denial and event.modality is not Modality.DENIED
        return other, _distance(about, watched), number, not event.main, -event.severity

    chosen = min(found, key=order)[1]
    same = (chosen.event.category, chosen.event.modality)
    gravest = max(a.event.severity for _, a in found if (a.event.category, a.event.modality) == same)
    return replace(chosen, event=replace(chosen.event, severity=Severity(gravest)))


def independent(reports: Sequence[Report]) -> tuple[Report, ...]:
    """One report of each source that says it by itself, in their order: a text that was published before, and a
    second text of the same source, add none."""
    kept: list[Report] = []
    seen: set[tuple[str, str]] = set()
    for report in reports:
        marks = _marks(report)
        if seen.isdisjoint(marks):
            kept.append(report)
        seen |= marks
    return tuple(kept)


def tolls_by_source(
    reports: Sequence[Report], owners: Sequence[Report], about: Subject | None
) -> list[tuple[str, Mapping[str, int]]]:
    """What each independent source says of the dead, injured, missing and detained of this event: its latest number,
    without those that a later, higher one of another source has overtaken.

    A toll that rises is no conflict: a higher number overtakes one that was said `COUNTED_TOGETHER` or more before it,
    and any earlier one where it says itself that the toll has risen. Numbers of about the same time stand against each
    other, and so does a later number that is lower.

    Empty for every source where the event is denied, threatened or planned, or is none that harms.
    """
    said: dict[str, dict[str, Counted]] = {owner.article.source_id: {} for owner in owners}
    if about is not None and about.event.modality in HARD and about.event.category in HARM:
        for report in reports:
            if report.article.source_id in said:
                said[report.article.source_id].update(_toll(report.article, about))
    everything = [(kind, counted) for toll in said.values() for kind, counted in toll.items()]
    return [(owner.source, _standing(said[owner.article.source_id], everything)) for owner in owners]


def _standing(toll: Mapping[str, Counted], everything: Sequence[tuple[str, Counted]]) -> dict[str, int]:
    return {
        kind: counted.number
        for kind, counted in toll.items()
        if not any(kind == other and later.overtakes(counted) for other, later in everything)
    }


def conflicting(tolls: Sequence[tuple[str, Mapping[str, int]]]) -> bool:
    """Whether two sources give different numbers of the same thing, of those that none has overtaken."""
    kinds = {kind for _, toll in tolls for kind in toll}
    return any(len({toll[kind] for _, toll in tolls if kind in toll}) > 1 for kind in kinds)


def places_told(about: Subject) -> tuple[str, ...]:
    """The codes of the places where its article puts the event, the shown one first."""
    return tuple(dict.fromkeys((*about.codes[:1], *about.event.codes)))


def _marks(report: Report) -> set[tuple[str, str]]:
    article = report.article
    marks = {("source", article.source_id), ("name", report.source.casefold())}
    return marks | {("text", article.fingerprint)} if article.fingerprint else marks


def _told(article: Article, watched: Collection[str]) -> Iterator[Subject]:
    for event in article.events:
        if event.modality in _ANYWHERE or (event.main and event.modality in _IF_MAIN):
            yield Subject(event, article, _where(article, event, watched))


def _distance(about: Subject, watched: Collection[str]) -> int:
    """0: the event is told of a watched place; 1: of no place that its clause names; 2: of others."""
    if not watched or not set(watched).isdisjoint(about.codes):
        return 0
    return 2 if about.event.codes else 1


def _where(article: Article, event: Event, watched: Collection[str]) -> tuple[str, ...]:
    if event.modality is Modality.ABROAD:
        return ()
    hits = _hits(article, event)
    wider = {code for codes in hits for code in codes[1:]}
    nearest = [codes for codes in hits if codes[0] not in wider]
    return min(nearest, key=lambda c: (c[0] not in watched, set(c).isdisjoint(watched)), default=())


def _hits(article: Article, event: Event) -> list[tuple[str, ...]]:
    """The places of the event's clause, of one in doubt its governorate; where it names none, of the title, else of the
    first sentence with one."""
    sure = [hit for hit in article.places if hit.sure and hit.codes]
    if event.codes:
        known = {hit.codes[0]: _governorate(hit.codes) for hit in article.places if hit.codes}
        known |= {hit.codes[0]: hit.codes for hit in sure}
        return [codes for code in event.codes if (codes := known.get(code, (code,)))]
    title = [hit.codes for hit in sure if hit.field == "title"]
    text = sorted((hit for hit in sure if hit.field == "text"), key=lambda hit: hit.start)
    if title or not text:
        return title
    first = text[0].start
    rest = sentences(article.text[first : first + 600])
    end = first + rest[0].end if rest else first + 1
    return [hit.codes for hit in text if hit.start < end]


def _governorate(codes: tuple[str, ...]) -> tuple[str, ...]:
    """What is shown of a place that is in doubt."""
    return tuple(code for code in codes[1:] if len(code) == _GOVERNORATE and code.startswith("SY"))


def _toll(article: Article, about: Subject) -> dict[str, Counted]:
    """The toll of an article as far as it is told of the event's place: of several towns' numbers, those of the clauses
    that name it or no town. All of it where the claims are not known, as of reports that an older version filed."""
    if not any(event.modality in HARD for event in article.events):
        return {}
    kinds = ("dead", "injured", "missing", *(("detained",) if about.event.category in DETAINING else ()))
    above = {hit.codes[0]: hit.codes for hit in article.places if hit.sure and hit.codes}
    found = {}
    for kind in kinds:
        claims = [claim for claim in article.tolls.claims if claim.kind == kind]
        near = [claim for claim in claims if _told_of(claim, about.codes, above)]
        number: int | None = getattr(article.tolls, kind) if len(near) == len(claims) else agreed(near)
        if number is not None and 0 < number <= MOST_PEOPLE:
            risen = any(claim.total and claim.number == number for claim in near)
            found[kind] = Counted(number, article.published_at or article.seen_at, risen)
    return found


def _told_of(claim: Claim, codes: tuple[str, ...], above: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a number is of a place (`codes`: its own and those above), or of none that its clause names."""
    if not codes or not claim.codes:
        return True
    wider = {code for place in claim.codes for code in above.get(place, (place,))[1:]}
    exact = [place for place in claim.codes if place not in wider]
    return any(place in codes or codes[0] in above.get(place, ()) for place in exact)
