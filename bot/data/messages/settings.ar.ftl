# أخطاء الإعدادات كما يعرضها سطر الأوامر على المشغّل، ومع كل خطأ علاجه.
# لا متغيّر هنا يحمل القيمة المكتوبة: فقد تكون الرمز السرّي في غير موضعه.

heading = { $count ->
    [one] لا يمكن استعمال الإعدادات: فيها خطأ واحد.
    [two] لا يمكن استعمال الإعدادات: فيها خطآن.
    [few] لا يمكن استعمال الإعدادات: فيها { $count } أخطاء.
    [many] لا يمكن استعمال الإعدادات: فيها { $count } خطأً.
   *[other] لا يمكن استعمال الإعدادات: فيها { $count } خطأ.
}

## الملف
file-missing = لا يوجد ملف بهذا الاسم
file-missing-remedy = اكتب مسار ملف موجود، أو احذف --config للعمل بالقيم المبدئية.
file-unreadable = لا يمكن قراءة الملف ({ $reason })
file-unreadable-remedy = اكتب مسار ملف يُسمح لهذا المستخدم بقراءته.
file-not-utf8 = ترميز الملف ليس UTF-8
file-not-utf8-remedy = احفظه بترميز UTF-8.
broken-yaml = صيغة YAML غير سليمة ابتداءً من العمود { $column }: { $reason }
broken-yaml-remedy = اكتب «key: value»، واجعل الإزاحة بمسافات، وضع النص الذي فيه : أو # أو علامات اقتباس بين "…".
broken-character = هنا محرف تحكّم لا تقبله صيغة YAML
broken-character-remedy = احذفه.
broken-value = إحدى القيم مكتوبة على هيئة تاريخ أو رقم أو وسم لا وجود له
broken-value-remedy = ضعها بين علامتي اقتباس: "…".
duplicate-key = هذا المفتاح مكتوب مرتين، والأولى في السطر { $first }
duplicate-key-remedy = أبقِ واحداً منهما.

## المفاتيح
unknown-key = لا يوجد مفتاح بهذا الاسم
unknown-key-remedy = { $near ->
    [none] المفاتيح المتاحة هنا: { $known }.
   *[other] هل تقصد { $near }؟
}
missing-key = هذا المفتاح ناقص
missing-key-remedy = { $which ->
    [item] اكتب محدّد المادة الواحدة في الصفحة، مثل "li.post".
   *[other] اكتبه: فلكل مصدر معرّف خاص به، مثل "daraa24".
}

## القيم
want-whole-number = المطلوب عدد صحيح
want-whole-number-remedy = اكتب أرقاماً فقط بلا علامات اقتباس ولا وحدة، مثل 60.
want-number = المطلوب عدد
want-number-remedy = اكتب عدداً بلا علامات اقتباس ولا وحدة، مثل 20 أو 0.5.
want-true-or-false = المطلوب true أو false
want-true-or-false-remedy = اكتب true (نعم) أو false (لا) بلا علامات اقتباس.
want-text = المطلوب نص
want-text-remedy = ضعه بين علامتي اقتباس: "…".
want-section = المطلوب قسم فيه مفاتيح
want-section-remedy = اكتب تحت اسم القسم أسطراً من الشكل «key: value» مع إزاحة.
empty-text = لا شيء في هذا النص
empty-text-remedy = اكتب شيئاً أو احذفه.
want-list = المطلوب قائمة
want-list-remedy = ابدأ كل عنصر بـ «- » في سطر مستقل؛ و[] قائمة فارغة.
out-of-range = القيمة خارج الحدود المسموحة
out-of-range-remedy = اكتب عدداً من { $ge } إلى { $le }.
not-a-choice = ليست هذه من الكلمات المسموحة هنا
not-a-choice-remedy = اكتب واحدة من: { $choices }.
refused = لا يمكن استعمال هذه القيمة
refused-remedy = راجع docs/configuration.md لمعرفة ما يُكتب هنا.
bad-webhook-url = هذا ليس عنواناً يستطيع تلغرام أن يسلّم إليه
bad-webhook-url-remedy = اكتب عنواناً عاماً يبدأ بـ https، بمنفذ 443 أو 80 أو 88 أو 8443: https://rasid.example.org/telegram.
bad-websub-url = هذا ليس عنواناً تستطيع الموزّعات أن تصل إليه
bad-websub-url-remedy = اكتب عنواناً عاماً يبدأ بـ https، بلا استعلام بعد علامة الاستفهام: https://rasid.example.org/websub.
bad-listen = هذا ليس عنواناً محلياً يُستمع إليه
bad-listen-remedy = اكتب العنوان ثم المنفذ: 127.0.0.1:8443.
bad-url = هذا ليس عنوان ويب
bad-url-remedy = اكتب العنوان كاملاً بلا اسم مستخدم ولا كلمة سر: https://example.org/feed.xml.
bad-database = هذا ليس عنوان قاعدة بيانات يستطيع راصد استعمالها
bad-database-remedy = اكتب sqlite:///PATH أو postgresql+psycopg://USER@HOST/NAME.
bad-api-base = هذا ليس عنوان خادم Bot API
bad-api-base-remedy = اكتب العنوان حتى ‎/bot بلا الرمز السرّي: https://api.telegram.org/bot.
not-a-header = لا يُرسل إلى المواقع سوى حروف لاتينية وأرقام وعلامات
not-a-header-remedy = اكتب اسماً أو عنوان ويب أو بريداً إلكترونياً بحروف لاتينية.

