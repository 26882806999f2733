"""Telegram's side of the world, in memory: who is there, what was said, what the bot has not read yet.

Owns the state and the updates it causes. Refuses no call for its form (`checks.py` does) and knows neither HTTP nor
scripted faults. Every change is told to the listeners, in order, while it is made. Nothing here waits.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.simulator.calls import Json, Refusal, bad_request
from bot.simulator.checks import MAX_TEXT_UNITS
from bot.simulator.markup import Formatted, plain, units
from bot.simulator.shapes import Chat, Message, Topic, User

QUERY_LIFETIME = timedelta(minutes=10)  # observed to be of this order; Telegram documents none
FIRST_GENERATED_USER = 2001
FIRST_GENERATED_GROUP = -2001


@dataclass(frozen=True, slots=True)
class Change:
    """What happened: "update", "message", "edited", "deleted", "answer", "chat", "commands" or "action".

    `detail` is what the page needs to show it; an "update" is only for the bot.
    """

    kind: str
    detail: Json


@dataclass(frozen=True, slots=True)
class _Query:
    message: Message
    user: User
    asked_at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


class World:
    """All state. Update ids begin at the clock's milliseconds, so that a new world never repeats those of an old one.

    `privacy`: as on Telegram, the bot reads in groups only commands and replies to itself.
    """

    def __init__(self, bot: User, clock: Callable[[], datetime] = _now, *, privacy: bool = False) -> None:
        self.bot = bot
        self.clock = clock
        self.privacy = privacy
        self.people: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.updates: deque[Json] = deque()
        self.allowed_updates: frozenset[str] = frozenset()  # empty: all kinds
        self.commands: dict[tuple[str, str], list[Json]] = {}  # by scope and language
        self.descriptions: dict[tuple[str, str], str] = {}  # by method and language
        self.files: dict[str, tuple[str, bytes]] = {}  # media type and content, by file id
        self.webhook_url = ""
        self._listeners: list[Callable[[Change], None]] = []
        self._queries: dict[str, _Query] = {}
        self._next_update_id = int(clock().timestamp() * 1000)
        self._query_ids = count(self._next_update_id)

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Tell `listener` of every change from now on, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # --- who is there

    def add_person(self, name: str, user_id: int | None = None, *, language: str = "ar") -> Chat:
        """A person and their private chat with the bot, which has the same id."""
        user_id = user_id or max((*self.people, FIRST_GENERATED_USER - 1)) + 1
        self.people[user_id] = User(user_id, name, language)
        return self._add_chat(Chat(user_id, "private", name, {user_id: "member"}))

    def add_group(
        self, title: str, members: Iterable[int], admins: Iterable[int] = (), chat_id: int | None = None
    ) -> Chat:
        """A group of people who are already there, and the bot; a "-100..." id makes it a supergroup.

        Raises:
            Refusal: one of them is not there.
        """
        chat_id = chat_id or min((*self.chats, FIRST_GENERATED_GROUP + 1)) - 1
        statuses = dict.fromkeys(members, "member") | dict.fromkeys(admins, "administrator")
        if not statuses.keys() <= self.people.keys():
            raise bad_request("no such person")
        kind = "supergroup" if str(chat_id).startswith("-100") else "group"
        return self._add_chat(Chat(chat_id, kind, title, statuses))

    def set_topic(self, chat_id: int, topic: Topic, thread_id: int | None = None) -> int:
        """Open a topic, which makes the group a forum, or change one; returns its thread id."""
        chat = self.chat(chat_id)
        if thread_id is None:
            thread_id = chat.next_message_id  # on Telegram it is the id of the message that says "topic created"
            chat.next_message_id += 1
        chat.topics[thread_id] = topic
        return thread_id

    def _add_chat(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        self._tell_chat(chat)
        return chat

    def chat(self, chat_id: int | None) -> Chat:
        """Raises:
        Refusal: there is no such chat.
        """
        chat = self.chats.get(chat_id) if chat_id is not None else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable_chat(self, chat_id: int | None) -> Chat:
        """A chat that the bot may write to.

        Raises:
            Refusal: there is no such chat, or the bot was blocked, kicked or left.
        """
        chat = self.chat(chat_id)
        if chat.bot_status == "kicked" and chat.kind == "private":
            raise Refusal("Forbidden: bot was blocked by the user", 403)
        if chat.bot_status == "kicked":
            raise Refusal(f"Forbidden: bot was kicked from the {chat.kind} chat", 403)
        if chat.bot_status == "left":
            raise Refusal(f"Forbidden: bot is not a member of the {chat.kind} chat", 403)
        return chat

    def open_topic(self, chat: Chat, thread_id: int) -> int | None:
        """A topic that the bot may write to; None for no topic.

        Raises:
            Refusal: there is no such topic, or it is closed. The general topic has no number: 1 is refused too.
        """
        if not thread_id:
            return None
        topic = chat.topics.get(thread_id)
        if topic is None or topic.deleted:
            raise bad_request("message thread not found")
        if topic.closed:
            raise bad_request("TOPIC_CLOSED")
        return thread_id

    # --- what a person does

    def say(
        self,
        chat_id: int,
        text: str,
        as_user: int | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> Message:
        """A person writes. In a group `as_user` says who; without it, its first member."""
        chat, user = self._person_in(chat_id, as_user)
        content = plain(text)
        if not content.text or units(content.text) > MAX_TEXT_UNITS:
            raise bad_request("a message has 1 to 4096 UTF-16 units")
        if thread_id and thread_id not in chat.topics:
            raise bad_request("no such topic")
        answered = chat.messages.get(reply_to) if reply_to else None
        message = self._store(chat, user, content, reply_to=answered, thread_id=thread_id)
        to_bot = answered is not None and answered.sender == self.bot
        if chat.kind == "private" or not self.privacy or text.startswith("/") or to_bot:
            self._update("message", message.shape())
        return message

    def press(self, chat_id: int, message_id: int, data: str, as_user: int | None = None) -> str:
        """A person presses the button that carries `data`; returns the id of the callback query."""
        chat, user = self._person_in(chat_id, as_user)
        message = chat.messages.get(message_id)
        if message is None or not any(b.get("callback_data") == data for row in message.keyboard for b in row):
            raise bad_request("no such button")
        query_id = str(next(self._query_ids))
        self._queries[query_id] = _Query(message, user, self.clock())
        query = {"id": query_id, "from": user.shape(), "message": message.shape(), "data": data}
        self._update("callback_query", query | {"chat_instance": str(chat.id)})
        return query_id

    def set_blocked(self, chat_id: int, blocked: bool, as_user: int | None = None) -> None:
        """A person blocks the bot (or throws it out of a group), or takes it back."""
        chat, user = self._person_in(chat_id, as_user)
        status = "kicked" if blocked else "member"
        if chat.bot_status != status:
            self._set_bot_status(chat, status, user)

    def leave(self, chat: Chat) -> None:
        self._set_bot_status(chat, "left", self.bot)

    def _set_bot_status(self, chat: Chat, status: str, by: User) -> None:
        old, chat.bot_status = chat.bot_status, status
        change = {
            "chat": chat.shape(),
            "from": by.shape(),
            "date": int(self.clock().timestamp()),
            "old_chat_member": self.bot.member_shape(old),
            "new_chat_member": self.bot.member_shape(status),
        }
        self._update("my_chat_member", change)
        self._tell_chat(chat)

    def _person_in(self, chat_id: int, as_user: int | None) -> tuple[Chat, User]:
        chat = self.chat(chat_id)
        user_id = as_user or next(iter(chat.members), 0)
        if user_id not in chat.members:
            raise bad_request("no such person in this chat")
        return chat, self.people[user_id]

    # --- what the bot does

    def post(self, chat: Chat, content: Formatted, **details: Any) -> Message:
        """The bot writes; `details` are the other fields of a `Message`."""
        return self._store(chat, self.bot, content, **details)

    def edit(self, message: Message, **changes: Any) -> Message:
        """The bot changes its message; new words mark it as edited, new buttons do not."""
        edited_at = self.clock() if "content" in changes else message.edited_at
        edited = replace(message, edited_at=edited_at, **changes)
        message.chat.messages[message.id] = edited
        self._tell("edited", edited.view())
        return edited

    def delete(self, message: Message) -> None:
        del message.chat.messages[message.id]
        self._tell("deleted", {"chat_id": message.chat.id, "id": message.id})

    def answer(self, query_id: str, text: str, *, alert: bool) -> None:
        """The answer to a pressed button, shown once to the one who pressed.

        Raises:
            Refusal: the query is unknown, answered or too old.
        """
        query = self._queries.pop(query_id, None)
        if query is None or self.clock() - query.asked_at > QUERY_LIFETIME:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        message = query.message
        about = {"chat_id": message.chat.id, "message_id": message.id, "user_id": query.user.id}
        self._tell("answer", about | {"query_id": query_id, "text": text, "alert": alert})

    def set_commands(self, scope: str, language: str, commands: list[Json]) -> None:
        self.commands[scope, language] = commands
        self._tell("commands", {"commands": self.shown_commands()})

    def shown_commands(self, language: str = "ar") -> list[Json]:
        """What a private chat in this language shows, by the order Telegram looks in (BotCommandScope)."""
        for scope in ("all_private_chats", "default"):
            for key in ((scope, language), (scope, "")):
                if commands := self.commands.get(key):
                    return commands
        return []

    def act(self, chat: Chat, action: str) -> None:
        self._tell("action", {"chat_id": chat.id, "action": action})

    # --- how it is kept and told

    def _store(self, chat: Chat, sender: User, content: Formatted, **details: Any) -> Message:
        message = Message(chat, chat.next_message_id, sender, self.clock(), content, **details)
        chat.next_message_id += 1
        chat.messages[message.id] = message
        self._tell("message", message.view())
        return message

    def _update(self, kind: str, body: Json) -> None:
        if self.allowed_updates and kind not in self.allowed_updates:
            return
        update = {"update_id": self._next_update_id, kind: body}
        self._next_update_id += 1
        self.updates.append(update)
        self._tell("update", update)

    def confirm(self, offset: int) -> None:
        """Forget the updates before `offset`; a negative offset keeps that many of the last ones."""
        if offset < 0:
            offset = self.updates[max(offset, -len(self.updates))]["update_id"] if self.updates else 0
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()

    def chat_view(self, chat: Chat) -> Json:
        people = [{"id": user, "name": self.people[user].name, "status": s} for user, s in chat.members.items()]
        view = {"id": chat.id, "kind": chat.kind, "title": chat.title, "people": people}
        return view | {"blocked": chat.bot_status != "member"}

    def _tell_chat(self, chat: Chat) -> None:
        self._tell("chat", self.chat_view(chat))

    def _tell(self, kind: str, detail: Json) -> None:
        for listener in tuple(self._listeners):
            listener(Change(kind, detail))
