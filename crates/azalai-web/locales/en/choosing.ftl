# choosing: see docs/translating.md. Values between braces are filled in by the program.
report-often = Reported here before
report-alone = And also
