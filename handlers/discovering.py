"""Operators add sources: by the address of a site or a channel, or by a list of subscriptions (OPML).

Nothing is remembered between a question and the press that answers it: the address stands in the message under which
the button is, and the list is in the message that ours answers. Both are read again, and checked again.
"""

from dataclasses import replace
from io import BytesIO

from telegram import CallbackQuery, Document, Message, MessageEntity, Update

from bot.domain.composing import RLM
from bot.domain.errors import SourceError, UserError
from bot.domain.i18n import Messages
from bot.domain.markup import Html, bold, escape, isolate, lines, plain
from bot.domain.model import Button, ProblemKind
from bot.domain.model import Message as Reply
from bot.domain.opml import MAX_BYTES, Outline, read_opml, write_opml
from bot.domain.rendering import Card, PlaceName, render_alert
from bot.domain.retelling import Report
from bot.domain.source_words import ago, in_direction, languages_told, problem_told
from bot.sourcing import NAME_LETTERS, Assessment, Candidate, Proposal, address_of
from handlers.context import Context, Rows, argument, chat_id
from handlers.sources import is_operator, require_operator

ADD = "source-add:"  # with whether all its news is about Syria: "syria" or "world"
IMPORT = "opml:"  # "yes" or "no"
PREVIEW_UNITS = 3_500  # of Telegram's 4096; each of the three is at most about 1500
_FILE = "rasid.opml"


def is_for_us(update: Update, context: Context, text: str) -> bool:
    """Whether an operator wrote an address and nothing else."""
    return is_operator(update, context) and address_of(text) is not None


async def search(update: Update, context: Context, about: str | None = None) -> None:
    """Look what can be followed at an address, and offer each with a button."""
    await require_operator(update, context)
    messages = await context.messages(update)
    text = argument(update) if about is None else about
    if not text:
        await context.reply(update, messages.html("source-usage"))
        return
    url = address_of(text)
    if url is None:
        raise UserError("source-address")
    await context.reply(update, messages.html("source-searching", address=url))
    try:
        proposals = await context.sourcing.find(url)
    except SourceError as error:
        await context.reply(update, _unreadable(url, error, messages))
        return
    for proposal in proposals:
        html = preview(proposal, messages, context)
        await context.reply(update, html, () if proposal.known else _add_buttons(messages))


