# choosing: see docs/translating.md. Values between braces are filled in by the program.
report-often = أُبلِغ عنه من هنا سابقًا
report-alone = وأيضًا
