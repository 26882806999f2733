"""The language of a text: our own sentences in every language, the shapes that mislead, and laws."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.language import LANGUAGES, detect

ARABIC = """
قصف مدفعي على أطراف جاسم
دمشق
عاجل
مقتل شخصين برصاص مجهولين
درعا تنتظر
انفجار لغم قرب سرمين
حرائق تلتهم أحراج كسب
ماكرون يزور بيروت غدا
شهيدان وجرحى في نوى
ترامب يهدد إيران مجددا
سعر صرف الليرة اليوم
زلزال شدته أربع درجات شعر به سكان حماة
أفاد مراسلنا في ريف حلب الشمالي بأن دورية عبرت الطريق الدولي فجرا ثم عادت من حيث أتت دون أن تقع إصابات.
نشرت صحيفة The Guardian تقريرا عن المفقودين
أعلنت منظمة Doctors Without Borders وقف عملها في المخيم
بيان من شركة Syrian Telecom
قال سكان الحي إن الكهرباء لم تصل إليهم منذ ثلاثة أيام، وإن صهاريج المياه لا تدخل الشارع بسبب الحفر.
الچيش ينتشر حول المدينة وفيديو ڤيديو يظهر الرتل
انفجار فی ریف حلب یودی بحیاة مدنیین
وزیر الخارجیة یلتقی نظیره الترکی فی أنقرة
الشرطة تلقی القبض علی مشتبه به
قُتِلَ طِفْلانِ فِي بَلْدَةِ الحِراكِ
قـــصـــف عنيف على المدينة
ﺍﻟﺠﻴﺶ ﻳﻌﻠﻦ ﺍﻟﺴﻴﻄﺮﺓ ﻋﻠﻰ ﺍﻟﻤﻌﺒﺮ
شو صار بالضيعة اليوم يا جماعة؟ ما في خبز ولا مي
روسيا تقصف ادلب
إسرائيل تستهدف مطار المزة
#عاجل | #درعا: قتيل برصاص مجهولين https://t.me/example/12 🔴
"""

ENGLISH = """
Explosion in Damascus
Two killed in Daraa ambush
Syria army shells Idlib village
Israeli jets hit Mezzeh airport
Bread prices double in Aleppo
Drone attack on convoy near Deir ez-Zor
SDF retakes Kobanê outskirts
Erdoğan says troops will stay
Öcalan calls on PKK to disarm
Hundreds protest in al-Suwayda
UN warns of famine
Tribesmen clash with fighters in Ras al-Ayn
Qamishli curfew lifted
Mines kill three shepherds
The villagers of Jasim closed the road this morning after a raid on two houses, and shops stayed shut.
Reconstruction of the hospital in Qusayr has begun, local officials said, though no date was given for its opening.
LIVE: SYRIA TALKS RESUME IN GENEVA
Breaking: earthquake felt across Latakia, no casualties reported
Residents of Jaramana wait for water
Protest in Salamiyah: hundreds chant «الحرية» outside the town hall as police watch from the square
"""

SORANI = """
تەقینەوەیەک لە دیمەشق ڕوویدا
دوو کەس لە حەلەب کوژران
هێزەکانی سووریای دیموکرات کشانەوە
بومەلەرزە لە هەسەکە
کۆبانێ بێ ئاوە
نرخی نان بەرز بووەوە
وەزیری دەرەوە گەیشتە هەولێر
درۆنێک کەوتە خوارەوە
لە گوندەکانی دەوروبەری عفرین خەڵک گەڕانەوە بۆ ماڵەکانیان، بەڵام کارەبا و ئاو هێشتا نییە.
سەرۆکی شارەوانی وتی کە ڕێگاکە تا بەیانی دادەخرێت و پێویستە خەڵک ڕێگایەکی تر بەکاربهێنن.
ئه‌نجومه‌نی وه‌زیران له‌ هه‌ولێر كۆبووه‌وه‌
دوو كه‌س له‌ ته‌قینه‌وه‌كه‌دا كوژران
سه‌رۆكی هه‌رێم پێشوازی له‌ شاندێك ده‌كات
ئه‌مڕۆ له‌ سلێمانی خۆپیشاندان كرا
خۆپیشاندان لە ڕەققە
ھێزە ئەمنییەکان ڕێگاکەیان داخست
"""

KURMANJI = """
Li Helebê teqîn çêbû
Du kes li Şamê hatin kuştin
Êrîşa dronan li ser Kobanê
Li Qamişlo qedexeya derketinê
Gelê Hesekê bê av ma
Artêşa Tirk gundên Girê Spî topbaran kir
Erdhej li Efrînê
Buhayê nên bilind bû
QSDê daxuyaniyek belav kir
Zarokek bi teqîna mayînê birîndar bû
Ji bo aştiyê li kolanan meşiyan
Rêveberiya Xweser biryareke nû da
Rûniştvanên gund dibêjin ku ev sê roj in elektrîk tune ye û av jî bi tankeran tê anîn.
Wezîrê derve got ku ew ê sibê here Bexdayê û bi berpirsên wê derê re bicive.
Li Rojava du kes hatin girtin
Her kes li benda dawiya sere ye u dixwaze vegere mala xwe
"""

TURKISH = """
Halep'te patlama
Şam'da iki kişi öldü
Suriye ordusu İdlib'de köyü bombaladı
Rakka'da mayın patladı
Erdoğan Suriye açıklaması yaptı
Deprem Lazkiye'de de hissedildi
Ekmek fiyatları iki katına çıktı
Bakan Fidan yarın Ankara'da
Son dakika haberleri
Elektrik kesintisi devam ediyor
Muhalifler kentin merkezine girdi
Operasyon tamam, askerler geri geldi
Sokak ortasinda silahli saldiri: bir yarali var
Belediye ekipleri sabah saatlerinde yolu kapattı, esnaf ise dükkanını açmadan eve döndü.
Köylüler üç gündür elektrik olmadığını, suyun da tankerlerle getirildiğini söylüyor.
Baþkan, kentte su sýkýntýsý olduðunu söyledi
SINIRDA HAREKETLİLİK
Kobani'de çatışma sürüyor
"""

PERSIAN = """
انفجار در دمشق
دو نفر در حلب کشته شدند
ارتش سوریه روستایی در ادلب را گلوله‌باران کرد
وزیر خارجه ایران به بیروت رفت
زلزله در لاذقیه
بهای نان دو برابر شد
رئیس‌جمهور ترکیه فردا سخنرانی می‌کند
پهپاد ناشناس سرنگون شد
اعتراض کشاورزان در شهر دوما
آتش‌سوزی جنگل‌های ساحلی مهار شد
گزارش خبرنگار ما از مرز
هواپیمای باری فرود اضطراری داشت
ساکنان روستا می‌گویند سه روز است که برق ندارند و آب نیز با تانکر آورده می‌شود.
شهردار گفت که جاده تا صبح بسته خواهد بود و مردم باید از راه دیگری بروند.
وزير خارجه گفت كه اين ديدار براي صلح است
حمله هوایی اسرائیل به فرودگاه
"""

OTHER = """
شام میں دھماکہ، دو افراد ہلاک
وزیراعظم نے کہا کہ حکومت عوام کے ساتھ ہے
دمشق میں بجلی بحال
په دمشق کې چاودنه وشوه
د سوریې پوځ پر یوه کلي برید وکړ
سۈرىيەدە پارتلاش يۈز بەردى
Dəməşqdə partlayış oldu
İki nəfər Hələbdə öldürüldü
Suriya ordusu kəndi atəşə tutdu
Explosion in der Altstadt von Damaskus
Zwei Tote bei Angriff auf Konvoi
Une explosion a secoué la banlieue de Damas
Deux morts dans une attaque près d'Alep
Dos muertos en un ataque cerca de Alepo
El ejército sirio bombardea una aldea
Due morti in un attacco vicino ad Aleppo
Twee doden bij aanslag op konvooi
Dwie osoby zginęły w wybuchu pod Aleppo
Två döda i attack nära Aleppo
Dois mortos em ataque perto de Aleppo
Doi morți într-un atac lângă Alep
Взрыв в Дамаске
Вибух у Дамаску, двоє загиблих
Έκρηξη στη Δαμασκό
פיצוץ בדמשק
大马士革发生爆炸
दमिश्क में धमाका
Halabda portlash yuz berdi, ikki kishi halok bo'ldi va uchun
Damaskda partlama boldy, iki adam öldi we köp adam ýaralandy
Dua orang tewas dalam serangan yang terjadi dekat Aleppo
12:30 - 14/05/2026
1,250,000
🔴🔴🔴
...
https://example.org/news/42
@rasid_news
"""


def _cases() -> list[tuple[str, str]]:
    written = {
        "ar": ARABIC, "en": ENGLISH, "ckb": SORANI, "kmr": KURMANJI, "tr": TURKISH, "fa": PERSIAN, "other": OTHER,
    }  # fmt: skip
    return [(code, line) for code, text in written.items() for line in text.strip().splitlines()]


@pytest.mark.parametrize(("language", "text"), _cases())
def test_a_text_is_told_by_its_language(language: str, text: str) -> None:
    assert detect(text) == language