## الرمز السرّي
bad-token = هذا ليس رمزاً سرّياً لبوت
bad-token-remedy = انسخه كاملاً من ‎@BotFather: أرقام ثم نقطتان (:) ثم حروف وأرقام؛ أو اتركه فارغاً للوضع المحلي.
token-file-missing = الملف الذي يذكره هذا المتغيّر غير موجود
token-file-missing-remedy = اكتب مسار الملف الذي يحمل الرمز السرّي، أو ألغِ المتغيّر.
token-file-unreadable = لا يمكن قراءة الملف الذي يذكره هذا المتغيّر نصاً
token-file-unreadable-remedy = اسمح لهذا المستخدم بقراءته، ولا تضع فيه سوى الرمز السرّي.
token-file-empty = الملف الذي يذكره هذا المتغيّر فارغ
token-file-empty-remedy = اكتب فيه الرمز السرّي، أو ألغِ المتغيّر.

## متغيّرات البيئة
unknown-variable = لا يوجد إعداد بهذا الاسم
unknown-variable-remedy = { $near ->
    [none] ألغِه؛ والأسماء مذكورة في docs/configuration.md.
   *[other] هل تقصد { $near }؟ وإلا فألغِه.
}
set-twice = يضبط هذا المتغيّر ما يضبطه { $other } نفسه
set-twice-remedy = أبقِ واحداً منهما.

## المصادر
bad-area = لا يصلح هذا رمزاً لمنطقة
bad-area-remedy = اكتب رمز محافظة أو منطقة أو ناحية، مثل SY12 لدرعا، أو SY لمصدر يكتب عن سوريا كلها، أو احذف السطر لغيره.
bad-id = لا يصلح هذا معرّفاً لمصدر
bad-id-remedy = اكتب حروفاً لاتينية صغيرة وأرقاماً و- أو _، لا تزيد على 64، مثل "daraa24".
bad-handle = لا يصلح هذا اسماً لقناة تلغرام
bad-handle-remedy = اكتب الاسم وحده بلا رابط: من 4 إلى 32 من الحروف اللاتينية والأرقام و_، مثل "sana_gov".
bad-enabled = المطلوب true أو false أو check
bad-enabled-remedy = اكتب true (نعم) أو false (لا)، أو check لتجربته مرة في اليوم إلى أن يستجيب؛ بلا علامات اقتباس.
bad-strip = لا يبيّن هذا أين نص المادة
bad-strip-remedy = اكتب «…» مكانه: "#وسم: …" يُحذف من أوله، و"… تابعونا" ينتهي النص عنده.
bad-selector = ليس هذا محدّد CSS يُفهم
bad-selector-remedy = راجع أقواسه ونقاطه، مثل: li.post أو h2 > a[href]. ما يُكتب للمتصفح بعد "::" لا يصلح هنا.
two-addresses = لهذا المصدر عنوانان: url و handle
two-addresses-remedy = أبقِ واحداً منهما؛ فالعنوان الثاني مصدر قائم بنفسه.
handle-without-telegram = لا يُكتب handle إلا لقناة تلغرام
handle-without-telegram-remedy = اكتب معه kind: telegram، أو اكتب العنوان في url بدلاً منه.
missing-handle = ليس لهذه القناة اسم، وهي غير موجودة في الدليل
missing-handle-remedy = اكتب اسم القناة: handle: sana_gov.
missing-selectors = تُقرأ الصفحة بمحدّدات CSS، ولا محدّدات لهذه
missing-selectors-remedy = اكتب تحتها selectors: {"{"}item: li.post, title: h2{"}"}، أو kind: feed إن كان العنوان لخلاصة.
selectors-without-page = لا تُكتب المحدّدات إلا لصفحة
selectors-without-page-remedy = اكتب معها kind: page، أو احذفها.
duplicate-source = هذا المعرّف مأخوذ في { $first }
duplicate-source-remedy = أعطِ هذا المصدر معرّفاً آخر، أو احذف أحدهما.
unknown-source = ليس لهذا المصدر عنوان، وهو غير موجود في الدليل
unknown-source-remedy = { $near ->
    [none] اكتب عنوانه: url: https://example.org/feed.xml.
   *[other] هل تقصد المعرّف { $near }؟ وإلا فاكتب عنوانه: url: https://example.org/feed.xml.
}
