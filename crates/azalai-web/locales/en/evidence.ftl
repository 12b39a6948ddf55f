# evidence: see docs/translating.md. Values between braces are filled in by the program.
evidence-make = Make a package of evidence
evidence-title = Package of evidence
evidence-what = One file that somebody outside can check without this project and without a network: what was written, with its signatures.
evidence-inside = What will be in it
evidence-documents = Reports and incidents
evidence-statements = Signed entries
evidence-keys = Keys of those who wrote
evidence-receipts = Receipts of coordinators
evidence-size = Size
evidence-missing =
    { $count ->
       [one] { $count } report of this incident is not on this device, and not in the package.
       *[other] { $count } reports of this incident are not on this device, and not in the package.
    }
evidence-all = All that was written is in it: exact places, times and words, and what was said before a correction.
evidence-who = Who will be in it
evidence-staff = Coordinators and stewards are named with their roles and areas, since the proof of who may act rests on it:
evidence-person = { $name }, { $role }
evidence-authors = And those who reported?
evidence-keys-only = By their keys only
evidence-keys-what = No name and no area. But a key does not change: two packages show whether one person wrote both, and whoever takes their phone can show that it was theirs.
evidence-names = By their names in the project
evidence-names-what = It also proves that they were admitted as members, and shows their pseudonym, area and invite. Only with their consent.
evidence-names-are = It would name: { $names }.
evidence-choose = Choose whether those who reported are named. Nothing was made.
evidence-file = The file has a name that says nothing, and is not encrypted. Whoever gets it can read it.
evidence-do = Make the file
evidence-too-large = The package would be larger than any reader takes. Make packages of single reports. Nothing is lost.
evidence-label-red = In it is something for named persons only: it must not leave the project.
evidence-label-strict = In it is something for few only: it must not leave the project.
evidence-label-amber = Of this only counts may leave the project: this file must stay inside.
evidence-label-green = Of this only a coarse place and a day may leave the project: this file must stay inside.
evidence-label-clear = This may be given to anybody. The key of its author goes with it.
verify-title = Check a package of evidence
verify-what = Somebody gave you a package of evidence? See what it proves.
verify-go = Check a package
verify-how = Give the file. You see what is in it, what its signatures prove, and what they do not prove.
verify-file = The file
verify-another = Check another file
verify-kept = It is looked at on this device only, and not kept.
verify-do = Check it
verify-whole = Every signature in it fits. That proves less than it seems: read both lists.
verify-made = Put together on { $when } by { $who }.
verify-called = { $name } ({ $key })
verify-key = the key { $key }
verify-project = Which project
verify-ours = This is the project of this notebook: the root key is the same.
verify-root = Its root key, to compare with somebody who knows the project:
verify-proved = What is proved
verify-not-proved = What is not proved
verify-papers = What is in it
verify-incident = Incident
verify-report = Report
verify-unchanged = “{ $what }” was begun by whoever holds { $who }. Of what counts in it no byte was changed since it was signed.
verify-is = { $who } is { $is }, by signed acts that rest on the root key.
verify-receipt-opened = { $who } said that they opened it.
verify-receipt-acted = { $who } said that they acted on it.
verify-maker = { $who } put this package together.
verify-not-who = Who the people are: a key is not a person, and a phone may have been in other hands.
verify-not-when = When: all times are those of the devices' own clocks.
verify-not-true = That what is written is true.
verify-not-all = That it is all there is: corrections, retractions and other reports may have been left out.
verify-not-project = That this is the project it seems to be. Ask somebody who knows it whether the root key is right.
verify-not-member = That { $who } is a member's. Whoever made the package says: { $is }.
verify-not-maker = That whoever put it together is a coordinator or a steward.
verify-not-opened = That any coordinator opened it.
verify-not-receipts =
    { $count ->
       [one] { $count } receipt in it: the package does not show that its key is a coordinator's.
       *[other] { $count } receipts in it: the package does not show that their keys are coordinators'.
    }
verify-not-begun =
    { $count ->
       [one] Anything of { $count } document whose beginning is not in the package.
       *[other] Anything of { $count } documents whose beginnings are not in the package.
    }
key-is-confirmed = { $role }
key-is-unconfirmed = { $role }, not confirmed
key-is-suspended = { $role }, suspended
key-is-removed = { $role }, removed
key-is-unknown = not known
verify-entries =
    { $count ->
       [one] { $count } signed entry
       *[other] { $count } signed entries
    }
verify-number = number { $number } in its chain
verify-aside = does not count
verify-more =
    { $count ->
       [one] And { $count } more.
       *[other] And { $count } more.
    }
verify-wrong-file = Choose a file. Nothing was checked.
verify-wrong-strange = This is no package of evidence. Nothing is proved, and nothing of it is shown.
verify-wrong-broken = Nothing is proved: something in this file was changed or is missing. Nothing of it is shown. Ask for the file again, by another way.
verify-wrong-subject = Nothing is proved: the signatures fit, but what the package is about is not in it. Ask whoever made it for a new one.
uncounted-other-readers = For other readers than its document.
uncounted-not-author = Written by another device than the one that made this report.
uncounted-past-cut = Its author was removed, and it was said after what still counts.
uncounted-no-cut = Its author was removed, and no removal names this chain of theirs.
uncounted-fork = The device spoke twice in one place, as a copy of it would: nothing in the file says which counts.
uncounted-not-admitted = Nothing in the file shows that its author was admitted.
uncounted-no-right = By what is in the file, its author may not write this.
uncounted-waits = It builds on something that is not in the file.
uncounted-unreadable = It is damaged, or not of the form that this program takes.
