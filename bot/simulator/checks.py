"""What Telegram refuses, in Telegram's words: lengths, keyboards, commands.

Figures: text and caption, callback data and commands from https://core.telegram.org/bots/api; at most 100 buttons
and 8 a row are not in the documentation but enforced (https://limits.tginfo.me, and python-telegram-bot's
`InlineKeyboardMarkupLimit`). Everything here is a pure function that returns what will be stored, or raises `Refusal`.
"""

import re
from typing import Any

from bot.simulator.calls import Call, Json, bad_request
from bot.simulator.links import InvalidLink, checked_link
from bot.simulator.markup import Formatted, parse_html, plain, units, with_entities

MAX_TEXT_UNITS = 4096
MAX_CAPTION_UNITS = 1024
MAX_CALLBACK_DATA_BYTES = 64
MAX_BUTTONS = 100
MAX_BUTTONS_A_ROW = 8
MAX_ANSWER_LETTERS = 200
MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120

Keyboard = tuple[tuple[Json, ...], ...]

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_OTHER_ACTIONS = (
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
    "pay",
)


def checked_text(call: Call) -> Formatted:
    """The text of a message, parsed."""
    if not call.text("text"):
        raise bad_request("message text is empty")
    formatted = _formatted(call, "text", "entities")
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if units(formatted.text) > MAX_TEXT_UNITS:
        raise bad_request("message is too long")
    return formatted


def checked_caption(call: Call) -> Formatted:
    formatted = _formatted(call, "caption", "caption_entities")
    if units(formatted.text) > MAX_CAPTION_UNITS:
        raise bad_request("message caption is too long")
    return formatted


def _formatted(call: Call, name: str, entities_name: str) -> Formatted:
    mode = call.text("parse_mode").lower()
    if mode == "html":
        return parse_html(call.text(name))
    if mode:
        raise bad_request("unsupported parse_mode")  # Markdown too: Rasid does not write it
    if entities := call.nested(entities_name):
        return with_entities(call.text(name), entities)
    return plain(call.text(name))


def checked_keyboard(call: Call) -> Keyboard:
    """The inline keyboard of `reply_markup`, empty when there is none.

    The markups that only touch a client's input field (remove_keyboard, force_reply) are accepted and change
    nothing; a reply keyboard is refused, because the page does not show one.
    """
    markup = call.nested("reply_markup")
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if markup.get("keyboard"):
        raise bad_request("the simulator shows inline keyboards only")
    rows = markup.get("inline_keyboard") or []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
    keyboard = tuple(tuple(_checked_button(button) for button in row) for row in rows if row)
    if sum(map(len, keyboard)) > MAX_BUTTONS or any(len(row) > MAX_BUTTONS_A_ROW for row in keyboard):
        raise bad_request("reply markup is too long")
    return keyboard


def _checked_button(button: Any) -> Json:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not button["text"].strip():
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be non-empty')
    url, data = button.get("url"), button.get("callback_data")
    others = [name for name in _OTHER_ACTIONS if button.get(name) is not None]
    actions = bool(url) + bool(data) + len(others)
    if actions == 0:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if actions > 1:
        raise bad_request("can't parse inline keyboard button: exactly one of the optional fields must be used")
    if data:
        if len(str(data).encode()) > MAX_CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"text": button["text"], "callback_data": str(data)}
    if url:
        return {"text": button["text"], "url": _button_link(str(url))}
    return dict(button)


def _button_link(url: str) -> str:
    try:
        return checked_link(url)
    except InvalidLink as why:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {why}") from None


def checked_commands(call: Call) -> list[Json]:
    """The commands of setMyCommands, as they will be shown."""
    commands = call.nested("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_checked_command(command) for command in commands]


def _checked_command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse commands: expected an Object")
    name = str(command.get("command", "")).removeprefix("/")
    description = str(command.get("description", "")).strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= MAX_COMMAND_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}
