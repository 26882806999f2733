"""One call of the Bot API, as it arrives, and the way Telegram says no.

Owns the decoding of parameters (JSON, urlencoded, multipart or query; nested values also JSON-encoded) and the
error shape. What a method does with its parameters is in `methods.py`. https://core.telegram.org/bots/api#making-requests
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

Json = dict[str, Any]

MAX_BODY_BYTES = 50 * 1024 * 1024  # sendDocument takes files of up to 50 MB


class Refusal(Exception):
    """Telegram's "no": an HTTP status, a description, and `parameters` (retry_after, migrate_to_chat_id)."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.description = description
        self.code = code
        self.parameters = parameters

    def body(self) -> Json:
        shape: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            shape["parameters"] = self.parameters
        return shape


def bad_request(why: str) -> Refusal:
    return Refusal(f"Bad Request: {why}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its parameters. `method` is in lower case: Telegram does not mind the case."""

    method: str
    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """A string parameter; numbers are taken as they are written.

        Raises:
            Refusal: it is not valid Unicode.
        """
        value = self.values.get(name)
        text = default if value is None else str(value)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise bad_request("strings must be encoded in UTF-8")
        return text

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; what is none counts as absent, as on Telegram."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def number(self, name: str) -> float:
        """Raises:
        Refusal: it is missing or not a number.
        """
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise bad_request(f"{name} is empty") from None

    def flag(self, name: str) -> bool:
        return self.values.get(name) in (True, 1, "true", "True", "1", "yes")

    def nested(self, name: str) -> Any:
        """An object or a list, also where it comes JSON-encoded in a string; None when absent.

        Raises:
            Refusal: the string is not JSON.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file of a parameter: sent under its name, or referred to as attach://other-name."""
        reference = self.text(name)
        return self.files.get(reference.removeprefix("attach://") if "attach://" in reference else name)

    @property
    def chat_id(self) -> int | None:
        """The chat the call is about, None when it names none that could exist."""
        return self.integer("chat_id") or None


async def decode(request: web.Request) -> Call:
    """Read a call from a request; the body wins over the query.

    Raises:
        Refusal: the body cannot be read.
    """
    values: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        values |= await _json_object(request)
    elif request.content_type == "multipart/form-data":
        await _read_parts(request, values, files)
    elif request.can_read_body:
        values |= dict(await request.post())
    return Call(request.match_info.get("method", "").lower(), values, files)


async def _json_object(request: web.Request) -> Json:
    if not request.can_read_body:
        return {}
    try:
        body = await request.json()
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("object expected")
    return body


async def _read_parts(request: web.Request, values: Json, files: dict[str, Upload]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad_request("can't parse multipart body")
        content = bytes(await part.read())
        if part.filename is None:
            values[part.name] = content.decode("utf-8", "replace")
        else:
            media_type = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name] = Upload(part.filename, media_type, content)
