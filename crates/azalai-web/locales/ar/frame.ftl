# frame: see docs/translating.md. Values between braces are filled in by the program.
language-name = العربية
language-direction = rtl
app-name = دفتر
skip = انتقل إلى الصفحة
leave = اخرج بسرعة
ways = إلى أين
way-report = بلّغ
way-reports = تقاريري
way-settings = الإعدادات
go-home = إلى الصفحة الأولى
go-on = متابعة
role-monitor = راصد
role-coordinator = منسّق
role-steward = مسؤول
answer-yes = نعم
answer-no = لا
calendar-title = التقويم