async def add_pressed(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    await require_operator(update, context)
    url = _address_in(query)
    if url is None:
        raise UserError("button-stale")
    await context.answer_press(query)
    messages = await context.messages(update)
    try:
        source = await context.sourcing.add(url, syria_only=query.data == f"{ADD}syria")
    except SourceError as error:
        await context.reply(update, _unreadable(url, error, messages))
        return
    name = source.name_ar if messages.language == "ar" else source.name_en
    await context.replace(update, messages.html("source-added", name=name))


def preview(proposal: Proposal, messages: Messages, context: Context) -> Html:
    """What a candidate is, and its latest articles as alerts. Its address is the first part that is set as code."""
    candidate, now = proposal.candidate, context.sourcing.now()
    latest = next((a.published_at for a in candidate.articles if a.published_at), None)
    dated = (
        messages.html("source-latest", when=ago(latest, now, messages)) if latest else messages.html("source-undated")
    )
    title = " ".join(candidate.title.split())[:NAME_LETTERS]
    facts = (
        messages.html(f"source-kind-{candidate.kind}"),
        escape(languages_told(candidate.languages, messages)),
        messages.html("source-count", count=candidate.count),
        dated,
    )
    head = lines(
        bold(isolate(escape(title))) if title else None,
        Html(f"<code>{escape(candidate.url)}</code>"),
        Html(" · ".join(facts)),
    )
    if proposal.known:
        name = proposal.known.name_ar if messages.language == "ar" else proposal.known.name_en
        return in_direction(lines(head, messages.html("source-known", name=name)), messages)
    shown = _as_alerts(candidate, messages, context.sourcing.place_name)
    head = in_direction(lines(head, Html(""), messages.html("source-preview") if shown else None), messages)
    return lines(head, *shown)


def _as_alerts(candidate: Candidate, messages: Messages, place_name: PlaceName) -> list[Html]:
    shown: list[Html] = []
    left = PREVIEW_UNITS
    for article in candidate.articles:
        card = Card(0, (), (Report(replace(article, source_id="-"), candidate.title[:NAME_LETTERS]),))
        # Without its last line, which says which watch of the chat it meets.
        alert = Html(render_alert(card, messages, place_name).html.rsplit("\n", 1)[0])
        left -= len(plain(alert).encode("utf-16-le")) // 2
        if left < 0:
            break
        shown += [Html(f"{RLM if messages.language == 'ar' else ''}━━━"), alert]
    return shown


def _add_buttons(messages: Messages) -> Rows:
    return (
        (Button(messages.text("button-source-syria"), data=f"{ADD}syria"),),
        (Button(messages.text("button-source-world"), data=f"{ADD}world"),),
    )


def _unreadable(url: str, error: SourceError, messages: Messages) -> Html:
    if error.problem.kind is ProblemKind.ROBOTS:
        return messages.html("source-robots", address=url)
    return messages.html("source-unreadable", address=url, why=problem_told(error.problem.kind, messages))


def _address_in(query: CallbackQuery) -> str | None:
    """None where the message is too old: then Telegram does not show it to us."""
    message = query.message
    if not isinstance(message, Message):
        return None
    codes = message.parse_entities([MessageEntity.CODE])
    return min(codes.items(), key=lambda found: found[0].offset)[1] if codes else None


# --- lists of subscriptions


async def list_sent(update: Update, context: Context) -> None:
    """A document of an operator: what would it add? Other people's documents are not for us."""
    message = update.effective_message
    if message is None or message.document is None or not is_operator(update, context):
        return
    await require_operator(update, context)
    assessment = await context.sourcing.assess(await _outlines(message.document))
    messages = await context.messages(update)
    html, buttons = summary(assessment, messages)
    topic = message.message_thread_id if message.is_topic_message else None
    await context.say(Reply(chat_id(update), html, buttons, reply_to=message.message_id, thread_id=topic))


async def list_answered(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    await require_operator(update, context)
    messages = await context.messages(update)
    if query.data == f"{IMPORT}no":
        await context.answer_press(query)
        await context.replace(update, messages.html("opml-left"))
        return
    asked = query.message if isinstance(query.message, Message) else None
    sent = asked.reply_to_message if asked else None
    if sent is None or sent.document is None:
        raise UserError("button-stale")
    await context.answer_press(query)
    assessment = await context.sourcing.assess(await _outlines(sent.document))
    await context.sourcing.enlist(assessment.new)
    await context.replace(update, messages.html("opml-added", count=len(assessment.new)))


def summary(assessment: Assessment, messages: Messages) -> tuple[Html, Rows]:
    html = lines(
        messages.html("opml-new", count=len(assessment.new)),
        messages.html("opml-known", count=assessment.known) if assessment.known else None,
        messages.html("opml-useless", count=assessment.useless) if assessment.useless else None,
        messages.html("opml-ask") if assessment.new else None,
    )
    yes = Button(messages.text("button-opml-yes"), data=f"{IMPORT}yes")
    no = Button(messages.text("button-opml-no"), data=f"{IMPORT}no")
    return html, ((yes, no),) if assessment.new else ()


async def export(update: Update, context: Context) -> None:
    """The sources as a file for a feed reader, or for another Rasid."""
    await require_operator(update, context)
    messages = await context.messages(update)
    content = write_opml(await context.sourcing.outlines(), messages.text("opml-title"), context.sourcing.now())
    if context.services.turns is not None:
        await context.services.turns.take(chat_id(update))
    message = update.effective_message
    topic = message.message_thread_id if message and message.is_topic_message else None
    await context.bot.send_document(chat_id(update), BytesIO(content), filename=_FILE, message_thread_id=topic)


async def _outlines(document: Document) -> tuple[Outline, ...]:
    """Raises: UserError: as `read_opml`."""
    if (document.file_size or 0) > MAX_BYTES:
        raise UserError("opml-too-large", limit=MAX_BYTES // 1000)
    file = await document.get_file()
    return read_opml(bytes(await file.download_as_bytearray()))
