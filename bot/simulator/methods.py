"""The methods of the Bot API: what each does to the world, and what it answers.

Every method is a plain function of the world and a call, found in `METHODS` by its name in lower case; it never
waits. Only getUpdates, which does, is in `polling.py`. https://core.telegram.org/bots/api#available-methods
"""

import hashlib
import struct
from collections.abc import Callable

from bot.simulator.calls import Call, Json, Refusal, Upload, bad_request
from bot.simulator.checks import (
    MAX_ANSWER_LETTERS,
    MAX_DESCRIPTION,
    MAX_SHORT_DESCRIPTION,
    checked_caption,
    checked_commands,
    checked_keyboard,
    checked_text,
)
from bot.simulator.markup import Formatted
from bot.simulator.shapes import Message
from bot.simulator.world import World

Method = Callable[[World, Call], object]

METHODS: dict[str, Method] = {}

_IMAGES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


def _method(name: str) -> Callable[[Method], Method]:
    def register(function: Method) -> Method:
        METHODS[name.lower()] = function
        return function

    return register


# --- messages


@_method("sendMessage")
def send_message(world: World, call: Call) -> Json:
    _require_chat(call)
    return _post(world, call, checked_text(call), source=call.text("text"))


@_method("sendVenue")
def send_venue(world: World, call: Call) -> Json:
    location = _location(call)
    if not call.text("title") or not call.text("address"):
        raise bad_request("VENUE_TITLE_EMPTY" if not call.text("title") else "VENUE_ADDRESS_EMPTY")
    venue = {"location": location, "title": call.text("title"), "address": call.text("address")}
    return _post(world, call, Formatted(""), attachment={"venue": venue, "location": location})


@_method("sendLocation")
def send_location(world: World, call: Call) -> Json:
    return _post(world, call, Formatted(""), attachment={"location": _location(call)})


@_method("sendPhoto")
def send_photo(world: World, call: Call) -> Json:
    upload, file_id = _file(world, call, "photo")
    media_type = next((kind for start, kind in _IMAGES.items() if upload.content.startswith(start)), None)
    if media_type is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    world.files[file_id] = (media_type, upload.content)
    width, height = _png_size(upload.content)
    size = _file_shape(file_id, upload) | {"width": width, "height": height}
    return _post(world, call, checked_caption(call), source=call.text("caption"), attachment={"photo": [size]})


@_method("sendDocument")
def send_document(world: World, call: Call) -> Json:
    upload, file_id = _file(world, call, "document")
    world.files[file_id] = (upload.media_type, upload.content)
    document = _file_shape(file_id, upload) | {"file_name": upload.name, "mime_type": upload.media_type}
    return _post(world, call, checked_caption(call), source=call.text("caption"), attachment={"document": document})


@_method("editMessageText")
def edit_message_text(world: World, call: Call) -> Json:
    message = _editable(world, call)
    if message.attachment:
        raise bad_request("there is no text in the message to edit")
    content, keyboard = checked_text(call), checked_keyboard(call)
    _require_difference(message.content != content or message.keyboard != keyboard)
    return world.edit(message, content=content, keyboard=keyboard, source=call.text("text")).shape()


@_method("editMessageReplyMarkup")
def edit_message_reply_markup(world: World, call: Call) -> Json:
    message, keyboard = _editable(world, call), checked_keyboard(call)
    _require_difference(message.keyboard != keyboard)
    return world.edit(message, keyboard=keyboard).shape()


@_method("deleteMessage")
def delete_message(world: World, call: Call) -> bool:
    chat = world.writable_chat(call.chat_id)
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if message.sender != world.bot and chat.kind != "private":
        raise bad_request("message can't be deleted")  # the bot is no administrator
    world.delete(message)
    return True


@_method("pinChatMessage")
def pin_chat_message(world: World, call: Call) -> bool:
    chat = world.writable_chat(call.chat_id)
    if call.integer("message_id") not in chat.messages:
        raise bad_request("message to pin not found")
    if chat.kind != "private":
        raise bad_request("not enough rights to manage pinned messages in the chat")
    chat.pinned = call.integer("message_id")
    return True


@_method("sendChatAction")
def send_chat_action(world: World, call: Call) -> bool:
    world.act(world.writable_chat(call.chat_id), call.text("action"))
    return True


@_method("answerCallbackQuery")
def answer_callback_query(world: World, call: Call) -> bool:
    if len(call.text("text")) > MAX_ANSWER_LETTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    world.answer(call.text("callback_query_id"), call.text("text"), alert=call.flag("show_alert"))
    return True


# --- the bot and its commands


@_method("getMe")
def get_me(world: World, call: Call) -> Json:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return world.bot.shape() | abilities


@_method("setMyCommands")
def set_my_commands(world: World, call: Call) -> bool:
    world.set_commands(*_scope(call), checked_commands(call))
    return True


