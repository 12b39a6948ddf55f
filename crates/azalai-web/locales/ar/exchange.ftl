# exchange: see docs/translating.md. Values between braces are filled in by the program.
way-exchange = تبادل
size-bytes =
    { $count ->
       [zero] { $count } بايت
       [one] بايت واحد
       [two] بايتان
       [few] { $count } بايتات
       [many] { $count } بايتًا
       *[other] { $count } بايت
    }
size-kb = { $count } كيلوبايت
size-mb = { $count } ميغابايت
exchange-letters =
    { $count ->
       [zero] لا رسائل مختومة، { $size }
       [one] رسالة مختومة واحدة، { $size }
       [two] رسالتان مختومتان، { $size }
       [few] { $count } رسائل مختومة، { $size }
       [many] { $count } رسالة مختومة، { $size }
       *[other] { $count } رسالة مختومة، { $size }
    }
exchange-waits = ما ينتظر على هذا الجهاز
exchange-waits-none = لا شيء ينتظر. وقد يكون هناك شيء لك.
exchange-for-everyone = لكل الأعضاء
exchange-for-staff = للمنسقين والمسؤولين
exchange-for-area = لمنسقي { $area }
exchange-for-above = لمنسقي { $area } والمناطق التي تضمها
exchange-for-other = مفاتيح وإيصالات وما يحتاجه المشروع
exchange-by-relay = عبر محطة تبادل
exchange-address = عنوان محطة التبادل
exchange-address-help = كما هو مكتوب على المحطة، مثل http://192.168.1.20:7700. يُحفظ للمرة القادمة.
exchange-address-wrong = هذا ليس عنوان محطة تبادل. يشبه http://192.168.1.20:7700. لم يُرسل شيء.
exchange-start = ابدأ
exchange-again = تابع
exchange-running = جارٍ الآن
exchange-stop = أوقف
exchange-stop-help = لا يضيع شيء بالإيقاف. يمكنك أن تفعل شيئًا آخر في هذه الأثناء.
exchange-sent = أُرسل
exchange-received = وصل
exchange-in-file = رسائل في الملف
exchange-new-here = جديد على هذا الجهاز
exchange-arrived = ما وصل
exchange-incident = حادثة
exchange-more =
    { $count ->
       [zero] لم يصل غير ذلك.
       [one] ووصل شيء آخر.
       [two] ووصل شيئان آخران.
       [few] ووصلت { $count } أشياء أخرى.
       [many] ووصل { $count } شيئًا آخر.
       *[other] ووصل { $count } شيء آخر.
    }
exchange-admitted = قُبل { $pseudonym } في المشروع.
exchange-note-stay = يبقى شيء على هذا الجهاز: لا أحد يستطيع فتحه بعد.
exchange-note-not-taken =
    { $count ->
       [zero] أخذت المحطة كل الرسائل.
       [one] لم تأخذ المحطة رسالة واحدة. تبقى على هذا الجهاز.
       [two] لم تأخذ المحطة رسالتين. تبقيان على هذا الجهاز.
       [few] لم تأخذ المحطة { $count } رسائل. تبقى على هذا الجهاز.
       [many] لم تأخذ المحطة { $count } رسالة. تبقى على هذا الجهاز.
       *[other] لم تأخذ المحطة { $count } رسالة. تبقى على هذا الجهاز.
    }
exchange-note-set-aside =
    { $count ->
       [zero] لم توضع أي رسالة جانبًا.
       [one] وُضعت رسالة واحدة جانبًا لأنها خالفت قاعدة.
       [two] وُضعت رسالتان جانبًا لأنهما خالفتا قاعدة.
       [few] وُضعت { $count } رسائل جانبًا لأنها خالفت قاعدة.
       [many] وُضعت { $count } رسالة جانبًا لأنها خالفت قاعدة.
       *[other] وُضعت { $count } رسالة جانبًا لأنها خالفت قاعدة.
    }
