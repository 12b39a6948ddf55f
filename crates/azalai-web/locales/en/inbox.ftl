# inbox: see docs/translating.md. Values between braces are filled in by the program.
way-inbox = Inbox
way-incidents = Incidents
staff-reads = Coordinators work on reports and incidents. You read here what you may read.
nothing-changed = Nothing was changed, and what you typed is still here where it can be.
letter-own = your own
letter-unconfirmed = not confirmed yet
letter-retracted = Its author took it back:
letter-wordless = Without words.
filter-title = Filter
filter-any = Any
filter-category = Kind
filter-aside = Those set aside
filter-show = Show
age-any = At any time
age-day = Within a day
age-week = Within a week
age-month = Within a month
inbox-count =
    { $count ->
       [one] One report waits
       *[other] { $count } reports wait
    }
inbox-later =
    { $count ->
       [one] corrected or added to once
       *[other] corrected or added to { $count } times
    }
inbox-none = Nothing waits. Every report that reached this device is in an incident or set aside.
inbox-none-here = Nothing here. Others may wait outside this filter.
inbox-aside-at = Set aside on this device, { $when }:
inbox-link = Link to another incident
inbox-link-to = Link to { $title }
inbox-link-this = Link to this
inbox-link-do = Link
inbox-which = Which incident?
inbox-new = New incident
inbox-new-both = New incident with both
inbox-new-do = Make the incident
inbox-aside = Set aside
inbox-aside-help = Only this device knows of it. What its author writes later brings it back.
inbox-aside-do = Set aside
inbox-back = Back into the inbox
inbox-done-linked = The report is linked.
inbox-done-made = The incident is made.
inbox-done-aside = The report is set aside on this device.
inbox-done-back = The report is back in the inbox.
inbox-wrong-incident = Choose an incident.
inbox-wrong-rumour = The name of a rumour has at most 64 letters.
inbox-wrong-title = An incident needs a title that fits on two lines.
inbox-wrong-why = Say why, in a few words.
rumour-name = Name of the rumour
rumour-help = Reports that carry on one rumour get one name, and count as one source. May stay empty.
rumour-do = Mark as a rumour
likely-title = Likely the same
likely-none = Nothing like it is known here.
likely-how-strong = Very likely
likely-how-fair = Likely
likely-how-weak = Possible
likely-here = the same place
likely-near = { $distance } away
likely-near-coarse = { $distance } away, as far as the places are known
likely-names = both name { $names }
likely-time = the same time
likely-time-coarse = the times may be the same
likely-earlier = { $span } earlier
likely-later = { $span } later
likely-same-kind = same kind
likely-like-kind = similar kind
likely-numbers = both say { $numbers }
likely-words = both write “{ $words }”
distance-metres = { $count } m
distance-kilometres = { $count } km
span-minutes =
    { $count ->
       [one] one minute
       *[other] { $count } minutes
    }
span-hours =
    { $count ->
       [one] one hour
       *[other] { $count } hours
    }
span-days =
    { $count ->
       [one] one day
       *[other] { $count } days
    }
page-before = Before
page-after = Further
keys-title = Keys
keys-what = Everything here works by keys. They bring you to a button or a field; Enter or Space is your own word.
keys-turn-off = Turn these keys off
keys-turn-on = Turn these keys on
key-next = The next one
key-before = The one before
key-into = Into it, to its first button
key-link = Link to an incident
key-new = New incident
key-aside = Set aside
key-rumour = Name of the rumour
key-grade = Grade
key-likely = To one of those likely the same
key-filter = To the filter
key-inbox = To the inbox
key-incidents = To the incidents
key-help = This page
