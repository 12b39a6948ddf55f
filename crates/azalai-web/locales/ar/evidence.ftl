# evidence: see docs/translating.md. Values between braces are filled in by the program.
evidence-make = أعدّ ملف إثبات
evidence-title = ملف إثبات
evidence-what = ملف واحد يستطيع شخص من الخارج أن يفحصه بلا هذا المشروع وبلا شبكة: ما كُتب مع توقيعاته.
evidence-inside = ما سيكون فيه
evidence-documents = التقارير والحوادث
evidence-statements = القيود الموقّعة
evidence-keys = مفاتيح من كتبوا
evidence-receipts = إيصالات المنسقين
evidence-size = الحجم
evidence-missing =
    { $count ->
       [one] تقرير واحد من هذا الحادث ليس على هذا الجهاز ولا في الملف.
       [two] تقريران من هذا الحادث ليسا على هذا الجهاز ولا في الملف.
       [few] { $count } تقارير من هذا الحادث ليست على هذا الجهاز ولا في الملف.
       [many] { $count } تقريرًا من هذا الحادث ليست على هذا الجهاز ولا في الملف.
       *[other] { $count } تقرير من هذا الحادث ليست على هذا الجهاز ولا في الملف.
    }
evidence-all = فيه كل ما كُتب: الأماكن بدقة والأوقات والكلمات، وما قيل قبل أي تصحيح.
evidence-who = من سيكون فيه
evidence-staff = يُذكر المنسقون والمسؤولون بأدوارهم ومناطقهم، لأن إثبات من يحق له أن يعمل يقوم على ذلك:
evidence-person = { $name }، { $role }
evidence-authors = ومن بلّغوا؟
evidence-keys-only = بمفاتيحهم فقط
evidence-keys-what = بلا اسم وبلا منطقة. لكن المفتاح لا يتغير: ملفان يُظهران هل كتبهما شخص واحد، ومن يأخذ هاتفه يستطيع أن يثبت أنه له.
evidence-names = بأسمائهم في المشروع
evidence-names-what = يثبت هذا أيضًا أنهم قُبلوا أعضاء، ويُظهر الاسم المستعار والمنطقة والدعوة. بموافقتهم فقط.
evidence-names-are = سيُذكر: { $names }.
evidence-choose = اختر هل يُذكر من بلّغوا. لم يُعدّ شيء.
evidence-file = للملف اسم لا يدل على شيء، وهو غير مشفّر. من يصله يستطيع قراءته.
evidence-do = أعدّ الملف
evidence-too-large = سيكون الملف أكبر مما يقبله أي قارئ. أعدّ ملفات لتقارير مفردة. لم يضع شيء.
evidence-label-red = فيه ما هو لأشخاص مسمَّين فقط: يجب ألا يخرج من المشروع.
evidence-label-strict = فيه ما هو لقلة فقط: يجب ألا يخرج من المشروع.
evidence-label-amber = لا يجوز أن يخرج من هذا إلا أعداد: يجب أن يبقى الملف داخل المشروع.
evidence-label-green = لا يجوز أن يخرج من هذا إلا مكان تقريبي ويوم: يجب أن يبقى الملف داخل المشروع.
evidence-label-clear = يجوز إعطاء هذا لأي أحد. ويذهب معه مفتاح كاتبه.
verify-title = افحص ملف إثبات
verify-what = أعطاك أحد ملف إثبات؟ انظر ماذا يثبت.
verify-go = افحص ملفًا
verify-how = أعطِ الملف. سترى ما فيه، وما تثبته توقيعاته، وما لا تثبته.
verify-file = الملف
verify-another = افحص ملفًا آخر
verify-kept = يُنظر إليه على هذا الجهاز فقط ولا يُحفظ.
verify-do = افحصه
verify-whole = كل توقيع فيه صحيح. وهذا يثبت أقل مما يبدو: اقرأ القائمتين.
verify-made = جُمع في { $when }، جمعه { $who }.
verify-called = { $name } ({ $key })
verify-key = المفتاح { $key }
verify-project = أي مشروع
verify-ours = هذا مشروع هذا الدفتر: مفتاح الأصل هو نفسه.
verify-root = مفتاح أصله، لتقارنه مع من يعرف المشروع:
verify-proved = ما هو مثبت
verify-not-proved = ما ليس مثبتًا
verify-papers = ما فيه
verify-incident = حادث
verify-report = تقرير
verify-unchanged = بدأ «{ $what }» من بيده { $who }. ولم يتغير بايت واحد مما يُحتسب فيه منذ توقيعه.
verify-is = { $who }: { $is }، بأعمال موقّعة تقوم على مفتاح الأصل.
verify-receipt-opened = قال { $who } إنه فتحه.
verify-receipt-acted = قال { $who } إنه عمل بناءً عليه.
verify-maker = جمع هذا الملف { $who }.
verify-not-who = من هم الناس: المفتاح ليس شخصًا، وقد يكون الهاتف في يد أخرى.
verify-not-when = متى: كل الأوقات هي أوقات ساعات الأجهزة نفسها.
verify-not-true = أن ما كُتب صحيح.
verify-not-all = أنه كل ما هناك: قد تُركت تصحيحات أو سحوبات أو تقارير أخرى.
verify-not-project = أن هذا هو المشروع الذي يبدو. اسأل من يعرفه هل مفتاح الأصل صحيح.
verify-not-member = أن { $who } لعضو. يقول من أعدّ الملف: { $is }.
verify-not-maker = أن من جمعه منسّق أو مسؤول.
verify-not-opened = أن أي منسّق فتحه.
verify-not-receipts =
    { $count ->
       [one] إيصال واحد فيه: لا يُظهر الملف أن مفتاحه لمنسّق.
       [two] إيصالان فيه: لا يُظهر الملف أن مفتاحيهما لمنسقين.
       [few] { $count } إيصالات فيه: لا يُظهر الملف أن مفاتيحها لمنسقين.
       [many] { $count } إيصالًا فيه: لا يُظهر الملف أن مفاتيحها لمنسقين.
       *[other] { $count } إيصال فيه: لا يُظهر الملف أن مفاتيحها لمنسقين.
    }