@_method("getMyCommands")
def get_my_commands(world: World, call: Call) -> list[Json]:
    return world.commands.get(_scope(call), [])


@_method("deleteMyCommands")
def delete_my_commands(world: World, call: Call) -> bool:
    world.set_commands(*_scope(call), [])
    return True


@_method("setMyDescription")
def set_my_description(world: World, call: Call) -> bool:
    return _describe(world, call, "description", MAX_DESCRIPTION)


@_method("setMyShortDescription")
def set_my_short_description(world: World, call: Call) -> bool:
    return _describe(world, call, "short_description", MAX_SHORT_DESCRIPTION)


# --- chats and their people


@_method("getChat")
def get_chat(world: World, call: Call) -> Json:
    return world.chat(call.chat_id).full_shape()


@_method("getChatMember")
def get_chat_member(world: World, call: Call) -> Json:
    chat, user_id = world.chat(call.chat_id), call.integer("user_id")
    if user_id == world.bot.id:
        return world.bot.member_shape(chat.bot_status)
    if user_id not in world.people:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return world.people[user_id].member_shape(chat.members.get(user_id, "left"))


@_method("getChatAdministrators")
def get_chat_administrators(world: World, call: Call) -> list[Json]:
    chat = world.chat(call.chat_id)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    admins = {user: status for user, status in chat.members.items() if status in ("administrator", "creator")}
    return [world.people[user].member_shape(status) for user, status in admins.items()]


@_method("leaveChat")
def leave_chat(world: World, call: Call) -> bool:
    chat = world.writable_chat(call.chat_id)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    world.leave(chat)
    return True


# --- webhooks: remembered, never called


@_method("setWebhook")
def set_webhook(world: World, call: Call) -> bool:
    if call.text("url") and not call.text("url").startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    world.webhook_url = call.text("url")
    _drop_pending(world, call)
    return True


@_method("deleteWebhook")
def delete_webhook(world: World, call: Call) -> bool:
    world.webhook_url = ""
    _drop_pending(world, call)
    return True


@_method("getWebhookInfo")
def get_webhook_info(world: World, call: Call) -> Json:
    pending = len(world.updates)
    return {"url": world.webhook_url, "has_custom_certificate": False, "pending_update_count": pending}


# --- what they share


def _post(world: World, call: Call, content: Formatted, **details: object) -> Json:
    keyboard = checked_keyboard(call)
    chat = world.writable_chat(call.chat_id)
    reply_to = _replied(call, chat.messages)
    details |= {"reply_to": reply_to, "thread_id": world.open_topic(chat, call.integer("message_thread_id"))}
    silent = call.flag("disable_notification")
    return world.post(chat, content, keyboard=keyboard, silent=silent, **details).shape()


def _require_chat(call: Call) -> None:
    if not call.text("chat_id"):
        raise bad_request("chat_id is empty")


def _replied(call: Call, messages: dict[int, Message]) -> Message | None:
    """The message that is answered, by reply_parameters or the older reply_to_message_id."""
    reply = call.nested("reply_parameters") or {"message_id": call.integer("reply_to_message_id")}
    if not isinstance(reply, dict):
        raise bad_request("object expected as reply parameters")
    wanted = reply.get("message_id")
    if wanted and wanted not in messages and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return messages.get(wanted) if isinstance(wanted, int) else None


def _editable(world: World, call: Call) -> Message:
    message = world.writable_chat(call.chat_id).messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender != world.bot:
        raise bad_request("message can't be edited")
    return message


def _require_difference(differs: bool) -> None:
    if not differs:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )


def _location(call: Call) -> Json:
    latitude, longitude = call.number("latitude"), call.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("location is invalid")
    return {"latitude": latitude, "longitude": longitude}


def _file(world: World, call: Call, name: str) -> tuple[Upload, str]:
    """A file that is sent, or sent again by its id, and its id. The simulator fetches nothing from the web."""
    upload = call.upload(name)
    if upload is not None:
        return upload, hashlib.sha256(upload.content).hexdigest()[:32]
    known = world.files.get(call.text(name))
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return Upload("file", *known), call.text(name)


def _file_shape(file_id: str, upload: Upload) -> Json:
    return {"file_id": file_id, "file_unique_id": file_id[:16], "file_size": len(upload.content)}


def _png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG from its header; of other images, which nobody asks here, a square."""
    if content.startswith(b"\x89PNG") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    return 320, 320


def _scope(call: Call) -> tuple[str, str]:
    scope = call.nested("scope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: expected an Object")
    about = [str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope]
    return ":".join(about), call.text("language_code")


def _describe(world: World, call: Call, name: str, limit: int) -> bool:
    if len(call.text(name)) > limit:
        raise Refusal(f"Bad Request: {name} is too long")
    world.descriptions[name, call.text("language_code")] = call.text(name)
    return True


def _drop_pending(world: World, call: Call) -> None:
    if call.flag("drop_pending_updates"):
        world.updates.clear()
