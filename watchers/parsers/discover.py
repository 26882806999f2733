"""From the address of a site or a channel, and what stands there, to what can be polled. Pure: fetches nothing.

What is found is a proposal: whether a feed is alive shows when it is read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.domain.model import Document, SourceKind
from watchers.decoding import decode
from watchers.parsers.entries import host_of, web_address
from watchers.parsers.jsonfeed import is_json
from watchers.parsers.plain import plain_line
from watchers.parsers.tree import attribute, first, page_text, page_tree, select

_MOST = 20  # of each kind
_MAX_ROBOTS = 500_000  # characters (RFC 9309, section 2.5: at least 500 KiB)
_HEAD = 8_192
_FEED_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json",
    "application/xml", "text/xml",
}  # fmt: skip
_NO_NEWS = re.compile(r"/comments/feed|[?&]feed=comments|/wp-json/|oembed", re.IGNORECASE)  # WordPress links them too

_HANDLE = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|_(?!_)){3,31}(?<!_)")
_CHANNEL_HOSTS = {"t.me", "telegram.me", "telegram.dog"}
_NO_CHANNELS = set(
    "joinchat share addstickers addemoji addlist addtheme proxy socks login confirmphone setlanguage contact invoice "
    "boost giftcode bg iv s c m k a img file css js tos privacy dl telegram".split()
)
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*([^\s#]+)", re.IGNORECASE | re.MULTILINE)
_ROOT = re.compile(r"<(?:[\w-]{1,40}:)?(rss|rdf|feed|urlset|sitemapindex)(?=[\s>/])", re.IGNORECASE)
_USUAL_FEEDS = ("/feed/", "/rss.xml", "/rss", "/feed.xml", "/atom.xml", "/?feed=rss2")


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names; `title` as the page has it."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a site's page names, each address once and in the page's order. `channels` are handles in lower case."""

    title: str = ""
    feeds: tuple[FeedLink, ...] = ()
    hubs: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def discover(document: Document) -> Found:
    """The feeds, WebSub hubs, Telegram channels and sitemaps that a site's page names; nothing where it is no page."""
    page = page_tree(page_text(document))
    if page is None:
        return Found()
    base = web_address(attribute(first(page, "base[href]"), "href"), document.url) or document.url
    links = [(link, web_address(attribute(link, "href"), base)) for link in select(page, "link[rel][href]")]
    rels = [(set(attribute(link, "rel").lower().split()), link, url) for link, url in links if url]
    feeds: dict[str, FeedLink] = {}
    for rel, link, url in rels:
        if rel & {"alternate", "feed"} and _is_feed_type(attribute(link, "type")) and not _NO_NEWS.search(url):
            feeds.setdefault(url, FeedLink(url, plain_line(attribute(link, "title"))[:200]))
    anchors = (attribute(anchor, "href") for anchor in select(page, "a[href]"))
    return Found(
        title=plain_line(attribute(first(page, 'meta[property="og:site_name"]'), "content"))[:200],
        feeds=tuple(feeds.values())[:_MOST],
        hubs=_once(url for rel, _, url in rels if "hub" in rel),
        channels=_once(handle for href in anchors if _is_link(href) and (handle := channel_handle(href))),
        sitemaps=_once(url for rel, _, url in rels if "sitemap" in rel),
    )


def sitemaps_of(robots: str, url: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names (sitemaps.org). `url` is that of robots.txt; other sites' are left out."""
    named = (web_address(match[1], url) for match in _SITEMAP_LINE.finditer(robots[:_MAX_ROBOTS]))
    return _once(address for address in named if address and host_of(address) == host_of(url))


def usual_feeds(url: str) -> tuple[str, ...]:
    """Where a site that names no feed may have one all the same (WordPress, Drupal and others), the likeliest first."""
    return tuple(address for path in _USUAL_FEEDS if (address := web_address(path, url)))


def channel_handle(text: str) -> str | None:
    """The handle that an address of a channel or of its post, or "@handle", names, in lower case; else None."""
    text = text.strip()
    if text.startswith("@"):
        return _handle(text[1:])
    try:
        parts = urlsplit(text if "://" in text else f"https://{text.removeprefix('//')}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if host in _CHANNEL_HOSTS:
        path = parts.path.strip("/").split("/")
        return _handle(path[1] if path[0] == "s" and len(path) > 1 else path[0])
    return _handle(host.removesuffix(".t.me")) if host.endswith(".t.me") else None


def channel_url(handle: str) -> str:
    """Where the posts of a public channel can be read without an account."""
    return f"https://t.me/s/{handle}"


def kind_of(document: Document) -> SourceKind | None:
    """What can be polled at the document's own address; PAGE only says that it is a page. None for anything else."""
    root = _ROOT.search(decode(document.body[: 4 * _HEAD], document.charset).text[:_HEAD])
    if root:
        return SourceKind.SITEMAP if root[1].lower() in ("urlset", "sitemapindex") else SourceKind.FEED
    if is_json(document):
        return SourceKind.FEED
    page = page_tree(page_text(document))
    if page is None:
        return None
    return SourceKind.PAGE if first(page, "[data-post], .tgme_channel_history") is None else SourceKind.TELEGRAM


def _handle(name: str) -> str | None:
    """Bots have handles too, and no posts."""
    usable = _HANDLE.fullmatch(name) and name.lower() not in _NO_CHANNELS and not name.lower().endswith("bot")
    return name.lower() if usable else None


def _is_link(href: str) -> bool:
    return href.startswith(("http://", "https://", "//"))


def _is_feed_type(media_type: str) -> bool:
    return media_type.lower().partition(";")[0].strip() in _FEED_TYPES


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:_MOST]
