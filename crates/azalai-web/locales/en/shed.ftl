shed-title = Forget it on this phone
shed-known = What is known of it
shed-known-only-here = Only this phone is known to have it
shed-known-neighbour = A neighbour's device took it; nothing more is known
shed-known-relay = A relay says that it holds it; nobody has said that they opened it
shed-known-opened = Somebody who can read it has opened it
shed-readers = Persons who have opened all of it: { $count }
shed-afterwards = Afterwards no word of it can be read here with the passphrase: not the report, not its drafts, not the answers to it. The day on which it was written and how far it got stay. You can still correct it and take it back. Those who have read it keep it.
shed-flash = In the phone's memory chips and in backups old bytes may stay. Against a laboratory nothing is promised.
shed-lost = I want to lose it for ever, even if nobody has read it.
shed-lost-wrong = Nobody else is known to have all of it. Nothing was forgotten. Exchange first, or say below that it may be lost.
shed-do = Forget it now
shed-not = Keep it
shed-it-is = Forgotten on this phone
shed-it-is-what = Its words are no longer here. Those who have read it keep them.
shed-again = Also forget answers that came since
shed-later = A later report of yours takes its place
shed-corrects = It takes the place of an earlier report
shed-category = What was it about?
shed-by-itself = Forget my reports by itself
shed-by-itself-what = When two persons have opened all of a report, or one has and a relay returned it when asked, and nobody has written more about it for so long:
shed-never = never
shed-days =
    { $count ->
       [one] after { $count } day
       *[other] after { $count } days
    }
shed-save = Keep this choice
shed-letter-later = Its author corrected it, in a later report:
shed-letter-corrects = It takes the place of an earlier report:
