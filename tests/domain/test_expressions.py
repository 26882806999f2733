"""The grammar of watches: what is meant, how it is written back, and how a mistake is told."""

from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.errors import UserError
from bot.domain.expressions import Both, Either, Expression, Filter, Node, Term, Without, parse_watch

words = st.sampled_from(
    ["درعا", "قصف", "غارة", "كرة", "مع", "أو", "بدون", "طيار", "فئة", "OR", "F-16", "3.8", "ب", "لـ"]
)
pieces = st.sampled_from(
    [*'+-|()«»"“”:،, \n#_.ـ', "فئة:", "عائلة:", "لغة: ar", "و", "ا", "ل”", "@a_b", "1,200", "\u200f"]
)
typed = st.lists(st.one_of(words, pieces, st.characters()), max_size=25).map(" ".join)
packed = st.lists(st.one_of(words, pieces, st.characters()), max_size=25).map("".join)


def term(text: str) -> Node:
    return parse_watch(f"«{text}»").root


def mistake(text: str) -> UserError:
    with pytest.raises(UserError) as caught:
        parse_watch(text)
    return caught.value


@given(st.one_of(typed, packed))
@example("درعا + درعا")
@example("«ا، ب ك»")
@example("(درعا | حلب) | حمص - (كرة - سلة)")
def test_the_canonical_form_parses_to_the_same_expression(text: str) -> None:
    try:
        expression = parse_watch(text)
    except UserError:
        return
    again = parse_watch(expression.canonical)
    assert again == expression
    assert (again.canonical, again.key, again.shown) == (expression.canonical, expression.key, expression.shown)


@given(st.one_of(typed, packed, st.text(st.characters(), max_size=300)))
def test_whatever_is_typed_is_an_expression_or_a_mistake_that_can_be_told(text: str) -> None:
    error: UserError | None = None
    try:
        parse_watch(text)
    except UserError as told:
        error = told
    assert error is None or error.code.startswith("watch-")
    assert error is None or 0 <= int(error.arguments.get("at", 0)) <= len(text)


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("درعا", Term(("درعا",), "درعا")),
        ("  دير   الزور ", Term(("دير", "الزور"), "دير الزور")),
        ("«حظر تجوال»", Term(("حظر", "تجوال"), "حظر تجوال")),
        ('"حظر تجوال"', Term(("حظر", "تجوال"), "حظر تجوال")),
        ("“حظر تجوال”", Term(("حظر", "تجوال"), "حظر تجوال")),
        ("„حظر تجوال“", Term(("حظر", "تجوال"), "حظر تجوال")),
        ("”حظر تجوال”", Term(("حظر", "تجوال"), "حظر تجوال")),
        ("#عنب_بلدي", Term(("عنب", "بلدي"), "عنب بلدي")),
        ("ق.ت.ل", Term(("قتل",), "قتل")),
        ("قصفاً", Term(("قصف",), "قصفاً")),
        ("كوفيد-19", Term(("كوفيد", "19"), "كوفيد 19")),
        ("<b>جاسم</b>", Term(("b", "جاسم", "b"), "b جاسم b")),
        ("\u202eدرعا\u200f\x00", Term(("درعا",), "درعا")),
        ("درعا!", Term(("درعا",), "درعا")),
        ("مع السلامة", Term(("مع", "السلامه"), "مع السلامة")),
        ("طائرة بدون طيار", Term(("طايره", "بدون", "طيار"), "طائرة بدون طيار")),
        ("«قصف مع غارة»", Term(("قصف", "مع", "غاره"), "قصف مع غارة")),
        ("قصف + درعا", Both((term("قصف"), term("درعا")))),
        ("قصف+درعا", Both((term("قصف"), term("درعا")))),
        ("قصف مع درعا", Both((term("قصف"), term("درعا")))),
        ("قصف AND درعا", Both((term("قصف"), term("درعا")))),
        ("قصف (درعا)", Both((term("قصف"), term("درعا")))),
        ("«حظر تجوال» درعا", Both((term("حظر تجوال"), term("درعا")))),
        ("قصف | غارة", Either((term("قصف"), term("غارة")))),
        ("قصف أو غارة جوية", Either((term("قصف"), term("غارة جوية")))),
        ("قصف او غارة", Either((term("قصف"), term("غارة")))),
        ("قصف، غارة،", Either((term("قصف"), term("غارة")))),
        ("قصف\nغارة", Either((term("قصف"), term("غارة")))),
        ("درعا - كرة", Both((term("درعا"), Without(term("كرة"))))),
        ("درعا -كرة", Both((term("درعا"), Without(term("كرة"))))),
        ("درعا بدون كرة", Both((term("درعا"), Without(term("كرة"))))),
        ("- كرة + درعا", Both((Without(term("كرة")), term("درعا")))),
        ("قصف | غارة + درعا", Either((term("قصف"), Both((term("غارة"), term("درعا")))))),
        ("(قصف | غارة) + درعا", Both((Either((term("قصف"), term("غارة"))), term("درعا")))),
        ("درعا - (كرة | سلة)", Both((term("درعا"), Without(Either((term("كرة"), term("سلة"))))))),
        ("((درعا))", term("درعا")),
        ("درعا + درعا", term("درعا")),
        ("فئة: قصف", Filter("category", "قصف", "قصف")),
        ("درعا خطورة:عالية", Both((term("درعا"), Filter("severity", "عاليه", "عالية")))),
        ("درعا + source: SANA", Both((term("درعا"), Filter("source", "sana", "SANA")))),
        (
            "درعا لغة: ar صيغة: نفي",
            Both((term("درعا"), Filter("language", "ar", "ar"), Filter("modality", "نفي", "نفي"))),
        ),
        ("درعا + مصدر: عنب بلدي", Both((term("درعا"), Filter("source", "عنب بلدي", "عنب بلدي")))),
        ("فئة: قصف درعا", Both((Filter("category", "قصف", "قصف"), term("درعا")))),
        ("عائلة: إيران", Term(("ايران",), "إيران", family=True)),
        (
            "عائلة: «قصف مدفعي»",
            Both((Term(("قصف",), "قصف", family=True), Term(("مدفعي",), "مدفعي", family=True))),
        ),
    ],
)
def test_what_is_typed_is_what_is_meant(text: str, root: Node) -> None:
    assert parse_watch(text) == Expression(root)


