"""News that their publisher has edited."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.alerting import Arrival
from bot.domain.articles import edition_of, make_article
from bot.domain.editing import edit, is_another
from bot.domain.model import Article, Entry
from bot.understanding import Understanding
from tests.conftest import NOON
from tests.news import SOURCE, article

SHELLED = "مقتل 3 مدنيين بقصف مدفعي على بلدة سرمين شرق إدلب"
SHELLED_TEXT = "قُتل 3 مدنيين اليوم بقصف مدفعي طال الحي الغربي في بلدة سرمين، وفق الدفاع المدني."
MORE = "مقتل 5 مدنيين بقصف مدفعي على بلدة سرمين شرق إدلب"
MORE_TEXT = "قُتل 5 مدنيين اليوم بقصف مدفعي طال الحي الغربي في بلدة سرمين، وفق الدفاع المدني."

NEWS = Arrival(joins=True, development=True)
SPREADS = replace(NEWS, spreads=True)


def came(before: Article, after: Article, *others: Article) -> Arrival | None:
    return edit(before, after, others).came


def test_a_toll_that_rises_is_news_for_all_who_were_told() -> None:
    assert came(article(SHELLED, SHELLED_TEXT), article(MORE, MORE_TEXT)) == SPREADS


def test_a_toll_that_another_report_of_the_story_has_told_is_no_news() -> None:
    assert came(article(SHELLED, SHELLED_TEXT), article(MORE, MORE_TEXT), article(MORE, MORE_TEXT)) is None


def test_a_toll_that_is_taken_back_is_news_unless_others_still_tell_it() -> None:
    before, after = article(MORE, MORE_TEXT), article(SHELLED, SHELLED_TEXT)
    assert came(before, after) == SPREADS
    assert came(before, after, article(MORE, MORE_TEXT)) is None
    assert came(before, after, article(MORE.replace("5", "9"), MORE_TEXT.replace("5", "9"))) is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (SHELLED + " الشرقي", SHELLED_TEXT),
        (SHELLED, SHELLED_TEXT + " وأضاف المصدر أن فرق الإنقاذ ما تزال تعمل في المكان."),
        ("بقصف مدفعي على بلدة سرمين شرق إدلب مقتل 3 مدنيين", SHELLED_TEXT),
    ],
    ids=["a word", "a sentence", "another order"],
)
def test_other_words_for_the_same_are_shown_and_no_news(title: str, text: str) -> None:
    change = edit(article(SHELLED, SHELLED_TEXT), article(title, text), ())
    assert (change.came, change.shows) == (None, True)
    assert (change.article.title, change.article.text) == (title, text)


def test_what_turns_out_to_be_something_else_is_news() -> None:
    text = "هز دوي قوي وسط مدينة حمص مساء اليوم، وهرعت سيارات الإسعاف إلى المكان."
    before, after = article("انفجار وسط مدينة حمص", text), article("زلزال يضرب مدينة حمص", text)
    assert came(before, after) == NEWS


def test_what_is_denied_after_all_is_a_denial_for_all_who_were_told() -> None:
    before = article("انفجار في مدينة جاسم شمال درعا", "سمع سكان جاسم دوي انفجار قرب السوق مساء اليوم.")
    after = article("الدفاع المدني ينفي وقوع انفجار في مدينة جاسم", "نفى الدفاع المدني وقوع أي انفجار في جاسم اليوم.")
    assert came(before, after) == Arrival(True, True, denial=True, spreads=True)
    assert came(after, after) is None


def test_far_below_what_is_shown_an_edit_changes_no_message() -> None:
    long = SHELLED_TEXT + " وقال شهود إن الأهالي يخشون تجدد القصف." * 60
    assert not edit(article(SHELLED, long), article(SHELLED, long + " انتهى."), ()).shows


def completed(title: str, announced: str, page: str) -> Article:
    entry = Entry("a", None, title, announced, NOON)
    return make_article(replace(entry, text=page), SOURCE.id, NOON, Understanding().read, announced=entry)


def test_a_text_that_came_from_its_page_stays_when_only_its_announcement_is_edited() -> None:
    page = f"{SHELLED_TEXT} وأصيب سبعة آخرون نقلوا إلى مشفى في مدينة إدلب، بينهم امرأة وطفلان من عائلة واحدة."
    before = completed(SHELLED, "قصف على سرمين…", page)
    after = article(MORE, "قصف على سرمين وحصيلة جديدة…", guid="a")
    change = edit(before, after, ())
    assert (change.article.title, change.article.text) == (MORE, page)
    assert change.came == SPREADS
    assert {hit.field for hit in change.article.places} == {"title", "text"}
    spots = [(hit.field, hit.start, hit.end) for hit in change.article.places]
    spots += [(claim.field, claim.start, claim.end) for claim in change.article.tolls.claims]
    assert all(getattr(change.article, field)[start:end].strip() for field, start, end in spots)
    assert "سرمين" in {getattr(change.article, field)[start:end] for field, start, end in spots}
    again = edit(change.article, article(f"{MORE} صباحاً", "قصف على سرمين وحصيلة جديدة…", guid="a"), ())
    assert again.article.text == page  # and is known to be the page's from then on


def test_a_page_that_is_read_again_replaces_the_text() -> None:
    page = SHELLED_TEXT * 2
    after = completed(MORE, "قصف على سرمين: حصيلة…", MORE_TEXT)
    assert edit(completed(SHELLED, "قصف على سرمين…", page), after, ()).article.text == MORE_TEXT


def test_an_edition_changes_with_the_words_and_not_with_how_they_are_written() -> None:
    assert edition_of("قصفٌ على إدلب", "خبر.") == edition_of("قصف على ادلب", "خبر")
    assert edition_of("قصف على إدلب", "") != edition_of("قصف على حلب", "")
    assert 0 <= edition_of("قصف", "") < 2**60


def test_an_edited_article_is_as_old_as_it_was() -> None:
    later = NOON + timedelta(hours=5)
    change = edit(article(SHELLED, SHELLED_TEXT), article(MORE, MORE_TEXT, seen_at=later, published_at=later), ())
    assert change.article.seen_at == NOON
    assert change.article.published_at == NOON


def test_other_news_under_the_same_name_are_no_edit() -> None:
    assert is_another(article(SHELLED, SHELLED_TEXT), article("افتتاح معرض الكتاب في دمشق", "بمشاركة مئتي دار نشر."))
    assert not is_another(article(SHELLED, SHELLED_TEXT), article(MORE, MORE_TEXT))
