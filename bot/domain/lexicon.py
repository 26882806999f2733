"""Ordinary words that look as if they carried a clitic. Facts about Arabic, no decisions; folded as `normalise` folds.

The counted ones are chosen by `benchmarks/choose_ordinary_words.py` from general news (the ANT Corpus, credited in
NOTICE); those of Syrian news that it lacks, and a few that it just misses, were added by hand.
"""

_OPENING = """
x
"""
_OPENING_ADDED = """
باخره باروت بارود باسل باقر بانياس ببيلا بحار بحاره بداما بدانا بدران براق براميل برزه بركات برميل برهان بزاعه
بساتين بستان بشير بصري بقاع بكري بلاغ بلاغات بلدان بلدي بلودان بنادق بندقيه بنزين بهاء بواخر بوصله بوكمال بوليس
بيادر بيادق بيطار بيلان بيوت ساحلي ساحه ساطع سالم ستار سناء سنان سيادي سياره سيناء فاخر فادي فارس فارين فاسد فاصل
فايز فتاوي فتحت فتنه فتور فتيل فداء فديه فراس فراش فصايل فصول فصيل فعاليه فعلا فعلي فعليه فقدان فقراء فقرات فكره
فلكي فلول فليطه فوضي فيروزه فيصل فيضان فيضانات كابل كابوس كاظم كاميرات كتيبه كرامه كرناز كروي كرويه كساد كسور كسوه
كفار كفربطنا كفرزيتا كفرنبل كفريا كلاب كلور كلوي كمال كمان كماين كميات كميه كناكر كنان كنانه كنيسه كهرباء كوباني
كيلو كيماوي لاجي لاذقيه لازمه لباس لبنان لجاه لجوء لحاق لحيه لسان لعنه لقمه لواء ليلي لينا واحد وادي وافد والده
والي وباء وجهات وجيه وحوش وحيد وداعيه وردان ورقي وساده وسيم وشاح وصيف وضاح وفاء وفاه وقايه وقود وهبه وهبي ووجه
"""
_ENDING = """
x
"""
_ENDING_ADDED = """
بصرا بينما جبلا حلبا حيفا حينما دارا درعا دوما ربما زارا سارا صيدا طالما عفرا عندما قرنا كلما كيفما لارا مهما هيفا
يارا يافا
"""

# Their first letter is their own: لبنان is not ل + بنان, بعيد not ب + عيد.
NO_PREFIX = frozenset((_OPENING + _OPENING_ADDED).split())
# Their last ا is their own: درعا is not درعاً, an accusative of درع.
NO_TANWEEN = frozenset((_ENDING + _ENDING_ADDED).split())
