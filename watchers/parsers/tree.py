"""The bytes of a web page into a tree of elements, and the words of an element.

The only owner of lxml's HTML parser and of selecting in a tree. Bounded: a tree is at most 256 elements deep (libxml2
stops there), and a tag with hundreds of attributes, for which libxml2 takes quadratic time, is taken out before.
Scripts are never run, nothing is fetched.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from bot.domain.model import Document
from watchers.decoding import decode
from watchers.parsers.plain import plain_text

_HEAD = 8_192  # characters in which a page shows that it is one
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|title|main|div|section|article|table|ul|ol|p|h[1-6]|a)\b", re.IGNORECASE
)
_UNSEEN = frozenset(("script", "style", "noscript", "iframe", "svg", "template", "textarea", "select"))
_BOLD = frozenset(("b", "strong", "h1", "h2", "h3"))
_BLOCKS = frozenset(
    "p div hr li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote section article header footer figure figcaption pre dd dt"
    " main aside nav".split()
)
_SPACES = re.compile(r"\s+")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)  # libxml2 drops what follows, browsers do not
# A tag as HTML's tokeniser reads it (WHATWG HTML, section 13.2.5), after what holds no tags: 200,000 attributes in one
# tag took libxml2 2.14 minutes. Every tag is consumed, so that none is tried again from its inside; the two ways to end
# an attribute exclude each other. Whoever gets past this is stopped with the process.
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)|(?!\s*+=))"""
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title|xmp|iframe|noembed|noframes)\b[^>]*>.*?(?:</\1\b|\Z)"
    rf"|<[a-zA-Z][^\s/>]*+(?:{_ATTRIBUTE}){{0,249}}(?P<flood>{_ATTRIBUTE})?",
    re.DOTALL | re.IGNORECASE,
)


def page_text(document: Document) -> str:
    """The source of the page as text. What it declares in its head is believed like a header."""
    found = _META.search(document.body[:4_096])
    return decode(document.body, document.charset or (found[1].decode("ascii") if found else None)).text


def page_tree(text: str) -> HtmlElement | None:
    """The root element; None where `text` is not the source of a page."""
    if not _PAGE.search(text[:_HEAD]):
        return None
    clean = _TAG.sub(_without_floods, _END.sub("", _ILLEGAL.sub("", text)))
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return document_fromstring(clean.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError):  # nothing but white space, or a comment
        return None


def _without_floods(tag: re.Match[str]) -> str:
    return "" if tag["flood"] else tag[0]


@lru_cache(maxsize=256)
def selector(css: str) -> CSSSelector:
    """The compiled selector.

    Raises:
        SelectorError: of cssselect, when `css` is none.
    """
    return CSSSelector(css, translator="html")


def select(element: HtmlElement, css: str) -> list[HtmlElement]:
    """The elements below `element`, and itself, that `css` names, in document order."""
    found: list[HtmlElement] = selector(css)(element)
    return found


def first(element: HtmlElement, css: str) -> HtmlElement | None:
    return next(iter(select(element, css)), None)


def line_of(element: HtmlElement | None) -> str:
    """The words of an element on one line; "" for None."""
    return text_of(element).replace("\n", " ")


def text_of(element: HtmlElement | None) -> str:
    """The words of an element, one line for each block; "" for None."""
    return "" if element is None else plain_text("".join(words for words, _ in pieces(element)))


def pieces(element: HtmlElement) -> Iterator[tuple[str, bool]]:
    """What the element says, piece by piece, and whether it is bold; "\\n" for what begins or ends a line."""
    bold = 0
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            bold += node.tag in _BOLD
            if node.tag in _BLOCKS or node.tag == "br":
                yield "\n", False
            if node.tag in _UNSEEN:
                walk.skip_subtree()
            elif node.text:
                yield _SPACES.sub(" ", node.text), bold > 0
        else:
            bold -= node.tag in _BOLD
            if node.tag in _BLOCKS:
                yield "\n", False
            if node is not element and node.tail:
                yield _SPACES.sub(" ", node.tail), bold > 0


def attribute(element: HtmlElement | None, *names: str) -> str:
    """The first of the attributes that says something, without blanks around it."""
    if element is None:
        return ""
    return next((value for name in names if (value := str(element.get(name, "")).strip())), "")


def within(element: HtmlElement, top: HtmlElement) -> Iterator[HtmlElement]:
    """The element and what holds it, up to `top` and with it."""
    here: HtmlElement | None = element
    while here is not None:
        yield here
        here = None if here is top else here.getparent()


def classes(element: HtmlElement) -> frozenset[str]:
    return frozenset(element.get("class", "").split())
