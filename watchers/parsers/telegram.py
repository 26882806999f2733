"""A public channel's web page (https://t.me/s/<handle>): a `Document` in, a `Reading` out.

Owns what is text of a post and what is not: quotes of other posts, previews of links and what Telegram itself says are
not. Posts without text give no entry, but their numbers count, so that whoever polls knows how far he has read.

A post has no title. Its first line is taken for one when it is set like one: bold, or with an empty line below it, and
not the whole post. Of a post that is only a link, the preview of that link is what the channel says.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from lxml.html import HtmlElement

from bot.domain.model import Document, Entry, Problem, ProblemKind, Reading
from watchers.parsers.dates import read_date
from watchers.parsers.entries import MOST_ENTRIES, nothing, web_address
from watchers.parsers.plain import plain_line, plain_text
from watchers.parsers.tree import (
    attribute,
    classes,
    first,
    line_of,
    page_text,
    page_tree,
    pieces,
    select,
    text_of,
    within,
)

_POST = re.compile(r"([A-Za-z0-9_]{1,64})/([1-9]\d{0,17})")
_ALBUM = re.compile(r"/([1-9]\d{0,17})\?single\b")  # an album has one post and a number for each picture
_BEFORE = re.compile(r"[?&]before=([1-9]\d{0,17})\b")
_NOT_OWN = {"tgme_widget_message_reply", "tgme_widget_message_link_preview", "media_not_supported_cont"}

_LONGEST_HEADLINE = 200  # characters
_FEWEST_WORDS = 3  # «عاجل», «#درعا» and "شام ||" are no headlines
_WORD = re.compile(r"(?<![#@\w])[^\W\d_]{2,}")
_LINK = re.compile(r"\bhttps?://\S+|\bwww\.\S+")
_LONGEST_NAME = 200


def read_channel(document: Document, seen_at: datetime) -> Reading:
    """The page's posts in its own order, the oldest first. `guid` is "handle/number" in lower case.

    `NOT_A_FEED` comes alone: Telegram answers 200 for channels that are missing, private or without a preview.
    """
    source = page_text(document)
    page = page_tree(source)
    if page is None:
        return nothing(ProblemKind.NOT_A_FEED if source.strip() else ProblemKind.EMPTY, document.media_type)
    posts = select(page, "[data-post]")[:MOST_ENTRIES]
    whole = "</html" in source[-2_000:].lower()
    if not whole:
        posts = posts[:-1]  # the one in which the page ends
    numbers = [number for post in posts for number in _numbers(post)]
    if not numbers:
        return _without_posts(page, source, whole)
    entries = {entry.guid: entry for post in posts if (entry := _entry(post, seen_at))}
    return Reading(
        title=_title(page),
        entries=tuple(entries.values()),
        problems=() if whole else (Problem(ProblemKind.CUT, f"ends after {len(posts)} complete posts"),),
        whole=whole,
        older=_older(page, document.url, max(numbers)),
        lowest=min(numbers),
        highest=max(numbers),
    )


def _without_posts(page: HtmlElement, source: str, whole: bool) -> Reading:
    if not whole:
        return nothing(ProblemKind.CUT, "ends before the first post is complete")
    if first(page, ".tgme_channel_history, .tme_no_messages_found") is None:
        return nothing(ProblemKind.NOT_A_FEED, "no such channel, or it shows no preview")
    if "tgme_widget_message" in source:
        return nothing(ProblemKind.NOT_A_FEED, "a channel whose posts are not where they were: the layout has changed")
    return nothing(ProblemKind.EMPTY, "no posts")


def _title(page: HtmlElement) -> str:
    shown = line_of(first(page, ".tgme_channel_info_header_title"))
    return shown or plain_line(attribute(first(page, 'meta[property="og:title"]'), "content"))


def _older(page: HtmlElement, url: str, highest: int) -> str | None:
    """Telegram's own cursor: a computed one can lead to the newest page again, which is what before=0 gives."""
    cursors = [attribute(more, "data-before") for more in select(page, ".tme_messages_more[data-before]")]
    links = [_BEFORE.search(attribute(link, "href")) for link in select(page, "link[rel=prev], .tme_messages_more")]
    numbers = [int(n) for n in cursors if n.isascii() and n.isdigit() and len(n) < 19]
    numbers += [int(found[1]) for found in links if found]
    if not numbers or not 1 < numbers[0] <= highest:
        return None
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, f"before={numbers[0]}", ""))


