"""How values in a settings file may look: the form that every section has, and rules that several of them share.

Importing this module reads nothing.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from cssselect import HTMLTranslator, SelectorError, SelectorSyntaxError
from cssselect.parser import Attrib, Element
from cssselect.xpath import XPathExpr
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """Frozen; an unknown key is a mistake, and so is a value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def must(holds: Callable[[Any], object], code: str) -> AfterValidator:
    """A rule on a value; `code` names the message that is told when it does not hold."""

    def check(value: Any) -> Any:
        if value is not None and not holds(value):
            raise PydanticCustomError(code, code)
        return value

    return AfterValidator(check)


def is_web_address(text: str) -> bool:
    """Whether aiohttp can ask for it; a name and password are refused, because addresses are logged."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    clean = text.isprintable() and " " not in text
    return clean and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None


_Named = TypeVar("_Named", Element, Attrib)


class _OfPages(HTMLTranslator):
    """HTML has no namespaces; lxml refuses them when it looks for the elements, and not before."""

    def xpath_element(self, selector: Element) -> XPathExpr:
        return super().xpath_element(_without_namespace(selector))

    def xpath_attrib(self, selector: Attrib) -> XPathExpr:
        return super().xpath_attrib(_without_namespace(selector))


def _without_namespace(selector: _Named) -> _Named:
    if selector.namespace not in (None, "*"):
        raise SelectorSyntaxError("a namespace")
    return selector


def is_selector(text: str) -> bool:
    """Whether elements of a page can be looked for with it, as with `watchers.parsers.tree.select`."""
    try:
        _OfPages().css_to_xpath(text)
    except (SelectorError, RecursionError):
        return False
    return True


Language = Literal["ar", "en", "ckb", "kmr", "tr", "fa", "other"]
Id = Annotated[str, must(re.compile(r"[a-z0-9][a-z0-9_-]{0,63}").fullmatch, "bad-id")]
Address = Annotated[str, must(is_web_address, "bad-url")]
Area = Annotated[str, must(re.compile(r"SY(\d{2}(\d{2}(\d{2})?)?)?").fullmatch, "bad-area")]
