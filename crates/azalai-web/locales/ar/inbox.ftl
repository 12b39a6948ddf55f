# inbox: see docs/translating.md. Values between braces are filled in by the program.
way-inbox = الوارد
way-incidents = الحوادث
staff-reads = المنسّقون يعملون على التقارير والحوادث. أنت تقرأ هنا ما يحق لك قراءته.
nothing-changed = لم يتغيّر شيء، وما كتبتَه ما زال هنا حيث أمكن.
letter-own = تقريرك
letter-unconfirmed = لم يُؤكَّد بعد
letter-retracted = سحبه كاتبه:
letter-wordless = بلا كلام.
filter-title = فرز
filter-any = الكل
filter-category = النوع
filter-aside = ما وُضع جانبًا
filter-show = اعرض
age-any = في أي وقت
age-day = خلال يوم
age-week = خلال أسبوع
age-month = خلال شهر
inbox-count =
    { $count ->
       [zero] لا تقرير ينتظر
       [one] تقرير واحد ينتظر
       [two] تقريران ينتظران
       [few] { $count } تقارير تنتظر
       [many] { $count } تقريرًا ينتظر
       *[other] { $count } تقرير ينتظر
    }
inbox-later =
    { $count ->
       [zero] لم يُصحَّح
       [one] صُحِّح أو أُضيف إليه مرة
       [two] صُحِّح أو أُضيف إليه مرتين
       [few] صُحِّح أو أُضيف إليه { $count } مرات
       [many] صُحِّح أو أُضيف إليه { $count } مرة
       *[other] صُحِّح أو أُضيف إليه { $count } مرة
    }
inbox-none = لا شيء ينتظر. كل تقرير وصل إلى هذا الجهاز في حادثة أو موضوع جانبًا.
inbox-none-here = لا شيء هنا. قد تنتظر تقارير أخرى خارج هذا الفرز.
inbox-aside-at = وُضع جانبًا على هذا الجهاز، { $when }:
inbox-link = اربطه بحادثة أخرى
inbox-link-this = اربطه بهذا
inbox-link-do = اربط
inbox-which = أي حادثة؟
inbox-new = حادثة جديدة
inbox-new-both = حادثة جديدة بكليهما
inbox-new-do = أنشئ الحادثة
inbox-aside = ضعه جانبًا
inbox-aside-help = لا يعلم بذلك إلا هذا الجهاز. ما يكتبه صاحبه لاحقًا يعيده.
inbox-aside-do = ضعه جانبًا
inbox-back = أعده إلى الوارد
inbox-done-linked = رُبط التقرير.
inbox-done-made = أُنشئت الحادثة.
inbox-done-aside = وُضع التقرير جانبًا على هذا الجهاز.
inbox-done-back = عاد التقرير إلى الوارد.
inbox-wrong-incident = اختر حادثة.
inbox-wrong-rumour = اسم الشائعة ٦٤ حرفًا على الأكثر.
inbox-wrong-title = الحادثة تحتاج عنوانًا لا يزيد على سطرين.
inbox-wrong-why = قل لماذا، بكلمات قليلة.
rumour-name = اسم الشائعة
rumour-help = التقارير التي تنقل شائعة واحدة تأخذ اسمًا واحدًا وتُحسب مصدرًا واحدًا. يمكن تركه فارغًا.
rumour-do = علّمه كشائعة
likely-title = لعلّه الشيء نفسه
likely-none = لا يُعرف هنا ما يشبهه.
likely-how-strong = مرجّح جدًا
likely-how-fair = مرجّح
likely-how-weak = ممكن
likely-here = المكان نفسه
likely-near = على بعد { $distance }
likely-near-coarse = على بعد { $distance }، بقدر ما تُعرف الأماكن
likely-names = كلاهما يذكر { $names }
likely-time = الوقت نفسه
likely-time-coarse = قد يكون الوقت نفسه
likely-earlier = قبل ذلك بـ{ $span }
likely-later = بعد ذلك بـ{ $span }
likely-same-kind = النوع نفسه
likely-like-kind = نوع قريب
likely-numbers = كلاهما يقول { $numbers }
likely-words = كلاهما يكتب «{ $words }»
distance-metres = { $count } م
distance-kilometres = { $count } كم
span-minutes =
    { $count ->
       [zero] أقل من دقيقة
       [one] دقيقة
       [two] دقيقتين
       [few] { $count } دقائق
       [many] { $count } دقيقة
       *[other] { $count } دقيقة
    }
span-hours =
    { $count ->
       [zero] أقل من ساعة
       [one] ساعة
       [two] ساعتين
       [few] { $count } ساعات
       [many] { $count } ساعة
       *[other] { $count } ساعة
    }
span-days =
    { $count ->
       [zero] أقل من يوم
       [one] يوم
       [two] يومين
       [few] { $count } أيام
       [many] { $count } يومًا
       *[other] { $count } يوم
    }
page-before = السابق
page-after = التالي
keys-title = المفاتيح
keys-what = كل شيء هنا يعمل بالمفاتيح. المفتاح يوصلك إلى زر أو حقل، والقرار لك بـ Enter أو مفتاح المسافة.
keys-turn-off = أوقف هذه المفاتيح
keys-turn-on = شغّل هذه المفاتيح
key-next = التالي
key-before = السابق
key-into = إلى داخله، إلى أول زر
key-out = خروج من الحقل. مرتين خلال ثانية: خروج سريع، كما في كل مكان
key-link = اربطه بحادثة
key-new = حادثة جديدة
key-aside = ضعه جانبًا
key-rumour = اسم الشائعة
key-grade = قيّم
key-likely = إلى أحد ما يُرجَّح أنه نفسه
key-filter = إلى الفرز
key-inbox = إلى الوارد
key-incidents = إلى الحوادث
key-help = هذه الصفحة
