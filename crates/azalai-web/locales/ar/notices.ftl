# notices: see docs/translating.md. Values between braces are filled in by the program.
way-notices = إشعارات
notices-new = { $count } جديد
notices-none = لا إشعارات بعد. ستظهر هنا التنبيهات والردود على تقاريرك.
notice-new = جديد
notice-own = أنت
notice-report = التقرير
notice-to-everyone = كل أعضاء المشروع
notice-to-staff = كل المنسقين والمسؤولين
notice-to-area = منسقو { $area }
notice-to-above = منسقو { $area } وما فوقها
notice-to-you = أنت وحدك
notice-to-member = { $name } وحده
notice-write = اكتب إشعارًا
notice-to = لمن هو؟
notice-circle-everyone = كل أعضاء المشروع
notice-circle-staff = كل المنسقين والمسؤولين
notice-circle-above = منسقو منطقة وما فوقها
notice-circle-area = منسقو منطقة واحدة فقط
notice-means-everyone = كل الأعضاء، والراصدون أيضًا.
notice-means-staff = لا أحد غيرهم، ولا أي راصد.
notice-means-above = منسقو المنطقة والمناطق التي تضمها. لا أي راصد.
notice-means-area = منسقو المنطقة نفسها. لا أي راصد.
notice-text = ماذا تريد أن تقول؟
notice-urgent = عاجل: يسافر قبل كل شيء آخر
notice-urgent-short = عاجل
notice-fixed = لا تذكر اسم أحد قد يضره ذلك. لا يمكن تغيير الإشعار ولا سحبه.
notice-look = راجعه
notice-check = مراجعة الإشعار
notice-send = أرسله
notice-sent =
    { $count ->
       [one] حُفظ الإشعار. سيخرج عند التبادل القادم.
       [two] حُفظ إشعاران. سيخرجان عند التبادل القادم.
       [few] حُفظت { $count } إشعارات. ستخرج عند التبادل القادم.
       [many] حُفظ { $count } إشعارًا. ستخرج عند التبادل القادم.
       *[other] حُفظ { $count } إشعار. ستخرج عند التبادل القادم.
    }
notice-left =
    { $count ->
       [one] لم يُكتب رد واحد. اذهب إلى التقرير وأجب مرة أخرى.
       [two] لم يُكتب ردان. اذهب إلى التقريرين وأجب مرة أخرى.
       [few] لم تُكتب { $count } ردود. اذهب إلى التقارير وأجب مرة أخرى.
       [many] لم يُكتب { $count } ردًا. اذهب إلى التقارير وأجب مرة أخرى.
       *[other] لم يُكتب { $count } رد. اذهب إلى التقارير وأجب مرة أخرى.
    }
notice-nothing-sent = لم يُرسل شيء، ونصك في الأسفل.
notice-wrong-text = الإشعار يحتاج إلى نص.
notice-wrong-long = النص أطول من اللازم: أقصاه ٤٠٩٦ بايت، أي نحو ٢٠٠٠ حرف عربي.
notice-wrong-area = اختر لمن هو، واختر المنطقة إن كان هناك ما يُختار.
notice-wrong-nobody = ليس هنا من يمكن الرد عليه.
notice-read-staff = أنت وكل المنسقين والمسؤولين. لا أي راصد.
notice-read-area = أنت ومنسقو { $area }. لا أي راصد.
notice-read-above = أنت ومنسقو { $area } والمناطق التي تضمها. لا أي راصد.
notice-read-nobody = لا يعرف هذا الجهاز أحدًا هناك بعد. ينتظر الإشعار مختومًا حتى يوجد أحد.
notice-read-authors = أنت وكل من بلّغ. يصل إلى كل واحد رد خاص به، ولا يعرف من بلّغ غيره.
notice-read-phone = ومن بيده هاتف مفتوح لأحدهم يستطيع قراءته أيضًا، ويرى أنه بلّغ.
answer-reporters = أجب من بلّغوا
answer-author = أجب كاتبه
answer-what = رد واحد لكل كاتب. يظهر بجانب التقرير لكاتبه وحده.
unanswered-own = تقريرك أنت: لا أحد يُرد عليه.
unanswered-removed = أُخرج هذا العضو: لا يُرسل شيء إلى جهازه.
unanswered-unknown = مفتاح هذا العضو غير معروف هنا بعد.
unanswered-told = كتب تقريرًا آخر هنا أيضًا: يصله رد واحد.
received-incident = الحادث: { $title }
received-inbox = إلى الوارد
incident-onward = من بلّغوا
exchange-notice = إشعار
notice-drafts = بدأتَه ولم ترسله
