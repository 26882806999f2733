"""What others make of our JSON: aiogram's description of the Bot API, and teremok's reading of Telegram's HTML.

Runs in the environment of `requirements-foreign.txt`: a list of [kind, value] comes in on the standard input, a list
of complaints goes out. A kind is the name of one of aiogram's types or methods, or "html".
"""

import json
import sys
from typing import Any

from aiogram import methods, types
from pydantic import BaseModel, ValidationError
from teremok.validation import ApiRuleViolation, validate_html


def complaints(kind: str, value: Any) -> list[str]:
    try:
        if kind == "html":
            validate_html(value)
            return []
        model = getattr(types, kind, None) or getattr(methods, kind)
        return [f"{kind}: aiogram knows no {name}" for name in unknown(model.model_validate(value))]
    except (ApiRuleViolation, ValidationError) as error:
        return [f"{kind}: {error}"]


def unknown(value: object, path: str = "") -> list[str]:
    """The fields that aiogram's models do not have, at any depth."""
    if isinstance(value, list):
        return [found for item in value for found in unknown(item, path)]
    if not isinstance(value, BaseModel):
        return []
    extra = [f"{path}{name}" for name in value.model_extra or {}]
    return extra + [found for name, part in value for found in unknown(part, f"{path}{name}.")]


if __name__ == "__main__":
    print(json.dumps([found for kind, value in json.load(sys.stdin) for found in complaints(kind, value)]))