exchange-note-newer =
    { $count ->
       [zero] لا رسالة تحتاج برنامجًا أحدث.
       [one] رسالة واحدة تحتاج برنامجًا أحدث. وهي محفوظة.
       [two] رسالتان تحتاجان برنامجًا أحدث. وهما محفوظتان.
       [few] { $count } رسائل تحتاج برنامجًا أحدث. وهي محفوظة.
       [many] { $count } رسالة تحتاج برنامجًا أحدث. وهي محفوظة.
       *[other] { $count } رسالة تحتاج برنامجًا أحدث. وهي محفوظة.
    }
exchange-note-foreign =
    { $count ->
       [zero] كل الرسائل من هذا المشروع.
       [one] رسالة واحدة ليست من هذا المشروع وتُركت.
       [two] رسالتان ليستا من هذا المشروع وتُركتا.
       [few] { $count } رسائل ليست من هذا المشروع وتُركت.
       [many] { $count } رسالة ليست من هذا المشروع وتُركت.
       *[other] { $count } رسالة ليست من هذا المشروع وتُركت.
    }
exchange-by-file = عبر ملف
exchange-file-help = لبطاقة ذاكرة أو سلك. كل ما في الملف مختوم. وما ينتظر يبقى منتظرًا حتى يؤكده أحد.
exchange-take = احفظ ملفًا فيه كل الرسائل
exchange-bring = ملف أحضره أحد
exchange-bring-do = خذه
exchange-no-file = اختر الملف أولًا. لم يتغير شيء.
ended-done = تم. عندك وعند محطة التبادل الآن الرسائل نفسها.
then-done = لا شيء آخر تفعله هنا.
ended-unsettled = تم هذا الجزء وبقي غيره.
then-unsettled = لم يُفقد شيء. تابع الآن أو لاحقًا.
ended-stopped = توقّف.
then-stopped = لم يُفقد شيء: ما وصل محفوظ، وما لم يُؤكد ينتظر هنا. تابع متى شئت.
ended-locked = قُفل الدفتر أثناء التبادل.
then-locked = لم يُفقد شيء. تابع متى شئت.
ended-unreached = لا أحد يجيب عند هذا العنوان.
then-unreached = لم يُفقد شيء وكل شيء ينتظر هنا. تأكد أن هذا الجهاز في شبكة المحطة وأن العنوان صحيح، ثم تابع.
ended-untrusted = لا يمكن الوثوق بالاتصال بهذا العنوان.
then-untrusted = لم يُفقد شيء ولم يُكشف شيء منك. تحقق من تاريخ هذا الجهاز وساعته ومن العنوان؛ قد تكون بينهما شبكة تطلب تسجيل الدخول.
ended-cut = انقطع الاتصال في منتصف الطريق.
then-cut = لم يُفقد شيء: ما وصل محفوظ. اقترب أو انتظر شبكة أفضل، ثم تابع.
ended-refused = رفضت محطة التبادل.
then-refused = لم يُفقد شيء وكل شيء ينتظر هنا. اسأل من يدير المحطة إن كانت تخدم مشروعك، أو تابع لاحقًا.
ended-strange = ما يجيب هناك ليس محطة تبادل.
then-strange = لم يُفقد شيء ولم يُكشف شيء منك. تحقق من العنوان.
ended-foreign = هناك محطة تبادل، لكنها ليست من مشروعك.
then-foreign = لم يُفقد شيء ولم يُكشف شيء منك. تحقق من العنوان، أو اسأل مسؤولًا إن كانت هذه المحطة لكم.
ended-full = لم يبق مكان على هذا الجهاز.
then-full = ما وصل من قبل محفوظ. احذف أشياء أخرى من هذا الجهاز، ثم تابع.
ended-inside = تعطل شيء على هذا الجهاز.
then-inside = لم يُفقد شيء مما حُفظ. تابع؛ وإن تكرر ذلك فأغلق البرنامج وشغّله من جديد.
ended-file = أُخذ الملف.
then-file = يمكنك حذف الملف الآن.
ended-file-cut = الملف مقطوع. أُخذ ما كان كاملًا فيه.
then-file-cut = لم يُفقد شيء. اطلب الملف مرة أخرى متى استطعت.
ended-file-strange = هذا ليس ملف رسائل.
then-file-strange = لم يتغير شيء. اختر ملفًا آخر.