def _numbers(post: HtmlElement) -> Iterator[int]:
    if found := _POST.fullmatch(attribute(post, "data-post")):
        yield int(found[2])
        for link in select(post, 'a[href*="?single"]'):
            if of_album := _ALBUM.search(attribute(link, "href")):
                yield int(of_album[1])


def _entry(post: HtmlElement, seen_at: datetime) -> Entry | None:
    """None for what has no text: pictures, polls, and what Telegram says itself ("pinned a message")."""
    found = _POST.fullmatch(attribute(post, "data-post"))
    if found is None or "service_message" in classes(post):
        return None
    title, text = _words(post)
    if not title and not text:
        return None
    origin = next(_own(post, ".tgme_widget_message_forwarded_from_name"), None)
    time = next(_own(post, "a.tgme_widget_message_date time[datetime]"), None)
    return Entry(
        guid=found[0].lower(),
        url=f"https://t.me/{found[0]}",
        title=title,
        text=text,
        published_at=read_date(attribute(time, "datetime"), None, seen_at),
        forwarded_from=line_of(origin)[:_LONGEST_NAME] or None,
        original_url=web_address(attribute(origin, "href"), "https://t.me/"),
        edited=any(_says_edited(meta) for meta in _own(post, ".tgme_widget_message_meta")),
    )


def _own(post: HtmlElement, css: str) -> Iterator[HtmlElement]:
    """What belongs to the post itself and not to one that it quotes, or to the preview of a link."""
    for element in select(post, css):
        if not any(_NOT_OWN & classes(holder) for holder in within(element, post)):
            yield element


def _says_edited(meta: HtmlElement) -> bool:
    """The word stands in `meta` itself; a signature, which may be anything, has an element of its own."""
    return any("edited" in words.lower() for words in (meta.text or "", *(child.tail or "" for child in meta)))


def _words(post: HtmlElement) -> tuple[str, str]:
    """Title and text of the post."""
    blocks: dict[HtmlElement, None] = {}
    for block in _own(post, ".tgme_widget_message_text"):
        if blocks.keys().isdisjoint(within(block, post)):  # Telegram puts one into another at times
            blocks[block] = None
    title, text = _split([piece for block in blocks for piece in (*pieces(block), ("\n", False))])
    preview = first(post, ".tgme_widget_message_link_preview")
    if preview is None or _LINK.sub("", f"{title}{text}").strip():
        return title, text
    described = text_of(first(preview, ".link_preview_description"))
    return line_of(first(preview, ".link_preview_title")), described or text


def _split(pieces: Sequence[tuple[str, bool]]) -> tuple[str, str]:
    """The headline, if the first line is set like one, and the rest of the text."""
    lines = "".join(words for words, _ in pieces).strip("\n").split("\n")
    light = "".join(" " * len(w) if bold else w for w, bold in pieces).strip("\n").split("\n")
    rest = plain_text("\n".join(lines[1:]))
    if rest and _is_headline(lines[0], light[0], lines[1]):
        return plain_line(lines[0]), rest
    return "", plain_text("\n".join(lines))


def _is_headline(line: str, light: str, below: str) -> bool:
    """`light` is what of the line is not bold."""
    words = _WORD.findall(line)
    stands_out = not _WORD.search(light) or not below.strip()
    goes_on = line.rstrip().endswith((":", "،", ","))
    return stands_out and not goes_on and len(words) >= _FEWEST_WORDS and len(line) <= _LONGEST_HEADLINE
