# frame: see docs/translating.md. Values between braces are filled in by the program.
language-name = English
language-direction = ltr
app-name = Notebook
skip = Skip to the page
leave = Leave fast
ways = Where to go
way-report = Report
way-reports = My reports
way-settings = Settings
go-home = To the first page
go-on = Continue
role-monitor = monitor
role-coordinator = coordinator
role-steward = steward
answer-yes = Yes
answer-no = No
calendar-title = Calendar
