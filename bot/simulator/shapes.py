"""The things of a Telegram world, and the JSON shape each has in the Bot API.

Frozen values, except `Chat`, whose members and messages change; `world.py` alone changes them. Shapes hold what
python-telegram-bot 22.8 needs to read them. https://core.telegram.org/bots/api#available-types
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.simulator.calls import Json
from bot.simulator.checks import Keyboard
from bot.simulator.markup import Formatted

_ADMIN_RIGHTS = (
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
    "is_anonymous",
)


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    language: str = "ar"
    username: str | None = None
    is_bot: bool = False

    def shape(self) -> Json:
        shape: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            shape["username"] = self.username
        if not self.is_bot:
            shape["language_code"] = self.language
        return shape

    def member_shape(self, status: str) -> Json:
        """A ChatMember of any status."""
        shape: Json = {"status": status, "user": self.shape()}
        if status == "administrator":
            shape |= dict.fromkeys(_ADMIN_RIGHTS, False)
        elif status == "creator":
            shape["is_anonymous"] = False
        elif status == "kicked":
            shape["until_date"] = 0
        return shape


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands. `attachment` is the part of its shape that is no text: {"venue": ...}, {"photo": ...}."""

    chat: "Chat"
    id: int
    sender: User
    sent_at: datetime
    content: Formatted
    source: str = ""  # the text as the bot sent it: HTML where it used HTML
    attachment: Mapping[str, object] = field(default_factory=dict)
    keyboard: Keyboard = ()
    silent: bool = False
    reply_to: "Message | None" = None
    thread_id: int | None = None  # the forum topic; None is the general one
    edited_at: datetime | None = None

    @property
    def text(self) -> str:
        """The visible text, or the caption."""
        return self.content.text

    def shape(self, *, with_reply: bool = True) -> Json:
        """A Message of the Bot API."""
        shape: Json = {
            "message_id": self.id,
            "from": self.sender.shape(),
            "chat": self.chat.shape(),
            "date": int(self.sent_at.timestamp()),
            **self.attachment,
        }
        text, entities = ("caption", "caption_entities") if self.attachment else ("text", "entities")
        if self.content.text:
            shape[text] = self.content.text
        if self.content.entities:
            shape[entities] = list(self.content.entities)
        if self.keyboard:
            shape["reply_markup"] = {"inline_keyboard": [list(row) for row in self.keyboard]}
        if self.edited_at:
            shape["edit_date"] = int(self.edited_at.timestamp())
        if self.reply_to and with_reply:
            shape["reply_to_message"] = self.reply_to.shape(with_reply=False)
        if self.thread_id:
            shape |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        return shape

    def view(self) -> Json:
        """What the page and tests see: the shape of a message on a screen."""
        return {
            "chat_id": self.chat.id,
            "id": self.id,
            "from": {"id": self.sender.id, "name": self.sender.name, "is_bot": self.sender.is_bot},
            "sent_at": self.sent_at.isoformat(),
            "edited_at": self.edited_at.isoformat() if self.edited_at else None,
            "text": self.content.text,
            "entities": list(self.content.entities),
            "html": self.source,
            "attachment": dict(self.attachment),
            "keyboard": [list(row) for row in self.keyboard],
            "silent": self.silent,
            "reply_to": self.reply_to.id if self.reply_to else None,
            "topic": self.chat.topics[self.thread_id].name if self.thread_id else None,
        }


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a forum. `deleted` ones stay known, since their messages are still shown."""

    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Chat:
    """A conversation. `members` gives each person's status; `bot_status` is "member", "kicked" or "left"."""

    id: int
    kind: str  # "private", "group" or "supergroup"
    title: str
    members: dict[int, str]
    bot_status: str = "member"
    messages: dict[int, Message] = field(default_factory=dict, repr=False)
    next_message_id: int = 1
    pinned: int | None = None
    topics: dict[int, Topic] = field(default_factory=dict)  # by thread id; a group with topics is a forum

    def shape(self) -> Json:
        name = "first_name" if self.kind == "private" else "title"
        forum = {"is_forum": True} if self.topics else {}
        return {"id": self.id, "type": self.kind, name: self.title, **forum}

    def full_shape(self) -> Json:
        """A ChatFullInfo, with the figures that it must have."""
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        shape = self.shape() | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }
        if self.pinned in self.messages:
            shape["pinned_message"] = self.messages[self.pinned].shape()
        return shape
