# incident: see docs/translating.md. Values between braces are filled in by the program.
save = احفظ
incidents-none = لا حوادث بعد. تبدأ الحادثة بتقرير:
incidents-reports =
    { $count ->
       [zero] لا تقارير
       [one] تقرير واحد
       [two] تقريران
       [few] { $count } تقارير
       [many] { $count } تقريرًا
       *[other] { $count } تقرير
    }
incidents-apart =
    { $count ->
       [zero] لا شيء يُحسم
       [one] حقل واحد يُحسم
       [two] حقلان يُحسمان
       [few] { $count } حقول تُحسم
       [many] { $count } حقلًا يُحسم
       *[other] { $count } حقل يُحسم
    }
incidents-open = المفتوحة فقط
incidents-all = والمغلقة والمنفية أيضًا
incident-done = حُفظ على هذا الجهاز.
incident-sources =
    { $count ->
       [zero] لا مصدر مستقلًا
       [one] مصدر مستقل واحد
       [two] مصدران مستقلان
       [few] { $count } مصادر مستقلة
       [many] { $count } مصدرًا مستقلًا
       *[other] { $count } مصدر مستقل
    }
incident-set-aside =
    { $count ->
       [zero] لا شيء موضوع جانبًا
       [one] قول واحد لا يُحسب. انظر السجل.
       [two] قولان لا يُحسبان. انظر السجل.
       [few] { $count } أقوال لا تُحسب. انظر السجل.
       [many] { $count } قولًا لا يُحسب. انظر السجل.
       *[other] { $count } قول لا يُحسب. انظر السجل.
    }
incident-unknown = غير معروف
incident-move = انتقل إلى:
incident-no-reports = لا تقرير وراء هذه الحادثة.
incident-not-here = تقرير ليس هنا
incident-not-here-what = لم يصل إلى هذا الجهاز، أو هو مختوم لغيرك.
incident-linked = مرتبط
incident-rumour-is = شائعة «{ $name }»
incident-changed-since = كتب صاحبه شيئًا بعد ربطه.
incident-read = قرأتُه
incident-unlink = أخرجه من هذه الحادثة
incident-unlink-what = التقرير نفسه لا يتغيّر، ويعود إلى الوارد.
incident-likely = لعلّها من هذه الحادثة أيضًا
incident-what = ما يُعتقد
incident-change = غيّر
incident-take-in = أدخله في هذه الحادثة
incident-no-facts = لم يُكتب شيء بعد.
incident-mine = أنا أتابعها
incident-mine-no = لم أعد أتابعها
incident-responses = ما جرى فعله
incident-no-responses = لم يُكتب شيء بعد.
incident-notes = ملاحظات
incident-history = السجل
incident-history-what = من كتب ماذا، الأحدث أولًا. فُحص توقيع كل واحد الآن، على هذا الجهاز.
incident-wrong-title = يلزم عنوان لا يزيد على سطرين.
incident-wrong-status = لا يمكن الانتقال إلى هناك من حيث هي بخطوة واحدة.
incident-wrong-when = هذا ليس يومًا في التقويم.
incident-wrong-place = هذا ليس مكانًا: اكتب اسمًا.
incident-wrong-text = هذا فارغ أو طويل جدًا.
incident-wrong-form = هذا لا يناسب الحادثة كما هي.
incident-wrong-own = هذا تقريرك: على غيرك أن يقيّمه.
incident-wrong-sources = «أكدته مصادر أخرى» يحتاج مصدرين مستقلين.
incident-wrong-rumour = اسم الشائعة ٦٤ حرفًا على الأكثر.
incident-wrong-stale = غيّر أحدهم هذه الحادثة بعد فتح صفحتك. انظر مرة أخرى ثم قرّر.
apart-title = جوابان: { $field }
apart-counts = يُحسب حتى يحسم أحدهم
apart-keep = أبقِ هذا
apart-type = اكتب غيره
apart-settle = احسم
apart-not-yours = لا يُحسم هذا هنا: الوسم ثابت، والتقييم لصاحبه.
grade-do = قيّم
grade-source = المصدر
grade-content = ما يقوله
grade-save = احفظ التقييم
grade-own = هذا تقريرك: غيرك يقيّمه.
grade-unsupported = بلا سند: مصادر قليلة
grade-not-counted = لا يُحسب
reliability-A = موثوق تمامًا
reliability-B = موثوق عادةً
reliability-C = موثوق إلى حد ما
reliability-D = غير موثوق عادةً
reliability-E = غير موثوق
reliability-F = لا يمكن الحكم على المصدر
credibility-1 = أكدته مصادر أخرى
credibility-2 = صحيح على الأرجح
credibility-3 = ربما صحيح
credibility-4 = مشكوك فيه
credibility-5 = مستبعد
credibility-6 = لا يمكن الحكم على المضمون
status-new = جديدة
status-reviewing = قيد النظر
status-refuted = منفية
status-corroborated = مسنودة
status-confirmed = مؤكدة
status-closed = مغلقة
field-title = العنوان
field-status = الحالة
field-area = المنطقة
field-category = النوع
field-occurred = متى
field-place = أين
field-origin = من أين
field-destination = إلى أين
field-tlp = الوسم
field-assigned = من يتابع
field-outcome_for_reporters = ما يُقال للمبلّغين
field-link = رابط بتقرير
field-grade = التقييم
field-code = الرمز
field-actor = الفاعل
field-market = السوق
field-route = الطريق
field-response = الاستجابة
field-note = ملاحظة
response-add = اكتب ما جرى فعله
response-kind = ما نوعه؟
response-body = من فعله؟
response-outcome = ماذا نتج عنه؟
response-verification = تحقّق
response-mediation = وساطة
response-referral = إحالة
response-protection = حماية
response-livelihood = دخل آخر
response-police = الشرطة
response-none = لا شيء
note-add = أضف ملاحظة
fate-applied = يُحسب
fate-waiting = ينتظر شيئًا قبله
fate-aside = موضوع جانبًا
fate-beneath = موضوع جانبًا، وما يُحسب مبنيّ عليه
fate-refused = مرفوض
