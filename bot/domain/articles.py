"""An entry of a source becomes an article: what identifies it, what it is called elsewhere, and may it still ring.

Owns the key within a source, the edition that tells an edit, the fingerprint across sources, the bounds of what is
stored and the age at which news stops being news. Judges neither language (handed in) nor content.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.domain.arabic import normalise
from bot.domain.model import Article, Content, Entry, Silence

MAX_TITLE = 500  # characters
MAX_TEXT = 100_000  # characters
MAX_KEY = 500  # characters; a longer guid is known by its hash
MIN_FINGERPRINT_WORDS = 12  # shorter texts are equal by chance: «انفجار في حلب»
FRESH = timedelta(hours=48)

_WORD = re.compile(r"\w+")
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|yclid|msclkid|twclid|igshid|igsh|mc_cid|mc_eid|_ga|ref_src|ref_url|cmpid|amp|at_\w+",
    re.IGNORECASE,
)


def make_article(
    entry: Entry,
    source_id: str,
    seen_at: datetime,
    read: Callable[[str, str], Content],
    announced: Entry | None = None,
) -> Article:
    """The article that `entry` is; `read` says what a title and a text hold. `announced` is what the source said, where
    the entry has been completed from its page."""
    title, text = entry.title[:MAX_TITLE], entry.text[:MAX_TEXT]
    content = read(title, text)
    words = words_of(title, text)
    return Article(
        source_id=source_id,
        key=key_of(entry),
        url=entry.url,
        title=title,
        text=text,
        language=content.language,
        published_at=min(entry.published_at, seen_at) if entry.published_at else None,
        seen_at=seen_at,
        fingerprint=_fingerprint(words),
        places=content.places,
        events=content.events,
        tolls=content.tolls,
        features=content.features,
        edition=edition_of(announced.title, announced.text) if announced else _edition(words),
    )


def key_of(entry: Entry) -> str:
    """The same for the same item however often it is read, even after a small edit if the source gives it a name."""
    if entry.guid:
        return entry.guid if len(entry.guid) <= MAX_KEY else _hash(entry.guid)
    if entry.url:
        canonical = canonical_url(entry.url)
        return canonical if len(canonical) <= MAX_KEY else _hash(canonical)
    return _hash(f"{entry.title}\n{entry.text}")


def canonical_url(url: str) -> str:
    """One name for all the addresses of a page: an identity, not an address to open.

    Scheme, "www.", default port, fragment, tracking parameters, their order and a last slash make no difference.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        host, port = "", None
    if not host:
        return url.strip()
    kept = sorted(
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(name)
    )
    where = host if port in (None, 80, 443) else f"{host}:{port}"
    query = f"?{urlencode(kept)}" if kept else ""
    return f"https://{where}{parts.path.rstrip('/')}{query}"


def fingerprint(title: str, text: str) -> str | None:
    """Equal for reposts of one text, whatever their punctuation, vowels and spelling of letters.

    None with fewer than twelve words.
    """
    return _fingerprint(words_of(title, text))


def edition_of(title: str, text: str) -> int:
    """60 bits that change with the words of what a source says, and not with its punctuation, vowels or spelling."""
    return _edition(words_of(title[:MAX_TITLE], text[:MAX_TEXT]))


def words_of(title: str, text: str) -> list[str]:
    """The words of a text, normalised."""
    return _WORD.findall(normalise(f"{title}\n{text}"))


def why_silent(article: Article, first_poll: bool, now: datetime) -> Silence | None:
    """Why the article alerts nobody whatever it says; None if it may."""
    if first_poll:
        return Silence.FIRST_POLL
    if article.published_at is None:
        return Silence.UNDATED
    if now - article.published_at > FRESH:
        return Silence.STALE
    return None


def _fingerprint(words: Sequence[str]) -> str | None:
    return _hash(" ".join(words)) if len(words) >= MIN_FINGERPRINT_WORDS else None


def _edition(words: Sequence[str]) -> int:
    return int(_hash(" ".join(words))[:15], 16)


def _hash(text: str) -> str:
    """128 bits of SHA-256, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
