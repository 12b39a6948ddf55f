# pack: see docs/translating.md. Values between braces are filled in by the program.
pack-title = Categories and questions
pack-what = A pack is what everybody in the project is asked: the categories of reports, their questions and their names. Only stewards bring another one.
pack-in-use = In use
pack-by = Brought by
pack-ships = It comes with the program.
pack-categories = Categories
pack-count =
    { $count ->
       [one] { $count } category
       *[other] { $count } categories
    }
pack-languages = Languages
pack-apart = Two stewards brought packs without knowing of each other. The one above counts everywhere until a steward brings one again. The others:
pack-get = Save it as a file
pack-bring = Bring another
pack-bring-what = Nothing is sent before you have seen what changes. Reports that were written keep their category and its name.
pack-file = The file of the pack
pack-look = Look it over
pack-wrong-none = No file came along. Nothing was changed. Choose one.
pack-wrong-same = This pack is in use already. Nothing was changed.
pack-wrong-file = The file was not taken, and nothing was changed. Whoever wrote it finds here where to look:
pack-check = What this pack changes
pack-new = New
pack-changed = With other names, questions or defaults
pack-gone = No longer offered
pack-wider = Reports of these may from now on go to more people than before
pack-nothing = Nothing changes for those who report.
pack-use-what = Everybody uses it after their next exchange. You can bring the earlier one again at any time.
pack-use = Use it in the project
pack-not = Change nothing
pack-done = Saved. This device uses the pack from now on; the others use it after their next exchange.
