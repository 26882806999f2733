"""Feeds in the forms that real outlets publish, made from sample news: RSS, Atom, an unnamed encoding, broken XML.

Pure: outlets and issues in, bytes out. The two faulty forms have the faults of real feeds, so that local mode shows
that they are read all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr


class Form(StrEnum):
    RSS = "rss"
    ATOM = "atom"
    RSS_WINDOWS_1256 = "rss-windows-1256"  # declared neither in HTTP nor in the XML declaration
    RSS_MALFORMED = "rss-malformed"  # a bare ampersand, an unclosed tag, an unknown entity, a control character

    @property
    def media_type(self) -> str:
        return "application/atom+xml" if self is Form.ATOM else "application/rss+xml"

    @property
    def charset(self) -> str | None:
        """What the HTTP header declares."""
        return None if self is Form.RSS_WINDOWS_1256 else "utf-8"


@dataclass(frozen=True, slots=True)
class Item:
    """A news item of an outlet; `text` is plain, with {clock} where the time stands."""

    slug: str
    title: str
    text: str
    language: str = "ar"
    hours_ago: float = 0


@dataclass(frozen=True, slots=True)
class Outlet:
    id: str
    name_ar: str
    name_en: str
    form: Form
    rotation: tuple[Item, ...]
    earlier: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """An item as it was published: under a guid of its own, at a moment."""

    item: Item
    guid: str
    url: str
    text: str
    published_at: datetime


def render_feed(outlet: Outlet, issues: Sequence[Issue], home: str) -> bytes:
    """The outlet's feed, the issues in the order given."""
    if outlet.form is Form.ATOM:
        return _atom(outlet, issues, home).encode()
    if outlet.form is Form.RSS_MALFORMED:
        return _rss(outlet, [_malformed_item(issue) for issue in issues], home).encode()
    document = _rss(outlet, [_rss_item(issue) for issue in issues], home)
    if outlet.form is Form.RSS_WINDOWS_1256:
        return document.replace(' encoding="utf-8"', "", 1).translate(_WESTERN_DIGITS).encode("windows-1256")
    return document.encode()


_WESTERN_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")  # windows-1256 has no others


def _rss(outlet: Outlet, items: Sequence[str], home: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>\n'
        f"<title>{escape(outlet.name_ar)}</title>\n<link>{escape(home)}</link>\n"
        "<description>أخبار مختلقة للتجربة</description>\n<language>ar</language>\n"
        f"{''.join(items)}</channel></rss>\n"
    )


def _rss_item(issue: Issue) -> str:
    return _item(issue, escape(issue.item.title), escape(issue.text))


def _malformed_item(issue: Issue) -> str:
    """Nothing escaped, and the first sentence made bold for good."""
    first, stop, rest = issue.text.partition(". ")
    return _item(issue, issue.item.title, f"<b>{first}{stop.strip()}&nbsp;\x0b{rest}")


def _item(issue: Issue, title: str, description: str) -> str:
    return (
        f"<item>\n<title>{title}</title>\n<link>{escape(issue.url)}</link>\n"
        f'<guid isPermaLink="false">{issue.guid}</guid>\n'
        f"<pubDate>{format_datetime(issue.published_at)}</pubDate>\n"
        f"<description>{description}</description>\n</item>\n"
    )


def _atom(outlet: Outlet, issues: Sequence[Issue], home: str) -> str:
    updated = max((issue.published_at for issue in issues), default=None)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar">\n'
        f"<title>{escape(outlet.name_ar)}</title>\n<id>{escape(home)}</id>\n<link href={quoteattr(home)}/>\n"
        f"{f'<updated>{updated.isoformat()}</updated>' if updated else ''}\n"
        f"{''.join(map(_atom_entry, issues))}</feed>\n"
    )


def _atom_entry(issue: Issue) -> str:
    return (
        f'<entry xml:lang="{issue.item.language}">\n<title>{escape(issue.item.title)}</title>\n'
        f"<id>{issue.guid}</id>\n<link href={quoteattr(issue.url)}/>\n"
        f"<published>{issue.published_at.isoformat()}</published>\n"
        f"<updated>{issue.published_at.isoformat()}</updated>\n"
        f'<summary type="html">{escape(f"<p>{escape(issue.text)}</p>")}</summary>\n</entry>\n'
    )