verify-not-begun =
    { $count ->
       [one] أي شيء من وثيقة واحدة ليس أولها في الملف.
       [two] أي شيء من وثيقتين ليس أولهما في الملف.
       [few] أي شيء من { $count } وثائق ليس أولها في الملف.
       [many] أي شيء من { $count } وثيقة ليس أولها في الملف.
       *[other] أي شيء من { $count } وثيقة ليس أولها في الملف.
    }
key-is-confirmed = { $role }
key-is-unconfirmed = { $role }، غير مؤكد
key-is-suspended = { $role }، موقوف
key-is-removed = { $role }، أُخرج
key-is-unknown = غير معروف
verify-entries =
    { $count ->
       [one] قيد موقّع واحد
       [two] قيدان موقّعان
       [few] { $count } قيود موقّعة
       [many] { $count } قيدًا موقّعًا
       *[other] { $count } قيد موقّع
    }
verify-number = رقم { $number } في سلسلته
verify-aside = لا يُحتسب
verify-more =
    { $count ->
       [one] وقيد آخر.
       [two] وقيدان آخران.
       [few] و{ $count } قيود أخرى.
       [many] و{ $count } قيدًا آخر.
       *[other] و{ $count } قيد آخر.
    }
verify-wrong-file = اختر ملفًا. لم يُفحص شيء.
verify-wrong-strange = هذا ليس ملف إثبات. لا شيء مثبت، ولا يُعرض منه شيء.
verify-wrong-broken = لا شيء مثبت: تغيّر شيء في هذا الملف أو نقص منه شيء. لا يُعرض منه شيء. اطلب الملف من جديد بطريق آخر.
verify-wrong-subject = لا شيء مثبت: التوقيعات صحيحة، لكن ما يتحدث عنه الملف ليس فيه. اطلب ملفًا جديدًا ممن أعدّه.
uncounted-other-readers = موجَّه إلى قراء غير قراء وثيقته.
uncounted-not-author = كتبه جهاز غير الجهاز الذي كتب هذا التقرير.
uncounted-past-cut = أُخرج كاتبه، وقيل هذا بعد ما لا يزال محسوبًا.
uncounted-no-cut = أُخرج كاتبه، ولا تذكر أي إزالة هذه السلسلة من أقواله.
uncounted-fork = تكلّم الجهاز مرتين في الموضع نفسه كما تفعل نسخة منه: ولا شيء في الملف يقول أيهما محسوب.
uncounted-not-admitted = لا شيء في الملف يبيّن أن كاتبه قد قُبل.
uncounted-no-right = بحسب ما في الملف لا يحق لكاتبه أن يكتب هذا.
uncounted-waits = يقوم على شيء ليس في الملف.
uncounted-unreadable = تالف، أو ليس على الشكل الذي يقبله هذا البرنامج.
