"""What an alert is about, before a word of it is chosen: which event, which place, whose numbers, how many sources.

    about = subject(reports, watched_codes)      # the event that heads the message, or None
    owners = independent(reports)                # first to say it first; reposts and second texts are no new source
    tolls = tolls_by_source(reports, owners, about)

Pure choices over what was understood of each report; writes nothing and reads no message file.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.arabic import tokenise
from bot.domain.events import Event, Severity
from bot.domain.modality import Modality
from bot.domain.model import Article, PlaceHit
from bot.domain.retelling import Report
from bot.domain.sentences import sentences
from bot.domain.tolls import Claim

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
DETAINING = frozenset(("arrest", "raid", "incursion"))
MOST_PEOPLE = 10_000_000  # a larger number counts no people (as in numbers)
_LONGEST = 30_000  # code points of a text that events and tolls are read from
_GOVERNORATE = 4  # letters of its P-code: "SY12"


@dataclass(frozen=True, slots=True)
class Subject:
    """The event that heads a message. `codes`: the place to show and all that contain it; () where none is known."""

    event: Event
    article: Article
    codes: tuple[str, ...] = ()

    @property
    def governorate(self) -> str | None:
        """The code of the governorate above the place, if there is one and it is not the place itself."""
        return next((c for c in self.codes[1:] if len(c) == _GOVERNORATE and c.startswith("SY")), None)

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
    """What each independent source says of the dead, injured, missing and detained of this event: its latest number.

    Empty for every source where the event is denied, threatened or planned, or is none that harms.
    """
    said: dict[str, dict[str, int]] = {owner.article.source_id: {} for owner in owners}
    if about is not None and about.event.modality in HARD and about.event.category in HARM:
        for report in reports:
            if report.article.source_id in said:
                said[report.article.source_id].update(_toll(report.article, about))
    return [(owner.source, said[owner.article.source_id]) for owner in owners]


def conflicting(tolls: Sequence[tuple[str, Mapping[str, int]]]) -> bool:
    """Whether two sources give different numbers of the same thing."""
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
    """The places of the event's clause; where it names none, of the title, else of the first sentence with one."""
    sure = [hit for hit in article.places if hit.sure and hit.codes]
    if event.codes:
        known = {hit.codes[0]: hit.codes for hit in sure}
        return [known.get(code, (code,)) for code in event.codes]
    title = [hit.codes for hit in sure if hit.field == "title"]
    text = sorted((hit for hit in sure if hit.field == "text"), key=lambda hit: hit.start)
    if title or not text:
        return title
    first = text[0].start
    rest = sentences(article.text[first : first + 600])
    end = first + rest[0].end if rest else first + 1
    return [hit.codes for hit in text if hit.start < end]


def _toll(article: Article, about: Subject) -> dict[str, int]:
    """The toll of an article as far as it is told of the event's place."""
    if not any(event.modality in HARD for event in article.events):
        return {}
    kinds = ("dead", "injured", "missing", *(("detained",) if about.event.category in DETAINING else ()))
    elsewhere = {claim for claim in article.tolls.claims if _elsewhere(article, claim, about.codes)}
    found = {}
    for kind in kinds:
        number: int | None = getattr(article.tolls, kind)
        if any(claim.kind == kind for claim in elsewhere):
            left = {c.number for c in article.tolls.claims if c.kind == kind and c not in elsewhere}
            number = left.pop() if len(left) == 1 else None
        if number is not None and 0 < number <= MOST_PEOPLE:
            found[kind] = number
    return found


def _elsewhere(article: Article, claim: Claim, codes: tuple[str, ...]) -> bool:
    """Whether the clause of a number, or else its sentence, names places and none of them has to do with this one."""
    text = (article.title if claim.field == "title" else article.text)[:_LONGEST]
    inside = next((s for s in sentences(text) if s.start <= claim.start < s.end), None)
    if not codes or inside is None:
        return False
    hits = [h for h in article.places if h.sure and h.field == claim.field and inside.start <= h.start < inside.end]
    clauses = {token.start + inside.start: token.clause for token in tokenise(inside.text)} if len(hits) > 1 else {}
    own = clauses.get(claim.start)
    near = [hit for hit in hits if clauses.get(hit.start) == own] if own is not None else []
    return bool(hits) and not any(_related(hit, codes) for hit in near or hits)


def _related(hit: PlaceHit, codes: tuple[str, ...]) -> bool:
    return hit.codes[0] in codes or codes[0] in hit.codes
