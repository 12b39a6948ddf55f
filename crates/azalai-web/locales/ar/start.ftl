# start: see docs/translating.md. Values between braces are filled in by the program.
language-title = اللغة
how-title = كيف تبدأ؟
how-offline = لا تحتاج إلى شبكة ولا حساب ولا رقم هاتف.
how-join = لديّ دعوة
how-join-what = ملف وست كلمات أعطاك إياها أحدهم
how-found = أبدأ مشروعًا جديدًا
how-found-what = ستدعو آخرين وتسمّي المناطق
join-file = ملف الدعوة
join-paste = لديّ الدعوة كنص
join-pasted = نص الدعوة
join-words = الكلمات الست
join-words-help = بترتيبها وبينها مسافات. تكفي الأحرف الأربعة الأولى من كل كلمة.
join-no-file = لا توجد دعوة بعد: اختر الملف أو الصق نصه.
join-word = الكلمة { $place } («{ $word }») ليست في القائمة. تحقق من كتابتها.
join-count =
    { $count ->
       [zero] لا توجد كلمات، والمطلوب ست كلمات.
       [one] توجد كلمة واحدة، والمطلوب ست كلمات.
       [two] توجد كلمتان، والمطلوب ست كلمات.
       [few] توجد { $count } كلمات، والمطلوب ست كلمات.
       [many] توجد { $count } كلمة، والمطلوب ست كلمات.
       *[other] توجد { $count } كلمة، والمطلوب ست كلمات.
    }
join-wrong-words = هذه ليست كلمات هذه الدعوة. تحقق منها مع من أعطاك إياها.
join-damaged = هذه ليست دعوة أو هي جزء منها فقط. اطلبها مرة أخرى.
found-name = اسم المشروع
found-name-wrong = أعطِ المشروع اسمًا يتسع له سطر.
found-areas = المناطق
found-areas-help = واحدة في كل سطر. الشرطة تضع المنطقة داخل التي فوقها.
found-root = سيحمل هذا الجهاز النسخة الوحيدة من مفتاح المشروع. ادعُ مسؤولًا ثانيًا قريبًا.
areas-none = يحتاج المشروع إلى منطقة واحدة على الأقل.
areas-name = اسم إحدى المناطق ناقص أو أطول من سطر.
areas-depth = لإحدى المناطق شرطات أكثر مما تسمح به التي فوقها.
areas-many = هناك أكثر من 60 منطقة. ابدأ بعدد أقل.
passphrase-title = اختر عبارة السر
passphrase-why = هي التي تفتح هذا الدفتر. لا أحد يستطيع أن يعيدها إليك إذا ضاعت.
passphrase-which = أيّ عبارة؟
passphrase-offered = هذه الكلمات (يصعب تخمينها)
passphrase-own = عبارتي الخاصة
passphrase-type = عبارتك
passphrase-again = العبارة نفسها مرة أخرى
passphrase-strength = عدة كلمات لا رابط بينها أقوى من كلمة واحدة مع أرقام.
passphrase-weak = هذه العبارة سهلة التخمين. استعمل كلمات أكثر، أو الكلمات المعروضة.
passphrase-differ = العبارتان مختلفتان. اكتبهما من جديد.
passphrase-pseudonym = اختر اسمًا مستعارًا قصيرًا.
passphrase-pseudonym-label = الاسم المستعار هنا
passphrase-pseudonym-help = ليس اسمك الحقيقي.
passphrase-do = أنشئ الدفتر
ready-title = جاهز
ready-what = هذا الجهاز من مشروع «{ $project }». ما تكتبه محفوظ عليه ومختوم.
ready-leave = زر «اخرج بسرعة» في كل صفحة: يقفل فورًا ويعرض تقويمًا.
ready-report = اكتب تقريرًا
unlock-title = افتح
unlock-label = عبارة السر
unlock-do = افتح
unlock-wrong = هذه العبارة لا تفتح شيئًا هنا. لم يتغير شيء. حاول مرة أخرى.
carry-title = ما كتبته لا يزال هنا
carry-locked = أُقفل الدفتر في هذه الأثناء. افتحه وسيُحفظ ما كتبته كمسودة.
carry-stale = كانت الصفحة من قبل آخر فتح للدفتر. احفظ ما كتبته بلمسة واحدة.
carry-keep = احفظه