@pytest.mark.parametrize(
    "spellings",
    [
        ("درعا", "دَرْعا", "درعـا", "«درعا»", "#درعا", "(درعا)"),
        ("دير الزور", "ديرالزور", '"دير الزور"', "دير_الزور"),
        ("قصف + درعا", "درعا+قصف", "درعا مع قصف", "(قصف) درعا"),
        ("إدلب | حماة", "حماه أو ادلب", "حماة، إدلب"),
        ("القامشلي", "القامشلى"),
        ("کوبانی", "كوباني"),
        ("Qamişlo", "qamislo"),
    ],
)
def test_spellings_of_one_watch_share_its_key(spellings: tuple[str, ...]) -> None:
    assert len({parse_watch(spelling).key for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("درعا", "درع"), ("قصف + درعا", "قصف | درعا"), ("إيران", "عائلة: إيران"), ("ماء", "ما ء"), ("مالي", "ما لي")],
)
def test_different_watches_have_different_keys(one: str, other: str) -> None:
    assert parse_watch(one).key != parse_watch(other).key


def test_what_is_shown_is_what_was_typed_without_what_cannot_be_seen() -> None:
    assert parse_watch(" \u202eقَصْف  مدفعيّ\u200f ").shown == "قَصْف مدفعيّ"


@pytest.mark.parametrize(
    ("text", "code", "at", "near"),
    [
        ("ا", "watch-too-short", 0, "ا"),
        ("درعا + ب", "watch-too-short", 7, "ب"),
        ("((درعا", "watch-unbalanced", 1, "(درعا"),
        ("درعا)", "watch-unbalanced", 4, ")"),
        ("«درعا", "watch-unbalanced", 0, "«درعا"),
        ("درعا»", "watch-unbalanced", 4, "»"),
        ("درعا + «قصف", "watch-unbalanced", 7, "«قصف"),
        ("درعا + ()", "watch-empty-group", 7, "()"),
        ("درعا +", "watch-dangling-operator", 5, "+"),
        ("+ درعا", "watch-dangling-operator", 0, "+ درعا"),
        ("درعا + | قصف", "watch-dangling-operator", 5, "+ | قصف"),
        ("درعا |", "watch-dangling-operator", 5, "|"),
        ("| درعا", "watch-dangling-operator", 0, "| درعا"),
        ("درعا -", "watch-dangling-operator", 5, "-"),
        ("-كرة", "watch-only-negative", 0, "-كرة"),
        ("درعا | -كرة", "watch-only-negative", 7, "-كرة"),
        ("درعا - (-كرة)", "watch-only-negative", 8, "-كرة)"),
        ("لغة: ar", "watch-only-filters", 0, "لغة: ar"),
        ("عاجل: درعا", "watch-unknown-filter", 0, "عاجل: درعا"),
        ("درعا فئة:", "watch-empty-filter", 5, "فئة:"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, code: str, at: int, near: str) -> None:
    error = mistake(text)
    assert (error.code, error.arguments["at"], error.arguments["near"]) == (code, at, near)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "watch-empty"),
        (" \n\t ", "watch-empty"),
        ("\u200f\u202e\u2066\x00", "watch-empty"),
        ("\ud800", "watch-empty"),
        ("؟!… ـ", "watch-only-punctuation"),
        ("()", "watch-only-punctuation"),
        ("<></>", "watch-only-punctuation"),
        ("https://example.org/daraa", "watch-only-punctuation"),
        ("س" * 201, "watch-too-long"),
        ("(" * 21 + "درعا" + ")" * 21, "watch-too-deep"),
        ("+".join(["با"] * 51), "watch-too-many-terms"),
    ],
)
def test_what_cannot_be_watched_is_refused(text: str, code: str) -> None:
    assert mistake(text).code == code


def test_limits_are_told() -> None:
    assert mistake("س" * 500).arguments == {"length": 500, "limit": 200}
    assert mistake("+".join(["با"] * 60)).arguments["limit"] == 50


def test_twenty_levels_and_fifty_terms_are_allowed() -> None:
    assert parse_watch("(" * 20 + "درعا" + ")" * 20) == parse_watch("درعا")
    assert parse_watch("|".join(f"ب{number}" for number in range(50)))


@pytest.mark.parametrize(
    "text",
    ["(" * 10_000, "(" * 10_000 + "درعا" + ")" * 10_000, " + ".join(["درعا"] * 2_000), "«" * 100_000, "-" * 100_000],
)
def test_monsters_are_refused_at_once(text: str) -> None:
    started = process_time()
    assert mistake(text).code == "watch-too-long"
    assert process_time() - started < 2
