"""What a person sees of an alert, read with the grammar of Telegram. The texts are ours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.alerting import AlertKind
from bot.domain.events import Severity
from bot.domain.markup import plain
from bot.domain.modality import Modality
from bot.domain.summary import Summary
from tests.domain.cards import (
    ALEPPO,
    AR,
    DEFAULT,
    EN,
    FOREIGN,
    SALMA,
    changed,
    event,
    hit,
    kinds,
    parsed,
    rendered,
    report,
    seen,
)

QUIET = report(title="معرض للكتاب في جاسم", text="افتتح في جاسم معرض للكتاب يستمر أسبوعاً كاملاً.", places=())
QUIET = replace(QUIET, article=replace(QUIET.article, events=()))


def test_an_alert_says_what_and_where_then_what_is_told_who_says_so_and_why_it_came() -> None:
    toll = report(dead=2, injured=3)
    assert seen(toll) == [
        "🔴 قصف | جاسم (درعا)",
        "قصف يطال أطراف جاسم",
        "سقطت قذائف على الحي الغربي من جاسم بعد الظهر وتضررت منازل فيه. وأغلقت المدارس في البلدة أبوابها.",
        "الحصيلة: قتيلان و3 جرحى",
        "",
        "المصدر: درعا 24 · 14:05",
        "⚠︎ مصدر واحد، لم يؤكّده غيره بعد",
        "تطابق: «جاسم»",
    ]
    message = rendered(toll)
    assert kinds(message) == ["bold", "text_link"]
    assert [[(b.label, b.url) for b in row] for row in message.buttons] == [[("الخبر", "https://news.example/0")]]
    assert (message.chat_id, message.silent, message.reply_to, message.thread_id) == (SALMA, False, None, None)


def test_the_english_interface_has_the_same_order_and_leaves_the_news_as_it_is() -> None:
    assert seen(report("Daraa 24", dead=2, injured=3), messages=EN) == [
        "🔴 Shelling | Jasim (Daraa)",
        "قصف يطال أطراف جاسم",
        "سقطت قذائف على الحي الغربي من جاسم بعد الظهر وتضررت منازل فيه. وأغلقت المدارس في البلدة أبوابها.",
        "Toll: 2 dead and 3 injured",
        "",
        "Source: Daraa 24 · 14:05",
        "⚠︎ One source, not confirmed by another yet",
        "Matches: «جاسم»",
    ]


def test_an_article_without_an_event_begins_with_its_headline_and_claims_no_confirmation() -> None:
    assert seen(QUIET) == [
        "معرض للكتاب في جاسم",
        "افتتح في جاسم معرض للكتاب يستمر أسبوعاً كاملاً.",
        "",
        "المصدر: درعا 24 · 14:05",
        "تطابق: «جاسم»",
    ]


# --- how sure it is


@pytest.mark.parametrize(
    ("modality", "severity", "head"),
    [
        (Modality.REPORTED, Severity.HIGH, "🟠 اقتحام أو مداهمة"),
        (Modality.REPORTED, Severity.MEDIUM, "🟡 اقتحام أو مداهمة"),
        (Modality.REPORTED, Severity.LOW, "اقتحام أو مداهمة"),
        (Modality.THREATENED, Severity.MEDIUM, "🟡 تهديد: اقتحام أو مداهمة"),
        (Modality.PLANNED, Severity.INFO, "مرتقب: اقتحام أو مداهمة"),
        (Modality.ALLEGED, Severity.HIGH, "🟠 مزاعم: اقتحام أو مداهمة"),
        (Modality.DENIED, Severity.CRITICAL, "نفي: اقتحام أو مداهمة"),
        (Modality.DRILL, Severity.INFO, "تدريب: اقتحام أو مداهمة"),
        (Modality.RECYCLED, Severity.INFO, "خبر قديم: اقتحام أو مداهمة"),
        (Modality.BACKGROUND, Severity.INFO, "حدث سابق: اقتحام أو مداهمة"),
    ],
)
def test_what_is_not_simply_reported_says_so_before_the_event(
    modality: Modality, severity: Severity, head: str
) -> None:
    told = report("درعا 24", "خبر من جاسم", "", event("raid", modality, severity))
    assert seen(told)[0] == f"{head} | جاسم (درعا)"


def test_beside_a_threat_stands_what_was_done_in_the_same_place() -> None:
    threat = event("raid", Modality.THREATENED, Severity.MEDIUM)
    done = event("reinforcement", severity=Severity.HIGH, main=False)
    assert seen(report("المدن", "", "نص", threat, done))[0] == (
        "🟠 تهديد: اقتحام أو مداهمة · تعزيزات عسكرية | جاسم (درعا)"
    )
    elsewhere = replace(done, codes=("C2",))
    assert seen(report("المدن", "", "نص", threat, elsewhere))[0] == "🟡 تهديد: اقتحام أو مداهمة | جاسم (درعا)"


def test_an_event_abroad_is_put_in_no_place_of_ours() -> None:
    assert seen(report("وكالة", "", "نص", event(modality=Modality.ABROAD, codes=())))[0].endswith("خارج سوريا: قصف")


def test_a_denial_has_no_siren_and_says_what_it_denies() -> None:
    denial = report("سانا", "نفي قصف جاسم", "", event(modality=Modality.DENIED, severity=Severity.INFO))
    lines = seen(denial, kind=AlertKind.DENIAL, reply_to=7)
    assert lines[0] == "نفي: قصف | جاسم (درعا)"
    assert rendered(denial, kind=AlertKind.DENIAL, reply_to=7).reply_to == 7
    unread = seen(report("سانا", "لا صحة لما يشاع", ""), kind=AlertKind.DENIAL)
    assert unread[0] == "نفي: قصف | جاسم (درعا)"
    assert seen(QUIET, kind=AlertKind.DENIAL)[0] == "نفي"
    assert not set("🔴🟠🟡") & set("".join(lines + unread))


def test_a_message_that_was_denied_is_marked_on_top_and_loses_its_siren() -> None:
    denial = report("سانا", "نفي قصف جاسم", "لا صحة للأنباء عن قصف جاسم.", event(modality=Modality.DENIED), minutes=9)
    lines = seen(report(), denial, denied=("سانا", "سانا"))
    assert lines[:2] == ["🚫 نفي: لا صحة لما يلي، بحسب سانا.", "قصف | جاسم (درعا)"]
    assert lines[-3:] == ["المصدر: درعا 24 · 14:05", "⚠︎ مصدر واحد، لم يؤكّده غيره بعد", "تطابق: «جاسم»"]
    two = seen(report(), report("حوران", "قصف", "وقع قصف", minutes=2), denied=("سانا",))
    assert "⚠︎ نقله مصدران مستقلان" in two


def test_a_development_begins_with_being_one() -> None:
    assert seen(kind=AlertKind.DEVELOPMENT)[0] == "🔴 تحديث · قصف | جاسم (درعا)"
    assert seen(QUIET, kind=AlertKind.DEVELOPMENT)[:2] == ["تحديث", "معرض للكتاب في جاسم"]


# --- where


def test_the_place_is_the_one_that_concerns_this_chat() -> None:
    both = report("حوران", "", "نص", event(codes=("C2", "C1", "SY12")))
    assert seen(both, watched_codes=frozenset({"C1"}))[0] == "🔴 قصف | جاسم (درعا)"
    assert seen(both, watched_codes=frozenset({"C2"}))[0] == "🔴 قصف | نوى (درعا)"
    assert seen(both, watched_codes=frozenset({"SY12"}))[0] == "🔴 قصف | نوى (درعا)"
    assert seen(both, watched_codes=frozenset())[0] == "🔴 قصف | نوى (درعا)"


def test_the_event_of_the_watched_place_goes_before_the_main_event_of_another() -> None:
    six = report("حوران", "", "نص", event("clashes", codes=("C2",)), event("arrest", codes=("C1",), main=False))
    assert seen(six)[0] == "🔴 اعتقال | جاسم (درعا)"
    assert seen(six, watched_codes=frozenset({"C2"}))[0] == "🔴 اشتباكات | نوى (درعا)"


def test_a_place_without_a_name_and_a_governorate_of_the_same_name_are_left_out() -> None:
    places = (hit(("X9", "SY12")), hit(ALEPPO))
    assert seen(report("ق", "", "نص", event(codes=("X9",)), places=places))[0] == "🔴 قصف"
    assert seen(report("ق", "", "نص", event(codes=("C5",)), places=places))[0] == "🔴 قصف | حلب"


# --- the headline


def test_a_headline_that_the_summary_repeats_is_shown_once() -> None:
    text = "سُمع دوي انفجار قوي قرب السوق القديم في جاسم مساء اليوم."
    lines = seen(report("ق", "دوي انفجار في جاسم", text))
    assert lines[1:3] == [text, ""]
    bare = changed(report("ق", "دوي انفجار في جاسم", text), events=())
    assert seen(bare)[:2] == ["دوي انفجار في جاسم", text]


def test_contested_words_are_neutral_in_the_headline_too() -> None:
    assert "مقتل طفل في جاسم" in seen(report("ق", "استشهاد طفل في جاسم", "نص قصير"))


def test_an_item_without_a_title_begins_with_what_it_says() -> None:
    assert seen(report("ق", "", "وقع قصف على أطراف جاسم فجر اليوم."))[1] == "وقع قصف على أطراف جاسم فجر اليوم."
    assert seen(report("ق", "", ""))[1:] == [
        "",
        "المصدر: ق · 14:05",
        "⚠︎ مصدر واحد، لم يؤكّده غيره بعد",
        "تطابق: «جاسم»",
    ]


def test_a_summary_of_another_writer_is_shown_in_place_of_ours() -> None:
    lines = seen(written=Summary("كتبه غيرنا عن قصف جاسم\nفي سطرين.", ""))
    assert lines[2] == "كتبه غيرنا عن قصف جاسم في سطرين."
    assert "قذائف" not in "".join(lines)


# --- who says so


def test_sources_are_named_in_the_order_in_which_they_said_it() -> None:
    other = report("تجمع حوران", "قصف جاسم", "تعرضت أطراف جاسم لقصف.", minutes=5)
    message = rendered(report(), other)
    lines = seen(report(), other)
    assert "المصادر (2): درعا 24، تجمع حوران · 14:05" in lines
    assert "✓ أكّده مصدران مستقلان" in lines
    urls = [e["url"] for e in parsed(message).entities if e["type"] == "text_link"]
    assert urls == ["https://news.example/0", "https://news.example/5"]
    threat = [report(name, "", "نص", event(modality=Modality.THREATENED)) for name in ("أ ب", "ج د", "ه و")]
    assert "⚠︎ نقلته 3 مصادر مستقلة" in seen(*threat)


def test_of_many_sources_five_are_named() -> None:
    lines = seen(*(report(f"مصدر {n}", minutes=n) for n in range(40)))
    assert "المصادر (40): مصدر 0، مصدر 1، مصدر 2، مصدر 3، مصدر 4 و35 غيرها · 14:05" in lines
    assert "✓ أكّده 40 مصدراً مستقلاً" in lines


def test_reposts_of_one_text_are_one_source() -> None:
    three = [report(name, fingerprint="f1", minutes=n) for n, name in enumerate(("أولى", "ثانية", "ثالثة"))]
    assert seen(*three)[-3:] == [
        "المصدر: أولى · 14:05",
        "⚠︎ مصدر واحد، لم يؤكّده غيره بعد",
        "تطابق: «جاسم»",
    ]


def test_numbers_that_conflict_stand_side_by_side_with_their_owners() -> None:
    lines = seen(report(dead=2, injured=3), report("تجمع حوران", dead=4, injured=3, minutes=5))
    assert "الحصيلة: قتيلان (درعا 24)، 4 قتلى (تجمع حوران)، 3 جرحى" in lines
    assert "⚠︎ الأرقام متضاربة بين المصادر" in lines


def test_a_toll_that_rose_hours_later_is_shown_as_the_latest_and_called_no_conflict() -> None:
    lines = seen(report(dead=2), report("تجمع حوران", dead=4, minutes=90))
    assert "الحصيلة: 4 قتلى (تجمع حوران)" in lines
    assert "✓ أكّده مصدران مستقلان" in lines


def test_a_number_that_one_of_two_sources_gives_is_its_own() -> None:
    lines = seen(report(), report("تجمع حوران", dead=1, injured=2, minutes=5))
    assert "الحصيلة: قتيل واحد وجريحان (تجمع حوران)" in lines
    assert "✓ أكّده مصدران مستقلان" in lines


def test_the_clock_stands_alone_on_the_day_itself_and_with_the_day_later() -> None:
    late = changed(DEFAULT, seen_at=DEFAULT.article.seen_at + timedelta(hours=20))
    assert "المصدر: درعا 24 · 14 آذار، 14:05" in seen(late)
    assert "المصدر: درعا 24 · التاريخ غير محدد" in seen(changed(DEFAULT, published_at=None))


def test_the_button_opens_the_first_report_that_has_an_address() -> None:
    none = changed(DEFAULT, url=None)
    assert rendered(none).buttons == ()
    assert "text_link" not in kinds(rendered(none))
    second = report("تجمع حوران", minutes=5)
    assert rendered(none, second).buttons[0][0].url == "https://news.example/5"
    assert rendered(changed(DEFAULT, url="javascript:alert(1)")).buttons == ()


def test_a_source_without_a_name_is_called_by_its_id_or_is_unnamed() -> None:
    assert "المصدر: horan · 14:05" in seen(replace(changed(DEFAULT, source_id="horan"), source=" \n"))
    assert "المصدر: مصدر بلا اسم · 14:05" in seen(replace(changed(DEFAULT, source_id=" "), source=""))


def test_what_may_have_come_before_comes_silently_and_says_so() -> None:
    assert rendered(repeated=True).silent
    assert seen(repeated=True)[-1] == "قد يكون هذا التنبيه وصلك من قبل."
    quiet = rendered(silent=True, thread_id=3)
    assert (quiet.silent, quiet.thread_id) == (True, 3)


# --- other languages


def test_a_story_that_nobody_tells_in_arabic_is_composed_with_its_headline() -> None:
    assert seen(FOREIGN) == [
        "🔴 قصف | جاسم (درعا)",
        "قصف في جاسم، بحسب Observer.",
        "العنوان الأصلي بالإنكليزية:",
        "Shells hit Jasim",
        "الحصيلة: 3 قتلى",
        "",
        "المصدر: Observer · 14:05",
        "⚠︎ مصدر واحد، لم يؤكّده غيره بعد",
        "تطابق: «جاسم»",
    ]


def test_a_threat_is_composed_as_a_threat() -> None:
    threat = report("Observer", "Raid feared", "", event("raid", Modality.THREATENED), event("siege"), language="en")
    assert seen(threat)[1] == "تهديد: اقتحام أو مداهمة في جاسم، بحسب Observer."


@pytest.mark.parametrize(
    ("language", "name"), [("ckb", "بالكردية (السورانية)"), ("tr", "بالتركية"), ("xx", "بلغة أخرى")]
)
def test_the_language_of_a_foreign_headline_is_named(language: str, name: str) -> None:
    assert f"العنوان الأصلي {name}:" in seen(changed(FOREIGN, language=language))
    assert "Three were killed in Jasim at noon." in seen(changed(FOREIGN, language=language, title=""))
    written = seen(changed(FOREIGN, language=language), written=Summary("قُتل ثلاثة في جاسم.", ""))
    assert written[1:4] == ["قُتل ثلاثة في جاسم.", f"العنوان الأصلي {name}:", "Shells hit Jasim"]


def test_of_a_mixed_story_arabic_tells_and_the_others_count() -> None:
    lines = seen(FOREIGN, report(dead=5, minutes=4))
    assert lines[1] == "قصف يطال أطراف جاسم"
    assert "الحصيلة: 3 قتلى (Observer)، 5 قتلى (درعا 24)" in lines
    assert "المصادر (2): Observer، درعا 24 · 14:05" in lines
    assert not any("killed" in line for line in lines)


def test_the_english_interface_reads_english_reports_first() -> None:
    lines = seen(report(minutes=1), FOREIGN, messages=EN)
    assert lines[1:3] == ["Shells hit Jasim", "Three were killed in Jasim at noon."]
    assert "✓ Confirmed by 2 independent sources" in lines


def test_watches_are_named_once_and_only_some_of_many() -> None:
    many = tuple(f"كلمة{n}" for n in range(9))
    assert seen(watches=("جاسم", "جاسم", "نوى"))[-1] == "تطابق: «جاسم»، «نوى»"
    assert seen(watches=many)[-1] == "تطابق: «كلمة0»، «كلمة1»، «كلمة2»، «كلمة3»، «كلمة4»…"


def test_the_words_of_a_message_can_be_read_without_its_markup() -> None:
    assert plain(AR.html("watch-empty")) == "لم تكتب ما تريد متابعته. اكتب مثلاً: تابع جاسم"


def test_sport_and_wishes_are_no_events() -> None:
    for modality in (Modality.SPORT, Modality.WISHED, Modality.NONE):
        assert seen(report("ق", "خبر", "نص", event(modality=modality)))[0] == "خبر"
    assert seen(report("ق", "خبر", "نص", event(modality=Modality.BACKGROUND, main=False)))[0] == "خبر"
