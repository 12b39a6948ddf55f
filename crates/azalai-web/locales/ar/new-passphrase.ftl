# new-passphrase: see docs/translating.md. Values between braces are filled in by the program.
new-passphrase-title = غيّر عبارة السر
new-passphrase-old = عبارة السر الحالية
new-passphrase-offer = يمكنك أن تأخذ هذه الكلمات، أو كلمات من عندك:
new-passphrase-new = عبارة السر الجديدة
new-passphrase-do = غيّرها
new-passphrase-back = عودة إلى الإعدادات
new-passphrase-done = تغيّرت عبارة السر. من الآن لا يفتح هذا الدفتر إلا بالجديدة.
new-passphrase-copies = النسخ السابقة من هذا الدفتر ما زالت تُفتح بالعبارة القديمة: أتلفها.
new-passphrase-same = العبارة الجديدة هي الحالية نفسها. لم يتغيّر شيء.
new-passphrase-wrong = عبارة السر الحالية غير صحيحة. لم يتغيّر شيء. حاول مرة أخرى.
new-passphrase-wait = محاولات خاطئة كثيرة. لم يتغيّر شيء. حاول مرة أخرى بعد { $count ->
    [one] ثانية واحدة ({ $count })
    [two] ثانيتين ({ $count })
    [few] { $count } ثوانٍ
    [many] { $count } ثانية
   *[other] { $count } ثانية
}.
strength-weak = سهلة التخمين: خذ كلمات أكثر.
strength-fair = مقبولة: تكفي أمام عابر سبيل.
strength-good = جيدة: صعبة التخمين حتى مع طول الوقت.
strength-strong = قوية: صعبة التخمين حتى على مختبر.
